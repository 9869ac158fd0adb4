"""The Chinese font of figures and Word documents: where it is, and a piece of it to embed.

Noto Sans CJK SC comes with the installed package `mplfonts`, or from the system. Its
licence (SIL Open Font License 1.1) allows to embed it. A document carries only the
characters that it uses, so it shows them on a machine without any Chinese font.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from uuid import UUID

FAMILY = "Noto Sans CJK SC"

# Under which names the same design is distributed, and where systems keep their fonts.
_FILES = (
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "NotoSansCJK-Regular.ttc",
)
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
    "~/AppData/Local/Microsoft/Windows/Fonts",
)
# What the table "maxp" of a TrueType font counts beside glyphs; fontTools fills in what is not 0.
_LIMITS = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)
_THIN_SPACES = str.maketrans({"\u2009": " ", "\u202f": " "})  # the font has none


@cache
def path() -> str:
    """The file of the font. Raises LookupError where neither the package nor the system has it.

    Better no document than one in which every Chinese word is a row of boxes.
    """
    for folder in _folders():
        if files := _in(folder):
            return str(files[0])
    raise LookupError(f"no Chinese font: install the package mplfonts (requirements.txt) or {FAMILY}")


def _folders() -> list[Path]:
    package = find_spec("mplfonts")
    places = (package and package.submodule_search_locations) or ()
    installed = [Path(place) / "fonts" for place in places]
    return installed + [Path(folder).expanduser() for folder in _FOLDERS]


def _in(folder: Path) -> list[Path]:
    """The files of the font under a folder, the best first."""
    found = {file.name: file for file in folder.rglob("Noto*")} | {
        file.name: file for file in folder.rglob("SourceHanSans*")
    }
    return [found[name] for name in _FILES if name in found]


def drawable(text: str) -> str:
    """The text with an ordinary space where the font has no thin one."""
    return text.translate(_THIN_SPACES)


def needs_chinese(text: str) -> bool:
    """Whether a text holds characters that Western fonts lack: Chinese ones or their punctuation."""
    return any(char >= "\u2e80" for char in text)


@lru_cache(maxsize=8)
def subset(characters: frozenset[str]) -> bytes:
    """A TrueType font with these characters alone, named FAMILY.

    Word embeds no PostScript outlines, so the curves are turned to quadratic ones. The same
    characters give the same bytes.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    keep = Options(layout_features=[], bidi_closure=False, hinting=False, notdef_outline=True)
    keep.name_IDs = [0, 13, 14]  # copyright and licence
    keep.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    subsetter = Subsetter(keep)
    subsetter.populate(text="".join(sorted(characters)))
    number, file = _simplified_chinese(path()), BytesIO()
    with TTFont(path(), fontNumber=number, lazy=True, recalcTimestamp=False) as font:
        subsetter.subset(font)
        if "CFF " in font:
            _to_quadratic(font)
        _rename(font)
        font.save(file)
    return file.getvalue()


def _simplified_chinese(file: str) -> int:
    """Which font of a collection is the simplified Chinese one; -1 for a file of one font."""
    if not file.endswith(".ttc"):
        return -1
    from fontTools.ttLib import TTCollection

    with TTCollection(file, lazy=True) as collection:
        names = [font["name"].getBestFamilyName() for font in collection]
    return names.index(FAMILY) if FAMILY in names else 0


def _to_quadratic(font) -> None:
    """Replace the cubic outlines of an OpenType font by TrueType ones, to one unit in a thousand."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    outlines, glyphs = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    table = newTable("glyf")
    table.glyphOrder, table.glyphs = font.getGlyphOrder(), glyphs
    font["loca"], font["glyf"] = newTable("loca"), table
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    for name in _LIMITS:
        setattr(limits, name, 0)
    limits.maxZones = 1
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
    del font["CFF "]


def _rename(font) -> None:
    """Name the piece as the documents call it, whatever the file was called."""
    postscript = FAMILY.replace(" ", "") + "-Regular"
    for number, text in {1: FAMILY, 2: "Regular", 3: f"{FAMILY} subset", 4: FAMILY, 6: postscript}.items():
        font["name"].setName(text, number, 3, 1, 0x409)


def obfuscated(font: bytes) -> tuple[str, bytes]:
    """The font as Office documents embed it (ECMA-376 part 1, 17.8.1), and its key.

    The key is made from the font, so that the same document gives the same bytes.
    """
    key = UUID(bytes=hashlib.sha256(font).digest()[:16])
    mask = key.bytes[::-1] * 2
    head = bytes(byte ^ other for byte, other in zip(font[:32], mask, strict=True))
    return f"{{{str(key).upper()}}}", head + font[32:]
