"""Cox's model where a term has no estimate, where input is impossible, and where events are few."""

import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.reference.data import formula
from analysis.regression import cox, events_gate
from tests.analysis.cox_cases import cases, columns, log_likelihood


class NoEstimate(unittest.TestCase):
    TIME, EVENT = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 1, 0, 1, 0]
    X = [0.3, 1.2, 0.7, -0.4, 0.1, 2.2, 0.5, -1.0]

    def reasons(self, *columns, **more):
        model = cox(self.TIME, self.EVENT, np.column_stack(columns), list("abc")[: len(columns)], **more)
        return [term.reason for term in model.terms]

    def test_of_collinear_covariates_the_last_has_the_reason(self):
        x, other = np.array(self.X), np.array([1.0, 0, 0, 1, 1, 0, 0, 1])
        self.assertEqual(self.reasons(x, other, x + 2 * other), [None, None, "collinear"])
        self.assertEqual(self.reasons(x, 1e6 - 3 * x, other), [None, "collinear", None])
        alone = cox(self.TIME, self.EVENT, x, ["a"])
        both = cox(self.TIME, self.EVENT, np.column_stack([x, x]), ["a", "b"])
        self.assertAlmostEqual(alone.terms[0].coef, both.terms[0].coef, 12)
        self.assertEqual(both.likelihood_ratio.df, 1)
        self.assertTrue(np.isnan(both.coef[1]))

    def test_collinearity_is_seen_among_many_rows(self):
        data = formula(20_000)
        x = data[["x1", "x2", "x3"]].to_numpy()
        x = np.column_stack([x, 0.1 * x[:, 0] - 7 * x[:, 1] + x[:, 2] / 3])
        model = cox(data.time, data.event, x, list("abcd"))
        self.assertEqual([term.reason for term in model.terms], [None, None, None, "collinear"])

    def test_a_constant_has_no_variation_nor_has_one_that_is_constant_in_each_stratum(self):
        self.assertEqual(self.reasons(self.X, [5.0] * 8), [None, "no_variation"])
        half = np.repeat([0, 1], 4)
        self.assertEqual(self.reasons(self.X, half, strata=half), [None, "no_variation"])
        self.assertEqual(self.reasons(self.X, [0.3, 0.1 + 0.2] * 4), [None, "no_variation"])
        model = cox(self.TIME, self.EVENT, [0.1] * 8, ["a"])
        self.assertEqual((model.reason, model.likelihood_ratio.reason), ("no_variation", "no_variation"))

    def test_without_events_or_cases_every_term_says_so(self):
        model = cox([1, 2, 3], [0, 0, 0], [[1, 0], [2, 1], [3, 0]], ["a", "b"])
        self.assertEqual([term.reason for term in model.terms], ["no_events", "no_events"])
        self.assertEqual((model.reason, model.n, model.events), ("no_events", 3, 0))
        self.assertEqual(cox([], [], np.zeros((0, 1)), ["a"]).reason, "no_cases")
        self.assertEqual(cox([1, np.nan], [1, 1], [np.nan, 2], ["a"]).reason, "no_cases")

    def test_a_monotone_likelihood_is_separation_for_its_term_only(self):
        early = [1, 1, 0, 1, 0, 0, 0, 0]  # everyone with it has the event before anyone else
        self.assertEqual(self.reasons(early, self.X), ["separation", None])
        model = cox(self.TIME, self.EVENT, early, ["a"])
        self.assertEqual((model.reason, model.wald.reason), ("separation", "separation"))
        self.assertGreater(model.likelihood_ratio.statistic, 3)
        self.assertLess(model.likelihood_ratio.p, 0.1)

    def test_a_group_without_events_is_separation_in_small_and_large_tables(self):
        for size in (31, 1000, 20_000):
            data = formula(size)
            spared = (np.arange(size) % 7 == 0).astype(float)
            x = np.column_stack([data.x1, spared, data.x3])
            model = cox(data.time, np.where(spared, 0, data.event), x, list("abc"))
            self.assertEqual([term.reason for term in model.terms], [None, "separation", None])
            rest = spared == 0
            alone = cox(data.time[rest], data.event[rest], x[rest][:, [0, 2]], ["a", "c"])
            # the group weighs nothing in the limit: the others are estimated as without it
            np.testing.assert_allclose(model.coef[[0, 2]], alone.coef, rtol=1e-5)
            np.testing.assert_allclose(model.terms[0].se, alone.terms[0].se, rtol=1e-5)

    def test_one_event_more_and_the_estimate_is_finite(self):
        data = formula(20_000)
        spared = (np.arange(20_000) % 7 == 0).astype(float)
        event = np.where(spared, 0, data.event)
        event[np.flatnonzero(spared * data.event)[10]] = 1
        self.assertIsNone(cox(data.time, event, spared, ["a"]).terms[0].reason)

    def test_a_covariate_in_the_order_of_the_events_separates_whatever_its_gaps(self):
        for x in ([-1, -2, -3, -4, -5, -6, -7, -8], [8, 1.001, 1, 0.999, 0.99, 1e-6, 1e-9, 0]):
            self.assertEqual(self.reasons(x), ["separation"])
        self.assertEqual(self.reasons(-np.exp(np.arange(8.0) * 2)), ["separation"])

    def test_the_other_terms_are_those_of_the_limit(self):
        early = np.array([1, 1, 0, 1, 0, 0, 0, 0.0])
        found = cox(self.TIME, self.EVENT, np.column_stack([early, self.X]), ["a", "b"]).terms[1]
        linear = 40 * early
        held = max(
            np.linspace(found.coef - 1, found.coef + 1, 2001),
            key=lambda b: log_likelihood(
                np.array([1.0, b]),
                np.array(self.TIME),
                np.array(self.EVENT),
                np.column_stack([linear, self.X]),
                np.zeros(8),
                np.zeros(8),
                np.ones(8),
                "efron",
            ),
        )
        self.assertAlmostEqual(found.coef, held, 2)

    @given(cases, st.sampled_from(("efron", "breslow")))
    @settings(max_examples=100, deadline=None)
    def test_separation_is_found_exactly_where_a_linear_program_finds_it(self, rows, ties):
        time, event, x, entry, stratum, _ = columns(rows)
        model = cox(time, event, x, ["a", "b"], entry=entry, strata=stratum, ties=ties)
        kept = [i for i, term in enumerate(model.terms) if term.reason in (None, "separation")]
        if not kept:
            return
        self.assertEqual(
            [model.terms[i].reason == "separation" for i in kept],
            [separates(time, event, x[:, kept], entry, stratum, i) for i in range(len(kept))],
        )

    def test_the_likelihood_ratio_of_a_separated_term_is_that_of_the_limit(self):
        # each event has the largest value of its risk set, by very different margins: l tends to 0
        for margin in (0.4, 0.7, 1, 5):
            model = cox([1, 2, 3, 4], [1, 1, 0, 0], [10, margin, 0, 0], ["x"])
            self.assertEqual(model.terms[0].reason, "separation")
            self.assertAlmostEqual(model.likelihood_ratio.statistic, 2 * np.log(4 * 3), 8)

    def test_a_covariate_that_differs_only_between_risk_sets_has_no_variation(self):
        model = cox(
            [1, 1, 1, 1, 1, 2, 3],
            [0, 0, 0, 0, 1, 1, 1],
            [1, 2, 2, 2, 3, 1, 1],
            ["x"],
            entry=[0, 0, 0, 0, 0, 1, 1],
            strata=[0, 0, 0, 0, 1, 1, 1],
            weights=[0.5, 0.5, 0.5, 0.5, 3, 0.5, 1],
        )
        self.assertEqual([term.reason for term in model.terms], ["no_variation"])

    @given(cases, st.sampled_from(("efron", "breslow")), st.booleans())
    @settings(max_examples=100, deadline=None)
    def test_any_table_gives_a_model_without_a_warning(self, rows, ties, robust):
        time, event, x, entry, stratum, weight = columns(rows)
        more = {"entry": entry, "strata": stratum, "weights": weight, "ties": ties, "robust": robust}
        model = cox(time, event, np.column_stack([x, x[:, 0] * 2]), ["a", "b", "c"], **more)
        self.assertNotIn("no_convergence", [term.reason for term in model.terms])
        for term in model.terms:
            if term.ratio is not None and term.reason is None:
                self.assertTrue(term.lower <= term.ratio <= term.upper)


def separates(time, event, x, entry, stratum, position):
    """Whether column `position` can be in a direction along which the likelihood never falls."""
    gaps = [
        x[i] - x[j]
        for i in np.flatnonzero(event)
        for j in range(len(time))
        if stratum[i] == stratum[j] and entry[j] < time[i] <= time[j]
    ]
    gaps = np.unique(gaps, axis=0)
    aims = np.eye(x.shape[1])[position]
    reach = [
        linprog(-sign * aims, A_ub=-gaps, b_ub=np.zeros(len(gaps)), bounds=(-1, 1)).fun for sign in (1, -1)
    ]
    return min(reach) < -1e-9


class Refusals(unittest.TestCase):
    def test_impossible_input_is_refused_in_words(self):
        for arguments, more, words in (
            (([1, 2], [1], [1, 2], ["a"]), {}, "event indicators"),
            (([1, 2], [1, 0], [1, 2, 3], ["a"]), {}, "covariates of shape"),
            (([1, 2], [1, 0], [1, 2], ["a", "b"]), {}, "names"),
            (([1, 2], [1, 0], np.zeros((2, 0)), []), {}, "needs a covariate"),
            (([1, -2], [1, 0], [1, 2], ["a"]), {}, "negative time"),
            (([1, 2], [1, 2], [1, 2], ["a"]), {}, "neither 0 nor 1"),
            (([1, 2], [1, 0], [1, np.inf], ["a"]), {}, "row 1 has an infinite value of a"),
            (([1, 2], [1, 0], [1, 2], ["a"]), {"weights": [1, -1]}, "row 1 has a negative"),
            (([1, 2], [1, 0], [1, 2], ["a"]), {"weights": [1]}, "weights"),
            (([1, 2], [1, 0], [1, 2], ["a"]), {"strata": ["x"]}, "labels"),
            (([1, 2], [1, 0], [1, 2], ["a"]), {"entry": [0, 3]}, "not before its time"),
            (([1, 2], [1, 0], [1, 2], ["a"]), {"ties": "exact"}, "ties"),
            (([], [], [], ["a"]), {"ties": "exact"}, "ties"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(ValueError, words):
                cox(*arguments, **more)


class Gates(unittest.TestCase):
    def test_ten_events_for_each_term_are_enough_and_below_five_it_is_firths_turn(self):
        for events, terms, advice in ((50, 5, "ok"), (49, 5, "warn"), (25, 5, "warn"), (24, 5, "firth")):
            found = events_gate(events, terms)
            self.assertEqual((found.advice, found.events_per_variable), (advice, events / terms))
            self.assertIn(str(events), found.sentence.en)
            self.assertIn(str(events), found.sentence.zh)
        self.assertEqual(events_gate(3, 0).advice, "ok")


if __name__ == "__main__":
    unittest.main()
