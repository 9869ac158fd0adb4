"""Two centres with everything in them, everybody who could ask, and every address of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from registry import routes
from registry.case import CaseFile
from registry.context import acting, on_behalf_of
from registry.models import CLINICAL, Approval, BreakGlass, Centre, Change, Membership, Patient, Remark
from tests import factories

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
OWN, OTHER, NONE = "own", "other", "none"
KINDS = (OWN, OTHER, NONE)
NOWHERE = {"uid": "ZZZZZZZZZZ", "key": "9" * 12}
FILLED_IN = {"section_slug": "operation", "slug": "paper", "ending": "json", "area": "describe"}


@dataclass(frozen=True)
class Place:
    """A centre with a full case. `words` occur in what belongs to it and nowhere else: `names` tell who
    a patient is, `marks` whose case it is, `about` which centre and people there are."""

    centre: Centre
    case: CaseFile
    names: tuple[str, ...]
    marks: tuple[str, ...]
    about: tuple[str, ...]
    keys: dict[type[models.Model], int] = field(default_factory=dict)

    @property
    def patient(self) -> Patient:
        return self.case.patient


def place(canary: str, code: str) -> Place:
    """Make such a centre; every word about it starts with the canary."""
    centre = factories.centre(
        code,
        centre_name_en=f"{canary} hospital",
        centre_name_zh=f"{canary} yiyuan",
        ethics_approval_no=canary,
    )
    text, number, person, asked = (f"{canary}-{one}" for one in ("text", "1", "person", "asked"))
    with acting(person):
        case = factories.full_case(number, centre)
        hiccups = case.complications[0]
        hiccups.comp_type, hiccups.comp_other_text = "other", text
        hiccups.save()
        remark = {"table": "complication", "row_id": hiccups.pk, "field": "comp_other_text"}
        Remark.objects.create(patient=case.patient, kind="as_typed", content=text, **remark)
        lead = factories.member(f"{person}-lead", centre, role="lead")
    with on_behalf_of(lead):
        Approval.objects.create(
            kind="unlock", centre=centre, subject=case.patient.patient_uid, reason=asked, asked_by=lead
        )
    opener = factories.registry_wide("administrator", f"{person}-glass")
    with on_behalf_of(opener):
        BreakGlass.objects.create(user=opener, centre=centre, reason=f"{canary} calls")
        BreakGlass.objects.update(ended_at=timezone.now())
    made = Place(
        centre, case, (number, text), (case.patient.patient_uid, asked), (f"{canary} ", code, person)
    )
    made.keys.update(_keys(made))
    return made


def _keys(of: Place) -> dict[type[models.Model], int]:
    """One row of each table that belongs to the place."""
    of_patient = {"patient": of.patient}
    rows = {model: model.objects.filter(**of_patient).first() for model in CLINICAL if model is not Patient}
    rows |= {
        Patient: of.patient,
        Centre: of.centre,
        Remark: Remark.objects.filter(**of_patient).first(),
        Change: Change.objects.filter(patient_id=of.patient.pk).first(),
        Membership: Membership.objects.filter(centre=of.centre).first(),
        User: User.objects.filter(memberships__centre=of.centre).first(),
        Approval: Approval.objects.filter(centre=of.centre).first(),
        BreakGlass: BreakGlass.objects.filter(centre=of.centre).first(),
    }
    return {model: row.pk for model, row in rows.items() if row is not None}


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: the user (None: not logged in) and the words that must not come back."""

    name: str
    user: User | None
    silent: tuple[str, ...]
    reads: tuple[str, ...] = ()  # the kinds of places whose cases exist for this person


def callers(own: Place, other: Place) -> list[Caller]:
    """The six roles, a member of the other centre, somebody without a role, and a stranger."""
    at = own.centre
    foreign = (*other.names, *other.marks, *other.about)
    patients = (*own.names, *own.marks, *other.names, *other.marks)
    staff = {"is_staff": True}
    return [
        Caller("entry", factories.member("entry", at, **staff), foreign, (OWN,)),
        Caller("lead", factories.member("lead", at, role="lead", **staff), foreign, (OWN,)),
        Caller("centre auditor", factories.member("monitor", at, role="auditor", **staff), foreign, (OWN,)),
        Caller(
            "manager",
            factories.registry_wide("manager", **staff),
            (*own.names, *other.names, "1967-03"),
            (OWN, OTHER),
        ),
        Caller("statistician", factories.registry_wide("statistician", **staff), patients),
        Caller("auditor", factories.registry_wide("auditor", **staff), (), (OWN, OTHER)),
        Caller("administrator", factories.registry_wide("administrator", **staff), patients),
        Caller(
            "member of the other centre",
            factories.member("neighbour", other.centre, role="lead", **staff),
            (*own.names, *own.marks, *own.about),
            (OTHER,),
        ),
        Caller("nobody", factories.user("nobody", **staff), (*patients, *own.about, *other.about)),
        Caller("stranger", None, (*patients, *own.about, *other.about)),
    ]


@dataclass(frozen=True)
class Route:
    """One address of the site as it is declared, with places to fill in."""

    name: str
    pattern: str

    @property
    def policy(self) -> str:
        return routes.declared(self.name) or ""

    @property
    def is_of_admin(self) -> bool:
        return self.name.startswith("admin:")

    @property
    def names_a_row(self) -> bool:
        """Whether the address is about one row of one case, centre or person."""
        return re.search(r"<[^>]*(patient_uid|object_id|number|\bid\b)[^>]*>", self.pattern) is not None

    def address(self, where: Place | None) -> str:
        """The address with what belongs to the place filled in; without one, with what nobody has."""
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda one: self._filled(one[1], where), self.pattern)

    def _filled(self, part: str, where: Place | None) -> str:
        if part == "patient_uid":
            return where.patient.patient_uid if where else NOWHERE["uid"]
        if part in FILLED_IN:
            return FILLED_IN[part]
        key = where.keys.get(self.model()) if where else None
        return str(key or NOWHERE["key"])

    def model(self) -> type[models.Model]:
        """The model of the row that the address names by a key."""
        named = {f"{one._meta.app_label}_{one._meta.model_name}": one for one in admin.site._registry}
        if self.name.startswith("break_glass"):
            return BreakGlass
        of_admin = self.name.removeprefix("admin:").rpartition("_")[0]
        return named.get(of_admin, User if "password" in self.name else Approval)


def all_routes() -> list[Route]:
    """Every address of the site but the catch-all of the admin, which has none of its own. Of two with
    the same pattern the first answers."""
    found: dict[str, Route] = {}
    for one in _routes(get_resolver().url_patterns):
        if not one.pattern.endswith("$"):
            found.setdefault(one.pattern, one)
    return list(found.values())


def _routes(patterns, before: str = "", space: str = "") -> Iterator[Route]:
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield Route(f"{space}{one.name or one.lookup_str}" if one.name or space else here, here)
        else:
            yield from _routes(one.url_patterns, here, f"{space}{one.namespace}:" if one.namespace else space)
