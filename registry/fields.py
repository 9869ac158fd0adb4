"""Django fields that know everything the dictionary says about an answer.

Declared once in a model: label in both languages, unit, what is impossible (`hard`),
what is unlikely (`soft`), which slip of unit a wrong value
suggests (`slip`), the code list, when it is asked (`shown_when`) and whether a
complete record needs it (`need`, the dictionary's requirement code such as "1R*").
Forms, the admin site, the history, the cohort and the reports all read it from here.

None of this reaches a migration: a corrected label or limit is not a schema change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal as Exact
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import lazystr

from registry import codes as code_lists
from registry import reading
from registry.codes.base import Code, CodeList
from registry.conditions import Condition
from registry.labels import Label, both, joined

UNLABELLED = both("")
LONGEST_CODE = 32

OUT_OF_RANGE = Label(
    "{label}: {value} is not possible; allowed is {low} to {high}{unit}.",
    "{label}：{value} 超出允许范围，应为 {low}~{high}{unit}。",
)
NOT_LISTED = Label(
    "{label}: “{value}” is not one of the permitted answers.", "{label}：“{value}”不在允许的选项中。"
)
NOT_ALONE = Label(
    "{label}: “{none}” cannot stand together with other answers.", "{label}：“{none}”不能与其他选项同时选择。"
)


class Chosen(models.CharField):
    """A text out of a short list that is no answer of the record; the list stays out of the migrations."""

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, "django.db.models.CharField", args, kwargs


class Answer:
    """What every answer of the record has in common (mixed into Django's field classes)."""

    label: Label = UNLABELLED
    need: str = ""
    unit: Label | None = None
    hard: tuple[Any, Any] | None = None
    soft: tuple[Any, Any] | None = None
    codes: CodeList | None = None
    usual: tuple[str, ...] = ()
    shown_when: Condition | None = None
    hint: Label | None = None
    slip: Callable[[Exact], Label | None] | None = None
    identifying: bool = False
    companions: tuple[str, ...] = ()

    def _describe(self, label: Label, extra: dict[str, Any]) -> dict[str, Any]:
        """Take our own attributes out of `extra`; give what is left the shared defaults."""
        self.label = label
        for name in ("need", "unit", "hard", "soft", "usual", "shown_when", "hint", "slip", "identifying"):
            if name in extra:
                setattr(self, name, extra.pop(name))
        extra.setdefault("null", True)
        extra.setdefault("blank", True)
        extra["verbose_name"] = lazystr(label)
        return extra

    def formfield(self, **_django):
        """One input for every place where this answer is typed, the admin site included."""
        from registry.forms.inputs import input_for

        return None if getattr(self, "is_companion", False) else input_for(self)

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """Store what was read from the form, with its comparator or precision."""
        if isinstance(data, reading.Reading):
            setattr(instance, self.attname, data.value)
            marks = {"cmp": data.comparator, "prec": data.precision}
        else:
            setattr(instance, self.attname, data)
            marks = {}
        for companion in self.companions:
            setattr(instance, companion, marks.get(companion.rsplit("_", 1)[1]))

    def typed(self, row: models.Model) -> Any:
        """The stored answer as a person would type it ("<3", "2023-04")."""
        value = getattr(row, self.attname)
        if value is None or not isinstance(self, Measured | Day):
            return value
        comparator = getattr(row, f"{self.name}_cmp", None) or "eq"
        precision = getattr(row, f"{self.name}_prec", None) or self.precision
        return reading.canonical(value, comparator, precision)

    precision = "d"

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for not_schema in ("verbose_name", "choices", "help_text", "blank", "validators"):
            kwargs.pop(not_schema, None)
        kwargs["null"] = self.null  # Django leaves the default out; ours is the other one
        return name, path, args, kwargs

    @property
    def tier(self) -> int:
        """1 minimum set, 2 standard set, 3 extended; 3 where the dictionary gives none."""
        return int(self.need[0]) if self.need else 3

    @property
    def is_needed(self) -> bool:
        """A complete record of the minimum set needs an answer (when the question is asked)."""
        return self.need[:2] in ("1R", "1C")

    @property
    def may_have_reason(self) -> bool:
        """A missing-value reason may stand instead of the answer."""
        return not self.need.endswith("*")

    def show(self, value: Any, comparator: str | None = None, precision: str | None = None) -> Label:
        """The answer as it reads on a page, with its unit, in both languages."""
        if value is None or value == []:
            return UNLABELLED
        text = reading.COMPARATOR_SIGNS.get(comparator or "eq", "") + _plain(value)
        return both(text) if self.unit is None else Label(f"{text} {self.unit.en}", f"{text} {self.unit.zh}")


def _plain(value: Any) -> str:
    if isinstance(value, Exact | float):
        return f"{value:f}" if isinstance(value, Exact) else repr(value)
    return str(value)


class RangeValidator:
    """Refuses a value outside what is possible, naming field, value, range and unit."""

    def __init__(self, field: Answer):
        self.field = field

    def __call__(self, value: Any) -> None:
        low, high = self.field.hard
        if (low is not None and value < low) or (high is not None and value > high):
            unit = self.field.unit or both("")
            raise ValidationError(
                str(
                    OUT_OF_RANGE.fill(
                        label=self.field.label,
                        value=_plain(value),
                        low=low,
                        high=high,
                        unit=Label(f" {unit.en}" if unit.en else "", f" {unit.zh}" if unit.zh else ""),
                    )
                ),
                code="hard_limit",
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RangeValidator) and self.field is other.field

    def __hash__(self) -> int:
        return hash(id(self.field))


class Measured(Answer):
    """A number with unit and limits; with `comparator=True` also "<3" and "≥20".

    The comparator is a real column of its own, `<name>_cmp`, because statistics read it;
    `comparator=("approx",)` keeps only the comparators named.
    """

    comparator: bool | tuple[str, ...] = False

    def _measure(self, label: Label, extra: dict[str, Any]) -> dict[str, Any]:
        self.comparator = extra.pop("comparator", False)
        extra = self._describe(label, extra)
        if self.hard:
            extra["validators"] = [RangeValidator(self)]
        return extra

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        if self.comparator:
            self.companions = (f"{name}_cmp",)
            companion = Coded(COMPARATOR_OF.fill(label=self.label), codes=code_lists.CMP, editable=False)
            companion.is_companion = True
            cls.add_to_class(f"{name}_cmp", companion)


PRECISION = CodeList(
    "PRECISION",
    Label("Precision of a date", "日期精度"),
    "Project decision (PD)",
    (Code("d", Label("day", "日")), Code("m", Label("month", "月")), Code("y", Label("year", "年"))),
)
COMPARATOR_OF = Label("{label} (comparator)", "{label}(比较符)")
PRECISION_OF = Label("{label} (precision)", "{label}(日期精度)")


class Whole(Measured, models.IntegerField):
    """A whole number."""

    places = 0

    def __init__(self, label: Label = UNLABELLED, **extra):
        super().__init__(**self._measure(label, extra))


class Decimal(Measured, models.DecimalField):
    """A number with `places` decimals, stored exactly."""

    def __init__(self, label: Label = UNLABELLED, places: int = 1, **extra):
        self.places = places
        extra.setdefault("max_digits", 12)
        extra["decimal_places"] = extra.get("decimal_places", places)
        super().__init__(**self._measure(label, extra))


class Coded(Answer, models.CharField):
    """One answer from a code list."""

    is_companion = False

    def __init__(self, label: Label = UNLABELLED, codes: CodeList | None = None, **extra):
        self.codes = codes
        extra.setdefault("max_length", LONGEST_CODE)
        if codes:
            extra["choices"] = [(one.code, lazystr(one.label)) for one in codes]
        super().__init__(**self._describe(label, extra))

    def show(self, value, comparator=None, precision=None) -> Label:
        return self.codes.label_of(value) or UNLABELLED if self.codes else both(value or "")


class YesNo(Coded):
    """Yes, no or unknown."""

    def __init__(self, label: Label = UNLABELLED, **extra):
        super().__init__(label, codes=code_lists.YN, **extra)


class CodedSet(Answer, ArrayField):
    """Several answers from a code list; "none" excludes all others. No answer is NULL."""

    def __init__(self, label: Label = UNLABELLED, codes: CodeList | None = None, **extra):
        self.codes = codes
        extra.setdefault("base_field", models.CharField(max_length=LONGEST_CODE))
        super().__init__(**self._describe(label, extra))

    def validate(self, value: Iterable[str] | None, model_instance) -> None:
        super().validate(value, model_instance)
        for code in value or ():
            if self.codes and code not in self.codes:
                raise ValidationError(str(NOT_LISTED.fill(label=self.label, value=code)), code="not_listed")
        if value and "none" in value and len(value) > 1:
            none = self.codes.label_of("none")
            raise ValidationError(str(NOT_ALONE.fill(label=self.label, none=none)), code="none_not_alone")

    def show(self, value, comparator=None, precision=None) -> Label:
        return joined([self.codes.label_of(code) for code in value or ()], en="; ", zh=";")


class Day(Answer, models.DateField):
    """A calendar day."""

    def __init__(self, label: Label = UNLABELLED, **extra):
        super().__init__(**self._describe(label, extra))


class PartialDay(Day):
    """A day, a month or a year: the first day of what was stated, with the precision
    ("d", "m", "y") in the column `<name>_prec`."""

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        if self.label is not UNLABELLED:
            self.companions = (f"{name}_prec",)
            label = PRECISION_OF.fill(label=self.label)
            companion = Coded(label, codes=PRECISION, max_length=1, editable=False)
            companion.is_companion = True
            cls.add_to_class(f"{name}_prec", companion)

    def show(self, value, comparator=None, precision=None) -> Label:
        if value is None:
            return UNLABELLED
        return both(str(value)[: {"y": 4, "m": 7}.get(precision or "d", 10)])


class YearMonth(Day):
    """A year and month, stored as its first day."""

    precision = "m"

    def show(self, value, comparator=None, precision=None) -> Label:
        return both(str(value)[:7]) if value else UNLABELLED


class Words(Answer, models.CharField):
    """A short text; `pattern` says what it must look like, `pattern_hint` in words."""

    def __init__(self, label: Label = UNLABELLED, **extra):
        self.pattern: str | None = extra.pop("pattern", None)
        self.pattern_hint: Label | None = extra.pop("pattern_hint", None)
        extra.setdefault("max_length", 200)
        extra = self._describe(label, extra)
        if self.pattern:
            extra["validators"] = [PatternValidator(self)]
        super().__init__(**extra)


class PatternValidator:
    """Refuses a text of the wrong shape, saying what shape is right."""

    def __init__(self, field: Words):
        self.field = field

    def __call__(self, value: str) -> None:
        if not re.fullmatch(self.field.pattern, value):
            message = Label("{label}: “{value}” is not valid; {hint}", "{label}：“{value}”格式不正确；{hint}")
            hint = self.field.pattern_hint or both(self.field.pattern)
            raise ValidationError(
                str(message.fill(label=self.field.label, value=value, hint=hint)), code="pattern"
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PatternValidator) and self.field is other.field

    def __hash__(self) -> int:
        return hash(id(self.field))


def answers(model: type[models.Model]) -> list[Answer]:
    """The questions of a model in the order of its declaration, without companion columns."""
    return [
        field
        for field in model._meta.get_fields()
        if isinstance(field, Answer) and not getattr(field, "is_companion", False)
    ]


def shown(field: Answer, row: models.Model) -> Label:
    """The answer that `row` gives to `field`, as it reads on a page."""
    value = getattr(row, field.attname)
    comparator = getattr(row, f"{field.name}_cmp", None)
    precision = getattr(row, f"{field.name}_prec", None)
    return field.show(value, comparator, precision)
