"""What the commands that answer a question about a table have in common: options, reading, writing.

They need neither the registry's database nor a server: nothing is checked or connected at the start.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from analysis.conventions import PRESETS
from registry.labels import LANGUAGES, Label

FORMATS = ("json", "text", "html")
STANDARD_INPUT = STANDARD_OUTPUT = "-"

_CANNOT_READ = Label("cannot read {file}: {why}", "无法读取{file}：{why}")
_CANNOT_WRITE = Label("cannot write {file}: {why}", "无法写入{file}：{why}")


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
        parser.add_argument("--output", default=STANDARD_OUTPUT, help="a file (default: standard output)")
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
        self._deliver(content, options["output"], options["language"])

    def _content(self, options: dict) -> bytes:
        from analysis import table_file
        from analysis.answers import question as asked
        from analysis.answers.columns import Columns

        language = asked.one_of(LANGUAGES, options["language"], "--language")
        form = asked.one_of(FORMATS, options["format"], "--format")
        question = self.question(options)
        mark = asked.delimiter(options["delimiter"])
        also_missing = asked.names(options["missing"], "--missing")
        name = "standard input" if options["file"] == STANDARD_INPUT else Path(options["file"]).name
        raw = _read(options["file"], language)
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

    def _deliver(self, content: bytes, output: str, language: str) -> None:
        if output != STANDARD_OUTPUT:
            _write(Path(output), content, language)
            return
        binary = getattr(self.stdout, "buffer", None)
        if binary is None:
            self.stdout.write(content.decode(), ending="")
            return
        try:
            binary.write(content)
            binary.flush()
        except BrokenPipeError:  # the reader, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _read(file: str, language: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise _refused(_CANNOT_READ, file, error, language) from None


def _write(path: Path, content: bytes, language: str) -> None:
    """The whole file or none: an interrupted run leaves what was there before."""
    part = path.parent / f".{path.name}.{os.getpid()}.part"
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except (OSError, ValueError) as error:
        raise _refused(_CANNOT_WRITE, str(path), error, language) from None
    finally:
        with contextlib.suppress(OSError, ValueError):
            part.unlink(missing_ok=True)


def _refused(sentence: Label, file: str, error: Exception, language: str) -> CommandError:
    from analysis.table_file import quoted

    why = getattr(error, "strerror", None) or str(error)
    return CommandError(sentence.fill(file=quoted(file), why=why).text(language), returncode=2)
