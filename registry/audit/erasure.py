"""Erasing one subject: what names the person goes, from the rows, the trail and, by its key, every copy.

The owner of the tables does it, on the confirmed request of two persons. Free text, the study number and
what was typed in words are taken out of the rows; then every value that the trail holds of the subject is
blanked, and what is left of each row is stated anew, so that the trail still explains every row. The
digests stay: the chain and the seals verify as before. The clinical facts stay, without a name.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connections, models, transaction
from django.utils import timezone

from registry import approvals, identity
from registry.classification import DIRECT, FREE_TEXT, LOCAL, class_of
from registry.labels import Label
from registry.models import CLINICAL, Approval, CaseLock, Draft, Erasure, Patient, Remark, SubjectLink

KIND = "erase"
OWNER = "owner"
AS = "SELECT set_config('registry.actor', %s, true), set_config('registry.reason', %s, true), " \
     "set_config('registry.channel', 'command', true)"  # fmt: skip


def register_kind() -> None:
    """Make the request known (apps.py). Confirming carries out nothing: only the owner of the tables can."""
    label = Label("erase a subject", "删除受试者数据")
    approvals.register(KIND, lambda _approval, _user: None, "erase", label=label)


class NotErased(Exception):
    """Nothing was erased; the text says why and what helps."""


@dataclass(frozen=True)
class Erased:
    """What an erasure has done: fields emptied, trail events blanked, whether there was a key to destroy."""

    fields: int
    events: int
    key: bool


def erase(patient_uid: str, by: str, reason: str) -> Erased:
    """Erase the subject with this registry number; raises NotErased.

    The key is destroyed when everything else is committed. Whoever runs it again after it was cut
    short there destroys what is left.
    """
    with transaction.atomic(OWNER), connections[OWNER].cursor() as cursor:
        patient = (
            Patient._base_manager.using(OWNER).select_for_update().filter(patient_uid=patient_uid).first()
        )
        if patient is None:
            raise NotErased(f"There is no patient {patient_uid}.")
        approval = _approval(patient)
        if Erasure._base_manager.using(OWNER).filter(approval=approval).exists():
            return Erased(0, 0, identity.destroy(patient))
        if CaseLock._base_manager.using(OWNER).filter(patient=patient, released_at=None).exists():
            raise NotErased("The case is locked; it is unlocked first, by two persons.")
        cursor.execute(AS, [by, reason])
        fields = _empty(patient)
        cursor.execute("SELECT registry_redact(%s)", [patient.pk])
        events = cursor.fetchone()[0]
        Erasure._base_manager.using(OWNER).create(
            patient=patient, at=timezone.now(), erased_by=by, reason=reason, events=events, approval=approval
        )
    _vacuum()
    return Erased(fields, events, identity.destroy(patient))


def _approval(patient: Patient) -> Approval:
    """The newest confirmed request about this patient."""
    confirmed = Approval._base_manager.using(OWNER).filter(
        kind=KIND, subject=patient.patient_uid, state=Approval.CONFIRMED
    )
    found = confirmed.order_by("-decided_at").first()
    if found is None:
        raise NotErased(
            "Nobody has confirmed this erasure. One person asks for it on the page of the case, another "
            "confirms it under “Second person”; then it is carried out here."
        )
    return found


def naming_fields(model: type[models.Model]) -> list[models.Field]:
    """The columns that may name a person: free text and the numbers of the hospital or the centre."""
    known = (FREE_TEXT, LOCAL, DIRECT)
    return [
        one for one in model._meta.local_concrete_fields if class_of(one) in known and not one.is_relation
    ]


def _empty(patient: Patient) -> int:
    """Take what names the person out of all rows; the number of fields that had something."""
    emptied = 0
    for model in CLINICAL:
        own = models.Q(pk=patient.pk) if model is Patient else models.Q(patient=patient)
        rows = model._base_manager.using(OWNER).filter(own)
        for field in naming_fields(model):
            emptied += rows.exclude(_is_empty(field)).update(**{field.name: _nothing(field, patient)})
    remarks = Remark._base_manager.using(OWNER).filter(patient=patient, kind=Remark.AS_TYPED)
    drafts = Draft._base_manager.using(OWNER).filter(form__contains=patient.patient_uid)
    links = SubjectLink._base_manager.using(OWNER).filter(patient=patient)
    return emptied + sum(found.delete()[0] for found in (remarks, drafts, links))


def _is_empty(field: models.Field) -> models.Q:
    return models.Q(**{f"{field.name}__isnull": True}) if field.null else models.Q(**{field.name: ""})


def _nothing(field: models.Field, patient: Patient) -> str | None:
    """Nothing at all; where a column must hold something, that the subject was erased."""
    return None if field.null else f"erased {patient.patient_uid}"[: field.max_length]


def _vacuum() -> None:
    """Let go of the space in which the old versions of the rows still lie."""
    tables = [*CLINICAL, Remark, Draft, SubjectLink]
    names = ", ".join(f'"{one._meta.db_table}"' for one in tables)
    connection = connections[OWNER]
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM registry_change, {names}")
