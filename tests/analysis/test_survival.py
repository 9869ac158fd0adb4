"""Survival curves against SPSS, R, lifelines where it is right, and their own laws."""

import json
import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter, datasets

from analysis import survival
from analysis.survival import kaplan_meier, quantile, rate_at

INVERTED = ("plain", "log", "log-log")
METHODS = (*INVERTED, "spss")


def with_censored(events, censored):
    return [*events, *censored], [1] * len(events) + [0] * len(censored)


# Freireich's remission times under 6-MP and under placebo (21 patients each)
SIX_MP = with_censored([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
PLACEBO = with_censored([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [])
# R's data sets: aml, group Nonmaintained; ovarian, rx 1
AML = with_censored([5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45], [16])
OVARIAN = with_censored([59, 115, 156, 431, 638, 268, 329], [448, 477, 803, 855, 1040, 1106])


def spss_check(sex=None):
    """The 72 rows of which a run of IBM SPSS Statistics 31 is published; they follow a formula."""
    i = np.arange(1, 73)
    rows = np.ones(72, dtype=bool) if sex is None else i % 2 == sex % 2
    return kaplan_meier((20 + 37 * i % 500)[rows], ~np.isin(i % 10, (1, 4, 7))[rows])


@st.composite
def cohorts(draw):
    n = draw(st.integers(1, 40))
    times = draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))
    events = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return times, events


class TheCurve(unittest.TestCase):
    def test_the_6_mp_arm_agrees_with_the_calculation_by_hand(self):
        curve = kaplan_meier(*SIX_MP)
        steps = curve.events > 0
        self.assertEqual(curve.time[steps].tolist(), [6, 7, 10, 13, 16, 22, 23])
        self.assertEqual(curve.at_risk[steps].tolist(), [21, 17, 15, 12, 11, 7, 6])
        by_hand = [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179]
        np.testing.assert_allclose(curve.survival[steps], by_hand, atol=5e-7)
        self.assertAlmostEqual(float(curve.se[steps][-1]), 0.134591, 6)
        self.assertEqual((curve.n, curve.total_events, curve.last_time), (21, 9, 35))

    def test_it_agrees_with_lifelines_on_its_data_sets(self):
        sets = (
            (datasets.load_lung(), "time", "status"),
            (datasets.load_gbsg2(), "time", "cens"),
            (datasets.load_rossi(), "week", "arrest"),
            (datasets.load_waltons(), "T", "E"),
            (datasets.load_larynx(), "time", "death"),
            (datasets.load_leukemia(), "t", "status"),
        )
        for frame, time, event in sets:
            with self.subTest(columns=tuple(frame.columns)):
                curve = kaplan_meier(frame[time], frame[event])
                fitted = KaplanMeierFitter().fit(frame[time], frame[event])
                np.testing.assert_allclose(
                    curve.survival, fitted.survival_function_at_times(curve.time), atol=1e-12
                )
                limits = survival.band(curve, "log-log")
                theirs = fitted.confidence_interval_.loc[curve.time].to_numpy()
                defined = ~np.isnan(limits.lower)
                np.testing.assert_allclose(limits.lower[defined], theirs[defined, 0], atol=1e-10)
                np.testing.assert_allclose(limits.upper[defined], theirs[defined, 1], atol=1e-10)

    def test_an_event_comes_before_a_censoring_at_the_same_time(self):
        curve = kaplan_meier([5, 5, 9], [0, 1, 0])
        self.assertEqual((curve.at_risk[0], curve.events[0], curve.censored[0]), (3, 1, 1))
        self.assertAlmostEqual(float(curve.survival[0]), 2 / 3, 15)

    def test_a_case_without_time_or_status_is_left_out_counted_and_marked(self):
        curve = kaplan_meier([5, math.nan, 7, 9], [1, 1, None, 0])
        self.assertEqual((curve.n, curve.missing), (2, 2))
        self.assertEqual(curve.used.tolist(), [True, False, False, True])

    def test_impossible_rows_are_refused_by_number(self):
        for time, event, message in (
            ([5, 3, -1], [1, 0, 1], "row 2 has a negative time: -1"),
            ([5, math.inf], [1, 0], "row 1 has an infinite time"),
            ([5, 1e300], [1, 0], "row 1 has too long a time"),
            ([5, 3], [2, 1], "row 0 has an event that is neither 0 nor 1: 2"),
            ([5, 3], [1], "2 times but 1 event"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                kaplan_meier(time, event)

    def test_no_cases_make_an_empty_curve(self):
        for time, event in (([], []), ([math.nan], [1])):
            curve = kaplan_meier(time, event)
            self.assertEqual((curve.n, curve.total_events, curve.last_time), (0, 0, None))
            self.assertEqual((curve.steps(), curve.censor_marks()), ((), ()))
            self.assertEqual(survival.at_risk(curve, [0, 12]).tolist(), [0, 0])

    def test_it_is_drawn_from_one_down_to_the_end_of_follow_up(self):
        curve = kaplan_meier([2, 4, 4, 6], [1, 0, 1, 0])
        self.assertEqual(curve.steps(), ((0, 1), (2, 0.75), (4, 0.5), (6, 0.5)))
        self.assertEqual(curve.censor_marks(), ((4, 0.5), (6, 0.5)))

    @given(cohorts())
    @settings(max_examples=100, deadline=None)
    def test_it_never_rises_and_stays_between_one_and_nought(self, cohort):
        curve = kaplan_meier(*cohort)
        self.assertTrue((np.diff(curve.survival, prepend=1) <= 0).all())
        self.assertTrue((curve.survival >= 0).all())
        self.assertEqual(int(curve.events.sum() + curve.censored.sum()), curve.n)

    @given(cohorts(), st.randoms(use_true_random=False))
    @settings(max_examples=50, deadline=None)
    def test_the_order_of_rows_does_not_matter(self, cohort, random):
        rows = list(zip(*cohort, strict=True))
        random.shuffle(rows)
        there, here = kaplan_meier(*zip(*rows, strict=True)), kaplan_meier(*cohort)
        for name in ("time", "at_risk", "events", "censored", "survival"):
            np.testing.assert_array_equal(getattr(there, name), getattr(here, name))


class TheSpssMedian(unittest.TestCase):
    def test_it_agrees_with_a_run_of_spss(self):
        # median, SE, CI as SPSS 31.0.1.0 stores them; the CI is published to five places
        for sex, median, se, lower, upper in (
            (1, 353, 28.40150389233, 297.33305, 408.66695),
            (2, 296, 49.812325244556, 198.36784, 393.63216),
            (None, 333, 27.277143171126, 279.53680, 386.46320),
        ):
            with self.subTest(sex=sex):
                found = quantile(spss_check(sex), 0.5, "spss")
                self.assertEqual(found.value, median)
                self.assertAlmostEqual(found.se, se, 10)
                self.assertAlmostEqual(found.lower, lower, 5)
                self.assertAlmostEqual(found.upper, upper, 5)
                self.assertAlmostEqual(found.lower, median - 1.96 * se, 9)
                self.assertAlmostEqual(found.upper, median + 1.96 * se, 9)

    def test_its_window_begins_and_ends_at_event_times(self):
        # a censored time between the events would give u = 297 and a standard error of 26.790
        curve = spss_check()
        self.assertIn(297, curve.time[(curve.events == 0) & (curve.survival >= 0.55)])
        self.assertAlmostEqual(quantile(curve, 0.5, "spss").se, 27.277143171126, 9)

    def test_it_agrees_with_the_calculation_by_hand(self):
        self.assertAlmostEqual(quantile(kaplan_meier(*SIX_MP), 0.5, "spss").se, 5.25537578801, 10)
        placebo = quantile(kaplan_meier(*PLACEBO), 0.5, "spss")
        self.assertEqual(placebo.value, 8)
        self.assertAlmostEqual(placebo.se, 1.66905, 5)

    def test_its_interval_is_symmetric_by_1_96_standard_errors(self):
        found = quantile(spss_check(), 0.5, "spss")
        self.assertAlmostEqual(found.upper - found.value, 1.96 * found.se, 10)
        self.assertAlmostEqual(found.value - found.lower, 1.96 * found.se, 10)
        wider = quantile(spss_check(), 0.5, "spss", level=0.99)
        self.assertAlmostEqual(wider.upper - wider.value, 2.5758293035489 * wider.se, 9)

    def test_a_lower_limit_below_nought_is_given_as_computed(self):
        # two waves of events around a long gap: a shallow slope in the middle of the curve
        found = quantile(kaplan_meier([1, 2, 3, 4, 40, 41, 42, 43], [1] * 8), 0.5, "spss")
        self.assertLess(found.lower, 0)

    def test_each_edge_of_the_rule_says_what_is_missing(self):
        for what, time, event, value, reason in (
            ("S stays above one half", [1, 2, 3, 9, 9], [1, 0, 0, 0, 0], None, "not_reached"),
            ("S stops at one half", [1, 2, 9, 9], [1, 1, 0, 0], 2, "window_not_reached"),
            ("the first event passes the window", [4, 4, 5, 6], [1, 1, 1, 0], 4, "window_not_reached"),
            ("S falls to nought at the median", [4, 7, 7], [1, 1, 1], 7, "survival_zero"),
            ("no event", [4, 7], [0, 0], None, "no_events"),
            ("no case", [], [], None, "no_cases"),
        ):
            with self.subTest(what):
                found = quantile(kaplan_meier(time, event), 0.5, "spss")
                self.assertEqual((found.value, found.reason), (value, reason))
                self.assertEqual((found.lower, found.upper, found.se), (None, None, None))

    def test_a_survival_of_exactly_the_window_counts(self):
        # 20 cases: S is 0.55 after 9 events and 0.45 after 11, whatever the computer's last digit
        found = quantile(kaplan_meier(range(1, 21), [1] * 20), 0.5, "spss")
        se_of_s = math.sqrt(0.5 * 0.5 / 20)
        self.assertEqual(found.value, 10)
        self.assertAlmostEqual(found.se, se_of_s / (0.10 / 2), 10)


class TheInvertedMedian(unittest.TestCase):
    def test_all_four_intervals_agree_with_the_published_comparison(self):
        lung = datasets.load_lung()
        cohorts_and_limits = (
            (kaplan_meier(*SIX_MP), 23, (12.7, 33.3), (13, None), (16, None), (13, None)),
            (spss_check(1), 353, (297.3, 408.7), (241, 463), (315, 481), (223, 463)),
            (of_sex(lung, 1), 270, (215.8, 324.2), (212, 306), (212, 310), (210, 306)),
            (of_sex(lung, 2), 426, (334.7, 517.3), (345, 524), (348, 550), (345, 524)),
            (kaplan_meier(*AML), 23, (0.6, 45.4), (8, 33), (8, None), (5, 33)),
            (kaplan_meier(*OVARIAN), 638, (156.8, 1119.2), (268, None), (268, None), (156, None)),
        )
        for curve, median, *limits in cohorts_and_limits:
            for method, (lower, upper) in zip(("spss", *INVERTED), limits, strict=True):
                with self.subTest(median=median, method=method):
                    found = quantile(curve, 0.5, method)
                    self.assertEqual(found.value, median)
                    self.assertAlmostEqual(found.lower, lower, 1)
                    if upper is None:
                        self.assertEqual((found.upper, found.reason), (None, "limit_not_reached"))
                    else:
                        self.assertAlmostEqual(found.upper, upper, 1)
                        self.assertIsNone(found.reason)

    def test_the_median_is_right_for_every_number_of_uncensored_cases(self):
        for n in range(2, 201):
            curve = kaplan_meier(range(1, n + 1), [1] * n)
            with self.subTest(n=n):
                self.assertEqual(quantile(curve, 0.5, "spss").value, math.ceil(n / 2))
                self.assertEqual(quantile(curve, 0.5, "log-log").value, (n + 1) / 2)

    def test_a_step_at_exactly_one_half_gives_its_middle_as_in_r(self):
        # R 4.2.2: quantile(survfit(Surv(c(1, 2, 3, 4), e) ~ 1)) is 2.5 for e all 1, and 3, the middle
        # of the step up to the end of follow-up, for e = 1 1 0 0
        for event, middle in (([1, 1, 1, 1], 2.5), ([1, 1, 0, 0], 3)):
            curve = kaplan_meier([1, 2, 3, 4], event)
            for method in INVERTED:
                self.assertEqual(quantile(curve, 0.5, method).value, middle)
            self.assertEqual(quantile(curve, 0.5, "spss").value, 2)

    def test_quartiles_agree_with_r(self):
        # R 4.2.2: quantile(survfit(Surv(t, e) ~ 1, conf.type = …), c(.25, .5, .75)) of the 6-MP arm
        curve = kaplan_meier(*SIX_MP)
        for method, limits in (("plain", (6, 23)), ("log", (6, None)), ("log-log", (6, 22))):
            found = quantile(curve, 0.25, method)
            self.assertEqual((found.value, found.lower, found.upper), (13, *limits))
        beyond = quantile(curve, 0.75, "plain")
        self.assertEqual((beyond.value, beyond.lower, beyond.reason), (None, 23, "not_reached"))

    def test_the_upper_limit_stays_open_where_the_curve_ends_at_nought(self):
        # R leaves it NA; the last event time would be an invention
        found = quantile(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]), 0.5, "log")
        self.assertEqual((found.lower, found.upper, found.reason), (1, None, "limit_not_reached"))

    def test_a_band_that_ends_at_exactly_one_half_has_no_end_of_the_step(self):
        # this level puts the plain upper limit after the third event at 0.5; after the fourth S is 0
        curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
        level = math.erf(0.25 / float(curve.se[2]) / math.sqrt(2))
        self.assertAlmostEqual(float(survival.band(curve, "plain", level).upper[2]), 0.5, 12)
        self.assertIsNone(quantile(curve, 0.5, "plain", level).upper)

    def test_one_case_has_a_median_without_interval(self):
        for method in METHODS:
            found = quantile(kaplan_meier([7], [1]), 0.5, method)
            self.assertEqual((found.value, found.lower, found.upper, found.n), (7, None, None, 1))

    def test_it_counts_cases_events_and_missing(self):
        found = quantile(kaplan_meier([7, 8, 9, math.nan], [1, 1, 0, 1]), 0.5, "plain")
        self.assertEqual((found.n, found.events, found.missing), (3, 2, 1))

    def test_a_quantile_outside_nought_and_one_is_refused(self):
        for p in (0, 1, 50):
            with self.subTest(p), self.assertRaisesRegex(ValueError, str(p)):
                quantile(kaplan_meier(*SIX_MP), p)

    def test_an_unknown_method_is_refused(self):
        with self.assertRaisesRegex(ValueError, "arcsine"):
            quantile(kaplan_meier(*SIX_MP), 0.5, "arcsine")

    @given(cohorts(), st.sampled_from((0.25, 0.5, 0.75)), st.sampled_from(METHODS))
    @settings(max_examples=150, deadline=None)
    def test_every_interval_holds_its_estimate(self, cohort, p, method):
        found = quantile(kaplan_meier(*cohort), p, method)
        json.dumps(found.numbers(), allow_nan=False)
        if found.value is not None and found.lower is not None:
            self.assertLessEqual(found.lower, found.value)
        if found.value is not None and found.upper is not None:
            self.assertGreaterEqual(found.upper, found.value)

    @given(cohorts(), st.sampled_from(METHODS), st.sampled_from((0.5, 1024.0, 1 / 30.4375)))
    @settings(max_examples=80, deadline=None)
    def test_times_in_another_unit_give_the_same_median_in_that_unit(self, cohort, method, factor):
        time, event = cohort
        here = quantile(kaplan_meier(time, event), 0.5, method)
        there = quantile(kaplan_meier(np.array(time) * factor, event), 0.5, method)
        for name in ("value", "lower", "upper", "se"):
            ours, scaled = getattr(here, name), getattr(there, name)
            if ours is None:
                self.assertIsNone(scaled)
            else:
                self.assertAlmostEqual(scaled / factor, ours, 9)


class TheRate(unittest.TestCase):
    def test_it_agrees_with_r(self):
        # R 4.2.2: summary(survfit(Surv(t, e) ~ 1, conf.type = …), times = 18) of the 6-MP arm
        curve = kaplan_meier(*SIX_MP)
        for method, lower, upper in (
            ("plain", 0.403909512191338, 0.850992448592976),
            ("log", 0.439393924968767, 0.895994938535082),
            ("log-log", 0.367510855987502, 0.804912189471841),
        ):
            found = rate_at(curve, 18, method)
            self.assertAlmostEqual(found.value, 0.627450980392157, 12)
            self.assertAlmostEqual(found.se, 0.1140538652567525, 12)
            self.assertAlmostEqual(found.lower, lower, 12)
            self.assertAlmostEqual(found.upper, upper, 12)
            self.assertEqual((found.n, found.events, found.at_risk, found.method), (21, 7, 9, method))

    def test_it_includes_the_events_of_that_very_time(self):
        found = rate_at(kaplan_meier([6, 12, 12, 24], [1, 1, 0, 0]), 12)
        self.assertAlmostEqual(found.value, 0.5, 12)
        self.assertAlmostEqual(found.left_limit, 0.75, 12)
        self.assertEqual((found.events, found.at_risk), (2, 3))

    def test_beyond_follow_up_there_is_none(self):
        curve = kaplan_meier([6, 12, 20], [1, 0, 0])
        self.assertIsNotNone(rate_at(curve, 20).value)
        found = rate_at(curve, 20.01)
        self.assertEqual((found.value, found.left_limit, found.reason), (None, None, "beyond_followup"))
        self.assertEqual((found.at_risk, found.events), (0, 1))

    def test_it_is_nought_when_every_case_has_had_the_event_and_not_carried_forward(self):
        curve = kaplan_meier([6, 12], [1, 1])
        found = rate_at(curve, 12)
        self.assertEqual((found.value, found.lower, found.reason), (0, None, "survival_zero"))
        self.assertEqual((rate_at(curve, 60).value, rate_at(curve, 60).reason), (None, "beyond_followup"))

    def test_before_the_first_event_its_interval_is_exact(self):
        found = rate_at(kaplan_meier([2, 6, 12, 20], [0, 1, 1, 0]), 3)
        self.assertEqual(
            (found.value, found.upper, found.method, found.at_risk), (1, 1, "clopper-pearson", 3)
        )
        self.assertAlmostEqual(found.lower, 0.025 ** (1 / 3), 12)

    def test_without_cases_it_says_so(self):
        found = rate_at(kaplan_meier([], []), 12)
        self.assertEqual((found.value, found.reason, found.at_risk), (None, "no_cases", 0))

    def test_a_time_that_is_none_is_refused(self):
        for time in (-1, math.inf, math.nan):
            with self.subTest(time), self.assertRaisesRegex(ValueError, str(time)):
                rate_at(kaplan_meier(*SIX_MP), time)

    @given(cohorts(), st.integers(0, 60), st.sampled_from(INVERTED))
    @settings(max_examples=150, deadline=None)
    def test_it_lies_on_the_curve_and_within_its_interval(self, cohort, time, method):
        curve = kaplan_meier(*cohort)
        found = rate_at(curve, time, method)
        json.dumps(found.numbers(), allow_nan=False)
        self.assertEqual(found.at_risk, sum(t >= time for t in cohort[0]))
        self.assertEqual(found.events, sum(e for t, e in zip(*cohort, strict=True) if t <= time))
        if found.lower is not None:
            self.assertLessEqual(found.lower, found.value)
            self.assertLessEqual(found.value, found.upper)
            self.assertLessEqual(found.value, found.left_limit)


class TheBand(unittest.TestCase):
    def test_it_is_undefined_where_the_curve_is_at_nought(self):
        curve = kaplan_meier([1, 2, 3], [1, 1, 1])
        for method in INVERTED:
            limits = survival.band(curve, method)
            self.assertEqual(limits.lower_steps()[-1], (3, None))
            self.assertEqual(limits.upper_steps()[-1], (3, None))

    def test_the_log_log_band_begins_with_the_first_event(self):
        limits = survival.band(kaplan_meier([1, 2, 3], [0, 1, 0]))
        self.assertEqual(limits.lower_steps()[0], (1, None))
        self.assertEqual([time for time, _ in limits.lower_steps()], [1, 2])

    def test_a_higher_level_is_wider(self):
        curve = kaplan_meier(*SIX_MP)
        for method in INVERTED:
            narrow, wide = survival.band(curve, method, 0.8), survival.band(curve, method, 0.99)
            self.assertTrue((wide.lower <= narrow.lower).all())
            self.assertTrue((wide.upper >= narrow.upper).all())

    def test_its_limits_are_probabilities(self):
        curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0])
        for method in INVERTED:
            limits = survival.band(curve, method, 0.999)
            self.assertTrue((limits.lower >= 0).all() and (limits.upper <= 1).all(), method)

    def test_it_agrees_with_the_rates(self):
        curve = kaplan_meier(*SIX_MP)
        limits = survival.band(curve, "log", 0.9)
        at = curve.time.tolist().index(16)
        found = rate_at(curve, 16, "log", 0.9)
        self.assertEqual((found.lower, found.upper), (limits.lower[at], limits.upper[at]))


class NumbersUnderTheCurve(unittest.TestCase):
    def test_at_risk_are_those_followed_up_at_least_so_long(self):
        curve = kaplan_meier([0, 6, 6, 12, 18.5], [1, 1, 0, 0, 1])
        self.assertEqual(survival.at_risk(curve, [0, 6, 6.1, 12, 18.5, 24]).tolist(), [5, 4, 2, 2, 1, 0])

    def test_events_and_censorings_add_up_to_those_no_longer_at_risk(self):
        curve = kaplan_meier(*SIX_MP)
        times = np.array([0, 6, 10.5, 24, 100])
        gone = survival.cumulative_events(curve, times) + survival.cumulative_censored(curve, times)
        self.assertEqual(gone.tolist(), (21 - survival.at_risk(curve, times + 1e-9)).tolist())


class TheMedianFollowUp(unittest.TestCase):
    def test_it_agrees_with_r(self):
        # R 4.2.2: quantile(survfit(Surv(t, 1 - e) ~ 1, conf.type = "log-log")) of the 6-MP arm
        curve = kaplan_meier(*SIX_MP)
        for p, expected in ((0.25, (17, 6, 25)), (0.5, (25, 11, 32)), (0.75, (32, 25, None))):
            found = survival.followup_quantile(curve, p)
            self.assertEqual((found.value, found.lower, found.upper), expected)
            self.assertEqual(found.events, 12)

    def test_reversing_twice_gives_the_curve_back(self):
        curve = kaplan_meier(*SIX_MP)
        np.testing.assert_array_equal(survival.reverse(survival.reverse(curve)).survival, curve.survival)

    def test_without_censoring_there_is_none(self):
        found = survival.followup_quantile(kaplan_meier([3, 4], [1, 1]))
        self.assertEqual((found.value, found.reason), (None, "no_censored"))


class ALargeCohort(unittest.TestCase):
    def test_rounding_does_not_build_up_over_a_hundred_thousand_steps(self):
        n = 100_000
        curve = kaplan_meier(np.arange(1, n + 1), np.ones(n))
        np.testing.assert_allclose(curve.survival, 1 - curve.time / n, atol=1e-11)
        self.assertEqual(quantile(curve, 0.5, "plain").value, (n + 1) / 2)


def of_sex(lung, sex):
    rows = lung[lung["sex"] == sex]
    return kaplan_meier(rows["time"], rows["status"])


if __name__ == "__main__":
    unittest.main()
