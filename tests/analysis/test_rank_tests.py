"""The log-rank family against published results, direct sums, and its own laws."""

import math
import unittest
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import datasets

from analysis.survival import WEIGHTS, pairwise, rank_sums, rank_test, trend_test

LEUKEMIA = datasets.load_leukemia()  # Freireich's trial: Rx 1 placebo, 0 6-MP
LARYNX = datasets.load_larynx()
STAGE = (1 + LARYNX["Stage_II"] + 2 * LARYNX["Stage_III"] + 3 * LARYNX["Stage_IV"]).to_numpy()


def freireich(**arguments):
    return rank_test(LEUKEMIA["t"], LEUKEMIA["status"], LEUKEMIA["Rx"], **arguments)


def larynx(**arguments):
    return rank_test(LARYNX["time"], LARYNX["death"], STAGE, **arguments)


def directly(weight, time, event, group, strata, entry):
    """Deviations and covariance, summed over event times and rows as the definition reads."""
    levels = sorted(set(group))
    u, v = np.zeros(len(levels)), np.zeros((len(levels), len(levels)))
    for layer in set(strata):
        km = 1.0
        rows = [row for row in zip(time, event, group, strata, entry, strict=True) if row[3] == layer]
        for t in sorted({row[0] for row in rows if row[1]}):
            here = [row for row in rows if row[4] < t <= row[0]]
            dead = [row for row in here if row[0] == t and row[1]]
            n, d = len(here), len(dead)
            p = np.array([sum(row[2] == level for row in here) / n for level in levels])
            w = {"log-rank": 1, "gehan-breslow": n, "tarone-ware": math.sqrt(n), "peto": km}[weight]
            u += w * (np.array([sum(row[2] == level for row in dead) for level in levels]) - d * p)
            if n > 1:
                v += w * w * d * (n - d) / (n - 1) * (np.diag(p) - np.outer(p, p))
            km *= 1 - d / n
    return u, v


@st.composite
def trials(draw):
    """Rows (time, event, group, stratum, entry) with ties, up to four groups and two strata."""
    row = st.tuples(
        st.integers(1, 12), st.booleans(), st.integers(0, 3), st.integers(0, 1), st.integers(0, 11)
    )
    rows = draw(st.lists(row, min_size=1, max_size=30))
    return [(t, e, g, s, min(start, t - 1)) for t, e, g, s, start in rows]


class AgainstPublishedResults(unittest.TestCase):
    def test_freireichs_trial_gives_the_textbook_statistics(self):
        # Kleinbaum & Klein, Survival Analysis, chapter 2: 16.79, 13.46, 15.12
        for weight, statistic in (("log-rank", 16.79), ("gehan-breslow", 13.46), ("tarone-ware", 15.12)):
            found = freireich(weight=weight)
            self.assertAlmostEqual(found.statistic, statistic, 2)
            self.assertEqual((found.name, found.df, found.n, found.missing), (weight, 1, 42, 0))

    def test_the_larynx_trial_gives_the_textbook_statistics(self):
        # Klein & Moeschberger, Survival Analysis, example 7.6: trend Z = 3.72; R 4.2.2 survdiff 22.7628, df 3
        self.assertAlmostEqual(larynx().statistic, 22.7628, 4)
        self.assertEqual(larynx().df, 3)
        trend = trend_test(LARYNX["time"], LARYNX["death"], STAGE)
        self.assertAlmostEqual(math.sqrt(trend.statistic), 3.72, 2)
        self.assertEqual((trend.name, trend.df, trend.method), ("trend", 1, "log-rank"))

    def test_observed_and_expected_events_are_handed_on(self):
        # R 4.2.2: survdiff(Surv(t, status) ~ Rx): observed 9 and 21, expected 19.3 and 10.7
        sums = rank_sums(LEUKEMIA["t"], LEUKEMIA["status"], LEUKEMIA["Rx"])
        self.assertEqual((sums.levels, sums.sizes.tolist()), ((0, 1), [21, 21]))
        self.assertEqual(sums.observed.tolist(), [9, 21])
        np.testing.assert_allclose(sums.expected, [19.25, 10.75], atol=0.005)
        self.assertAlmostEqual(sums.expected.sum(), sums.observed.sum(), 10)


class AgainstDirectSums(unittest.TestCase):
    @given(trials(), st.sampled_from(tuple(WEIGHTS)))
    @settings(max_examples=100, deadline=None)
    def test_every_weight_agrees_with_its_definition(self, rows, weight):
        time, event, group, strata, entry = zip(*rows, strict=True)
        sums = rank_sums(time, event, group, weight=weight, strata=strata, entry=entry)
        deviation, covariance = directly(weight, time, event, group, strata, entry)
        np.testing.assert_allclose(sums.observed - sums.expected, deviation, atol=1e-9)
        np.testing.assert_allclose(sums.covariance, covariance, atol=1e-9)
        found = rank_test(time, event, group, weight=weight, strata=strata, entry=entry)
        rank = np.linalg.matrix_rank(covariance, tol=1e-9)
        self.assertEqual(found.df or 0, rank)
        if found.p is not None:
            by_inverse = deviation @ np.linalg.pinv(covariance, rcond=1e-10) @ deviation
            self.assertAlmostEqual(found.statistic, by_inverse, 7)

    @given(trials(), st.sampled_from(tuple(WEIGHTS)))
    @settings(max_examples=50, deadline=None)
    def test_many_groups_are_summed_block_by_block_to_the_same(self, rows, weight):
        time, event, group, strata, entry = zip(*rows, strict=True)
        at_once = rank_sums(time, event, group, weight=weight, strata=strata, entry=entry)
        with mock.patch("analysis.survival.rank_sums.BLOCK", 7):
            in_blocks = rank_sums(time, event, group, weight=weight, strata=strata, entry=entry)
        for name in ("observed", "expected", "covariance"):
            np.testing.assert_allclose(getattr(in_blocks, name), getattr(at_once, name), atol=1e-9)


class TheLaws(unittest.TestCase):
    @given(trials(), st.sampled_from(tuple(WEIGHTS)), st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_the_names_of_the_groups_and_the_order_of_rows_do_not_matter(self, rows, weight, random):
        time, event, group, *_ = zip(*rows, strict=True)
        here = rank_test(time, event, group, weight=weight)
        random.shuffle(rows)
        time, event, group, *_ = zip(*rows, strict=True)
        there = rank_test(time, event, [f"arm {(7 - 2 * g) % 5}" for g in group], weight=weight)
        self.assertEqual((here.df, here.n, here.reason), (there.df, there.n, there.reason))
        if here.p is not None:
            self.assertAlmostEqual(here.statistic, there.statistic, 8)

    @given(trials(), st.sampled_from(tuple(WEIGHTS)))
    @settings(max_examples=40, deadline=None)
    def test_one_stratum_entry_at_the_start_and_another_unit_change_nothing(self, rows, weight):
        time, event, group, *_ = zip(*rows, strict=True)
        plain = rank_test(time, event, group, weight=weight)
        for other in (
            rank_test(time, event, group, weight=weight, strata=["all"] * len(time)),
            rank_test(time, event, group, weight=weight, entry=[0] * len(time)),
            rank_test(np.array(time) / 30.4375, event, group, weight=weight),
        ):
            self.assertEqual((other.df, other.reason), (plain.df, plain.reason))
            if plain.p is not None:
                self.assertAlmostEqual(other.statistic, plain.statistic, 9)

    @given(trials(), st.sampled_from(tuple(WEIGHTS)))
    @settings(max_examples=40, deadline=None)
    def test_two_groups_have_the_trend_that_is_their_difference(self, rows, weight):
        time, event, group, *_ = zip(*rows, strict=True)
        group = [g % 2 for g in group]
        whole = rank_test(time, event, group, weight=weight)
        trend = trend_test(time, event, group, weight=weight, scores={0: 5, 1: -3})
        self.assertEqual(whole.p is None, trend.p is None)
        if whole.p is not None:
            self.assertAlmostEqual(whole.statistic, trend.statistic, 9)

    def test_large_strata_are_compared_within_themselves(self):
        days = np.random.default_rng(7).integers(1, 2000, 24_000)
        event, arm, centre = days % 3 > 0, days % 7 > 2, np.arange(24_000) % 2
        whole = rank_sums(days, event, arm, strata=centre, entry=days / 2)
        parts = [
            rank_sums(days[rows], event[rows], arm[rows], entry=days[rows] / 2)
            for rows in (centre == 0, centre == 1)
        ]
        np.testing.assert_allclose(whole.expected, parts[0].expected + parts[1].expected)
        np.testing.assert_allclose(whole.covariance, parts[0].covariance + parts[1].covariance)

    def test_the_same_group_twice_shows_no_difference_over_many_event_times(self):
        # twice the same group: nothing observed beyond what is expected
        time = np.repeat(np.arange(1, 50_001), 2)
        found = rank_test(time, np.ones(100_000), np.tile(["a", "b"], 50_000))
        self.assertAlmostEqual(found.statistic, 0, 12)
        self.assertAlmostEqual(found.p, 1, 6)


class DegenerateData(unittest.TestCase):
    def test_each_says_why_there_is_no_test(self):
        for what, columns, reason in (
            ("no case", ([], [], []), "no_cases"),
            ("every group missing", ([1, 2], [1, 1], [None, math.nan]), "no_cases"),
            ("one group", ([1, 2], [1, 1], ["a", "a"]), "one_group"),
            ("one group with times", ([1, math.nan], [1, 1], ["a", "b"]), "one_group"),
            ("no event", ([1, 2], [0, 0], ["a", "b"]), "no_events"),
            ("one after the other", ([1, 2, 3], [0, 1, 1], ["a", "b", "b"]), "never_compared"),
            ("all at once", ([5, 5, 5], [1, 1, 1], ["a", "b", "b"]), "never_compared"),
        ):
            for weight in WEIGHTS:
                with self.subTest(what, weight=weight):
                    found = rank_test(*columns, weight=weight)
                    self.assertEqual((found.reason, found.p, found.statistic), (reason, None, None))
                    self.assertEqual(trend_test(*columns, weight=weight).reason, reason)

    def test_a_group_that_was_gone_before_the_first_event_does_not_count(self):
        # R 4.2.2 drops it as well: survdiff has 1 degree of freedom
        time, event = [1, 1, 3, 4, 5, 6, 7], [0, 0, 1, 1, 1, 0, 1]
        three = rank_test(time, event, ["gone", "gone", "a", "b", "a", "b", "b"])
        two = rank_test(time[2:], event[2:], ["a", "b", "a", "b", "b"])
        self.assertEqual((three.df, two.df), (1, 1))
        self.assertAlmostEqual(three.statistic, two.statistic, 12)

    def test_a_group_without_events_counts(self):
        # R 4.2.2: survdiff(Surv(c(1,2,3,4,5,6), c(1,1,0,0,0,0)) ~ c(1,1,1,2,2,2)): 2.469, df 1
        found = rank_test([1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 0, 0], [1, 1, 1, 2, 2, 2])
        self.assertAlmostEqual(found.statistic, 1.1**2 / 0.49, 10)

    def test_groups_that_never_meet_make_separate_comparisons(self):
        # a and b were seen in one hospital, c and d in the other: two comparisons, two degrees of freedom
        time, event = [1, 2, 3, 4, 1, 3, 4, 6], [1, 1, 1, 0, 1, 1, 0, 1]
        group, hospital = list("ababcdcd"), list("xxxxyyyy")
        whole = rank_test(time, event, group, strata=hospital)
        halves = [rank_test(time[s], event[s], group[s]) for s in (slice(4), slice(4, 8))]
        self.assertEqual(whole.df, 2)
        self.assertAlmostEqual(whole.statistic, sum(half.statistic for half in halves), 12)

    def test_rows_with_a_missing_value_are_left_out_and_counted(self):
        found = rank_test(
            [1, 2, 3, 4, math.nan, 6],
            [1, 1, None, 1, 1, 1],
            ["a", "b", "a", None, "b", "b"],
            strata=[1, 1, 1, 1, 1, None],
        )
        self.assertEqual((found.n, found.missing, found.method), (2, 4, "stratified"))

    def test_impossible_input_is_refused(self):
        for arguments, message in (
            ({"weight": "wilcoxon"}, "wilcoxon"),
            ({"strata": [1]}, "2 group labels but 1 strata"),
            ({"entry": [0, 2]}, "row 1 enters at 2, not before its time 2"),
            ({"group": ["a"]}, "2 times but 1 labels"),
            ({"time": [1, -2]}, "row 1 has a negative time"),
            (dict.fromkeys(("time", "event", "group"), range(1001)) | {"event": [1] * 1001}, "1001 groups"),
        ):
            columns = {"time": [1, 2], "event": [1, 1], "group": ["a", "b"]} | arguments
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                rank_test(**columns)


class TheTrend(unittest.TestCase):
    columns = (LARYNX["time"], LARYNX["death"], STAGE)

    def test_scores_are_taken_by_level_or_in_order(self):
        by_level = trend_test(*self.columns, scores={4: 9, 1: 0, 3: 4, 2: 1})
        in_order = trend_test(*self.columns, scores=[0, 1, 4, 9])
        self.assertEqual(by_level.statistic, in_order.statistic)
        self.assertNotEqual(by_level.statistic, trend_test(*self.columns).statistic)

    def test_only_the_distances_between_scores_count(self):
        plain, moved = trend_test(*self.columns), trend_test(*self.columns, scores=[100, 103, 106, 109])
        self.assertAlmostEqual(plain.statistic, moved.statistic, 9)

    def test_equal_scores_leave_nothing_to_test(self):
        self.assertEqual(trend_test(*self.columns, scores=[1, 1, 1, 1]).reason, "no_variation")

    def test_scores_that_do_not_fit_the_groups_are_refused(self):
        for scores, message in (
            ([1, 2], "4 groups"),
            ([1, 2, 3, math.inf], "finite"),
            ({1: 1, 2: 2, 3: 3}, "no score for the group 4"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                trend_test(*self.columns, scores=scores)


class ThePairs(unittest.TestCase):
    def test_each_pair_is_tested_on_its_own_cases_and_adjusted_for_their_number(self):
        pairs = pairwise(LARYNX["time"], LARYNX["death"], STAGE)
        self.assertEqual(
            [(pair.first, pair.second) for pair in pairs], [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]
        )
        two = np.isin(STAGE, (1, 4))
        alone = rank_test(LARYNX["time"][two], LARYNX["death"][two], STAGE[two])
        self.assertAlmostEqual(pairs[2].test.statistic, alone.statistic, 12)
        self.assertAlmostEqual(pairs[2].p_adjusted, min(1, 6 * alone.p), 12)  # the smallest of six: Holm

    def test_benjamini_and_hochberg_is_never_stricter_than_holm(self):
        columns = (LARYNX["time"], LARYNX["death"], STAGE)
        for holm, bh in zip(pairwise(*columns), pairwise(*columns, adjust="bh"), strict=True):
            self.assertLessEqual(holm.test.p, bh.p_adjusted)
            self.assertLessEqual(bh.p_adjusted, holm.p_adjusted)

    def test_a_pair_without_test_has_no_adjusted_p_and_does_not_count(self):
        pairs = pairwise([1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 0, 0], list("aabbcc"))
        self.assertEqual([pair.test.reason for pair in pairs], [None, None, "no_events"])
        self.assertIsNone(pairs[2].p_adjusted)
        self.assertAlmostEqual(pairs[0].p_adjusted, min(1, 2 * pairs[0].test.p), 12)

    def test_strata_and_entries_go_with_the_pairs(self):
        strata, entry = LARYNX["age"] > 65, LARYNX["time"] / 2
        pairs = pairwise(LARYNX["time"], LARYNX["death"], STAGE, strata=strata, entry=entry)
        two = np.isin(STAGE, (1, 2))
        alone = rank_test(
            LARYNX["time"][two], LARYNX["death"][two], STAGE[two], strata=strata[two], entry=entry[two]
        )
        self.assertAlmostEqual(pairs[0].test.statistic, alone.statistic, 12)

    def test_one_group_has_no_pairs(self):
        self.assertEqual(pairwise([1, 2], [1, 1], ["a", "a"]), ())

    def test_columns_of_unequal_length_are_refused(self):
        for arguments in ({"group": ["a"]}, {"strata": [1]}, {"entry": [0.5]}, {"event": [1]}):
            columns = {"time": [1, 2], "event": [1, 1], "group": ["a", "b"]} | arguments
            with self.subTest(arguments), self.assertRaisesRegex(ValueError, "lengths"):
                pairwise(**columns)


if __name__ == "__main__":
    unittest.main()
