"""manage.py report: a report of the live registry as a file or on standard output."""

from __future__ import annotations

import getpass
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analysis import cohort, provenance
from analysis.conventions import PRESETS
from analysis.document import Report
from analysis.management import files
from analysis.release import giving, outside
from analysis.render import FORMATS, text
from analysis.reports import REPORTS
from registry.context import COMMAND, acting
from registry.labels import LANGUAGES
from registry.models import Centre
from registry.operations import replica

TERMINAL = "text"


class Command(BaseCommand):
    help = "Write a report of the registry: html, docx or json, in English or Chinese. It sees all centres."

    def add_arguments(self, parser) -> None:
        parser.add_argument("report", help=f"which report: {', '.join(REPORTS)}")
        parser.add_argument("--language", default="en", help="en (default) or zh")
        parser.add_argument(
            "--format",
            default=TERMINAL,
            help=f"{', '.join(FORMATS)}, or {TERMINAL} (default): the results only",
        )
        parser.add_argument("--output", default="-", help="a file, or - for standard output (default)")
        parser.add_argument("--from", dest="start", metavar="YYYY-MM-DD", help="first day of operation")
        parser.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="last day of operation")
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="what happened later is not seen")
        parser.add_argument("--centre", dest="centres", action="append", default=[], metavar="CODE")
        parser.add_argument("--conventions", help=f"{' or '.join(PRESETS)} (default: those of the report)")
        parser.add_argument(
            "--with-cases", action="store_true", help="json: list the cases behind each number"
        )
        parser.add_argument(
            "--outside", action="store_true", help="to leave the centre: small numbers are suppressed"
        )

    def handle(self, *args, **options) -> None:
        who = f"{COMMAND}:{getpass.getuser()}"
        with acting(who, reason="report", one_state=True):
            try:
                content = self._made(who, options)
            except giving.Refused as refused:
                raise _wrong(refused.label.text(options["language"])) from None
            files.deliver(content, options["output"], self.stdout, options["language"])

    def _made(self, who: str, options: dict) -> bytes:
        """The report as asked for, recorded as taken away if it tells of real patients."""
        kind = REPORTS[_one_of(REPORTS, options["report"], "report")]
        language = _one_of(LANGUAGES, options["language"], "--language")
        ending = _one_of((*FORMATS, TERMINAL), options["format"], "--format")
        conventions = kind.conventions
        if options["conventions"]:
            conventions = PRESETS[_one_of(PRESETS, options["conventions"], "--conventions")]
        if options["outside"] and options["with_cases"]:
            raise _wrong("--outside and --with-cases exclude each other: cases do not leave the centre")
        definition = _definition(options)
        centres = list(Centre.objects.all())
        with replica.reports():
            change = cohort.latest_change(centres)
            data = cohort.load(definition, centres)
            behind = cohort.vouched(data.ids)
        origin = provenance.of(data, definition, conventions, change, timezone.localtime(), behind)
        about = outside.about(options["report"], conventions.name, definition, centres)
        report = kind.build(data, conventions, origin)
        taken = outside.leaving(who, report, about, centres, outside=options["outside"])
        content = _written(taken.report, ending, language, with_cases=options["with_cases"])
        if not data.numbers("synthetic").all():
            name = f"{options['report']}-{language}.{ending}"
            outside.record(None, taken, content, username=who, rows=len(data), file_name=name)
        return content


def _written(report: Report, ending: str, language: str, *, with_cases: bool) -> bytes:
    if ending == TERMINAL:
        return text.document(report, language)
    return FORMATS[ending](report, language, with_cases=with_cases)


def _definition(options: dict) -> cohort.Definition:
    known = set(Centre.objects.values_list("centre_id", flat=True)) if options["centres"] else set()
    for code in options["centres"]:
        _one_of(sorted(known), code, "--centre")
    try:
        return cohort.Definition(
            _day(options["start"], "--from"),
            _day(options["end"], "--to"),
            tuple(options["centres"]),
            _day(options["as_of"], "--as-of"),
        )
    except ValueError as error:
        raise _wrong(str(error)) from None


def _one_of(permitted, given: str, what: str) -> str:
    if given not in permitted:
        raise _wrong(f"{what} is “{given}”; it must be one of: {', '.join(permitted) or 'none is known'}")
    return given


def _day(given: str | None, option: str) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise _wrong(f"{option} is “{given}”; it must be a day of the calendar, such as 2023-04-12") from None


def _wrong(message: str) -> CommandError:
    return CommandError(message, returncode=2)
