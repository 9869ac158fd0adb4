"""What the commands that answer a question about a table have in common: options, reading, writing.

They need neither the registry's database nor a server: nothing is checked or connected at the start.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from analysis.conventions import PRESETS
from analysis.management import files
from registry.labels import LANGUAGES

FORMATS = ("json", "text", "html")


class TableCommand(BaseCommand):
    """Reads a table, answers a question about it, and writes the answer as JSON, text or html.

    A subclass reads its question from the options and answers it; what is wrong with either is one line
    on standard error and exit status 2.
    """

    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="a delimited text with a heading, or - for standard input"
        )
        parser.add_argument(
            "--conventions", default="registry", help=f"{' or '.join(PRESETS)} (default: registry)"
        )
        parser.add_argument("--level", help="confidence level, such as 0.9 (default: 0.95)")
        parser.add_argument("--format", default="json", help=f"{', '.join(FORMATS)} (default: json)")
        parser.add_argument("--language", default="en", help=f"{' or '.join(LANGUAGES)} (default: en)")
        parser.add_argument("--output", default=files.STANDARD, help="a file (default: standard output)")
        parser.add_argument(
            "--missing", metavar="A,B", help="further spellings of a missing value, such as 999,-9"
        )
        parser.add_argument("--delimiter", help="comma, semicolon, tab or one sign (default: recognised)")
        parser.add_argument("--encoding", help="encoding of the file (default: recognised)")

    def question(self, options: dict) -> object:
        """The question in the options, with `columns` naming the columns it needs. Raises InputError."""
        raise NotImplementedError

    def answer(self, columns, question, language: str) -> dict[str, object]:
        """The answer as data for JSON. Raises InputError."""
        raise NotImplementedError

    def report(self, answer: dict[str, object], question):
        """The answer as a report to print."""
        raise NotImplementedError

    def handle(self, *args, **options) -> None:
        from analysis.table_file import InputError

        try:
            content = self._content(options)
        except InputError as error:
            raise CommandError(error.label.text(options["language"]), returncode=2) from None
        files.deliver(content, options["output"], self.stdout, options["language"])

    def _content(self, options: dict) -> bytes:
        from analysis import table_file
        from analysis.answers import question as asked
        from analysis.answers.columns import Columns

        language = asked.one_of(LANGUAGES, options["language"], "--language")
        form = asked.one_of(FORMATS, options["format"], "--format")
        question = self.question(options)
        mark = asked.delimiter(options["delimiter"])
        also_missing = asked.names(options["missing"], "--missing")
        name = "standard input" if options["file"] == files.STANDARD else Path(options["file"]).name
        raw = files.read(options["file"], language)
        table = table_file.read(raw, name, question.columns, delimiter=mark, encoding=options["encoding"])
        answer = self.answer(Columns(table, also_missing), question, language)
        answer["source"] = {
            "file": name,
            "sha256": hashlib.sha256(raw).hexdigest(),
            "encoding": table.encoding,
            "delimiter": table.delimiter,
            "rows": len(table),
        }
        if form == "json":
            return (json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode()
        from analysis.render import html, terminal

        report = self.report(answer, question)
        return html.page(report, language).encode() if form == "html" else terminal.document(report, language)
