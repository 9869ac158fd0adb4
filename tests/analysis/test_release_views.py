"""Taking data out on the web: who may, what is asked, what is recorded, who confirms."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta

from django.test import TestCase, override_settings
from django.utils import timezone

from analysis import views
from analysis.release import giving
from registry import approvals
from registry.accounts import limits
from registry.context import acting, on_behalf_of
from registry.models import Approval, Change, Release
from tests.analysis.record import case, centre, day, visit
from tests.analysis.released import tables_of
from tests.factories import member, registry_wide
from tests.pages import Page
from tests.promises import measured, proves
from tests.registry.signing_in import confirmed, signed_in

PAGE, LIST = "/reports/data/", "/reports/releases/"
ASKED = {
    "profile": "deidentified",
    "purpose": "survival analysis of 2026",
    "destination": "inside",
    "do": "take",
}


class ReleasePages(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.here, cls.there = centre("CN-HERE1"), centre("CN-THERE")
        for where in (cls.here, cls.there):
            for number in range(8):
                case(where, patient={"sex": "f"}, surgery=day(30 * number), visits=[visit(30 * number + 90)])
        cls.entry = member("entry", cls.here)
        cls.lead = member("lead", cls.here, role="lead")
        cls.manager = registry_wide("manager", "manager")
        cls.statistician = registry_wide("statistician", "statistician")
        cls.auditor = registry_wide("auditor", "auditor")

    def setUp(self):
        views._finished.cache_clear()

    def as_(self, user):
        signed_in(self.client, user)

    def take(self, **answers):
        return self.client.post(PAGE, ASKED | answers)


class TakingTest(ReleasePages):
    def test_the_page_asks_for_cohort_profile_purpose_and_destination(self):
        self.as_(self.entry)
        page = Page(self.client.get(PAGE))
        for name in ("profile", "start", "centre", "purpose", "destination", "legal_basis"):
            self.assertTrue(page.root.xpath(f"//*[@name='{name}']"), name)

    def test_data_entry_takes_a_deidentified_file_of_the_own_centre(self):
        self.as_(self.entry)
        response = self.take()
        self.assertEqual((response.status_code, response["Content-Type"]), (200, "application/zip"))
        self.assertEqual(len(tables_of(response.content)["cases"]), 8)

    def test_looking_shows_size_and_columns_and_records_nothing(self):
        self.as_(self.entry)
        response = self.take(do="look")
        self.assertContains(response, "surgery_year")
        self.assertEqual(Page(response).texts("//*[@id='release-count']"), ["8"])
        self.assertEqual(Release.objects.count(), 0)

    @proves("T37", "P27")
    def test_who_why_which_and_the_hash_of_the_file_are_recorded_and_in_the_trail(self):
        self.as_(self.entry)
        content = self.take(start=str(day(30))).content
        found = Release.objects.get()
        self.assertEqual((found.username, found.purpose, found.rows), ("entry", ASKED["purpose"], 7))
        self.assertEqual(
            (found.profile, found.state, found.destination), ("deidentified", "released", "inside")
        )
        self.assertEqual(found.centre_ids, [self.here.pk])
        self.assertEqual(found.cohort["start"], str(day(30)))
        self.assertIn("visit_days", found.columns["visits"])
        self.assertEqual(found.sha256, hashlib.sha256(content).hexdigest())
        trail = Change.objects.get(table_name="registry_release", row_id=found.pk)
        self.assertEqual((trail.actor, trail.operation.upper()[:6]), ("entry", "INSERT"))
        self.assertIn(found.sha256, str(trail.changes))
        measured("P27", "a file is recorded with who, why, cases, columns and hash; the hash is in the trail")

    def test_a_purpose_is_needed_and_nothing_typed_is_lost(self):
        self.as_(self.entry)
        for language, words in (("en", "is too short"), ("zh-hans", "过短")):
            self.client.cookies["django_language"] = language
            response = self.take(purpose="x y z", start="2022-04-01")
            self.assertContains(response, words, status_code=422)
            self.assertContains(response, "x y z", status_code=422)
            self.assertContains(response, 'value="2022-04-01"', status_code=422)
        self.assertEqual(Release.objects.count(), 0)

    @proves("T40")
    def test_data_do_not_leave_the_centre_without_recipient_and_legal_basis(self):
        self.as_(self.entry)
        response = self.take(destination="country")
        self.assertContains(response, "Legal basis:", status_code=422)
        self.assertContains(response, "Recipient:", status_code=422)
        self.assertEqual(Release.objects.count(), 0)
        response = self.take(destination="country", recipient="Institute 7", legal_basis="contract 2026-4")
        self.assertEqual(response.status_code, 200)
        found = Release.objects.get()
        self.assertEqual((found.destination, found.legal_basis), ("country: Institute 7", "contract 2026-4"))

    @proves("T40")
    def test_data_do_not_go_abroad_unless_the_site_allows_it(self):
        self.as_(self.entry)
        abroad = {"destination": "abroad", "recipient": "R", "legal_basis": "B"}
        for language, words in (("en", "does not send data"), ("zh-hans", "不允许数据出境")):
            self.client.cookies["django_language"] = language
            self.assertContains(self.take(**abroad), words, status_code=422)
        with override_settings(TRANSFER_ABROAD=True):
            self.assertEqual(self.take(destination="abroad", recipient="R").status_code, 422)
            self.assertEqual(self.take(**abroad).status_code, 200)
        measured("T40", "exports abroad without permission of the site or without a legal basis refused")

    def test_few_cases_give_no_deidentified_file(self):
        self.as_(self.entry)
        response = self.take(start=str(day(150)))
        self.assertContains(response, "at least 5", status_code=422)

    @proves("T37")
    def test_more_than_twenty_files_in_an_hour_are_refused(self):
        self.as_(self.entry)
        for _ in range(giving.PER_HOUR - 1):
            limits.allow(f"release:{self.entry.pk}", giving.PER_HOUR, giving.HOUR_S)
        self.assertEqual([self.take().status_code for _ in range(2)], [200, 422])
        self.assertEqual((giving.PER_HOUR, Release.objects.count()), (20, 1))

    def test_no_answer_breaks_the_page(self):
        self.as_(self.entry)
        for name in ("profile", "purpose", "destination", "centre", "start", "legal_basis", "do"):
            for text in ("' OR 1=1", "９" * 2000, "<script>", "9999-12-31", ""):
                self.assertLess(self.take(**{name: text}).status_code, 500, (name, text))
        for number in (0, 10**30):
            self.assertIn(self.client.post(f"{LIST}{number}/").status_code, (400, 404))


class RightsTest(ReleasePages):
    def codes(self, user, profile: str) -> list[str]:
        with on_behalf_of(user):
            return [one.centre_id for one in giving.centres_for(user, profile)]

    def test_each_role_takes_what_the_policy_says(self):
        here, both = ["CN-HERE1"], ["CN-HERE1", "CN-THERE"]
        for user, wanted in (
            (self.entry, (here, [], [])),
            (self.lead, (here, here, here)),
            (self.manager, (both, both, [])),
            (self.statistician, (both, [], [])),
            (self.auditor, ([], [], [])),
        ):
            found = tuple(self.codes(user, one) for one in ("deidentified", "pseudonymised", "identified"))
            self.assertEqual(found, wanted, user)

    def test_data_entry_cannot_ask_for_study_numbers_or_another_centre(self):
        self.as_(self.entry)
        for answers in ({"profile": "identified"}, {"profile": "pseudonymised"}, {"centre": "CN-THERE"}):
            self.assertEqual(self.take(**answers).status_code, 422, answers)
        self.assertEqual(Release.objects.count(), 0)

    def test_an_auditor_takes_nothing_and_the_page_does_not_exist(self):
        self.as_(self.auditor)
        self.assertEqual(self.client.get(PAGE).status_code, 404)
        self.assertEqual(self.take().status_code, 404)

    def test_a_statistician_who_sees_no_case_takes_the_deidentified_cases_of_all_centres(self):
        self.as_(self.statistician)
        self.assertEqual(len(tables_of(self.take().content)["cases"]), 16)

    def test_where_the_policy_wants_the_second_factor_again_no_file_leaves_without(self):
        self.client.force_login(self.lead)
        confirmed(self.client, ago=6 * 60)
        response = self.take(profile="pseudonymised")
        self.assertContains(response, "Confirm first who you are", status_code=422)
        self.assertContains(response, ASKED["purpose"], status_code=422)
        self.assertEqual(Release.objects.count(), 0)
        confirmed(self.client)
        self.assertEqual(self.take(profile="pseudonymised").status_code, 200)

    def test_a_lead_takes_study_numbers_of_the_own_centre(self):
        self.as_(self.lead)
        rows = tables_of(self.take(profile="identified").content)["cases"]
        self.assertEqual(len(rows), 8)
        self.assertTrue(all(row["local_study_id"] for row in rows))


@override_settings(RELEASE_ROWS=5)
class SecondPersonTest(ReleasePages):
    def ask(self) -> Release:
        self.as_(self.entry)
        response = self.take()
        self.assertRedirects(response, LIST, fetch_redirect_response=False)
        return Release.objects.get()

    def buttons(self) -> list[str]:
        return Page(self.client.get(LIST)).texts("//tr//button")

    def decide(self, decide, *more):
        with on_behalf_of(self.lead):
            decide(self.lead, Approval.objects.get(), *more)

    @proves("T37")
    def test_above_the_limit_a_second_person_confirms_and_then_the_file_is_fetched_once(self):
        asked = self.ask()
        self.assertEqual((asked.state, asked.sha256, asked.rows), ("waiting", "", 8))
        self.assertEqual(self.buttons(), [])
        self.assertEqual(self.client.post(f"{LIST}{asked.pk}/").status_code, 302)
        self.decide(approvals.confirm)
        self.assertEqual(self.buttons(), ["Fetch the file"])
        content = self.client.post(f"{LIST}{asked.pk}/").content
        self.assertEqual(len(tables_of(content)["cases"]), 8)
        found = Release.objects.get()
        self.assertEqual((found.state, found.sha256), ("released", hashlib.sha256(content).hexdigest()))
        self.assertEqual(self.client.post(f"{LIST}{asked.pk}/").status_code, 302)

    def test_who_asks_cannot_confirm(self):
        self.ask()
        with on_behalf_of(self.entry), self.assertRaises(approvals.Refused):
            approvals.confirm(self.entry, Approval.objects.get())

    def test_what_was_refused_is_not_fetched(self):
        asked = self.ask()
        self.decide(approvals.refuse, "not needed")
        self.client.post(f"{LIST}{asked.pk}/")
        self.assertEqual(Release.objects.get().sha256, "")
        self.assertContains(self.client.get(LIST), "refused")

    def test_a_confirmation_grows_old(self):
        asked = self.ask()
        self.decide(approvals.confirm)
        late = timezone.now() + timedelta(days=giving.DAYS_TO_FETCH + 1)
        with acting("test"):
            found = Release.objects.select_related("approval").get(pk=asked.pk)
        found.approval.decided_at -= late - timezone.now()
        self.assertEqual(giving.state_of(found), "expired")

    def test_nobody_else_fetches_the_file(self):
        asked = self.ask()
        self.decide(approvals.confirm)
        self.as_(self.lead)
        self.client.post(f"{LIST}{asked.pk}/")
        self.assertEqual(Release.objects.get().state, "waiting")


class ReportDownloadTest(ReleasePages):
    def test_every_download_of_a_report_is_recorded_with_its_hash(self):
        self.as_(self.entry)
        content = self.client.get("/reports/paper/download/json/?start=2022-04-01").content
        found = Release.objects.get()
        self.assertEqual((found.profile, found.purpose, found.username), ("report", "report", "entry"))
        self.assertEqual(found.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(found.cohort["start"], "2022-04-01")
        self.assertEqual(found.centre_ids, [self.here.pk])

    def test_twenty_different_reports_in_an_hour_and_the_same_one_in_every_format(self):
        self.as_(self.entry)
        taken = [f"/reports/paper/download/json/?start={day(-number)}" for number in range(20)]
        for address in taken:
            self.assertEqual(self.client.get(address).status_code, 200)
        refused = self.client.get(f"/reports/paper/download/json/?start={day(-30)}", follow=True)
        self.assertContains(refused, "At most 20 exports leave in one hour")
        self.assertEqual(self.client.get(taken[3].replace("json", "docx")).status_code, 200)
        self.take()
        self.assertFalse(Release.objects.exclude(profile="report").exists())

    @proves("P19")
    def test_a_report_for_outside_the_centre_has_no_small_number_in_any_format(self):
        self.as_(self.entry)
        for ending in ("json", "html", "docx"):
            content = self.client.get(f"/reports/paper/download/{ending}/?outside=1").content
            if ending == "docx":
                content = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml")
            self.assertIn(b"too small", content, ending)
            self.assertNotIn(b"8 patients", content, ending)
        self.assertEqual({one.profile for one in Release.objects.all()}, {"report_outside"})

    def test_the_page_of_a_report_offers_the_file_for_outside(self):
        self.as_(self.entry)
        self.assertContains(self.client.get("/reports/paper/"), "outside=1")

    @proves("T29")
    def test_a_sixth_cohort_of_the_same_centre_does_not_leave(self):
        self.as_(self.entry)
        for number in range(6):
            address = f"/reports/paper/download/json/?outside=1&start={day(number)}"
            response = self.client.get(address)
            self.assertEqual(response.status_code, 200 if number < 5 else 302, number)
        self.assertEqual(
            self.client.get(f"/reports/paper/download/json/?outside=1&start={day(2)}").status_code, 200
        )


class ListTest(ReleasePages):
    def test_everyone_sees_the_own_files_a_centre_those_of_its_cases_and_an_auditor_all(self):
        self.as_(self.entry)
        self.take()
        self.as_(self.statistician)
        self.take()
        for user, wanted in ((self.entry, 1), (self.lead, 1), (self.statistician, 1), (self.auditor, 2)):
            self.as_(user)
            rows = Page(self.client.get(LIST)).root.xpath("//tr[starts-with(@id, 'release-')]")
            self.assertEqual(len(rows), wanted, user)

    def test_the_list_speaks_chinese(self):
        self.as_(self.entry)
        self.take()
        self.client.cookies["django_language"] = "zh-hans"
        self.assertContains(self.client.get(LIST), "去标识化")
