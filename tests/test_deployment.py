"""What is written for people who install the registry agrees with the code that they install."""

import re
import unittest
from pathlib import Path

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

    def test_it_does_not_run_as_root(self):
        user, command = text("Dockerfile").index("\nUSER netlm\n"), text("Dockerfile").index("\nCMD ")
        self.assertLess(user, command)

    def test_both_ways_serve_with_the_same_options(self):
        options = re.findall(r"--(?:workers|threads|timeout)=\d+", text("Dockerfile").split("\nCMD ")[1])
        self.assertEqual(len(options), 3)
        for option in options:
            self.assertIn(option, text("docs/operations.md"))


class Targets(unittest.TestCase):
    def test_make_help_names_every_target(self):
        makefile = text("Makefile")
        targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
        told = re.findall(r'@echo "make (\w+)', makefile)
        self.assertEqual(set(targets) - set(told), {"help", "free-port"})
