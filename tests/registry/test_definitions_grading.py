"""Grade of a specimen and change of grade; the cut-offs are walked from end to end."""

import unittest
from datetime import date
from decimal import Decimal

from registry import codes
from registry.definitions import computed_grade, final_grade, grade_change
from tests.registry.rows import DAY_0, counted, day, resected, specimen

RANK = codes.GRADE.fact("rank")
TENTHS = [Decimal(tenth) / 10 for tenth in range(1001)]


def graded(row, site="pancreas"):
    return computed_grade(row, site).value


class WalkingTheRange(unittest.TestCase):
    def test_of_ki67_every_tenth_of_a_percent_falls_in_one_grade_and_never_back(self):
        grades = [graded(counted(ki67, 0)) for ki67 in TENTHS]
        self.assertNotIn(None, grades)
        ranks = [RANK[grade] for grade in grades]
        self.assertEqual(ranks, sorted(ranks))
        firsts = {grade: TENTHS[grades.index(grade)] for grade in ("g1", "g2", "g3_net")}
        self.assertEqual(firsts, {"g1": Decimal(0), "g2": Decimal("3.0"), "g3_net": Decimal("20.1")})

    def test_of_mitoses_every_tenth_falls_in_one_grade_and_never_back(self):
        grades = [graded(counted(1, mitoses)) for mitoses in TENTHS]
        ranks = [RANK[grade] for grade in grades]
        self.assertEqual(ranks, sorted(ranks))
        firsts = {grade: TENTHS[grades.index(grade)] for grade in ("g1", "g2", "g3_net")}
        self.assertEqual(firsts, {"g1": Decimal(0), "g2": Decimal("2.0"), "g3_net": Decimal("20.1")})

    def test_of_both_the_higher_grade_wins(self):
        for ki67 in (0, 2.9, 3, 20, 20.1, 100):
            for mitoses in (0, 1.9, 2, 20, 20.1, 100):
                with self.subTest(ki67=ki67, mitoses=mitoses):
                    alone = max(RANK[graded(counted(ki67, 0))], RANK[graded(counted(0, mitoses))])
                    self.assertEqual(RANK[graded(counted(ki67, mitoses))], alone)

    def test_of_comparators_a_grade_is_given_only_where_all_allowed_values_share_it(self):
        allowed = {
            "lt": Decimal.__lt__,
            "le": Decimal.__le__,
            "gt": Decimal.__gt__,
            "ge": Decimal.__ge__,
        }
        exact = {ki67: graded(counted(ki67, 0)) for ki67 in TENTHS}
        for comparator, allows in allowed.items():
            for stated in [Decimal(value) / 2 for value in range(1, 100)]:
                possible = {grade for ki67, grade in exact.items() if allows(ki67, stated)}
                with self.subTest(comparator, stated=stated):
                    answer = graded(counted(stated, 0, ki67_pct_cmp=comparator))
                    self.assertEqual(answer, possible.pop() if len(possible) == 1 else None)

    def test_of_thoracic_mitoses_typical_atypical_and_beyond(self):
        grades = [graded(counted(1, mitoses, necrosis="none"), "lung") for mitoses in TENTHS]
        firsts = {grade: TENTHS[grades.index(grade)] for grade in ("g1", "g2", "gx")}
        self.assertEqual(firsts, {"g1": Decimal(0), "g2": Decimal("2.0"), "gx": Decimal("10.1")})
        self.assertEqual(set(grades), {"g1", "g2", "gx"})


class ComputedGrade(unittest.TestCase):
    def test_matches_the_vectors_of_the_dictionary(self):
        for ki67, mitoses, answers, grade in (
            (Decimal("2.5"), 1, {}, "g1"),
            (2, 2, {}, "g2"),
            (3, 0, {"ki67_pct_cmp": "lt"}, "g1"),
            (20, 20, {}, "g2"),
            (21, 0, {}, "g3_net"),
            (None, 0, {"ki67_high": 25}, "g3_net"),
        ):
            with self.subTest(ki67=ki67, mitoses=mitoses):
                self.assertEqual(graded(counted(ki67, mitoses, **answers)), grade)

    def test_uses_the_upper_end_of_a_range_and_says_so(self):
        result = computed_grade(counted(15, 0, ki67_high=25), "pancreas")
        self.assertEqual(result.value, "g3_net")
        self.assertIn("upper end of range 25%", result.reason.label.en)

    def test_uses_an_approximate_value_as_it_stands(self):
        self.assertEqual(graded(counted(10, 0, ki67_pct_cmp="approx")), "g2")

    def test_of_carcinoma_and_mixed_tumours_comes_from_the_type_whatever_the_counts(self):
        for histology, grade in {
            "nec_small": "nec",
            "nec_large": "nec",
            "nec_nos": "nec",
            "minen": "minen",
        }.items():
            for row in (counted(5, 1, histological_type=histology), specimen(histological_type=histology)):
                with self.subTest(histology):
                    self.assertEqual(graded(row), grade)

    def test_is_unknown_when_a_count_is_missing_and_the_other_does_not_reach_g3(self):
        for row in (counted(None, None), counted(2, None), counted(10, None), counted(None, 5)):
            with self.subTest(row):
                self.assertIsNone(graded(row))
        self.assertEqual(graded(counted(30, None)), "g3_net")
        self.assertEqual(graded(counted(None, 21)), "g3_net")

    def test_is_unknown_without_a_type(self):
        for histology in (None, "unknown"):
            self.assertIsNone(graded(counted(2, 0, histological_type=histology)))

    def test_of_a_tumour_not_specified_stops_at_20(self):
        self.assertEqual(graded(counted(20, 1, histological_type="nen_nos")), "g2")
        result = computed_grade(counted(21, 1, histological_type="nen_nos"), "pancreas")
        self.assertIsNone(result.value)
        self.assertIn("NEC", result.reason.label.en)

    def test_does_not_use_mitoses_per_ten_fields(self):
        for basis in ("hpf10", "unknown"):
            with self.subTest(basis):
                result = computed_grade(counted(2, 8, mitoses_area_basis=basis), "pancreas")
                self.assertEqual(result.value, "g1")
                self.assertIn("alone", result.reason.label.en)
        self.assertIsNone(graded(counted(None, 30, mitoses_area_basis="hpf10")))

    def test_names_both_counts_in_its_reason(self):
        row = counted(3, 1, ki67_pct_cmp="lt")
        reason = computed_grade(row, "pancreas").reason.label
        self.assertEqual(reason.en, "Ki-67 <3%, mitoses 1 per 2 mm²")
        self.assertEqual(reason.zh, "Ki-67 <3%，核分裂象 1个/2 mm²")

    def test_says_what_was_not_stated(self):
        reason = computed_grade(counted(10, None), "pancreas").reason.label
        self.assertIn("not stated", reason.en)
        self.assertIn("未记录", reason.zh)


class ThoracicGrade(unittest.TestCase):
    def test_applies_to_lung_and_thymus_and_to_carcinoid_terms(self):
        by_ki67 = counted(30, 0, necrosis="none")
        for site in ("lung", "thymus"):
            self.assertEqual(graded(by_ki67, site), "g1")
        self.assertEqual(graded(by_ki67, "cup"), "g3_net")
        term = by_ki67._replace(histological_type="typical_carcinoid")
        self.assertEqual(graded(term, "cup"), "g1")

    def test_needs_necrosis_to_call_a_tumour_typical(self):
        self.assertIsNone(graded(counted(1, 1), "lung"))
        self.assertEqual(graded(counted(1, 1, necrosis="none"), "lung"), "g1")
        self.assertEqual(graded(counted(1, 1, necrosis="focal"), "lung"), "g2")

    def test_names_mitoses_and_necrosis_in_its_reason(self):
        reason = computed_grade(counted(1, 1, necrosis="focal"), "lung").reason.label
        self.assertEqual(reason.en, "Thoracic rule: mitoses 1 per 2 mm², necrosis: Focal (punctate)")
        self.assertIn("未记录", computed_grade(counted(1, 1), "lung").reason.label.zh)

    def test_refers_to_the_type_beyond_atypical(self):
        self.assertEqual(graded(counted(1, 11, necrosis="focal"), "lung"), "gx")
        self.assertEqual(graded(counted(1, 1, necrosis="extensive"), "lung"), "gx")

    def test_takes_the_reported_term_where_the_counts_leave_it_open(self):
        self.assertEqual(graded(counted(1, 1, histological_type="typical_carcinoid"), "lung"), "g1")
        self.assertEqual(graded(specimen(histological_type="atypical_carcinoid"), "lung"), "g2")

    def test_takes_no_term_that_the_counts_contradict(self):
        row = counted(1, None, histological_type="typical_carcinoid", necrosis="focal")
        self.assertIsNone(graded(row, "lung"))

    def test_of_carcinoma_of_the_lung_comes_from_the_type(self):
        self.assertEqual(graded(specimen(histological_type="nec_small"), "lung"), "nec")


class FinalGrade(unittest.TestCase):
    def final(self, row, site="pancreas"):
        return final_grade(row, site).value

    def test_is_the_central_grade_first(self):
        row = counted(10, 1, grade_reported="g1", central_grade="g3_net")
        self.assertEqual(self.final(row), "g3_net")

    def test_is_the_computed_grade_when_both_counts_are_there(self):
        self.assertEqual(self.final(counted(10, 1, grade_reported="g1")), "g2")

    def test_is_the_reported_grade_when_a_count_is_missing_or_legacy(self):
        for row in (
            counted(30, None, grade_reported="g2"),
            counted(None, 30, grade_reported="g2"),
            counted(30, 1, mitoses_area_basis="hpf10", grade_reported="g2"),
        ):
            with self.subTest(row):
                self.assertEqual(self.final(row), "g2")

    def test_is_the_reported_grade_when_the_counts_leave_it_open(self):
        self.assertEqual(self.final(counted(20, 1, ki67_pct_cmp="lt", grade_reported="g2")), "g2")

    def test_is_the_reported_grade_where_the_thoracic_rule_refers_to_the_type(self):
        self.assertEqual(self.final(counted(1, 12, grade_reported="g3_net"), "lung"), "g3_net")

    def test_of_carcinoma_needs_no_counts(self):
        self.assertEqual(self.final(specimen(histological_type="nec_large")), "nec")
        self.assertEqual(self.final(specimen(histological_type="minen")), "minen")

    def test_is_unknown_when_nothing_states_one(self):
        self.assertIsNone(self.final(specimen()))


class GradeChange(unittest.TestCase):
    def change(self, *rows, site="pancreas", **options):
        return grade_change(rows, DAY_0, site, **options)

    def test_compares_every_pair_of_grades(self):
        order = ("g1", "g2", "g3_net", "nec")
        for i, before in enumerate(order):
            for j, after in enumerate(order):
                with self.subTest(before=before, after=after):
                    result = self.change(specimen(before), resected(after))
                    self.assertEqual(result.value, "up" if j > i else "down" if j < i else "same")
                    self.assertEqual((result.reference_grade, result.index_grade), (before, after))

    def test_takes_the_highest_earlier_grade_and_the_highest_lesion(self):
        result = self.change(
            specimen("g1"),
            specimen("g2", specimen_source="primary_resection"),
            resected("g1"),
            resected("g2"),
        )
        self.assertEqual((result.value, result.reference_grade, result.index_grade), ("same", "g2", "g2"))

    def test_can_be_limited_to_liver_biopsies(self):
        rows = (specimen("g1"), specimen("g2", specimen_source="primary_resection"), resected("g2"))
        self.assertEqual(self.change(*rows, sources=("liver_biopsy",)).value, "up")
        self.assertEqual(self.change(*rows, sources=("node",)).value, "unknown")

    def test_ignores_what_was_sampled_on_or_after_the_day_of_operation(self):
        for later in (DAY_0, day(30)):
            with self.subTest(later):
                primary = specimen("g1", specimen_source="primary_resection", specimen_date=later)
                self.assertEqual(self.change(primary, resected("g2")).value, "unknown")

    def test_finds_the_index_specimen_by_operation_number_or_by_its_day(self):
        by_day = resected("g2", specimen_op_no=None)
        self.assertEqual(self.change(specimen("g1"), by_day).value, "up")
        by_number = resected("g2", specimen_date=None)
        self.assertEqual(self.change(specimen("g1"), by_number).value, "up")
        second = resected("g2", specimen_op_no=2, specimen_date=day(90))
        self.assertEqual(self.change(specimen("g1"), second).value, "unknown")

    def test_counts_an_earlier_liver_resection_as_reference(self):
        earlier = resected("g1", specimen_op_no=None, specimen_date=day(-700))
        self.assertEqual(self.change(earlier, resected("g2")).value, "up")

    def test_is_unknown_when_either_side_is_missing_or_not_graded(self):
        for rows in (
            (),
            (specimen("g1"),),
            (resected("g1"),),
            (specimen("gx"), resected("g1")),
            (specimen("g1"), resected("gx")),
            (specimen(), resected("g1")),
        ):
            with self.subTest(rows):
                self.assertEqual(self.change(*rows).value, "unknown")
        self.assertEqual(grade_change([specimen("g1"), resected("g2")], None, "pancreas").value, "unknown")

    def test_looks_past_an_ungraded_specimen_beside_a_graded_one(self):
        self.assertEqual(self.change(specimen("gx"), specimen("g1"), resected("g2")).value, "up")

    def test_is_not_comparable_with_a_mixed_tumour_or_a_thoracic_carcinoid(self):
        for odd in ({"histological_type": "minen"}, {"histological_type": "typical_carcinoid"}):
            with self.subTest(odd):
                self.assertEqual(self.change(specimen("g1", **odd), resected("g2")).value, "not_comparable")
                self.assertEqual(self.change(specimen("g1"), resected("g2", **odd)).value, "not_comparable")
        self.assertEqual(self.change(specimen("g1"), resected("g2"), site="lung").value, "not_comparable")

    def test_gives_the_ki67_difference_and_the_days_between(self):
        result = self.change(
            counted(Decimal("2.0"), 1),
            counted(Decimal("8.5"), 1, specimen_source="liver_resection", specimen_date=DAY_0),
        )
        self.assertEqual((result.value, result.ki67_delta, result.days), ("up", Decimal("6.5"), 60))

    def test_gives_no_ki67_difference_of_a_value_that_is_not_exact(self):
        exact = counted(8, 1, specimen_source="liver_resection", specimen_date=DAY_0)
        for answers in ({"ki67_pct_cmp": "lt"}, {"ki67_high": 5}, {"ki67_pct_cmp": "approx"}):
            with self.subTest(answers):
                self.assertIsNone(self.change(counted(3, 1, **answers), exact).ki67_delta)

    def test_prefers_the_liver_biopsy_among_equal_references(self):
        result = self.change(
            counted(5, 1, specimen_date=day(-200)),
            counted(9, 1, specimen_source="primary_resection", specimen_date=day(-20)),
            counted(10, 1, specimen_source="liver_resection", specimen_date=DAY_0),
        )
        self.assertEqual((result.ki67_delta, result.days), (5, 200))

    def test_prefers_the_latest_of_equal_sources(self):
        result = self.change(specimen("g1"), specimen("g1", specimen_date=day(-20)), resected("g2"))
        self.assertEqual(result.days, 20)

    def test_imputes_a_partial_date_of_sampling(self):
        partial = specimen("g1", specimen_date=date(2022, 2, 1), specimen_date_prec="m")
        self.assertEqual(self.change(partial, resected("g2")).days, 14)

    def test_says_both_grades_in_both_languages(self):
        reason = self.change(specimen("g1"), resected("g2")).reason.label
        self.assertEqual(reason.en, "NET G1 before surgery (2021-12-31), NET G2 at surgery (2022-03-01)")
        self.assertIn("神经内分泌瘤G2级（2022-03-01）", reason.zh)


if __name__ == "__main__":
    unittest.main()
