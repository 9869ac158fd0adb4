"""Storing synthetic patients, their centre and the people of the demonstration."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import models

from registry import policy
from registry.context import acting
from registry.demo.case import SyntheticCase, cohort, demo_centre
from registry.fields import answers
from registry.labels import Label, joined
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
class Person:
    """A person of the demonstration: roles at the centre and in the whole registry; the staff also
    works in the admin site."""

    name: str
    at_centre: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    is_staff: bool = False

    @property
    def roles(self) -> Label:
        """The roles in words."""
        return joined([policy.ROLES[one] for one in (*self.at_centre, *self.wide)], en=" + ", zh=" + ")


# The administrator of the demonstration is an auditor too, to read the cases; elsewhere none should be.
PEOPLE = (
    Person("surgeon", at_centre=(policy.LEAD,), is_staff=True),
    Person("nurse", at_centre=(policy.ENTRY,)),
    Person("admin", wide=(policy.ADMINISTRATOR, policy.AUDITOR), is_staff=True),
    Person("datamanager", wide=(policy.MANAGER,), is_staff=True),
    Person("statistician", wide=(policy.STATISTICIAN,)),
    Person("auditor", wide=(policy.AUDITOR,), is_staff=True),
)
HEADING = "Demonstration only / 仅供演示\n"


def ensure_logins(centre: Centre, file: Path) -> str:
    """The logins of the demonstration as text, kept in `file`, which its owner alone can read: a line
    with name, password and roles for each person.

    People who exist keep their passwords; a password that is not in the file is known to
    nobody and can be set anew with `manage.py newpassword`.
    """
    users = get_user_model()
    names = [one.name for one in PEOPLE]
    known = set(users.objects.filter(username__in=names).values_list("username", flat=True))
    fresh = {one: secrets.token_urlsafe(12) for one in PEOPLE if one.name not in known}
    if fresh:
        lines = file.read_text(encoding="utf-8") if known and file.exists() else HEADING
        _keep(file, lines + "".join(_line(one, password) for one, password in fresh.items()))
    with acting(ACTOR):
        for person, password in fresh.items():
            _create(person, password, centre)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _line(person: Person, password: str) -> str:
    return f"{person.name:<13} {password}  {person.roles.en} / {person.roles.zh}\n"


def _create(person: Person, password: str, centre: Centre) -> None:
    user = get_user_model().objects.create_user(person.name, password=password, is_staff=person.is_staff)
    for role in person.at_centre:
        Membership.objects.create(user=user, centre=centre, role=role)
    for role in person.wide:
        Membership.objects.create(user=user, role=role)


def _keep(file: Path, text: str) -> None:
    """Write a file that was never readable by others, not even for a moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}")
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    os.replace(part, file)
