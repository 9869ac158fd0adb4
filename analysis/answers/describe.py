"""Descriptives and comparisons of the columns of a table, as the data that docs/commands.md describes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis import describe
from analysis.answers.blocks import Absent
from analysis.answers.columns import Columns, Kind, ordered_levels
from analysis.answers.question import Description
from analysis.conventions import Conventions
from analysis.estimate import Estimate
from analysis.table_file import listed, quoted, refuse

FEW_VALUES = 10


def answer(columns: Columns, question: Description, language: str) -> dict[str, object]:
    """The answer to `question`, ready for JSON: numbers unrounded, None where there is none.

    Sentences are in `language`. Raises InputError for a column that is not what it is declared, and for
    fewer than two groups.
    """
    absent = Absent(language)
    groups = _groups(columns, question.group) if question.group else None
    missing = columns.missing_counts(question.group) if question.group else {}
    return {
        "conventions": question.conventions.as_data(),
        "n": len(columns),
        "group": question.group,
        "group_missing": sum(missing.values()),
        "group_missing_by_reason": missing,
        "columns": {name: _Column(columns, question, name).answer(groups, absent) for name in question.names},
        "not_computed": absent.blocks,
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """The levels in order, and the place of every row's level among them, -1 where missing."""

    levels: tuple[str, ...]
    codes: np.ndarray

    @property
    def rows(self) -> dict[str, np.ndarray]:
        """Which rows belong to each level."""
        return {level: self.codes == index for index, level in enumerate(self.levels)}


def _groups(columns: Columns, name: str) -> _Groups:
    levels, codes = columns.levels(name)
    if len(levels) < 2:
        raise refuse(
            "the column {column} of {file} holds one group only ({levels}); a comparison needs two.",
            "{file}的列{column}只有一组（{levels}）；比较至少需要两组。",
            column=quoted(name),
            file=quoted(columns.table.name),
            levels=listed(levels) or "—",
        )
    return _Groups(levels, codes)


class _Column:
    """One column and what is computed from it.

    A column of numbers has the statistics of numbers, one of categories its counts; a column of few
    different numbers has both, and its kind says which of them to print.
    """

    def __init__(self, columns: Columns, question: Description, name: str) -> None:
        self.name, self.conventions = name, question.conventions
        self.kind = _kind(columns, question, name)
        self.setting = "mean" if name in question.means else "median" if name in question.medians else "auto"
        self.missing = columns.missing(name)
        self.missing_counts = columns.missing_counts(name)
        present = columns.present(name)
        numeric = self.kind == "number" or (len(present) > 0 and columns.is_numeric(name))
        self.numbers = columns.numbers(name) if numeric else None
        counted = self.kind == "category" or len(present) <= FEW_VALUES
        self.levels, self.codes = columns.levels(name) if counted else ((), None)

    def answer(self, groups: _Groups | None, absent: Absent) -> dict[str, object]:
        language = absent.language
        everyone = np.ones(self.missing.size, dtype=bool)
        rows = groups.rows if groups else {}
        overall = self._described(everyone) | {"missing_by_reason": self.missing_counts}
        return {
            "kind": self.kind,
            "summary": self._summary([*rows.values()] or [everyone], language),
            "overall": overall,
            "groups": {level: self._described(own) for level, own in rows.items()},
            "tests": absent.attempt(f"columns.{self.name}.tests", lambda: self._tests(groups, language))
            if groups
            else None,
        }

    def _described(self, rows: np.ndarray) -> dict[str, object]:
        missing = int(self.missing[rows].sum())
        n = int(rows.sum()) - missing
        found: dict[str, object] = {"n": n, "missing": missing}
        if self.numbers is not None:
            found |= _described_numbers(self.numbers[rows], self.conventions)
        if self.codes is not None:
            found["counts"] = {
                level: _share(int((self.codes[rows] == index).sum()), n, self.conventions)
                for index, level in enumerate(self.levels)
            }
        return found

    def _summary(self, groups: list[np.ndarray], language: str) -> dict[str, object] | None:
        """Mean or median, for all groups alike, and why."""
        if self.kind == "category":
            return None
        choice = describe.choose_summary([self.numbers[rows] for rows in groups], setting=self.setting)
        return {
            "kind": choice.kind,
            "why": [reason.text(language) for reason in choice.why],
            "normality": [test.numbers() for test in choice.normality],
        }

    def _tests(self, groups: _Groups, language: str) -> dict[str, object]:
        """Every test by its name, and what chose among them."""
        labels = ordered_levels(groups.levels, groups.codes)
        if self.kind == "number":
            kind = None if self.setting == "auto" else self.setting
            compared = describe.compare_numbers(self.numbers, labels, self.conventions, kind=kind)
        else:
            values = ordered_levels(self.levels, self.codes)
            compared = describe.compare_categories(values, labels, self.conventions)
        numbers = compared.numbers()
        return numbers.pop("tests") | numbers | {"rule": compared.rule.text(language)}


def _kind(columns: Columns, question: Description, name: str) -> Kind:
    """The kind of a column as declared, else as its values tell."""
    if name in question.numbers:
        return "number"
    return "category" if name in question.categories else columns.kind(name)


def _described_numbers(values: np.ndarray, conventions: Conventions) -> dict[str, object]:
    """Location, spread, shape and tests of normality; "reasons" says why a number is None."""
    summary = describe.summarise(values, conventions)
    shapiro, lilliefors = describe.shapiro_wilk(values), describe.lilliefors(values)
    found = {
        "mean": summary.mean,
        "sd": summary.sd,
        "sem": summary.sem,
        "min": summary.minimum,
        "max": summary.maximum,
        "quantiles": {
            str(kind): [None] * 3 if quartiles is None else list(quartiles)
            for kind, quartiles in describe.quartiles_by_type(values).items()
        },
        "skewness": describe.skewness(values),
        "shapiro_w": shapiro.statistic,
        "shapiro_p": shapiro.p,
        "lilliefors_d": lilliefors.statistic,
        "lilliefors_p": lilliefors.p,
    }
    named = {"mean": "mean", "sd": "sd", "sem": "sem", "min": "minimum", "max": "maximum"}
    absent = {key: summary.reasons[name] for key, name in named.items() if found[key] is None}
    for name, test in (("shapiro", shapiro), ("lilliefors", lilliefors)):
        if test.reason:
            absent[name] = test.reason
    return found | {"reasons": absent}


def _share(count: int, total: int, conventions: Conventions) -> dict[str, object]:
    proportion = describe.proportion(count, total, conventions)
    return {"n": count, "total": total, "proportion": Estimate.numbers(proportion)}
