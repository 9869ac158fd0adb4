"""manage.py demo: a registry with the synthetic cohort, and the paper out of it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from analysis.render import FORMATS
from registry import demo
from registry.context import acting
from registry.labels import LANGUAGES, Label

REPORT = "paper"

PREPARING = Label("Preparing the database", "正在准备数据库")
LOADED = Label("{n} synthetic patients loaded", "已载入{n}例合成病例")
LOADED_BEFORE = Label(
    "The synthetic patients are already there; nothing was changed", "合成病例已存在,未作任何更改"
)
WRITING = Label("Writing the report", "正在生成报告")
WRITTEN = Label("The report is in {folder}", "报告已保存至 {folder}")
LOGINS = Label("To log in to the site (kept in {file})", "登录网站的用户名和密码(保存于 {file})")
NO_LOGINS = Label(
    "The users were there before; for a new password: manage.py newpassword surgeon",
    "用户此前已存在;如需重设密码,请运行:manage.py newpassword surgeon",
)


def _behind() -> bool:
    """Whether the database lacks migrations of this release."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class Command(BaseCommand):
    help = "Fill an empty registry with synthetic patients, print the paper's results and write its report."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--output", default="demo-output", help="folder for the written reports (default: demo-output)"
        )

    def handle(self, *args, **options) -> None:
        self._say(PREPARING)
        if _behind():
            call_command("migrate", verbosity=0, interactive=False)
        with acting("demo"):
            loaded_before = demo.is_loaded()
            try:
                centre = demo.load_demo()
            except demo.HoldsRealPatients as refusal:
                raise CommandError(f"{refusal.message.en}\n{refusal.message.zh}") from None
        self._say(LOADED_BEFORE if loaded_before else LOADED.fill(n=demo.PAPER.n))
        for language in LANGUAGES:
            self.stdout.write("")
            self.stdout.flush()  # the report is written to the bytes underneath
            call_command("report", REPORT, language=language, stdout=self.stdout)
        self._write_reports(Path(options["output"]))
        self._tell_logins(centre)

    def _write_reports(self, folder: Path) -> None:
        self._say(WRITING)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"cannot make the folder {folder}: {error.strerror}") from None
        for ending in FORMATS:
            for language in LANGUAGES:
                file = folder / f"{REPORT}-{language}.{ending}"
                call_command("report", REPORT, language=language, format=ending, output=str(file))
                self.stdout.write(f"  {file}")
        self._say(WRITTEN.fill(folder=folder.resolve()))

    def _tell_logins(self, centre) -> None:
        file = settings.VAR_DIR / "demo-login.txt"
        with acting("demo"):
            text = demo.ensure_logins(centre, file)
        self.stdout.write("")
        self._say(LOGINS.fill(file=file) if text else NO_LOGINS)
        for line in text.splitlines():
            self.stdout.write(f"  {line}")

    def _say(self, what: Label) -> None:
        self.stdout.write(f"{what.en}\n{what.zh}")
        self.stdout.flush()
