"""Gray's test: its laws, its special cases, and what it refuses.

The numbers of cmprsk are in analysis/reference.
"""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import survival
from analysis.competing_risks import gray_test
from analysis.reference.data import formula, table


@st.composite
def compared(draw):
    n = draw(st.integers(2, 40))
    times = draw(st.lists(st.integers(0, 15), min_size=n, max_size=n))
    causes = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    groups = draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    return np.array(times), np.array(causes), np.array(groups)


class NumbersTest(unittest.TestCase):
    # R 4.2.2, cmprsk: cuminc(time, cause, x1 in thirds) of formula400, tied whole days
    FORMULA400 = {1: 0.781427110460092, 2: 0.179421563283611}

    def test_it_agrees_with_cmprsk_on_heavily_tied_times(self):
        frame = table("formula400")
        for cause, statistic in self.FORMULA400.items():
            test = gray_test(
                frame["time"], frame["cause"], np.floor(3 * frame["x1"]), cause_of_interest=cause
            )
            self.assertAlmostEqual(test.statistic, statistic, 11)
            self.assertEqual((test.df, test.n, test.missing, test.reason), (2, 400, 0, None))

    def test_it_agrees_with_cmprsk_where_the_pooled_incidence_exceeds_one(self):
        """With one of twelve censored the incidence that all groups would share passes 1 before the end."""
        time = [2.7, 12, 15.6, 17.5, 27, 25.6, 1.2, 5.9, 12.1, 9.1, 8.4, 0.3]
        cause = [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 2]
        found = gray_test(time, cause, list("BDDCDCAECBAE"))
        self.assertEqual(found.df, 4)
        self.assertAlmostEqual(found.statistic, 10.154961944440442, 9)

    def test_without_other_causes_untied_it_is_close_to_the_log_rank_test(self):
        # the scores are those of the log-rank test; the variances differ by the factor (n - d) / n only
        frame = formula(400, whole_days=False)
        gray = gray_test(frame["time"], frame["event"], frame["group"])
        log_rank = survival.rank_test(frame["time"], frame["event"], frame["group"])
        self.assertLess(abs(gray.statistic / log_rank.statistic - 1), 0.02)

    def test_ties_in_a_dwindled_group_do_not_make_a_negative_chi_square(self):
        # cmprsk gives -0.306 here: its factor for ties is negative where a group is worth hardly one case
        time = [2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 2]
        cause = [1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1]
        group = [0, 2, 2, 0, 0, 2, 0, 2, 1, 0, 1, 1, 2, 0, 1, 1]
        test = gray_test(time, cause, group)
        self.assertEqual(test.df, 2)
        self.assertGreater(test.statistic, 0)

    def test_a_hundred_thousand_rows_are_quick(self):
        from time import perf_counter

        random = np.random.default_rng(1)
        n = 100_000
        time, cause, group = random.exponential(size=n), random.integers(0, 3, n), random.integers(0, 3, n)
        start = perf_counter()
        gray_test(time, cause, group)
        self.assertLess(perf_counter() - start, 5)  # quadratic cost would be minutes


class ReasonsTest(unittest.TestCase):
    def test_what_cannot_be_compared_has_a_reason(self):
        for columns, reason in (
            (([], [], []), "no_cases"),
            (([1, 2], [1, 1], ["a", "a"]), "one_group"),
            (([1, 2], [2, 0], ["a", "b"]), "no_events"),
            (([1, 2, 5, 6], [0, 0, 1, 1], ["a", "a", "b", "b"]), "never_compared"),
            (([7, 7, 2, 5], [1, 2, 2, 2], ["a", "a", "b", "a"]), "never_compared"),
        ):
            with self.subTest(reason):
                test = gray_test(*columns)
                self.assertEqual((test.reason, test.p, test.statistic), (reason, None, None))

    def test_rows_that_lack_a_value_are_left_out_and_counted(self):
        frame = table("formula400")
        time, cause = np.array(frame["time"], dtype=float), np.array(frame["cause"], dtype=float)
        group, strata = np.array(frame["group"], dtype=object), np.array(frame["x4"], dtype=object)
        whole = gray_test(time[4:], cause[4:], group[4:], strata=strata[4:])
        time[0], cause[1], group[2], strata[3] = math.nan, math.nan, None, math.nan
        test = gray_test(time, cause, group, strata=strata)
        self.assertEqual((test.n, test.missing, test.method), (396, 4, "stratified"))
        self.assertAlmostEqual(test.statistic, whole.statistic, 12)

    def test_impossible_input_is_refused(self):
        for arguments, options, message in (
            (([1], [1], ["a", "b"]), {}, "1 times but 2"),
            (([1, 2], [1, 0], ["a", "b"]), {"strata": ["x"]}, "2 group labels but 1 strata"),
            (([1, 2], [1, 0], ["a", "b"]), {"rho": -1}, "rho is 0 or more"),
            (([1, 2], [1, 0], ["a", "b"]), {"rho": math.nan}, "rho is 0 or more"),
            (([1, 2], [1, 0], ["a", "b"]), {"cause_of_interest": 0}, "cause of interest"),
            (([1, -2], [1, 0], ["a", "b"]), {}, "row 1 has a negative time"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                gray_test(*arguments, **options)

    def test_a_group_that_left_before_the_first_event_does_not_count(self):
        frame = table("formula400")
        two = gray_test(frame["time"], frame["cause"], frame["group"])
        three = gray_test([*frame["time"], 0.5], [*frame["cause"], 0], [*frame["group"], "left at once"])
        self.assertEqual((three.df, three.n), (1, 401))
        self.assertAlmostEqual(three.statistic, two.statistic, 9)


class LawsTest(unittest.TestCase):
    @given(compared())
    @settings(max_examples=100, deadline=None)
    def test_it_gives_a_p_or_a_reason_and_never_a_warning(self, columns):
        with np.errstate(all="raise"):
            test = gray_test(*columns)
        self.assertNotEqual(test.p is None, test.reason is None)
        if test.p is not None:
            self.assertTrue(0 <= test.p <= 1)

    @given(compared(), st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_order_of_rows_names_of_groups_and_unit_of_time_do_not_matter(self, columns, random):
        time, cause, group = columns
        order = random.sample(range(time.size), time.size)
        renamed = [{"a": 9.5, "b": "x", "c": 1}[one] for one in group[order]]
        first, second = gray_test(time, cause, group), gray_test(time[order] * 8, cause[order], renamed)
        self.assertEqual(first.reason, second.reason)
        if first.p is not None:
            self.assertAlmostEqual(first.statistic, second.statistic, delta=1e-6 * max(1, first.statistic))

    @given(compared())
    @settings(max_examples=60, deadline=None)
    def test_one_stratum_is_no_stratum_and_an_empty_one_adds_nothing(self, columns):
        time, cause, group = columns
        plain = gray_test(time, cause, group)
        alone = gray_test(
            [*time, 3, 4], [*cause, 0, 0], [*group, group[0], group[0]], strata=["s"] * time.size + ["t"] * 2
        )
        self.assertEqual(plain.reason, alone.reason)
        if plain.p is not None:
            self.assertAlmostEqual(plain.statistic, alone.statistic, 9)

    @given(compared())
    @settings(max_examples=40, deadline=None)
    def test_all_other_causes_are_one_cause(self, columns):
        time, cause, group = columns
        split = np.where(cause == 2, 2 + np.arange(time.size) % 3, cause)
        self.assertEqual(gray_test(time, cause, group).statistic, gray_test(time, split, group).statistic)
