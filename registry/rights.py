"""What follows from the roles that a person holds: pure, from the policy alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from registry import policy
from registry.context import Held, Scope
from registry.policy import Grant


@dataclass(frozen=True)
class Reach:
    """The centres (primary keys) in which something is allowed; `everywhere` for all there are."""

    everywhere: bool = False
    centres: frozenset[int] = frozenset()

    def __contains__(self, centre_id: int | None) -> bool:
        return self.everywhere or centre_id in self.centres

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.centres)

    def of(self, column: str) -> Q:
        """The condition that `column` names one of the centres; only for a reach that is not empty."""
        return Q() if self.everywhere else Q(**{f"{column}__in": sorted(self.centres)})


@dataclass(frozen=True)
class Rights:
    """The roles that a person holds now, and what they allow."""

    held: tuple[Held, ...] = ()

    def grant(self, action: str, centre_id: int | None = None) -> Grant | None:
        """What of the action is allowed for this centre, or anywhere where none is named.

        Of several roles the one with the fewest conditions counts.
        """
        found = [
            grant
            for one in self.held
            if centre_id is None or one.centre_id in (None, centre_id)
            if (grant := policy.allowed(one.role, action))
        ]
        return min(found, key=lambda one: len(one.conditions)) if found else None

    def reach(self, action: str, without: str = "") -> Reach:
        """Where the action is allowed; `without` names a condition that must not come with it."""
        granting = [
            one.centre_id
            for one in self.held
            if (grant := policy.allowed(one.role, action)) and not (without and getattr(grant, without))
        ]
        return Reach(None in granting, frozenset(granting) - {None})

    def where(self, role: str) -> Reach:
        """Where the role itself is held."""
        held = {one.centre_id for one in self.held if one.role == role}
        return Reach(None in held, frozenset(held - {None}))

    @property
    def glass(self) -> int | None:
        """The centre that the person has opened by break-glass access, if any; there is at most one."""
        return next(iter(self.where(policy.GLASS).centres), None)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles held anywhere, in the order of the policy."""
        return tuple(role for role in policy.ROLES if any(one.role == role for one in self.held))


def rights_in(scope: Scope) -> Rights:
    """The rights of the person on whose behalf rows are read; worked out once for each context."""
    found = scope.memory.get("rights")
    if found is None:
        found = scope.memory["rights"] = Rights(scope.held)
    return found
