"""What is written for people who install the registry agrees with the code that they install."""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.documents import block_after

ROOT = Path(__file__).resolve().parent.parent
READ = r'(?:environ\.get\(|environ\[|_flag\(|_list\(|_number\(|_secret\(|_one_of\()"([A-Z_]+)"(?!\] = )'


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


class Settings(unittest.TestCase):
    def test_every_variable_that_the_code_reads_is_explained(self):
        read = set()
        places = ("registry/settings.py", "registry/database.py", "tests/runner.py", "tests/browser/base.py")
        for path in places:
            named = re.findall(READ, text(path))
            self.assertTrue(named, path)
            read.update(named)
        explained = set(re.findall(r"`([A-Z_]+)(?:=1)?`", text("docs/deployment.md")))
        self.assertEqual(read - explained, set())

    def test_compose_has_no_default_for_a_secret(self):
        compose = text("compose.yaml")
        secrets = ("DATABASE_PASSWORD", "DATABASE_ADMIN_PASSWORD", "DJANGO_SECRET_KEY")
        secrets += ("DATABASE_OWNER_PASSWORD", "DATABASE_SEAL_PASSWORD", "NETLM_SEAL_KEY", "NETLM_BACKUP_KEY")
        for name in secrets:
            with self.subTest(name=name):
                self.assertIn(f"${{{name}:?", compose)
                self.assertNotIn(f"${{{name}:-", compose)
                self.assertIn(f"{name}=$(openssl rand", text("docs/operations.md"))

    def test_compose_passes_on_every_setting_of_a_hospital(self):
        compose = text("compose.yaml")
        table = re.findall(r"^\| `([A-Z_]+)`", text("docs/deployment.md"), re.MULTILINE)
        of_one_machine = {"NETLM_VAR", "NETLM_DEBUG", "NETLM_WAL_ARCHIVE", "NETLM_PROMISES"}
        for name in set(table) - of_one_machine:
            with self.subTest(name=name):
                self.assertIn(f"      {name}: ", compose)


class Image(unittest.TestCase):
    def test_everything_that_is_copied_exists_and_is_not_held_back(self):
        allowed = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
        copied = {line.split()[1] for line in text("Dockerfile").splitlines() if line.startswith("COPY")}
        self.assertEqual(copied, allowed)
        for name in copied:
            self.assertTrue((ROOT / name).exists(), name)

    def test_what_its_settings_can_switch_on_is_installed(self):
        """The settings of compose.yaml name the hospital's own login, which needs packages of its own."""
        self.assertIn("NETLM_LDAP_URL", text("compose.yaml"))
        installed = re.search(r"pip install (.*)", text("Dockerfile"))[1]
        for named in ("requirements.txt", "requirements-sso.txt"):
            self.assertIn(f"-r {named}", installed)

    def test_it_does_not_run_as_root(self):
        user, command = text("Dockerfile").index("\nUSER netlm\n"), text("Dockerfile").index("\nCMD ")
        self.assertLess(user, command)

    def test_both_ways_serve_with_the_same_options(self):
        options = re.findall(r"--(?:workers|threads|timeout)=\d+", text("Dockerfile").split("\nCMD ")[1])
        self.assertEqual(len(options), 3)
        for option in options:
            self.assertIn(option, text("docs/operations.md"))


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed (Debian: systemd)")
class Units(unittest.TestCase):
    """systemd's own judgement of the units to be copied, with paths that exist here."""

    WEB, BACKUP = "`/etc/systemd/system/netlm.service`:", "Nightly by a systemd timer:"
    TIMER = "docker compose run --rm backup`:"

    def judged(self, **units: str) -> str:
        """What systemd has to say about these units."""
        with tempfile.TemporaryDirectory() as folder:
            for name, unit in units.items():
                unit = unit.replace("/opt/netlm/registry/.venv/bin/python", sys.executable)
                unit = unit.replace("/opt/netlm/registry", str(ROOT))
                Path(folder, name.replace("_", ".")).write_text(unit + "\n", encoding="utf-8")
            files = [str(one) for one in sorted(Path(folder).iterdir())]
            done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
            return done.stdout + done.stderr + ("" if done.returncode == 0 else f"{done.returncode}")

    def test_the_service_of_the_site_is_sound(self):
        self.assertEqual(self.judged(netlm_service=block_after(self.WEB)), "")

    def test_the_sealer_which_is_the_same_but_for_what_is_told_is_sound(self):
        unit, told = block_after(self.WEB), text("docs/operations.md").partition("is the same with")[2]
        for name in ("User", "EnvironmentFile", "ExecStart", "StateDirectory"):
            line = re.search(rf"`({name}=[^`]*)`", told)[1]
            unit = re.sub(rf"^{name}=.*", line, unit, flags=re.MULTILINE)
        self.assertIn("seal_audit --every 30", unit)
        self.assertEqual(self.judged(netlm_seal_service=unit), "")

    def test_the_backup_and_its_timer_are_sound(self):
        units = {"backup_service": block_after(self.BACKUP), "backup_timer": block_after(self.TIMER)}
        self.assertEqual(self.judged(**units), "")

    def test_a_wrong_unit_would_be_seen(self):
        unit = block_after(self.WEB).replace("ProtectSystem", "ProtectSytem")
        self.assertIn("ProtectSytem", self.judged(netlm_service=unit))


class Targets(unittest.TestCase):
    def test_make_help_names_every_target(self):
        makefile = text("Makefile")
        targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
        told = re.findall(r'@echo "make (\w+)', makefile)
        self.assertEqual(set(targets) - set(told), {"help", "free-port"})
