"""The test of proportional hazards: published numbers, definition, laws. Against R: test_against_r."""

import unittest

import numpy as np

from analysis.reference.data import formula, table
from analysis.regression import cox, proportional_hazards

NAMES = ["x1", "x2", "x3"]


def columns(n=200):
    data = formula(n)
    return data.time.to_numpy(), data.event.to_numpy(), data[NAMES].to_numpy()


class ScoreTest(unittest.TestCase):
    def test_it_finds_in_gbsg2_what_the_old_approximation_misses(self):
        # of age .102 by the old approximation, .0017 by the score test, .010 of all terms together
        data = table("gbsg2")
        grade = data.tgrade.map({"I": 1, "II": 2, "III": 3})
        names = ["age", "meno", "size", "grade", "nodes", "pgr", "er", "hormon"]
        rest = (data.menostat == "Post", data.tsize, grade, data.pnodes, data.progrec, data.estrec)
        x = np.column_stack([data.age, *rest, data.horTh == "yes"])
        found = proportional_hazards(data.time, data.cens, x, names, transform="rank")
        by_name = {test.name: test for test in found.tests}
        self.assertAlmostEqual(by_name["age"].p, 0.0017, 4)
        self.assertAlmostEqual(by_name["GLOBAL"].p, 0.010, 3)
        self.assertEqual(by_name["GLOBAL"].df, 8)

    def test_it_is_the_score_test_of_a_covariate_that_changes_with_time(self):
        # the data cut at every event time, with x log(t) as a covariate of its own: adding it to the
        # model is the likelihood ratio test, near which the score test must be
        time, event, x = columns(120)
        cuts = np.unique(time[event == 1])
        rows = [
            (max(0, *cuts[cuts < t], 0), t, last and e, one)
            for when, e, one in zip(time, event, x[:, :1], strict=True)
            for t, last in [(c, False) for c in cuts[cuts < when]] + [(when, True)]
        ]
        start, stop, status = (np.array([row[i] for row in rows], dtype=float) for i in range(3))
        single = np.array([row[3][0] for row in rows])
        both = np.column_stack([single, single * np.log(stop)])
        whole = cox(stop, status, both, ["x", "x log t"], entry=start)
        alone = cox(stop, status, single, ["x"], entry=start)
        ratio = 2 * (whole.log_likelihood[1] - alone.log_likelihood[1])
        found = proportional_hazards(time, event, x[:, 0], ["x"], transform="log")
        self.assertAlmostEqual(found.tests[0].statistic, ratio, delta=0.1 * max(ratio, 0.1))

    def test_alone_a_term_is_the_global_test(self):
        time, event, x = columns()
        first, overall = proportional_hazards(time, event, x[:, 0], ["x"]).tests
        self.assertAlmostEqual(first.statistic, overall.statistic, 10)
        self.assertEqual((first.df, overall.name), (1, "GLOBAL"))

    def test_neither_the_unit_of_time_nor_of_a_covariate_matters(self):
        time, event, x = columns()
        for transform in ("km", "rank", "identity", "log"):
            plain = proportional_hazards(time, event, x, NAMES, transform=transform)
            scaled = proportional_hazards(
                time / 30.4375, event, x * [1e5, 1e-5, 1], NAMES, transform=transform
            )
            for one, other in zip(plain.tests, scaled.tests, strict=True):
                self.assertAlmostEqual(one.statistic, other.statistic, 7)

    def test_hazards_that_cross_are_found(self):
        random = np.random.default_rng(4)
        x = np.repeat([0.0, 1.0], 300)
        time = np.where(x == 1, random.weibull(0.5, 600), random.weibull(3, 600))
        self.assertLess(proportional_hazards(time, np.ones(600), x, ["x"]).tests[0].p, 1e-6)


class Residuals(unittest.TestCase):
    def test_there_is_a_row_for_each_event_and_their_mean_is_the_coefficient(self):
        time, event, x = columns()
        found = proportional_hazards(time, event, x, NAMES)
        self.assertEqual(found.residuals.shape, (event.sum(), 3))
        np.testing.assert_array_equal(found.times, np.sort(time[event == 1]))
        coef = cox(time, event, x, NAMES).coef
        np.testing.assert_allclose(found.residuals.mean(axis=0), coef, atol=1e-9)

    def test_the_transforms_are_what_they_say(self):
        time, event, x = [1, 2, 2, 3, 4, 4], [1, 1, 0, 1, 1, 0], [0.1, 2, 1, 0.5, 1.5, 0.7]
        for transform, expected in (
            ("identity", [1, 2, 3, 4]),
            ("log", np.log([1, 2, 3, 4])),
            ("rank", [1, 2.5, 4, 5.5]),
            ("km", [0, 1 / 6, 1 / 3, 1 - 2 / 3 * 2 / 3]),
        ):
            found = proportional_hazards(time, event, x, ["x"], transform=transform)
            np.testing.assert_allclose(found.transformed, expected)

    def test_a_late_entry_is_not_at_risk_for_the_curve_before_it(self):
        found = proportional_hazards([1, 2, 3, 4], [1, 1, 1, 0], [1, 0, 1, 0], ["x"], entry=[0, 0, 1, 1.5])
        np.testing.assert_allclose(found.transformed, [0, 1 / 2, 1 - 1 / 2 * 2 / 3])


class NoTest(unittest.TestCase):
    def reasons(self, *arguments, **more):
        return [test.reason for test in proportional_hazards(*arguments, **more).tests]

    def test_what_has_no_estimate_has_no_test(self):
        time, event, x = columns()
        wide = np.column_stack([x[:, 0], np.ones(200), 2 * x[:, 0]])
        self.assertEqual(self.reasons(time, event, wide, NAMES), [None, "no_variation", "collinear", None])
        self.assertEqual(self.reasons(time, 0 * event, x[:, 0], ["x"]), ["no_events", "no_events"])
        self.assertEqual(self.reasons([], [], [], ["x"]), ["no_cases", "no_cases"])
        early = [1, 1, 1, 0, 0, 0]
        self.assertEqual(
            self.reasons([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 0], early, ["x"]), ["separation"] * 2
        )

    def test_events_at_one_time_show_no_course(self):
        self.assertEqual(
            self.reasons([2, 2, 2, 3], [1, 1, 0, 0], [1, 2, 3, 1.5], ["x"]), ["no_variation"] * 2
        )

    def test_the_logarithm_of_a_time_0_is_no_scale(self):
        found = self.reasons([0, 1, 2, 3], [1, 1, 1, 0], [1, 0.2, 0.7, 0.5], ["x"], transform="log")
        self.assertEqual(found, ["no_variation"] * 2)

    def test_an_unknown_transform_is_refused(self):
        with self.assertRaisesRegex(ValueError, "transform"):
            proportional_hazards([1, 2], [1, 1], [1, 2], ["x"], transform="sqrt")


if __name__ == "__main__":
    unittest.main()
