"""manage.py release: the cases of a cohort as tables for analysis, recorded as what has left."""

from __future__ import annotations

import getpass
from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analysis import cohort
from analysis.management import files
from analysis.release import anonymity, giving, package
from analysis.release.forms import NO_BASIS, NO_RECIPIENT, SHORTEST_PURPOSE, TOO_SHORT
from registry.classification import PROFILES
from registry.context import acting
from registry.labels import LANGUAGES, Label
from registry.models import Centre

TOO_MANY = Label(
    "{cases} cases are more than {limit}: a second person has to confirm, on the page “Data for analysis”.",
    "{cases}例超过{limit}例，须由第二人在“分析用数据”页面确认。",
)
TOO_FEW = Label(
    "{cases} cases are too few: a de-identified file needs at least {k}.",
    "{cases}例过少，去标识化文件至少需要{k}例。",
)
UNKNOWN = Label(
    "{what} is “{given}”; it must be one of: {allowed}", "{what}为“{given}”，应为以下之一：{allowed}"
)
NO_DAY = Label(
    "{what} is “{given}”; it must be a day of the calendar, such as 2023-04-12",
    "{what}为“{given}”，应为日历日期，例如2023-04-12",
)
LEFT = Label("{cases} cases, SHA-256 {hash}", "{cases}例，SHA-256 {hash}")


class Command(BaseCommand):
    help = "Write the cases of a cohort as a zip file of tables, and record who took them and for what."

    def add_arguments(self, parser) -> None:
        parser.add_argument("profile", help=f"{', '.join(PROFILES)}; default deny: see docs/release.md")
        parser.add_argument("--purpose", required=True, help="what the data are for")
        parser.add_argument("--output", required=True, help="the zip file to write")
        parser.add_argument("--centre", dest="centres", action="append", default=[], metavar="CODE")
        parser.add_argument("--from", dest="start", metavar="YYYY-MM-DD", help="first day of operation")
        parser.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="last day of operation")
        parser.add_argument("--destination", default=giving.INSIDE, help=", ".join(giving.DESTINATIONS))
        parser.add_argument("--recipient", default="", help="who receives it, where it leaves the centre")
        parser.add_argument(
            "--legal-basis", default="", help="contract or approval, where it leaves the centre"
        )
        parser.add_argument("--language", default="en", help="of messages: en (default) or zh")

    def handle(self, *args, **options) -> None:
        self.language = options["language"] if options["language"] in LANGUAGES else "en"
        who = f"command:{getpass.getuser()}"
        with acting(who, reason=options["purpose"]):
            wish = self._wish(options)
            made = self._made(wish)
            found = giving.record(None, wish, made, who)
            files.deliver(made.content, options["output"], self.stdout, self.language)
        self.stdout.write(LEFT.fill(cases=made.cases, hash=found.sha256).text(self.language))

    def _wish(self, options: dict) -> giving.Wish:
        profile = self._one_of(PROFILES, options["profile"], "profile")
        destination = self._one_of(giving.DESTINATIONS, options["destination"], "--destination")
        purpose = options["purpose"].strip()
        if len(purpose) < SHORTEST_PURPOSE:
            self._refuse(TOO_SHORT.fill(value=purpose, least=SHORTEST_PURPOSE))
        if destination == giving.ABROAD and not settings.TRANSFER_ABROAD:
            self._refuse(giving.NO_TRANSFER)
        for name, missing in (("recipient", NO_RECIPIENT), ("legal_basis", NO_BASIS)):
            if destination != giving.INSIDE and not options[name].strip():
                self._refuse(missing)
        centres = self._centres(options["centres"])
        codes = tuple(one.centre_id for one in centres)
        days = (self._day(options["start"], "--from"), self._day(options["end"], "--to"))
        try:
            definition = cohort.Definition(*days, codes)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        where = (destination, options["recipient"].strip(), options["legal_basis"].strip())
        return giving.Wish(profile, definition, centres, purpose, *where)

    def _made(self, wish: giving.Wish) -> package.Package:
        data = cohort.load(wish.definition, wish.centres)
        if len(data) > settings.RELEASE_ROWS:
            self._refuse(TOO_MANY.fill(cases=len(data), limit=settings.RELEASE_ROWS))
        try:
            return package.make(data, wish.profile, wish.centres, wish.purpose)
        except anonymity.TooFewCases:
            self._refuse(TOO_FEW.fill(cases=len(data), k=anonymity.K))

    def _centres(self, codes: list[str]) -> tuple[Centre, ...]:
        known = {one.centre_id: one for one in Centre.objects.all()}
        return tuple(known[self._one_of(known, code, "--centre")] for code in codes or sorted(known))

    def _one_of(self, allowed, given: str, what: str) -> str:
        if given not in allowed:
            self._refuse(UNKNOWN.fill(what=what, given=given, allowed=", ".join(allowed) or "–"))
        return given

    def _day(self, given: str | None, what: str) -> date | None:
        try:
            return date.fromisoformat(given) if given else None
        except ValueError:
            self._refuse(NO_DAY.fill(what=what, given=given))

    def _refuse(self, label: Label) -> None:
        raise CommandError(label.text(self.language), returncode=2)
