"""manage.py report: a report of the live registry as a file or on standard output."""

from __future__ import annotations

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analysis import cohort, provenance
from analysis.conventions import PRESETS
from analysis.management import files
from analysis.render import FORMATS, text
from analysis.reports import REPORTS
from registry.context import acting
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

    def handle(self, *args, **options) -> None:
        with acting("report", one_state=True), replica.reports():
            self._deliver(options)

    def _deliver(self, options: dict) -> None:
        kind = REPORTS[_one_of(REPORTS, options["report"], "report")]
        language = _one_of(LANGUAGES, options["language"], "--language")
        ending = _one_of((*FORMATS, TERMINAL), options["format"], "--format")
        conventions = kind.conventions
        if options["conventions"]:
            conventions = PRESETS[_one_of(PRESETS, options["conventions"], "--conventions")]
        definition = _definition(options)
        centres = list(Centre.objects.all())
        change = cohort.latest_change(centres)
        data = cohort.load(definition, centres)
        made = timezone.localtime()
        origin = provenance.of(data, definition, conventions, change, made, cohort.vouched(data.ids))
        report = kind.build(data, conventions, origin)
        if ending == TERMINAL:
            content = text.document(report, language)
        else:
            content = FORMATS[ending](report, language, with_cases=options["with_cases"])
        files.deliver(content, options["output"], self.stdout, language)


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
