"""Giving data out: who may, for what, how often, who confirms it, and the record that stays.

Nothing leaves without a row in Release that says who, why, which cases and columns, where to and the
hash of the file; the database writes it into the trail as every other change. The file itself is not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from analysis import cohort
from analysis.release import package
from registry import access, approvals
from registry.accounts import limits
from registry.classification import PROFILES
from registry.context import COMMAND, FORM, acting
from registry.labels import Label, both
from registry.models import Approval, Centre, Release
from registry.operations import turns

KIND = "release"
KIND_LABEL = Label("data for analysis above the row limit", "超过行数上限的分析数据导出")
CONFIRMED_BY = "export_pseudonymised"  # the right that whoever confirms a large release must have
PER_HOUR, HOUR_S = 20, 60 * 60
DAYS_TO_FETCH = 7
WAITING, RELEASED = "waiting", "released"
INSIDE, COUNTRY, ABROAD = "inside", "country", "abroad"
DESTINATIONS: dict[str, Label] = {
    INSIDE: Label("stays in the centre", "仅在本中心使用"),
    COUNTRY: Label("another institution in this country", "国内其他机构"),
    ABROAD: Label("another country", "境外"),
}

TOO_OFTEN = Label(
    "At most {n} exports leave in one hour. Try again later.", "每小时最多导出{n}次，请稍后再试。"
)
NOT_YOURS = Label("This release is not waiting for you.", "该导出申请不在等待您领取。")
NOT_CONFIRMED = Label("A second person has not confirmed this release yet.", "该导出尚未经第二人确认。")
EXPIRED = Label("The confirmation is older than {days} days; ask again.", "确认已超过{days}天，请重新申请。")
NO_TRANSFER = Label(
    "This site does not send data to another country (NETLM_TRANSFER_ABROAD).",
    "本站点不允许数据出境（NETLM_TRANSFER_ABROAD）。",
)
ABOUT = Label("{cases} cases, {profile}, {where}", "{cases}例，{profile}，{where}")
STATES: dict[str, Label] = {
    WAITING: Label("waits for a second person", "等待第二人确认"),
    "confirmed": Label("confirmed, to be fetched", "已确认，待领取"),
    RELEASED: Label("released", "已导出"),
    "refused": Label("refused", "已拒绝"),
    "withdrawn": Label("taken back", "已撤回"),
    "expired": Label("expired", "已过期"),
}


class Refused(Exception):
    """Nothing leaves; `label` says why, in both languages."""

    def __init__(self, label: Label):
        super().__init__(label.en)
        self.label = label


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have, for what, and where it goes."""

    profile: str
    definition: cohort.Definition
    centres: tuple[Centre, ...]
    purpose: str
    destination: str = INSIDE
    recipient: str = ""
    legal_basis: str = ""

    @property
    def where(self) -> str:
        """The destination as the record keeps it."""
        return f"{self.destination}: {self.recipient}" if self.recipient else self.destination


@dataclass(frozen=True, slots=True)
class Given:
    """The record, and the file; no file while a second person has not confirmed."""

    release: Release
    content: bytes | None = None


def centres_for(user, profile: str) -> tuple[Centre, ...]:
    """The centres whose cases the person may take out in this profile."""
    reach = access.rights_of(user).reach(f"export_{profile}")
    return _centres(user, reach.of("pk")) if reach else ()


def _centres(user, which: Q) -> tuple[Centre, ...]:
    """Centres by name; who may only take out cannot see them otherwise."""
    with acting(user.get_username(), channel=FORM):
        return tuple(Centre.objects.filter(which))


def codes_of(user, centre_ids: Sequence[int]) -> dict[int, str]:
    """The codes of these centres."""
    return {one.pk: one.centre_id for one in _centres(user, Q(pk__in=set(centre_ids)))}


def profiles_for(user) -> list[str]:
    """The profiles that the person may ask for anywhere."""
    return [profile for profile in PROFILES if access.may(user, f"export_{profile}")]


def needs_fresh_factor(user, wish: Wish) -> bool:
    """Whether the policy wants the second factor again for one of the centres."""
    grants = [access.may(user, f"export_{wish.profile}", centre) for centre in wish.centres]
    return any(grant is not None and grant.fresh_factor for grant in grants)


def preview(user, wish: Wish) -> package.Package:
    """The file as it would be, for looking at its size and columns. Raises Refused, TooFewCases."""
    _wait_for_a_turn()
    return _made(user, wish)


def give(user, wish: Wish) -> Given:
    """The file and its record; a request for a second person where there are too many cases.

    Raises Refused, and anonymity.TooFewCases.
    """
    _check(user, wish)
    _wait_for_a_turn()
    count(user)
    made = _made(user, wish)
    if made.cases > settings.RELEASE_ROWS:
        return Given(_ask(user, wish, made.cases))
    return Given(record(user, wish, made), made.content)


def count(user, *, again: bool = False) -> None:
    """Count one of the exports that a person has in an hour, files for analysis and reports together;
    the same report `again`, in another format or language, is no further one. Raises Refused."""
    if not again and not limits.allow(f"release:{user.pk}", PER_HOUR, HOUR_S):
        raise Refused(TOO_OFTEN.fill(n=PER_HOUR))


def fetch(user, release: Release) -> Given:
    """The file of a release that a second person has confirmed; once. Raises Refused."""
    if release.user_id != user.pk or release.state != WAITING:
        raise Refused(NOT_YOURS)
    if release.approval is None or release.approval.state != Approval.CONFIRMED:
        raise Refused(NOT_CONFIRMED)
    if state_of(release) == "expired":
        raise Refused(EXPIRED.fill(days=DAYS_TO_FETCH))
    wish = wish_of(release)
    _check(user, wish)
    _wait_for_a_turn()
    made = _made(user, wish)
    _complete(release, made)
    release.save()
    return Given(release, made.content)


def state_of(release: Release) -> str:
    """What has become of a release: a key of STATES."""
    if release.state != WAITING or release.approval is None:
        return release.state
    decided = release.approval
    if decided.state == Approval.CONFIRMED:
        late = decided.decided_at + timedelta(days=DAYS_TO_FETCH) < timezone.now()
        return "expired" if late else "confirmed"
    return decided.state if decided.state in STATES else WAITING


def record(user, wish: Wish, made: package.Package, username: str = "") -> Release:
    """The row that stays of a file; `username` for a command, which runs without a user."""
    release = _row(user, wish, username)
    _complete(release, made)
    release.save()
    return release


def wish_of(release: Release) -> Wish:
    """What was asked for, from its row."""
    destination, _, recipient = release.destination.partition(": ")
    return Wish(
        release.profile,
        cohort.Definition.from_data(release.cohort),
        _centres(release.user, Q(pk__in=release.centre_ids)),
        release.purpose,
        destination,
        recipient,
        release.legal_basis,
    )


def register_kind() -> None:
    """Make the request for a second person known (apps.py)."""
    approvals.register(KIND, _confirmed, CONFIRMED_BY, label=KIND_LABEL, about=_about)


def _confirmed(approval: Approval, _user) -> None:
    """Nothing leaves by being confirmed: who asked fetches the file."""


def _about(approval: Approval) -> Label:
    asked = approval.details
    return ABOUT.fill(
        cases=asked["cases"], profile=PROFILES[asked["profile"]], where=both(asked["destination"])
    )


def _check(user, wish: Wish) -> None:
    """Raise Refused where the site or the policy does not let it out; the form has checked the words."""
    if wish.destination == ABROAD and not settings.TRANSFER_ABROAD:
        raise Refused(NO_TRANSFER)
    if not wish.centres or not all(access.may(user, f"export_{wish.profile}", one) for one in wish.centres):
        raise Refused(NOT_YOURS)


def _wait_for_a_turn() -> None:
    """Raises Refused while as many reports and files are being made as may be at a time."""
    try:
        turns.take()
    except turns.Busy:
        raise Refused(turns.BUSY) from None


def _made(user, wish: Wish) -> package.Package:
    """The file, read on the strength of the right to export: who analyses may not see the record itself."""
    with acting(user.get_username(), reason=wish.purpose, channel=FORM):
        data = cohort.load(wish.definition, wish.centres)
        return package.make(data, wish.profile, wish.centres, wish.purpose)


def _ask(user, wish: Wish, cases: int) -> Release:
    release = _row(user, wish)
    release.rows, release.state = cases, WAITING
    only = wish.centres[0] if len(wish.centres) == 1 else None
    details = {"cases": cases, "profile": wish.profile, "destination": wish.where}
    subject = f"{wish.definition.hash[:12]}"
    release.approval = approvals.ask(
        user, KIND, centre=only, subject=subject, details=details, reason=wish.purpose
    )
    release.save()
    return release


def _row(user, wish: Wish, username: str = "") -> Release:
    return Release(
        at=timezone.now(),
        user=user,
        username=username or user.get_username(),
        role=roles_of(user),
        centre_ids=sorted(centre.pk for centre in wish.centres),
        profile=wish.profile,
        purpose=wish.purpose,
        destination=wish.where,
        legal_basis=wish.legal_basis,
        cohort=wish.definition.as_data(),
        expires_on=timezone.localdate() + timedelta(days=DAYS_TO_FETCH),
        state=RELEASED,
    )


def roles_of(user) -> str:
    """The roles of who takes something out, as the record keeps them; a command has no user."""
    return " ".join(access.rights_of(user).roles)[:20] if user else COMMAND


def _complete(release: Release, made: package.Package) -> None:
    release.at = timezone.now()
    release.state, release.rows, release.columns = RELEASED, made.cases, made.columns
    release.sha256 = hashlib.sha256(made.content).hexdigest()
    release.file_name = f"{release.profile}-{release.sha256[:8]}.zip"
