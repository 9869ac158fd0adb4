"""The whole map of the site, walked by everybody with every method: nothing of another centre comes back.

For each address the places are filled with rows of the own centre, of the other one, and with what
nobody has. In reduced form every address is asked by everybody for the other centre's rows, and the
remaining combinations are sampled; in full all of them are tried (make prove).
"""

from __future__ import annotations

import itertools
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.contrib.auth.models import User
from django.db import models
from django.http import HttpResponse
from django.test import TestCase

from registry import access, routes, scoping
from registry.context import Held
from registry.models import BreakGlass, Centre, Change, Membership, Release
from registry.policy import ADMINISTRATOR, AUDITOR, LEAD, MANAGER
from registry.rights import Rights
from tests.promises import in_full, measured, proves, size
from tests.registry.world import (
    KINDS,
    METHODS,
    NONE,
    OTHER,
    OWN,
    Caller,
    Place,
    Route,
    all_routes,
    callers,
    place,
)

TYPED = {"sex": "m", "reason": "because", "post": "yes", "base": "0", "decision": "confirm", "role": "lead"}
ENDS_SESSION = {"logout", "sessions", "session_left", "password"}
QUERIES = {"report_cases": "?cell=cohort.n", "cases": "?sort=study"}
FOUND_NOT = (302, 403, 404, 405)


class Walk(TestCase):
    """Two centres, their people, and the map."""

    maxDiff = None

    @classmethod
    def setUpTestData(cls):
        cls.own, cls.other = place("ZZOWN", "CN-ZZOWN"), place("ZZOTHER", "DE-ZZOTHER")
        cls.places = {OWN: cls.own, OTHER: cls.other, NONE: None}
        cls.callers = callers(cls.own, cls.other)
        cls.routes = all_routes()

    def setUp(self):
        self.client.raise_request_exception = False
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def log_in(self, caller: Caller) -> None:
        if caller.user is None:
            self.client.logout()
        else:
            self.client.force_login(caller.user)

    def ask(self, route: Route, method: str, where: Place | None) -> HttpResponse:
        address = route.address(where) + QUERIES.get(route.name, "")
        if method == "POST":
            if route.name == "search":
                return self.search(address)
            return self.client.post(address, TYPED | _chosen(where))
        return self.client.generic(method, address)

    def search(self, address: str) -> HttpResponse:
        """What is found, for those who are led to the list."""
        answer = self.client.post(address, {"q": "ZZ"})
        found = answer.headers.get("Location", "").startswith("/cases/")
        return self.client.get(answer["Location"]) if found else answer

    def combinations(self) -> Iterator[tuple[Caller, Route, str, str]]:
        """All of them, or a sample in which every address is asked by somebody of each kind."""
        step, chosen = size("P7", reduced=60, full=1), random.Random(7)
        pages = size("P7", reduced=7, full=1)  # of the many alike pages of the admin, every so many
        for caller in self.callers:
            for number, route in enumerate(self.routes):
                if route.is_of_admin and (number + hash_of(caller.name)) % pages:
                    continue
                sure = (method_of(caller, route), OTHER if route.names_a_row else NONE)
                for method, kind in itertools.product(METHODS, KINDS if route.names_a_row else (NONE,)):
                    if (method, kind) == sure or chosen.randrange(step) == 0:
                        yield caller, route, method, kind

    def leaks(self, caller: Caller, response: HttpResponse) -> list[str]:
        """The words about others in the body and the headers, but for those that were asked with."""
        text, asked = _text(response), response.request["PATH_INFO"]
        return [word for word in caller.silent if word in text and word not in asked]


def method_of(caller: Caller, route: Route) -> str:
    """Which method is certain to be tried: reading, or writing where reading is for nobody."""
    return "GET" if hash_of(caller.name + route.name) % 3 else "POST"


OVERSEEN = (Centre, Membership, User, BreakGlass)


def overseen(caller: Caller, route: Route) -> bool:
    """Whether the address is about rows that an administrator meets everywhere."""
    return caller.name == "administrator" and (route.name == "approval" or route.model() in OVERSEEN)


def hash_of(text: str) -> int:
    return sum(map(ord, text))


def _chosen(where: Place | None) -> dict[str, str]:
    """What a tampered form would name."""
    if where is None:
        return {}
    return {
        "centre": str(where.centre.pk),
        "patient": str(where.patient.pk),
        "user": str(where.keys.get(type(where.centre), "")),
        "held": "1",
    }


def _text(response: HttpResponse) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{body.decode('utf-8', 'replace')}\n{response.headers.items()}"


def newest() -> int:
    """The newest entry of the trail, but for the record that something was given out by reading."""
    changes = Change.objects.exclude(table_name=Release._meta.db_table).order_by("-id")
    return changes.values_list("id", flat=True).first() or 0


def changes_since(number: int, centre_id: int | None) -> list[Change]:
    return list(Change.objects.filter(id__gt=number, centre_id=centre_id))


RECORDED = {"report_download"}  # that a file was taken out is recorded, and the record is in the trail


@proves("P7", "T10", "T12", "T20")
class Matrix(Walk):
    def test_nobody_learns_or_changes_anything_of_another_centre(self):
        asked, wrong, caller_before = 0, [], None
        for caller, route, method, kind in self.combinations():
            if caller is not caller_before or route.name in ENDS_SESSION:
                self.log_in(caller)
                caller_before = caller
            before = newest()
            response = self.ask(route, method, self.places[kind])
            asked += 1
            wrong += self._judge(caller, route, method, kind, response, before)
            if route.name in ENDS_SESSION or method not in ("GET", "HEAD"):
                self.log_in(caller)
        self.assertEqual("\n".join(wrong), "")
        measured("P7", f"0 leaks in {asked} requests over {len(self.routes)} addresses")

    def _judge(self, caller, route, method, kind, response, before) -> list[str]:
        """What is wrong with an answer, in words."""
        named = f"{caller.name} {method} {route.pattern} ({kind})"
        found = [f"{named}: {word} leaks" for word in self.leaks(caller, response)]
        status = response.status_code
        if status >= 500 and status != 503:
            found.append(f"{named}: answers {status}")
        if method in ("GET", "HEAD") and newest() != before and route.name not in RECORDED:
            found.append(f"{named}: reading changes something")
        for whose, there in ((OWN, self.own), (OTHER, self.other)):
            if whose not in caller.reads and changes_since(before, there.centre.pk):
                found.append(f"{named}: changes something of the {whose} centre")
        hidden = kind == OTHER and route.names_a_row and OTHER not in caller.reads
        if hidden and not route.is_of_admin and not overseen(caller, route) and status not in FOUND_NOT:
            found.append(f"{named}: answers {status}")
        if hidden and routes.declared(route.name) in ("see_clinical", "edit", "history") and status == 403:
            found.append(f"{named}: says that something is there")
        return found

    def test_a_foreign_row_answers_as_one_that_nobody_has(self):
        for caller in self.callers:
            if OTHER in caller.reads or caller.user is None:
                continue
            self.log_in(caller)
            for route in self._about_rows(caller):
                statuses = [self.ask(route, "GET", where).status_code for where in (self.other, None)]
                with self.subTest(caller=caller.name, route=route.pattern):
                    self.assertEqual(*statuses)

    def _about_rows(self, caller: Caller) -> list[Route]:
        """The addresses of rows, but for those whose rows the person administers everywhere; the many
        pages of the admin are sampled in reduced form."""
        step = size("P7", reduced=9, full=1)
        return [
            one
            for number, one in enumerate(self.routes)
            if one.names_a_row
            and not overseen(caller, one)
            and (not one.is_of_admin or (number + hash_of(caller.name)) % step == 0)
        ]

    def test_a_stranger_is_sent_to_the_login_from_everywhere_but_public_addresses(self):
        self.client.logout()
        for route in self.routes:
            if route.policy != routes.PUBLIC:
                for method in METHODS if in_full() else ("GET", "POST"):
                    response = self.ask(route, method, self.other)
                    with self.subTest(route=route.pattern, method=method):
                        self.assertEqual(response.status_code, 302)
                        self.assertIn("login/", response["Location"])


@contextmanager
def application_filters_removed() -> Iterator[None]:
    """The first two rings opened on purpose: managers show everything, everybody holds every role
    everywhere. What is left is the database."""
    wide = Rights(tuple(Held(None, role) for role in (LEAD, AUDITOR, MANAGER, ADMINISTRATOR)))
    with (
        patch.object(scoping.Scoped, "get_queryset", models.Manager.get_queryset),
        patch.object(access, "rights_of", lambda user: wide),
        patch("registry.masking.masks", lambda *_args, **_more: False),
    ):
        yield


@proves("P8", "T10")
class DatabaseAlone(Walk):
    """The same walk with the application's filters removed: row-level security alone."""

    def test_without_any_filter_of_the_application_no_row_of_another_centre_comes_back(self):
        asked, wrong = 0, []
        with application_filters_removed():
            for caller in self.callers:
                if caller.user is None or caller.name in ("manager", "auditor"):
                    continue  # whose rows the database shows by right
                for route in self._sampled(caller):
                    self.log_in(caller)
                    for method in ("GET", "POST"):
                        before = newest()
                        response = self.ask(route, method, self._foreign(caller))
                        asked += 1
                        named = f"{caller.name} {method} {route.pattern}"
                        wrong += [f"{named}: {word} leaks" for word in self._foreign_words(caller, response)]
                        changed = changes_since(before, self._foreign(caller).centre.pk)
                        if changed and not overseen(caller, route):
                            wrong.append(f"{named}: changes another centre")
        self.assertEqual("\n".join(wrong), "")
        measured("P8", f"0 foreign rows in {asked} requests with the application's filters removed")

    def _sampled(self, caller: Caller) -> list[Route]:
        """All addresses, or those that show cases and some of the others."""
        step = size("P8", reduced=20, full=1)
        return [
            one
            for number, one in enumerate(self.routes)
            if (number + hash_of(caller.name)) % step == 0 or (not one.is_of_admin and one.names_a_row)
        ]

    def _foreign(self, caller: Caller) -> Place:
        return self.own if caller.reads == (OTHER,) else self.other

    def _foreign_words(self, caller: Caller, response: HttpResponse) -> list[str]:
        """Words about patients: names of users are no secret of a centre's, and the database shows them."""
        foreign = self._foreign(caller)
        text = _text(response)
        asked = response.request["PATH_INFO"]
        return [word for word in (*foreign.names, *foreign.marks) if word in text and word not in asked]
