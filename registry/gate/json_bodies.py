"""JSON as it may enter: of limited depth, finite numbers, each name once, no unstorable character."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from django.http import HttpRequest

from registry.gate import refusals as say
from registry.gate.characters import LARGEST_KEY, LONGEST_KEY, code_point
from registry.gate.refusals import Refused

DEEPEST = 32
JSON_KIND = re.compile(r"application/(json|csp-report|[a-z.-]+\+json)\Z")
STRINGS_OR_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def is_json(request: HttpRequest) -> bool:
    """Whether the body says that it is JSON."""
    return JSON_KIND.match(request.content_type or "") is not None


def strict_json(request: HttpRequest) -> Any:
    """The JSON body of a request. Raises Refused, which the gate answers in words (status 400)."""
    if not hasattr(request, "read_json"):
        if not is_json(request):
            raise Refused(say.KIND, say.BODY)
        request.read_json = parsed(request.body)
    return request.read_json


def parsed(body: bytes) -> Any:
    """The value of a JSON text. Raises Refused."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refused(say.NOT_UTF8, say.BODY) from None
    if is_deeper(text, DEEPEST):
        raise Refused(say.DEPTH, say.BODY, most=DEEPEST)
    try:
        value = json.loads(
            text, parse_constant=_constant, parse_float=_float, parse_int=_int, object_pairs_hook=_object
        )
    except json.JSONDecodeError:
        raise Refused(say.NOT_JSON, say.BODY) from None
    _check(value, say.BODY)
    return value


def is_deeper(text: str, most: int) -> bool:
    """Whether brackets outside of strings stand more than `most` inside one another."""
    if text.count("[") + text.count("{") <= most:
        return False
    depth = 0
    for found in STRINGS_OR_BRACKETS.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > most:
                return True
        elif found[0] in "]}":
            depth -= 1
    return False


def _constant(_text: str) -> None:
    raise Refused(say.NOT_FINITE, say.BODY)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Refused(say.NOT_FINITE, say.BODY)
    return number


def _int(text: str) -> int:
    if len(text) > LONGEST_KEY + 1 or abs(int(text)) > LARGEST_KEY:
        raise Refused(say.NUMBER, say.BODY, most=LARGEST_KEY)
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refused(say.TWICE, say.field(name))
        found[name] = value
    return found


def _check(value: Any, place) -> None:
    if isinstance(value, str):
        if code := code_point(value):
            raise Refused(say.CHARACTER, place, code=code)
    elif isinstance(value, list):
        for one in value:
            _check(one, place)
    elif isinstance(value, dict):
        for name, one in value.items():
            _check(name, say.FIELD_NAME)
            _check(one, say.field(name))
