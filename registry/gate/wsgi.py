"""The outermost station: what would break Django before any middleware is asked."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable

from django.http.request import parse_header_parameters

KNOWN = ("utf-8", "ascii")
UNKNOWN_KIND = "application/unknown"  # the gate refuses it in words


def gated(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application, which never meets a character encoding of the sender's choice: a request that
    declares one that is no encoding of text ("zlib") would fail while it is still being made."""

    def called(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if not _is_known(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = UNKNOWN_KIND
        return application(environ, start_response)

    return called


def _is_known(content_type: str) -> bool:
    _kind, parameters = parse_header_parameters(content_type)
    try:
        return codecs.lookup(parameters.get("charset", "utf-8")).name in KNOWN
    except (LookupError, ValueError):
        return False
