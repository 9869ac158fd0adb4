"""A hospital's directory: OpenLDAP's slapd as an ordinary process, with a few people.

It listens on this machine by three ways: unencrypted or with STARTTLS on 127.0.0.1 and on 127.0.0.2 (which
the registry takes for another machine), and with TLS from the beginning. Its log says whom it was asked
to let in.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.registry.certificates import Certificate, made_for

ELSEWHERE = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/usr/local/libexec"
SLAPD, SLAPADD = (shutil.which(name, path=ELSEWHERE) for name in ("slapd", "slapadd"))
SCHEMATA = next(
    (one for one in map(Path, ("/etc/ldap/schema", "/etc/openldap/schema")) if one.is_dir()), None
)
MODULES = Path("/usr/lib/ldap")
MISSING = "slapd is not installed (Debian: slapd)"
SECONDS = 20

# The attribute by which Active Directory names people, with Microsoft's own numbers.
CONFIGURATION = """
{schemata}
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.6 NAME 'securityPrincipal' SUP top AUXILIARY MUST sAMAccountName )
{modules}
loglevel stats
{tls}
database mdb
suffix dc=hospital
directory {folder}/data
rootdn cn=admin,dc=hospital
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree=ou=people,dc=hospital by users read by * none
access to * by * none
"""

TREE = """
dn: dc=hospital
objectClass: organization
objectClass: dcObject
o: Hospital
dc: hospital

dn: ou=people,dc=hospital
objectClass: organizationalUnit
ou: people

dn: ou=gone,dc=hospital
objectClass: organizationalUnit
ou: gone
"""


class Directory:
    """People with passwords, by the name that is bound: the password, and the lines of the entry."""

    def __init__(self, people: dict[str, tuple[str, dict[str, str]]], certified: list[str] | None = None):
        self.folder = Path(tempfile.mkdtemp(prefix="netlm-slapd-"))
        (self.folder / "data").mkdir()
        self.certificate = made_for(certified, self.folder / "tls") if certified else None
        (self.folder / "slapd.conf").write_text(self._configuration())
        self._add(TREE + "".join(_entry(name, *person) for name, person in people.items()))
        plain, encrypted = _free_port(), _free_port()
        self.url, self.far_url = f"ldap://127.0.0.1:{plain}", f"ldap://127.0.0.2:{plain}"
        self.secure_url = f"ldaps://127.0.0.1:{encrypted}"
        addresses = [self.url, self.far_url, *([self.secure_url] if certified else [])]
        self.log = self.folder / "log"
        self.process = subprocess.Popen(
            [SLAPD, "-h", " ".join(addresses), "-f", self.folder / "slapd.conf", "-d", "stats"],
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("wb"),
        )
        self._wait(plain)

    def asked(self, since: int = 0) -> list[str]:
        """The names with which somebody has tried to come in, after so many."""
        found = re.findall(r'BIND dn="([^"]*)" method=', self.log.read_text(errors="replace"))
        return [name.lower() for name in found][since:]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _configuration(self) -> str:
        names = ("core", "cosine", "inetorgperson")
        own = MODULES.is_dir()  # elsewhere than in Debian the database is part of the program
        return CONFIGURATION.format(
            schemata="\n".join(f"include {SCHEMATA}/{name}.schema" for name in names),
            modules=f"modulepath {MODULES}\nmoduleload back_mdb" if own else "",
            tls=_encryption(self.certificate) if self.certificate else "",
            folder=self.folder,
        )

    def _add(self, ldif: str) -> None:
        done = subprocess.run(
            [SLAPADD, "-f", self.folder / "slapd.conf"], input=ldif.encode(), capture_output=True
        )
        if done.returncode:
            raise AssertionError(done.stderr.decode())

    def _wait(self, port: int) -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"slapd did not start: {self.log.read_text(errors='replace')}")


def _encryption(files: Certificate) -> str:
    return (
        f"TLSCACertificateFile {files.authority}\n"
        f"TLSCertificateFile {files.chain}\nTLSCertificateKeyFile {files.key}"
    )


def _entry(name: str, password: str, person: dict[str, str]) -> str:
    lines = [f"{attribute}: {value}" for attribute, value in person.items()]
    kinds = ["objectClass: inetOrgPerson"]
    if "sAMAccountName" in person:
        kinds.append("objectClass: securityPrincipal")
    return "\n".join(["", f"dn: {name}", *kinds, f"userPassword: {password}", *lines, ""])


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
