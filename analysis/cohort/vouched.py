"""What stands behind the cases of a cohort: frozen, unlocked since, signed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from registry.models import CaseLock, Signature
from registry.models.signing import COMPLETE


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
    """The counts for these cases (registry numbers), with two queries."""
    cases = set(case_ids)
    locks = CaseLock.objects.filter(freeze__isnull=False).order_by("freeze_id")
    known = locks.values_list("patient__patient_uid", "freeze__label", "released_at")
    frozen = [row for row in known if row[0] in cases]
    valid = Signature.objects.filter(voided_at=None, meaning=COMPLETE)
    signed = [row for row in valid.values_list("patient__patient_uid", "own_entries") if row[0] in cases]
    return Vouched(
        tuple(dict.fromkeys(label for _, label, _ in frozen)),
        len({case for case, _, _ in frozen}),
        len({case for case, _, released in frozen if released}),
        len({case for case, _ in signed}),
        len({case for case, own in signed if own}),
    )
