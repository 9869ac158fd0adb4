"""How our numbers are made: every method is described, and every number compared with R belongs to one."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from fnmatch import fnmatchcase
from pathlib import Path
from unittest import TestCase
from unittest.mock import patch

from analysis import comparison, methods
from analysis.comparison import Agreement, agreements, method_at, scientific, titles, whole
from analysis.conventions import PAPER, PRESETS, REGISTRY, Conventions
from analysis.methods import ORDER, Chapter, Method, chapters
from analysis.methods.conventions import FIELDS, choices
from analysis.reference import AREAS, Compared, expected
from registry.labels import Label

HAN = re.compile("[\u4e00-\u9fff]")
# an ASCII comma, semicolon, colon, question mark or full stop right behind a Chinese character
HALF_WIDTH = re.compile("[\u4e00-\u9fff][,;:?.](?![0-9])")


def each() -> list[tuple[Chapter, Method]]:
    return [(chapter, method) for chapter in chapters() for method in chapter.methods]


class ChapterTest(TestCase):
    def test_every_chapter_is_there(self):
        written = {path.stem for path in Path(methods.__file__).parent.glob("*.py")}
        self.assertEqual(written - {"__init__", "conventions"}, set(ORDER))
        self.assertEqual(len({chapter.slug for chapter in chapters()}), len(ORDER))

    def test_every_method_has_its_own_address(self):
        addresses = [f"{chapter.slug}.{method.slug}" for chapter, method in each()]
        self.assertEqual(len(addresses), len(set(addresses)))
        for address in addresses:
            self.assertRegex(address, r"^[a-z0-9-]+\.[a-z0-9-]+$")
            self.assertIsInstance(method_at(address), Method)

    def test_every_method_is_described_in_both_languages_with_formula_and_source(self):
        for chapter, method in each():
            with self.subTest(method=f"{chapter.slug}.{method.slug}"):
                for label in (chapter.title, method.name, method.definition):
                    self.assertTrue(label.en.strip())
                    self.assertIsNone(HAN.search(label.en), label.en)
                for label in (chapter.title, method.definition):
                    self.assertIsNotNone(HAN.search(label.zh), label.zh)
                self.assertTrue(method.name.zh.strip())
                self.assertRegex(method.definition.en, r"[.!]$")
                self.assertRegex(method.definition.zh, r"。$")
                self.assertTrue(method.formula.strip())
                self.assertIsNone(HAN.search(method.formula), "a formula is the same in both languages")
                self.assertRegex(method.source, r"\w")

    def test_chinese_sentences_have_chinese_punctuation(self):
        given = [label for _, one in each() for label in (one.name, one.definition, one.not_compared)]
        labels = [label for label in given if label]
        labels += [field.name for field in FIELDS.values()]
        self.assertEqual([label.zh for label in labels if HALF_WIDTH.search(label.zh)], [])

    def test_a_method_without_comparison_says_why(self):
        for chapter, method in each():
            with self.subTest(method=f"{chapter.slug}.{method.slug}"):
                self.assertNotEqual(bool(method.compared), bool(method.not_compared))
                if method.not_compared:
                    self.assertTrue(HAN.search(method.not_compared.zh))


class ClaimTest(TestCase):
    """Between the methods and the numbers compared with R there is no gap on either side."""

    def test_every_number_that_r_answered_belongs_to_a_method(self):
        patterns = [pattern for _, method in each() for pattern in method.compared]
        for area in AREAS:
            globs = [glob for where, glob in (one.split(":", 1) for one in patterns) if where == area]
            left = [name for name in expected(area) if not any(fnmatchcase(name, glob) for glob in globs)]
            self.assertEqual(left[:10], [], f"{len(left)} numbers of {area} belong to no method")

    def test_every_pattern_finds_a_number(self):
        for chapter, method in each():
            for pattern in method.compared:
                area, _, glob = pattern.partition(":")
                with self.subTest(method=f"{chapter.slug}.{method.slug}", pattern=pattern):
                    self.assertIn(area, AREAS)
                    self.assertTrue(any(fnmatchcase(name, glob) for name in expected(area)))


class ConventionTest(TestCase):
    def test_every_field_of_the_conventions_is_named_in_both_languages(self):
        shown = {field.name for field in fields(Conventions)} - {"name", "label"}
        self.assertEqual(set(FIELDS), shown)
        self.assertEqual(len(choices()), len(shown))
        for field in FIELDS.values():
            self.assertTrue(HAN.search(field.name.zh))

    def test_a_choice_says_what_each_preset_chooses(self):
        found = {choice.name.en: choice for choice in choices()}
        ties = found["Tied event times in a Cox model"]
        self.assertEqual(set(ties.chosen), set(PRESETS))
        self.assertEqual([ties.chosen[one.name].en for one in (PAPER, REGISTRY)], ["Breslow", "Efron"])
        self.assertFalse(ties.alike)
        self.assertTrue(found["Days in a month"].alike)
        self.assertEqual(found["Days in a month"].chosen["paper"].zh, "30.4375")

    def test_the_same_word_of_two_fields_keeps_its_meaning(self):
        self.assertEqual(FIELDS["median_interval"].words["log"].en, "log-transformed")
        self.assertEqual(FIELDS["ph_transform"].words["log"].en, "logarithm of time")

    def test_what_a_convention_governs_exists(self):
        addresses = [f"{chapter.slug}:{method.slug}" for chapter, method in each()]
        for name, field in FIELDS.items():
            for pattern in field.governs:
                with self.subTest(field=name, pattern=pattern):
                    self.assertTrue(any(fnmatchcase(one, pattern) for one in addresses))

    def test_a_field_without_words_is_found_out(self):
        with patch.dict(FIELDS), self.assertRaises(KeyError):
            del FIELDS["ties"]
            choices()


def method(*compared: str) -> Method:
    words = Label("Median.", "中位数。")
    return Method("median", words, words, "m", "Author 1958", compared)


class AgreementTest(TestCase):
    FIGURES = (
        Compared("a", "lung/median", 310.0, 310.0, 1e-6),
        Compared("a", "lung/median/upper", None, None, 1e-6),
        Compared("a", "lung/rate", 0.5, 0.50001, 1e-4),
        Compared("a", "waltons/rate", 0.5, 0.6, 1e-6),
    )
    NAMES = tuple(figure.name for figure in FIGURES)

    def setUp(self):
        for cached in (agreements, whole):
            cached.cache_clear()
            self.addCleanup(cached.cache_clear)
        self.asked: list[str] = []
        tolerances = {"lung/rate": 1e-4, "*": 1e-6}
        for name, stand_in in (
            ("AREAS", ("a", "b")),
            ("expected", lambda area: {figure.name: figure.r for figure in self.FIGURES}),
            ("compare", lambda area: self.asked.append(area) or self.FIGURES),
            ("_tolerances", lambda area: tolerances),
            ("_computed", {}),
        ):
            self.enterContext(patch.object(comparison, name, stand_in))

    def test_a_method_gets_the_numbers_that_one_of_its_patterns_fits(self):
        (found,) = agreements(method("a:lung/*", "a:*/rate"))
        self.assertEqual(found.names, self.NAMES)
        (found,) = agreements(method("a:*/median*"))
        self.assertEqual([figure.name for figure in found.figures], ["lung/median", "lung/median/upper"])

    def test_numbers_of_two_areas_stay_apart(self):
        self.assertEqual([one.area for one in agreements(method("a:*", "b:*"))], ["a", "b"])

    def test_a_method_that_r_does_not_test_has_none(self):
        self.assertEqual(agreements(method()), ())

    def test_count_and_tolerances_are_known_before_anything_is_computed(self):
        found = whole("a")
        self.assertEqual((found.count, found.tolerances, found.computed), (4, "10⁻⁶, 10⁻⁴", False))
        self.assertEqual(self.asked, [])

    def test_an_area_is_computed_once_for_all_its_methods(self):
        self.assertEqual(whole("a").figures, self.FIGURES)
        (found,) = agreements(method("a:*/median"))
        self.assertTrue(found.computed)
        self.assertEqual(found.figures, self.FIGURES[:1])
        self.assertEqual(self.asked, ["a"])

    def test_requests_at_the_same_time_compute_an_area_once(self):
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda _: whole("a").disagreeing, range(8)))
        self.assertEqual((found, self.asked), ([1] * 8, ["a"]))

    def test_the_largest_difference_and_the_number_of_those_too_far_are_said(self):
        self.assertEqual((whole("a").largest, whole("a").disagreeing), ("2.0 × 10⁻¹", 1))
        self.assertEqual(Agreement("a", self.NAMES[:1]).largest, "0")

    def test_where_nothing_can_be_estimated_there_is_no_difference(self):
        nothing = Agreement("a", self.NAMES[1:2])
        self.assertEqual((nothing.largest, nothing.disagreeing), ("", 0))

    def test_an_area_has_the_title_of_the_chapter_it_tests_and_else_its_name(self):
        words = Label("Survival", "生存分析")
        chapter = Chapter("survival", words, (method("b:*"),))
        with patch.object(comparison, "chapters", lambda: (chapter,)):
            self.assertEqual(titles(), {"b": words, "a": Label("a", "a")})
            self.assertEqual(list(titles()), ["b", "a"])

    def test_an_area_or_a_method_that_does_not_exist_is_refused(self):
        for ask, name in ((whole, "novel"), (method_at, "survival.novel"), (method_at, "")):
            with self.assertRaises(KeyError):
                ask(name)


class ScientificTest(TestCase):
    def test_a_difference_is_rounded_up_to_two_digits(self):
        for value, text in (
            (0.0, "0"),
            (1e-6, "10⁻⁶"),
            (3.21e-14, "3.3 × 10⁻¹⁴"),
            (9.91e-7, "10⁻⁶"),
            (0.02, "2.0 × 10⁻²"),
            (12.0, "1.2 × 10¹"),
        ):
            self.assertEqual(scientific(value), text)
