"""Two people at one case: what the tests of conflicts, drafts and merging share."""

from __future__ import annotations

from django.test import Client

from tests import factories
from tests.pages import Page, Typed, one_line
from tests.registry.entry import Entry


def compared(page: Page) -> list[list[str]]:
    """The conflicts of the page: question, as opened, stored now, typed, and who stored it when."""
    parts = (
        "legend",
        "p/*[@data-opened]",
        "div//*[@data-stored]",
        "div//*[@data-typed]",
        "div//*[@data-who]",
    )
    found = page.root.xpath("//fieldset[contains(@class, 'conflict-choice')]")
    return [[one_line(" ".join(one.xpath(part)[0].itertext())) for part in parts] for one in found]


def taken(page: Page) -> list[str]:
    """What the page says it has taken over from others, without the time."""
    return [one.rsplit(" \u00b7 ", 1)[0] for one in page.texts("//div[contains(@class, 'taken')]//li")]


class TwoPeople(Entry):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.colleague = factories.member("colleague", cls.centre)

    def setUp(self):
        super().setUp()
        self.other = Client()
        self.other.force_login(self.colleague)

    def colleague_saves(self, slug: str, form: dict) -> None:
        self.assertEqual(self.other.post(self.url(slug), form).status_code, 302)

    def post(self, slug: str, form: dict):
        return self.client.post(self.url(slug), form)

    def disputed(self, response) -> Page:
        """The page that asks which version stays."""
        self.assertEqual(response.status_code, 409)
        return Page(response)

    def choose(self, page: Page, which: str) -> Typed:
        """What a browser sends after this choice in every conflict of the page."""
        form = page.form()
        names = form["conflict"] if isinstance(form["conflict"], list) else [form["conflict"]]
        return form | {f"keep-{name}": which for name in names}
