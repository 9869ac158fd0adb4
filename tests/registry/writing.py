"""Rows of any table, and fifteen ways of writing them; new tables and columns are taken as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models
from django.utils import timezone

from registry.guard import watched_tables
from registry.models import Approval, BreakGlass, CaseLock, Centre, Membership, Patient, Signature, Withdrawal

_number = count(1)


def watched_models() -> list[type[models.Model]]:
    """The model of every watched table, through tables included."""
    known = {
        one._meta.db_table: one for one in apps.get_models(include_auto_created=True) if not one._meta.proxy
    }
    return [known[table] for table in watched_tables()]


class Rows:
    """Makes rows for one database alias."""

    def __init__(self, using: str):
        self.using = using
        self._special = {
            Approval: self._approval,
            BreakGlass: self._access,
            Membership: self._membership,
            Signature: self._signature,
            CaseLock: self._lock,
            Withdrawal: self._withdrawal,
        }

    def unsaved(self, model: type[models.Model]) -> models.Model:
        """A row that the table takes, not saved yet; what it refers to is."""
        if make := self._special.get(model):
            return make()
        self.sql("SELECT set_config('registry.user_id', '', true)")
        return model(**{field.name: self._value(field) for field in _required(model)})

    def saved(self, model: type[models.Model]) -> models.Model:
        row = self.unsaved(model)
        row.save(using=self.using, force_insert=True)
        return row

    def _value(self, field: models.Field) -> object:
        if field.is_relation:
            return self.saved(field.remote_field.model)
        return another(field, None)

    def person(self):
        """A person, on whose behalf the transaction now runs."""
        user = self.saved(get_user_model())
        self.sql("SELECT set_config('registry.user_id', %s, true)", str(user.pk))
        return user

    def _membership(self) -> Membership:
        return Membership(user=self.saved(get_user_model()), centre=self.saved(Centre))

    def _approval(self) -> Approval:
        return Approval(kind="test", reason="because", asked_by=self.person())

    def _access(self) -> BreakGlass:
        centre, opener = self.saved(Centre), self.saved(get_user_model())
        self.sql("SELECT set_config('registry.user_id', '', true)")
        Membership(user=opener, role="manager").save(using=self.using)
        self.sql("SELECT set_config('registry.user_id', %s, true)", str(opener.pk))
        return BreakGlass(user=opener, centre=centre, reason="because")

    def _signature(self) -> Signature:
        return Signature(
            patient=self.saved(Patient), user=self.person(), meaning="complete", content_hash="0" * 64
        )

    def _lock(self) -> CaseLock:
        return CaseLock(patient=self.saved(Patient), reason="because")

    def _withdrawal(self) -> Withdrawal:
        patient = self.saved(Patient)
        asked = Approval(
            kind="withdraw", subject=patient.patient_uid, reason="because", asked_by=self.person()
        )
        asked.save(using=self.using)
        decided = {"state": "confirmed", "decided_by": self.person(), "decided_at": timezone.now()}
        Approval._base_manager.using(self.using).filter(pk=asked.pk).update(**decided)
        return Withdrawal(patient=patient, reason="because", approval=asked)

    def sql(self, statement: str, *parameters: object) -> list:
        with connections[self.using].cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def lying(self, model: type[models.Model]) -> dict[int, dict]:
        """All rows of the table."""
        found = self.sql(f'SELECT id, to_jsonb(t)::text FROM "{model._meta.db_table}" t')
        return {number: json.loads(text) for number, text in found}


def _required(model: type[models.Model]) -> Iterator[models.Field]:
    for field in model._meta.local_concrete_fields:
        if not (field.primary_key or field.null or field.has_default() or field.has_db_default()):
            yield field


def another(field: models.Field, value: object) -> object:
    """A value of this field other than `value`; texts and numbers are new each time."""
    number = next(_number)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, ArrayField):
        return [number]
    if isinstance(field, models.JSONField):
        return {"n": number}
    if isinstance(field, models.DateTimeField):
        return timezone.now() + timedelta(seconds=number)
    if isinstance(field, models.DateField):
        return date(2020, 1, 1) + timedelta(days=number % 900)
    if isinstance(field, models.BinaryField):
        return str(number).encode()
    if field.choices and not field.unique:
        choices = [key for key, _label in field.flatchoices]
        return next(key for key in choices if key != value)
    if isinstance(field, (models.CharField, models.TextField)):
        return f"v{number}"[-(field.max_length or 40) :]
    return number % 30


def changeable(model: type[models.Model]) -> models.Field:
    """A column that can be changed: no key, in no unique constraint; a reference if there is nothing else."""
    bound = {name for one in model._meta.constraints for name in getattr(one, "fields", ())}
    bound |= {name for names in model._meta.unique_together for name in names}
    fields = [one for one in model._meta.local_concrete_fields if not one.primary_key]
    plain = [one for one in fields if not one.is_relation and not one.unique and one.name not in bound]
    return (plain or [one for one in fields if one.name != "patient"])[0]


class Ways:
    """Each method writes to the table in its way."""

    def __init__(self, rows: Rows, model: type[models.Model]):
        self.rows, self.model = rows, model
        self.table = model._meta.db_table
        self.column = changeable(model)
        self.manager = model._base_manager.using(rows.using)

    def another(self, row: models.Model) -> object:
        return self.rows._value(self.column) if self.column.is_relation else another(
            self.column, getattr(row, self.column.name)
        )  # fmt: skip

    def changed(self, row: models.Model) -> models.Model:
        setattr(row, self.column.name, self.another(row))
        return row

    def stored(self, value: object) -> object:
        """As a parameter of plain SQL."""
        value = value.pk if isinstance(value, models.Model) else value
        return json.dumps(value) if isinstance(self.column, models.JSONField) else value

    def _where(self, row: models.Model) -> models.QuerySet:
        return self.manager.filter(pk=row.pk)

    def save_new(self, _row):
        self.rows.unsaved(self.model).save(using=self.rows.using)

    def save_changed(self, row):
        self.changed(row).save(using=self.rows.using)

    def save_one_column(self, row):
        self.changed(row).save(using=self.rows.using, update_fields=[self.column.name])

    def save_unchanged(self, row):
        self._where(row).get().save(using=self.rows.using)

    def update_set(self, row):
        self._where(row).update(**{self.column.name: self.another(row)})

    def bulk_create(self, _row):
        self.manager.bulk_create([self.rows.unsaved(self.model) for _each in range(3)])

    def bulk_update(self, row):
        self.manager.bulk_update([self.changed(row)], [self.column.name])

    def upsert(self, row):
        self.manager.bulk_create(
            [self.changed(row)], update_conflicts=True, unique_fields=["id"], update_fields=[self.column.name]
        )

    def sql_insert(self, _row):
        columns, values = self._stored_row()
        places = ", ".join(["%s"] * len(values))
        self.rows.sql(f'INSERT INTO "{self.table}" ({columns}) VALUES ({places})', *values)

    def sql_update(self, row):
        value = self.stored(self.another(row))
        self.rows.sql(f'UPDATE "{self.table}" SET "{self.column.column}" = %s WHERE id = %s', value, row.pk)

    def copy_in(self, _row):
        columns, values = self._stored_row()
        statement = f'COPY "{self.table}" ({columns}) FROM STDIN'
        with connections[self.rows.using].cursor() as cursor, cursor.copy(statement) as copy:
            copy.write_row(values)

    def merge(self, row):
        value = self.stored(self.another(row))
        self.rows.sql(
            f'MERGE INTO "{self.table}" t USING (SELECT %s::bigint AS id) s ON t.id = s.id '
            f'WHEN MATCHED THEN UPDATE SET "{self.column.column}" = %s',
            row.pk, value,
        )  # fmt: skip

    def delete_object(self, row):
        row.delete(using=self.rows.using)

    def delete_set(self, row):
        self._where(row).delete()

    def sql_delete(self, row):
        self.rows.sql(f'DELETE FROM "{self.table}" WHERE id = %s', row.pk)

    def _stored_row(self) -> tuple[str, list]:
        """A row as plain SQL has it: taken from one that Django has written and that is gone again."""
        row = self.rows.unsaved(self.model)
        fields = [one for one in self.model._meta.local_concrete_fields if not one.primary_key]
        connection = connections[self.rows.using]
        values = [one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in fields]
        given = [(one.column, value) for one, value in zip(fields, values, strict=True) if _plain(value)]
        return ", ".join(f'"{name}"' for name, _value in given), [value for _name, value in given]


def _plain(value: object) -> bool:
    """Neither absent nor an expression that only Django can write (the database's own default)."""
    return value is not None and not hasattr(value, "resolve_expression")


WAYS: tuple[Callable, ...] = (
    Ways.save_new, Ways.save_changed, Ways.save_one_column, Ways.save_unchanged, Ways.update_set,
    Ways.bulk_create, Ways.bulk_update, Ways.upsert, Ways.sql_insert, Ways.sql_update, Ways.copy_in,
    Ways.merge, Ways.delete_object, Ways.delete_set, Ways.sql_delete,
)  # fmt: skip
