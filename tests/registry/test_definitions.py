"""What all definitions share; dates and stay; groups, earlier treatment and debulking."""

import ast
import inspect
import re
import unittest
from datetime import date
from decimal import Decimal
from pathlib import Path

from registry import codes, definitions
from registry.definitions import base
from registry.labels import Label
from tests.registry.rows import DAY_0, day, diagnosis, operation, phone, postop, therapy, treatment, visit

CHINESE = re.compile(r"[\u4e00-\u9fff]")


class EveryDefinition(unittest.TestCase):
    def test_has_a_methods_sentence_in_both_languages(self):
        functions = {name for name in definitions.__all__ if inspect.isfunction(getattr(definitions, name))}
        self.assertEqual(set(definitions.METHODS), functions)
        for name, sentence in definitions.METHODS.items():
            with self.subTest(name):
                self.assertTrue(sentence.en.endswith("."), sentence.en)
                self.assertTrue(sentence.zh.endswith("。"), sentence.zh)
                self.assertNotRegex(sentence.en, CHINESE)
                self.assertRegex(sentence.zh, CHINESE)

    def test_states_that_sentence_first_in_its_docstring(self):
        sentence = definitions.METHODS["age_at_surgery"].en
        self.assertTrue(sentence.startswith("Age at surgery is the number of completed years"))
        self.assertNotIn("birth_ym", sentence)
        self.assertNotIn("\n", sentence)

    def test_needs_neither_django_nor_pandas(self):
        folder = Path(inspect.getfile(definitions)).parent
        for path in folder.glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                modules = []
                if isinstance(node, ast.ImportFrom):
                    modules = [node.module]
                elif isinstance(node, ast.Import):
                    modules = [one.name for one in node.names]
                for module in modules:
                    with self.subTest(path.name, module=module):
                        self.assertNotIn(module.split(".")[0], ("django", "pandas", "numpy", "analysis"))

    def test_has_reasons_whose_patterns_fill_the_same_braces_in_both_languages(self):
        folder = Path(inspect.getfile(definitions)).parent
        for path in folder.glob("*.py"):
            module = __import__(f"registry.definitions.{path.stem}", fromlist=["_"])
            for name, pattern in vars(module).items():
                if isinstance(pattern, Label):
                    with self.subTest(path.stem, name=name):
                        braces = [set(re.findall(r"{(\w+)", text)) for text in (pattern.en, pattern.zh)]
                        self.assertEqual(*braces)


class AReason(unittest.TestCase):
    def test_is_filled_when_read_with_iso_dates_and_labels(self):
        pattern = Label("On {day}: {word}", "{day}：{word}")
        reason = base.Reason(pattern, {"day": DAY_0, "word": Label("yes", "是")})
        self.assertEqual(reason.label, Label("On 2022-03-01: yes", "2022-03-01：是"))

    def test_cannot_be_changed(self):
        result = definitions.primary_group("lung")
        with self.assertRaises(AttributeError):
            result.value = "gep"


class Months(unittest.TestCase):
    def test_are_days_by_30_4375(self):
        self.assertEqual(round(definitions.months(365), 3), 11.992)
        self.assertEqual(round(definitions.months(366), 3), 12.025)
        for number, days in {6: 182.625, 12: 365.25, 18: 547.875, 60: 1826.25}.items():
            self.assertEqual(definitions.months(days), number)


class APartialDate(unittest.TestCase):
    def test_of_a_month_is_its_day_15(self):
        self.assertEqual(definitions.imputed_date(date(2022, 2, 1), "m"), date(2022, 2, 15))

    def test_of_a_year_is_its_first_of_july(self):
        self.assertEqual(definitions.imputed_date(date(2022, 1, 1), "y"), date(2022, 7, 1))

    def test_of_a_day_is_left_alone_even_against_the_order(self):
        for precision in ("d", None):
            self.assertEqual(
                definitions.imputed_date(date(2022, 2, 1), precision, date(2022, 3, 1)), date(2022, 2, 1)
            )

    def test_is_moved_after_what_must_come_before(self):
        self.assertEqual(
            definitions.imputed_date(date(2022, 3, 1), "m", not_before=date(2022, 3, 20)),
            date(2022, 3, 20),
        )

    def test_is_moved_before_what_must_come_after(self):
        self.assertEqual(
            definitions.imputed_date(date(2022, 1, 1), "y", not_after=date(2022, 5, 5)), date(2022, 5, 5)
        )

    def test_never_leaves_the_period_that_was_stated(self):
        self.assertEqual(
            definitions.imputed_date(date(2021, 1, 1), "y", not_before=date(2022, 3, 1)),
            date(2021, 7, 1),
        )
        self.assertEqual(
            definitions.imputed_date(date(2022, 4, 1), "m", not_after=date(2022, 3, 1)),
            date(2022, 4, 15),
        )

    def test_that_is_missing_stays_missing(self):
        self.assertIsNone(definitions.imputed_date(None, "m", DAY_0))


class Age(unittest.TestCase):
    BORN = date(1966, 3, 1)

    def test_counts_completed_years_from_day_15_of_the_month(self):
        for operated, years in {
            date(2022, 3, 14): 55,
            date(2022, 3, 15): 56,
            date(2022, 2, 28): 55,
            date(2022, 12, 31): 56,
            date(1966, 3, 15): 0,
        }.items():
            with self.subTest(operated):
                self.assertEqual(definitions.age_at_surgery(self.BORN, operated).value, years)

    def test_is_unknown_without_a_date(self):
        self.assertIsNone(definitions.age_at_surgery(None, DAY_0).value)
        self.assertIsNone(definitions.age_at_surgery(self.BORN, None).value)

    def test_is_unknown_when_birth_is_later_than_surgery(self):
        result = definitions.age_at_surgery(date(2022, 4, 1), DAY_0)
        self.assertIsNone(result.value)
        self.assertIn("later", result.reason.label.en)

    def test_gives_month_of_birth_and_no_day_in_its_reason(self):
        reason = definitions.age_at_surgery(self.BORN, DAY_0).reason.label
        self.assertIn("1966-03 ", reason.en)
        self.assertIn("1966-03", reason.zh)
        self.assertNotIn("1966-03-", reason.en + reason.zh)


class LengthOfStay(unittest.TestCase):
    def test_is_discharge_minus_surgery(self):
        self.assertEqual(definitions.length_of_stay(DAY_0, day(6), None, "no").value, 6)
        self.assertEqual(definitions.length_of_stay(DAY_0, DAY_0).value, 0)

    def test_ends_with_death_in_hospital_and_says_so(self):
        result = definitions.length_of_stay(DAY_0, None, day(12), "yes")
        self.assertEqual(result.value, 12)
        self.assertIn("died in hospital", result.reason.label.en)

    def test_ignores_a_death_after_discharge(self):
        self.assertEqual(definitions.length_of_stay(DAY_0, day(6), day(40), "no").value, 6)

    def test_is_not_counted_from_an_estimated_day_of_death(self):
        self.assertIsNone(definitions.length_of_stay(DAY_0, None, date(2022, 3, 1), "yes", "m").value)

    def test_is_unknown_without_its_dates(self):
        self.assertIsNone(definitions.length_of_stay(None, day(6)).value)
        self.assertIsNone(definitions.length_of_stay(DAY_0, None).value)
        self.assertIsNone(definitions.length_of_stay(DAY_0, day(6), None, "yes").value)

    def test_is_unknown_when_discharge_is_before_surgery(self):
        self.assertIsNone(definitions.length_of_stay(DAY_0, day(-10)).value)


class LastAlive(unittest.TestCase):
    def test_is_the_operation_when_nothing_followed(self):
        self.assertEqual(definitions.last_alive_date(DAY_0).value, DAY_0)

    def test_is_the_latest_of_discharge_contact_imaging_and_therapy(self):
        seen = definitions.last_alive_date
        self.assertEqual(seen(DAY_0, (), postop()).value, day(6))
        self.assertEqual(seen(DAY_0, [phone(50), visit(30)], postop()).value, day(50))
        self.assertEqual(seen(DAY_0, [visit(30, imaging_date=day(33))], postop()).value, day(33))
        self.assertEqual(seen(DAY_0, [visit(30)], postop(), [therapy(day(70))]).value, day(70))

    def test_takes_no_contact_at_which_the_patient_was_not_alive(self):
        for status in ("dead", "unknown", None):
            with self.subTest(status):
                rows = [phone(50, vital_status=status)]
                self.assertEqual(definitions.last_alive_date(DAY_0, rows).value, DAY_0)

    def test_takes_no_discharge_of_a_patient_who_died_in_hospital(self):
        row = postop(died_in_hospital="yes", discharge_date=day(9))
        self.assertEqual(definitions.last_alive_date(DAY_0, (), row).value, DAY_0)

    def test_takes_imaging_only_when_it_was_done(self):
        row = phone(20, imaging_done="no", imaging_date=day(25))
        self.assertEqual(definitions.last_alive_date(DAY_0, [row]).value, day(20))

    def test_ignores_everything_after_the_data_cut(self):
        rows = [visit(30), visit(90)]
        self.assertEqual(definitions.last_alive_date(DAY_0, rows, as_of=day(60)).value, day(30))

    def test_sees_the_day_of_the_data_cut_itself(self):
        seen = definitions.last_alive_date
        self.assertEqual(seen(DAY_0, (), postop(), as_of=day(6)).value, day(6))
        self.assertEqual(seen(DAY_0, [phone(30)], as_of=day(30)).value, day(30))
        self.assertEqual(seen(DAY_0, [visit(40, imaging_date=day(30))], as_of=day(30)).value, day(30))

    def test_copes_with_dates_that_are_not_entered_yet(self):
        rows = [visit(30, visit_date=None, imaging_date=None)]
        course = postop(discharge_date=None)
        self.assertEqual(definitions.last_alive_date(DAY_0, rows, course, [therapy(None)]).value, DAY_0)

    def test_imputes_the_start_of_a_therapy_not_after_the_data_cut(self):
        rows = [therapy(date(2022, 1, 1), "y")]
        self.assertEqual(definitions.last_alive_date(DAY_0, (), None, rows).value, date(2022, 7, 1))
        self.assertEqual(definitions.last_alive_date(DAY_0, (), None, rows, as_of=day(60)).value, day(60))

    def test_is_unknown_without_an_operation(self):
        self.assertIsNone(definitions.last_alive_date(None, [visit(30)]).value)


class PrimaryGroup(unittest.TestCase):
    def test_puts_every_site_into_one_group(self):
        groups = {site: definitions.primary_group(site).value for site in codes.SITE.by_code}
        self.assertEqual({site for site, g in groups.items() if g == "gep"}, set(codes.SITE.having("gep")))
        self.assertEqual({s for s, g in groups.items() if g == "lung_thymus"}, {"lung", "thymus"})
        self.assertEqual({s for s, g in groups.items() if g == "cup"}, {"cup"})
        self.assertEqual({s for s, g in groups.items() if g == "unknown"}, {"unknown"})
        self.assertTrue(set(groups.values()) <= set(codes.PRIMARY_GROUP.by_code))

    def test_is_unknown_without_a_site(self):
        self.assertEqual(definitions.primary_group(None).value, "unknown")


class Timing(unittest.TestCase):
    def timing(self, *dates, **options):
        return definitions.netlm_timing(diagnosis(*dates), **options).value

    def test_is_synchronous_up_to_day_183(self):
        start = date(2020, 1, 1)
        for netlm, timing in {
            date(2019, 6, 1): "synchronous",
            start: "synchronous",
            date(2020, 7, 2): "synchronous",  # day 183
            date(2020, 7, 3): "metachronous",
        }.items():
            with self.subTest(netlm):
                self.assertEqual(self.timing(start, netlm), timing)

    def test_can_be_reported_at_365_days(self):
        dates = (date(2020, 1, 1), date(2020, 12, 31))
        self.assertEqual(self.timing(*dates), "metachronous")
        self.assertEqual(self.timing(*dates, within_days=365), "synchronous")

    def test_imputes_partial_dates_but_not_after_surgery(self):
        dates = (date(2021, 8, 15), date(2022, 1, 1), "d", "y")
        self.assertEqual(self.timing(*dates), "metachronous")
        self.assertEqual(self.timing(*dates, surgery_date=date(2022, 1, 20)), "synchronous")

    def test_is_unknown_without_a_date(self):
        self.assertEqual(self.timing(None, DAY_0), "unknown")
        self.assertEqual(self.timing(DAY_0, None), "unknown")


class PriorTreatment(unittest.TestCase):
    def test_counts_every_drug_class_as_drug_and_no_other(self):
        drugs = {
            code
            for code in codes.TXCAT.by_code
            if definitions.prior_drug_any([treatment(code)]).value == "yes"
        }
        self.assertEqual(drugs, {"ssa", "interferon", "targeted", "chemo", "immuno", "prrt"})

    def test_counts_every_transarterial_embolisation(self):
        for category in ("hae", "tace", "deb_tace", "tare"):
            with self.subTest(category):
                rows = [treatment("ssa"), treatment(category)]
                self.assertEqual(definitions.prior_embolisation_any(rows).value, "yes")
        self.assertEqual(definitions.prior_embolisation_any([treatment("hai")]).value, "no")

    def test_answers_for_a_single_class(self):
        rows = [treatment("tace")]
        self.assertEqual(definitions.prior_treatment_any(rows, {"hae"}).value, "no")
        self.assertEqual(definitions.prior_treatment_any(rows, {"tace"}).value, "yes")

    def test_is_no_on_an_empty_list_only_when_none_was_stated(self):
        self.assertEqual(definitions.prior_drug_any([], "yes").value, "no")
        for answer in ("no", "unknown", None):
            with self.subTest(answer):
                self.assertEqual(definitions.prior_drug_any([], answer).value, "unknown")

    def test_is_unknown_while_the_category_of_a_treatment_is(self):
        for category in (None, "unknown"):
            self.assertEqual(
                definitions.prior_drug_any([treatment("tace"), treatment(category)]).value, "unknown"
            )
        self.assertEqual(definitions.prior_drug_any([treatment(None), treatment("ssa")]).value, "yes")


class DebulkingThreshold(unittest.TestCase):
    def flags(self, percent, comparator):
        return tuple(
            definitions.debulk_at_least(percent, comparator, threshold).value for threshold in (70, 90)
        )

    def test_is_decided_by_an_exact_percent(self):
        for percent, flags in {
            100: ("yes", "yes"),
            90: ("yes", "yes"),
            89: ("yes", "no"),
            70: ("yes", "no"),
            69: ("no", "no"),
            0: ("no", "no"),
        }.items():
            for comparator in ("eq", "approx", None):
                with self.subTest(percent, comparator=comparator):
                    self.assertEqual(self.flags(percent, comparator), flags)

    def test_is_left_open_by_a_comparator_that_does_not_decide(self):
        for (percent, comparator), flags in {
            (90, "ge"): ("yes", "yes"),
            (70, "ge"): ("yes", "unknown"),
            (80, "gt"): ("yes", "unknown"),
            (90, "gt"): ("yes", "yes"),
            (60, "ge"): ("unknown", "unknown"),
            (90, "lt"): ("unknown", "no"),
            (90, "le"): ("unknown", "unknown"),
            (70, "lt"): ("no", "no"),
            (69, "le"): ("no", "no"),
        }.items():
            with self.subTest(percent, comparator=comparator):
                self.assertEqual(self.flags(percent, comparator), flags)

    def test_is_unknown_without_a_percent(self):
        self.assertEqual(self.flags(None, None), ("unknown", "unknown"))

    def test_agrees_with_every_percent_that_the_comparator_allows(self):
        allowed = {"lt": int.__lt__, "le": int.__le__, "gt": int.__gt__, "ge": int.__ge__}
        for comparator, allows in allowed.items():
            for stated in range(1, 100):
                truth = {value >= 70 for value in range(101) if allows(value, stated)}
                answer = definitions.debulk_at_least(stated, comparator, 70).value
                with self.subTest(comparator, stated=stated):
                    if answer != "unknown":
                        self.assertEqual(truth, {answer == "yes"})

    def test_shows_the_sign_in_its_reason(self):
        reason = definitions.debulk_at_least(70, "ge", 90).reason.label
        self.assertEqual(reason.en, "Recorded ≥70%, which does not decide on 90%")
        self.assertIn("≥70%", reason.zh)
        self.assertEqual(definitions.debulk_at_least(95, "eq", 90).reason.label.en, "Recorded 95%")


class FinalDebulking(unittest.TestCase):
    def test_prefers_imaging_with_its_own_comparator(self):
        row = operation(
            debulking_pct=95, debulking_pct_cmp="eq", debulking_pct_imaging=80, debulking_pct_imaging_cmp="ge"
        )
        result = definitions.debulking_final(row)
        self.assertEqual((result.percent, result.comparator), (80, "ge"))

    def test_takes_the_operation_otherwise(self):
        result = definitions.debulking_final(operation(debulking_pct=90, debulking_pct_cmp="ge"))
        self.assertEqual((result.percent, result.comparator), (90, "ge"))

    def test_of_zero_on_imaging_is_an_answer(self):
        result = definitions.debulking_final(operation(debulking_pct=90, debulking_pct_imaging=0))
        self.assertEqual((result.percent, result.comparator), (0, "eq"))

    def test_is_missing_when_neither_was_recorded(self):
        self.assertIsNone(definitions.debulking_final(operation()).percent)

    def test_accepts_exact_decimals(self):
        self.assertEqual(definitions.debulk_at_least(Decimal("89.9"), "eq", 90).value, "no")


if __name__ == "__main__":
    unittest.main()
