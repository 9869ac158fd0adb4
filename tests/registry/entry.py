"""What the tests of data entry share: a person at a centre who types into the forms of a case."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from registry.models import Change, Patient
from tests import factories
from tests.pages import Page, Typed, answered, opened, section_url, with_row

OPENED, CARD = ("base", "once", "csrfmiddlewaretoken"), ("-id", "-present", "-removed")


class Entry(TestCase):
    """`self.client` belongs to an editor of the centre; `self.patient` is a case without answers."""

    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.editor = factories.member("editor", cls.centre)

    def setUp(self):
        self.client.force_login(self.editor)
        self.patient = factories.patient("S-001", self.centre)

    def url(self, slug: str, patient: Patient | None = None) -> str:
        return section_url(patient or self.patient, slug)

    def open(self, slug: str, patient: Patient | None = None) -> Typed:
        return opened(self.client, self.url(slug, patient))

    def page(self, slug: str) -> Page:
        return Page(self.client.get(self.url(slug)))

    def type(self, slug: str, **head: str | list[str] | None) -> HttpResponse:
        """Open the section, answer these questions of its head, and press Save."""
        return self.client.post(self.url(slug), answered(self.open(slug), **head))

    def add(self, slug: str, **answers: str | list[str]) -> HttpResponse:
        """Open the section, add one row with these answers, and press Save."""
        form = self.open(slug)
        return self.client.post(self.url(slug), with_row(form, cards(form), **answers))

    def saved(self, response: HttpResponse) -> str:
        """What the next page says about the saving that has succeeded."""
        complaint = Page(response).text if response.status_code == 422 else ""
        self.assertEqual(response.status_code, 302, complaint)
        return " ".join(Page(self.client.get(response["Location"])).texts("//div[@role='status']"))

    def refused(self, response: HttpResponse) -> Page:
        """The page that says why nothing was stored."""
        self.assertEqual(response.status_code, 422)
        return Page(response)

    def case_page(self, patient: Patient | None = None) -> Page:
        return Page(self.client.get(reverse("case", args=[(patient or self.patient).patient_uid])))


def cards(form: Typed) -> int:
    """How many cards of repeated rows the form shows."""
    return sum(name.endswith("-present") for name in form)


def answers_of(form: Typed) -> Typed:
    """What was answered in a form, without what says which rows and which state it belongs to."""
    return {name: value for name, value in form.items() if name not in OPENED and not name.endswith(CARD)}


def newest_change() -> int:
    return Change.objects.order_by("-id").values_list("id", flat=True).first() or 0
