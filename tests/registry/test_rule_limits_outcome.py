"""Both halves and both ends of the rules on pathology, outcome and follow-up."""

from datetime import date
from decimal import Decimal

from tests.registry.complete_case import DIED, day
from tests.registry.rule_examples.outcome import BLEEDING, DIED_EARLY, FATAL, FREE
from tests.registry.rule_limits import BROKEN, KEPT, LimitTest


class PathologyLimitTest(LimitTest):
    CARCINOMA = {
        "specimens.histological_type": "nec_small",
        "specimens.grade_reported": "nec",
        "specimens.ki67_pct": Decimal("20.0"),
        "specimens.mitoses_per_2mm2": Decimal("20.0"),
    }

    def test_a_carcinoma_is_above_twenty_in_one_of_both(self):
        self.check("X072", (self.CARCINOMA, BROKEN))
        for name in ("ki67_pct", "mitoses_per_2mm2"):
            more, none = (Decimal("20.1"), KEPT), (None, KEPT)
            self.answers("X072", f"specimens.{name}", more, none, beside=self.CARCINOMA)
            self.answers("X072", f"specimens.{name}_cmp", ("ge", KEPT), ("le", BROKEN), beside=self.CARCINOMA)

    def test_a_range_stands_for_an_index_that_was_not_stated(self):
        no_index = {**self.CARCINOMA, "specimens.ki67_pct": None}
        for low, high, wrong in (
            ("5", "20", BROKEN),
            ("5", "25", KEPT),
            (None, "20", KEPT),
            ("5", None, KEPT),
        ):
            ends = {"specimens.ki67_low": low and Decimal(low), "specimens.ki67_high": high and Decimal(high)}
            self.check("X072", ({**no_index, **ends}, wrong))

    def test_the_index_lies_within_its_range_at_both_ends(self):
        ends = {"specimens.ki67_low": Decimal("8.0"), "specimens.ki67_high": Decimal("12.0")}
        name = "specimens.ki67_pct"
        inside = ((Decimal("8.0"), KEPT), (Decimal("12.0"), KEPT))
        self.answers("X075", name, (Decimal("7.9"), BROKEN), *inside, (Decimal("12.1"), BROKEN), beside=ends)
        above = {**ends, name: Decimal("5.0")}
        self.answers("X075", f"{name}_cmp", ("ge", KEPT), ("lt", BROKEN), beside=above)
        below = {**ends, name: Decimal("20.0")}
        self.answers("X075", f"{name}_cmp", ("le", KEPT), ("gt", BROKEN), beside=below)
        upside_down = {"specimens.ki67_low": Decimal("12.0"), "specimens.ki67_high": Decimal("8.0")}
        self.check("X075", ({**upside_down, name: Decimal("5.0")}, KEPT))

    def test_one_percent_is_no_fraction(self):
        self.answers("X074", "specimens.ki67_pct", (Decimal("0.9"), BROKEN), (Decimal("1.0"), KEPT))
        half = {"specimens.ki67_pct": Decimal("0.5")}
        self.answers("X074", "specimens.ki67_pct_cmp", ("ge", KEPT), ("approx", BROKEN), beside=half)

    def test_net_g3_is_doubted_above_fifty_five(self):
        g3 = {"specimens.grade_reported": "g3_net", "specimens.ki67_pct": Decimal("56.0")}
        self.answers(
            "X073", "specimens.ki67_pct_cmp", (None, BROKEN), ("ge", BROKEN), ("le", KEPT), beside=g3
        )

    def test_types_and_grades(self):
        for kind, grade, wrong in (
            ("net", "gx", KEPT),
            ("net", "minen", BROKEN),
            ("nec_nos", "nec", KEPT),
            ("nec_nos", "gx", BROKEN),
            ("nec_nos", "g3_net", BROKEN),
            ("minen", "minen", KEPT),
            ("minen", "nec", BROKEN),
            ("typical_carcinoid", "g1", KEPT),
            ("nen_nos", "nec", KEPT),
            (None, "nec", KEPT),
            ("net", None, KEPT),
        ):
            changes = {"specimens.histological_type": kind, "specimens.grade_reported": grade}
            self.check("X070", (changes, wrong))

    def test_the_reported_grade_is_compared_only_with_a_computed_one(self):
        self.answers("X071", "specimens.grade_reported", ("g1", BROKEN), ("gx", KEPT), (None, KEPT))
        self.answers("X071", "specimens.mitoses_per_2mm2", (None, KEPT), (Decimal("21.0"), BROKEN))
        self.check("X071", ({"specimens.histological_type": "nec_nos"}, KEPT))

    def test_one_resected_lesion_asks_for_a_specimen(self):
        lost = {"specimens": []}
        self.answers("X080", "operation.n_mets_resected", (0, KEPT), (1, BROKEN), beside=lost)
        for source, number, wrong in (
            ("liver_resection", None, KEPT),
            (None, None, KEPT),
            ("liver_biopsy", None, BROKEN),
            ("liver_resection", 2, BROKEN),
        ):
            specimen = {"specimen_source": source, "specimen_op_no": number}
            self.check("X080", ({"specimens": [specimen]}, wrong))
        few = {**lost, "operation.n_mets_resected": 1}
        self.answers("X080", "operation.n_mets_resected_cmp", ("ge", BROKEN), ("le", KEPT), beside=few)

    def test_lesions_not_counted_add_nothing(self):
        few = {"specimens.lesions_examined": 1}
        self.answers("X079", "specimens.lesions_g2", (1, KEPT), (2, BROKEN), beside=few)


class OutcomeLimitTest(LimitTest):
    def test_units_are_compared_after_normalisation(self):
        for units, basis, grade, wrong in (
            ("4.5", 200, "a", KEPT),
            ("4.5", 200, "b", BROKEN),
            ("5.0", 200, "a", BROKEN),
            ("5.0", 200, "b", KEPT),
            ("2.0", 450, "a", KEPT),
            ("2.0", 451, "a", BROKEN),
            ("3.0", 451, "c", KEPT),
        ):
            changes = {
                **BLEEDING,
                "complications.rbc_units_for_bleed": Decimal(units),
                "centre.rbc_unit_basis_ml": basis,
                "complications.isgls_grade": grade,
            }
            self.check("X119", (changes, wrong))

    def test_the_list_of_complications_agrees_with_its_assertion(self):
        name = "postop.complication_ascertainment"
        self.answers("X110", name, ("confirmed_none", BROKEN), ("not_checked", KEPT), (None, KEPT))
        empty = {"complications": []}
        listed, none = ("confirmed_listed", BROKEN), ("confirmed_none", KEPT)
        self.answers("X110", name, listed, none, (None, KEPT), beside=empty)

    def test_grades_without_letter_are_judged_by_what_they_can_mean(self):
        for grade, measure, too_low, too_high in (
            ("3x", "reoperation_ga", KEPT, KEPT),
            ("3x", "endoscopy", KEPT, KEPT),
            ("3x", "drugs", KEPT, BROKEN),
            ("3x", "icu_single", BROKEN, KEPT),
            ("4x", "icu_multi", KEPT, KEPT),
            ("4x", "rrt", KEPT, KEPT),
            ("4x", "reoperation_ga", KEPT, BROKEN),
            ("4x", "death", BROKEN, KEPT),
            ("1", "observe", KEPT, KEPT),
            ("1", "drugs", BROKEN, KEPT),
            ("4b", "icu_single", KEPT, BROKEN),
        ):
            changes = {"complications.cd_grade": grade, "complications.management": [measure]}
            self.check("X113", (changes, too_low))
            self.check("X114", (changes, too_high))

    def test_grade_c_is_invasive_for_each_type(self):
        for kind, grade, measures, wrong in (
            ("phh", "3a", ["embolisation"], KEPT),
            ("phh", "3a", ["endoscopy"], BROKEN),
            ("bile_leak", "3b", ["reoperation_ga"], KEPT),
            ("bile_leak", "3a", ["drain_local"], BROKEN),
            ("phlf", "3b", ["reoperation_ga"], KEPT),
            ("phlf", "3b", ["drugs"], BROKEN),
            ("phlf", "4x", ["drugs"], KEPT),
            ("phlf", None, ["drugs"], KEPT),
            ("phlf", "3b", None, KEPT),
        ):
            changes = {
                "complications.comp_type": kind,
                "complications.isgls_grade": "c",
                "complications.cd_grade": grade,
                "complications.management": measures,
            }
            self.check("X117", (changes, wrong))

    def test_an_isgps_grade_exists_for_its_complication(self):
        for kind, grade, wrong in (
            ("popf", "bl", KEPT),
            ("popf", "a", BROKEN),
            ("dge", "a", KEPT),
            ("dge", "b", KEPT),
            ("ssi", "b", BROKEN),
            (None, "b", KEPT),
        ):
            changes = {"complications.comp_type": kind, "complications.isgps_grade": grade}
            self.check("X260", (changes, wrong))

    def test_death_in_hospital_agrees_with_the_dates(self):
        died = {**DIED_EARLY, **FATAL}
        for answer, discharge, wrong in (
            ("yes", day(39), BROKEN),
            ("yes", day(40), KEPT),
            ("no", day(40), BROKEN),
            ("no", day(39), KEPT),
            ("unknown", day(39), KEPT),
            ("no", None, KEPT),
        ):
            changes = {**died, "postop.died_in_hospital": answer, "postop.discharge_date": discharge}
            self.check("X121b", (changes, wrong))
        month = {**died, "death.death_date": date(2023, 5, 1), "death.death_date_prec": "m"}
        for answer, discharge, wrong in (
            ("yes", date(2023, 4, 30), BROKEN),
            ("yes", date(2023, 5, 1), KEPT),
            ("no", date(2023, 5, 30), KEPT),
            ("no", date(2023, 5, 31), BROKEN),
        ):
            changes = {**month, "postop.died_in_hospital": answer, "postop.discharge_date": discharge}
            self.check("X121b", (changes, wrong))

    def test_a_stay_that_ended_by_death_counts_to_the_death(self):
        died = {**DIED_EARLY, **FATAL, "postop.died_in_hospital": "yes", "postop.discharge_date": None}
        self.answers("X123", "postop.icu_days", (41, KEPT), (42, BROKEN), beside=died)

    def test_a_complication_that_is_not_described_yet_may_be_the_one(self):
        again = {"postop.reoperation": "yes"}
        self.answers("X120", "complications.management", (None, KEPT), (["drugs"], BROKEN), beside=again)
        died = {**DIED_EARLY, "death.death_date": day(20)}
        self.answers("X112", "complications.cd_grade", (None, KEPT), ("4a", BROKEN), beside=died)

    def test_reoperation_is_asked_about_once_the_list_is_checked(self):
        again = {"postop.reoperation": "yes"}
        self.answers("X120", "postop.complication_ascertainment", ("not_checked", KEPT), beside=again)


class FollowUpLimitTest(LimitTest):
    def test_progression_and_response_agree_both_ways(self):
        for response, liver, elsewhere, wrong in (
            ("pd", "no", "no", BROKEN),
            ("pd", "no", "yes", KEPT),
            ("pd", "no", "unknown", KEPT),
            ("pd", "unknown", "no", KEPT),
            ("sd", "no", "yes", BROKEN),
            ("ne", "yes", "no", BROKEN),
            ("unknown", "yes", "no", KEPT),
            (None, "yes", "no", KEPT),
        ):
            changes = {
                "visits.recist_overall": response,
                "visits.hepatic_progression": liver,
                "visits.extrahepatic_progression": elsewhere,
            }
            self.check("X124", (changes, wrong))

    def test_only_surgery_or_ablation_before_the_imaging_clears(self):
        free = {"visits.recist_overall": "cr"}
        for category, start, wrong in (
            ("rfa", day(92), KEPT),
            ("rfa", day(93), BROKEN),
            ("liver_resection", day(50), KEPT),
            ("chemo", day(50), BROKEN),
            ("mwa", None, KEPT),
            (None, day(50), KEPT),
        ):
            therapy = {"line_no": 1, "subs_category": category, "subs_start_date": start}
            self.check("X126", ({**free, "subsequent_therapies": [therapy]}, wrong))

    def test_progression_is_undone_only_by_treatment_after_it(self):
        for answers, wrong in (
            (FREE, BROKEN),
            ({"disease_status": "ned"}, BROKEN),
            ({"vital_status": "alive_ned"}, BROKEN),
            ({"disease_status": "response"}, KEPT),
        ):
            self.check("X129", ({"+visits": {"visit_date": day(600), **answers}}, wrong))
        self.check("X129", ({"+visits": {"visit_date": day(368), "visit_type": "phone", **FREE}}, KEPT))
        for start, wrong in ((day(367), BROKEN), (day(368), KEPT), (day(600), KEPT), (day(601), BROKEN)):
            therapy = {"line_no": 1, "subs_category": "rfa", "subs_start_date": start}
            changes = {"subsequent_therapies": [therapy], "+visits": {"visit_date": day(600), **FREE}}
            self.check("X129", (changes, wrong))

    def test_progression_is_dated_by_any_imaging_of_the_patient(self):
        name = "visits[1].progression_date"
        self.answers("X222", name, (day(90), KEPT), (day(91), BROKEN), (None, KEPT))
        earlier = {name: day(300)}
        self.answers("X222", "visits[0].imaging_date", (None, KEPT), (day(300), KEPT), beside=earlier)

    def test_a_new_therapy_may_start_shortly_before_the_visit_too(self):
        name = "subsequent_therapies[1].subs_start_date"
        self.answers("X130", name, (day(368 - 60), KEPT), (day(368 - 61), BROKEN), (None, KEPT))
        month = {f"{name}_prec": "m"}
        self.answers("X130", name, (date(2024, 6, 1), KEPT), (date(2024, 7, 1), BROKEN), beside=month)

    def test_a_contact_that_learns_of_the_death_follows_it(self):
        told = {"vital_status": "dead"}
        for visit, wrong in ((day(499), BROKEN), (day(500), KEPT), (day(900), KEPT)):
            self.check("X225", ({**DIED, "+visits": {"visit_date": visit, **told}}, wrong))
            self.check("X016", ({**DIED, "+visits": {"visit_date": visit, **told}}, KEPT))

    def test_a_death_known_to_the_month_follows_what_happened_in_that_month(self):
        month = {"death.death_date": date(2024, 8, 1), "death.death_date_prec": "m"}
        for visit, told, after, before in (
            (date(2024, 8, 31), "alive_nos", KEPT, KEPT),
            (date(2024, 9, 1), "alive_nos", BROKEN, KEPT),
            (date(2024, 8, 1), "dead", KEPT, KEPT),
            (date(2024, 7, 31), "dead", KEPT, BROKEN),
        ):
            changes = {**month, "+visits": {"visit_date": visit, "vital_status": told}}
            self.check("X016", (changes, after))
            self.check("X225", (changes, before))

    def test_an_ablation_known_to_the_month_may_have_cleared_what_was_seen_in_that_month(self):
        therapy = {"line_no": 1, "subs_category": "rfa", "subs_start_date_prec": "m"}
        free = {"visits.recist_overall": "cr"}
        for month, wrong in ((date(2023, 7, 1), KEPT), (date(2023, 8, 1), BROKEN)):
            changes = {**free, "subsequent_therapies": [{**therapy, "subs_start_date": month}]}
            self.check("X126", (changes, wrong))
        for month, wrong in ((date(2024, 3, 1), BROKEN), (date(2024, 4, 1), KEPT)):
            later = {"+visits": {"visit_date": day(600), **FREE}}
            changes = {**later, "subsequent_therapies": [{**therapy, "subs_start_date": month}]}
            self.check("X129", (changes, wrong))

    def test_a_therapy_known_to_the_month_may_start_within_the_window(self):
        name = "subsequent_therapies[1].subs_start_date"
        month = {f"{name}_prec": "m"}
        self.answers("X130", name, (date(2024, 2, 1), KEPT), (date(2024, 1, 1), BROKEN), beside=month)
