"""A surgeon types one more case, in either language, and the report counts it."""

import re

from registry import demo
from registry.case import load
from registry.completeness import case_state
from registry.models import Patient
from tests.browser.base import BrowserTest
from tests.browser.typing import CASE, answer, fill

SAVE = ".form-actions button[value=case]"


class TypingACaseTest(BrowserTest):
    def setUp(self):
        centre = demo.load_demo()
        self.user("surgeon", centre)

    def number_of_patients(self, page) -> str:
        page.goto(self.live_server_url + "/reports/paper/")
        return page.locator("table td .number, table td a.number").first.inner_text()

    def type_a_case(self, page):
        page.goto(self.live_server_url + "/cases/new/")
        answer(page, "head", "local_study_id", "FU-0032")
        answer(page, "head", "sex", "f")
        answer(page, "head", "birth_ym", "1968年5月")
        answer(page, "head", "enrolment_type", "prospective")
        answer(page, "head", "eligibility_confirmed", "yes")
        page.click(".form-actions button[type=submit]")
        page.wait_for_url(re.compile(r"/consent/$"))
        case_url = page.url.removesuffix("consent/")
        for slug, (head, rows) in CASE.items():
            page.goto(case_url + slug + "/")
            fill(page, head, rows)
            self.assert_fits(page)
            page.click(SAVE)
            page.wait_for_url(re.compile(rf"#{slug}$"))
        return case_url

    def check_in(self, language: str):
        page = self.open(language)
        self.log_in(page, "surgeon")
        self.assertEqual(self.number_of_patients(page), "31")
        self.type_a_case(page)
        case = load(Patient.objects.select_related("centre").get(local_study_id="FU-0032"))
        state = case_state(case)
        self.assertEqual([str(m) for one in state.sections for m in one.missing], [])
        self.assertTrue(state.is_complete)
        self.assertEqual(case.operation.blood_loss_ml, 800)
        self.assertEqual(str(case.operation.surgery_date), "2023-04-12")
        self.assertEqual((case.assessment.liver_mets_count, case.assessment.liver_mets_count_cmp), (20, "ge"))
        self.assertEqual(case.assessment.liver_burden_pct, 45)
        self.assertEqual(case.specimens[0].ki67_pct_cmp, "lt")
        self.assertEqual(len(case.prior_treatments), 2)
        self.assertEqual(self.number_of_patients(page), "32")
        self.assert_quiet()

    def test_in_english_the_report_goes_from_31_to_32_patients(self):
        self.check_in("en")

    def test_in_chinese_the_report_goes_from_31_to_32_patients(self):
        self.check_in("zh-hans")


class FormBehaviourTest(BrowserTest):
    def setUp(self):
        centre = demo.load_demo()
        self.user("surgeon", centre)
        self.patient = Patient.objects.order_by("local_study_id").first()
        self.page = self.open("en")
        self.log_in(self.page, "surgeon")

    def section(self, slug: str) -> str:
        return f"{self.live_server_url}/cases/{self.patient.patient_uid}/{slug}/"

    def test_a_question_appears_when_it_applies_and_goes_when_it_does_not(self):
        self.page.goto(self.section("operation"))
        minutes = self.page.locator('[data-question="pringle_total_min"]')
        answer(self.page, "head", "pringle_used", "no")
        self.assertFalse(minutes.is_visible())
        answer(self.page, "head", "pringle_used", "yes")
        self.assertTrue(minutes.is_visible())

    def test_an_error_keeps_everything_typed_and_leads_to_its_field(self):
        self.page.goto(self.section("operation"))
        answer(self.page, "head", "blood_loss_ml", "800-1000")
        answer(self.page, "head", "surgery_date", "2023-02-30")
        self.page.click(SAVE)
        self.assertEqual(self.page.locator("[data-problems] li").count(), 2)
        self.assertEqual(self.page.locator("[name=head-blood_loss_ml]").input_value(), "800-1000")
        self.page.locator("[data-problems] a").first.click()
        self.assert_quiet()

    def test_the_language_button_keeps_what_is_typed_and_stores_nothing(self):
        self.page.goto(self.section("operation"))
        answer(self.page, "head", "op_time_min", "211")
        self.page.click('.language-switch [value="zh-hans"]')
        self.page.wait_for_selector('html[lang="zh-hans"]')
        self.assertEqual(self.page.locator("[name=head-op_time_min]").input_value(), "211")
        self.assertIn("手术时间", self.page.locator('[data-question="op_time_min"]').inner_text())
        self.assertNotEqual(load(self.patient).operation.op_time_min, 211)

    def test_a_row_can_be_removed_and_brought_back_before_saving(self):
        before = len(load(self.patient).visits)
        self.page.goto(self.section("follow-up"))
        card = self.page.locator("[data-row]").first
        card.locator("summary").click()
        card.locator("[data-remove-row]").click()
        self.assertTrue(card.get_attribute("data-removed") is not None)
        card.locator("summary").click()
        card.locator("[data-restore-row]").click()
        self.page.click(SAVE)
        self.page.wait_for_url(re.compile("#follow-up$"))
        self.assertEqual(len(load(self.patient).visits), before)

    def test_every_page_fits_a_telephone_in_both_languages(self):
        for language in ("en", "zh-hans"):
            page = self.open(language, width=360)
            self.log_in(page, "surgeon")
            addresses = ["/cases/", f"/cases/{self.patient.patient_uid}/", "/cases/new/", "/reports/"]
            addresses += [f"/cases/{self.patient.patient_uid}/{slug}/" for slug in ("history", *CASE)]
            for address in [*addresses, "/reports/paper/"]:
                with self.subTest(language=language, address=address):
                    page.goto(self.live_server_url + address)
                    self.assert_fits(page)
            self.assert_quiet()
