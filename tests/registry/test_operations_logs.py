"""The log holds fields of a list and nothing else; a request is one line without its address."""

import logging

from django.db import IntegrityError, connection, transaction
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from registry.models import Patient
from registry.operations.logs import PlainLines, configuration, fields, security_log
from tests import factories
from tests.registry.logged import log


def record(message: str, *args, name: str = "registry.access", **extra) -> logging.LogRecord:
    made = logging.getLogger(name).makeRecord(name, logging.INFO, "here.py", 1, message, args, None)
    made.__dict__.update(extra)
    return made


class AllowedFields(SimpleTestCase):
    def test_fixed_words_of_our_own_are_the_event(self):
        self.assertEqual(fields(record("logged_in"))["event"], "logged_in")

    def test_what_is_filled_into_a_message_never_appears(self):
        for made in (
            record("no case %s", "王小明"),
            record("no case 王小明"),
            record("case: MRN-12345678!"),
            record("logged_in", name="django.request"),
        ):
            with self.subTest(message=made.msg):
                self.assertNotIn("event", fields(made))

    def test_fields_that_are_not_on_the_list_are_left_out(self):
        written = fields(
            record("exported", rows=31, name_of_patient="王小明", path="/search/?q=1", user="王小明")
        )
        self.assertEqual(written["rows"], 31)
        self.assertFalse({"name_of_patient", "path", "user"} & written.keys())

    def test_a_word_that_could_be_typed_text_is_left_out(self):
        self.assertNotIn("route", fields(record("request", route="cases/ZZ 1, 2")))
        self.assertNotIn("format", fields(record("exported", format="王小明")))

    def test_the_plain_form_holds_the_same_fields(self):
        line = PlainLines().format(record("exported", rows=31, path="/search/?q=1"))
        self.assertIn("info registry.access event=exported rows=31", line)
        self.assertNotIn("search", line)

    def test_security_events_have_a_log_of_their_own(self):
        with log() as written:
            security_log.info("exported", user=7, rows=31, purpose="for 王小明")
        self.assertEqual(len(written.lines()), 1)
        line = written.lines("registry.security")[0]
        self.assertEqual((line["event"], line["user"], line["rows"]), ("exported", 7, 31))
        self.assertNotIn("purpose", line)

    def test_nothing_is_sent_by_mail_and_no_other_form_is_in_use(self):
        made = configuration("json")
        self.assertEqual(list(made["handlers"]), ["console"])
        used = [name for given in made["loggers"].values() for name in given.get("handlers", [])]
        self.assertEqual(used, [])


class Errors(TestCase):
    def written_of(self, query: str, values: list) -> dict:
        with log() as written:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(query, values)
            except Exception:
                logging.getLogger("django.request").error("Internal Server Error: /x/", exc_info=True)
        (line,) = written.lines()
        return line

    def test_an_error_of_the_database_is_its_class_sqlstate_and_constraint(self):
        factories.patient("ZZ-1")
        with log() as written:
            try:
                with transaction.atomic():
                    factories.patient("ZZ-1")
            except IntegrityError:
                logging.getLogger("django.request").error("Internal Server Error: /x/", exc_info=True)
        (line,) = written.lines()
        self.assertEqual((line["exception"], line["sqlstate"]), ("IntegrityError", "23505"))
        self.assertTrue(line["constraint"])
        self.assertNotIn("ZZ-1", written.getvalue())

    def test_a_value_in_the_first_line_of_an_error_stays_out_too(self):
        line = self.written_of("SELECT %s::date", ["ZZCANARY"])
        self.assertEqual(line["sqlstate"], "22007")
        self.assertNotIn("ZZCANARY", str(line))

    def test_the_place_in_the_code_is_told(self):
        line = self.written_of("SELECT %s::date", ["ZZCANARY"])
        self.assertIn("tests/registry/test_operations_logs.py:", line["at"])


class Requests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.person = factories.member("surgeon", cls.centre)
        cls.patient = factories.patient("S-001", cls.centre)

    def line_of(self, method: str, address: str, **more) -> dict:
        with log() as written:
            getattr(self.client, method)(address, **more)
        (line,) = written.lines("registry.access")
        return line

    def test_a_request_is_one_line_with_the_name_of_its_route(self):
        self.client.force_login(self.person)
        line = self.line_of("get", reverse("case", args=[self.patient.patient_uid]))
        self.assertEqual((line["route"], line["method"], line["status"]), ("case", "GET", 200))
        self.assertEqual(line["user"], self.person.pk)
        self.assertGreater(line["duration_ms"], 0)
        self.assertTrue(line["request_id"])

    def test_neither_address_nor_search_nor_number_of_a_case_is_written(self):
        self.client.force_login(self.person)
        line = self.line_of("post", reverse("search"), data={"q": "ZZCANARY"})
        self.assertNotIn("ZZCANARY", str(line))
        line = self.line_of("get", reverse("case", args=[self.patient.patient_uid]))
        self.assertNotIn(self.patient.patient_uid, str(line))

    def test_the_request_id_is_the_one_in_the_trail(self):
        self.client.force_login(self.person)
        with log() as written:
            self.client.post(reverse("new_case"), {"centre": self.centre.pk})
        self.assertRegex(written.lines("registry.access")[0]["request_id"], r"^[0-9a-f]{16}$")

    def test_an_address_that_leads_nowhere_is_written_without_it(self):
        self.client.force_login(self.person)
        line = self.line_of("get", "/ZZCANARY/")
        self.assertEqual((line["route"], line["status"]), ("(none)", 404))

    def test_an_odd_method_is_not_repeated(self):
        with log() as written:
            self.client.generic("ZZCANARY", reverse("cases"))
        self.assertNotIn("ZZCANARY", written.getvalue())

    def test_probes_that_succeed_are_not_written(self):
        with log() as written:
            self.client.get(reverse("live"))
        self.assertEqual(written.lines(), [])

    def test_a_person_without_a_row_to_see_leaves_no_name(self):
        self.assertFalse(Patient.objects.filter(local_study_id="nobody").exists())
        line = self.line_of("post", reverse("login"), data={"login": "王小明", "password": "ZZCANARY"})
        self.assertNotIn("user", line)
        self.assertNotIn("ZZCANARY", str(line))
