"""What the database refuses because of a lock, a signature or a missing second person, in words.

Forms ask first and keep what was typed in the page. This is for every other way in, such as a lock
that somebody sets while a page is being saved: a page that explains, never a server error.
"""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from registry.labels import Label

IN_WORDS: dict[str, Label] = {
    "case_is_locked": Label(
        "This case is locked. It can be changed only after two persons have unlocked it.",
        "该病例已锁定，须经双人确认解锁后才能修改。",
    ),
    "unlocked_by_two": Label(
        "A lock ends only when a second person confirms the request to unlock.",
        "只有第二人确认解锁申请后，锁定才会解除。",
    ),
    "withdrawn_by_two": Label(
        "A case is withdrawn and put back only by two persons.", "病例的撤出与恢复均须双人确认。"
    ),
    "signed_by_oneself": Label("Everybody signs for themselves only.", "只能以本人名义签名。"),
    "signature_is_never_altered": Label("A signature is never altered.", "签名不可更改。"),
    "freeze_is_never_altered": Label("A freeze is never altered.", "数据冻结记录不可更改。"),
    "decided_once_by_oneself": Label(
        "A request is decided once, in time, by another person than who asked.",
        "每项申请只能在期限内由申请人以外的人决定一次。",
    ),
    "opened_by_oneself": Label(
        "Break-glass access is opened by a data manager or an administrator, each for themselves.",
        "紧急访问只能由数据管理员或系统管理员以本人名义开启。",
    ),
    "one_access_at_a_time": Label(
        "You have break-glass access to a centre already; end it first.",
        "您已有一项紧急访问正在进行，请先结束。",
    ),
    "access_is_never_altered": Label(
        "Break-glass access is never prolonged, altered or removed; it is ended by who opened it.",
        "紧急访问不可延长、更改或删除，只能由开启者结束。",
    ),
    "identity_never_changes": Label(
        "A row stays with its patient, and a patient with its centre.", "记录不能更换患者，患者不能更换中心。"
    ),
}


def refusal(error: BaseException) -> Label | None:
    """What the database has refused, in words; None for any other error."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    return IN_WORDS.get(getattr(getattr(cause, "diag", None), "constraint_name", None) or "")


class RefusalMiddleware:
    """Answers a refusal with a page that says why; whatever the request had done is undone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        why = refusal(error)
        if why is None:
            return None
        transaction.set_rollback(True)
        return HttpResponse(render_to_string("registry/refused.html", {"why": why}), status=409)
