"""No row may hold a day or a number that breaks the page which shows it.

One date of the year 9999 is stored without complaint and then every list that reads it fails. So
each day of each model is bounded twice, without anybody having to think of it: by a validator, which
says so in words, and by a constraint of the database, which holds for commands, imports and SQL too.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models.signals import class_prepared

from registry.labels import Label

EARLIEST = date(1900, 1, 1)
LAST_OF_ALL = date(2200, 1, 1)  # what programs write may lie ahead, but not where time zones end
# Days that are agreed upon beforehand, and how many years ahead they may lie; all others one year.
YEARS_AHEAD = {"valid_until": 10, "expires_on": 10}
OURS = ("registry", "analysis")
NOT_POSSIBLE = Label(
    "{label}: {value} is not possible; allowed is {low} to {high}.",
    "{label}：{value} 超出允许范围，应为 {low}~{high}。",
)


class DayRange:
    """Refuses a day or moment outside 1900 to one year from today, naming field, value and range."""

    def __init__(self, field: models.DateField):
        self.field = field

    @property
    def latest(self) -> date:
        return date.today() + timedelta(days=366 * YEARS_AHEAD.get(self.field.name, 1))

    def __call__(self, value: date | datetime) -> None:
        day = value.date() if isinstance(value, datetime) else value
        if not EARLIEST <= day <= self.latest:
            sentence = NOT_POSSIBLE.fill(
                label=self.field.verbose_name, value=day, low=EARLIEST, high=self.latest
            )
            raise ValidationError(str(sentence), code="day_out_of_range")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DayRange) and self.field is other.field

    def __hash__(self) -> int:
        return hash(id(self.field))


def bound_days(sender: type[models.Model], **_signal) -> None:
    """Bound every day of one of our models as soon as there is such a model; no schema change."""
    if sender._meta.app_label in OURS:
        for field in sender._meta.local_fields:
            if isinstance(field, models.DateField):
                field.default_validators = [*field.default_validators, DayRange(field)]


def watch_models() -> None:
    """Bound the days of every model that is declared from now on (apps.py)."""
    class_prepared.connect(bound_days, dispatch_uid="every day is bounded")


def condition(field: models.Field) -> str:
    """What the database asks of a column so that every row can be read; "" if it needs nothing."""
    column = f'"{field.column}"'
    if isinstance(field, models.DateField):
        return f"{column} >= '{EARLIEST} 00:00+00' AND {column} < '{LAST_OF_ALL} 00:00+00'"
    if isinstance(field, models.DecimalField):
        return f"{column} <> 'NaN'"
    if isinstance(field, models.FloatField):
        return f"{column} > '-Infinity' AND {column} < 'Infinity'"
    return ""


def constraint(model: type[models.Model]) -> tuple[str, str]:
    """The name and the condition that keep every row of a model readable; empty where none is needed."""
    text = " AND ".join(filter(None, map(condition, model._meta.local_concrete_fields)))
    return (f"readable_{hashlib.sha256(text.encode()).hexdigest()[:12]}", text) if text else ("", "")


def install(using: str = DEFAULT_DB_ALIAS, **_signal) -> None:
    """Lay the constraints on every table, as its owner, after each migration.

    Rows that were there before are not looked at, so that no upgrade fails or waits for them.
    """
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns "
            "WHERE table_schema = 'public' GROUP BY table_name"
        )
        columns = {table: set(names) for table, names in cursor.fetchall()}
        cursor.execute(
            "SELECT relname, array_agg(conname::text) FROM pg_constraint JOIN pg_class c ON c.oid = conrelid "
            "WHERE conname LIKE 'readable\\_%' GROUP BY relname"
        )
        laid = dict(cursor.fetchall())
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            name, text = constraint(model)
            asked = {one.column for one in model._meta.local_concrete_fields}
            behind = not asked <= columns.get(table, set())
            if behind or not model._meta.managed or laid.get(table, []) == [name] * bool(name):
                continue  # a table that is not yet, or no longer, as this release has it
            for old in laid.get(table, []):
                cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{old}"')
            if name:
                cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({text}) NOT VALID')
