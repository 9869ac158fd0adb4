"""Running text with numbers in it: sentence patterns whose braces are filled with linked parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import Formatter

from analysis.document import Cell, Paragraph, Part
from registry.labels import Label

Parts = tuple[Part, ...]
Filling = Part | Cell | Parts

_AND = Label("; ", "；")
_STOP = Label(".", "。")
_SPACE = Label(" ", "")


def compose(pattern: Label, **fillings: Filling) -> Parts:
    """The parts of a sentence. A filling is a part, several, or those of a cell.

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


def _parts(filling: Filling) -> Parts:
    if isinstance(filling, Part):
        return (filling,)
    return filling.parts if isinstance(filling, Cell) else filling


def plain(text: Label) -> Parts:
    """A sentence without numbers of cases."""
    return (Part(text),)


def sentence(clauses: Sequence[Parts]) -> Parts:
    """Clauses as one sentence: joined by semicolons, begun with a capital, ended with a stop."""
    parts: list[Part] = []
    for clause in clauses:
        parts += [Part(_AND), *clause] if parts else _capitalised(clause)
    return (*parts, Part(_STOP)) if parts else ()


def _capitalised(clause: Parts) -> Parts:
    first = clause[0]
    text = Label(first.text.en[:1].upper() + first.text.en[1:], first.text.zh)
    return (Part(text, first.cases, first.discloses), *clause[1:])


def paragraph(id: str, sentences: Iterable[Parts]) -> Paragraph:
    """Sentences one after the other; English wants a space between them, Chinese none."""
    parts: list[Part] = []
    for one in sentences:
        parts += [Part(_SPACE), *one] if parts and one else one
    return Paragraph(id, tuple(parts))
