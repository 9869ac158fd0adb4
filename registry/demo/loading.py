"""Storing synthetic patients, their centre and the two people of the demonstration."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import models

from registry.demo.case import SyntheticCase, cohort, demo_centre
from registry.fields import answers
from registry.context import acting
from registry.labels import Label
from registry.models import Centre, Membership, Patient

ACTOR = "demo"
AT_ONCE = 500
REAL_PATIENTS = Label(
    "This registry holds {n} patients that are not synthetic. The demonstration is not mixed with them: "
    "start it in a registry of its own, for example with NETLM_VAR=another-folder.",
    "本登记库中已有{n}例非合成病例。演示数据不会与真实病例混合:"
    "请另建登记库后再运行演示,例如设置 NETLM_VAR=另一文件夹。",
)


class HoldsRealPatients(Exception):
    """The registry holds patients that are not synthetic; `message` says so in both languages."""

    def __init__(self, n: int):
        self.message = REAL_PATIENTS.fill(n=n)
        super().__init__(self.message.en)


def stored_centre() -> Centre:
    """The centre of the synthetic patients in the registry; made when it is not there yet."""
    made = demo_centre()
    given = {one.name: getattr(made, one.name) for one in answers(Centre) if one.name != "centre_id"}
    with acting(ACTOR):
        return Centre.objects.get_or_create(centre_id=made.centre_id, defaults=given)[0]


def load(cases: Iterable[SyntheticCase], centre: Centre) -> int:
    """Store the cases in one transaction; the history names "demo" as the writer. How many they were."""
    remaining, count = iter(cases), 0
    with acting(ACTOR):
        while batch := list(islice(remaining, AT_ONCE)):
            for model, rows in by_model(batch, centre).items():
                model.objects.bulk_create(rows, batch_size=AT_ONCE)
            count += len(batch)
    return count


def by_model(cases: Iterable[SyntheticCase], centre: Centre) -> dict[type[models.Model], list[models.Model]]:
    """The rows of all cases by their model, the patients first, as patients of `centre`."""
    rows: dict[type[models.Model], list[models.Model]] = {Patient: []}
    for case in cases:
        case.patient.centre = centre
        for row in case.rows():
            rows.setdefault(type(row), []).append(row)
    return rows


def is_loaded() -> bool:
    """Whether the demonstration is in the registry."""
    return Patient.objects.filter(centre__centre_id=demo_centre().centre_id, synthetic=True).exists()


def load_demo() -> Centre:
    """The demonstration centre; with the cohort of the paper, which is stored where it is not there yet.

    Raises HoldsRealPatients, before anything is stored, rather than mix synthetic with other patients.
    """
    if is_loaded():
        return stored_centre()
    others = Patient.objects.filter(synthetic=False).count()
    if others:
        raise HoldsRealPatients(others)
    with acting(ACTOR):
        centre = stored_centre()
        load(cohort(), centre)
    return centre


@dataclass(frozen=True, slots=True)
class Role:
    """A person of the demonstration. The administrator reads the cases and keeps the site in order."""

    name: str
    at_centre: str
    is_administrator: bool


ROLES = (Role("surgeon", "lead", False), Role("admin", "auditor", True))
HEADING = "Demonstration only / 仅供演示\n"


def ensure_logins(centre: Centre, file: Path) -> str:
    """The logins of the demonstration as text, kept in `file`, which its owner alone can read.

    People who exist keep their passwords; a password that is not in the file is known to
    nobody and can be set anew with `manage.py changepassword`.
    """
    users = get_user_model()
    known = set(
        users.objects.filter(username__in=[one.name for one in ROLES]).values_list("username", flat=True)
    )
    fresh = {one.name: secrets.token_urlsafe(12) for one in ROLES if one.name not in known}
    if fresh:
        lines = file.read_text(encoding="utf-8") if known and file.exists() else HEADING
        _keep(file, lines + "".join(f"{name}  {password}\n" for name, password in fresh.items()))
    with acting(ACTOR):
        for role in ROLES:
            if role.name in fresh:
                _create(role, fresh[role.name], centre)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _create(role: Role, password: str, centre: Centre) -> None:
    users = get_user_model()
    make = users.objects.create_superuser if role.is_administrator else users.objects.create_user
    Membership.objects.create(user=make(role.name, password=password), centre=centre, role=role.at_centre)


def _keep(file: Path, text: str) -> None:
    """Write a file that was never readable by others, not even for a moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}")
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    os.replace(part, file)
