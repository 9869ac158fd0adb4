"""What somebody is typing, kept on the server every few seconds until it is saved or thrown away.

A draft belongs to one person and one page (the key of once.py). Nobody else sees it: the managers
and the database show it to its author alone, and no report, trail or export knows of it. Packets of
a page carry a sequence number; one that arrives late changes nothing, also after the form is saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from registry.gate import Refused, refusals
from registry.labels import Label
from registry.models import Draft, Patient, SentForm
from registry.once import FIELD, KEY

KEPT = timedelta(days=30)
MOST_BYTES = 200_000
MOST_DRAFTS = 100  # of one person
AHEAD = 1000  # a page shown again counts on from here, so that packets still on their way stay behind
NEW_CASE = "new"
NOT_A_DRAFT = Label("{place}: it is not a draft of a form.", "{place}：不是表单草稿。")
NOT_KEPT = frozenset({FIELD, "csrfmiddlewaretoken", "_language", "then"})


@dataclass(frozen=True)
class Packet:
    """What a page sends: its key, its count, and everything in its form."""

    page: str
    sequence: int
    fields: list[list[str]]

    @classmethod
    def read(cls, sent: object) -> Packet:
        """A packet out of JSON; raises Refused for anything else."""
        found = sent if isinstance(sent, dict) else {}
        page, sequence, fields = (found.get(name) for name in ("page", "sequence", "fields"))
        if not (isinstance(page, str) and KEY.fullmatch(page) and type(sequence) is int and sequence >= 0):
            raise Refused(NOT_A_DRAFT, refusals.BODY)
        if not isinstance(fields, list) or not all(map(_is_field, fields)):
            raise Refused(NOT_A_DRAFT, refusals.BODY)
        return cls(page, sequence, [one for one in fields if one[0] not in NOT_KEPT])


def _is_field(one: object) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)


def form_name(patient: Patient, slug: str) -> str:
    """The name of the form of one section of one case."""
    return f"{patient.patient_uid}-{slug}"


def keep(user, form: str, packet: Packet) -> Draft | None:
    """Keep what a page holds; None if the packet comes too late."""
    _one_at_a_time(user, packet.page)
    if SentForm.objects.filter(user=user, key=packet.page).exists():
        return None
    draft = Draft.objects.filter(user=user, form=form, page=packet.page).first()
    if draft is None:
        _make_room(user)
        draft = Draft(user=user, form=form, page=packet.page, sequence=-1)
    if packet.sequence <= draft.sequence:
        return None
    draft.sequence, draft.content, draft.saved_at = packet.sequence, packet.fields, timezone.now()
    draft.base = next((value for name, value in packet.fields if name == "base"), "")
    draft.save()
    return draft


def _one_at_a_time(user, page: str) -> None:
    """Until the transaction ends, nobody else keeps, saves or throws away this page."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"draft {user.pk} {page}"])


def _make_room(user) -> None:
    own = Draft.objects.filter(user=user)
    own.filter(saved_at__lt=timezone.now() - KEPT).delete()
    surplus = own.order_by("-saved_at").values_list("pk", flat=True)[MOST_DRAFTS - 1 :]
    own.filter(pk__in=list(surplus)).delete()


def newest(user, form: str) -> Draft | None:
    """The newest draft of a form that is not too old."""
    return of_form(user, form).order_by("-saved_at").first()


def of_page(user, form: str, page: str) -> Draft | None:
    """The draft of one page."""
    return of_form(user, form).filter(page=page).first()


def of_form(user, form: str):
    """The person's drafts of one form."""
    return Draft.objects.filter(user=user, form=form, saved_at__gte=timezone.now() - KEPT)


def counts_from(draft: Draft | None) -> int:
    """With which sequence number a page that is shown again begins."""
    return draft.sequence + AHEAD if draft else 0


def as_typed(draft: Draft) -> QueryDict:
    """What the draft holds, as if it had just been sent."""
    typed = QueryDict(mutable=True)
    for name, value in draft.content:
        typed.appendlist(name, value)
    return typed


def forget(user, page: str) -> None:
    """The page is saved, or its draft thrown away."""
    if page:
        _one_at_a_time(user, page)
        Draft.objects.filter(user=user, page=page).delete()


def tidy_drafts() -> int:
    """Throw away what nobody has come back to; how many there were."""
    return Draft.objects.filter(saved_at__lt=timezone.now() - KEPT).delete()[0]
