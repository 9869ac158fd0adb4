"""Nothing is forgotten: both languages everywhere, every question in a form, every table watched."""

import re

from django.apps import apps
from django.test import SimpleTestCase

from registry import codes
from registry.codes.base import CodeList
from registry.fields import Answer, answers
from registry.forms import SECTIONS
from registry.forms.record import RecordForm
from registry.labels import Label
from registry.models import CLINICAL, ClinicalRow, Patient
from tests import catalogue

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def all_answers():
    return [(model, answer) for model in CLINICAL for answer in answers(model)]


class LanguageTest(SimpleTestCase):
    def test_every_question_has_a_wording_in_both_languages(self):
        for model, answer in all_answers():
            with self.subTest(model=model.__name__, field=answer.name):
                self.assertTrue(answer.label.en.strip())
                self.assertRegex(answer.label.zh, CHINESE if answer.name != "inr_pod5" else "INR")

    def test_hints_are_in_both_languages(self):
        for model, answer in all_answers():
            if answer.hint:
                with self.subTest(model=model.__name__, field=answer.name):
                    self.assertRegex(answer.hint.zh, CHINESE)
                    self.assertNotRegex(answer.hint.en, CHINESE)

    def test_every_code_has_a_wording_in_both_languages(self):
        lists = [one for one in vars(codes).values() if isinstance(one, CodeList)]
        self.assertGreater(len(lists), 80)
        for one in lists:
            for code in one:
                with self.subTest(list=one.name, code=code.code):
                    self.assertTrue(code.label.en and code.label.zh)
                    self.assertNotRegex(code.label.en, CHINESE)

    def test_the_chinese_catalogue_is_complete_current_and_compiled(self):
        self.assertEqual(catalogue.findings(), [])

    def test_labels_written_in_the_code_have_both_languages(self):
        found = []
        for module in ("endpoints", "timeline", "completeness", "presenting", "fields"):
            names = vars(__import__(f"registry.{module}", fromlist=["_"]))
            found += [
                (module, k) for k, v in names.items() if isinstance(v, Label) and bool(v.en) != bool(v.zh)
            ]
        self.assertEqual(found, [])


class FormTest(SimpleTestCase):
    def test_every_question_of_the_record_stands_in_exactly_one_section(self):
        asked: dict[tuple[str, str], int] = {}
        for section in SECTIONS:
            for form in (section.head, section.rows):
                for name in form._meta.fields if form else ():
                    key = (form._meta.model.__name__, name)
                    asked[key] = asked.get(key, 0) + 1
        wanted = {(model.__name__, answer.name) for model, answer in all_answers()}
        self.assertEqual(set(asked), wanted)
        self.assertEqual({key for key, times in asked.items() if times != 1}, set())

    def test_no_group_asks_more_than_ten_questions(self):
        for section in SECTIONS:
            for form in (section.head, section.rows):
                for group in form.groups if form else ():
                    with self.subTest(section=section.slug, group=group.heading.en):
                        self.assertLessEqual(len(group.names), 10)

    def test_a_condition_speaks_of_questions_that_exist(self):
        from registry.case import SINGLE

        for model, answer in all_answers():
            for name in answer.shown_when.names() if answer.shown_when else ():
                with self.subTest(model=model.__name__, field=answer.name, condition=name):
                    if "." in name:
                        section, field = name.split(".")
                        other = (
                            apps.get_model("registry", "centre") if section == "centre" else SINGLE[section]
                        )
                    else:
                        other, field = model, name
                    self.assertIsInstance(other._meta.get_field(field), Answer)

    def test_a_condition_names_only_codes_of_the_list_it_looks_at(self):
        from registry.conditions import All, Any, GivenExcept, Is

        def parts(condition):
            if isinstance(condition, All | Any):
                return [one for part in condition.parts for one in parts(part)]
            return [condition]

        from registry.case import SINGLE

        for model, answer in all_answers():
            for one in parts(answer.shown_when) if answer.shown_when else ():
                if not isinstance(one, Is | GivenExcept) or one.name.startswith("centre."):
                    continue
                section, _, field = one.name.rpartition(".")
                looked_at = (SINGLE[section] if section else model)._meta.get_field(field)
                with self.subTest(model=model.__name__, field=answer.name):
                    self.assertEqual([code for code in one.codes if code not in looked_at.codes], [])

    def test_every_form_is_a_record_form_of_a_clinical_model(self):
        for section in SECTIONS:
            for form in (section.head, section.rows):
                if form:
                    self.assertTrue(issubclass(form, RecordForm))
                    self.assertIn(form._meta.model, CLINICAL)


class RecordTest(SimpleTestCase):
    def test_the_list_of_clinical_models_forgets_none(self):
        models = [
            model
            for model in apps.get_app_config("registry").get_models()
            if model is Patient or issubclass(model, ClinicalRow)
        ]
        self.assertEqual({m.__name__ for m in models}, {m.__name__ for m in CLINICAL} | {"Remark"})

    def test_soft_limits_lie_within_the_hard_ones(self):
        for model, answer in all_answers():
            if answer.hard and answer.soft:
                with self.subTest(model=model.__name__, field=answer.name):
                    self.assertGreaterEqual(answer.soft[0], answer.hard[0])
                    self.assertLessEqual(answer.soft[1], answer.hard[1])

    def test_labels_limits_and_choices_stay_out_of_the_migrations(self):
        from pathlib import Path

        for path in sorted(Path(catalogue.ROOT, "registry", "migrations").glob("0*.py")):
            text = path.read_text(encoding="utf-8")
            self.assertNotRegex(text, CHINESE)
            self.assertNotIn("choices=", text)
            self.assertEqual(re.findall(r"verbose_name='(?!ID|session|expire)", text), [])

    def test_every_modality_of_the_review_is_a_code(self):
        wanted = "hae tace deb_tace tare rfa mwa cryo chemical_abl ssa interferon prrt chemo targeted"
        self.assertEqual([code for code in wanted.split() if code not in codes.TXCAT], [])
