"""Reports as they leave: as they are, or for outside the centre under the rule of small numbers,
applied over everything that has left before.

What an earlier report told is found again from its record: its cohort and the addresses of the numbers
that it still had. It is read from the registry as it is now; numbers that have changed since are a
known limit (docs/release.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone

from analysis import cohort
from analysis.conventions import PRESETS
from analysis.document import Provenance, Report
from analysis.release import giving
from analysis.release.giving import Refused
from analysis.release.small_numbers import Left, Outcome, for_release, left_by
from analysis.reports import REPORTS
from registry.context import FORM, acting
from registry.labels import Label
from registry.models import Centre, Release

INSIDE_PROFILE, PROFILE = "report", "report_outside"
REMEMBERED = timedelta(days=2 * 365)
BUDGET = 5  # different cohorts of the same centres within REMEMBERED
SPENT = Label(
    "Reports on {n} different cohorts of these centres have left already; a further one could be compared "
    "with all of them. Use one of those cohorts again.",
    "这些中心已有{n}个不同队列的报告对外提供，再增加队列可能被相互比对推算；请使用已有的队列。",
)


def about(slug: str, conventions: str, definition: cohort.Definition, centres: Sequence[Centre]) -> dict:
    """What the record keeps of a report: enough to make it again, whoever asks."""
    codes = definition.centres or tuple(one.centre_id for one in centres)
    return {
        "report": slug,
        "conventions": conventions,
        **replace(definition, centres=codes).as_data(),
    }


@dataclass(frozen=True, slots=True)
class Leaving:
    """A report as it leaves, and what its record says of it."""

    report: Report
    profile: str
    centres: tuple[Centre, ...]
    about: dict
    columns: dict | list


def leaving(
    who: str, report: Report, described: dict, centres: Sequence[Centre], *, outside: bool
) -> Leaving:
    """The report `described` by `about`, as `who` takes it away. Raises Refused."""
    chosen = tuple(one for one in centres if one.centre_id in described["centres"])
    if not outside:
        return Leaving(report, INSIDE_PROFILE, chosen, described, [])
    outcome = make(who, report, described, chosen)
    return Leaving(outcome.report, PROFILE, chosen, described, {"shown": list(outcome.shown)})


def make(who: str, report: Report, described: dict, centres: Sequence[Centre]) -> Outcome:
    """The report as it may leave. Raises Refused when too many different cohorts have left."""
    with acting(who, channel=FORM):
        earlier = _earlier(centres)
        others = [key for key in earlier if key != _key(described)]
        if len(others) >= BUDGET and _key(described) not in earlier:
            raise Refused(SPENT.fill(n=len(others)))
        before = [left for found in earlier.values() for left in _left(found)]
    return for_release(report, before)


def record(user, taken: Leaving, content: bytes, *, username: str = "", **more) -> Release:
    """The row that stays of a report that somebody has taken away; `username` for a command."""
    return Release.objects.create(
        at=timezone.now(),
        user=user,
        username=username or user.get_username(),
        role=giving.roles_of(user),
        centre_ids=[centre.pk for centre in taken.centres],
        profile=taken.profile,
        purpose="report",
        destination=giving.INSIDE,
        cohort=taken.about,
        columns=taken.columns,
        sha256=hashlib.sha256(content).hexdigest(),
        state=giving.RELEASED,
        **more,
    )


def taken_lately(user, described: dict) -> bool:
    """Whether the person took this very report away within the hour, in any format or language."""
    since = timezone.now() - timedelta(seconds=giving.HOUR_S)
    return Release.objects.filter(user=user, cohort=described, at__gt=since).exists()


def _earlier(centres: Sequence[Centre]) -> dict[str, list[Release]]:
    """What has left of these centres, by cohort."""
    rows = Release.objects.filter(
        profile=PROFILE,
        centre_ids__overlap=[one.pk for one in centres],
        at__gte=timezone.now() - REMEMBERED,
    ).order_by("id")
    found: dict[str, list[Release]] = {}
    for one in rows:
        found.setdefault(_key(one.cohort), []).append(one)
    return found


def _key(described: dict) -> str:
    """The same for the same cohort, whichever conventions and report."""
    return json.dumps(
        {name: described[name] for name in ("start", "end", "as_of", "centres")}, sort_keys=True
    )


def _left(rows: Sequence[Release]) -> list[Left]:
    """What reports of one cohort have told, each kind of report made once."""
    told: dict[tuple[str, str], set[str]] = {}
    for one in rows:
        kind = (one.cohort["report"], one.cohort["conventions"])
        told.setdefault(kind, set()).update(one.columns["shown"])
    return [
        left_by(_made_again(slug, conventions, rows[0].cohort), addresses)
        for (slug, conventions), addresses in told.items()
        if slug in REPORTS and addresses
    ]


def _made_again(slug: str, conventions: str, described: dict) -> Report:
    definition = cohort.Definition.from_data(described)
    data = cohort.load(definition, Centre.objects.filter(centre_id__in=definition.centres))
    return REPORTS[slug].build(data, PRESETS[conventions], Provenance(False, ()))
