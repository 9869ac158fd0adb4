"""Attacks on the trail, by the application's role, the owner, a superuser, and with the files in hand.

Each is refused, or found by the verification, the comparison of the guard or the seals.
"""

from __future__ import annotations

import hashlib
import json
import unittest
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError, connection, connections
from django.test import override_settings

from registry import guard
from registry.audit.chain import COLUMNS, Event, digest_of, hash_of
from registry.audit.seals import make_seals, stored_seals
from registry.audit.verify import verify
from registry.models import Change, Diagnosis
from tests import factories
from tests.promises import measured, proves
from tests.registry.second_server import ALIAS, WithSecond, dump, load, reconnect, second_server
from tests.registry.test_seals import KEY, Sealed
from tests.transactions import as_owner

EMBEDDED = "EMBEDDED" in connections["owner"].settings_dict


@contextmanager
def as_superuser():
    """A transaction of the server's superuser, whom only the embedded server lets us be."""
    given = connections["owner"].get_connection_params() | {"user": "postgres"}
    with psycopg.connect(**given) as conn:
        yield conn.cursor()


class Prepared(Sealed):
    """A case with a history of one diagnosis, sealed and anchored."""

    def setUp(self):
        super().setUp()
        self.enterContext(override_settings(SEAL_ANCHORS=[str(self.anchor)]))
        self.prepare()

    def prepare(self) -> None:
        self.row = factories.row(Diagnosis, factories.patient(), primary_site="pancreas")
        for site in ("rectum", "jejunoileum"):
            Diagnosis.objects.filter(pk=self.row.pk).update(primary_site=site)
        self.events = list(
            Change.objects.filter(table_name="registry_diagnosis", row_id=self.row.pk).order_by("id")
        )
        self.seal()
        self.assertEqual(verify("seal", KEY).findings, [])

    def places(self) -> list[str]:
        return [f"{one.kind} {one.place}" for one in verify("seal", KEY).findings]

    @contextmanager
    def without_triggers(self):
        """A superuser who switches the triggers off and, afterwards, on again as they were."""
        tables = ("registry_change", "registry_diagnosis", "registry_seal")
        with as_superuser() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield cursor
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
            for table in tables:
                cursor.execute(
                    "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
                )
                for (name,) in cursor.fetchall():
                    cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

    def rewrite(self, cursor, change: dict[int, str]) -> None:
        """Give events another content, and every event of the row the hash that then fits: all that
        somebody without the key can do."""
        cursor.execute(
            f"SELECT {COLUMNS} FROM registry_change WHERE table_name = 'registry_diagnosis' AND row_id = %s "
            "ORDER BY id",
            [self.row.pk],
        )
        before = None
        for values in cursor.fetchall():
            event = Event(*values)
            if event.id in change:
                event = _with(event, changes=change[event.id])
                event = _with(event, digest=digest_of(event))
            event = _with(event, previous_hash=before.hash if before else None)
            event = _with(event, hash=hash_of(event, "registry_diagnosis"))
            cursor.execute(
                "UPDATE registry_change SET changes = %s, digest = %s, previous_hash = %s, hash = %s "
                "WHERE id = %s",
                [event.changes, event.digest, event.previous_hash, event.hash, event.id],
            )
            before = event


def _with(event: Event, **given) -> Event:
    return Event(**{name: given.get(name, getattr(event, name)) for name in Event.__slots__})


class Refusals(Prepared):
    """What the application's role tries, by whatever hole in the application."""

    ATTACKS = {
        "forge an event": "INSERT INTO registry_change (at, table_name, row_id, operation, changes, "
        "database_user, transaction_id, digest, hash) "
        "VALUES (now(), 'registry_diagnosis', 1, 'update', '{}', 'x', 1, '', '')",
        "call the writer": "SELECT registry_restate('registry_diagnosis', 1, 'schema', '{}')",
        "call the redaction": "SELECT registry_redact(1)",
        "alter an event": "UPDATE registry_change SET actor = 'somebody else'",
        "delete events": "DELETE FROM registry_change",
        "empty the trail": "TRUNCATE registry_change",
        "empty a table": "TRUNCATE registry_diagnosis",
        "disable a trigger": "ALTER TABLE registry_diagnosis DISABLE TRIGGER record_change",
        "drop a trigger": "DROP TRIGGER record_change ON registry_diagnosis",
        "replace a function": "CREATE OR REPLACE FUNCTION registry_record_change() RETURNS trigger "
        "LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "become the owner": "SET ROLE {owner}",
        "play the replica": "SET session_replication_role = replica",
        "drop a policy": "DROP POLICY shown ON registry_patient",
        "make a seal": "INSERT INTO registry_seal (at, epoch, cluster, closes, from_transaction, "
        "to_transaction, events, newest_event, digest, mac) VALUES (now(), 9, 1, false, 0, 1, 0, 0, '', '')",
        "delete seals": "DELETE FROM registry_seal",
        "draw a number back": "SELECT setval('registry_change_id_seq', 1)",
    }

    @proves("P3", "T5")
    def test_the_applications_role_is_refused_everything(self):
        owner = connections["owner"].settings_dict["USER"]
        for name, statement in self.ATTACKS.items():
            trying = self.assertRaises(DatabaseError)
            with self.subTest(name), trying as refused, connection.cursor() as cursor:
                cursor.execute(statement.replace("{owner}", owner))
            self.assertRegex(
                str(refused.exception), "permission denied|must be owner|append-only|row-level security"
            )
        self.assertEqual(self.places(), [])
        measured("P3", f"application role: {len(self.ATTACKS)} of {len(self.ATTACKS)} attacks refused")

    @proves("P3", "T5")
    def test_the_sealer_adds_seals_and_nothing_else(self):
        statements = [
            "UPDATE registry_diagnosis SET primary_site = 'x'",
            "INSERT INTO registry_change SELECT * FROM registry_change",
            "DELETE FROM registry_seal",
            "UPDATE registry_seal SET events = 0",
            "TRUNCATE registry_seal",
        ]
        for statement in statements:
            trying = self.assertRaises(DatabaseError)
            with self.subTest(statement), trying, connections["seal"].cursor() as cursor:
                cursor.execute(statement)

    @proves("P3")
    def test_the_owner_cannot_write_an_event_by_hand(self):
        statements = (
            self.ATTACKS["forge an event"],
            "UPDATE registry_change SET actor = 'x'",
            "DELETE FROM registry_change",
            "TRUNCATE registry_change",
            "TRUNCATE registry_patient CASCADE",
            "UPDATE registry_seal SET events = 0",
        )
        refusals = 0
        for statement in statements:
            with self.subTest(statement), self.assertRaises(psycopg.Error) as refused, as_owner() as cursor:
                cursor.execute(statement)
            self.assertIn("append-only", str(refused.exception))
            refusals += 1
        measured(
            "P3", f"owner: forging, altering, deleting, emptying: {refusals} of {len(statements)} refused"
        )

    @proves("P3")
    def test_a_chain_cannot_be_forked(self):
        """Also by who has switched off all triggers: two events never have the same one before them."""
        with self.assertRaises(psycopg.errors.UniqueViolation), as_owner() as cursor:
            cursor.execute("ALTER TABLE registry_change DISABLE TRIGGER USER")
            cursor.execute(
                "INSERT INTO registry_change (at, table_name, row_id, operation, changes, database_user, "
                "transaction_id, digest, previous_hash, hash) SELECT now(), table_name, row_id, "
                "'update', '{}', 'x', "
                "1, '', previous_hash, '' FROM registry_change WHERE id = %s",
                [self.events[1].id],
            )


@unittest.skipUnless(EMBEDDED, "only the embedded server lets the tests be its superuser")
@proves("P3")
class Superuser(Prepared):
    """With every right in the database, but without the key of the seals and the anchor."""

    def test_playing_the_replica_hides_nothing(self):
        with as_superuser() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE registry_diagnosis SET primary_site = 'stomach' WHERE id = %s", [self.row.pk]
            )
        last = Change.objects.order_by("-id").first()
        self.assertEqual(
            (last.changes, last.who), ({"primary_site": ["jejunoileum", "stomach"]}, "db:postgres")
        )
        self.assertEqual(self.places(), [])
        measured("P3", "superuser as replica: recorded as db:postgres")

    @proves("T2")
    def test_a_silent_change_names_row_and_column(self):
        with self.without_triggers() as cursor:
            cursor.execute(
                "UPDATE registry_diagnosis SET primary_site = 'stomach' WHERE id = %s", [self.row.pk]
            )
        self.assertEqual(self.places(), [f"row_differs registry_diagnosis #{self.row.pk} primary_site"])
        measured("P3", "silent change of a row: row and column named")

    def test_a_silent_deletion_and_a_silent_addition_are_named(self):
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_diagnosis WHERE id = %s", [self.row.pk])
            cursor.execute(
                "INSERT INTO registry_diagnosis (id, patient_id) VALUES (987654, %s)", [self.row.patient_id]
            )
        self.assertEqual(
            self.places(),
            [
                f"row_missing registry_diagnosis #{self.row.pk}",
                "row_without_trail registry_diagnosis #987654",
            ],
        )
        measured("P3", "silent deletion, silent addition: rows named")

    @proves("T3")
    def test_another_actor_names_the_event(self):
        with self.without_triggers() as cursor:
            cursor.execute(
                "UPDATE registry_change SET actor = 'a colleague' WHERE id = %s", [self.events[1].id]
            )
        place = f"registry_diagnosis #{self.row.pk} event {self.events[1].id}"
        self.assertEqual(self.places(), [f"event_altered {place}"])
        measured("P3", "another actor in an event: event named")

    def test_another_content_names_the_event(self):
        with self.without_triggers() as cursor:
            cursor.execute(
                "UPDATE registry_change SET changes = %s WHERE id = %s",
                [json.dumps({"primary_site": ["pancreas", "colon"]}), self.events[1].id],
            )
        self.assertIn(
            f"content_altered registry_diagnosis #{self.row.pk} event {self.events[1].id}", self.places()
        )
        measured("P3", "another content in an event: event named")

    def test_a_whole_chain_written_anew_breaks_its_seal(self):
        """Row, contents, digests and hashes all fit each other: only the seal knows better."""
        content = json.dumps({"primary_site": ["rectum", "colon"]})
        with self.without_triggers() as cursor:
            cursor.execute(
                "UPDATE registry_diagnosis SET primary_site = 'colon' WHERE id = %s", [self.row.pk]
            )
            self.rewrite(cursor, {self.events[2].id: content})
        self.assertEqual(self.places(), [f"seal_broken seal {stored_seals(connections['seal'])[-1].id}"])
        measured("P3", "a chain rewritten with fitting hashes: seal broken")

    @proves("T4")
    def test_the_newest_event_deleted_and_the_row_put_back_break_the_seal(self):
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_change WHERE id = %s", [self.events[2].id])
            cursor.execute(
                "UPDATE registry_diagnosis SET primary_site = 'rectum' WHERE id = %s", [self.row.pk]
            )
        self.assertEqual(self.places(), [f"seal_broken seal {stored_seals(connections['seal'])[-1].id}"])
        measured("P3", "newest event deleted and row put back: seal broken")

    def test_a_row_deleted_with_its_whole_trail_breaks_the_seal(self):
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_change WHERE table_name = 'registry_diagnosis'")
            cursor.execute("DELETE FROM registry_diagnosis")
        self.assertEqual(self.places(), [f"seal_broken seal {stored_seals(connections['seal'])[-1].id}"])
        measured("P3", "row deleted with its whole trail: seal broken")

    def test_an_event_in_the_middle_deleted_breaks_the_chain(self):
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_change WHERE id = %s", [self.events[1].id])
        self.assertIn(
            f"chain_broken registry_diagnosis #{self.row.pk} event {self.events[2].id}", self.places()
        )
        measured("P3", "event deleted in the middle: chain broken")

    def test_events_in_another_order_break_the_chain(self):
        first, second = self.events[1].id, self.events[2].id
        with self.without_triggers() as cursor:
            for old, new in ((first, -1), (second, first), (-1, second)):
                cursor.execute("UPDATE registry_change SET id = %s WHERE id = %s", [new, old])
        found = self.places()
        self.assertIn(f"chain_broken registry_diagnosis #{self.row.pk} event {first}", found)
        self.assertIn(f"time_went_back registry_diagnosis #{self.row.pk} event {second}", found)
        measured("P3", "events reordered: chain broken, times named")

    def test_a_seal_made_without_the_key_is_told_from_a_real_one(self):
        seal = stored_seals(connections["seal"])[-1]
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_change WHERE id = %s", [self.events[2].id])
            cursor.execute(
                "UPDATE registry_diagnosis SET primary_site = 'rectum' WHERE id = %s", [self.row.pk]
            )
            cursor.execute(
                "SELECT hash FROM registry_change WHERE transaction_id >= %s AND transaction_id < %s "
                "ORDER BY transaction_id, id",
                [seal.from_transaction, seal.to_transaction],
            )
            hashes = [bytes(one) for (one,) in cursor.fetchall()]
            cursor.execute(
                "UPDATE registry_seal SET digest = %s, events = %s, mac = sha256('a guess') WHERE id = %s",
                [hashlib.sha256(b"".join(hashes)).digest(), len(hashes), seal.id],
            )
        self.assertEqual(
            self.places(), [f"seal_forged seal {seal.id}", f"anchor_differs seal {seal.id} anchor"]
        )
        measured("P3", "seal replaced: forged, and not the anchored one")

    def test_the_last_seal_removed_with_what_lies_under_it_is_missed_by_the_anchor(self):
        Diagnosis.objects.filter(pk=self.row.pk).update(primary_site="stomach")
        (seal,) = self.seal()
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_seal WHERE id = %s", [seal.id])
            cursor.execute("DELETE FROM registry_change WHERE transaction_id >= %s", [seal.from_transaction])
            cursor.execute(
                "UPDATE registry_diagnosis SET primary_site = 'jejunoileum' WHERE id = %s", [self.row.pk]
            )
        self.assertEqual(self.places(), [f"anchor_unknown seal {seal.id} anchor"])
        measured("P3", "last seal removed with its events: missed by the anchor")

    def test_a_seal_in_the_middle_removed_is_missed_by_the_next(self):
        for site in ("stomach", "colon"):
            Diagnosis.objects.filter(pk=self.row.pk).update(primary_site=site)
            self.seal()
        seals = stored_seals(connections["seal"])
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_seal WHERE id = %s", [seals[-2].id])
        self.assertIn(f"seal_missing seal {seals[-1].id}", self.places())
        measured("P3", "seal removed in the middle: missed by the next one")

    @proves("T34")
    def test_a_clock_set_back_is_named(self):
        """The time of an event is the server's; what comes later in the chain must not be earlier."""
        with self.without_triggers() as cursor:
            cursor.execute(
                "UPDATE registry_change SET at = at - interval '1 day' WHERE id = %s", [self.events[2].id]
            )
            self.rewrite(cursor, {})
        kinds = [one.partition(" ")[0] for one in self.places()]
        self.assertEqual(kinds, ["time_went_back", "time_went_back", "seal_broken"])
        measured("P3", "clock set back: event named")

    @proves("T34")
    def test_a_time_sent_by_the_client_is_ignored(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            before = cursor.fetchone()[0]
            cursor.execute("SET registry.at = '2001-01-01'")
        Diagnosis.objects.filter(pk=self.row.pk).update(primary_site="stomach")
        self.assertGreaterEqual(Change.objects.order_by("-id").first().at, before)

    def test_a_trigger_that_stays_off_is_seen_at_the_next_look(self):
        self.addCleanup(guard.install, "owner")
        with as_superuser() as cursor:
            cursor.execute("ALTER TABLE registry_diagnosis DISABLE TRIGGER record_change")
        self.assertEqual(self.places(), ["guard trigger record_change on registry_diagnosis is switched off"])
        measured("P3", "trigger left off, function replaced, policy dropped: named by the comparison")

    def test_a_replaced_function_is_seen_at_the_next_look(self):
        self.addCleanup(guard.install, "owner")
        with as_superuser() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION registry_record_change() RETURNS trigger LANGUAGE plpgsql "
                "SECURITY "
                "DEFINER AS 'BEGIN RETURN NULL; END'"
            )
        self.assertEqual(self.places(), ["guard function registry_record_change is altered"])


@proves("P3")
class Files(WithSecond, Prepared):
    """With the server's files in hand: on a copy of the database in a server of its own."""

    def copied(self, server) -> str:
        """Load the test database into the server; the file of the diagnoses, relative to the cluster."""
        dump(self.folder / "dump")
        load(self.folder / "dump")
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_relation_filepath('registry_diagnosis')")
            return cursor.fetchone()[0]

    def kinds(self) -> list[str]:
        return [f"{one.kind} {one.place}" for one in verify(ALIAS, KEY).findings]

    def test_edited_pages_and_older_files_are_found(self):
        with second_server(self.folder / "server") as server:
            path = server.cluster / self.copied(server)
            self.assertEqual(self.kinds(), [])
            connections[ALIAS].close()
            server.leave()
            older = path.read_bytes()

            reconnect(server)
            with connections[ALIAS].cursor() as cursor:
                cursor.execute("UPDATE registry_diagnosis SET primary_site = 'stomach'")
            connections[ALIAS].close()
            server.leave()
            newer = path.read_bytes()
            self.assertNotEqual(newer, older)

            path.write_bytes(newer.replace(b"stomach", b"stomacx"))
            reconnect(server)
            with self.assertRaisesRegex(DatabaseError, "invalid page|checksum"):
                self.kinds()
            connections[ALIAS].close()
            server.leave()

            path.write_bytes(older)
            reconnect(server)
            self.assertEqual(self.kinds(), [f"row_differs registry_diagnosis #{self.row.pk} primary_site"])
        measured(
            "P3", "page edited on disk: checksum refuses; older table file put back: row and column named"
        )


@proves("P4", "P12")
class Restored(WithSecond, Prepared):
    """A logical copy in another server, where transactions are numbered anew."""

    def test_sealing_goes_on_after_a_restore_into_another_server(self):
        Diagnosis.objects.filter(pk=self.row.pk).update(primary_site="stomach")  # not sealed before the copy
        dump(self.folder / "dump")
        with second_server(self.folder / "server"):
            load(self.folder / "dump")
            self.assertEqual([one.kind for one in verify(ALIAS, KEY).findings], [])
            self._write_there("colon")
            moved = verify(ALIAS, KEY)  # nothing was sealed there yet
            self.assertEqual((moved.findings, moved.seals.waiting), ([], 2))
            made = make_seals(ALIAS, KEY)
            self.assertEqual([(one.epoch, one.closes) for one in made], [(0, True)])
            self._write_there("lung")
            made += make_seals(ALIAS, KEY)
            self._write_there("oesophagus")
            made += make_seals(ALIAS, KEY)
            self.assertEqual([(one.epoch, one.closes) for one in made], [(0, True), (1, False), (1, False)])
            report = verify(ALIAS, KEY)
            self.assertEqual((report.findings, report.seals.waiting), ([], 0))
            seals = stored_seals(connections[ALIAS])
            self.assertEqual(sum(one.events for one in seals), report.events)
            self._spoil_and_find()

    def _write_there(self, site: str) -> None:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("UPDATE registry_diagnosis SET primary_site = %s", [site])

    def _spoil_and_find(self) -> None:
        """An event under the closing seal and one of the new epoch are as well kept as all others."""
        given = connections[ALIAS].get_connection_params() | {"user": "postgres"}
        for offset in (0, 1):
            with psycopg.connect(**given) as spoiler:
                spoiler.execute("ALTER TABLE registry_change DISABLE TRIGGER USER")
                spoiler.execute(
                    "UPDATE registry_change SET actor = 'x' WHERE id = (SELECT max(id) FROM "
                    "registry_change) - %s",
                    [offset],
                )
        kinds = [(one.kind, one.table) for one in verify(ALIAS, KEY).findings if one.kind != "guard"]
        self.assertEqual(kinds.count(("event_altered", "registry_diagnosis")), 2)
