"""Running text with numbers in it: a sentence pattern whose braces are filled with linked parts."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

from analysis.document import Cell, Paragraph, Part
from registry.labels import Label

Filling = Part | Cell | Label | tuple[Part, ...]


def compose(pattern: Label, **fillings: Filling) -> tuple[Part, ...]:
    """The parts of a sentence. A filling is a part, several, the parts of a cell, or words.

    Both languages must name the same braces in the same order, since one sequence of parts
    speaks both. Raises ValueError where they do not, and for a filling without braces.
    """
    english, chinese = list(Formatter().parse(pattern.en)), list(Formatter().parse(pattern.zh))
    names = [name for _, name, _, _ in english if name is not None]
    if names != [name for _, name, _, _ in chinese if name is not None] or set(names) != set(fillings):
        raise ValueError(f"the braces of {pattern.en!r} and {pattern.zh!r} are not {sorted(fillings)}")
    parts: list[Part] = []
    for position in range(max(len(english), len(chinese))):
        texts = [pieces[position][0] if position < len(pieces) else "" for pieces in (english, chinese)]
        if any(texts):
            parts.append(Part(Label(*texts)))
        if position < len(names):
            parts += _parts(fillings[names[position]])
    return tuple(parts)


def _parts(filling: Filling) -> tuple[Part, ...]:
    if isinstance(filling, Label):
        return (Part(filling),)
    if isinstance(filling, Part):
        return (filling,)
    return filling.parts if isinstance(filling, Cell) else filling


def paragraph(id: str, sentences: Iterable[tuple[Part, ...]]) -> Paragraph:
    """Sentences one after the other; English wants a space between them, Chinese none."""
    parts: list[Part] = []
    for sentence in sentences:
        if parts:
            parts.append(Part(Label(" ", "")))
        parts += sentence
    return Paragraph(id, tuple(parts))
