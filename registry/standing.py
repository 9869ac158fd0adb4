"""How a case stands: signed, locked, withdrawn; read for one case or a page of cases with one query."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection, models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localtime

from registry.case import instance
from registry.labels import Label
from registry.models import CaseLock, Change, Patient, Signature, Withdrawal
from registry.models.signing import COMPLETE

LOCKED = Label(
    "This case is locked since {at} by {who} ({reason}). Nothing was saved; a second person can unlock it.",
    "该病例已于{at}由{who}锁定（{reason}）。未保存任何内容；解锁须第二人确认。",
)
WITHDRAWN = Label(
    "This case is withdrawn ({reason}) and takes no changes. Nothing was saved.",
    "该病例已撤出（{reason}），不再接受修改。未保存任何内容。",
)
SOURCES: dict[str, type[models.Model]] = {
    "locks": CaseLock,
    "signatures": Signature,
    "withdrawals": Withdrawal,
}


@dataclass(frozen=True)
class Standing:
    """The signatures, locks and withdrawals of a case, newest first."""

    signatures: list[Signature] = field(default_factory=list)
    locks: list[CaseLock] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)

    @property
    def lock(self) -> CaseLock | None:
        """The lock that holds now."""
        return next((one for one in self.locks if one.released_at is None), None)

    @property
    def withdrawal(self) -> Withdrawal | None:
        """The withdrawal that holds now."""
        return next((one for one in self.withdrawals if one.undone_at is None), None)

    @property
    def valid(self) -> list[Signature]:
        """The signatures that no change has voided."""
        return [one for one in self.signatures if one.voided_at is None]

    @property
    def void(self) -> list[Signature]:
        return [one for one in self.signatures if one.voided_at is not None]

    @property
    def is_signed(self) -> bool:
        """Somebody vouches for the data as they are now."""
        return any(one.meaning == COMPLETE for one in self.valid)

    @property
    def closed(self) -> Label | None:
        """Why the case takes no changes; None if it does."""
        if self.lock:
            at = localtime(self.lock.locked_at).strftime("%Y-%m-%d %H:%M")
            return LOCKED.fill(who=self.lock.locked_by, at=at, reason=self.lock.reason)
        return WITHDRAWN.fill(reason=self.withdrawal.reason) if self.withdrawal else None


def standing_of(patient: Patient) -> Standing:
    """How one case stands."""
    return standings([patient.pk])[patient.pk]


def standings(patient_ids: Iterable[int]) -> dict[int, Standing]:
    """How several cases stand, by the key of the patient."""
    ids = list(patient_ids)
    found = {one: Standing() for one in ids}
    if not ids:
        return found
    parts, parameters = [], []
    for name, model in SOURCES.items():
        table = connection.ops.quote_name(model._meta.db_table)
        parts.append(f"SELECT %s, to_jsonb(t)::text, id FROM {table} AS t WHERE patient_id = ANY(%s)")
        parameters += [name, ids]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 1, 3 DESC", parameters)
        for name, text, _ in cursor.fetchall():
            row = instance(SOURCES[name], json.loads(text))
            getattr(found[row.patient_id], name).append(row)
    return found


def in_lists(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Without the withdrawn ones."""
    return patients.exclude(withdrawn())


def withdrawn() -> Exists:
    """A condition on patients: taken out of lists and reports."""
    return Exists(Withdrawal.objects.filter(patient=OuterRef("pk"), undone_at=None))


def locked() -> Exists:
    """A condition on patients: no change is taken."""
    return Exists(CaseLock.objects.filter(patient=OuterRef("pk"), released_at=None))


def signed() -> Exists:
    """A condition on patients: somebody vouches for the data as they are now."""
    valid = Signature.objects.filter(patient=OuterRef("pk"), voided_at=None, meaning=COMPLETE)
    return Exists(valid)


def voiding_change(signature: Signature) -> Change | None:
    """The change that voided a signature: the first one of the case that the database wrote down
    after it had voided the signature, in the same transaction."""
    event = Change.objects.filter(
        table_name=Signature._meta.db_table, row_id=signature.pk, operation="update"
    ).order_by("id")
    return (
        Change.objects.filter(
            patient_id=signature.patient_id,
            transaction_id__in=event.values("transaction_id")[:1],
            id__gt=event.values("id")[:1],
        )
        .exclude(table_name=Signature._meta.db_table)
        .order_by("id")
        .first()
    )
