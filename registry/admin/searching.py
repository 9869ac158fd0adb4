"""Searching in the admin: no address holds what was typed, neither in a list nor in a field of choices."""

from __future__ import annotations

from django import forms
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registry import searching

LONGEST_KEY = 18  # digits; a longer number fits in no key


class KeySelect(AutocompleteSelect):
    """Django's select that searches while one types; what is no key at all is no choice."""

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=["admin/js/jquery.init.js", "registry/choices.js"])

    def build_attrs(self, base_attrs: dict, extra_attrs: dict | None = None) -> dict:
        """What is typed goes to the server in the body of a POST."""
        return super().build_attrs(base_attrs, extra_attrs) | {"data-ajax--type": "POST"}

    def optgroups(self, name: str, value: list, attrs=None):
        given = [str(one) for one in value]
        keys = [one for one in given if one.isascii() and one.isdecimal() and len(one) <= LONGEST_KEY]
        return super().optgroups(name, keys, attrs)


class Searched:
    """Mixed into admin classes and inlines: their autocomplete fields survive whatever was posted."""

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeySelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class Choices(AutocompleteJsonView):
    """What a field offers while one types; asked by POST alone."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """Django's answer, which it would read from the address."""
        request.GET = request.POST
        return self.get(request, *args, **kwargs)


class Listed(ChangeList):
    """Django's list; `q` in its address is the key of a search that is kept on the server."""

    def get_queryset(self, request: HttpRequest, exclude_parameters=None) -> QuerySet:
        self.query = searching.kept(request, request.GET.get(SEARCH_VAR, ""))
        return super().get_queryset(request, exclude_parameters)


def led_by_key(request: HttpRequest) -> HttpResponse | None:
    """Where a search that was typed, or an address without a known search, leads; None for any other."""
    if request.method == "POST" and SEARCH_VAR in request.POST:
        typed = request.POST[SEARCH_VAR].strip()
        more = {SEARCH_VAR: searching.keep(request, typed)} if typed else {}
        return redirect(searching.without(request, SEARCH_VAR, **more))
    key = request.GET.get(SEARCH_VAR, "")
    return searching.unknown(request, SEARCH_VAR) if key and not searching.kept(request, key) else None
