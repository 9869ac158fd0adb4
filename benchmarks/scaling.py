"""Two web processes behind a load balancer, one PostgreSQL, a real streaming replica for reports.

python -m benchmarks scaling      what works across processes, and what a second process brings

Everything is made for this run in a temporary folder: the server with the roles that
`manage.py database roles` prints, the demonstration's cases, a replica by pg_basebackup -R, two gunicorn
processes that know nothing of each other, and a balancer that gives each request to the next.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from http.cookies import SimpleCookie
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from registry.postgres import programs

ROOT = Path(__file__).resolve().parent.parent
HBA = "local all all trust\nhost all,replication all 127.0.0.1/32 trust\n"
REQUESTS, CLIENTS = 200, 8
ROWS_READ = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables"
TOKEN = "asks for what is wrong"


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Server:
    """A PostgreSQL of its own on a port of this machine."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()

    def start(self) -> None:
        settings = (
            f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
            "hot_standby_feedback = on\nshared_buffers = 256MB\n"
        )
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(settings)
        (self.folder / "pg_hba.conf").write_text(HBA)
        self._control("start", f"--log={self.folder.name}.log")

    def stop(self) -> None:
        self._control("stop", "--mode=fast")

    def _control(self, what: str, *more: str) -> None:
        programs.run("pg_ctl", what, f"--pgdata={self.folder.name}", "--wait", *more, cluster=self.folder)

    def ask(self, query: str, database: str = "netlm") -> object:
        """The first value of the answer, asked by the superuser."""
        with self.connected(database) as connection:
            return connection.execute(query).fetchone()[0]

    def connected(self, database: str):
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def url(self, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/netlm"


def primary(top: Path) -> Server:
    """A server with the roles and the empty database of an installation."""
    server = Server(top / "primary")
    server.folder.mkdir(mode=0o700)
    programs.run(
        "initdb",
        *("--pgdata=primary", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        cluster=server.folder,
    )
    server.start()
    printed = subprocess.run(
        [sys.executable, "manage.py", "database", "roles"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    database = "postgres"
    for line in printed.stdout.splitlines():
        if line.startswith("\\connect"):
            database = "netlm"
        elif not line.startswith(("--", "\\password")):  # here nobody needs one
            with server.connected(database) as connection:
                connection.execute(line)
    return server


def replica_of(server: Server, top: Path) -> Server:
    """A second server that follows the first, made as docs/operations.md says."""
    made = Server(top / "replica")
    made.folder.mkdir(mode=0o700)
    with server.connected("postgres") as connection:
        connection.execute("CREATE ROLE netlm_replicator LOGIN REPLICATION")
    programs.run(
        "pg_basebackup",
        *("--host=127.0.0.1", f"--port={server.port}", "--username=netlm_replicator", "--pgdata=replica"),
        *("--write-recovery-conf", "--create-slot", "--slot=replica", "--checkpoint=fast"),
        cluster=made.folder,
    )
    made.start()
    return made


class Web:
    """One gunicorn process; its log is what it writes itself."""

    def __init__(self, name: str, top: Path, environment: dict[str, str]):
        self.port, self.log = free_port(), top / f"{name}.log"
        command = ["-m", "gunicorn", "registry.wsgi", f"--bind=127.0.0.1:{self.port}"]
        self._process = subprocess.Popen(
            [sys.executable, *command, "--workers=1", "--threads=4", "--timeout=120"],
            env=environment | {"NETLM_VAR": str(top / name)},
            cwd=ROOT,
            stderr=self.log.open("w"),
            start_new_session=True,
        )

    def wait(self) -> None:
        said = ""
        for _attempt in range(300):
            try:
                answer = fetch(
                    self.port, "GET", "/health/ready/", headers={"Authorization": f"Bearer {TOKEN}"}
                )
            except OSError:
                pass
            else:
                if answer.status == 200:
                    return
                said = answer.text
            time.sleep(0.2)
        raise SystemExit(f"a web process does not become ready: {said}\n{self.log.read_text()[-2000:]}")

    def served(self, route: str) -> int:
        return self.log.read_text().count(f'"route": "{route}"')

    def warnings(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if '"WARNING"' in line]

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


def fetch(port: int, method: str, path: str, body: str = "", headers: dict | None = None):
    """One request; the response with its body read."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request(method, path, body=body or None, headers={"Host": "127.0.0.1", **(headers or {})})
    response = line.getresponse()
    response.text = response.read().decode(errors="replace")
    line.close()
    return response


class Browser:
    """One person's browser, whose requests go to the web processes in turn."""

    def __init__(self, ports: list[int]):
        self._next, self._cookies = cycle(ports), SimpleCookie()

    def get(self, path: str):
        return self._send("GET", path)

    def post(self, path: str, **typed: str):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        return self._send("POST", path, urlencode(typed | {"csrfmiddlewaretoken": token[1]}))

    def _send(self, method: str, path: str, body: str = ""):
        headers = {"Cookie": "; ".join(f"{one.key}={one.value}" for one in self._cookies.values())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        port = next(self._next)
        response = fetch(port, method, path, body, headers)
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._cookies.load(value)
        return response


def form_of(page: str) -> dict[str, str]:
    """What the form of a page holds in hidden inputs."""
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))


@contextmanager
def installation():
    """The whole of it: the primary, its replica, two web processes."""
    with tempfile.TemporaryDirectory(prefix="netlm-scaling-") as name, ExitStack() as stack:
        top = Path(name)
        top.chmod(0o755)
        first = primary(top)
        stack.callback(first.stop)
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("NETLM", "DATABASE"))
        }
        environment |= {"DATABASE_URL": first.url("netlm_app"), "DJANGO_SECRET_KEY": "x" * 50}
        owner = environment | {
            "DATABASE_OWNER_URL": first.url("netlm_owner"),
            "DATABASE_SEAL_URL": first.url("netlm_app_seal"),
            "NETLM_VAR": str(top / "owner"),
        }
        words = ["demo", "--output", str(top / "reports")]
        subprocess.run(
            [sys.executable, "manage.py", *words], env=owner, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        second = replica_of(first, top)
        stack.callback(second.stop)
        serving = environment | {
            "DATABASE_REPLICA_URL": second.url("netlm_app"),
            "NETLM_LOG_FORMAT": "json",
            "NETLM_SECOND_FACTOR": "0",
            "NETLM_METRICS_TOKEN": TOKEN,
        }
        webs = []
        for name in ("one", "two"):
            webs.append(Web(name, top, serving))
            stack.callback(webs[-1].end)
        for web in webs:
            web.wait()
        yield first, second, webs, (top / "owner" / "demo-login.txt").read_text()


def main(arguments: list[str]) -> None:
    with installation() as (first, second, webs, logins):
        name, password = next(line.split()[:2] for line in logins.splitlines() if line.startswith("surgeon "))
        _across_processes(first, second, webs, name, password)
        _throughput(webs, name, password)


def _across_processes(first: Server, second: Server, webs: list[Web], name: str, password: str) -> None:
    """Log in through one process, go on through the other, save, and read it in a report from the replica."""
    browser = Browser([web.port for web in webs])
    answer = browser.post("/login/", username=name, password=password)
    assert answer.status == 302, answer.status
    assert browser.get("/cases/").status == 200
    before = first.ask("SELECT max(id) FROM registry_change")
    read_before = second.ask(ROWS_READ)
    address = browser.get("/cases/new/").text
    saved_at = time.monotonic()
    answer = browser.post("/cases/new/", **form_of(address), **new_case("SCALE-1"))
    assert answer.status == 302, answer.text
    newest = first.ask("SELECT max(id) FROM registry_change WHERE table_name = 'registry_patient'")
    assert newest > before
    report = browser.get("/reports/paper/")
    told = re.search(r"no\.\s+(\d+)", re.sub(r"&nbsp;|\xa0|<[^>]*>", " ", report.text))
    told = int(told[1])
    seconds = time.monotonic() - saved_at
    time.sleep(12)  # until the idle connection's work is counted
    read = second.ask(ROWS_READ) - read_before
    warnings = [line for web in webs for line in web.warnings()]
    print(
        f"web processes that served: {[web.served('cases') + web.served('login') for web in webs]} requests"
    )
    print(f"saved as change {newest}; the report, {read} rows of it read on the replica, is of change {told}")
    print(f"from saving to the finished report: {seconds:.2f} s")
    assert not any("replica" in line for line in warnings), warnings
    assert told >= newest and read > 0 and second.ask("SELECT pg_is_in_recovery()")


def new_case(number: str) -> dict[str, str]:
    return {"head-local_study_id": number, "head-sex": "f", "head-birth_ym": "1960-05"}


def _throughput(webs: list[Web], name: str, password: str) -> None:
    """The list of cases, asked by several people at once: one process, then two."""
    for used in (webs[:1], webs):
        browsers = []
        for _person in range(CLIENTS):
            browser = Browser([web.port for web in used])
            browser.post("/login/", username=name, password=password)
            browsers.append(browser)
        durations, begun = [], time.monotonic()
        threads = [threading.Thread(target=_ask_often, args=(one, durations)) for one in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rate = len(durations) / (time.monotonic() - begun)
        p95 = statistics.quantiles(durations, n=20)[-1]
        print(
            f"{len(used)} process(es), {CLIENTS} people: {rate:.0f} case lists a second, "
            f"p95 {p95 * 1000:.0f} ms"
        )


def _ask_often(browser: Browser, durations: list[float]) -> None:
    for _request in range(REQUESTS // CLIENTS):
        begun = time.monotonic()
        assert browser.get("/cases/").status == 200
        durations.append(time.monotonic() - begun)
