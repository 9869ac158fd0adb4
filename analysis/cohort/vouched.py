"""What stands behind the cases of a cohort: frozen, unlocked since, signed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import BigIntegerField, BooleanField, CharField, ExpressionWrapper, Q, Value

from registry.models import CaseLock, Signature
from registry.models.signing import COMPLETE

NO_FREEZE, NO_LABEL = Value(None, BigIntegerField()), Value(None, CharField())


@dataclass(frozen=True)
class Vouched:
    """Of the cases of a cohort: how many were locked by a freeze (`freezes` names them), how many of
    these were unlocked since, how many are signed as complete, how many of these by who entered data."""

    freezes: tuple[str, ...] = ()
    frozen: int = 0
    unlocked: int = 0
    signed: int = 0
    signed_by_who_entered: int = 0


def vouched(case_ids: Collection[str]) -> Vouched:
    """The counts for these cases (registry numbers), with one query."""
    cases = set(case_ids)
    released = ExpressionWrapper(Q(released_at__isnull=False), BooleanField())
    locks = CaseLock.objects.filter(freeze__isnull=False).order_by()
    valid = Signature.objects.filter(voided_at=None, meaning=COMPLETE).order_by()
    known = locks.values_list("freeze_id", "patient__patient_uid", "freeze__label", released).union(
        valid.values_list(NO_FREEZE, "patient__patient_uid", NO_LABEL, "own_entries"), all=True
    )
    rows = [row for row in known if row[1] in cases]
    frozen = sorted(row for row in rows if row[0] is not None)
    signed = [row for row in rows if row[0] is None]
    return Vouched(
        tuple(dict.fromkeys(label for _, _, label, _ in frozen)),
        len({case for _, case, _, _ in frozen}),
        len({case for _, case, _, released in frozen if released}),
        len({case for _, case, _, _ in signed}),
        len({case for _, case, _, own in signed if own}),
    )
