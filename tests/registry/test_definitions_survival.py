"""Mortality and time to event: what is an event, when patients are censored, the data cut."""

import unittest
from datetime import date

from registry import codes
from registry.definitions import (
    date_of_death,
    first_progression_site,
    hepatic_progression_free_survival,
    in_hospital_mortality,
    mortality,
    overall_survival,
    progression_free_survival,
)
from tests.registry.rows import DAY_0, day, death, phone, postop, progression, therapy, visit


def pfs(*visits, death=None, as_of=None):
    return progression_free_survival(DAY_0, visits, death, as_of)


def hpfs(*visits, death=None, as_of=None):
    return hepatic_progression_free_survival(DAY_0, visits, death, as_of)


class TimeToEventCase(unittest.TestCase):
    def assert_event(self, result, days, kind):
        self.assertEqual((result.days, result.event, result.kind), (days, True, kind))

    def assert_censored(self, result, days):
        self.assertEqual((result.days, result.event, result.kind), (days, False, ""))

    def assert_not_known(self, result):
        self.assertEqual((result.days, result.event), (None, None))


class Mortality(unittest.TestCase):
    def at(self, days, died=None, alive=None):
        return mortality(DAY_0, died, alive, days).value

    def test_counts_death_up_to_and_including_the_last_day(self):
        for on, answers in {
            0: ("yes", "yes"),
            30: ("yes", "yes"),
            31: ("no", "yes"),
            90: ("no", "yes"),
        }.items():
            with self.subTest(on):
                self.assertEqual((self.at(30, death(on)), self.at(90, death(on))), answers)
        self.assertEqual(self.at(90, death(91)), "no")

    def test_is_no_only_when_the_patient_was_seen_alive_beyond(self):
        for seen, answer in {89: "unknown", 90: "unknown", 91: "no"}.items():
            with self.subTest(seen):
                self.assertEqual(self.at(90, None, day(seen)), answer)
        self.assertEqual(self.at(90), "unknown")

    def test_imputes_a_death_known_to_the_month_but_not_before_the_patient_was_seen(self):
        about = death(date(2022, 5, 1), "m")
        self.assertEqual(self.at(90, about), "yes")  # 15 May is day 75
        self.assertEqual(self.at(90, about, date(2022, 5, 31)), "no")  # moved to day 91
        self.assertIn("estimated", mortality(DAY_0, about, None, 90).reason.label.en)

    def test_is_unknown_after_a_death_without_date_unless_seen_alive_beyond(self):
        self.assertEqual(self.at(90, death(None), day(40)), "unknown")
        self.assertEqual(self.at(90, death(None), day(400)), "no")

    def test_says_whether_death_was_not_dated_or_the_patient_not_seen(self):
        undated = mortality(DAY_0, death(None), day(40)).reason.label.en
        self.assertEqual(undated, "Died, date of death missing")
        unseen = mortality(DAY_0, None, day(40)).reason.label.en
        self.assertEqual(unseen, "Last known alive on 2022-04-10, day 40; not beyond day 90")

    def test_is_unknown_without_operation_and_when_death_is_before_it(self):
        self.assertEqual(mortality(None, death(3), None).value, "unknown")
        self.assertEqual(self.at(90, death(-3)), "unknown")

    def test_does_not_see_a_death_after_the_data_cut(self):
        died = death(80)
        self.assertEqual(mortality(DAY_0, died, day(60), 90, as_of=day(70)).value, "unknown")
        self.assertEqual(mortality(DAY_0, died, day(60), 90, as_of=day(80)).value, "yes")
        self.assertEqual(mortality(DAY_0, died, day(60), 30, as_of=day(70)).value, "no")

    def test_in_hospital_is_what_the_course_states(self):
        for stated, answer in {"yes": "yes", "no": "no", "unknown": "unknown", None: "unknown"}.items():
            self.assertEqual(in_hospital_mortality(postop(died_in_hospital=stated)).value, answer)
        self.assertEqual(in_hospital_mortality(None).value, "unknown")


class DateOfDeath(unittest.TestCase):
    def test_is_exact_or_imputed(self):
        self.assertEqual(date_of_death(death(5)), day(5))
        self.assertEqual(date_of_death(death(date(2023, 1, 1), "y")), date(2023, 7, 1))
        self.assertIsNone(date_of_death(None))
        self.assertIsNone(date_of_death(death(None)))


class OverallSurvival(TimeToEventCase):
    def os(self, *visits, died=None, course=None, therapies=(), as_of=None):
        return overall_survival(DAY_0, visits, course, therapies, died, as_of)

    def test_ends_with_death_from_any_cause(self):
        self.assert_event(self.os(visit(100), died=death(400)), 400, "death")

    def test_is_censored_when_last_known_alive(self):
        self.assert_censored(self.os(visit(100), phone(220), course=postop()), 220)
        self.assert_censored(self.os(course=postop(), therapies=[therapy(day(150))]), 150)
        self.assert_censored(self.os(), 0)

    def test_does_not_see_a_death_after_the_data_cut(self):
        rows = [visit(100), visit(300)]
        self.assert_censored(self.os(*rows, died=death(400), as_of=day(350)), 300)
        self.assert_event(self.os(*rows, died=death(400), as_of=day(400)), 400, "death")

    def test_gives_a_death_on_day_0_half_a_day(self):
        self.assert_event(self.os(died=death(0)), 0.5, "death")

    def test_cannot_be_told_from_a_death_without_date_or_before_surgery(self):
        self.assert_not_known(self.os(visit(100), died=death(None)))
        self.assert_not_known(self.os(visit(100), died=death(-5)))

    def test_cannot_be_told_without_operation_or_before_the_data_cut(self):
        self.assert_not_known(overall_survival(None, [visit(100)]))
        self.assert_not_known(self.os(visit(100), as_of=day(-1)))

    def test_marks_an_imputed_death_and_keeps_it_behind_the_last_contact(self):
        result = self.os(phone(385), died=death(date(2023, 3, 1), "m"))
        self.assert_event(result, 385, "death")
        self.assertTrue(result.estimated)
        self.assertFalse(self.os(died=death(400)).estimated)


class ProgressionFreeSurvival(TimeToEventCase):
    def test_ends_with_the_first_progression(self):
        self.assert_event(pfs(visit(90), progression(180), progression(270)), 180, "progression")

    def test_does_not_depend_on_the_order_of_the_visits(self):
        self.assert_event(pfs(progression(270), progression(180), visit(90)), 180, "progression")

    def test_ends_with_death_when_that_comes_first(self):
        self.assert_event(pfs(visit(90), death=death(120)), 120, "death")
        self.assert_event(pfs(visit(90), progression(180), death=death(400)), 180, "progression")

    def test_counts_progression_outside_the_liver(self):
        row = progression(180, hepatic_progression="no", extrahepatic_progression="yes")
        self.assert_event(pfs(row), 180, "progression")

    def test_counts_progression_stated_in_one_place_only(self):
        nothing = {"hepatic_progression": None, "extrahepatic_progression": None, "recist_overall": None}
        for stated in (
            {"hepatic_progression": "yes"},
            {"extrahepatic_progression": "yes"},
            {"recist_overall": "pd"},
        ):
            with self.subTest(stated):
                self.assert_event(pfs(progression(180, **{**nothing, **stated})), 180, "progression")

    def test_names_progression_when_death_follows_on_the_same_day(self):
        self.assert_event(pfs(progression(180), death=death(180)), 180, "progression")

    def test_dates_progression_as_stated_not_by_the_visit(self):
        self.assert_event(pfs(progression(200, progression_date=day(183))), 183, "progression")

    def test_dates_progression_without_date_by_imaging_else_by_the_visit(self):
        row = progression(200, progression_date=None, imaging_date=day(195))
        self.assert_event(pfs(row), 195, "progression")
        self.assert_event(pfs(row._replace(imaging_date=None)), 200, "progression")

    def test_counts_every_basis_but_a_marker_rise(self):
        for basis in (*codes.PROGBASIS.by_code, None):
            with self.subTest(basis):
                result = pfs(visit(90), progression(180, progression_basis=basis))
                if basis == "biochemical":
                    self.assert_censored(result, 90)
                else:
                    self.assert_event(result, 180, "progression")

    def test_counts_clinical_progression_without_imaging(self):
        for status in ("progression", "recurrence"):
            row = visit(150, imaging_done="no", imaging_date=None, disease_status=status)
            self.assert_event(pfs(row), 150, "progression")

    def test_trusts_imaging_over_the_summary_of_the_same_visit(self):
        self.assert_censored(pfs(visit(150, disease_status="progression")), 150)

    def test_is_censored_at_the_last_imaging_without_progression(self):
        self.assert_censored(pfs(visit(90), visit(180), phone(400)), 180)

    def test_is_censored_at_imaging_and_not_at_its_visit(self):
        self.assert_censored(pfs(visit(190, imaging_date=day(180))), 180)

    def test_is_censored_on_day_0_without_any_assessment(self):
        for rows in ((), (phone(200),), (visit(200, imaging_done="no"),), (visit(200, imaging_date=None),)):
            with self.subTest(rows):
                self.assert_censored(pfs(*rows), 0)

    def test_takes_no_telephone_contact_as_assessment(self):
        for contact in ("phone", "online", "registry"):
            self.assert_censored(pfs(visit(90), visit(180, visit_type=contact)), 90)

    def test_takes_no_imaging_as_assessment_that_states_no_result(self):
        silent = {"hepatic_progression": None, "recist_overall": None}
        self.assert_censored(pfs(visit(90), visit(180, **silent)), 90)
        silent["recist_overall"] = "ne"
        self.assert_censored(pfs(visit(90), visit(180, **silent)), 90)
        silent["recist_overall"] = "sd"
        self.assert_censored(pfs(visit(90), visit(180, **silent)), 180)

    def test_counts_progression_that_a_telephone_contact_reports(self):
        self.assert_event(pfs(visit(90), progression(180, visit_type="phone")), 180, "progression")

    def test_lets_the_event_beat_censoring_on_the_same_day(self):
        self.assert_event(pfs(visit(180), progression(180)), 180, "progression")
        self.assert_event(pfs(visit(180), death=death(180)), 180, "death")

    def test_gives_an_event_on_day_0_half_a_day(self):
        self.assert_event(pfs(death=death(0)), 0.5, "death")

    def test_does_not_see_beyond_the_data_cut(self):
        rows = [visit(90), progression(180)]
        self.assert_censored(pfs(*rows, as_of=day(179)), 90)
        self.assert_event(pfs(*rows, as_of=day(180)), 180, "progression")
        self.assert_censored(pfs(visit(90), death=death(200), as_of=day(199)), 90)
        self.assert_censored(pfs(visit(90), visit(120), as_of=day(100)), 90)
        self.assert_censored(pfs(visit(90), visit(120), as_of=day(120)), 120)
        self.assert_censored(pfs(visit(90), as_of=DAY_0), 0)

    def test_cannot_be_told_after_a_death_without_date_unless_progression_came_first(self):
        self.assert_not_known(pfs(visit(90), death=death(None)))
        self.assert_event(pfs(progression(90), death=death(None)), 90, "progression")

    def test_cannot_be_told_from_dates_that_contradict_each_other(self):
        self.assert_not_known(pfs(progression(90, progression_date=day(-4))))
        self.assert_not_known(pfs(visit(90), as_of=day(-1)))
        self.assert_not_known(progression_free_survival(None, [progression(90)]))

    def test_ignores_imaging_from_before_the_operation(self):
        self.assert_censored(pfs(visit(90, imaging_date=day(-20))), 0)

    def test_imputes_a_partial_death_behind_the_last_contact(self):
        result = pfs(visit(90), phone(385), death=death(date(2023, 3, 1), "m"))
        self.assert_event(result, 385, "death")
        self.assertTrue(result.estimated)

    def test_tells_its_reason_with_the_date_in_both_languages(self):
        censored = pfs(visit(90)).reason.label
        self.assertEqual(censored.en, "Censored: last tumour assessment without progression 2022-05-30")
        self.assertEqual(censored.zh, "删失：末次无进展的影像评估 2022-05-30")
        self.assertEqual(pfs(progression(90)).reason.label.en, "Progression on 2022-05-30")


class HepaticProgressionFreeSurvival(TimeToEventCase):
    ELSEWHERE = {"hepatic_progression": "no", "extrahepatic_progression": "yes"}

    def test_goes_on_through_progression_elsewhere(self):
        rows = (visit(90), progression(180, **self.ELSEWHERE), progression(270))
        self.assert_event(hpfs(*rows), 270, "progression")
        self.assert_censored(hpfs(*rows[:2]), 180)

    def test_ends_with_death(self):
        self.assert_event(hpfs(visit(90), death=death(100)), 100, "death")

    def test_is_censored_only_where_the_liver_was_stated_free_of_progression(self):
        self.assert_censored(hpfs(visit(90), visit(180, hepatic_progression=None)), 90)
        self.assert_censored(hpfs(visit(90), visit(180, visit_type="phone")), 90)

    def test_does_not_count_a_marker_rise(self):
        self.assert_censored(hpfs(visit(90), progression(180, progression_basis="biochemical")), 90)


class FirstProgressionSite(unittest.TestCase):
    def test_is_read_at_the_first_progression(self):
        both = {"extrahepatic_progression": "yes"}
        elsewhere = HepaticProgressionFreeSurvival.ELSEWHERE
        for rows, site in (
            ([progression(90), progression(180, **both)], "liver"),
            ([progression(180), progression(90, **elsewhere)], "extrahepatic"),
            ([progression(90, **both)], "both"),
            ([progression(90), progression(90, **elsewhere)], "both"),
            ([visit(90, imaging_done="no", disease_status="progression")], "unknown"),
            ([visit(90)], "none"),
            ([], "none"),
            ([progression(90, progression_basis="biochemical")], "none"),
        ):
            with self.subTest(site, rows=rows):
                self.assertEqual(first_progression_site(rows).value, site)
                self.assertIn(site, codes.PROGRESSION_SITE)

    def test_is_none_before_the_data_cut(self):
        self.assertEqual(first_progression_site([progression(90)], as_of=day(89)).value, "none")
        self.assertEqual(first_progression_site([progression(90)], as_of=day(90)).value, "liver")


if __name__ == "__main__":
    unittest.main()
