"""Figures: one drawing for screen and print, thinned without visible change, readable by all."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import unittest
import warnings
from bisect import bisect_right
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

from PIL import Image

from analysis.document import Curve, Part, StripRow
from analysis.render import drawing, figures
from analysis.render.drawing import DASHES, MOST_MARKS, MOST_STEPS, draw, text_width, thinned, wrapped
from registry.labels import LANGUAGES, both
from tests.analysis import sample_report

SVG = "{http://www.w3.org/2000/svg}"


def tree(figure, language="en", link=None):
    return ElementTree.fromstring(figures.svg(figure, language, link))


def texts(figure, language="en") -> list[str]:
    return [element.text for element in tree(figure, language).iter(f"{SVG}text")]


def words_of(figure, language="en", width=480.0) -> dict[str, drawing.Words]:
    return {words.text: words for words in draw(figure, language, width).words}


def long_curve(steps: int) -> Curve:
    points = tuple((60 * k / steps, 1 - 0.8 * k / steps) for k in range(steps))
    lower = tuple((t, v - 0.01) for t, v in points)
    upper = tuple((t, v + 0.01) for t, v in points)
    return Curve(both("long"), points, lower, upper, points)


def value_at(steps, time: float) -> float:
    return steps[max(0, bisect_right([t for t, _ in steps], time) - 1)][1]


class WhatIsDrawn(unittest.TestCase):
    def setUp(self):
        self.figure = sample_report.figure()

    def test_axes_have_their_ticks_labels_and_percentages(self):
        for language in LANGUAGES:
            found = texts(self.figure, language)
            for expected in ("0", "6", "12", "18", "24", "0%", "25%", "50%", "75%", "100%"):
                self.assertIn(expected, found)
            self.assertIn(self.figure.x_label.text(language), found)
            self.assertIn(self.figure.y_label.text(language), found)

    def test_the_line_turns_at_every_step_and_goes_on_to_the_last_mark(self):
        curve = next(s for s in draw(self.figure, "en", 480).strokes if s.curve == 0)
        (corners,) = curve.paths
        self.assertEqual(len(corners), 1 + 2 * 20 + 1)
        for before, after in zip(corners, corners[1:], strict=False):
            self.assertTrue(before[0] == after[0] or before[1] == after[1], "only level or upright")
        marks = next(
            s
            for s in draw(self.figure, "en", 480).strokes
            if s.curve == 0 and s is not curve and s.width < 1.5
        )
        self.assertAlmostEqual(corners[-1][0], marks.paths[-1][0][0])

    def test_every_censored_case_has_its_mark_on_the_line(self):
        sheet = draw(self.figure, "en", 480)
        marks = next(s for s in sheet.strokes if s.curve == 0 and s.width < 1.5)
        self.assertEqual(len(marks.paths), 3)
        bottom, top = words_of(self.figure)["0%"].at[1], words_of(self.figure)["100%"].at[1]
        (_, first), (_, second) = marks.paths[0]
        share = (bottom - 4 - (first + second) / 2) / (bottom - top)
        self.assertAlmostEqual(share, 0.88, places=2)

    def test_the_band_is_left_out_where_a_limit_is_missing(self):
        (area,) = draw(self.figure, "en", 480).areas
        x = {text: words.at[0] for text, words in words_of(self.figure).items()}
        months = (x["24"] - x["0"]) / 24
        self.assertAlmostEqual(min(p[0] for p in area.outline), x["0"] + 0.9 * months)
        self.assertAlmostEqual(max(p[0] for p in area.outline), x["0"] + 16.2 * months)

    def test_a_gap_in_the_band_divides_it(self):
        curve = Curve(
            both("x"),
            ((0.0, 1.0), (9.0, 0.4)),
            ((0.0, 0.8), (3.0, None), (6.0, 0.3)),
            ((0.0, 1.0), (6.0, 0.7)),
        )
        self.assertEqual(len(draw(replace(self.figure, curves=(curve,)), "en", 480).areas), 2)

    def test_a_limit_that_is_not_a_number_is_a_gap_as_well(self):
        curve = Curve(both("x"), ((0.0, 1.0), (9.0, 0.4)), ((0.0, 0.8),), ((0.0, 1.0), (3.0, float("nan"))))
        (area,) = draw(replace(self.figure, curves=(curve,)), "en", 480).areas
        self.assertTrue(all(x == x and y == y for x, y in area.outline))
        found = words_of(self.figure)
        quarter = (found["0"].at[0] + found["6"].at[0]) / 2
        self.assertAlmostEqual(max(x for x, _ in area.outline), quarter)

    def test_a_curve_without_band_or_marks_is_drawn_alone(self):
        bare = replace(self.figure, curves=(Curve(both("x"), ((0.0, 1.0), (5.0, 0.0))),), reference=None)
        sheet = draw(bare, "en", 480)
        self.assertEqual(sheet.areas, ())
        self.assertEqual(len(sheet.strokes), 2, "axes and curve")

    def test_the_help_line_is_dashed_and_at_its_value(self):
        strokes = draw(self.figure, "en", 480).strokes
        line = next(stroke for stroke in strokes if stroke.faint)
        self.assertTrue(line.dashes)
        self.assertAlmostEqual(line.paths[0][0][1], words_of(self.figure)["50%"].at[1] - 4)
        without = draw(replace(self.figure, reference=None), "en", 480).strokes
        self.assertFalse(any(stroke.faint for stroke in without))

    def test_numbers_of_the_strip_stand_under_their_ticks(self):
        found = draw(self.figure, "en", 480).words
        ticks = {words.text: words.at[0] for words in found[:5]}
        for number, tick in (("25", "6"), ("15", "12"), ("9", "18")):
            words = next(w for w in found[5:] if w.text == number and w.address)
            self.assertEqual(words.at[0], ticks[tick])

    def test_each_number_of_the_strip_knows_its_address(self):
        report = sample_report.report()
        for figure in report.section("figures").figures:
            for words in draw(figure, "en", 480).words:
                if words.address:
                    self.assertEqual(report.part_at(words.address).text.en, words.text)

    def test_long_labels_of_the_strip_get_a_line_of_their_own(self):
        figure = sample_report.two_curves()
        found = draw(figure, "en", 480).words
        label = next(words for words in found if words.text.startswith("At risk, group 1"))
        first = next(words for words in found if words.address == "by-grade.strip-0.0")
        self.assertLess(label.at[1], first.at[1])
        short = draw(self.figure, "en", 480).words
        label = next(words for words in short if words.text == "At risk")
        first = next(words for words in short if words.address == "pfs.strip-0.0")
        self.assertEqual(label.at[1], first.at[1])
        self.assertLess(label.at[0] + text_width("At risk", 12), first.at[0] - text_width("31", 12) / 2)

    def test_numbers_too_broad_for_their_place_are_set_smaller_and_none_is_left_out(self):
        many = tuple(float(12 * k) for k in range(13))
        row = StripRow(both("n"), tuple(Part(both("100\u2009000"), list) for _ in many))
        found = [
            w for w in draw(replace(self.figure, ticks=many, strip=(row,)), "en", 480).words if w.address
        ]
        self.assertEqual(len(found), 13)
        self.assertLess(found[0].size, 12)
        for left, right in zip(found, found[1:], strict=False):
            self.assertLess(left.at[0] + text_width(left.text, left.size) / 2, right.at[0])

    def test_everything_stays_on_the_sheet(self):
        for figure in (self.figure, sample_report.empty_figure(), sample_report.two_curves()):
            for language in LANGUAGES:
                sheet = draw(figure, language, 480)
                points = [p for stroke in sheet.strokes for path in stroke.paths for p in path]
                for x, y in [*points, *(p for area in sheet.areas for p in area.outline)]:
                    self.assertTrue(0 <= x <= sheet.width and 0 <= y <= sheet.height)
                for words in sheet.words:
                    self.assertTrue(0 <= words.at[0] <= sheet.width and 0 < words.at[1] < sheet.height)


class SeveralCurves(unittest.TestCase):
    def test_a_legend_names_them_and_a_single_curve_needs_none(self):
        self.assertIn("G3 & other", texts(sample_report.two_curves()))
        self.assertNotIn("PFS", texts(sample_report.figure()))

    def test_each_has_a_line_of_its_own_kind_as_well_as_a_colour(self):
        curves = tuple(replace(sample_report.survival_curve(both(str(k))), censored=()) for k in range(6))
        strokes = [
            s
            for s in draw(replace(sample_report.figure(), curves=curves), "en", 480).strokes
            if s.curve is not None
        ]
        lines, samples = strokes[:6], strokes[6:]
        self.assertEqual(len({stroke.dashes for stroke in lines}), 6)
        self.assertEqual([stroke.dashes for stroke in lines], [stroke.dashes for stroke in samples])
        self.assertEqual(len(DASHES), len(drawing.COLOURS))

    def test_a_long_legend_goes_on_in_a_second_line(self):
        curves = tuple(sample_report.survival_curve(both(f"a rather long label {k}")) for k in range(4))
        found = words_of(replace(sample_report.figure(), curves=curves))
        heights = {found[f"a rather long label {k}"].at[1] for k in range(4)}
        self.assertGreater(len(heights), 1)
        self.assertLess(max(heights), found["100%"].at[1])

    def test_a_seventh_curve_begins_the_colours_again(self):
        curves = tuple(sample_report.survival_curve(both(str(k))) for k in range(7))
        content = figures.svg(replace(sample_report.figure(), curves=curves), "en")
        self.assertNotIn("curve-7", content)


class NothingToDraw(unittest.TestCase):
    def test_the_reason_stands_in_place_of_the_curve(self):
        for language in LANGUAGES:
            figure = sample_report.empty_figure()
            joined = " ".join(texts(figure, language))
            expected = figure.empty.text(language)
            self.assertIn(expected.replace(" ", ""), joined.replace(" ", ""))
            self.assertFalse(any(s.curve is not None for s in draw(figure, language, 480).strokes))

    def test_no_ticks_no_labels_and_no_curves_are_still_a_figure(self):
        bare = replace(sample_report.empty_figure(), ticks=(), x_label=both(""), y_label=both(""))
        self.assertIn("0%", texts(bare))
        self.assertTrue(figures.png(bare, "en", dpi=50).startswith(b"\x89PNG"))

    def test_a_curve_that_ends_where_it_begins_is_drawn(self):
        single = replace(
            sample_report.figure(), curves=(Curve(both("x"), ((0.0, 1.0),)),), ticks=(0.0,), strip=()
        )
        self.assertIn("100%", texts(single))


class Thinning(unittest.TestCase):
    def test_a_short_curve_keeps_every_step(self):
        steps = [(float(k), 1 - k / 700) for k in range(MOST_STEPS)]
        self.assertEqual(thinned(steps), steps)

    def test_steps_that_change_nothing_are_left_out(self):
        self.assertEqual(thinned([(0.0, 1.0), (1.0, 1.0), (2.0, 0.5), (3.0, 0.5)]), [(0.0, 1.0), (2.0, 0.5)])

    def test_a_long_curve_keeps_at_most_so_many_its_first_and_its_last(self):
        steps = list(long_curve(100_000).steps)
        kept = thinned(steps)
        self.assertLessEqual(len(kept), MOST_STEPS + 1)
        self.assertEqual((kept[0], kept[-1]), (steps[0], steps[-1]))
        self.assertLessEqual(set(kept), set(steps), "no value is invented")

    def test_nowhere_does_the_thinned_curve_leave_the_line_of_the_long_one(self):
        steps = [(t, v**3) for t, v in long_curve(20_000).steps]
        kept, piece = thinned(steps), steps[-1][0] / (MOST_STEPS - 1)
        for k in range(1000):
            time_ = 60 * k / 1000
            self.assertLessEqual(value_at(steps, time_ + 1e-9), value_at(kept, time_) + 1e-12)
            self.assertLessEqual(value_at(kept, time_), value_at(steps, time_ - piece) + 1e-12)

    def test_a_great_fall_stays_at_its_own_time(self):
        steps = [(k / 100, 1.0 - k * 1e-6) for k in range(3000)] + [
            (30.0 + k / 100, 0.4 - k * 1e-6) for k in range(3000)
        ]
        kept = thinned(steps)
        falls = [
            after[0] for before, after in zip(kept, kept[1:], strict=False) if before[1] - after[1] > 0.3
        ]
        self.assertEqual(len(falls), 1)
        self.assertAlmostEqual(falls[0], 30.0, delta=60 / (MOST_STEPS - 1))

    def test_many_changes_at_one_time_are_one_step(self):
        kept = thinned([(5.0, k / 1000) for k in range(1000)])
        self.assertEqual(kept, [(5.0, 0.0), (5.0, 0.999)])

    def test_a_hundred_thousand_cases_give_a_small_drawing_on_screen(self):
        figure = replace(sample_report.figure(), curves=(long_curve(100_000),))
        self.assertLess(len(figures.svg(figure, "en")), 100_000)
        line, marks = (s for s in draw(figure, "en", 480).strokes if s.curve == 0)
        self.assertLessEqual(len(line.paths[0]), 1500)
        self.assertLessEqual(len(marks.paths), MOST_MARKS + 1)


class Lines(unittest.TestCase):
    def test_a_text_is_divided_between_words_and_between_chinese_characters(self):
        self.assertEqual(wrapped("one two three", 10, 45), ["one two", "three"])
        self.assertEqual(wrapped("无法绘制曲线。", 10, 40), ["无法绘制", "曲线。"])

    def test_a_mark_never_begins_a_line(self):
        for width in range(30, 120, 10):
            for line in wrapped("没有病例,因此无法绘制。请稍候,谢谢。", 10, width):
                self.assertNotIn(line[0], ",。")

    def test_no_character_is_lost(self):
        text = "There is 没有 no case, 因此 nothing。"
        for width in (20, 50, 200):
            self.assertEqual("".join(wrapped(text, 10, width)).replace(" ", ""), text.replace(" ", ""))


class OnScreen(unittest.TestCase):
    def test_it_is_an_image_with_a_title_and_a_description(self):
        for language in LANGUAGES:
            figure = sample_report.figure()
            svg = tree(figure, language)
            named = {element.get("id"): element.text for element in svg if element.get("id")}
            self.assertEqual(svg.get("role"), "img")
            self.assertEqual(
                [named[each] for each in svg.get("aria-labelledby").split()],
                [figure.title.text(language), figure.alternative.text(language)],
            )

    def test_without_a_description_none_is_promised(self):
        svg = tree(sample_report.empty_figure())
        self.assertEqual(svg.get("aria-labelledby"), "os-title")
        self.assertIsNone(svg.find(f"{SVG}desc"))

    def test_numbers_of_the_strip_link_to_their_cases(self):
        links = [
            a.get("href")
            for a in tree(sample_report.figure(), "en", lambda a: f"/c?at={a}&x").iter(f"{SVG}a")
        ]
        self.assertEqual(len(links), 15)
        self.assertEqual(links[6], "/c?at=pfs.strip-1.1&x")

    def test_ink_takes_the_colour_of_the_page_and_curves_have_a_class(self):
        content = figures.svg(sample_report.two_curves(), "en")
        self.assertIn('fill="currentColor"', content)
        self.assertIn('class="curve curve-2" stroke="#c44e00"', content)
        self.assertNotIn("style=", content, "a strict page would not apply it")
        self.assertNotRegex(content, r'(stroke|fill)="(black|#000)')

    def test_it_is_drawn_in_less_than_the_blink_it_may_take(self):
        figure = sample_report.figure()
        best = min(self.seconds(figure) for _ in range(20))
        self.assertLess(best, 0.02)  # measured: 0.0002; a machine under load may be slow

    def seconds(self, figure) -> float:
        start = time.perf_counter()
        figures.svg(figure, "zh")
        return time.perf_counter() - start


class InPrint(unittest.TestCase):
    def picture(self, figure, language: str, dpi: int = 300) -> Image.Image:
        return Image.open(BytesIO(figures.png(figure, language, dpi)))

    def test_it_is_as_broad_as_the_column_at_the_dots_asked_for(self):
        for dpi in (100, 300, 600):
            picture = self.picture(sample_report.figure(), "zh", dpi)
            self.assertEqual(picture.size[0], round(6.3 * dpi))
            self.assertAlmostEqual(picture.info["dpi"][0], dpi, delta=0.1)

    def test_chinese_is_drawn_with_a_font_that_has_it(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # matplotlib warns of each box it draws
            for figure in (sample_report.figure(), sample_report.empty_figure(), sample_report.two_curves()):
                for language in LANGUAGES:
                    figures.png(figure, language, dpi=60)

    def labelled(self, text: str) -> bytes:
        return figures.png(replace(sample_report.figure(), x_label=both(text)), "zh", dpi=60)

    def test_signs_of_formulas_are_plain_text(self):
        self.assertNotEqual(self.labelled(r"$\wrong{$ ≥ <&>"), self.labelled(""), "no formula, so no error")

    def test_thin_spaces_are_drawn_as_spaces(self):
        self.assertEqual(self.labelled("1\u202f000\u2009000"), self.labelled("1 000 000"))

    def test_curve_and_band_have_their_colours_on_white(self):
        picture = self.picture(sample_report.figure(), "en", 150).convert("RGB")
        colours = {colour: count for count, colour in picture.getcolors(1 << 20)}
        self.assertGreater(colours[(255, 255, 255)], 0.5 * picture.size[0] * picture.size[1])
        self.assertGreater(colours[(0, 114, 178)], 300, "the curve in its own blue")
        self.assertGreater(colours[(217, 234, 243)], 3000, "the band in the same, paler")

    def test_two_runs_give_the_same_bytes(self):
        figure = sample_report.two_curves()
        self.assertEqual(figures.png(figure, "zh", 80), figures.png(figure, "zh", 80))

    def test_the_state_of_pyplot_is_neither_used_nor_made(self):
        program = (
            "import sys; from analysis.render import figures; from tests.analysis import sample_report\n"
            "before = 'matplotlib' in sys.modules\n"
            "figures.svg(sample_report.figure(), 'zh'); lazy = 'matplotlib' not in sys.modules\n"
            "figures.png(sample_report.figure(), 'zh', 50)\n"
            "sys.exit(0 if lazy and not before and 'matplotlib.pyplot' not in sys.modules else 1)"
        )
        run = subprocess.run([sys.executable, "-c", program], check=False)
        self.assertEqual(run.returncode, 0)

    def test_screen_and_print_say_the_same_words(self):
        for language in LANGUAGES:
            figure = sample_report.two_curves()
            screen = [words.text for words in draw(figure, language, figures.SCREEN).words]
            paper = [words.text for words in draw(figure, language, figures.PAPER).words]
            self.assertEqual(screen, paper)
            self.assertEqual(screen, texts(figure, language))


class Colours(unittest.TestCase):
    def test_every_colour_stands_out_from_white_paper(self):
        for colour in drawing.COLOURS:
            self.assertGreater(_contrast(colour), 3.0, colour)

    def test_the_style_sheet_uses_the_same_colours_by_day(self):
        from analysis.render.html import style

        for number, colour in enumerate(drawing.COLOURS, start=1):
            short = f"#{colour[1]}{colour[3]}{colour[5]}"
            given = re.search(rf"--curve-{number}: (#\w+)", style())[1]
            self.assertIn(given, (colour, short))


def _contrast(colour: str) -> float:
    """Contrast with white as WCAG 2.2 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
