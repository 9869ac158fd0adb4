"""Every rule, by its example; what a rule promises; how the rules are asked."""

import re
import string

from django.core.exceptions import FieldDoesNotExist
from django.test import SimpleTestCase

import registry.rules
from registry.case import REPEATED, SINGLE
from registry.fields import answers
from registry.models import Centre, Patient, Remark
from registry.rules import QUERY, REJECT, RULES, WARN, findings
from registry.rules.base import LONGEST_KEY
from tests.registry.complete_case import complete_case, day
from tests.registry.rule_examples import Example, all_examples

CHINESE = re.compile(r"[\u4e00-\u9fff]")
MODELS = {"patient": Patient, "centre": Centre, **SINGLE, **REPEATED}


def ids(case) -> list[str]:
    return [one.rule.id for one in findings(case)]


def the_one(changes: dict, id: str):
    """The finding of this rule in the complete case with these changes."""
    found = [one for one in findings(complete_case(changes)) if one.rule.id == id]
    assert len(found) == 1, [one.rule.id for one in found]
    return found[0]


class ExamplesTest(SimpleTestCase):
    def test_a_complete_consistent_case_breaks_no_rule(self):
        self.assertEqual([str(one.message) for one in findings(complete_case())], [])

    def test_an_empty_case_breaks_no_rule(self):
        empty = {name: [] for name in REPEATED}
        for name, model in {"patient": Patient, **SINGLE}.items():
            fields = [one.name for one in model._meta.concrete_fields if one.null]
            empty |= {f"{name}.{field}": None for field in fields}
        self.assertEqual(ids(complete_case(empty)), [])

    def test_no_missing_answer_makes_a_contradiction_of_a_consistent_case(self):
        case = complete_case()
        for section, model in MODELS.items():
            rows = case.patient.centre if section == "centre" else getattr(case, section)
            for row in rows if isinstance(rows, list) else [rows]:
                for answer in answers(model):
                    given = getattr(row, answer.name)
                    setattr(row, answer.name, None)
                    with self.subTest(section=section, answer=answer.name):
                        self.assertEqual(ids(case), [])
                    setattr(row, answer.name, given)

    def test_every_rule_has_exactly_one_example_and_every_example_a_rule(self):
        self.assertCountEqual([one.id for one in RULES], [one.id for one in all_examples()])

    def test_a_case_at_the_limit_keeps_the_rule(self):
        for example in all_examples():
            with self.subTest(rule=example.id):
                self.assertCountEqual(ids(complete_case(example.kept)), example.kept_with)

    def test_a_case_beyond_the_limit_breaks_the_rule_and_no_other(self):
        for example in all_examples():
            with self.subTest(rule=example.id):
                self.assertCountEqual(ids(complete_case(example.broken)), [example.id, *example.also])

    def test_the_message_stands_where_it_helps(self):
        for example in all_examples():
            breach = the_one(example.broken, example.id).breach
            with self.subTest(rule=example.id):
                self.assertEqual(f"{breach.section}.{breach.field}", example.at)

    def test_the_examples_hold_only_answers_that_the_record_permits(self):
        for example in all_examples():
            for changes in (example.kept, example.broken):
                with self.subTest(rule=example.id):
                    self.assert_permitted(complete_case(changes))

    def assert_permitted(self, case):
        for name in MODELS.keys() - {"centre"}:
            rows = getattr(case, name)
            for row in rows if isinstance(rows, list) else [rows]:
                row.clean_fields(exclude=["patient", "centre"])


class MessageTest(SimpleTestCase):
    def broken_examples(self) -> list[tuple[Example, object]]:
        return [(one, the_one(one.broken, one.id)) for one in all_examples()]

    def test_messages_are_full_sentences_in_both_languages(self):
        for example, finding in self.broken_examples():
            with self.subTest(rule=example.id):
                message = finding.message
                self.assertRegex(message.en, r"^[A-Z0-9“].*[.?]$")
                self.assertRegex(message.zh, r"[。？]$")
                self.assertRegex(message.zh, CHINESE)
                self.assertNotRegex(message.en.replace("斤", ""), CHINESE)
                self.assertNotRegex(message.en + message.zh, r"[{}]|None|  ")

    def test_both_languages_name_the_same_answers(self):
        for one in RULES:
            with self.subTest(rule=one.id):
                english, chinese = (
                    {name for _, name, _, _ in string.Formatter().parse(text) if name}
                    for text in (one.message.en, one.message.zh)
                )
                self.assertEqual(english, chinese)

    def test_a_warning_asks_and_a_rejection_states(self):
        for one in RULES:
            with self.subTest(rule=one.id):
                asks = one.message.en.endswith("?") or "?" in one.message.en
                self.assertIn(one.severity, (REJECT, WARN, QUERY))
                if one.severity == REJECT:
                    self.assertFalse(asks)
                if one.severity == WARN:
                    self.assertTrue(asks or "enter that part" in one.message.en)

    def test_a_discharge_before_the_operation_is_said_in_words(self):
        message = the_one({"postop.discharge_date": day(-10)}, "X010").message
        self.assertEqual(message.en, "Discharge (2023-04-02) is before the operation (2023-04-12).")
        self.assertEqual(message.zh, "出院日期（2023-04-02）早于手术日期（2023-04-12）。")

    def test_a_number_is_shown_with_its_comparator_and_unit(self):
        changes = {"operation.debulking_pct_cmp": "lt", "operation.residual_sites": ["nodes"]}
        self.assertIn("debulking of <95 % tumour", the_one(changes, "X038b").message.en)

    def test_a_missing_answer_beside_a_broken_rule_is_called_so(self):
        changes = {"operation.n_mets_found_intraop": None, "operation.n_mets_resected": 9}
        message = the_one(changes, "X030").message
        self.assertIn("(12 on imaging, not answered at operation)", message.en)
        self.assertIn("（影像12，术中发现未填写）", message.zh)

    def test_every_event_after_the_death_is_listed(self):
        changes = {"death.death_date": day(367), "death.death_cause": "tumour_other"}
        after = [one for one in findings(complete_case(changes)) if one.rule.id == "X016"]
        self.assertEqual(
            [one.message.en for one in after],
            [
                "Later therapy, “Start” (2024-04-26) is after the death of the patient (2024-04-13).",
                "Later therapy, “End” (2024-04-16) is after the death of the patient (2024-04-13).",
                "Follow-up visit, “Date of visit” (2024-04-14) is after the death of the patient "
                "(2024-04-13).",
            ],
        )
        self.assertEqual(after[2].message.zh, "随访“随访日期”（2024-04-14）晚于患者死亡日期（2024-04-13）。")


class ContractTest(SimpleTestCase):
    def test_every_answer_that_a_rule_reads_exists(self):
        for one in RULES:
            for name in one.reads:
                section, field = name.split(".")
                with self.subTest(rule=one.id, name=name):
                    try:
                        MODELS[section]._meta.get_field(field)
                    except (KeyError, FieldDoesNotExist):
                        self.fail(f"{name} does not exist")

    def test_a_rule_points_only_at_answers_that_it_reads(self):
        for example in all_examples():
            finding = the_one(example.broken, example.id)
            named = {f"{place.section}.{place.field}" for place in finding.breach.places}
            with self.subTest(rule=example.id):
                self.assertLessEqual(named, set(finding.rule.reads))

    def test_the_table_of_own_rules_lists_them_all(self):
        listed = re.findall(r"^(X2\d\d)  ", registry.rules.__doc__, re.M)
        self.assertEqual(sorted(listed), sorted(one.id for one in RULES if one.id >= "X200"))

    def test_ids_are_those_of_the_dictionary_with_a_letter_where_a_rule_stands_twice(self):
        for one in RULES:
            self.assertRegex(one.id, r"^X\d{3}[a-c]?$")


class SectionTest(SimpleTestCase):
    def test_a_contradiction_between_two_sections_is_listed_once_for_the_case(self):
        self.assertEqual(ids(complete_case({"postop.discharge_date": day(-1)})), ["X010"])

    def test_each_form_shows_a_contradiction_at_its_own_question(self):
        case = complete_case({"postop.discharge_date": day(-1)})
        for section, field in (("postop", "discharge_date"), ("operation", "surgery_date")):
            with self.subTest(section=section):
                [finding] = findings(case, section=section)
                self.assertEqual((finding.breach.section, finding.breach.field), (section, field))
                self.assertEqual(finding.message, findings(case)[0].message)

    def test_a_form_shows_nothing_that_does_not_concern_it(self):
        case = complete_case({"postop.discharge_date": day(-1)})
        for section in ("diagnosis", "assessment", "visits", "death", "patient"):
            self.assertEqual(findings(case, section=section), [])

    def test_every_section_involved_finds_every_example(self):
        for example in all_examples():
            finding = the_one(example.broken, example.id)
            case = complete_case(example.broken)
            for section in {place.section for place in finding.breach.places}:
                with self.subTest(rule=example.id, section=section):
                    here = [one for one in findings(case, section=section) if one.rule.id == example.id]
                    self.assertEqual([one.breach.section for one in here], [section])

    def test_the_row_is_told_by_identity_though_nothing_is_stored(self):
        case = complete_case({"visits[1].imaging_date": day(0), "visits[1].progression_basis": "clinical"})
        [finding] = [one for one in findings(case, section="visits") if one.rule.id == "X220"]
        self.assertIs(finding.breach.row, case.visits[1])

    def test_seen_from_elsewhere_it_involves_the_same_answers(self):
        breach = the_one({"postop.discharge_date": day(-1)}, "X010").breach
        self.assertCountEqual(breach.seen_from("operation").places, breach.places)
        self.assertIsNone(breach.seen_from("death"))

    def test_a_section_with_one_row_needs_no_row(self):
        self.assertIsNone(the_one({"postop.icu_days": 8}, "X123").breach.row)

    def test_a_list_without_rows_is_pointed_at_as_a_whole(self):
        case = complete_case({"complications": []})
        [finding] = findings(case, section="complications")
        self.assertEqual((finding.rule.id, finding.breach.row), ("X110", None))

    def test_a_death_typed_but_not_stored_counts_as_recorded(self):
        visit = {"+visits": {"visit_date": day(510), "vital_status": "dead"}}
        self.assertEqual(ids(complete_case(visit)), ["X127"])
        self.assertEqual(ids(complete_case({**visit, "death.death_date": day(510)})), [])


class ConfirmationTest(SimpleTestCase):
    def key(self, **changes):
        return the_one({f"postop.{name}": value for name, value in changes.items()}, "X209").key

    def confirmed(self, case, section: str, key: str):
        row = getattr(case, section)
        row.pk = 5
        field = {"postop": "discharge_date", "operation": "surgery_date"}[section]
        table = row._meta.model_name
        remark = Remark(table=table, row_id=5, field=field, kind=Remark.CONFIRMED, content=key)
        return case.with_rows(remarks=[remark])

    def test_the_same_answers_give_the_same_key(self):
        self.assertEqual(self.key(discharge_date=day(100)), self.key(discharge_date=day(100)))

    def test_another_answer_gives_another_key(self):
        self.assertNotEqual(self.key(discharge_date=day(100)), self.key(discharge_date=day(101)))

    def test_a_comparator_belongs_to_the_answer(self):
        loss = {"operation.blood_loss_ml": 8}
        about = loss | {"operation.blood_loss_ml_cmp": "approx"}
        self.assertNotEqual(the_one(loss, "X058").key, the_one(about, "X058").key)

    def test_the_key_is_the_same_from_every_section(self):
        case = complete_case({"postop.discharge_date": day(100)})
        keys = {findings(case, section=name)[0].key for name in ("postop", "operation")}
        self.assertEqual(keys, {findings(case)[0].key})

    def test_a_confirmation_at_either_question_holds(self):
        for section in ("postop", "operation"):
            case = complete_case({"postop.discharge_date": day(100)})
            finding = findings(case)[0]
            with self.subTest(section=section):
                self.assertFalse(finding.is_confirmed(case))
                self.assertTrue(finding.is_confirmed(self.confirmed(case, section, finding.key)))

    def test_a_confirmation_ends_with_the_answer_it_was_given_for(self):
        case = complete_case({"postop.discharge_date": day(101)})
        old = self.key(discharge_date=day(100))
        self.assertFalse(findings(case)[0].is_confirmed(self.confirmed(case, "postop", old)))

    def test_every_key_fits_where_it_is_kept(self):
        self.assertLessEqual(LONGEST_KEY, Remark._meta.get_field("content").max_length)
        for example in all_examples():
            key = the_one(example.broken, example.id).key
            with self.subTest(rule=example.id):
                self.assertTrue(key.startswith(example.id))
                self.assertLessEqual(len(key), LONGEST_KEY)

    def test_a_confirmation_survives_a_better_wording(self):
        self.assertEqual(
            self.key(discharge_date=day(100)),
            "X209 days=100 discharge_date=2023-07-21 surgery_date=2023-04-12",
        )
        for example in all_examples():
            with self.subTest(rule=example.id):
                self.assertNotRegex(the_one(example.broken, example.id).key, r"Label|[\u4e00-\u9fff]")

    def test_a_contradiction_of_a_list_without_rows_is_not_confirmed_by_accident(self):
        case = complete_case({"complications": []})
        self.assertFalse(findings(case)[0].is_confirmed(self.confirmed(case, "postop", "")))

    def test_long_answers_are_told_apart_too(self):
        every = ["s1", "s2", "s3", "s5", "s6", "s7", "s8"]
        one, other = (
            the_one(
                {"assessment.segments_involved": every[i:], "assessment.lobar_distribution": "left"}
                | {"assessment.frilling_type": None},
                "X050",
            ).key
            for i in (0, 1)
        )
        self.assertNotEqual(one, other)
