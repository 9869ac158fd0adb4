"""What the security log is told of the way in: an event and who it was about, never what was typed."""

from __future__ import annotations

import logging

from django.http import HttpRequest

log = logging.getLogger("registry.security")


def tell(event: str, request: HttpRequest | None = None, user=None) -> None:
    """Write one event of the way in; a failed login names no account, as what was typed may be a password."""
    given = {"user": getattr(user, "pk", user)} if user is not None else {}
    if request is not None:
        given["request_id"] = getattr(request, "request_id", "")
    log.info(event, extra=given)
