"""The web server in front, as docs/operations.md describes it: nginx as an ordinary process.

Its configuration is the document's own; only paths and ports are those of a temporary folder.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from http.cookies import SimpleCookie
from pathlib import Path

from tests.documents import block_after
from tests.registry.certificates import made_for
from tests.registry.directory import ELSEWHERE

NGINX = shutil.which("nginx", path=ELSEWHERE)
MISSING = "nginx is not installed (Debian: nginx-light)"
NAME, HERE = "registry.hospital.example", "127.0.0.1"
SECONDS = 20

# What a distribution's nginx.conf says around the servers: there is an access log unless one is refused.
AROUND = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/start.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


class Front:
    """Runs from entering to leaving, before an application on this port."""

    def __init__(self, application: int):
        self.folder = Path(tempfile.mkdtemp(prefix="netlm-nginx-"))
        self.plain, self.secure = _free_port(), _free_port()
        self.certificate = made_for([NAME], self.folder / "tls")
        self.errors, self.accesses = self.folder / "error.log", self.folder / "access.log"
        self.configuration = self.folder / "nginx.conf"
        self.configuration.write_text(self._written(application))
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> Front:
        command = [NGINX, "-p", self.folder, "-c", self.configuration, "-e", self.folder / "start.log"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection((HERE, self.secure), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "start.log").read_text())

    def __exit__(self, *_error) -> None:
        self.process.terminate()
        self.process.wait(SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _written(self, application: int) -> str:
        servers = block_after("## nginx in front")
        for theirs, ours in (
            ("listen 443 ssl;", f"listen {HERE}:{self.secure} ssl;"),
            ("listen 80;", f"listen {HERE}:{self.plain};"),
            ("/etc/ssl/registry.pem", str(self.certificate.chain)),
            ("/etc/ssl/registry.key", str(self.certificate.key)),
            ("/var/log/nginx/error.log", str(self.errors)),
            ("http://127.0.0.1:8000;", f"http://{HERE}:{application};"),
        ):
            if servers.count(theirs) != 1:
                raise AssertionError(f"{theirs} stands {servers.count(theirs)} times in the document")
            servers = servers.replace(theirs, ours)
        user = "user root;" if os.geteuid() == 0 else ""  # the folder is nobody else's
        return AROUND.format(user=user, folder=self.folder, servers=servers)


class Visitor:
    """A browser at an address of this machine: keeps cookies as a browser keeps them by https."""

    def __init__(self, front: Front, address: str = HERE):
        self.front, self.address = front, address
        self.cookies: dict[str, str] = {}
        self.trust = ssl.create_default_context(cafile=str(front.certificate.authority))

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: str, **headers: str) -> http.client.HTTPResponse:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, body, kind | headers)

    def declare(self, length: int) -> int:
        """The status of the answer to a form of so many bytes, none of which is sent."""
        line = self._line()
        line.putrequest("POST", "/login/", skip_host=True)
        for name, value in {"Host": NAME, "Content-Length": str(length)}.items():
            line.putheader(name, value)
        line.endheaders()
        return line.getresponse().status

    def plainly(self, path: str, host: str = NAME) -> http.client.HTTPResponse:
        """The answer to a request without encryption."""
        line = http.client.HTTPConnection(HERE, self.front.plain, timeout=SECONDS)
        line.request("GET", path, headers={"Host": host})
        return line.getresponse()

    def _ask(self, method: str, path: str, body: str | None, headers: dict) -> http.client.HTTPResponse:
        line, kept = self._line(), "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body, {"Host": NAME, "Cookie": kept} | named)
        answer = line.getresponse()
        answer.text = answer.read().decode()
        for told in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(told).items()}
        return answer

    def _line(self) -> http.client.HTTPConnection:
        line = http.client.HTTPConnection(HERE, self.front.secure, timeout=SECONDS)
        encrypted = socket.create_connection((HERE, self.front.secure), SECONDS, (self.address, 0))
        line.sock = self.trust.wrap_socket(encrypted, server_hostname=NAME)
        return line


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HERE, 0))
        return one.getsockname()[1]
