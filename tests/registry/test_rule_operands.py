"""What partial dates and comparators allow, and when a rule is therefore broken."""

from datetime import UTC, date, datetime
from decimal import Decimal
from unittest import mock

from django.test import SimpleTestCase

from registry.fields import Day, answers
from registry.models import Death, Diagnosis, Operation, Patient, PostopCourse, Specimen
from registry.rules import findings
from registry.rules.dates import today
from registry.rules.operands import (
    DATES,
    SECTIONS,
    bounds,
    days_between,
    entered,
    known,
    rows_before,
    span,
    total,
)
from tests.registry.complete_case import SURGERY, complete_case, day


def broken(id: str, changes: dict) -> bool:
    return id in [one.rule.id for one in findings(complete_case(changes))]


class SpanTest(SimpleTestCase):
    def death(self, *ymd: int, precision: str | None = None) -> Death:
        return Death(death_date=date(*ymd), death_date_prec=precision)

    def test_a_day_means_itself(self):
        for precision in (None, "d", ""):
            with self.subTest(precision=precision):
                same = date(2024, 2, 10)
                self.assertEqual(
                    span(self.death(2024, 2, 10, precision=precision), "death_date"), (same, same)
                )

    def test_a_month_means_all_its_days(self):
        for month, last in ((2, 29), (4, 30), (12, 31)):
            with self.subTest(month=month):
                found = span(self.death(2024, month, 1, precision="m"), "death_date")
                self.assertEqual(found, (date(2024, month, 1), date(2024, month, last)))

    def test_a_year_means_all_its_days_whatever_day_was_stored(self):
        found = span(self.death(2023, 7, 1, precision="y"), "death_date")
        self.assertEqual(found, (date(2023, 1, 1), date(2023, 12, 31)))

    def test_a_month_of_birth_means_all_its_days(self):
        self.assertEqual(
            span(Patient(birth_ym=date(1968, 5, 1)), "birth_ym"), (date(1968, 5, 1), date(1968, 5, 31))
        )

    def test_no_date_means_nothing(self):
        self.assertIsNone(span(Death(), "death_date"))

    def test_days_between_partial_dates_run_from_the_least_to_the_most(self):
        april = (date(2023, 4, 1), date(2023, 4, 30))
        self.assertEqual(days_between(april, (date(2023, 5, 2), date(2023, 5, 2))), (2, 31))
        self.assertEqual(days_between(april, april), (-29, 29))
        self.assertIsNone(days_between(None, april))
        self.assertIsNone(days_between(april, None))


class PartialDateRuleTest(SimpleTestCase):
    """Diagnosis and discharge stand for every rule on the order of dates."""

    def diagnosed(self, day_of: date, precision: str) -> bool:
        found = {
            "diagnosis.primary_diagnosis_date": day_of,
            "diagnosis.primary_diagnosis_date_prec": precision,
        }
        return broken("X003", found)

    def test_a_month_that_contains_the_operation_is_not_after_it(self):
        self.assertFalse(self.diagnosed(date(2023, 4, 1), "m"))

    def test_a_year_that_contains_the_operation_is_not_after_it(self):
        self.assertFalse(self.diagnosed(date(2023, 1, 1), "y"))

    def test_a_month_wholly_after_the_operation_is_after_it(self):
        self.assertTrue(self.diagnosed(date(2023, 5, 1), "m"))

    def test_a_year_wholly_after_the_operation_is_after_it(self):
        self.assertTrue(self.diagnosed(date(2024, 1, 1), "y"))

    def test_a_day_is_compared_as_a_day(self):
        self.assertFalse(self.diagnosed(SURGERY, "d"))
        self.assertTrue(self.diagnosed(day(1), "d"))

    def test_two_partial_dates_are_compared_at_the_coarser_precision(self):
        started = {"subsequent_therapies.subs_start_date": date(2023, 9, 1)}
        started |= {"subsequent_therapies.subs_start_date_prec": "m"}
        for ended, precision, wrong in (
            (date(2023, 9, 1), "m", False),
            (date(2023, 1, 1), "y", False),
            (date(2023, 8, 1), "m", True),
            (date(2022, 1, 1), "y", True),
        ):
            end = {"subsequent_therapies.subs_end_date": ended}
            end |= {"subsequent_therapies.subs_end_date_prec": precision}
            with self.subTest(ended=ended, precision=precision):
                self.assertIs(broken("X218", started | end), wrong)

    def test_a_date_in_the_month_of_birth_may_follow_the_birth_except_its_first_day(self):
        for consented, wrong in ((date(2023, 4, 1), True), (date(2023, 4, 2), False)):
            changes = {"patient.birth_ym": date(2023, 4, 1), "consents.consent_date": consented}
            with self.subTest(consented=consented):
                found = findings(complete_case(changes), section="consents")
                self.assertIs("X001" in [one.rule.id for one in found], wrong)

    def test_an_early_death_without_its_day_is_asked_about_even_if_only_possibly_early(self):
        cleared = {"visits": [], "subsequent_therapies": [], "treatment_summary.subs_none": "yes"}
        for month, asked in ((date(2023, 7, 1), True), (date(2023, 8, 1), False)):
            death = {"death.death_date": month, "death.death_date_prec": "m"}
            with self.subTest(month=month):
                self.assertIs(broken("X224", cleared | death), asked)

    def test_a_death_that_may_be_later_than_ninety_days_needs_no_fatal_complication(self):
        cleared = {"visits": [], "subsequent_therapies": [], "treatment_summary.subs_none": "yes"}
        for month, wrong in ((date(2023, 6, 1), True), (date(2023, 7, 1), False)):
            death = {"death.death_date": month, "death.death_date_prec": "m", "death.death_cause": "surgical"}
            with self.subTest(month=month):
                self.assertIs(broken("X112", cleared | death), wrong)


class BoundsTest(SimpleTestCase):
    def debulking(self, value: int, comparator: str | None = None):
        return bounds(Operation(debulking_pct=value, debulking_pct_cmp=comparator), "debulking_pct")

    def ki67(self, value: str, comparator: str | None = None):
        return bounds(Specimen(ki67_pct=Decimal(value), ki67_pct_cmp=comparator), "ki67_pct")

    def test_a_plain_number_allows_only_itself(self):
        for comparator in (None, "", "eq"):
            with self.subTest(comparator=comparator):
                self.assertEqual(self.debulking(90, comparator), (90, 90))

    def test_about_is_taken_as_the_number(self):
        self.assertEqual(self.debulking(90, "approx"), (90, 90))

    def test_at_least_reaches_to_what_is_possible(self):
        self.assertEqual(self.debulking(90, "ge"), (90, 100))

    def test_more_than_starts_at_the_next_whole_number(self):
        self.assertEqual(self.debulking(90, "gt"), (91, 100))

    def test_at_most_and_less_than_start_at_what_is_possible(self):
        self.assertEqual(self.debulking(90, "le"), (0, 90))
        self.assertEqual(self.debulking(90, "lt"), (0, 89))

    def test_the_step_is_the_last_decimal_recorded(self):
        self.assertEqual(self.ki67("3.0", "lt"), (0, Decimal("2.9")))
        self.assertEqual(self.ki67("20.0", "gt"), (Decimal("20.1"), 100))

    def test_a_number_without_limits_is_open_at_both_ends(self):
        row = Specimen(ki67_pct=Decimal("20.0"), ki67_pct_cmp="ge")
        with mock.patch.object(Specimen._meta.get_field("ki67_pct"), "hard", None):
            self.assertEqual(bounds(row, "ki67_pct"), (20, Decimal("Infinity")))

    def test_no_number_allows_nothing(self):
        self.assertIsNone(bounds(Operation(), "debulking_pct"))

    def test_a_sum_adds_both_ends_and_needs_every_part(self):
        self.assertEqual(total((1, 1), (2, 5)), (3, 6))
        self.assertIsNone(total((1, 1), None))


class ComparatorRuleTest(SimpleTestCase):
    def test_at_least_ninety_never_breaks_what_a_hundred_would_keep(self):
        cleared = {"operation.residual_status_liver": "r0", "operation.debulking_pct": 90}
        for comparator, wrong in (("ge", False), ("gt", False), (None, True), ("lt", True), ("approx", True)):
            with self.subTest(comparator=comparator):
                self.assertIs(broken("X037a", cleared | {"operation.debulking_pct_cmp": comparator}), wrong)

    def test_more_treated_than_an_exact_total_is_rejected_than_a_lower_bound_asked_about(self):
        treated = {"operation.n_mets_resected": 12, "operation.n_mets_ablated": 6}
        treated |= {"operation.n_mets_found_intraop": None, "assessment.liver_mets_count": 15}
        at_least = treated | {"assessment.liver_mets_count_cmp": "ge"}
        self.assertEqual((broken("X030", treated), broken("X031", treated)), (True, False))
        self.assertEqual((broken("X030", at_least), broken("X031", at_least)), (False, True))

    def test_the_larger_of_both_totals_counts(self):
        treated = {"operation.n_mets_resected": 16, "assessment.liver_mets_count": 15}
        self.assertFalse(broken("X030", treated | {"operation.n_mets_found_intraop": 20}))
        self.assertTrue(broken("X030", treated | {"operation.n_mets_found_intraop": 19}))

    def test_at_least_one_lesion_is_not_more_than_one(self):
        several = {"assessment.frilling_type": "i", "assessment.liver_mets_count": 1}
        self.assertFalse(broken("X048", several | {"assessment.liver_mets_count_cmp": "ge"}))
        self.assertTrue(broken("X048", several | {"assessment.liver_mets_count_cmp": "gt"}))

    def test_one_lesion_is_type_one_but_at_least_one_may_be_type_two(self):
        one = {"assessment.frilling_type": "ii", "assessment.liver_mets_count": 1}
        self.assertTrue(broken("X048", one))
        self.assertFalse(broken("X048", one | {"assessment.liver_mets_count_cmp": "ge"}))

    def test_less_than_one_percent_may_be_zero_and_is_no_fraction(self):
        for value, comparator, wrong in (("0.5", None, True), ("0.5", "lt", False), ("0.0", None, False)):
            with self.subTest(value=value, comparator=comparator):
                answer = {"specimens.ki67_pct": Decimal(value), "specimens.ki67_pct_cmp": comparator}
                self.assertIs(broken("X074", answer), wrong)

    def test_debulking_estimates_differ_only_if_they_must(self):
        seen = {"operation.debulking_pct": 95, "operation.debulking_pct_imaging": 70}
        self.assertTrue(broken("X242", seen))
        self.assertFalse(broken("X242", seen | {"operation.debulking_pct_imaging_cmp": "ge"}))
        swapped = {"operation.debulking_pct": 70, "operation.debulking_pct_imaging": 95}
        self.assertTrue(broken("X242", swapped | {"operation.residual_sites": None}))


class RowTest(SimpleTestCase):
    def test_unknown_and_nothing_are_not_known(self):
        for value in (None, "", [], "unknown", ["unknown"], ["liver", "unknown"]):
            with self.subTest(value=value):
                self.assertFalse(known(value))
        for value in ("no", ["liver"]):
            with self.subTest(value=value):
                self.assertTrue(known(value))

    def test_a_row_counts_as_entered_by_its_answers_not_by_being_stored(self):
        self.assertFalse(entered(Death()))
        self.assertFalse(entered(Death(pk=3)))
        self.assertTrue(entered(Death(death_cause="surgical")))

    def test_rows_before_a_row_are_told_by_identity(self):
        rows = [Diagnosis(), Diagnosis(), Diagnosis()]
        self.assertEqual([id(one) for one in rows_before(rows, rows[1])], [id(rows[0])])

    def test_every_date_of_the_record_is_known_to_the_rules_on_all_dates(self):
        wanted = {(s, f.name) for s, m in SECTIONS.items() for f in answers(m) if isinstance(f, Day)}
        self.assertEqual(set(DATES), wanted)
        for known_date in (("patient", "birth_ym"), ("death", "death_date"), ("visits", "imaging_date")):
            self.assertIn(known_date, DATES)


class TodayTest(SimpleTestCase):
    def at(self, *moment: int):
        return mock.patch("django.utils.timezone.now", return_value=datetime(*moment, tzinfo=UTC))

    def discharged(self, zone: str | None, on: date) -> bool:
        changes = {"centre.time_zone": zone, "postop.discharge_date": on}
        return "discharge_date" in [
            one.breach.field
            for one in findings(complete_case(changes), section="postop")
            if one.rule.id == "X017"
        ]

    def test_the_future_begins_at_midnight_of_the_centre(self):
        with self.at(2024, 6, 30, 17, 0):
            self.assertFalse(self.discharged("Asia/Shanghai", date(2024, 7, 1)))
            self.assertTrue(self.discharged("Europe/London", date(2024, 7, 1)))
            self.assertTrue(self.discharged("Asia/Shanghai", date(2024, 7, 2)))

    def test_the_day_at_the_centre_is_named(self):
        with self.at(2024, 6, 30, 17, 0):
            changes = {"centre.time_zone": "Asia/Shanghai", "postop.discharge_date": date(2024, 7, 2)}
            message = next(one.message for one in findings(complete_case(changes)) if one.rule.id == "X017")
        self.assertIn("“Date of discharge” (2024-07-02) lies in the future; today is 2024-07-01", message.en)
        self.assertIn("“出院日期”（2024-07-02）在未来；本中心今天是2024-07-01", message.zh)

    def test_a_partial_date_is_in_the_future_only_if_all_of_it_is(self):
        with self.at(2024, 6, 10, 12, 0):
            for month, wrong in ((date(2024, 6, 1), False), (date(2024, 7, 1), True)):
                death = {"death.death_date": month, "death.death_date_prec": "m"}
                with self.subTest(month=month):
                    found = findings(complete_case(death), section="death")
                    self.assertIs("X017" in [one.rule.id for one in found], wrong)

    def test_a_centre_without_a_valid_time_zone_has_the_servers_day(self):
        with self.at(2024, 6, 30, 12, 0):
            for zone in (None, "", "Mars/Olympus", "../etc", "Asia"):
                with self.subTest(zone=zone):
                    self.assertEqual(today(complete_case({"centre.time_zone": zone})), date(2024, 6, 30))

    def test_an_unsaved_course_without_dates_is_never_in_the_future(self):
        self.assertIsNone(PostopCourse().discharge_date)
        self.assertFalse(broken("X017", {"postop.discharge_date": None}))
