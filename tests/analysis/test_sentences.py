"""Sentences whose numbers keep their links, in two languages at once."""

from unittest import TestCase

from analysis.document import Cell, Part
from analysis.reports.sentences import compose, paragraph, plain, sentence
from registry.labels import Label, both

SEVEN = Part(both("7"), lambda: ["A"] * 7)


def texts(parts) -> tuple[str, str]:
    return tuple("".join(part.text.text(language) for part in parts) for language in ("en", "zh"))


class ComposeTest(TestCase):
    def test_numbers_stand_in_both_languages_and_keep_their_cases(self):
        parts = compose(Label("In {n} of them.", "其中{n}例。"), n=SEVEN)
        self.assertEqual(texts(parts), ("In 7 of them.", "其中7例。"))
        self.assertEqual([part.cases is None for part in parts], [True, False, True])

    def test_a_brace_may_begin_or_end_a_sentence(self):
        self.assertEqual(texts(compose(Label("{n} died", "死亡{n}"), n=SEVEN)), ("7 died", "死亡7"))

    def test_several_parts_and_cells_can_fill_a_brace(self):
        cell = Cell((SEVEN, Part(Label(" of 9", "/9"))))
        self.assertEqual(texts(compose(Label("{a}, {b}", "{a},{b}"), a=cell, b=(SEVEN,)))[0], "7 of 9, 7")

    def test_languages_that_disagree_on_the_order_are_refused(self):
        with self.assertRaises(ValueError):
            compose(Label("{a} of {b}", "{b}中{a}"), a=SEVEN, b=SEVEN)

    def test_a_brace_without_filling_and_a_filling_without_brace_are_refused(self):
        for fillings in ({}, {"n": SEVEN, "m": SEVEN}):
            with self.assertRaises(ValueError):
                compose(Label("{n}", "{n}"), **fillings)


class SentenceTest(TestCase):
    def test_clauses_are_joined_and_begin_with_a_capital(self):
        clauses = [plain(Label("blood loss was high", "出血多")), plain(Label("nobody died", "无死亡"))]
        self.assertEqual(texts(sentence(clauses)), ("Blood loss was high; nobody died.", "出血多；无死亡。"))

    def test_a_linked_number_at_the_beginning_stays_linked(self):
        first, *_ = sentence([compose(Label("{n} died", "{n}例死亡"), n=SEVEN)])
        self.assertEqual(len(first.cases()), 7)

    def test_without_clauses_there_is_no_sentence(self):
        self.assertEqual(sentence([]), ())

    def test_a_paragraph_puts_spaces_between_english_sentences_only(self):
        made = paragraph("p", [plain(Label("One.", "一。")), (), plain(Label("Two.", "二。"))])
        self.assertEqual((made.text("en"), made.text("zh")), ("One. Two.", "一。二。"))
