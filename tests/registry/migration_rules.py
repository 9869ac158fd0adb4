"""What a migration may not do while people work and while the release before still serves."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

NEXT_RELEASE = (
    "the release before still uses it: take it out of the code now, and out of the table a release later"
)
SLOW = "it reads the whole table while everybody waits"


def objections(migration: migrations.Migration) -> list[str]:
    """What is wrong with a migration; empty if it may run beside people at work."""
    new = {one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel)}
    found = []
    for one in migration.operations:
        if _table(one) not in new:
            found += [f"{one.describe()}: {reason}" for reason in _reasons(one)]
    if len(kinds := {_kind(one) for one in migration.operations} - {""}) > 1:
        found.append(f"it mixes {' and '.join(sorted(kinds))}: tables stay locked while rows are moved")
    return found


def _table(operation: Operation) -> str:
    return getattr(operation, "model_name_lower", "")


def _kind(operation: Operation) -> str:
    if isinstance(operation, migrations.RunPython | migrations.RunSQL):
        return "moving rows"
    return "changing tables" if _changes_a_table(operation) else ""


def _changes_a_table(operation: Operation) -> bool:
    return isinstance(operation, migrations.AddField | migrations.AlterField | migrations.RemoveField)


def _reasons(operation: Operation) -> Iterator[str]:
    match operation:
        case migrations.RemoveField() | migrations.RenameField() | migrations.RenameModel():
            yield NEXT_RELEASE
        case migrations.DeleteModel():
            yield NEXT_RELEASE
        case migrations.AddField() if not _may_be_left_out(operation.field):
            yield "the release before does not fill it: allow NULL or give db_default"
        case migrations.AlterField() if not _may_be_left_out(operation.field):
            yield f"{SLOW}: NOT NULL or a new type needs a checked constraint first"
        case AddIndexConcurrently() | RemoveIndexConcurrently():
            return
        case migrations.AddIndex():
            yield f"{SLOW}: AddIndexConcurrently, in a migration that is not atomic"
        case migrations.AddConstraint():
            yield f"{SLOW}: add it without validating, validate it in the next migration"


def _may_be_left_out(field: models.Field) -> bool:
    return field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED
