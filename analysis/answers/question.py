"""What was asked, read from the options of the commands and checked before anything is computed."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analysis.answers.columns import LARGEST, SMALLEST, plain
from analysis.conventions import PRESETS, Conventions
from analysis.table_file import DELIMITERS, listed, quoted, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """A question of `manage.py survival`: column names, values as the file writes them, times in its unit."""

    conventions: Conventions
    time: str
    event: str
    event_value: str | None = None
    competing_value: str | None = None
    entry: str | None = None
    group: str | None = None
    strata: str | None = None
    covariates: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    landmarks: tuple[float, ...] = ()
    tau: float | None = None

    def __post_init__(self) -> None:
        _refuse_twice("--covariates", self.covariates)
        roles = {"--time": self.time, "--event": self.event, "--entry": self.entry}
        roles |= {"--group": self.group, "--strata": self.strata}
        taken: dict[str, str] = {}
        for option, column in roles.items():
            if column is not None and taken.setdefault(column, option) != option:
                raise _two_roles(column, taken[column], option)
        for column in self.covariates:
            if taken.get(column, "--group") != "--group":
                raise _two_roles(column, taken[column], "--covariates")
        _refuse_strangers("--categories", self.categories, self.covariates, "--covariates")
        if self.competing_value is not None and self.event_value is None:
            raise refuse(
                "--competing-value needs --event-value beside it.",
                "使用--competing-value时须同时给出--event-value。",
            )
        if self.competing_value is not None and plain(self.competing_value) == plain(self.event_value):
            raise refuse(
                "--event-value and --competing-value are both {value}; they must differ.",
                "--event-value与--competing-value均为{value}，二者不可相同。",
                value=quoted(self.event_value),
            )

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns in which a row must have a value to enter at all."""
        named = (self.time, self.event, self.entry, self.group, self.strata)
        return tuple(column for column in named if column is not None)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        return tuple(dict.fromkeys((*self.needed, *self.covariates)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A question of `manage.py describe`; `numbers` and `categories` are columns whose kind is declared.

    `means` and `medians` are columns whose summary is.
    """

    conventions: Conventions
    names: tuple[str, ...]
    group: str | None = None
    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    medians: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _refuse_twice("--columns", self.names)
        if self.group in self.names:
            raise _two_roles(self.group, "--group", "--columns")
        declared = {"--numbers": self.numbers, "--categories": self.categories}
        declared |= {"--means": self.means, "--medians": self.medians}
        for option, columns in declared.items():
            _refuse_strangers(option, columns, self.names, "--columns")
        for first, second in (*pairwise(declared), ("--categories", "--medians")):
            for column in declared[first]:
                if column in declared[second]:
                    raise _two_roles(column, first, second)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        return self.names if self.group is None else (*self.names, self.group)


def survival(options: dict) -> Survival:
    """The question in the options of `manage.py survival`. Raises InputError."""
    return Survival(
        conventions=conventions(options),
        time=_column(options, "time"),
        event=_column(options, "event"),
        event_value=_value(options, "event_value"),
        competing_value=_value(options, "competing_value"),
        entry=_column(options, "entry"),
        group=_column(options, "group"),
        strata=_column(options, "strata"),
        covariates=names(options["covariates"], "--covariates"),
        categories=names(options["categories"], "--categories"),
        landmarks=_landmarks(options["landmarks"]),
        tau=_positive(options["tau"]),
    )


def description(options: dict) -> Description:
    """The question in the options of `manage.py describe`. Raises InputError."""
    return Description(
        conventions=conventions(options),
        names=names(options["columns"], "--columns", needed=True),
        group=_column(options, "group"),
        numbers=names(options["numbers"], "--numbers"),
        categories=names(options["categories"], "--categories"),
        means=names(options["means"], "--means"),
        medians=names(options["medians"], "--medians"),
    )


def conventions(options: dict) -> Conventions:
    """The preset that is named, with the confidence level that is asked for."""
    preset = PRESETS[one_of(PRESETS, options["conventions"], "--conventions")]
    if options["level"] is None:
        return preset
    level = _number(options["level"], "--level")
    level = level / 100 if 50 <= level < 100 else level
    if not 0.5 <= level <= 0.9999:
        raise refuse(
            "--level is {value}; it must lie between 0.5 and 0.9999, such as 0.95.",
            "--level为{value}；须介于0.5与0.9999之间，例如0.95。",
            value=quoted(options["level"]),
        )
    return replace(preset, level=level)


def one_of(permitted: Sequence[str], given: str, option: str) -> str:
    """`given` if it is permitted. Raises InputError."""
    if given not in permitted:
        raise refuse(
            "{option} is {value}; it must be one of: {permitted}.",
            "{option}为{value}；可选：{permitted}。",
            option=option,
            value=quoted(given),
            permitted=", ".join(permitted),
        )
    return given


def delimiter(given: str | None) -> str | None:
    """The sign that divides the fields: itself, or comma, semicolon, tab by name. Raises InputError."""
    if given is None or len(given) == 1 and given not in "\r\n\"'":
        return given
    return DELIMITERS[one_of(tuple(DELIMITERS), given, "--delimiter")]


def names(given: str | None, option: str, *, needed: bool = False) -> tuple[str, ...]:
    """Column names divided by commas; one that holds a comma stands in quotation marks. Raises InputError."""
    line = " ".join((given or "").replace("\uff0c", ",").split())
    rows = list(csv.reader([line], skipinitialspace=True))
    found = [name.strip() for row in rows for name in row]
    if (given or needed) and not all(found or [""]):
        raise refuse(
            "{option} is {value}; it must be names of columns divided by commas, such as age,sex.",
            "{option}为{value}；应为以逗号分隔的列名，例如age,sex。",
            option=option,
            value=quoted(given or ""),
        )
    return tuple(name for name in found if name)


def _column(options: dict, name: str) -> str | None:
    given = options[name]
    if given is not None and not given.strip():
        raise refuse("--{option} names no column.", "--{option}未给出列名。", option=name)
    return given and given.strip()


def _value(options: dict, name: str) -> str | None:
    given = options[name]
    if given is not None and not given.strip():
        raise refuse("--{option} is empty.", "--{option}为空。", option=name.replace("_", "-"))
    return given and given.strip()


def _landmarks(given: str | None) -> tuple[float, ...]:
    if given is None:
        return ()
    texts = [text for text in given.replace("\uff0c", ",").split(",") if text.strip()]
    times = [_number(text, "--landmarks") for text in texts]
    if not times or min(times) < 0:
        raise refuse(
            "--landmarks is {value}; it must be times of 0 or more divided by commas, such as 6,12,18.",
            "--landmarks为{value}；应为以逗号分隔的非负时间，例如6,12,18。",
            value=quoted(given),
        )
    return tuple(sorted(set(times)))


def _positive(given: str | None) -> float | None:
    if given is None:
        return None
    value = _number(given, "--tau")
    if value <= 0:
        raise refuse(
            "--tau is {value}; it must be a time above 0.", "--tau为{value}；须大于0。", value=quoted(given)
        )
    return value


def _number(given: str, option: str) -> float:
    try:
        value = float(plain(str(given)))
    except ValueError:
        value = math.nan
    if "_" in str(given) or not (value == 0 or SMALLEST <= abs(value) <= LARGEST):
        raise refuse(
            "{option}: {value} is not a number that can be used.",
            "{option}：{value}不是可用的数值。",
            option=option,
            value=quoted(given),
        )
    return value


def _refuse_twice(option: str, columns: tuple[str, ...]) -> None:
    for column in columns:
        if columns.count(column) > 1:
            raise refuse(
                "{option} names the column {column} twice.",
                "{option}重复给出列{column}。",
                option=option,
                column=quoted(column),
            )


def _refuse_strangers(option: str, columns: tuple[str, ...], known: tuple[str, ...], among: str) -> None:
    strangers = [column for column in columns if column not in known]
    if strangers:
        raise refuse(
            "{option} names {columns}, which is not among {among}.",
            "{option}给出的{columns}不在{among}之中。",
            option=option,
            columns=listed(strangers),
            among=among,
        )


def _two_roles(column: str, first: str, second: str) -> Exception:
    return refuse(
        "the column {column} cannot be both {first} and {second}.",
        "列{column}不可同时作为{first}与{second}。",
        column=quoted(column),
        first=first,
        second=second,
    )
