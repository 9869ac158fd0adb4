"""The database: real servers in temporary folders, used and killed by real processes."""

import os
import signal
import stat
import subprocess
import sys
import time
import unittest
from pathlib import Path
from urllib.request import urlopen

from django.core.exceptions import ImproperlyConfigured

from registry.database import settings_from
from registry.postgres.server import EmbeddedServer
from tests.registry.applications import (
    APPLICATION,
    DURABLE,
    MAKE_TABLE,
    READ_TABLE,
    ROOT,
    UNTIL_TOLD,
    Projects,
    alive,
    environment,
    free_port,
)


class LifeOfTheServer(Projects):
    def test_the_first_start_makes_a_durable_server_of_its_own(self):
        settings = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums", "listen_addresses")
        settings += (
            "server_encoding",
            "log_error_verbosity",
            "log_min_error_statement",
            "password_encryption",
        )
        chosen = ", ".join(f"current_setting('{one}')" for one in settings)
        (found,) = self.run_once(f"SELECT {chosen}, upper('é'), current_database()", **DURABLE)
        self.assertEqual(found[:5], ["on", "on", "on", "on", ""])
        self.assertEqual(found[5:9], ["UTF8", "terse", "panic", "scram-sha-256"])
        self.assertEqual(found[9:], ["É", "registry"])

    def test_the_application_is_no_superuser_and_may_make_the_test_database(self):
        found = self.run_once(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        self.assertEqual(found, [[False, True, False]])

    def test_data_are_kept_and_no_server_is_left_behind(self):
        first = self.application(sql=MAKE_TABLE)
        first.answer()
        server = self.server()
        self.assertEqual(first.end(), "")
        self.assert_gone(server)
        self.assertEqual(self.run_once(READ_TABLE), [[7]])

    def test_processes_that_start_at_once_share_one_server_until_the_last_has_ended(self):
        processes = [self.application(sql="SELECT pg_backend_pid()") for _ in range(4)]
        self.assertEqual(len({process.answer()[0][0] for process in processes}), 4)
        server = self.server()
        for process in processes[:3]:
            self.assertEqual(process.end(), "")
            self.assert_runs(server)
        processes[3].end()
        self.assert_gone(server)

    def test_processes_that_end_at_once_leave_no_server_behind(self):
        processes = [self.application() for _ in range(4)]
        for process in processes:
            process.answer()
        server = self.server()
        for process in processes:
            process.end(wait=False)
        self.assert_gone(server)

    def test_one_starts_while_the_last_ends(self):
        for _ in range(5):
            first = self.application()
            first.answer()
            second = self.application()
            first.end()
            second.answer()
            self.assertEqual(second.ask("SELECT 5"), [[5]])
            server = self.server()
            second.end()
            self.assert_gone(server)

    def test_two_projects_at_once_have_a_server_each(self):
        one, other = self.top / "one", self.top / "other"
        first = self.application(one, sql="CREATE TABLE mine AS SELECT 1")
        second = self.application(other, sql="SELECT to_regclass('mine')")
        first.answer()
        self.assertEqual(second.answer(), [[None]])
        self.assertNotEqual(self.server(one), self.server(other))
        first.end()
        self.assertEqual(second.ask("SELECT 2"), [[2]])

    def test_after_kill_9_the_next_start_adopts_the_server_and_its_exit_stops_it(self):
        killed = [self.application() for _ in range(2)]
        for application in killed:
            application.answer()
        server = self.server()
        for application in killed:
            application.kill()
        self.assert_runs(server)
        following = self.application()
        following.answer()
        self.assertEqual(self.server(), server)
        following.end()
        self.assert_gone(server)

    def test_a_server_that_was_killed_is_started_again_by_the_same_process(self):
        application = self.application(**DURABLE, sql=MAKE_TABLE)
        application.answer()
        server = self.server()
        os.kill(server, signal.SIGKILL)
        self.assert_gone(server)
        self.assertEqual(application.ask(READ_TABLE), [[7]])
        self.assertNotEqual(self.server(), server)

    def test_a_forked_child_keeps_the_server_of_its_parent(self):
        fork = "\nif os.fork():\n    sys.exit(0)\nconnection.connection = None\n"
        application = self.application(code=APPLICATION + fork + UNTIL_TOLD)
        application.answer()
        server = self.server()
        os.waitpid(application.pid, 0)
        self.assert_runs(server)
        self.assertEqual(application.ask("SELECT 3"), [[3]])
        application._process.stdin.close()
        self.assert_gone(server)

    def test_a_start_that_was_interrupted_is_begun_anew(self):
        folder = self.var / "database"
        (folder / "cluster.unfinished" / "base").mkdir(parents=True)
        (folder / "password").write_text("of a cluster that was never finished")
        self.assertEqual(self.run_once("SELECT 1", **DURABLE), [[1]])


class AfterAPowerCut(Projects):
    def crash(self, **more: str) -> None:
        """Leave the data folder as a machine that lost its power does."""
        application = self.application(sql=MAKE_TABLE, **more)
        application.answer()
        server = self.server()
        application.kill()
        os.kill(server, signal.SIGKILL)
        self.assert_gone(server)
        self.assertTrue((self.folder() / "cluster" / "postmaster.pid").exists())

    def test_the_data_are_recovered(self):
        self.crash(**DURABLE)
        self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])

    def test_another_program_that_got_the_process_number_is_left_alone(self):
        self.crash(**DURABLE)
        note = self.folder() / "cluster" / "postmaster.pid"
        with subprocess.Popen(["sleep", "60"]) as innocent:
            lines = note.read_text().splitlines()
            note.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
            EmbeddedServer(self.folder()).leave()
            self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])
            self.assertIsNone(innocent.poll())
            innocent.kill()

    def test_an_empty_postmaster_pid_is_no_obstacle(self):
        self.crash(**DURABLE)
        (self.folder() / "cluster" / "postmaster.pid").write_text("")
        self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])

    def test_data_without_fsync_are_made_anew(self):
        self.crash()
        self.assertEqual(
            self.run_once("SELECT to_regclass('kept'), current_setting('fsync')"), [[None, "off"]]
        )

    def test_a_throwaway_server_never_touches_real_data(self):
        self.run_once(MAKE_TABLE, **DURABLE)
        self.assertEqual(self.run_once("SELECT to_regclass('kept')"), [[None]])
        self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])


class Commands(Projects):
    def test_commands_that_need_no_database_start_none_and_warn_of_nothing(self):
        for words in (
            ["--help"],
            ["check"],
            ["makemigrations", "--check", "--dry-run"],
            ["collectstatic", "--noinput", "--dry-run"],
            ["compilemessages", "--help"],
        ):
            with self.subTest(command=words):
                outcome = self.manage(*words)
                self.assertEqual((outcome.returncode, outcome.stderr), (0, ""))
                self.assertEqual(list(self.var.glob("*database*")), [])

    def test_the_status_is_told_and_changes_nothing(self):
        self.assertIn("not running", self.manage("database", "status").stdout)
        application = self.application()
        application.answer()
        self.assertIn("in use", self.manage("database", "status").stdout)
        application.kill()
        self.assertIn("used by no process", self.manage("database", "status").stdout)
        self.assert_runs(self.server())

    def test_a_server_in_use_is_not_stopped_and_one_left_behind_is(self):
        application = self.application()
        application.answer()
        server = self.server()
        refused = self.manage("database", "stop")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("still uses the database", refused.stderr)
        self.assert_runs(server)
        application.kill()
        self.assertEqual(self.manage("database", "stop").returncode, 0)
        self.assert_gone(server)

    def test_the_address_serves_as_database_url_for_another_project(self):
        application = self.application(sql="CREATE TABLE mine AS SELECT 9 AS value")
        application.answer()
        url = self.manage("database", "url").stdout.strip()
        other = self.top / "other"
        self.assertEqual(self.run_once("SELECT value FROM mine", other, DATABASE_URL=url), [[9]])
        self.assertFalse(other.exists())
        status = self.manage("database", "status", var=other, DATABASE_URL=url)
        self.assertIn("database registry: answers, PostgreSQL 18", status.stdout)
        stop = self.manage("database", "stop", var=other, DATABASE_URL=url)
        self.assertIn("not this project's to stop", stop.stderr)
        self.assert_runs(self.server())

    def test_no_address_is_shown_of_a_server_that_does_not_run(self):
        self.run_once("SELECT 1")
        outcome = self.manage("database", "url")
        self.assertEqual((outcome.returncode, outcome.stdout), (1, ""))

    def test_a_copy_is_private_and_restores_what_was_there(self):
        self.run_once("CREATE TABLE 病例 AS SELECT 7 AS value")
        copy = self.top / "copy of today"
        self.assertEqual(self.manage("database", "dump", str(copy)).stderr, "")
        self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)
        again = self.manage("database", "dump", str(copy))
        self.assertIn("is not overwritten", again.stderr)
        elsewhere = self.top / "elsewhere"
        self.assertEqual(self.manage("database", "restore", str(copy), var=elsewhere).stderr, "")
        self.assertEqual(self.run_once("SELECT value FROM 病例", elsewhere), [[7]])
        occupied = self.manage("database", "restore", str(copy), var=elsewhere)
        self.assertIn("not empty", occupied.stderr)

    def test_a_copy_that_cannot_be_written_says_so(self):
        outcome = self.manage("database", "dump", str(self.top / "no such folder" / "copy"))
        self.assertEqual(outcome.returncode, 1)
        self.assertIn("cannot be written", outcome.stderr)

    def test_a_wrong_address_is_explained_without_a_traceback(self):
        outcome = self.manage("check", DATABASE_URL="mysql://somebody:topsecret@host/name")
        self.assertEqual(outcome.returncode, 1)
        self.assertTrue(outcome.stderr.startswith("DATABASE_URL"), outcome.stderr)
        self.assertNotIn("topsecret", outcome.stderr)


class WebServers(Projects):
    def serve(self, *command: str, **more: str) -> subprocess.Popen:
        self._cleanup.callback(self.end_servers_under, self.var)
        process = subprocess.Popen(
            [sys.executable, *command],
            env=environment(self.var, **more),
            cwd=self.top,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._cleanup.callback(lambda: alive(-process.pid) and os.killpg(process.pid, signal.SIGKILL))
        self._cleanup.callback(process.wait, 30)
        self._cleanup.callback(process.kill)
        return process

    def wait_for_server(self) -> int:
        for _ in range(600):
            try:
                return self.server()
            except (FileNotFoundError, IndexError):
                time.sleep(0.05)
        return self.fail("no server was started")

    def test_ctrl_c_ends_runserver_with_its_reloader_and_the_database(self):
        process = self.serve(str(ROOT / "manage.py"), "runserver", f"127.0.0.1:{free_port()}")
        server = self.wait_for_server()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
        self.assert_gone(server)

    def test_a_closed_terminal_window_ends_the_database_too(self):
        process = self.serve(str(ROOT / "manage.py"), "runserver", "--noreload", f"127.0.0.1:{free_port()}")
        server = self.wait_for_server()
        os.killpg(process.pid, signal.SIGHUP)
        process.wait(30)
        self.assert_gone(server)

    @unittest.skipIf(os.name == "nt", "gunicorn does not run on Windows")
    def test_gunicorn_with_two_workers_ends_the_database(self):
        (self.top / "door.py").write_text(WSGI)
        port = free_port()
        words = ["--workers=2", f"--bind=127.0.0.1:{port}", "--control-socket=control", "door:application"]
        process = self.serve("-m", "gunicorn", *(word for word in words if "control" not in word))
        for _ in range(20):
            self.assertEqual(self.fetch(port), "42")
        server = self.server()
        process.terminate()
        process.wait(30)
        self.assert_gone(server)

    def fetch(self, port: int) -> str:
        for _ in range(200):
            try:
                with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                    return answer.read().decode()
            except OSError:
                time.sleep(0.05)
        return self.fail("the web server does not answer")


class Address(unittest.TestCase):
    """DATABASE_URL, read; no server is needed."""

    def read(self, url: str) -> dict:
        return settings_from({"DATABASE_URL": url}, Path("nowhere"))

    def test_every_part_is_taken_over(self):
        found = self.read(
            "postgresql://dr%40x:p%3A%2F%40%E7%A7%98@db.example:5433/netlm?sslmode=require&connect_timeout=5"
        )
        self.assertEqual(found["ENGINE"], "django.db.backends.postgresql")
        self.assertEqual((found["USER"], found["PASSWORD"]), ("dr@x", "p:/@秘"))
        self.assertEqual((found["HOST"], found["PORT"], found["NAME"]), ("db.example", "5433", "netlm"))
        self.assertEqual(found["OPTIONS"], {"sslmode": "require", "connect_timeout": "5"})

    def test_a_socket_folder_may_be_the_host(self):
        found = self.read("postgres:///netlm?host=/run/postgresql&user=netlm")
        self.assertEqual((found["HOST"], found["USER"], found["PASSWORD"]), ("/run/postgresql", "netlm", ""))

    def test_a_wrong_address_names_the_variable_and_what_is_allowed_but_no_secret(self):
        for url, reason in {
            "": "it is empty",
            "sqlite:///topsecret.db": "does not begin with",
            "topsecret@host/name": "does not begin with",
            "postgresql://u:topsecret@host:5432/": "names no database",
            "postgresql://u:topsecret@host:port/name": "the port",
            "postgresql://u:topsecret@host:0/name": "the port",
            "postgresql://u:topsecret@host:70000/name": "the port",
            "postgresql://u:top@secret!@host/name": "the host has letters",
            "postgresql://u:topsecret@host/name?sslmod=require": "cannot be read",
            "postgresql://u:topsecret%zz@host/name": "cannot be read",
        }.items():
            with self.subTest(url=url), self.assertRaises(ImproperlyConfigured) as caught:
                self.read(url)
            said = str(caught.exception)
            self.assertIn(reason, said)
            self.assertTrue(said.startswith("DATABASE_URL"))
            self.assertIn("postgresql://user:password@host:port/name", said)
            self.assertNotIn("secret", said)
            self.assertIsNone(caught.exception.__cause__ or caught.exception.__context__)

    def test_without_it_the_data_lie_under_var(self):
        self.assertEqual(
            settings_from({}, Path("/project"))["EMBEDDED"],
            {"folder": str(Path("/project/var/database")), "durable": True},
        )
        self.assertEqual(
            settings_from({"NETLM_VAR": "/data"}, Path("/project"))["EMBEDDED"]["folder"],
            str(Path("/data/database")),
        )
