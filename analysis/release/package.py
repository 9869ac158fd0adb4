"""A release as one zip file: the tables as CSV, what each column means, and how the file was made."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from analysis import cohort
from analysis.dataset import Dataset
from analysis.release import anonymity, case_rows, row_tables
from analysis.release.tables import ReleasedColumn, ReleasedTable
from registry.classification import IDENTIFIED, PROFILES
from registry.labels import Label
from registry.models import Centre
from registry.neutral_csv import write_rows

NO_MOMENT = (1980, 1, 1, 0, 0, 0)  # the zip format wants one; the day of the export is in the registry
DICTIONARY = ("table", "column", "label_en", "label_zh", "kind", "unit_en", "unit_zh", "made_en", "made_zh")
LEVELS = ("table", "column", "code", "label_en", "label_zh")

ABOUT = Label(
    "# Data for analysis\n\nProfile: {profile}. Cases: {cases}. Purpose: {purpose}\n\n"
    "One row for each case is in cases.csv; the other tables have several rows for a case and are joined by "
    "the column “case”. dictionary.csv and levels.csv (both also in dictionary.json) say what each column "
    "and code means and what was done to the recorded value. An empty field is a missing answer. "
    "Text that a spreadsheet could take for a formula has one apostrophe in front.\n",
    "# 分析用数据\n\n导出类型：{profile}。病例数：{cases}。用途：{purpose}\n\n"
    "cases.csv每例一行；其余各表每例可有多行，以“case”列关联。dictionary.csv和levels.csv（内容同dictionary.json）"
    "说明各列和代码的含义及对原始值的处理。空白表示缺失。可能被电子表格识别为公式的文本前加有一个撇号。\n",
)
DEIDENTIFIED_NOTE = Label(
    "\nFree text, study numbers, registry numbers, centres and months of birth are left out; days count "
    "from the index operation, of which only the year is given; ages from 90 are one group.\n\n"
    "Indirect identifiers ({names}): before coarsening {rare} cases stood in combinations of fewer "
    "than {k} cases, {unique} of them alone. Steps taken: {steps}. Rows with emptied values: {emptied}. "
    "The rarest combination in this file stands for {smallest} cases.\n\n"
    "Somebody who knows several clinical facts of one patient may still recognise the case. Do not try to, "
    "do not pass the file on, and delete it when the purpose is fulfilled.\n",
    "\n本文件不含自由文本、研究编号、登记号、中心及出生年月；各日期以距首次手术的天数表示，仅给出手术年份；90岁及以上合并为一组。\n\n"
    "间接标识符（{names}）：粗化前，{rare}例的组合少于{k}例相同，其中{unique}例为唯一。已采取的步骤：{steps}。"
    "留空处理的行数：{emptied}。本文件中最少见的组合有{smallest}例。\n\n"
    "了解某位患者多项临床信息的人仍可能识别出该病例。请勿尝试识别，勿转交他人，用途完成后请删除。\n",
)
PSEUDONYMISED_NOTE = Label(
    "\nThe registry can still lead from a case to the patient: these are personal data. "
    "Dates stand as recorded.\n",
    "\n登记库仍可由病例号追溯到患者，属于个人信息；日期按原记录给出。\n",
)
NO_STEPS = Label("none was needed", "无需处理")


@dataclass(frozen=True, slots=True)
class Package:
    """A finished file: its bytes, how many cases, which columns left, and how coarse they were made."""

    content: bytes
    cases: int
    columns: dict[str, list[str]]
    outcome: anonymity.Outcome | None


def make(data: Dataset, profile: str, centres: Sequence[Centre], purpose: str) -> Package:
    """The file of these cases in this profile. Raises anonymity.TooFewCases."""
    tables, outcome = released_tables(data, profile, centres)
    files = {f"{table.name}.csv": _csv(table.header, table.rows) for table in tables}
    files |= _dictionary(tables)
    files["about.md"] = _about(len(data), profile, purpose, outcome)
    columns = {table.name: table.header for table in tables}
    return Package(_zip(files), len(data), columns, outcome)


def released_tables(
    data: Dataset, profile: str, centres: Sequence[Centre]
) -> tuple[list[ReleasedTable], anonymity.Outcome | None]:
    """The tables of the file, and how the indirect identifiers were made coarser."""
    numbers = case_rows.case_numbers(data, profile)
    named = cohort.study_numbers(data.ids.tolist(), centres) if profile == IDENTIFIED else {}
    cases, outcome = case_rows.case_table(data, profile, numbers, named)
    return [cases, *row_tables.row_tables(numbers, profile)], outcome


def _csv(header: Sequence[str], rows) -> bytes:
    stream = io.StringIO(newline="")
    write_rows(stream, header, rows)
    return stream.getvalue().encode()


def _dictionary(tables: Sequence[ReleasedTable]) -> dict[str, bytes]:
    columns = [(table, column) for table in tables for column in table.columns]
    listed = [(table.name, *_described(column)) for table, column in columns]
    levels = [
        (table.name, column.name, code, label.en, label.zh)
        for table, column in columns
        for code, label in column.levels
    ]
    content = {
        "columns": [dict(zip(DICTIONARY, one, strict=True)) for one in listed],
        "levels": [dict(zip(LEVELS, one, strict=True)) for one in levels],
    }
    return {
        "dictionary.csv": _csv(DICTIONARY, listed),
        "levels.csv": _csv(LEVELS, levels),
        "dictionary.json": json.dumps(content, ensure_ascii=False, indent=1).encode(),
    }


def _described(column: ReleasedColumn) -> tuple[str, ...]:
    pairs = (column.label, column.unit, column.made)
    label, unit, made = ((one.en, one.zh) for one in pairs)
    return (column.name, *label, column.kind, *unit, *made)


def _about(cases: int, profile: str, purpose: str, outcome: anonymity.Outcome | None) -> bytes:
    texts = [ABOUT.fill(profile=PROFILES[profile], cases=cases, purpose=purpose)]
    if outcome:
        steps = Label(
            "; ".join(step.en for step in outcome.steps) or NO_STEPS.en,
            "；".join(step.zh for step in outcome.steps) or NO_STEPS.zh,
        )
        texts.append(
            DEIDENTIFIED_NOTE.fill(
                names=", ".join(anonymity.IDENTIFIERS),
                rare=outcome.rare_before,
                unique=outcome.unique_before,
                k=anonymity.K,
                steps=steps,
                emptied=outcome.emptied,
                smallest=outcome.smallest,
            )
        )
    else:
        texts.append(PSEUDONYMISED_NOTE)
    return "\n\n".join("".join(text.text(language) for text in texts) for language in ("en", "zh")).encode()


def _zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, NO_MOMENT), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
