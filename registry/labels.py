"""Words in two languages, written once.

A clinical word is data, not interface text: a bilingual clinician checks both
languages side by side in the file that declares it. Nothing here knows Django;
the application tells this module how to find the reader's language (`follow`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LANGUAGES = ("en", "zh")


def _english() -> str:
    return "en"


_reader_language: Callable[[], str] = _english


def follow(language_of_reader: Callable[[], str | None]) -> None:
    """Let `str(label)` speak the language that `language_of_reader` names."""
    global _reader_language
    _reader_language = lambda: short_code(language_of_reader())  # noqa: E731


def short_code(language: str | None) -> str:
    """'zh-hans', 'zh_CN' and 'zh' are Chinese; everything else is English."""
    return "zh" if (language or "").lower().startswith("zh") else "en"


@dataclass(frozen=True, slots=True)
class Label:
    """One word, phrase or sentence pattern in English and simplified Chinese."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """The wording in `language` ("en" or "zh")."""
        return self.zh if short_code(language) == "zh" else self.en

    def __str__(self) -> str:
        return self.text(_reader_language())

    def fill(self, **values: object) -> Label:
        """A sentence pattern with its braces filled; values may be labels themselves."""
        return Label(
            self.en.format(**{k: in_language(v, "en") for k, v in values.items()}),
            self.zh.format(**{k: in_language(v, "zh") for k, v in values.items()}),
        )


def in_language(value: object, language: str) -> object:
    """`value` itself, or its wording in `language` when it is a label."""
    return value.text(language) if isinstance(value, Label) else value


def both(text: str) -> Label:
    """A label that reads the same in both languages: a unit, a symbol, a code."""
    return Label(text, text)


def joined(labels: list[Label], en: str = ", ", zh: str = "、") -> Label:
    """Several labels as one enumeration."""
    return Label(en.join(one.en for one in labels), zh.join(one.zh for one in labels))
