"""Trust costs no page more than three queries: what each asked before it, and what it asks now."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.transactions import RealTransactions

MOST_MORE = 3
# Counted in the same way at the last commit before trail, roles and isolation, with twelve full cases.
BEFORE = {
    "/cases/": 7,
    "/cases/{uid}/": 8,
    "/cases/{uid}/history/": 6,
    "/reports/": 3,
    "/reports/paper/": 5,
    "/reports/paper/count/": 4,
    "/reports/abstract/": 3,
    "/reports/methods/": 3,
    "/admin/": 4,
    "/admin/registry/patient/": 11,
    "/admin/registry/patient/{pk}/change/": 21,
    "/admin/registry/operation/": 13,
    "/admin/registry/change/": 12,
    "/admin/registry/centre/": 11,
}
FORMS = {  # which auditors do not open
    "/cases/{uid}/patient/": 7,
    "/cases/{uid}/operation/": 7,
    "/cases/{uid}/complications/": 7,
    "/cases/{uid}/follow-up/": 7,
}


class PageQueries(RealTransactions):
    def setUp(self):
        centre = factories.centre()
        cases = [factories.full_case(f"F-{number}", centre) for number in range(12)]
        self.patient = cases[0].patient
        self.callers = {
            role: factories.member(role, centre, role=role, is_staff=True) for role in ("lead", "entry")
        }
        self.callers["auditor"] = factories.registry_wide("auditor", is_staff=True)

    def asked(self, address: str) -> int:
        """The queries of a page that has been opened before; to begin and to commit asks nothing."""
        self.assertEqual(self.client.get(address).status_code, 200, address)
        with CaptureQueriesContext(connection) as captured:
            self.client.get(address)
        return sum(one["sql"] not in ("BEGIN", "COMMIT") for one in captured.captured_queries)

    def test_no_page_asks_more_than_three_queries_more(self):
        wrong = []
        for role, caller in self.callers.items():
            self.client.force_login(caller)
            for page, before in (BEFORE if role == "auditor" else BEFORE | FORMS).items():
                address = page.format(uid=self.patient.patient_uid, pk=self.patient.pk)
                now = self.asked(address)
                if now > before + MOST_MORE:
                    wrong.append(f"{role} {page}: {now}, before {before}")
        self.assertEqual(wrong, [])
