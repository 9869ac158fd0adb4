"""What identifies a patient turns up in the record and on its pages, and in no other place.

Five hundred made-up identifiers, each recognisable, are stored, typed into every form, searched for,
asked of reports and of the admin, and thrown as errors. Then every other place is looked through.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from unittest.mock import patch

from django.contrib import admin
from django.core import mail
from django.db import DataError, IntegrityError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import NoReverseMatch, include, path, reverse
from lxml import html

from analysis.reports import REPORTS
from registry.context import acting
from registry.forms import SECTIONS
from registry.models import Limit, Patient, Session
from registry.operations import metrics
from registry.routes import PERSON
from tests import factories
from tests.pages import Page, section_url
from tests.promises import measured, proves
from tests.registry.logged import log
from tests.transactions import RealTransactions

MANY = 500
CANARIES = [f"ZQX{number:03}K王测" for number in range(MANY)]
SIGN = re.compile(r"ZQX\d{3}K")
LINKS = ("href", "src", "action", "formaction", "data-url")


def fails(request: HttpRequest, how: str) -> HttpResponse:
    """A view that fails with what it was told in every possible place of the error."""
    told = request.POST.get("told", "")
    if how == "value":
        raise ValueError(f"no such patient: {told}")
    if how == "unique":
        Patient.objects.create(centre=Patient.objects.first().centre, local_study_id=told)
    with connection.cursor() as cursor:
        if how == "check":
            cursor.execute("UPDATE registry_patient SET sex = %s WHERE local_study_id = %s", [told[:1], told])
        elif how == "cast":
            cursor.execute("SELECT %s::date", [told])
        elif how == "raised":
            cursor.execute("SELECT 1 / (length(%s) - length(%s))", [told, told])
    try:
        int(told)
    except ValueError as error:
        raise IntegrityError(told) from error
    return HttpResponse()


urlpatterns = [path("fails/<str:how>/", fails, name="fails"), path("", include("registry.urls"))]


@proves("P17", "T27")
@override_settings(
    ROOT_URLCONF="tests.registry.test_canaries",
    ADMINS=[("Admin", "admin@localhost")],
    MANAGERS=[("M", "m@localhost")],
)
class Canaries(RealTransactions):
    databases = {"default", "owner"}

    def setUp(self):
        self.centre = factories.centre()
        self.person = factories.member("surgeon", self.centre, role="lead", is_staff=True)
        with acting("test"):
            for canary in CANARIES:
                factories.patient(canary, self.centre)
            self.patient = factories.full_case(CANARIES[0] + "-full", self.centre).patient
        self.enterContext(patch.dict("registry.routes.ROUTES", {"fails": PERSON}))
        self.client = Client(raise_request_exception=False)
        self.client.force_login(self.person)
        self.words = cycle(CANARIES)
        self.answers: list[HttpResponse] = []
        self.settings_of_reports: list[HttpResponse] = []  # dates and the like, which stand in addresses
        self.typed = 0

    def test_500_identifiers_turn_up_nowhere_else(self):
        server_log = ServerLog()
        with log() as written:
            for push in (self.forms, self.cases, self.admin, self.reports, self.errors, self.the_way_in):
                push()
        found = {
            "log": len(SIGN.findall(written.getvalue())),
            "server log": len(SIGN.findall(server_log.new())),
            "addresses": sum(len(SIGN.findall(one)) for answer in self.answers for one in addresses(answer)),
            "cookies": sum(len(SIGN.findall(one)) for answer in self.answers for one in cookies(answer)),
            "metrics": len(SIGN.findall("".join(metrics.totals()))),
            "mail": len(mail.outbox),
            "sessions": sum(
                len(SIGN.findall(readable(one))) for one in Session.objects.values_list("session_data")
            ),
            "limits": sum(len(SIGN.findall(key)) for (key,) in Limit.objects.values_list("key")),
        }
        self.assertGreater(len(written.lines("registry.access")), 60)
        self.assertGreater(len(written.lines("django.request")), 4)
        self.assertEqual({place: count for place, count in found.items() if count}, {})
        self.assertGreater(self.typed, 54)
        asked = len(self.answers) + len(self.settings_of_reports)
        measured(
            "P17",
            f"{MANY} identifiers through {asked} requests: 0 hits in {', '.join(found)}; "
            "what is typed into a search box stands in no address",
        )

    def test_the_sinks_are_looked_through_with_eyes_that_see(self):
        """The same errors, read where they may be read: the page of a case shows the canary."""
        page = self.client.get(reverse("cases")).content.decode()
        self.assertTrue(SIGN.search(page))
        with self.assertRaises(DataError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::date", [CANARIES[1]])
        self.assertTrue(SIGN.search(str(caught.exception)))

    def type_into_the_box_of(self, page: str, times: int = 1) -> None:
        """Search with the box that a page shows, and follow where that leads, and one order from there."""
        (box,) = Page(self.ask(page)).root.xpath("//form[@role='search']")
        self.assertEqual(box.get("method"), "post", page)
        for _time in range(times):
            answer = self.ask(box.get("action") or page, {"q": next(self.words)})
            self.assertEqual(answer.status_code, 302, page)
            links = [one for one in Page(self.ask(answer["Location"])).links() if one.startswith("?")]
            for link in links[:1]:
                self.ask(page + link)
        self.typed += times

    def ask(self, address: str, typed: dict | None = None, **more) -> HttpResponse:
        answer = (
            self.client.get(address, **more) if typed is None else self.client.post(address, typed, **more)
        )
        self.answers.append(answer)
        return answer

    def spoiled(self, form: dict) -> dict:
        """The form with a canary in everything that is not its own bookkeeping."""
        kept = ("base", "csrfmiddlewaretoken", "once")
        return {
            name: value
            if name in kept or name.endswith(("-id", "-present", "-removed"))
            else next(self.words)
            for name, value in form.items()
        }

    def forms(self) -> None:
        self.ask(
            reverse("new_case"), self.spoiled(Page(self.ask(reverse("new_case"))).form()) | {"centre": "1"}
        )
        self.ask(reverse("new_case"), {"centre": self.centre.pk, "local_study_id": CANARIES[3], "sex": "f"})
        for section in SECTIONS:
            address = section_url(self.patient, section.slug)
            form = Page(self.ask(address)).form()
            self.ask(address, self.spoiled(form))
            free = {
                name: next(self.words)
                for name in form
                if name.endswith(("notes", "_other", "comment", "_text"))
            }
            self.ask(address, form | free)

    def cases(self) -> None:
        self.type_into_the_box_of(reverse("cases"), times=40)
        for canary in CANARIES[:20]:
            form = {"q": canary[:7], "sex": canary, "sort": canary, "stands": canary}
            found = self.ask(self.ask(reverse("search"), form)["Location"])
            for link in [one for one in Page(found).links() if one.startswith("?")]:
                self.ask(reverse("cases") + link)
        patients = reverse("admin:registry_patient_changelist")
        word = next(self.words)  # typed by hand, or an old bookmark
        for address, names in ((reverse("cases"), "q search"), (reverse("search"), "q"), (patients, "q")):
            by_hand = self.ask(f"{address}?{'&'.join(f'{name}={word}' for name in names.split())}")
            self.ask(by_hand["Location"])
        for page in range(1, 5):
            self.ask(reverse("cases"), page=page)
            self.ask(reverse("cases") + f"?page={page}&sort=study")
        for name in ("case", "case_history"):
            self.ask(reverse(name, args=[self.patient.patient_uid]))
        self.ask(f"/cases/{next(self.words)}/")

    def admin(self) -> None:
        self.ask(reverse("admin:index"))
        for model, site in admin.site._registry.items():
            base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            try:
                added = reverse(f"{base}_add")
            except NoReverseMatch:
                continue
            if site.search_fields:
                self.type_into_the_box_of(reverse(f"{base}_changelist"))
            names = {
                name: next(self.words)
                for name in site.get_fields(self.request(), None)
                if isinstance(name, str)
            }
            self.ask(added, names)

    def request(self) -> HttpRequest:
        made = HttpRequest()
        made.user, made.scope = self.person, None
        return made

    def reports(self) -> None:
        for slug in REPORTS:
            address = reverse("report", args=[slug])
            self.ask(address)
            for name in ("start", "end", "as_of", "centres", "conventions"):
                self.settings_of_reports.append(self.client.get(address, {name: next(self.words)}))
            self.settings_of_reports.append(
                self.client.get(reverse("report_cases", args=[slug]), {"cell": next(self.words)})
            )
        self.ask(reverse("abstract"), {"text": " ".join(CANARIES)})

    def errors(self) -> None:
        for how in ("value", "unique", "check", "cast", "raised", "other"):
            for canary in CANARIES[:5]:
                answer = self.ask(reverse("fails", args=[how]), {"told": canary})
                self.assertEqual(answer.status_code, 500, how)
                self.assertIsNone(
                    SIGN.search(answer.content.decode()), "the page of an error shows what was typed"
                )
        self.ask(f"/{next(self.words)}/{next(self.words)}/")
        self.ask(reverse("csp_report"), {"csp-report": next(self.words)})

    def the_way_in(self) -> None:
        self.ask(reverse("set_language"), {"_language": next(self.words)})
        self.ask(reverse("logout"), {})
        for canary in CANARIES[:4]:
            self.ask(reverse("login"), {"login": canary, "password": canary})


class ServerLog:
    """What the embedded database server has logged since this was made; another's file is not at hand."""

    def __init__(self):
        server = getattr(connections["owner"], "server", None)
        self.file = server.folder / "log" if server else None
        self.begun = self.file.stat().st_size if self.file else 0

    def new(self) -> str:
        if self.file is None:
            return ""
        with self.file.open("rb") as content:
            content.seek(self.begun)
            return content.read().decode(errors="replace")


def addresses(answer: HttpResponse) -> Iterator[str]:
    """All addresses that an answer leads to."""
    yield answer.headers.get("Location", "")
    if "html" in answer.headers.get("Content-Type", "") and answer.content:
        for element in html.fromstring(answer.content.decode()).iter():
            yield from (element.get(name) or "" for name in LINKS)


def cookies(answer: HttpResponse) -> Iterator[str]:
    for one in answer.cookies.values():
        yield one.value
        yield readable((one.value,))


def readable(row: tuple[str]) -> str:
    """Stored data of a session as far as they can be read without the key: base64 in parts."""
    parts = re.split(r"[:.]", row[0].lstrip("."))
    return row[0] + "".join(_decoded(part) for part in parts)


def _decoded(part: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return ""
    with suppress(zlib.error):
        raw = zlib.decompress(raw)
    return raw.decode(errors="replace")
