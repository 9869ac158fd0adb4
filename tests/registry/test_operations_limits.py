"""A statement that takes too long is ended, and the person is told what to do."""

from __future__ import annotations

from unittest.mock import patch

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import SimpleTestCase, override_settings
from django.urls import include, path, reverse

from registry.models import Patient
from registry.operations.requests import RequestMiddleware
from registry.routes import PERSON
from tests import factories
from tests.promises import proves
from tests.registry.applications import Projects
from tests.registry.logged import log
from tests.transactions import RealTransactions


def slow(request: HttpRequest) -> HttpResponse:
    """A page that stores something and then asks for what takes too long."""
    Patient.objects.update(smoking_status="never")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '30ms'")
        cursor.execute("SELECT pg_sleep(5)")
    return HttpResponse("too late")


urlpatterns = [path("slow/", slow, name="slow"), path("", include("registry.urls"))]


@proves("T38")
@override_settings(ROOT_URLCONF="tests.registry.test_operations_limits")
class TooSlow(RealTransactions):
    def setUp(self):
        self.patient = factories.patient("S-1")
        self.client.force_login(factories.member("surgeon", self.patient.centre))
        self.enterContext(patch.dict("registry.routes.ROUTES", {"slow": PERSON}))

    def test_the_answer_says_what_to_do_in_both_languages(self):
        for language, words in (("en", "takes too long"), ("zh-hans", "耗时过长")):
            with self.subTest(language=language):
                self.client.cookies["django_language"] = language
                response = self.client.post(reverse("slow"))
                self.assertEqual(response.status_code, 503)
                self.assertIn(words, response.content.decode())

    def test_nothing_of_the_request_is_stored(self):
        self.client.post(reverse("slow"))
        self.patient.refresh_from_db()
        self.assertNotEqual(self.patient.smoking_status, "never")

    def test_the_log_says_that_it_was_too_slow(self):
        with log() as written:
            self.client.post(reverse("slow"))
        warning, line = written.lines("registry.access")
        self.assertEqual((warning["event"], line["status"]), ("statement took too long", 503))

    def test_the_site_works_on(self):
        self.client.post(reverse("slow"))
        self.assertEqual(self.client.get(reverse("cases")).status_code, 200)


class OtherErrors(SimpleTestCase):
    def test_they_are_left_to_the_page_for_errors(self):
        middleware = RequestMiddleware(lambda request: HttpResponse())
        self.assertIsNone(middleware.process_exception(HttpRequest(), ValueError("x")))


WEB, COMMAND = "import registry.wsgi", "import django; django.setup()"
ASK = """
import json, sys
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(sys.argv[1])
    print(json.dumps(cursor.fetchone()), flush=True)
sys.stdin.read()
"""


class Processes(Projects):
    """The limit is the web server's; commands may take their time."""

    def limit_of(self, start: str, **more: str) -> str:
        environment = {"DJANGO_SETTINGS_MODULE": "registry.settings", **more}
        return self.run_once("SHOW statement_timeout", code=start + ASK, **environment)[0]

    def test_a_command_has_no_limit(self):
        self.assertEqual(self.limit_of(COMMAND), "0")

    def test_the_web_server_has_the_one_of_the_settings(self):
        self.assertEqual(self.limit_of(WEB), "1min")
        self.assertEqual(self.limit_of(WEB, NETLM_STATEMENT_TIMEOUT="7"), "7s")

    def test_a_limit_that_makes_no_sense_stops_the_start(self):
        outcome = self.manage("check", NETLM_STATEMENT_TIMEOUT="0")
        self.assertIn(
            "NETLM_STATEMENT_TIMEOUT is “0”; it must be a whole number from 1 to 3600", outcome.stderr
        )
