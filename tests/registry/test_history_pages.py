"""History pages: of a case, a row, a person, the whole trail; the security log; the monthly review."""

from datetime import timedelta
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry import histories, reviewing
from registry.context import acting, on_behalf_of
from registry.guard import watched_tables
from registry.models import Change, Membership, Operation, Viewed
from registry.presenting import entries
from tests import factories
from tests.pages import Page, in_chinese
from tests.promises import proves
from tests.registry.signing_in import signed_in


class WithHistory(TestCase):
    """Two centres; changes by form, command and plain SQL."""

    @classmethod
    def setUpTestData(cls):
        cls.centre, cls.elsewhere = factories.centre(), factories.centre("CN-OTHER")
        cls.lead = factories.member("lead", cls.centre, role="lead")
        cls.entry = factories.member("entry", cls.centre)
        cls.auditor = factories.registry_wide("auditor", "auditor")
        cls.administrator = factories.registry_wide("administrator", "root")
        cls.statistician = factories.registry_wide("statistician", "statistician")
        with acting("a loader", reason="first data"):
            cls.patient = factories.full_case("S-1", cls.centre).patient
            cls.foreign = factories.full_case("FOREIGN-1", cls.elsewhere).patient
        with on_behalf_of(cls.entry):
            Operation.objects.filter(patient=cls.patient).update(blood_loss_ml=765)

    def page(self, name: str, *args, by=None, **query) -> Page:
        answer = signed_in(self.client, by or self.lead).get(reverse(name, args=args), query)
        self.assertEqual(answer.status_code, 200)
        return Page(answer)

    def status(self, name: str, *args, by=None) -> int:
        return signed_in(self.client, by or self.lead).get(reverse(name, args=args)).status_code

    @property
    def operation(self) -> Operation:
        return Operation.objects.get(patient=self.patient)


@proves("P2")
class RowHistoryTest(WithHistory):
    def test_a_row_shows_old_new_who_when_why_and_by_which_way(self):
        page = self.page("row_history", "registry_operation", self.operation.pk)
        self.assertIn("400 mL 765 mL", page.text)
        (newest, first) = page.texts("//p[@class='history-head']")
        self.assertRegex(newest, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0800 · entry · by form$")
        self.assertTrue(first.endswith("a loader · by a command · first data"), first)
        utc = page.root.xpath("//p[@class='history-head']/time/@title")[0]
        self.assertRegex(utc, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$")

    def test_it_speaks_chinese(self):
        in_chinese(self.client)
        page = self.page("row_history", "registry_operation", self.operation.pk)
        self.assertTrue(page.texts("//p[@class='history-head']")[0].endswith("entry · 通过表单"))

    def test_centres_users_and_memberships_have_a_history(self):
        held = Membership.objects.get(user=self.entry)
        for table, key, seen in (
            ("registry_centre", self.centre.pk, "Hospital CN-TEST"),
            ("registry_membership", held.pk, "entry"),
        ):
            with self.subTest(table):
                self.assertIn(seen, self.page("row_history", table, key).text)
        self.assertIn(
            "entry", self.page("row_history", "auth_user", self.entry.pk, by=self.administrator).text
        )

    def test_the_admin_leads_to_the_history_of_a_user(self):
        self.administrator.is_staff = True
        self.administrator.save()
        signed_in(self.client, self.administrator)
        page = self.client.get(reverse("admin:auth_user_history", args=[self.entry.pk]), follow=True)
        self.assertContains(page, "entry")
        self.assertIn("table=auth_user", page.redirect_chain[-1][0])

    def test_a_password_is_never_shown(self):
        self.entry.set_password("a long and secret one")
        self.entry.save()
        page = self.page("row_history", "auth_user", self.entry.pk, by=self.administrator)
        self.assertIn("••• •••", page.text)
        self.assertNotIn("argon2", page.text)

    def test_what_one_may_not_see_does_not_exist(self):
        foreign = Operation.objects.get(patient=self.foreign).pk
        self.assertEqual(self.status("row_history", "registry_operation", foreign), 404)
        self.assertEqual(self.status("row_history", "registry_operation", foreign, by=self.auditor), 200)
        self.assertEqual(self.status("row_history", "auth_user", self.entry.pk), 404)
        for person in (self.statistician, self.administrator):
            self.assertEqual(
                self.status("row_history", "registry_operation", self.operation.pk, by=person), 404
            )

    def test_odd_addresses_are_not_found(self):
        for table, row in (("nonsense", 1), ("registry_operation", 2**63), ("registry_operation", 10**40)):
            with self.subTest(table=table, row=row):
                self.assertIn(self.status("row_history", table, row), (400, 404))

    def test_every_watched_table_can_be_told(self):
        told = [
            Change(table_name=one, row_id=1, operation="insert", changes={}, at=timezone.now())
            for one in watched_tables()
        ]
        self.assertEqual(len(entries(told)), len(told))

    def test_a_table_of_an_earlier_release_is_told_by_its_columns(self):
        gone = Change(
            table_name="registry_gone", row_id=1, operation="update", changes={"a": [1, 2]}, at=timezone.now()
        )
        (entry,) = entries([gone])
        self.assertEqual(
            [(str(one.label), str(one.old), str(one.new)) for one in entry.lines], [("a", "1", "2")]
        )


class PersonHistoryTest(WithHistory):
    def test_everybody_sees_their_own_changes(self):
        self.assertIn("765", self.page("person_history", "entry", by=self.entry).text)

    def test_leads_and_auditors_see_those_of_others_within_their_reach(self):
        for person in (self.lead, self.auditor):
            self.assertIn("765", self.page("person_history", "entry", by=person).text)
        self.assertNotIn("FOREIGN", self.page("person_history", "a loader").text)
        self.assertEqual(self.status("person_history", "lead", by=self.entry), 404)

    def test_plain_sql_is_found_under_the_role(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_operation SET blood_loss_ml = 5 WHERE patient_id = %s", [self.patient.pk]
            )
        who = Change.objects.latest("id").who
        self.assertIn("by SQL", self.page("person_history", who).text)


class TrailTest(WithHistory):
    def test_a_lead_reads_the_own_part_and_an_auditor_all(self):
        foreign = reverse("row_history", args=["registry_patient", self.foreign.pk])
        self.assertNotIn(foreign, self.page("history").links())
        self.assertIn("FOREIGN-1", self.page("history", by=self.auditor, table="registry_patient").text)
        self.assertEqual(self.status("history", by=self.entry), 404)

    def test_day_table_way_and_person_narrow_it(self):
        today = timezone.localdate()
        every = len(self.heads())
        self.assertEqual(len(self.heads(since=str(today), until=str(today))), every)
        self.assertEqual(self.heads(until=str(today - timedelta(days=1))), [])
        self.assertEqual(self.heads(since=str(today + timedelta(days=1))), [])
        self.assertTrue(all("by form" in one for one in self.heads(way="form")))
        self.assertTrue(all("entry" in one for one in self.heads(person="entry")))
        self.assertEqual(len(self.heads(table="registry_operation")), 2)

    def heads(self, **query) -> list[str]:
        return self.page("history", **query).texts("//p[@class='history-head']")

    def test_what_cannot_be_read_is_said_and_narrows_nothing(self):
        for query in (
            {"since": "yesterday"},
            {"since": "0001-01-01"},
            {"until": "9999-12-31"},
            {"way": "owl"},
        ):
            with self.subTest(query):
                page = self.page("history", **query)
                self.assertTrue(page.errors())
                self.assertTrue(page.texts("//p[@class='history-head']"))

    def test_older_changes_are_behind_a_link(self):
        with mock.patch("registry.views.history.PER_PAGE", 5):
            page = self.page("history")
            (older,) = [one for one in page.links() if "before=" in one]
            further = Page(self.client.get(reverse("history") + older))
        self.assertEqual(len(page.root.xpath("//div[@class='history-entry']")), 5)
        shown = page.root.xpath("//p[@class='history-link']/a/@href")
        self.assertNotEqual(shown, further.root.xpath("//p[@class='history-link']/a/@href"))
        self.assertEqual(self.client.get(reverse("history") + "?before=x").status_code, 200)

    def test_the_number_of_queries_does_not_grow_with_the_changes(self):
        def queries() -> int:
            signed_in(self.client, self.auditor)
            with CaptureQueriesContext(connection) as captured:
                self.client.get(reverse("history"))
            return len(captured)

        before = queries()
        for number in range(6):
            factories.member(f"more{number}", factories.centre(f"CN-M{number:03}"))
        self.assertEqual(queries(), before)


class SecurityLogTest(WithHistory):
    def test_it_shows_access_and_nothing_clinical(self):
        page = self.page("security_log", by=self.auditor)
        self.assertIn("membership", page.text)
        self.assertNotIn("Blood loss", page.text)

    def test_data_entry_sees_own_entries_only(self):
        self.assertEqual(self.page("security_log", by=self.entry).texts("//p[@class='history-head']"), [])

    def test_who_may_not_see_it_does_not_find_it(self):
        self.assertEqual(self.status("security_log", by=self.statistician), 404)
        self.assertEqual(self.status("security_log", by=self.administrator), 200)

    def test_every_table_named_is_watched_where_it_exists(self):
        known = {name for name, _ in histories.table_choices()}
        self.assertTrue({"auth_user", "registry_membership", "registry_approval"} <= known)


@proves("P27")
class AccessReviewTest(WithHistory):
    def setUp(self):
        self.noon = timezone.localtime().replace(hour=12, minute=0)
        self.month = self.noon.date().replace(day=1)

    def view(self, name: str, cases: int = 1, hour: int = 12) -> None:
        at = self.noon.replace(hour=hour)
        Viewed.objects.create(at=at, username=name, what="case", cases=cases, centre_id=self.centre.pk)

    def people(self, sort: str = "") -> dict[str, reviewing.Person]:
        return {one.name: one for one in reviewing.people(self.month, sort)}

    def test_it_counts_pages_cases_and_the_busiest_day(self):
        for cases in (3, 4):
            self.view("entry", cases)
        found = self.people()["entry"]
        self.assertEqual((found.pages, found.cases, found.most, found.most_on), (2, 7, 7, self.noon.date()))

    def test_odd_hours_are_those_of_the_registrys_clock(self):
        for hour in (21, 22, 5, 6):
            self.view("entry", hour=hour)
        found = self.people()["entry"]
        self.assertEqual(found.pages_at_night, 2)
        self.assertIn(reviewing.AT_NIGHT, found.marks)

    def test_mass_reads_are_marked(self):
        self.view("entry", reviewing.MANY_CASES)
        self.assertNotIn(reviewing.MASS, self.people()["entry"].marks)
        self.view("entry")
        self.assertIn(reviewing.MASS, self.people()["entry"].marks)

    def test_changes_without_a_reason_and_by_sql_are_counted(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('registry.actor', '', true), set_config('registry.channel', '', true)"
            )
            cursor.execute(
                "UPDATE registry_operation SET blood_loss_ml = 5 WHERE patient_id = %s", [self.patient.pk]
            )
        found = self.people()
        self.assertEqual((found["entry"].changes, found["entry"].unexplained), (1, 1))
        self.assertEqual(found["a loader"].unexplained, 0)
        self.assertTrue(any(one.by_sql for one in found.values()))

    def test_it_can_be_sorted_by_every_column(self):
        self.view("zoe", 9)
        self.view("adam", 3)
        for column in reviewing.COLUMNS:
            with self.subTest(column):
                self.assertTrue({"zoe", "adam"} <= set(self.people(column)))
        self.assertLess(list(self.people("cases")).index("zoe"), list(self.people("cases")).index("adam"))

    def test_the_page_is_for_auditors_administrators_and_leads(self):
        self.view("entry", 120)
        page = self.page("access_review", by=self.auditor)
        self.assertIn("many cases in one day", page.text)
        self.assertEqual(self.status("access_review", by=self.entry), 404)
        self.assertEqual(self.status("access_review", by=self.statistician), 404)

    def test_a_month_that_cannot_be_is_said(self):
        for month in ("2026-13", "9999-01", "x", "1999-12"):
            with self.subTest(month):
                self.assertIn("is no month", self.page("access_review", by=self.auditor, month=month).text)
        self.assertIn("2026-01", self.page("access_review", by=self.auditor, month="2026-01").text)

    def test_the_month_after_december_is_january(self):
        self.assertEqual(str(reviewing.following(reviewing.month_of("2025-12"))), "2026-01-01")
