"""The second station, behind login and CSRF: what a form or a JSON body carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from registry.gate import refusals as say
from registry.gate.characters import LARGEST_KEY, code_point, exceeds_64_bits, is_key, storable
from registry.gate.json_bodies import DEEPEST, is_deeper, is_json, strict_json
from registry.gate.refusals import Refused

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "TRACE")
TOKEN = "csrfmiddlewaretoken"


def reads_what_is_typed(view: Callable) -> Callable:
    """A view whose forms read every text themselves (registry.reading) and say beside the question
    which character they cannot take, with everything typed still there."""

    @wraps(view)
    def page(*args, **kwargs):
        return view(*args, **kwargs)

    page.reads_what_is_typed = True
    return page


class BodyMiddleware:
    """Refuses what no view could store, and gives back what was typed without it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, _args, _kwargs) -> HttpResponse | None:
        if request.method in WITHOUT_BODY:
            return None
        try:
            if is_json(request):
                strict_json(request)
            elif request.content_type in FORMS:
                _check_form(request, typed=not getattr(view, "reads_what_is_typed", False))
            elif request.META.get("CONTENT_LENGTH") not in (None, "", "0"):
                raise Refused(say.KIND, say.BODY)
        except Refused as refused:
            return say.answer(request, refused, _cleaned(request, refused), as_json=is_json(request))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view may refuse in the same words; nothing that it wrote before is kept."""
        if not isinstance(exception, Refused):
            return None
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
        return say.answer(request, exception, as_json=is_json(request))


def _check_form(request: HttpRequest, *, typed: bool) -> None:
    for name, values in request.POST.lists():
        if code := code_point(name):
            raise Refused(say.CHARACTER, say.FIELD_NAME, code=code)
        for value in values if typed else ():
            _check_value(name, value)
    for name, files in request.FILES.lists():
        if code := code_point(name):
            raise Refused(say.CHARACTER, say.FIELD_NAME, code=code)
        for file in files:
            if code := code_point(file.name or ""):
                raise Refused(say.CHARACTER, say.FILE_NAME, code=code)


def _check_value(name: str, value: str) -> None:
    if code := code_point(value):
        raise Refused(say.CHARACTER, say.field(name), code=code)
    if is_key(name) and exceeds_64_bits(value):
        raise Refused(say.NUMBER, say.field(name), most=LARGEST_KEY)
    if value.lstrip()[:1] in ("[", "{") and is_deeper(value, DEEPEST):
        raise Refused(say.DEPTH, say.field(name), most=DEEPEST)


def _cleaned(request: HttpRequest, refused: Refused) -> Iterator[tuple[str, str]]:
    """What was typed, without the characters that cannot be stored; nothing where that would not help:
    a file or a password is not sent back."""
    if (
        refused.sentence is not say.CHARACTER
        or request.FILES
        or any("password" in one for one in request.POST)
    ):
        return
    for name, values in request.POST.lists():
        if name != TOKEN and not code_point(name):
            yield from ((name, storable(value)) for value in values)
