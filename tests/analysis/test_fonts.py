"""The Chinese font: found, cut to what is used, the same each time."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from io import BytesIO
from pathlib import Path
from unittest import mock

from fontTools.ttLib import TTCollection, TTFont

from analysis.render import fonts


class WhereItIs(unittest.TestCase):
    def setUp(self):
        fonts.path.cache_clear()
        self.addCleanup(fonts.path.cache_clear)
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, name: str, folder: str = "deep/er") -> str:
        file = self.folder / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
        return str(file)

    def found(self) -> str:
        with mock.patch.object(fonts, "_folders", lambda: [self.folder]):
            return fonts.path()

    def test_it_comes_with_the_installed_package(self):
        self.assertRegex(fonts.path(), r"mplfonts.fonts.NotoSansCJKsc-Regular\.otf$")

    def test_without_the_package_the_system_s_own_is_taken(self):
        with mock.patch.object(fonts, "find_spec", lambda name: None):
            self.assertFalse(any("mplfonts" in str(folder) for folder in fonts._folders()))
        self.put("Other.ttf")
        expected = self.put("NotoSansCJK-Regular.ttc")
        self.assertEqual(self.found(), expected)

    def test_a_file_of_simplified_chinese_alone_is_preferred_to_a_collection(self):
        self.put("NotoSansCJK-Regular.ttc", "a")
        expected = self.put("SourceHanSansSC-Regular.otf", "b")
        self.assertEqual(self.found(), expected)

    def test_a_folder_that_is_not_there_is_no_error(self):
        with mock.patch.object(fonts, "_folders", lambda: [self.folder / "absent"]):
            self.assertRaisesRegex(LookupError, "mplfonts", fonts.path)


class ThePiece(unittest.TestCase):
    text = frozenset("患者31例(%)±≥ab")

    def read(self, characters: frozenset[str]) -> TTFont:
        return TTFont(BytesIO(fonts.subset(characters)))

    def test_it_holds_the_characters_asked_for_and_no_others(self):
        self.assertEqual(set(self.read(self.text).getBestCmap()), {ord(char) for char in self.text})

    def test_it_is_small(self):
        self.assertLess(len(fonts.subset(self.text)), 20_000)

    def test_its_outlines_are_true_type_and_not_empty(self):
        font = self.read(self.text)
        self.assertNotIn("CFF ", font)
        glyph = font["glyf"][font.getBestCmap()[ord("患")]]
        self.assertGreater(glyph.numberOfContours, 4)
        self.assertEqual(font.sfntVersion, "\x00\x01\x00\x00")

    def test_outlines_keep_their_place_to_a_unit(self):
        with TTFont(fonts.path(), lazy=True) as whole:
            name = whole.getBestCmap()[ord("患")]
            box = whole["CFF "].cff.topDictIndex[0].CharStrings[name].calcBounds(whole.getGlyphSet())
        font = self.read(self.text)
        glyph = font["glyf"][font.getBestCmap()[ord("患")]]
        for was, now in zip(box, (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax), strict=True):
            self.assertAlmostEqual(was, now, delta=2)

    def test_the_same_characters_give_the_same_bytes(self):
        first = fonts.subset(self.text)
        fonts.subset.cache_clear()
        self.assertEqual(fonts.subset(frozenset(sorted(self.text, reverse=True))), first)

    def test_it_allows_to_be_embedded_and_keeps_its_licence(self):
        font = self.read(self.text)
        self.assertEqual(font["OS/2"].fsType, 0)
        self.assertIn("Open Font License", font["name"].getDebugName(13))

    def test_a_character_that_the_font_lacks_is_left_out(self):
        self.assertEqual(set(self.read(frozenset("患\U0001f600")).getBestCmap()), {ord("患")})

    def test_of_a_collection_the_simplified_chinese_font_is_taken(self):
        collection = TTCollection()
        for family, characters in (("Noto Sans CJK JP", "患"), (fonts.FAMILY, "例")):
            font = self.read(frozenset(characters))
            for record in list(font["name"].names):
                if record.nameID == 1:
                    font["name"].setName(family, 1, 3, 1, 0x409)
            collection.fonts.append(font)
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "both.ttc")
            collection.save(file)
            fonts.subset.cache_clear()
            self.addCleanup(fonts.subset.cache_clear)
            with mock.patch.object(fonts, "path", lambda: file):
                self.assertEqual(set(self.read(frozenset("患例")).getBestCmap()), {ord("例")})


class ItsDisguise(unittest.TestCase):
    def test_only_the_first_32_bytes_are_changed_and_the_key_restores_them(self):
        data = bytes(range(200))
        key, hidden = fonts.obfuscated(data)
        self.assertRegex(key, r"^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$")
        self.assertEqual(hidden[32:], data[32:])
        mask = bytes.fromhex(key[1:-1].replace("-", ""))[::-1] * 2
        self.assertEqual(bytes(a ^ b for a, b in zip(hidden, mask, strict=False)), data[:32])
        self.assertNotEqual(hidden[:32], data[:32])

    def test_another_font_has_another_key(self):
        self.assertNotEqual(fonts.obfuscated(bytes(40))[0], fonts.obfuscated(bytes(41))[0])


class Texts(unittest.TestCase):
    def test_chinese_words_and_marks_need_the_font_and_western_signs_do_not(self):
        for text in ("肝", "。", "(", "a,中"):
            self.assertEqual(fonts.needs_chinese(text), any(ord(char) > 0x2E7F for char in text))
        self.assertTrue(fonts.needs_chinese("G1级"))
        self.assertFalse(fonts.needs_chinese("≥ 5 ± 1 – “x” 1\u2009000 χ²"))

    def test_a_thin_space_is_drawn_as_a_space(self):
        self.assertEqual(fonts.drawable("1\u2009000\u202f000"), "1 000 000")
