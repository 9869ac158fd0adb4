"""No total, list, search or report tells that there is another centre."""

from __future__ import annotations

import re

from tests import factories
from tests.promises import proves
from tests.registry.test_matrix import Walk


@proves("T11")
class Counts(Walk):
    """Totals, lists, searches and reports are those of a registry that has this centre alone."""

    ADDRESSES = (
        "/cases/?sort=-age",
        "/reports/paper/count/",
        "/reports/paper/",
        "/reports/paper/download/json/",
        "/admin/",
        "/admin/registry/patient/",
        "/admin/registry/specimen/?_facets=True",
        "/admin/registry/change/",
        "/admin/registry/membership/",
        "/admin/registry/centre/",
        "/admin/auth/user/",
        "/policy/",
        "/approvals/",
    )
    SEARCHES = {
        "/search/": {"q": "S-0"},
        "/admin/registry/patient/": {"q": "1"},
        "/admin/autocomplete/": {"app_label": "registry", "model_name": "specimen", "field_name": "patient"},
    }

    def test_every_page_is_the_same_whether_or_not_another_centre_exists(self):
        lead = next(one for one in self.callers if one.name == "lead")
        self.log_in(lead)
        before = {address: self.page(address) for address in (*self.ADDRESSES, *self.SEARCHES)}
        for number in range(3):
            factories.full_case(f"S-0{number}", factories.centre("FR-THIRD"))
        factories.member("someone", factories.centre("FR-THIRD"), role="lead")
        for address, text in before.items():
            with self.subTest(address):
                self.assertEqual(self.page(address), text)

    def page(self, address: str) -> str:
        """The page, or what is found in it, without what is new in every answer."""
        if address in self.SEARCHES:
            answer = self.client.post(address, self.SEARCHES[address], follow=True)
        else:
            answer = self.client.get(address)
        text = answer.content.decode()
        text = re.sub(r'(csrfmiddlewaretoken" value=|nonce=|once" value=|data-left=)"[^"]*"', "", text)
        return re.sub(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}[\d.+:Z]*)?", "", text)
