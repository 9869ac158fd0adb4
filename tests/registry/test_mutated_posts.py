"""Valid forms, addresses and JSON bodies spoiled by chance: never a 500, nothing stored unreadable (P9)."""

from __future__ import annotations

import copy
import json
import logging
import random
import traceback
from urllib.parse import quote

from django.contrib import admin
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, TestCase
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as trials
from hypothesis import strategies as st

from tests import factories
from tests.pages import Typed
from tests.promises import measured, proves, size
from tests.registry.administration import address
from tests.registry.every_form import (
    Filled,
    addresses,
    everybody,
    forms_of_admin,
    forms_of_case,
    other_forms,
)
from tests.registry.signing_in import signed_in
from tests.registry.test_hardening import NASTY, mutations, values

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
QUIET |= {"phases": [Phase.generate]}  # a failure names its seed; making it smaller takes long
POISON = ("9999-12-31", "0001-01-01", "1" + "0" * 30, "1e999999", "NaN", "Infinity", "40000", "-1", "9" * 20)


class Spoiled(TestCase):
    """A case of everything, and a person who may open every form."""

    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.person = everybody(cls.centre)
        cls.case = factories.full_case("FULL-1", cls.centre)

    def setUp(self):
        self.client = Client(raise_request_exception=False)
        signed_in(self.client, self.person)
        self.cookies = copy.deepcopy(self.client.cookies)
        self.raised: list[str] = []
        got_request_exception.connect(self.note)
        self.addCleanup(got_request_exception.disconnect, self.note)
        logging.disable(logging.CRITICAL)  # refusals are wanted here by the thousand
        self.addCleanup(logging.disable, logging.NOTSET)

    def stay_logged_in(self) -> None:
        """Forget what an answer did to the cookies; the session itself was rolled back."""
        self.client.cookies = copy.deepcopy(self.cookies)

    def note(self, **_signal) -> None:
        self.raised.append(traceback.format_exc(limit=-6))

    def assert_answered(self, response: HttpResponse, what: object) -> None:
        self.assertLess(response.status_code, 500, (what, self.raised[-2:]))


@proves("P9", "T25")
class SpoiledForms(Spoiled):
    """Each form is opened once; the mutations of it are posted and taken back one by one."""

    def test_no_spoiled_form_breaks_the_site_or_stores_what_cannot_be_read(self):
        forms = [
            *forms_of_case(self.client, self.case.patient),
            *forms_of_admin(self.client),
            *other_forms(self.client, self.case.patient),
        ]
        self.assertGreater(len(forms), 20)
        each = -(-size("P9", reduced=60, full=10_000) // len(forms))
        self.posts = self.accepted = 0
        for number, one in enumerate(forms):
            with self.subTest(one.name):
                self.spoil(one, each, number)
        self.assertGreater(self.accepted, self.posts // 25)  # what is always refused proves nothing
        measured("P9", f"0 responses of 500 or more in {self.posts:,} posts to {len(forms)} forms")
        measured("P9", f"{self.accepted:,} accepted writes, every one read back")

    def spoil(self, target: Filled, examples: int, number: int) -> None:
        @seed(number)
        @trials(max_examples=examples, **QUIET)
        @given(st.one_of(mutations(target.form), poisoned(target.form)))
        def survives(spoiled: Typed) -> None:
            with transaction.atomic():
                response = self.client.post(target.url, spoiled)
                self.posts += 1
                self.assert_answered(response, (target.url, spoiled))
                if response.status_code == 302:
                    self.accepted += 1
                    self.assert_everything_opens()
                transaction.set_rollback(True)
            self.stay_logged_in()

        survives()

    def assert_everything_opens(self) -> None:
        """The list, the case, and two of all the other pages in turn."""
        self.stay_logged_in()
        uid, rest = self.case.patient.patient_uid, self.further_pages()
        start = 2 * self.accepted % len(rest)
        for page in ("/cases/", f"/cases/{uid}/", *(rest + rest)[start : start + 2]):
            self.assertIn(self.client.get(page).status_code, (200, 302, 403, 404), page)

    def further_pages(self) -> list[str]:
        patient = self.case.patient
        pages = [f"/cases/{patient.patient_uid}/history/", address(type(patient), "change", patient.pk)]
        pages += [address(model, "changelist") for model in admin.site._registry]
        return [*pages, "/reports/paper/download/json/"]


def poisoned(form: Typed) -> st.SearchStrategy[Typed]:
    """The form with one answer that no row can hold."""
    names = st.sampled_from(sorted(form))
    return st.builds(lambda name, value: form | {name: value}, names, st.sampled_from(POISON))


@proves("P9", "T22")
class SpoiledAddresses(Spoiled):
    """Names as well as values: the names are what reaches a filter or an ordering."""

    def test_no_query_breaks_a_page(self):
        asked, count = addresses(self.case.patient), size("P9", reduced=150, full=2_000)
        sent = [0]

        @seed(1)
        @trials(max_examples=count, **QUIET)
        @given(st.sampled_from(asked), queries())
        def survives(where: str, query: str) -> None:
            sent[0] += 1
            with transaction.atomic():
                self.assert_answered(self.client.get(f"{where}?{query}"), (where, query))
                transaction.set_rollback(True)
            self.stay_logged_in()

        survives()
        measured("P9", f"0 responses of 500 or more for {sent[0]:,} query strings at {len(asked)} addresses")

    def test_no_address_breaks_a_page(self):
        every = ("%00", "%ED%A0%80", "%FF", "9" * 30, "%0A", "%E2%80%AE", "'--", "%25")
        asked = size("P9", reduced=2, full=len(every))
        for number, where in enumerate(addresses(self.case.patient)):
            for odd in (every + every)[number % len(every) :][:asked]:
                spoiled = where.rstrip("/").rpartition("/")[0] + f"/{odd}/"
                self.assert_answered(self.client.get(spoiled), spoiled)


NAMES = (
    "q",
    "page",
    "p",
    "o",
    "sort",
    "sex",
    "cell",
    "centre",
    "start",
    "end",
    "method",
    "conventions",
    "next",
    "id",
)
NAMES += (
    "id__exact",
    "centre__id__exact",
    "patient__pk",
    "pk__in",
    "user__password__startswith",
    "e",
    "_popup",
)
NAMES += ("_changelist_filters", "role__exact", "at__year", "at__day", "order_by", "__class__", "app_label")


def queries() -> st.SearchStrategy[str]:
    """Query strings of known, odd and invented names with odd values, escaped well and badly."""
    odd = st.sampled_from(
        ("\x00", "a\x00", "%zz", "%ED%A0%80", "%ff", "x" * 3000, "a__b__c", "-id", "?", "%")
    )
    names = st.one_of(
        st.sampled_from(NAMES), odd, st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
    )
    texts = st.one_of(values, st.sampled_from((*POISON, *NASTY)), odd)
    escaped = st.builds(lambda name, value: f"{quote(name)}={quote(value)}", names, texts)
    raw = st.builds(lambda name, value: f"{quote(name, safe='%')}={quote(value, safe='%')}", names, texts)
    return st.lists(st.one_of(escaped, raw), min_size=1, max_size=4).map("&".join)


@proves("P9", "T14")
class SpoiledJson(Spoiled):
    """Every address gets JSON, whether or not it expects any: an endpoint added later is tried, too."""

    def test_no_json_body_breaks_the_site(self):
        asked, count = addresses(self.case.patient), size("P9", reduced=100, full=1_000)
        asked = [one for one in asked if not one.startswith("/admin/")] * 3 + asked
        sent = [0]

        @seed(2)
        @trials(max_examples=count, **QUIET)
        @given(st.sampled_from(asked), bodies())
        def survives(where: str, body: bytes) -> None:
            sent[0] += 1
            with transaction.atomic():
                response = self.client.generic("POST", where, body, content_type="application/json")
                self.assert_answered(response, (where, body[:80]))
                transaction.set_rollback(True)
            self.stay_logged_in()

        survives()
        measured("P9", f"0 responses of 500 or more for {sent[0]:,} JSON bodies")


def bodies() -> st.SearchStrategy[bytes]:
    """JSON of the shape that pages send, and what only looks like JSON."""
    broken = [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"NaN",
        b"[Infinity]",
        b"1e999999",
        b"\xff\xfe",
        b"{}",
    ]
    broken += [
        b'"\\ud800"',
        b'{"a": "\\u0000"}',
        b'{"a":1,"a":2}',
        b"9" * 5000,
        b"[" + b"1," * 2000 + b"1]",
        b"null",
    ]
    leaves = st.one_of(
        values, st.sampled_from(NASTY), st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()
    )
    names = st.one_of(
        st.sampled_from(
            ("form", "base", "content", "sequence", "key", "id", "head-sex", "patient", "centre")
        ),
        st.text(max_size=8).filter(lambda text: text.isprintable()),
    )
    nested = st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    )
    objects = st.dictionaries(names, nested, max_size=6)
    return st.one_of(
        st.sampled_from(broken), st.one_of(objects, nested).map(lambda one: json.dumps(one).encode())
    )


@proves("T14")
class MoreThanTheFormAsks(Spoiled):
    """Mass assignment: every column of every model is sent along with every section form."""

    def test_a_column_that_the_form_does_not_ask_for_is_not_written(self):
        other = factories.centre("CN-OTHER")
        rng = random.Random(14)
        smuggled = {"centre": other.pk, "centre_id": other.pk, "patient_uid": "AAAAAAAAAA", "synthetic": "on"}
        smuggled |= {
            "id": "1",
            "pk": "1",
            "op_no": "7",
            "is_superuser": "on",
            "role": "manager",
            "locked": "on",
        }
        smuggled |= {"voided_at": "2020-01-01", "state": "confirmed", "user": self.person.pk}
        for one in forms_of_case(self.client, self.case.patient):
            extra = {
                f"{prefix}{name}": str(v)
                for name, v in smuggled.items()
                for prefix in ("", "head-", "rows-0-")
            }
            known = {k: v for k, v in extra.items() if k not in one.form}
            with self.subTest(one.name), transaction.atomic():
                before = type(self.case.patient).objects.order_by("pk").values()
                before = [dict(row) for row in before]
                self.assert_answered(self.client.post(one.url, one.form | known), rng.random())
                kept = ("id", "patient_uid", "centre_id", "synthetic")
                after = {row["id"]: row for row in type(self.case.patient).objects.values()}
                for row in before:
                    self.assertEqual([after[row["id"]][k] for k in kept], [row[k] for k in kept])
                transaction.set_rollback(True)
