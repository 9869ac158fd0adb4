"""Results in a terminal: aligned and wrapped by columns, of which a Chinese sign takes two."""

from unittest import TestCase

from analysis.render.text import WIDTH, columns, document, padded, wrapped
from tests.analysis import sample_report


class WrappingTest(TestCase):
    def test_english_is_broken_at_spaces(self):
        self.assertEqual(list(wrapped("one two three", 8)), ["one two", "three"])

    def test_chinese_is_broken_between_signs(self):
        self.assertEqual(list(wrapped("术后住院时间", 8)), ["术后住院", "时间"])

    def test_punctuation_neither_begins_nor_ends_a_line_wrongly(self):
        for text in ("术后住院，时间较短。", "围手术期死亡（九十天内）无。"):
            for width in range(8, 30):
                lines = list(wrapped(text, width))
                self.assertEqual("".join(lines), text)
                self.assertFalse(any(line[0] in "，。）" for line in lines), lines)
                self.assertFalse(any(line[-1] in "（" for line in lines), lines)

    def test_a_printed_number_between_chinese_signs_is_kept_whole(self):
        lines = list(wrapped("手术时间168(135,235)min和出血量800(300,1000)ml", 24))
        self.assertTrue(any("168(135,235)min" in line for line in lines), lines)

    def test_no_line_is_broader_than_asked_for(self):
        text = "中位无进展生存期 12.0 months; median progression-free survival was 十二个月。" * 4
        self.assertLessEqual(max(map(columns, wrapped(text, 40))), 40)

    def test_a_chinese_sign_takes_two_columns(self):
        self.assertEqual((columns("abc"), columns("病例"), columns("G1级")), (3, 4, 4))
        self.assertEqual(padded("病例", 6), "病例  ")


class DocumentTest(TestCase):
    def test_the_results_section_is_printed_in_either_language(self):
        report = sample_report.report()
        english, chinese = (document(report, language).decode() for language in ("en", "zh"))
        self.assertIn("55 (46, 60) years", english.replace("\n", " "))
        self.assertIn("55(46,60)岁", chinese.replace("\n", ""))

    def test_invented_patients_are_called_so(self):
        for language, words in (("en", "Synthetic data"), ("zh", "合成数据")):
            self.assertIn(words, document(sample_report.report(), language).decode())
            real = sample_report.report(synthetic=False)
            self.assertNotIn(words, document(real, language).decode())

    def test_lines_fit_a_terminal(self):
        for language in ("en", "zh"):
            lines = document(sample_report.report(), language).decode().splitlines()
            self.assertLessEqual(max(map(columns, lines)), WIDTH)

    def test_nobody_makes_case_lists_for_a_terminal(self):
        asked = sample_report.Asked()
        document(sample_report.report(asked=asked), "en")
        self.assertEqual(asked.times, 0)
