"""Both halves and both ends of the rules up to the operation, where one example does not show them."""

from datetime import date
from decimal import Decimal

from registry.rules import findings
from tests.registry.complete_case import complete_case, day
from tests.registry.rule_examples.outcome import DIED_EARLY
from tests.registry.rule_examples.residual import CLEARED, PRIMARY_LEFT
from tests.registry.rule_limits import BROKEN, KEPT, LimitTest


class DateLimitTest(LimitTest):
    def test_days_are_counted_exactly(self):
        self.plain("X003", "diagnosis.primary_diagnosis_date", day(0), day(1))
        self.plain("X202", "diagnosis.primary_diagnosis_date", date(1993, 4, 12), date(1993, 4, 11))
        self.plain("X203", "diagnosis.primary_resection_date", day(0), day(1))
        self.plain("X009", "prior_treatments.tx_start_date", day(0), day(1))
        self.plain("X013", "subsequent_therapies.subs_start_date", day(0), day(-1))
        self.answers(
            "X204",
            "prior_treatments[1].tx_start_date",
            (date(2021, 5, 3), KEPT),
            (date(2021, 5, 2), BROKEN),
            beside={"diagnosis.primary_diagnosis_date": date(2021, 5, 3)}
            | {"diagnosis.primary_diagnosis_date_prec": "d"},
        )

    def test_the_first_day_of_a_centre_belongs_to_it(self):
        self.answers("X208", "centre.active_from", (day(0), KEPT), (day(1), BROKEN))

    def test_a_withdrawal_follows_the_first_consent_if_that_is_dated(self):
        withdrawn = {"consent_status": "withdrawn", "withdrawal_date": day(-12)}
        earlier = {"consent_status": "written", "consent_date": day(-30)}
        undated = {"consent_status": "written"}
        for others, wrong in (([], BROKEN), ([earlier], KEPT), ([undated], KEPT)):
            signed = {"consent_status": "electronic", "consent_date": day(-11)}
            self.check("X201", ({"consents": [signed, *others, withdrawn]}, wrong))
        self.check("X201", ({"consents": [withdrawn]}, KEPT))

    def test_progression_and_its_visit_may_fall_on_one_day(self):
        self.answers("X015a", "visits.progression_date", (day(1), KEPT), (day(0), BROKEN))
        self.answers("X015b", "visits.progression_date", (day(92), KEPT), (day(93), BROKEN))

    def test_children_and_the_very_old_are_asked_about(self):
        self.answers("X200", "patient.birth_ym", (date(2005, 3, 1), KEPT), (date(2005, 4, 1), BROKEN))

    def test_a_specimen_of_the_operation_is_neither_earlier_nor_later(self):
        self.answers("X020", "specimens.specimen_date", (day(0), KEPT), (day(1), BROKEN), (day(-1), BROKEN))
        month = {"specimens.specimen_date_prec": "m"}
        self.answers(
            "X020",
            "specimens.specimen_date",
            (date(2023, 3, 1), BROKEN),
            (date(2023, 4, 1), KEPT),
            (date(2023, 5, 1), BROKEN),
            beside=month,
        )
        self.check("X020", ({"specimens.specimen_date": day(5), "specimens.specimen_op_no": 2}, KEPT))

    def test_a_shift_by_the_date_system_goes_both_ways(self):
        self.answers(
            "X022",
            "postop.discharge_date",
            (day(90 + 1462), BROKEN),
            (day(91 + 1462), KEPT),
            (day(90), KEPT),
        )
        self.answers(
            "X022",
            "assessment.assessment_date",
            (day(-120 - 1462), BROKEN),
            (day(-121 - 1462), KEPT),
            (day(-120), KEPT),
        )

    def test_complications_need_to_be_checked_to_the_death_only(self):
        for checked, wrong in ((day(40), KEPT), (day(39), BROKEN)):
            self.check("X211", ({**DIED_EARLY, "postop.complications_checked_to": checked}, wrong))
        month = {"death.death_date": date(2023, 6, 1), "death.death_date_prec": "m"}
        for checked, wrong in ((date(2023, 6, 1), KEPT), (date(2023, 5, 31), BROKEN)):
            self.check("X211", ({**DIED_EARLY, **month, "postop.complications_checked_to": checked}, wrong))

    def test_the_baseline_scan_is_neither_early_nor_late(self):
        self.answers(
            "X223",
            "visits.imaging_date",
            (day(27), BROKEN),
            (day(28), KEPT),
            (day(112), KEPT),
            (day(113), BROKEN),
        )

    def test_a_death_on_day_ninety_is_early(self):
        month = {"death.death_date": date(2023, 7, 1), "death.death_date_prec": "m"}
        self.answers(
            "X224",
            "operation.surgery_date",
            (date(2023, 4, 2), BROKEN),
            (date(2023, 4, 1), KEPT),
            beside=month,
        )


class TumourLimitTest(LimitTest):
    def test_topography_follows_the_site(self):
        for site, code, wrong in (
            ("pancreas", "C25", KEPT),
            ("pancreas", "C24.1", BROKEN),
            ("appendix", "C18.1", KEPT),
            ("colon", "C18.1", BROKEN),
            ("colon", "C18.2", KEPT),
            ("colon", "C18.9", KEPT),
            ("jejunoileum", "C17.0", BROKEN),
            ("biliary", "C22.1", KEPT),
            ("biliary", "C22.0", BROKEN),
            ("gu_gyn", "C51.9", KEPT),
            ("gu_gyn", "C50.9", BROKEN),
            ("gu_gyn", "C68.9", KEPT),
            ("gu_gyn", "C69.0", BROKEN),
            ("other", "C69.0", KEPT),
            ("unknown", "C69.0", KEPT),
            (None, "C69.0", KEPT),
            ("pancreas", None, KEPT),
        ):
            changes = {"diagnosis.primary_site": site, "diagnosis.icdo_topography": code}
            self.check("X230", (changes, wrong))

    def test_an_empty_list_speaks_only_with_its_assertion(self):
        gone = {"prior_treatments": []}
        self.answers(
            "X044a",
            "treatment_summary.prior_tx_none",
            (None, KEPT),
            ("unknown", KEPT),
            ("no", BROKEN),
            ("yes", BROKEN),
            beside=gone,
        )
        for category, wrong in (
            ("ssa", BROKEN),
            (None, KEPT),
            ("unknown", KEPT),
            ("primary_resection", KEPT),
        ):
            self.check("X044a", ({"prior_treatments": [{"tx_category": category}]}, wrong))

    def test_of_several_resections_of_the_primary_one_must_agree(self):
        second = {"tx_category": "primary_resection", "tx_start_date": date(2022, 6, 3)}
        self.check("X044c", ({"+prior_treatments": second}, KEPT))
        wrong = {"prior_treatments[1].tx_start_date": date(2020, 1, 1), "+prior_treatments": second}
        case = complete_case(wrong)
        found = [one.breach.seen_from("prior_treatments") for one in findings(case) if one.rule.id == "X044c"]
        self.assertEqual([one.row for one in found], [case.prior_treatments[1]])
        self.answers(
            "X044c",
            "prior_treatments[1].tx_start_date",
            (date(2021, 5, 31), BROKEN),
            (date(2021, 6, 1), KEPT),
            (None, KEPT),
        )

    def test_the_unknown_primary_is_unknown_in_both_answers(self):
        for site, status, wrong in (
            ("cup", "unknown_primary", KEPT),
            ("cup", "in_situ", BROKEN),
            ("pancreas", "unknown_primary", BROKEN),
            ("cup", "unknown", KEPT),
            ("unknown", "unknown_primary", KEPT),
        ):
            changes = {"diagnosis.primary_site": site, "diagnosis.primary_status_at_index": status}
            self.check("X045", (changes, wrong))

    def test_burden_may_differ_from_the_volumes_by_ten_points_either_way(self):
        self.answers(
            "X047",
            "assessment.liver_burden_pct",
            (29, BROKEN),
            (30, KEPT),
            (50, KEPT),
            (51, BROKEN),
        )
        below = {"assessment.liver_burden_pct": 60, "assessment.liver_burden_pct_cmp": "lt"}
        above = {"assessment.liver_burden_pct": 20, "assessment.liver_burden_pct_cmp": "gt"}
        self.check("X047", (below, KEPT), (above, KEPT))
        self.check("X047", ({"assessment.tumour_volume_ml": 1001}, BROKEN))

    def test_lobes_and_segments(self):
        for lobes, segments, wrong in (
            ("right", ["s1", "s5", "s8"], KEPT),
            ("right", ["s5", "s4b"], BROKEN),
            ("left", ["s2", "s4a"], KEPT),
            ("left", ["s2", "s5"], BROKEN),
            ("caudate", ["s1"], KEPT),
            ("caudate", ["s1", "s2"], BROKEN),
            ("both", ["s2", "s3"], BROKEN),
            ("both", ["unknown"], KEPT),
            ("unknown", ["s2"], KEPT),
            ("both", None, KEPT),
        ):
            changes = {"assessment.lobar_distribution": lobes, "assessment.segments_involved": segments}
            self.check("X050", (changes, wrong))

    def test_size_number_and_burden_are_judged_together(self):
        small = {
            "assessment.largest_met_cm": Decimal("3.0"),
            "assessment.liver_burden_pct": 51,
            "assessment.liver_mets_count": 19,
        }
        self.check("X051", (small, BROKEN))
        self.answers("X051", "assessment.largest_met_cm", (Decimal("3.1"), KEPT), (None, KEPT), beside=small)
        self.answers("X051", "assessment.liver_burden_pct", (50, KEPT), (None, KEPT), beside=small)
        self.answers("X051", "assessment.liver_mets_count", (20, KEPT), (None, KEPT), beside=small)
        self.answers("X051", "assessment.liver_burden_pct_cmp", ("ge", BROKEN), ("le", KEPT), beside=small)

    def test_one_metastasis_and_the_type_need_both_answers(self):
        self.check("X048", ({"assessment.frilling_type": None, "assessment.liver_mets_count": 1}, KEPT))
        self.check("X048", ({"assessment.frilling_type": "i", "assessment.liver_mets_count": None}, KEPT))
        self.check("X048", ({"assessment.frilling_type": "unknown", "assessment.liver_mets_count": 1}, KEPT))

    def test_body_mass_index_has_two_limits_at_each_end(self):
        one_metre = {"assessment.height_cm": Decimal("100.0")}
        for weight, impossible, unusual in (
            ("11.9", BROKEN, KEPT),
            ("12.0", KEPT, BROKEN),
            ("15.9", KEPT, BROKEN),
            ("16.0", KEPT, KEPT),
            ("40.0", KEPT, KEPT),
            ("40.1", KEPT, BROKEN),
            ("60.0", KEPT, BROKEN),
            ("60.1", BROKEN, KEPT),
        ):
            changes = {**one_metre, "assessment.weight_kg": Decimal(weight)}
            self.check("X090a", (changes, impossible))
            self.check("X090b", (changes, unusual))
        self.answers("X090a", "assessment.weight_kg", (None, KEPT), beside=one_metre)

    def test_a_heavy_patient_is_asked_about_jin_and_a_light_one_is_not(self):
        for weight, advice in (("130.0", "it is 65.0 kg"), ("40.0", "Check height and weight")):
            changes = {"assessment.weight_kg": Decimal(weight)}
            message = next(one.message for one in findings(complete_case(changes)) if one.rule.id == "X090b")
            self.assertIn(advice, message.en)

    def test_lines_of_therapy_are_numbered_from_one_without_gap_or_repetition(self):
        for numbers, wrong in (((1, 2), KEPT), ((2, 1), KEPT), ((2, 3), BROKEN), ((1, 1), BROKEN)):
            rows = [{"line_no": number} for number in numbers]
            self.check("X263", ({"subsequent_therapies": rows}, wrong))
        self.check("X263", ({"subsequent_therapies": [{"line_no": 2}, {}]}, KEPT))

    def test_an_agent_without_a_category_belongs_to_any(self):
        self.answers(
            "X233", "prior_treatments.tx_agent", (["other"], KEPT), (["unknown"], KEPT), (None, KEPT)
        )
        self.answers("X233", "prior_treatments.tx_agent", (["everolimus", "lanreotide"], BROKEN))
        several = {"prior_treatments.tx_agent": ["captem", "everolimus"]}
        message = next(one.message for one in findings(complete_case(several)) if one.rule.id == "X233")
        self.assertIn("Capecitabine + temozolomide does not belong", message.en)
        self.answers(
            "X233", "prior_treatments.tx_category", (None, KEPT), ("unknown", KEPT), ("chemo", BROKEN)
        )


class OperationLimitTest(LimitTest):
    def test_no_total_and_no_count_is_no_contradiction(self):
        nothing = {"operation.n_mets_found_intraop": None, "assessment.liver_mets_count": None}
        self.check("X030", (nothing, KEPT), ({"operation.n_mets_ablated": None}, KEPT))
        self.check("X031", (nothing, KEPT), ({"operation.n_mets_ablated": None}, KEPT))

    def test_a_lower_bound_that_the_treated_lesions_reach_is_not_asked_about(self):
        total = {"operation.n_mets_found_intraop": None, "assessment.liver_mets_count_cmp": "ge"}
        self.answers("X031", "assessment.liver_mets_count", (12, KEPT), (11, BROKEN), beside=total)

    def test_at_least_so_many_treated_lesions_can_be_too_many(self):
        treated = {"operation.n_mets_resected_cmp": "ge"}
        self.answers("X030", "operation.n_mets_resected", (10, KEPT), (11, BROKEN), beside=treated)
        self.answers(
            "X030", "operation.n_mets_resected_cmp", ("le", KEPT), beside={"operation.n_mets_resected": 11}
        )

    def test_fewer_than_one_treated_lesion_is_none(self):
        none = {"operation.n_mets_resected": 0, "operation.n_mets_ablated": 1}
        self.answers("X032", "operation.n_mets_ablated_cmp", ("lt", BROKEN), ("le", KEPT), beside=none)

    def test_exploration_excludes_each_kind_of_debulking(self):
        explored = {
            "operation.procedure_completed": "exploration",
            "operation.debulking_pct": None,
            "operation.n_mets_resected": 0,
            "operation.n_mets_ablated": 0,
        }
        self.check("X033", (explored, KEPT))
        for name in ("debulking_pct", "n_mets_resected", "n_mets_ablated"):
            self.answers("X033", f"operation.{name}", (1, BROKEN), (0, KEPT), beside=explored)
        at_most = {**explored, "operation.n_mets_resected": 1}
        name = "operation.n_mets_resected_cmp"
        self.answers("X033", name, ("lt", KEPT), ("le", KEPT), ("ge", BROKEN), beside=at_most)

    def test_the_whole_is_never_better_than_the_liver(self):
        for overall, liver, wrong in (
            ("r0", "r1", BROKEN),
            ("r0", "r2", BROKEN),
            ("r1", "r2", BROKEN),
            ("r1", "r0", KEPT),
            ("r2", "r1", KEPT),
            ("rx", "r2", KEPT),
            ("r0", "rx", KEPT),
            ("unknown", "r2", KEPT),
        ):
            changes = {"operation.residual_status": overall, "operation.residual_status_liver": liver}
            self.check("X037b", (changes, wrong))

    def test_a_liver_that_cannot_be_assessed_is_r2_when_debulking_is_partial(self):
        self.answers(
            "X038a", "operation.residual_status_liver", ("rx", BROKEN), ("unknown", KEPT), ("r1", KEPT)
        )
        partial = {"operation.debulking_pct": 99}
        self.check("X038a", ({**partial, "operation.residual_status": "rx"}, BROKEN))
        self.check("X038a", ({"operation.debulking_pct": 100, "operation.residual_status": "rx"}, KEPT))

    def test_full_debulking_is_full_only_for_certain(self):
        exact = {"operation.debulking_pct": 100}
        self.answers("X039", "operation.debulking_pct_cmp", (None, BROKEN), ("le", KEPT), beside=exact)
        self.check("X039", ({**exact, "operation.residual_status": None}, KEPT))
        self.answers("X037a", "operation.debulking_pct", (99, BROKEN), (100, KEPT), beside=CLEARED)

    def test_disease_left_outside_the_liver_is_r2_whatever_part_was_left(self):
        outside = {**CLEARED, "assessment.extrahepatic_disease": "yes"}
        name = "operation.extrahepatic_cytoreduction"
        self.answers("X041", name, ("none", BROKEN), ("part", BROKEN), ("unknown", KEPT), beside=outside)
        left = {**outside, name: "none"}
        self.answers("X041", "operation.residual_status", ("r2", KEPT), ("unknown", KEPT), beside=left)
        self.answers("X041", "assessment.extrahepatic_disease", ("no", KEPT), beside=left)

    def test_a_primary_left_in_place_is_a_remaining_site(self):
        sites = "operation.residual_sites"
        self.answers(
            "X042", sites, (None, KEPT), (["primary"], KEPT), (["liver"], BROKEN), beside=PRIMARY_LEFT
        )
        left = {**PRIMARY_LEFT, sites: ["primary"]}
        self.answers("X042", "operation.residual_status", ("r1", BROKEN), ("rx", BROKEN), beside=left)

    def test_debulking_estimates_may_differ_by_twenty_points_either_way(self):
        for surgeon, imaging, wrong in ((70, 90, KEPT), (70, 91, BROKEN), (90, 70, KEPT), (90, 69, BROKEN)):
            changes = {"operation.debulking_pct": surgeon, "operation.debulking_pct_imaging": imaging}
            self.check("X242", (changes, wrong))
        for surgeon, imaging in ((60, 95), (95, 60)):
            changes = {"operation.debulking_pct": surgeon, "operation.debulking_pct_imaging": imaging}
            at_least, at_most = ("ge", "le") if surgeon < imaging else ("le", "ge")
            for name, comparator in (("debulking_pct", at_least), ("debulking_pct_imaging", at_most)):
                self.answers("X242", f"operation.{name}_cmp", (comparator, KEPT), beside=changes)

    def test_a_large_loss_or_a_conversion_for_bleeding_is_an_incident(self):
        self.answers("X059", "operation.blood_loss_ml", (1999, KEPT), (2000, BROKEN))
        large = {"operation.blood_loss_ml": 2000}
        self.answers("X059", "operation.blood_loss_ml_cmp", ("ge", BROKEN), ("le", KEPT), beside=large)
        self.answers("X059", "operation.intraop_incident_grade", ("0", BROKEN), ("2", KEPT), beside=large)
        other = {"operation.conversion": "yes", "operation.conversion_reason": "adhesions"}
        self.check("X059", (other, KEPT))

    def test_tiny_losses_and_large_losses_respect_their_comparator(self):
        self.answers("X058", "operation.blood_loss_ml", (20, BROKEN), (21, KEPT))
        small = {"operation.blood_loss_ml": 20}
        self.answers("X058", "operation.blood_loss_ml_cmp", ("le", BROKEN), ("ge", KEPT), beside=small)
        large = {"operation.blood_loss_ml": 3001}
        self.answers("X057", "operation.blood_loss_ml_cmp", ("ge", BROKEN), ("le", KEPT), beside=large)

    def test_a_dose_goes_with_its_route_and_a_zero_without(self):
        for route, dose, wrong in (
            ("none", 1, BROKEN),
            ("none", 0, KEPT),
            ("bolus", 0, BROKEN),
            ("bolus", 1, KEPT),
            ("bolus", None, KEPT),
            ("unknown", 200, KEPT),
        ):
            changes = {"operation.octreotide_prophylaxis": route, "operation.octreotide_preop_bolus_ug": dose}
            self.check("X060a", (changes, wrong))

    def test_an_open_operation_is_converted_in_neither_answer(self):
        planned = {"operation.approach_planned": "open"}
        self.check("X055a", ({**planned, "operation.conversion": "yes"}, BROKEN))
        self.check("X055a", ({**planned, "operation.approach_final": "converted"}, BROKEN))
        self.check("X055a", ({"operation.approach_planned": None, "operation.conversion": "yes"}, KEPT))

    def test_a_conversion_and_the_final_approach_agree_both_ways(self):
        for answer, final, wrong in (
            ("yes", "converted", KEPT),
            ("no", "converted", BROKEN),
            ("yes", "laparoscopic", BROKEN),
            ("unknown", "converted", KEPT),
            ("no", "unknown", KEPT),
        ):
            changes = {"operation.conversion": answer, "operation.approach_final": final}
            self.check("X055b", (changes, wrong))
