"""Fifteen ways of writing × every watched table: the trail has exactly the rows that changed."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.test import TestCase

from registry.audit.verify import verify
from registry.guard.roles import READ_ONLY
from registry.models import Change
from tests import factories
from tests.promises import measured, proves
from tests.registry.writing import WAYS, Rows, Ways, watched_models


class Undone(Exception):
    """Takes back what was tried."""


@proves("P1", "T1")
class EveryWayOfWriting(TestCase):
    databases = {"default", "owner"}

    def tried(self, rows: Rows, model: type[models.Model], way) -> str:
        """Write in this way, compare the trail with what has become of the table, and take it back."""
        outcome = ""
        try:
            with transaction.atomic(rows.using):
                row = rows.saved(model)
                before, newest = rows.lying(model), self.newest(rows)
                try:
                    with transaction.atomic(rows.using):
                        way(Ways(rows, model), row)
                except (DatabaseError, ProtectedError, RestrictedError) as error:
                    outcome = f"refused: {str(error).splitlines()[0]}"
                self.compare(rows, model, before, newest)
                outcome = outcome or "seen"
                raise Undone
        except Undone:
            return outcome

    def newest(self, rows: Rows) -> int:
        return rows.sql("SELECT coalesce(max(id), 0) FROM registry_change")[0][0]

    def compare(self, rows: Rows, model: type[models.Model], before: dict, newest: int) -> None:
        after = rows.lying(model)
        expected = Counter()
        for number in before.keys() | after.keys():
            old, new = before.get(number), after.get(number)
            if old != new:
                expected[number, "insert" if old is None else "delete" if new is None else "update"] += 1
        found = rows.sql(
            "SELECT row_id, operation FROM registry_change WHERE id > %s AND table_name = %s",
            newest, model._meta.db_table,
        )  # fmt: skip
        self.assertEqual(Counter(found), expected)
        self.events += sum(expected.values())

    def test_the_trail_has_every_row_that_changed_and_no_other(self):
        self.events, outcomes = 0, Counter()
        self.refused: dict[str, set[str]] = {}
        known = watched_models()
        for model in known:
            table = model._meta.db_table
            for way in WAYS:
                # with row-level security PostgreSQL has no COPY into a table but for its owner
                rows = Rows("owner" if table in READ_ONLY or way is Ways.copy_in else "default")
                with self.subTest(table, way=way.__name__):
                    outcome = self.tried(rows, model, way)
                    outcomes[outcome.partition(":")[0]] += 1
                    if outcome != "seen":
                        self.refused.setdefault(table, set()).add(f"{way.__name__} {outcome}")
        self.assertEqual(sum(outcomes.values()), len(WAYS) * len(known))
        one_way = {"registry_signature", "registry_caselock", "registry_withdrawal", "registry_approval"}
        one_way |= {"registry_freeze", "registry_breakglass"}
        self.assertLessEqual(self.refused.keys(), one_way, self.refused)
        measured(
            "P1",
            f"{len(WAYS)} ways of writing × {len(known)} tables: {self.events} of {self.events} events seen, "
            f"{outcomes['refused']} ways refused by other guards without a trace, TRUNCATE refused",
        )

    def test_nothing_that_was_tried_spoils_the_trail(self):
        rows = Rows("default")
        for model in watched_models():
            if model._meta.db_table not in READ_ONLY:
                rows.saved(model)
        self.assertEqual(verify("default").findings, [])

    def test_many_to_many_relations_are_recorded_row_by_row(self):
        user, groups = factories.user(), [Group.objects.create(name=name) for name in "ab"]
        permission = Permission.objects.first()
        newest = self.newest(Rows("default"))
        user.groups.add(*groups)
        user.groups.set(groups[:1])
        groups[0].permissions.add(permission)
        groups[1].delete()
        user.groups.clear()
        found = Change.objects.filter(id__gt=newest).order_by("id").values_list("table_name", "operation")
        self.assertEqual(
            list(found),
            [("auth_user_groups", "insert")] * 2
            + [("auth_user_groups", "delete"), ("auth_group_permissions", "insert"), ("auth_group", "delete")]
            + [("auth_user_groups", "delete")],
        )

    def test_every_watched_table_has_a_number_as_its_key(self):
        for model in watched_models():
            self.assertEqual(model._meta.pk.column, "id", model)
            self.assertIsInstance(
                model._meta.pk, models.AutoField | models.BigAutoField | models.IntegerField
            )


@proves("P1")
class Emptying(TestCase):
    def test_no_table_is_emptied_at_once(self):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in watched_models():
                with self.subTest(model), self.assertRaises(DatabaseError), transaction.atomic():
                    cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')


@proves("P2")
class WhoAndWhen(TestCase):
    def test_every_event_of_every_table_says_who_and_when_in_utc(self):
        rows = Rows("default")
        for model in watched_models():
            if model._meta.db_table not in READ_ONLY:
                rows.saved(model)
        total, without = rows.sql(
            "SELECT count(*), count(*) FILTER (WHERE database_user = '' OR at IS NULL "
            "OR transaction_id IS NULL OR (actor IS NULL AND database_user IS NULL)) FROM registry_change"
        )[0]
        self.assertEqual(without, 0)
        plain = Change.objects.order_by("-id").first()
        self.assertEqual(plain.who, f"db:{plain.database_user}")
        measured("P2", f"0 of {total} events without who and when")
