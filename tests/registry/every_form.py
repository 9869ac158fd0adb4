"""Every address and every form of the site, found by walking: what is added later is found, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from lxml import html

from registry.forms import SECTIONS
from registry.models import Centre, Membership, Patient
from tests import factories
from tests.pages import Typed
from tests.registry.administration import address

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
GIVEN = {
    "slug": "paper",
    "area": "weighting",
    "ending": "json",
    "section_slug": "operation",
    "app_label": "registry",
}
BY_KIND = {"int": "1", "slug": "x", "str": "x", "path": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
SHELL = ("logout", "jsi18n", "autocomplete")  # nothing to fill in, or the end of the session


@dataclass(frozen=True)
class Filled:
    """A form as a browser would send it, and where it goes."""

    name: str
    url: str
    form: Typed


def routes(patterns=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address pattern of the URL map with its full text."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        text = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield text, one
        else:
            yield from routes(one.url_patterns, text)


def addresses(patient: Patient) -> list[str]:
    """One address for every route, as far as possible of a case that is there."""
    known = GIVEN | {"patient_uid": patient.patient_uid, "object_id": str(patient.pk)}
    found = []
    for text, _pattern in routes():
        if text.startswith("^") or "(?P" in text:
            continue  # the admin's last resort, which leads nowhere

        def value(match: re.Match) -> str:
            return known.get(match["name"]) or BY_KIND.get(match["kind"] or "str", "x")

        found.append("/" + PARAMETER.sub(value, text))
    return sorted(set(found))


def everybody(centre: Centre):
    """A person who holds every role, so that every form opens."""
    person = factories.member("everybody", centre, role="lead", is_staff=True, is_superuser=True)
    for role in ("manager", "auditor", "administrator", "statistician"):
        Membership.objects.create(user=person, role=role)
    return person


def form_on(response: HttpResponse) -> Typed | None:
    """What a browser would send from the largest posting form of a page."""
    if "html" not in response.headers.get("Content-Type", ""):
        return None
    root = html.fromstring(response.content.decode())
    forms = [_sent(one) for one in root.xpath("//main//form[@method='post'] | //div[@id='content']//form")]
    return max(forms, key=len, default=None) or None


def _sent(form) -> Typed:
    sent: Typed = {}
    for one in form.xpath(".//*[self::input or self::select or self::textarea]"):
        name = one.get("name")
        if not name or one.xpath("ancestor::template") or one.get("type") in ("submit", "button", "file"):
            continue
        if one.tag == "select":
            chosen = one.xpath(".//option[@selected]") or one.xpath(".//option[1]")
            sent[name] = chosen[-1].get("value", "") if chosen else ""
        elif one.tag == "textarea":
            sent[name] = (one.text or "").removeprefix("\n")
        elif one.get("type") not in ("radio", "checkbox"):
            sent[name] = one.get("value", "")
        elif one.get("checked") is not None:
            sent[name] = one.get("value", "on")
    return {name: _reason(name, value) for name, value in sent.items()}


def _reason(name: str, value: str) -> str:
    return value or "corrected from the chart" if "reason" in name else value


def forms_of_case(client: Client, patient: Patient) -> Iterator[Filled]:
    """Every page of data entry for a case, and the page that opens one."""
    for url in ("/cases/new/", *(f"/cases/{patient.patient_uid}/{one.slug}/" for one in SECTIONS)):
        if form := form_on(client.get(url)):
            yield Filled(url, url, form)


def forms_of_admin(client: Client) -> Iterator[Filled]:
    """The adding and the changing page of every model of the admin."""
    for model in admin.site._registry:
        row = _any(model)
        pages = [("add", address(model, "add"))]
        pages += [("change", address(model, "change", row.pk))] if row else []
        for what, url in pages:
            response = client.get(url)
            form = form_on(response) if response.status_code == 200 else None
            if form:
                yield Filled(f"{model._meta.model_name} {what}", url, form)


def _any(model: type[models.Model]) -> models.Model | None:
    return model._default_manager.order_by("pk").first()


def other_forms(client: Client, patient: Patient) -> Iterator[Filled]:
    """Every further page with a posting form: what the walk over the URL map finds."""
    for url in addresses(patient):
        if url.startswith(("/admin/", "/cases/")) or any(word in url for word in SHELL):
            continue
        response = client.get(url)
        if response.status_code == 200 and (form := form_on(response)):
            yield Filled(url, url, form)
