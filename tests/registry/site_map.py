"""Every address of the site with its name, with something plausible in its places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, get_resolver

FILLED_IN = {"section_slug": "operation", "slug": "paper", "ending": "json"}


def every_address() -> list[tuple[str, str]]:
    """Each address once for each name that it has."""
    return sorted(set(_addresses(get_resolver().url_patterns)))


def _addresses(patterns, before: str = "") -> Iterator[tuple[str, str]]:
    for one in patterns:
        route = before + str(one.pattern)
        if not isinstance(one, URLPattern):
            yield from _addresses(one.url_patterns, route)
        elif not route.endswith("$"):  # the admin's catch-all has no address of its own
            place = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: FILLED_IN.get(found[1], "1"), route)
            yield "/" + place.replace(r"^", "").replace(r"\Z", ""), one.name or ""
