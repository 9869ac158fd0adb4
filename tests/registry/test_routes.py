"""The table of all addresses says what is so, and no page has come to need more queries."""

from __future__ import annotations

import logging
import os

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from tests import routes
from tests.promises import proves
from tests.registry.world import METHODS, Place, Route, all_routes, callers, place

WATCHED = {
    "Content-Security-Policy": "CSP",
    "X-Frame-Options": "frame",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "referrer",
    "Cross-Origin-Opener-Policy": "COOP",
    "Permissions-Policy": "permissions",
}
MORE_ALLOWED = (
    3  # queries that a page may take above the table, for what one session needs and another does not
)


@proves("T20")
class RoutesTable(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.own = place("ZZOWN", "CN-ZZOWN")
        people = callers(cls.own, place("ZZOTHER", "DE-ZZOTHER"))
        cls.lead = next(one.user for one in people if one.name == "lead")

    def setUp(self):
        self.client.raise_request_exception = False
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def met(self, route: Route, where: Place) -> routes.Line:
        """The address as the lead of a centre meets it."""
        address = route.address(where)
        self.client.force_login(self.lead)
        self.client.get(address)  # what is kept in memory is there
        with CaptureQueriesContext(connection) as queries:
            read = self.client.get(address)
        needed, methods = len(queries), []
        for method in METHODS:
            self.client.force_login(self.lead)
            if self.client.generic(method, address).status_code != 405:
                methods.append(method)
        sent = tuple(short for name, short in WATCHED.items() if name in read.headers)
        cached = "no-store" not in read.headers.get("Cache-Control", "")
        return routes.Line(route.pattern, route.policy, tuple(methods), needed, cached, sent)

    def test_the_table_of_all_addresses_is_up_to_date(self):
        lines = [self.met(one, self.own) for one in sorted(all_routes(), key=lambda one: one.pattern)]
        if os.environ.get(routes.WRITE) == "1":
            routes.FILE.write_text(routes.page(lines), encoding="utf-8")
        stated = routes.budget(routes.FILE.read_text(encoding="utf-8"))
        self.assertEqual(set(stated), {one.address.strip("/") for one in lines}, "run python -m tests.routes")
        for one in lines:
            with self.subTest(one.address):
                policy, methods, queries = stated[one.address.strip("/")]
                self.assertEqual((one.policy, " ".join(one.methods) or "–"), (policy, methods))
                self.assertLessEqual(one.queries, queries + MORE_ALLOWED)

    def test_pages_with_data_are_kept_by_no_cache(self):
        for one in all_routes():
            if one.policy not in ("public", "person"):
                with self.subTest(one.pattern):
                    self.client.force_login(self.lead)
                    response = self.client.get(one.address(self.own))
                    if response.status_code == 200:
                        self.assertIn("no-store", response.headers.get("Cache-Control", ""))
