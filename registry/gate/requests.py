"""The first station: the address, its parameters, cookies and headers of every request.

A percent sign without a code, or bytes that are no UTF-8, stay what Django makes of them: text.
"""

from __future__ import annotations

import codecs
import re

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import get_language_from_request, override

from registry.gate import refusals as say
from registry.gate.characters import LARGEST_KEY, code_point, exceeds_64_bits, is_key, storable
from registry.gate.refusals import Refused

MOST_BYTES = 10 * 2**20  # of a body, files included; what is smaller the settings limit further
CONTROL = re.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]")  # headers are bytes: nothing else can be said of them


class GateMiddleware:
    """Refuses, before anything else is done, what no page could look up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _forget_broken_headers(request)
        try:
            _check_encoding(request)
            _check_path(request)
            _clean_query(request)
            _check_size(request)
        except Refused as refused:
            with override(get_language_from_request(request)):
                return say.answer(request, refused)
        return self.get_response(request)


def _forget_broken_headers(request: HttpRequest) -> None:
    """A cookie or header with control characters is as good as none: refusing it would lock its
    sender out, whose browser sends it again and again."""
    for name, value in list(request.META.items()):
        if name.startswith("HTTP_") and isinstance(value, str) and CONTROL.search(value):
            del request.META[name]
    for name, value in list(request.COOKIES.items()):
        if code_point(name) or code_point(value):
            del request.COOKIES[name]


def _check_encoding(request: HttpRequest) -> None:
    if request.encoding and codecs.lookup(request.encoding).name not in ("utf-8", "ascii"):
        request.encoding = None
        raise Refused(say.NOT_UTF8, say.BODY)


def _check_path(request: HttpRequest) -> None:
    if code := code_point(request.path_info):
        raise Refused(say.CHARACTER, say.ADDRESS, code=code)
    if any(exceeds_64_bits(part) for part in request.path_info.split("/")):
        raise Refused(say.NUMBER, say.ADDRESS, most=LARGEST_KEY)


def _clean_query(request: HttpRequest) -> None:
    """Invisible characters in a search or filter are left out: nothing is stored, and the page opens."""
    pairs = [(name, value) for name, values in request.GET.lists() for value in values]
    if any(code_point(name) or code_point(value) for name, value in pairs):
        query = QueryDict(mutable=True)
        for name, value in pairs:
            query.appendlist(storable(name), storable(value))
        request.META["QUERY_STRING"] = query.urlencode()
        request.GET = QueryDict(request.META["QUERY_STRING"])
    for name, value in pairs:
        if is_key(name) and exceeds_64_bits(value):
            raise Refused(say.NUMBER, say.field(name), most=LARGEST_KEY)


def _check_size(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and (len(length) > 18 or int(length) > MOST_BYTES):
        raise Refused(say.TOO_LARGE, say.BODY, most=MOST_BYTES)
