"""Pages as a person sees them: the text, the links, and what a browser would send from a form."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from lxml import html

from registry.models import Patient
from tests.load.forms import Typed, sent_by

# Queries of every request for its context inside a test's own transaction: a savepoint, entering with what
# was set before, returning to it, and the end of the savepoint. A real request has entering alone.
CONTEXT = 4


class Page:
    """The HTML of a response."""

    def __init__(self, response: HttpResponse):
        self.response = response
        self.root = html.fromstring(response.content.decode())

    @property
    def text(self) -> str:
        """Everything that can be read, in one line, without what an input holds."""
        return one_line(" ".join(_read(self.root.body)))

    def texts(self, path: str) -> list[str]:
        """The text of each element that the XPath finds."""
        return [one_line(" ".join(_read(one))) for one in self.root.xpath(path)]

    def links(self) -> list[str]:
        return [one.get("href") for one in self.root.iter("a") if one.get("href")]

    def errors(self) -> list[str]:
        """The sentences beside the questions."""
        return self.texts("//p[@class='error']")

    def doubts(self) -> list[str]:
        """What the page asks to be confirmed."""
        return self.texts("//div[@class='doubt']/label")

    def confirmations(self) -> list[str]:
        """What ticking every “Yes, correct” would send."""
        return self.root.xpath("//div[@class='doubt']/input/@value")

    def hidden(self) -> set[str]:
        """The questions that the page carries but does not show."""
        return set(self.root.xpath("//div[@data-question and @hidden]/@data-question"))

    def form(self, id: str = "record") -> Typed:
        """What a browser would send from this form as it stands."""
        return sent_by(self.root, id)


def _read(element):
    if element.tag in ("script", "style", "template") or not isinstance(element.tag, str):
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _read(child)
        if child.tail:
            yield child.tail


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def searched(client: Client, typed: str, where: str = "/search/", **chosen: str) -> str:
    """The address to which a search box of the site, or of this list of the admin, leads."""
    return client.post(where, {"q": typed} | chosen)["Location"]


def section_url(patient: Patient, slug: str) -> str:
    return reverse("section", args=[patient.patient_uid, slug])


def opened(client: Client, url: str) -> Typed:
    """What the form behind this address holds, with a reason where a complete section asks for one."""
    return explained(Page(client.get(url)).form())


def explained(form: Typed, why: str = "typing_error") -> Typed:
    """The form with this reason for a change, if it asks for one."""
    return form | {"why": why} if "why" in form else form


def save(client: Client, url: str, **head: str | list[str] | None) -> HttpResponse:
    """Open the form, answer these questions of its head, and press Save."""
    return client.post(url, answered(opened(client, url), **head))


def answered(form: Typed, prefix: str = "head", **answers: str | list[str] | None) -> Typed:
    """The form with these questions answered; None leaves a question without an answer."""
    result = dict(form)
    for name, value in answers.items():
        result.pop(f"{prefix}-{name}", None)
        if value is not None:
            result[f"{prefix}-{name}"] = value
    return result


def with_row(form: Typed, number: int, id: str = "", **typed: str | list[str]) -> Typed:
    """The form with one more card, as “Add” makes it, and these answers in it."""
    prefix = f"rows-{number}"
    return (
        form
        | {f"{prefix}-present": "1", f"{prefix}-id": id, f"{prefix}-removed": ""}
        | {f"{prefix}-{name}": value for name, value in typed.items()}
    )


def in_chinese(client: Client) -> Client:
    """The same browser, reading Chinese."""
    client.cookies["django_language"] = "zh-hans"
    return client
