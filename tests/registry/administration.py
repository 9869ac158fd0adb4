"""What the tests of the admin share: people with different rights, a case of theirs, a case of others."""

from __future__ import annotations

import logging
import re

from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from registry.case import CaseFile
from registry.context import acting
from registry.models import Change, Patient
from tests import factories
from tests.pages import Page, Typed, explained

CANARY = "ZZCANARY"  # stands in everything that can be read of the case of another centre


class Administration(TestCase):
    """`own` is a case of the editor's centre, `foreign` one of another centre.

    `editor` and `reader` are staff at the own centre; `administrator` is one of the whole registry,
    and `manager` a data manager.
    """

    @classmethod
    def setUpTestData(cls):
        cls.centre, cls.elsewhere = factories.centre("CN-OWN1"), factories.centre("DE-OTHER", country="DE")
        cls.editor = factories.member("editor", cls.centre, is_staff=True)
        cls.reader = factories.member("reader", cls.centre, role="auditor", is_staff=True)
        cls.administrator = factories.registry_wide("administrator", "root", is_staff=True)
        cls.manager = factories.registry_wide("manager", "datamanager", is_staff=True)
        cls.own = factories.full_case("S-001", cls.centre)
        with acting(f"{CANARY}-person"):
            cls.foreign = factories.full_case(f"{CANARY}-1", cls.elsewhere)

    def setUp(self):
        self.client.force_login(self.editor)
        for name in ("django.request", "django.security"):  # refusals are wanted here, and looked at
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)

    @property
    def patient(self) -> Patient:
        return self.own.patient

    def page(self, address: str) -> Page:
        """The page behind this address, which must be there."""
        response = self.client.get(address)
        self.assertEqual(response.status_code, 200, address)
        return Page(response)

    def search(self, model: type[models.Model], typed: str) -> HttpResponse:
        """The list after typing this into its search box."""
        return self.client.post(list_of(model), {"q": typed}, follow=True)

    def open(self, row: models.Model) -> Typed:
        """What a browser would send from the page of this row, with a reason for changing it."""
        return explained(self.page(page_of(row)).form(f"{row._meta.model_name}_form"))

    def post(self, row: models.Model, **typed: str | list[str] | None) -> HttpResponse:
        """Open the page of this row, type these answers, and press Save."""
        return self.client.post(page_of(row), changed(self.open(row), typed))

    def saved(self, response: HttpResponse) -> list[str]:
        """The warnings with which the answers were stored."""
        self.assertEqual(response.status_code, 302, self.complaints(response))
        return Page(self.client.get(response["Location"])).texts("//li[@class='warning']")

    def refused(self, response: HttpResponse) -> str:
        """Why nothing was stored."""
        self.assertEqual(response.status_code, 200)
        return " ".join(self.complaints(response))

    def complaints(self, response: HttpResponse) -> list[str]:
        return Page(response).texts("//ul[contains(@class,'errorlist')]/li") if response.content else []


def changed(form: Typed, typed: dict[str, str | list[str] | None]) -> Typed:
    """The form with other answers; None takes an answer away as unticking does."""
    kept = {name: value for name, value in form.items() if name not in typed}
    return kept | {name: value for name, value in typed.items() if value is not None}


def list_of(model: type[models.Model], **query: str) -> str:
    return address(model, "changelist", query=query)


def add_page(model: type[models.Model]) -> str:
    return address(model, "add")


def page_of(row: models.Model, what: str = "change") -> str:
    return address(type(row), what, row.pk)


def address(model: type[models.Model], what: str, *args, query: dict[str, str] | None = None) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{what}", args=args, query=query)


def rows_of(case: CaseFile) -> list[models.Model]:
    """Every row of a case, the patient first."""
    found = [case.patient]
    for inline in admin.site.get_model_admin(Patient).inlines:
        found += inline.model.objects.filter(patient=case.patient)
    return found


def new_row(form: Typed, prefix: str, **typed: str | list[str]) -> Typed:
    """The form with one more row of this section, as “Add another” makes it."""
    number = int(form[f"{prefix}-TOTAL_FORMS"])
    blank = {
        re.sub("__prefix__", str(number), name): value
        for name, value in form.items()
        if name.startswith(f"{prefix}-__prefix__-")
    }
    answers = {f"{prefix}-{number}-{name}": value for name, value in typed.items()}
    return form | blank | answers | {f"{prefix}-TOTAL_FORMS": str(number + 1)}


def newest() -> int:
    return Change.objects.order_by("-id").values_list("id", flat=True).first() or 0


def since(change: int) -> list[Change]:
    """The changes written after this one, oldest first."""
    return list(Change.objects.filter(id__gt=change).order_by("id"))
