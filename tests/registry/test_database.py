"""The database, named by DATABASE_URL or embedded: when the server starts, who shares it, when it ends."""

import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path
from urllib.request import urlopen

from django.core.exceptions import ImproperlyConfigured

from registry.database import databases_from
from registry.postgres.server import EmbeddedServer
from tests.registry.applications import (
    APPLICATION,
    CONNECT,
    DURABLE,
    MAKE_TABLE,
    READ_TABLE,
    ROOT,
    Projects,
    environment,
    free_port,
    runs,
)


class LifeOfTheServer(Projects):
    def test_the_first_start_makes_a_durable_server_of_its_own(self):
        expected = {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "listen_addresses": "",
            "server_encoding": "UTF8",
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "password_encryption": "scram-sha-256",
        }
        names = ", ".join(f"'{name}'" for name in expected)
        application = self.starting(
            f"SELECT name, setting FROM pg_settings WHERE name IN ({names})", fresh=True, **DURABLE
        )
        self.assertEqual(dict(application.answer()), expected)
        self.assertEqual(application.ask("SELECT upper('é'), current_database()"), [["É", "registry"]])

    def test_the_application_is_no_superuser_and_may_make_the_test_database(self):
        rights = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        self.assertEqual(self.run_once(rights), [[False, True, False]])

    def test_data_are_kept_and_no_server_is_left_behind(self):
        first = self.running(MAKE_TABLE)
        server = self.postmaster()
        self.assertEqual(first.end(), "")
        self.assert_gone(server.pid)
        self.assertEqual(self.run_once(READ_TABLE), [[7]])

    def test_processes_that_start_at_once_share_one_server_until_the_last_has_ended(self):
        processes = [self.starting("SELECT pg_backend_pid()", fresh=True) for _ in range(4)]
        self.assertEqual(len({process.answer()[0][0] for process in processes}), 4)
        server = self.postmaster()
        for process in processes[:3]:
            self.assertEqual(process.end(), "")
            self.assert_runs(server.pid)
        processes[3].end()
        self.assert_gone(server.pid)

    def test_processes_that_end_at_once_leave_no_server_behind(self):
        processes = [self.running() for _ in range(3)]
        server = self.postmaster()
        for process in processes:
            process.told_to_end()
        self.assert_gone(server.pid)

    def test_one_starts_while_the_last_ends(self):
        for _ in range(3):
            first = self.running()
            second = self.starting()
            first.told_to_end()
            second.answer()
            self.assertEqual(second.ask("SELECT 5"), [[5]])
            server = self.postmaster()
            second.end()
            self.assert_gone(server.pid)

    def test_two_projects_at_once_have_a_server_each(self):
        one, other = self.top / "one", self.top / "other"
        first, second = self.starting(MAKE_TABLE, one), self.starting("SELECT to_regclass('kept')", other)
        first.answer()
        self.assertEqual(second.answer(), [[None]])
        self.assertNotEqual(self.postmaster(one).pid, self.postmaster(other).pid)
        first.end()
        self.assertEqual(second.ask("SELECT 2"), [[2]])

    def test_after_kill_9_the_next_start_adopts_the_server_and_its_exit_stops_it(self):
        killed = [self.running() for _ in range(2)]
        server = self.postmaster()
        for application in killed:
            application.kill()
        self.assert_runs(server.pid)
        following = self.running()
        self.assertEqual(self.postmaster(), server)
        following.end()
        self.assert_gone(server.pid)

    def test_a_server_that_was_killed_is_started_again_by_the_same_process(self):
        application = self.running(MAKE_TABLE, **DURABLE)
        server = self.postmaster()
        os.kill(server.pid, signal.SIGKILL)
        self.assert_gone(server.pid)
        self.assertEqual(application.ask(READ_TABLE), [[7]])
        self.assertNotEqual(self.postmaster().pid, server.pid)

    def test_a_forked_child_keeps_the_server_of_its_parent(self):
        fork = "\nif os.fork():\n    sys.exit(0)\nconnection.connection = None\nfor line"
        application = self.running(code=APPLICATION.replace("\nfor line", fork))
        server = self.postmaster()
        os.waitpid(application.pid, 0)
        self.assert_runs(server.pid)
        self.assertEqual(application.ask("SELECT 3"), [[3]])
        application.told_to_end()
        self.assert_gone(server.pid)

    def test_a_start_that_was_interrupted_is_begun_anew(self):
        folder = self.var / "database"
        (folder / "cluster.unfinished" / "base").mkdir(parents=True)
        (folder / "password").write_text("of a cluster that was never finished")
        self.assertEqual(self.run_once(fresh=True, **DURABLE), [[1]])


class AfterAPowerCut(Projects):
    def crash(self, **more: str) -> None:
        """Leave the data folder as a machine that lost its power does."""
        application = self.running(MAKE_TABLE, **more)
        server = self.postmaster()
        application.kill()
        os.kill(server.pid, signal.SIGKILL)
        self.assert_gone(server.pid)

    @property
    def note(self) -> Path:
        """The file in which the server that ran last says its process number."""
        return self.folder() / "cluster" / "postmaster.pid"

    def test_the_data_are_recovered(self):
        self.crash(**DURABLE)
        self.assertTrue(self.note.exists())
        self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])

    def test_another_program_that_got_the_process_number_is_left_alone(self):
        self.crash(**DURABLE)
        with subprocess.Popen(["sleep", "60"]) as innocent:
            self.addCleanup(innocent.kill)
            for note in (self.note, self.folder() / "socket" / ".s.PGSQL.5432.lock"):
                lines = note.read_text().splitlines()
                note.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
            EmbeddedServer(self.folder()).leave()
            self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])
            self.assertIsNone(innocent.poll())
            innocent.kill()

    def test_an_empty_postmaster_pid_is_no_obstacle(self):
        self.crash(**DURABLE)
        self.note.write_text("")
        self.assertEqual(self.run_once(READ_TABLE, **DURABLE), [[7]])

    def test_data_without_fsync_are_made_anew(self):
        self.crash()
        found = self.run_once("SELECT to_regclass('kept'), current_setting('fsync')")
        self.assertEqual(found, [[None, "off"]])

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
        application = self.running()
        self.assertIn("in use", self.manage("database", "status").stdout)
        application.kill()
        self.assertIn("used by no process", self.manage("database", "status").stdout)
        self.assert_runs(self.postmaster().pid)

    def test_a_server_in_use_is_not_stopped_and_one_left_behind_is(self):
        application = self.running()
        server = self.postmaster()
        refused = self.manage("database", "stop")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("still uses the database", refused.stderr)
        self.assert_runs(server.pid)
        application.kill()
        self.assertEqual(self.manage("database", "stop").returncode, 0)
        self.assert_gone(server.pid)

    def test_the_address_serves_as_database_url_for_another_project(self):
        self.running(MAKE_TABLE)
        url = self.manage("database", "url").stdout.strip()
        other = self.top / "other"
        self.assertEqual(self.run_once(READ_TABLE, other, DATABASE_URL=url), [[7]])
        self.assertFalse(other.exists())
        status = self.manage("database", "status", var=other, DATABASE_URL=url)
        self.assertIn("database registry: answers, PostgreSQL 18", status.stdout)
        stop = self.manage("database", "stop", var=other, DATABASE_URL=url)
        self.assertIn("not this project's to stop", stop.stderr)
        self.assert_runs(self.postmaster().pid)

    def test_no_address_is_shown_of_a_server_that_does_not_run(self):
        self.run_once()
        outcome = self.manage("database", "url")
        self.assertEqual((outcome.returncode, outcome.stdout), (1, ""))

    def test_a_wrong_address_is_explained_without_a_traceback(self):
        outcome = self.manage("check", DATABASE_URL="mysql://somebody:topsecret@host/name")
        self.assertEqual(outcome.returncode, 1)
        self.assertTrue(outcome.stderr.startswith("DATABASE_URL"), outcome.stderr)
        self.assertNotIn("topsecret", outcome.stderr)


class WebServers(Projects):
    def serve(self, *command: str) -> subprocess.Popen:
        """Start a web server, as the leader of a group as a terminal does."""
        self.prepare(self.var)
        self._cleanup.callback(self.end_server, self.var)
        process = subprocess.Popen(
            [sys.executable, *command],
            env=environment(self.var),
            cwd=self.top,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            # whoever runs the tests may ignore a closed window (nohup); a server started by hand does not
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        self._cleanup.callback(self.end_group, process)
        return process

    def end_group(self, process: subprocess.Popen) -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def server_once_started(self) -> int:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if any(self.var.glob("*database/cluster/postmaster.pid")) and (found := self.postmaster()):
                return found.pid
            time.sleep(0.02)
        return self.fail("no database server was started")

    def fetch(self, port: int) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                    return answer.read().decode()
            except OSError:
                time.sleep(0.05)
        return self.fail("the web server does not answer")

    def assert_ends_with(self, process: subprocess.Popen, server: int) -> None:
        process.wait(30)
        self.assert_gone(server)
        self.assertFalse(runs(process.pid))

    def test_ctrl_c_ends_runserver_with_its_reloader_and_the_database(self):
        process = self.serve(str(ROOT / "manage.py"), "runserver", f"127.0.0.1:{free_port()}")
        server = self.server_once_started()
        os.killpg(process.pid, signal.SIGINT)
        self.assert_ends_with(process, server)

    def test_a_closed_terminal_window_ends_the_database_too(self):
        process = self.serve(str(ROOT / "manage.py"), "runserver", "--noreload", f"127.0.0.1:{free_port()}")
        server = self.server_once_started()
        os.killpg(process.pid, signal.SIGHUP)
        self.assert_ends_with(process, server)

    @unittest.skipIf(os.name == "nt", "gunicorn does not run on Windows")
    def test_gunicorn_with_two_workers_ends_the_database(self):
        (self.top / "door.py").write_text(
            CONNECT + "def application(environ, start):\n"
            "    start('200 OK', [])\n"
            "    return [str(ask('SELECT 41 + 1')[0][0]).encode()]\n"
        )
        port = free_port()
        process = self.serve("-m", "gunicorn", "--workers=2", f"--bind=127.0.0.1:{port}", "door:application")
        for _ in range(10):
            self.assertEqual(self.fetch(port), "42")
        server = self.postmaster().pid
        process.terminate()
        self.assert_ends_with(process, server)


class Address(unittest.TestCase):
    """DATABASE_URL, read; no server is needed."""

    def read(self, url: str) -> dict:
        return databases_from({"DATABASE_URL": url}, Path("nowhere"))["default"]

    def test_every_part_is_taken_over(self):
        login = "dr%40x:p%3A%2F%40%E7%A7%98"
        found = self.read(f"postgresql://{login}@db.example:5433/netlm?sslmode=require&connect_timeout=5")
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
            databases_from({}, Path("/project"))["default"]["EMBEDDED"],
            {"folder": str(Path("/project/var/database")), "durable": True},
        )
        moved = databases_from({"NETLM_VAR": "/data"}, Path("/project"))["default"]["EMBEDDED"]
        self.assertEqual(moved["folder"], str(Path("/data/database")))

    def test_the_embedded_server_knows_the_application_the_owner_and_the_sealer(self):
        found = databases_from({}, Path("/project"))
        roles = {alias: one["USER"] for alias, one in found.items()}
        self.assertEqual(roles, {"default": "registry_app", "owner": "registry", "seal": "registry_seal"})

    def test_a_process_of_the_application_need_not_know_the_owner(self):
        url = "postgresql://app@db.example/netlm"
        self.assertEqual(set(databases_from({"DATABASE_URL": url}, Path("nowhere"))), {"default"})
        owner = {"DATABASE_URL": url, "DATABASE_OWNER_URL": "postgresql://boss@db.example/netlm"}
        self.assertEqual(databases_from(owner, Path("nowhere"))["owner"]["USER"], "boss")

    def test_a_wrong_address_of_the_owner_is_named_by_its_own_variable(self):
        given = {"DATABASE_URL": "postgresql://app@h/netlm", "DATABASE_OWNER_URL": "mysql://x"}
        with self.assertRaisesRegex(ImproperlyConfigured, "^DATABASE_OWNER_URL is not"):
            databases_from(given, Path("nowhere"))
