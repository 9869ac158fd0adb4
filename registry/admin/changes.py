"""One change of the history in words: which table, which answers, from what to what."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.timezone import localtime

from registry.fields import Answer
from registry.guard import watched_tables
from registry.labels import Label, both, joined
from registry.models import Change, Patient, Remark
from registry.presenting import OPERATIONS, describe_change, models_by_table, remark_lines

NOTHING = both("–")
YES, NO = Label("yes", "是"), Label("no", "否")
IN_BRIEF = 4
MORE = Label("and {n} more", "另有{n}项")
CHANGED = Label("{at} {who}, {table} {operation}", "{at} {who}，{table}：{operation}")
HOLDS = Label("{label}: {value}", "{label}：{value}")
BECAME = Label("{label}: {old} → {new}", "{label}：{old} → {new}")


@dataclass(frozen=True)
class Became:
    """One column in one change: what it is called, what it was, what it became."""

    label: Label
    old: Label
    new: Label


def watched_models() -> dict[str, type[models.Model]]:
    """The models whose changes the database writes down, by their table."""
    known = models_by_table()
    return {table: known[table] for table in watched_tables() if table in known}


def table_name(change: Change) -> Label:
    """The table in words; one that is gone since by its own name."""
    model = watched_models().get(change.table_name)
    return both(str(model._meta.verbose_name) if model else change.table_name)


def time_of(change: Change) -> str:
    """When the change was made, in the time zone of the registry, to the second."""
    return localtime(change.at).strftime("%Y-%m-%d %H:%M:%S")


def operation_name(change: Change) -> Label:
    return OPERATIONS.get(change.operation, both(change.operation))


def lines_of(change: Change, look_up: bool = False) -> list[Became]:
    """Every answer that the change touched, then the other columns: the number of the operation,
    rights, the centre. What a key refers to is looked up, one query each, only if asked for."""
    model = watched_models().get(change.table_name)
    if model is None:
        return [_raw(column, pair) for column, pair in change.changes.items()]
    told = remark_lines(change) if model is Remark else describe_change(change, model)
    answered = [Became(one.label, _or_nothing(one.old), _or_nothing(one.new)) for one in told]
    if model is Remark:
        return answered
    return answered + _other_columns(change, model, look_up)


def sentences(change: Change) -> list[Label]:
    """What the change did to each answer; a row that came or went has one value only."""
    found = []
    for one in lines_of(change):
        if change.operation == "update":
            found.append(BECAME.fill(label=one.label, old=one.old, new=one.new))
        else:
            found.append(HOLDS.fill(label=one.label, value=one.old if one.new is NOTHING else one.new))
    return found


def in_brief(change: Change) -> list[Label]:
    """The first answers that the change touched, and how many more there are."""
    lines = sentences(change)
    shown = lines[:IN_BRIEF]
    return [*shown, MORE.fill(n=len(lines) - IN_BRIEF)] if len(lines) > IN_BRIEF else shown


def _other_columns(change: Change, model: type[models.Model], look_up: bool) -> list[Became]:
    found = []
    for field in model._meta.concrete_fields:
        known = field.primary_key or isinstance(field, Answer) or field.related_model is Patient
        if known or field.column not in change.changes:
            continue
        pair, label = change.changes[field.column], field.verbose_name
        if field.is_relation:
            pair = [_referred(field, one, look_up) for one in pair]
            label = field.related_model._meta.verbose_name
        found.append(_raw(label, pair))
    return found


def _referred(field: models.ForeignKey, key: int | None, look_up: bool) -> str | None:
    row = field.related_model._base_manager.filter(pk=key).first() if look_up and key is not None else None
    return str(row) if row is not None else None if key is None else f"#{key}"


def _raw(label: object, pair: list) -> Became:
    return Became(both(str(label)), *(_plainly(one) for one in pair))


def _plainly(value: object) -> Label:
    if value is None:
        return NOTHING
    return (YES if value else NO) if isinstance(value, bool) else both(str(value))


def _or_nothing(value: Label) -> Label:
    return value if value.en else NOTHING


def in_one_line(change: Change) -> Label:
    """Who did what and when, with every answer that changed."""
    head = CHANGED.fill(
        at=time_of(change),
        who=change.who,
        table=table_name(change),
        operation=operation_name(change),
    )
    lines = joined(sentences(change), en="; ", zh="；")
    return Label(f"{head.en}. {lines.en}", f"{head.zh}。{lines.zh}")
