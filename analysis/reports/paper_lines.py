"""What only this report has: both sexes in one line, deaths that may be none, and the journal's ml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis import describe, typeset
from analysis.document import Cell, Note, Part
from analysis.reports import cells
from analysis.reports.lines import Share, SingleLine
from analysis.reports.source import Source, Which
from registry.labels import Label, both

MILLILITRES = both("ml")  # as the journal prints it, in both languages

_WORDS = {
    "m": (Label("", "男"), Label(" male", "例")),
    "f": (Label("", "女"), Label(" female", "例")),
    "other": (Label("", "其他"), Label(" other", "例")),
}
_BETWEEN = Label(", ", ",")

UPPER_LIMIT = Label(
    "No death among {n} patients of known status: the upper 95% confidence limit is {upper}.",
    "生存状态明确的{n}例中无死亡，其95%置信上限为{upper}。",
)


@dataclass(frozen=True)
class Sexes(SingleLine):
    """ "14 male, 17 female" and "男14例,女17例"; a further sex only where it occurs."""

    name: str = "sex"

    def label(self, source: Source) -> Label:
        return source.data.columns[self.name].label

    def cell(self, source: Source) -> Cell:
        known = source.known(self.name)
        if not known.any():
            return cells.absent(source, Which(self.name))
        parts: list[Part] = []
        numbers: dict[str, int] = {"N": int(known.sum())}
        for level, (before, after) in _WORDS.items():
            counted = source.is_one_of(self.name, (level,))
            numbers[level] = int(counted.sum())
            if level != "other" or counted.any():
                parts += [Part(_BETWEEN)] if parts else []
                parts += [Part(before), cells.count_part(source, counted), Part(after)]
        return Cell((*parts, *cells.missing_parts(source, ~known)), numbers)


@dataclass(frozen=True)
class NoneOrCount(Share):
    """Deaths: "none" with the upper confidence limit in a foot note, or how many."""

    form: object = cells.none_or_count
    topics = ("proportions",)

    def notes(self, source: Source) -> Iterable[Note]:
        total = int(self.which.known(source).sum())
        if not total or self.which.counted(source).any():
            return
        none = describe.proportion(0, total, source.conventions)
        upper = typeset.quantity(100 * none.upper, 1, typeset.PERCENT, source.conventions)
        yield Note(UPPER_LIMIT.fill(n=total, upper=upper), (source.data.cases(self.which.known(source)),))
