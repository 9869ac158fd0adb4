"""What a list of permitted answers is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from registry.labels import Label

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class Code:
    """One permitted answer.

    `aliases` are other spellings that mean exactly this answer and are understood
    when typed or imported. `facts` holds what the source states about the code
    (a weight, a rank, a group), read by definitions and never shown as such.
    """

    code: str
    label: Label
    aliases: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything that may be written for this answer."""
        return (self.code, self.label.en, self.label.zh, *self.aliases)


@dataclass(frozen=True, eq=False)
class CodeList:
    """A closed vocabulary with its source: the only answers a field accepts.

    Codes are lower-case ASCII and are never used again for something else.
    """

    name: str
    label: Label
    source: str
    codes: tuple[Code, ...]

    @cached_property
    def by_code(self) -> dict[str, Code]:
        return {one.code: one for one in self.codes}

    @cached_property
    def _by_spelling(self) -> dict[str, str]:
        return {as_compared(text): one.code for one in self.codes for text in one.spellings}

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Code:
        return self.by_code[code]

    def label_of(self, code: str | None) -> Label | None:
        """The wording of `code`; a code that left the list is shown as itself."""
        if code is None:
            return None
        known = self.by_code.get(code)
        return known.label if known else Label(code, code)

    def understand(self, text: str) -> str | None:
        """The code that `text` means, by code, label or listed alias; never a guess.

        Width, case and surrounding space do not matter: "３Ａ" and "Ⅲa" are read like
        "3a" and "IIIa".
        """
        return self._by_spelling.get(as_compared(text))

    def having(self, fact: str, value: object = True) -> tuple[str, ...]:
        """The codes for which the source states `fact` with this value, in order."""
        return tuple(one.code for one in self.codes if one.facts.get(fact) == value)

    def fact(self, name: str) -> dict[str, object]:
        """Code → what the source states as `name`, for the codes where it states it."""
        return {one.code: one.facts[name] for one in self.codes if name in one.facts}


def as_compared(text: str) -> str:
    """`text` as it is compared: half-width, without zero-width signs, case and outer space."""
    return unicodedata.normalize("NFKC", text).translate(ZERO_WIDTH).strip().casefold()


def code(code: str, en: str, zh: str, *, aliases: tuple[str, ...] = (), **facts: object) -> Code:
    """One permitted answer, written in one line of its list."""
    return Code(code, Label(en, zh), aliases, facts)


UNKNOWN = code("unknown", "Unknown", "不详", aliases=("不明", "未知"))


def code_list(name: str, label: Label, source: str, *codes: Code, closed: bool = False) -> CodeList:
    """A vocabulary; "unknown" is its last answer unless the list is `closed`."""
    return CodeList(name, label, source, codes if closed else (*codes, UNKNOWN))
