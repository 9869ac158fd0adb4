"""Who gets to the embedded database: root, ordinary users, strangers; and from which folders."""

import json
import os
import shutil
import stat
import subprocess
import unittest
from pathlib import Path

import psycopg

from registry.postgres.server import EmbeddedServer
from tests.registry.applications import DURABLE, MAKE_TABLE, READ_TABLE, Projects

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOBODY = 65534
STRANGER = 65533


class Places(Projects):
    def test_a_path_with_a_space_and_chinese_characters(self):
        var = self.top / "神经内分泌 肿瘤" / "it's $HOME" / "var"
        self.assertEqual(self.run_once("SELECT 1", var), [[1]])

    def test_a_very_long_path_uses_a_short_private_socket_folder_elsewhere(self):
        var = self.top / ("很长的路径" * 15) / ("d" * 60) / "var"
        application = self.application(var, sql="SELECT current_setting('unix_socket_directories')")
        elsewhere = Path(application.answer()[0][0].strip('"'))
        self.assertFalse(elsewhere.is_relative_to(self.top))
        self.assertEqual(stat.S_IMODE(elsewhere.stat().st_mode), 0o700)
        self.assertEqual(self.run_once("SELECT 2", var), [[2]])
        application.end()
        self.assertFalse(elsewhere.exists())

    def test_a_socket_folder_that_others_prepared_is_not_used(self):
        var = self.top / ("d" * 100) / "var"
        self.run_once("SELECT 1", var)
        prepared = self.top / "prepared"
        prepared.mkdir()
        prepared.chmod(0o777)
        (self.folder(var) / "socket-folder").write_text(str(prepared))
        application = self.application(var, sql="SELECT current_setting('unix_socket_directories')")
        self.assertNotIn("prepared", application.answer()[0][0])
        application.end()
        self.assertTrue(prepared.exists())

    def test_a_path_that_a_list_of_hosts_cannot_hold(self):
        self.assertEqual(self.run_once("SELECT 1", self.top / 'a, "b"' / "var"), [[1]])

    def test_a_copy_of_a_project_in_use_gets_a_server_of_its_own(self):
        application = self.application(sql=MAKE_TABLE)
        application.answer()
        copy = self.top / "copy"
        shutil.copytree(self.var, copy, ignore=shutil.ignore_patterns(".s.PGSQL*"))
        self.run_once("SELECT 1", copy)
        self.assertEqual(application.ask(READ_TABLE), [[7]])


class Refusals(Projects):
    def test_data_of_another_version_are_not_touched(self):
        self.run_once("SELECT 1", **DURABLE)
        mark = self.folder() / "cluster" / "PG_VERSION"
        mark.write_text("15\n")
        said = self.failure(**DURABLE)
        self.assertIn("were written by PostgreSQL 15", said)
        self.assertIn("Nothing was changed", said)
        self.assertEqual(mark.read_text(), "15\n")

    def test_a_server_that_does_not_start_shows_its_log(self):
        self.run_once("SELECT 1")
        with (self.folder() / "cluster" / "postgresql.conf").open("a") as configuration:
            configuration.write("no_such_setting = 1\n")
        said = self.failure()
        self.assertIn("did not start", said)
        self.assertIn('unrecognized configuration parameter "no_such_setting"', said)

    def test_a_folder_that_cannot_be_made_is_named(self):
        self.top.joinpath("file").write_text("")
        said = self.failure(self.top / "file" / "var")
        self.assertIn("cannot be kept in", said)
        self.assertIn("NETLM_VAR", said)

    @unittest.skipUnless(AS_ROOT, "only root can make a folder that belongs to somebody else")
    def test_a_folder_of_another_user_is_refused(self):
        self.run_once("SELECT 1")
        os.chown(self.folder(), STRANGER, STRANGER)
        self.assertIn("belongs to another user", self.failure())

    def test_nobody_gets_in_without_the_password(self):
        application = self.application()
        application.answer()
        server = EmbeddedServer(self.folder(), durable=False)
        host, port = server.postmaster().host, server.postmaster().port
        for user in ("registry", "postgres"):
            for password in ("", "wrong"):
                with self.subTest(user=user, password=password), self.assertRaises(psycopg.OperationalError):
                    psycopg.connect(host=host, port=port, user=user, password=password, dbname="registry")

    def test_what_the_server_keeps_is_for_its_owner_alone(self):
        self.run_once("SELECT 1")
        folder = self.folder()
        for path in (folder, folder / "password", folder / "cluster", folder / "socket", folder / "log"):
            with self.subTest(path=path.name):
                self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0)
                self.assertEqual(path.stat().st_uid, os.geteuid())

    @unittest.skipUnless(AS_ROOT, "only root can try as another user of the machine")
    def test_another_user_of_the_machine_gets_nowhere(self):
        long_path = self.top / ("d" * 100) / "var"
        for var in (self.var, long_path):
            application = self.application(var)
            application.answer()
            server = EmbeddedServer(self.folder(var), durable=False)
            attempts = self.as_stranger(server.postmaster().host, self.folder(var), server.url())
            self.assertEqual(attempts, {"enter": "refused", "password": "refused", "connect": "refused"})
            os.close(server._membership)

    def as_stranger(self, socket_folder: str, folder: Path, url: str) -> dict[str, str]:
        """What happens to a process of another user, even one that has learned the password."""

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
            results = {
                "enter": outcome(lambda: os.listdir(socket_folder)),
                "password": outcome((folder / "password").read_text),
                "connect": outcome(lambda: psycopg.connect(url)),
            }
            os.write(writing, json.dumps(results).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            return json.loads(answer.read())


@unittest.skipUnless(AS_ROOT, "these are about root")
class RootAndOthers(Projects):
    def setUp(self) -> None:
        super().setUp()
        self.home = self.top / "home of root"
        self.home.mkdir(mode=0o700)
        self.var = self.home / "project" / "var"

    def permissions(self) -> list[int]:
        return [stat.S_IMODE(path.stat().st_mode) for path in (self.top, self.home)]

    def test_root_may_keep_the_project_where_only_root_may_enter(self):
        before = self.permissions()
        application = self.application(sql=MAKE_TABLE)
        application.answer()
        self.assertEqual(self.permissions(), before)
        self.assert_without_roots_rights(self.server())
        application.end()
        self.assertEqual(self.run_once(READ_TABLE), [[7]])

    def assert_without_roots_rights(self, pid: int) -> None:
        status = Path(f"/proc/{pid}/status").read_text()
        rights = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff"))
        dac_override = 0b10
        self.assertEqual(int(rights, 16) & ~dac_override, 0)

    def test_root_where_user_namespaces_are_forbidden(self):
        before = self.permissions()
        self.run_once(MAKE_TABLE, **DURABLE)
        confined = self.application(None, *self.without_namespaces(), **DURABLE)
        confined.answer()
        self.assertEqual(confined.ask(READ_TABLE), [[7]])
        self.assertEqual((self.folder() / "cluster").stat().st_uid, NOBODY)
        self.assert_without_roots_rights(self.server())
        self.assertEqual(self.permissions(), before)
        self.assertEqual(confined.end(), "")
        self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])

    def test_root_makes_a_database_where_user_namespaces_are_forbidden(self):
        application = self.application(None, *self.without_namespaces())
        application.answer()
        server = self.server()
        self.assertEqual(application.end(), "")
        self.assert_gone(server)

    def without_namespaces(self) -> list[str]:
        """What stands before a command to run it as root without user namespaces, as in many containers.

        Inside a namespace of its own with all users, root may forbid further ones. Where this
        cannot be made, they are forbidden already.
        """
        inside = ["unshare", "--user", "--map-users=0,0,65536", "--map-groups=0,0,65536"]
        inside += ["sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"]
        return inside if subprocess.run([*inside, "true"], capture_output=True).returncode == 0 else []

    def test_an_ordinary_user_beside_root(self):
        project = self.top / "home of a user"
        project.mkdir()
        os.chown(project, NOBODY, NOBODY)
        # The capability lets it read the interpreter, which on some machines lies in root's home.
        ordinary = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        ordinary += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
        mine = self.application(project / "var", *ordinary)
        roots = self.application()
        mine.answer()
        roots.answer()
        self.assertEqual((self.folder(project / "var") / "cluster").stat().st_uid, NOBODY)
        server = self.server(project / "var")
        self.assertEqual(mine.end(), "")
        self.assert_gone(server)
        self.assertEqual(roots.ask("SELECT 6"), [[6]])
