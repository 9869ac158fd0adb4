"""The version of a case is its history: what a form had seen, and what came since.

A version is the newest event that a page has seen, and how many there were up to it. The number of
the newest event alone would not do: events are numbered when they are written but seen when their
transaction ends, so that an older number can appear after a newer one. Such latecomers show in the
count, and the snapshot of the database says which they are. Numbers of transactions start anew
after a logical restore; latecomers of the new life have higher events than everything of the old
one, so the newest of those that the snapshot did not see are they. An event that a page has seen
and that is gone (the registry was set back to a backup), or is another by now, makes its version
unknown: nothing is saved on top of what nobody can compare.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.db import connection, models
from django.db.models import Q, QuerySet

from registry.models import Change, Patient

LONGEST = 20_000  # characters of a token; a snapshot names every transaction that was open
MARK = 16  # hexadecimal digits of a hash, enough to tell two histories apart
TABLE = Change._meta.db_table


@dataclass(frozen=True)
class Version:
    """What a page has seen: the newest event (0 for none), how many up to it, the beginning of the
    newest one's hash, and the snapshot of the database in which they were read."""

    newest: int
    count: int
    mark: str
    snapshot: str


@dataclass(frozen=True)
class CaseHistory:
    """The events of one patient."""

    patient_id: int

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"version of case {self.patient_id}", sep="~")

    def now(self) -> Version:
        """The version as this statement sees it. Asked for before what is shown is read: a change in
        between then counts as unseen."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT e.id, left(encode(e.hash, 'hex'), {MARK}), pg_current_snapshot()::text, "
                f"(SELECT count(*) FROM {TABLE} WHERE patient_id = %s) FROM (SELECT 1) AS always LEFT JOIN "
                f"LATERAL (SELECT id, hash FROM {TABLE} WHERE patient_id = %s ORDER BY id DESC LIMIT 1) AS e "
                "ON true",
                [self.patient_id, self.patient_id],
            )
            newest, mark, snapshot, count = cursor.fetchone()
        return Version(newest or 0, count, mark or "", snapshot)

    def token(self, version: Version) -> str:
        """The version as a page carries it; signed, so that nobody makes one up."""
        return self._signer.sign(f"{version.newest}/{version.count}/{version.mark}/{version.snapshot}")

    def read(self, token: str | None) -> Since | None:
        """What has happened since the version that a page says it had seen. None for a token that is missing,
        garbled, of another case, or of a history that is no longer this one."""
        if not token or len(token) > LONGEST:
            return None
        try:
            newest, count, mark, snapshot = self._signer.unsign(token).split("/")
        except (BadSignature, ValueError):
            return None
        return self.since(Version(int(newest), int(count), mark, snapshot))

    def since(self, version: Version) -> Since | None:
        """The same for a version that is at hand."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE id <= %s), count(*) FILTER (WHERE id > %s), "
                f"coalesce(bool_or(id = %s AND left(encode(hash, 'hex'), {MARK}) = %s), false) "
                f"FROM {TABLE} WHERE patient_id = %s",
                [version.newest, version.newest, version.newest, version.mark, self.patient_id],
            )
            before, later, newest_is_there = cursor.fetchone()
        if before < version.count or not (newest_is_there or version.newest == 0):
            return None
        return Since(self, version, before - version.count, later)


@dataclass(frozen=True)
class Since:
    """What has happened since a version: `late` events numbered before its newest, `later` after it."""

    history: CaseHistory
    version: Version
    late: int
    later: int

    def __bool__(self) -> bool:
        """Whether anything has happened at all."""
        return bool(self.late or self.later)

    def changes(self) -> QuerySet[Change]:
        """Every event that the version had not seen, oldest first."""
        unseen = Q(id__gt=self.version.newest) | Q(id__in=self._latecomers() if self.late else [])
        return Change.objects.filter(unseen, patient_id=self.history.patient_id).order_by("id")

    def _latecomers(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {TABLE} WHERE patient_id = %s AND id <= %s AND NOT pg_visible_in_snapshot("
                "transaction_id::text::xid8, %s::pg_snapshot) ORDER BY id DESC LIMIT %s",
                [self.history.patient_id, self.version.newest, self.version.snapshot, self.late],
            )
            return [number for (number,) in cursor.fetchall()]


def case_history(patient: Patient) -> CaseHistory:
    """Everything that happens to a case, its centre's row excepted."""
    return CaseHistory(patient.pk)


def newest_change(patient: Patient) -> int:
    """The number of the newest event of a case; 0 before the first."""
    return Change.objects.filter(patient_id=patient.pk).aggregate(models.Max("id"))["id__max"] or 0
