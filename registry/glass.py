"""Break-glass access: a data manager or an administrator reads the cases of one centre by name, for an hour.

What it opens follows from one row: while that is open, the person also holds `policy.GLASS` at the centre,
and managers, pages and row-level security show what the policy grants for it, which is reading. That nobody
opens it for others, prolongs it or takes it back is the database's doing (registry/guard/glass.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Min, Q, QuerySet, Value
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from registry import access, policy
from registry.accounts.security import tell
from registry.approvals import Refused, checked_reason
from registry.context import FORM, acting, give_reason
from registry.labels import Label
from registry.models import BreakGlass, Centre, Viewed
from registry.refusals import IN_WORDS

# A page asked for in time is written down once it is made; but never under two accesses.
LATE = timedelta(seconds=60)

NO_CENTRE = Label("Choose the centre.", "请选择中心。")
OPEN_ALREADY = IN_WORDS["one_access_at_a_time"]

COUNTS = """
SELECT b.id, count(v.id) FILTER (WHERE v.patient_id IS NOT NULL), count(DISTINCT v.patient_id),
       count(v.id) FILTER (WHERE v.patient_id IS NULL)
FROM registry_breakglass b JOIN auth_user u ON u.id = b.user_id
JOIN registry_viewed v ON v.username = u.username AND v.centre_id = b.centre_id
     AND v.at >= b.begins_at AND v.at < least(coalesce(b.ended_at, b.ends_at) + %s, (
         SELECT min(n.begins_at) FROM registry_breakglass n
         WHERE n.user_id = b.user_id AND n.begins_at > b.begins_at))
WHERE b.id = ANY (%s) GROUP BY b.id"""


def centres_for(user) -> dict[int, str]:
    """The centres that the person may open, by key: where patients are not known by name anyway."""
    rights = access.rights_of(user)
    reach, known = rights.reach("break_glass"), rights.reach("see_identifiers")
    if not reach or known.everywhere:
        return {}
    with acting(user.get_username(), channel=FORM):  # an administrator of a centre does not meet its row
        found = Centre.objects.filter(reach.of("pk")).exclude(pk__in=known.centres).order_by("centre_id")
        return {one.pk: f"{one.centre_id} · {one.name}" for one in found}


def codes_of(user, accesses: Iterable[BreakGlass]) -> dict[int, str]:
    """The codes of the centres of these accesses."""
    with acting(user.get_username(), channel=FORM):
        found = Centre.objects.filter(pk__in={one.centre_id for one in accesses})
        return dict(found.values_list("pk", "centre_id"))


@transaction.atomic
def open_access(request: HttpRequest, centre_id: int | None, reason: str) -> BreakGlass:
    """Open a centre for the person of this request; raises Refused."""
    user = request.user
    given = checked_reason(reason)
    if now_open(user):
        raise Refused(OPEN_ALREADY)
    if centre_id not in centres_for(user):
        raise Refused(NO_CENTRE)
    give_reason(given)
    made = BreakGlass.objects.create(user=user, centre_id=centre_id, reason=given)
    tell("break_glass_opened", request, user)
    return made


def now_open(user) -> BreakGlass | None:
    """The access that this person has open now."""
    return _open(user).select_related("centre").first()


def _open(user) -> QuerySet[BreakGlass]:
    return BreakGlass.objects.filter(user=user, ended_at=None, ends_at__gt=Now())


def end(request: HttpRequest) -> bool:
    """End the own access; whether there was one."""
    ended = _open(request.user).update(ended_at=timezone.now())
    if ended:
        tell("break_glass_ended", request, request.user)
    return bool(ended)


def _waits_for(user, role: str) -> Q | None:
    """Which accesses wait for this person as one who holds the role; None where it is not held."""
    reach = access.rights_of(user).where(role)
    return reach.of("centre") & Q(**{f"{role}_seen_at": None}) & ~Q(user=user) if reach else None


def unseen(user) -> QuerySet[BreakGlass]:
    """The accesses of others that this person has to acknowledge."""
    waiting = [one for role in policy.WATCHERS if (one := _waits_for(user, role)) is not None]
    if not waiting:
        return BreakGlass.objects.none()
    either = waiting[0]
    for one in waiting[1:]:
        either |= one
    return BreakGlass.objects.filter(either)


def acknowledge(user, number: int) -> bool:
    """Note that this person has seen the access, for each role that was told of it; whether there was one."""
    noted = 0
    for role in policy.WATCHERS:
        waits = _waits_for(user, role)
        if waits is not None:
            seen = {f"{role}_seen_by": user, f"{role}_seen_at": timezone.now()}
            noted += BreakGlass.objects.filter(waits, pk=number).update(**seen)
    return bool(noted)


@dataclass(frozen=True)
class Told:
    """An access as the report shows it: pages of cases, how many cases those were, and lists."""

    access: BreakGlass
    centre: str
    waits: bool
    pages: int = 0
    cases: int = 0
    lists: int = 0


def told(user, accesses: list[BreakGlass]) -> list[Told]:
    """These accesses with what was looked at meanwhile, counted with one query."""
    codes = codes_of(user, accesses)
    keys = [one.pk for one in accesses]
    waiting = set(unseen(user).filter(pk__in=keys).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [LATE, keys])
        counted = {number: counts for number, *counts in cursor.fetchall()}
    return [Told(one, codes[one.centre_id], one.pk in waiting, *counted.get(one.pk, ())) for one in accesses]


def views_of(one: BreakGlass) -> QuerySet[Viewed]:
    """What was looked at by this access, newest first."""
    later = BreakGlass.objects.filter(user=one.user, begins_at__gt=one.begins_at)
    end = min(one.until + LATE, later.aggregate(first=Min("begins_at"))["first"] or one.until + LATE)
    views = Viewed.objects.filter(username=one.user.get_username(), centre_id=one.centre_id)
    return views.filter(at__gte=one.begins_at, at__lt=end).order_by("-id")


@dataclass(frozen=True)
class Noted:
    """What the frame says to those who are told: whether they see synthetic patients, and how many accesses
    wait for them. One query, so that being told costs no page another one."""

    synthetic: bool
    waiting: int

    @classmethod
    def by(cls, user) -> Noted:
        synthetic = access.visible_patients(user).filter(synthetic=True).order_by()[:1]
        waiting = unseen(user).order_by().values_list(Value(False))
        found = [one for (one,) in synthetic.values_list(Value(True)).union(waiting, all=True)]
        return cls(True in found, found.count(False))


def frame(request: HttpRequest) -> dict[str, object]:
    """What the frame of every page says of it: the own open access, and how many wait to be acknowledged."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    rights = access.rights_of(user)
    said = {
        "may_watch_glass": bool(rights.reach("watch_glass")),
        "glass_open": SimpleLazyObject(lambda: now_open(user)) if rights.glass else None,
        "glass_unseen": 0,
    }
    if any(rights.where(role) for role in policy.WATCHERS):
        noted = SimpleLazyObject(lambda: Noted.by(user))
        said |= {"sees_synthetic": SimpleLazyObject(lambda: noted.synthetic)}  # in place of access.frame's
        said |= {"glass_unseen": SimpleLazyObject(lambda: noted.waiting)}
    return said
