"""Who gets to the embedded database, and from where: odd paths, strangers, root and ordinary users."""

import json
import os
import shutil
import stat
import subprocess
import time
import unittest
from pathlib import Path

import psycopg

from registry.postgres import programs
from registry.postgres.server import EmbeddedServer
from tests.registry.applications import (
    DURABLE,
    MAKE_TABLE,
    READ_TABLE,
    ROOT,
    Application,
    Projects,
    temporary_folder,
)

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOBODY = 65534
STRANGER = 65533
DAC_OVERRIDE = 0b10


class Places(Projects):
    def test_a_path_with_a_space_and_chinese_characters(self):
        var = self.top / "神经内分泌 肿瘤" / "it's $HOME" / "var"
        self.assertEqual(self.run_once(var=var, fresh=True), [[1]])

    def test_a_very_long_path_uses_a_short_private_socket_folder_elsewhere(self):
        var = self.top / ("很长的路径" * 15) / ("d" * 60) / "var"
        application = self.running(var=var, fresh=True)
        elsewhere = Path(self.postmaster(var).socket_folder)
        self.assertFalse(elsewhere.is_relative_to(self.top))
        self.assertEqual(stat.S_IMODE(elsewhere.stat().st_mode), 0o700)
        self.assertEqual(self.run_once("SELECT 2", var), [[2]])
        application.end()
        self.assertFalse(elsewhere.exists())

    def test_the_short_folder_is_found_again_after_a_power_cut(self):
        var = self.top / ("d" * 100) / "var"
        application = self.running(var=var)
        before = self.postmaster(var)
        application.kill()
        os.kill(before.pid, 9)
        self.assert_gone(before.pid)
        self.running(var=var)
        self.assertEqual(self.postmaster(var).socket_folder, before.socket_folder)

    def test_a_socket_folder_that_others_prepared_is_not_used(self):
        var = self.top / ("d" * 100) / "var"
        self.run_once(var=var)
        prepared = self.top / "prepared"
        prepared.mkdir()
        prepared.chmod(0o777)
        (self.folder(var) / "socket-folder").write_text(str(prepared))
        application = self.running(var=var)
        self.assertNotEqual(self.postmaster(var).socket_folder, str(prepared))
        application.end()
        self.assertTrue(prepared.exists())

    def test_a_path_that_a_list_of_hosts_cannot_hold(self):
        self.assertEqual(self.run_once(var=self.top / 'a, "b"' / "var"), [[1]])

    def test_a_copy_of_a_project_in_use_gets_a_server_of_its_own(self):
        application = self.running(MAKE_TABLE)
        copy = self.top / "copy"
        shutil.copytree(self.var, copy, ignore=shutil.ignore_patterns(".s.PGSQL*"))
        self.run_once(var=copy)
        self.assertEqual(application.ask(READ_TABLE), [[7]])


class Refusals(Projects):
    def test_data_of_another_version_are_not_touched(self):
        self.run_once(**DURABLE)
        mark = self.folder() / "cluster" / "PG_VERSION"
        mark.write_text("15\n")
        said = self.failure(**DURABLE)
        self.assertIn("were written by PostgreSQL 15", said)
        self.assertIn("Nothing was changed", said)
        self.assertEqual(mark.read_text(), "15\n")

    def test_a_server_that_does_not_start_shows_its_log(self):
        self.run_once()
        with (self.folder() / "cluster" / "postgresql.conf").open("a") as configuration:
            configuration.write("no_such_setting = 1\n")
        said = self.failure()
        self.assertIn("did not start", said)
        self.assertIn('unrecognized configuration parameter "no_such_setting"', said)

    def test_a_folder_that_cannot_be_made_is_named(self):
        self.top.joinpath("file").write_text("")
        said = self.failure(var=self.top / "file" / "var", fresh=True)
        self.assertIn("cannot be kept in", said)
        self.assertIn("NETLM_VAR", said)

    @unittest.skipUnless(AS_ROOT, "only root can make a folder that belongs to somebody else")
    def test_a_folder_of_another_user_is_refused(self):
        self.run_once()
        os.chown(self.folder(), STRANGER, STRANGER)
        self.assertIn("belongs to another user", self.failure())

    def test_nobody_gets_in_without_the_password(self):
        self.running()
        where = {"host": self.postmaster().host, "port": self.postmaster().port, "dbname": "registry"}
        for user in ("registry", "postgres"):
            for password in ("", "wrong"):
                with self.subTest(user=user, password=password), self.assertRaises(psycopg.OperationalError):
                    psycopg.connect(**where, user=user, password=password)

    def test_what_the_server_keeps_is_for_its_owner_alone(self):
        self.run_once()
        folder = self.folder()
        for path in (folder, folder / "password", folder / "cluster", folder / "socket", folder / "log"):
            with self.subTest(path=path.name):
                self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0)
                self.assertEqual(path.stat().st_uid, os.geteuid())

    @unittest.skipUnless(AS_ROOT, "only root can try as another user of the machine")
    def test_another_user_of_the_machine_gets_nowhere_even_with_the_password(self):
        for var in (self.var, self.top / ("d" * 100) / "var"):
            with self.subTest(var=var):
                self.running(var=var)
                server = EmbeddedServer(self.folder(var), durable=False)
                self.addCleanup(server.end)
                attempts = as_stranger(self.postmaster(var).socket_folder, self.folder(var), server.url())
                self.assertEqual(attempts, dict.fromkeys(("enter", "read", "connect"), "refused"))


def as_stranger(socket_folder: str, folder: Path, url: str) -> dict[str, str]:
    """What becomes of a process of another user that tries to get in."""

    def outcome(attempt) -> str:
        try:
            attempt()
        except (OSError, psycopg.OperationalError):
            return "refused"
        return "got in"

    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setgroups([])
        os.setresgid(STRANGER, STRANGER, STRANGER)
        os.setresuid(STRANGER, STRANGER, STRANGER)
        attempts = {
            "enter": outcome(lambda: os.listdir(socket_folder)),
            "read": outcome((folder / "password").read_text),
            "connect": outcome(lambda: psycopg.connect(url)),
        }
        os.write(writing, json.dumps(attempts).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.wait()
    return json.loads(text)


@unittest.skipUnless(AS_ROOT, "these are about root, and the tests do not run as root")
class RootAndOthers(Projects):
    """Both the project and the installed PostgreSQL lie where only root may enter."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.packages = Path(
            cls.enterClassContext(temporary_folder())
        )  # temporary folders are for their owner
        installed = programs.folder().parents[1]
        other_version = shutil.ignore_patterns("pginstall")
        for folder in filter(Path.exists, (installed, installed.with_suffix(".libs"))):
            shutil.copytree(folder, cls.packages / folder.name, ignore=other_version)

    def starting(self, *words, **more) -> Application:
        return super().starting(*words, PYTHONPATH=f"{ROOT}{os.pathsep}{self.packages}", **more)

    def setUp(self) -> None:
        super().setUp()
        self.home = self.top / "home of root"
        self.home.mkdir(mode=0o700)
        self.var = self.home / "project" / "var"

    def permissions(self) -> list[int]:
        return [stat.S_IMODE(path.stat().st_mode) for path in (self.top, self.home)]

    def assert_without_roots_rights(self, pid: int) -> None:
        """No capability, or only the one to pass through folders."""
        status = Path(f"/proc/{pid}/status").read_text()
        rights = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff"))
        self.assertIn(int(rights, 16), (0, DAC_OVERRIDE))

    def test_root_may_keep_the_project_where_only_root_may_enter(self):
        before = self.permissions()
        application = self.running(MAKE_TABLE, fresh=True)
        self.assertEqual(self.permissions(), before)
        self.assert_without_roots_rights(self.postmaster().pid)
        application.end()
        self.assertEqual(self.run_once(READ_TABLE), [[7]])

    def test_root_where_user_namespaces_are_forbidden_from_one_day_on(self):
        before = self.permissions()
        self.run_once(MAKE_TABLE, **DURABLE)
        confined = self.confined(READ_TABLE, **DURABLE)
        self.assertEqual(confined.answer(), [[7]])
        self.assertEqual((self.folder() / "cluster").stat().st_uid, NOBODY)
        self.assert_without_roots_rights(self.postmaster().pid)
        self.assertEqual(self.permissions(), before)
        self.assertEqual(confined.end(), "")
        self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])

    def test_root_makes_a_database_where_user_namespaces_are_forbidden(self):
        application = self.confined(fresh=True)
        application.answer()
        server = self.postmaster()
        self.assertEqual(application.end(), "")
        self.assert_gone(server.pid)

    def confined(self, sql: str = "SELECT 1", **more) -> Application:
        """An application of root in surroundings that forbid user namespaces, as many containers do.

        Within a namespace of its own that has all users, root may forbid further ones. Where
        not even that one can be made, they are forbidden already.
        """
        if subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode:
            return self.starting(sql, **more)
        mapped = "while ! grep -q . /proc/self/uid_map; do sleep 0.01; done"
        forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
        inside = ("sh", "-c", f"{mapped}; exec sh -c '{forbid}' sh \"$@\"", "sh")
        application = self.starting(sql, before=("unshare", "--user", *inside), **more)
        process = Path(f"/proc/{application.pid}")
        while os.readlink(process / "ns/user") == os.readlink("/proc/self/ns/user"):
            time.sleep(0.01)
        for kind in ("gid_map", "uid_map"):
            (process / kind).write_text("0 0 65536")
        return application

    def test_an_ordinary_user_beside_root(self):
        project = self.top / "home of a user"
        project.mkdir()
        os.chown(project, NOBODY, NOBODY)
        # The capability lets it read the programs, which here are in a folder of root.
        ordinary = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        ordinary += ("--securebits=+no_setuid_fixup",)
        ordinary += ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")
        mine = self.starting(var=project / "var", before=ordinary, fresh=True)
        roots = self.running()
        mine.answer()
        self.assertEqual((self.folder(project / "var") / "cluster").stat().st_uid, NOBODY)
        server = self.postmaster(project / "var")
        self.assertEqual(mine.end(), "")
        self.assert_gone(server.pid)
        self.assertEqual(roots.ask("SELECT 6"), [[6]])
