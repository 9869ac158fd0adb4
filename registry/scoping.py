"""The managers of what belongs to a centre or a person: outside of a context they show nothing.

This is the first of three rings; the views ask the policy (access.py), and the database holds
row-level security of its own (guard/isolation.py). Each ring shows the rows of the others and no more.
Who reads past a manager on purpose takes `_base_manager`, and meets the database's ring alone.
"""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from registry import context
from registry.context import Scope
from registry.policy import LEADERS, OVERSEERS
from registry.rights import Reach, Rights, rights_in

# Tables that belong to no centre and no person, or that have to be read before anybody is known.
UNSCOPED: dict[str, str] = {
    "registry.Seal": "seals vouch for the trail as a whole and hold no content",
    "registry.Session": "sessions are looked up before it is known whose they are",
    "registry.OneTimePassword": "looked up while somebody logs in",
    "registry.Limit": "counters of attempts by hashed keys",
    "registry.Freeze": "that a period was frozen, and when; names no case",
}
UNSCOPED_APPS: dict[str, str] = {
    "auth": "accounts are looked up while somebody logs in; the pages list those of the own centres",
    "admin": "Django's own log, which nothing writes to",
    "contenttypes": "names of models",
    "sessions": "looked up before it is known whose they are",
    "account": "addresses of accounts; asked by account only",
    "mfa": "second factors; asked by account only",
    "usersessions": "sessions of accounts; asked by account only",
    "socialaccount": "links to the hospital's directory; asked by account only",
}


# As text, for a query that is built anew for every query of every page costs more than it asks.
OF_CENTRES = "SELECT id FROM registry_patient WHERE centre_id = ANY(%s)"


class Scoped(models.Manager):
    """Shows the rows that `rule` gives to the person on whose behalf the code runs."""

    def get_queryset(self) -> QuerySet:
        rows, scope = super().get_queryset(), context.scope()
        if scope.everything:
            return rows
        condition = self.rule(scope)
        return rows.none() if condition is None else rows.filter(condition)

    def rule(self, scope: Scope) -> Q | None:
        """The condition under which a row is shown; None for no row at all."""
        raise NotImplementedError


def _read(scope: Scope) -> Reach:
    return rights_in(scope).reach("see_clinical")


def _any(*conditions: Q | None) -> Q | None:
    """Any of the conditions; a condition without content is true of every row."""
    found = [one for one in conditions if one is not None]
    if not found or not all(found):
        return Q() if found else None
    joined = found[0]
    for one in found[1:]:
        joined |= one
    return joined


def _holds(rights: Rights, roles: tuple[str, ...]) -> bool:
    """Whether one of these roles is held in the whole registry."""
    return any(one.centre_id is None and one.role in roles for one in rights.held)


def _led(rights: Rights) -> list[int]:
    return [one.centre_id for one in rights.held if one.role in LEADERS]


def _centre(reach: Reach, column: str) -> Q | None:
    return reach.of(column) if reach else None


def _overseen(scope: Scope) -> Q | None:
    return Q() if _holds(rights_in(scope), OVERSEERS) else None


class ScopedPatients(Scoped):
    """Patients of the centres whose cases the person reads."""

    def rule(self, scope: Scope) -> Q | None:
        return _centre(_read(scope), "centre")


class ScopedRows(Scoped):
    """Rows about such a patient. As a subquery, so that locking them locks no patient."""

    def rule(self, scope: Scope) -> Q | None:
        reach = _read(scope)
        if not reach or reach.everywhere:
            return Q() if reach else None
        return Q(patient__in=RawSQL(OF_CENTRES, [sorted(reach.centres)]))


class ScopedCentres(Scoped):
    """The centres whose cases the person reads; all for who oversees the registry."""

    def rule(self, scope: Scope) -> Q | None:
        return _any(_centre(_read(scope), "pk"), _overseen(scope))


class ScopedByCentre(Scoped):
    """Rows that name a centre: of the centres that the person reads or leads."""

    own: str | None = None  # the column of the person whose rows are shown as well

    def rule(self, scope: Scope) -> Q | None:
        rights = rights_in(scope)
        led = Q(centre__in=_led(rights)) if _led(rights) else None
        own = Q(**{self.own: scope.user_id}) if self.own and scope.user_id else None
        return _any(_centre(_read(scope), "centre"), led, own, _overseen(scope))


class ScopedMemberships(ScopedByCentre):
    own = "user"


class ScopedAccesses(ScopedByCentre):
    own = "user"


class ScopedApprovals(ScopedByCentre):
    own = "asked_by"


class ScopedChanges(Scoped):
    """The trail of the centres that the person reads; of what belongs to no case, for who oversees."""

    def rule(self, scope: Scope) -> Q | None:
        free = Q(patient_id=None) if _overseen(scope) is not None else None
        return _any(_centre(_read(scope), "centre_id"), free)


class ScopedViews(Scoped):
    """Who has looked at the cases of the centres that the person reads."""

    def rule(self, scope: Scope) -> Q | None:
        return _any(_centre(_read(scope), "centre_id"), _overseen(scope))


class ScopedReleases(Scoped):
    """What was given out of the person's centres alone, or by the person."""

    def rule(self, scope: Scope) -> Q | None:
        reach = _read(scope)
        own = Q(user=scope.user_id) if scope.user_id else None
        if not reach or reach.everywhere:
            return _any(Q() if reach else None, own, _overseen(scope))
        within = Q(centre_ids__contained_by=sorted(reach.centres)) & ~Q(centre_ids=[])
        return _any(within, own, _overseen(scope))


class Own(Scoped):
    """Rows of the person alone."""

    def rule(self, scope: Scope) -> Q | None:
        return Q(user=scope.user_id) if scope.user_id else None


def unscoped() -> list[str]:
    """The models that are neither scoped nor on the lists above, as app.Model."""
    return [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.label not in UNSCOPED
        and model._meta.app_label not in UNSCOPED_APPS
        and not isinstance(model._default_manager, Scoped)
    ]
