"""What every page of the admin does alike: whose cases it shows, what it refuses, what it records.

The admin is a working place like the forms. A member of the staff works here with the rights of
the memberships (access.py); Django's permissions for single models are not consulted. A superuser
administers centres, memberships and users, and sees cases by membership like everybody else.
"""

from __future__ import annotations

from functools import cached_property

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import DataError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.http import urlencode

from registry import access
from registry.labels import Label
from registry.models import Centre
from registry.reading import Unreadable, clean_text

CENTRE = Label("Centre", "中心")
LONGEST_SEARCH = 60
LONGEST_KEY = 18  # digits; a longer number fits in no key
LOOKUPS = {"", "exact", "isnull", "gte", "lt"}
PARTS_OF_A_DATE = {"year", "month", "day"}


class Scope:
    """The centres (primary keys) whose cases a user sees, and those whose cases the user may change."""

    def __init__(self, user):
        self.user = user

    @cached_property
    def visible(self) -> frozenset[int]:
        return frozenset(access.centres_of(self.user).values_list("pk", flat=True))

    @cached_property
    def editable(self) -> frozenset[int]:
        return frozenset(access.editable_centres(self.user).values_list("pk", flat=True))


def scope(request: HttpRequest) -> Scope:
    """The scope of the user of this request, asked for once."""
    if not hasattr(request, "admin_scope"):
        request.admin_scope = Scope(request.user)
    return request.admin_scope


class KeySelect(AutocompleteSelect):
    """Django's select that searches while one types; what is no key at all is no choice."""

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


class Careful(Searched):
    """Mixed into each admin class: no address and no search makes a server error or looks elsewhere."""

    actions = None  # a bulk action would delete without showing what
    list_per_page = 50
    list_max_show_all = 200

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Filters by the row's own columns only: a lookup along relations could ask about other rows."""
        name, _, rest = lookup.partition("__")
        related = [one for one in self.opts.related_objects if name in (one.name, one.get_accessor_name())]
        own = {one.name for one in self.opts.concrete_fields} | {"pk"}
        dated = rest in PARTS_OF_A_DATE and name == self.date_hierarchy
        if related or (name in own and rest not in LOOKUPS and not dated):
            return False
        return super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The list; an address with values that no column can hold leads to Django's page for that."""
        try:
            with transaction.atomic():
                response = super().changelist_view(request, extra_context)
                return response.render() if hasattr(response, "render") else response
        except (ValueError, OverflowError, DataError):
            if not set(request.GET) - {ERROR_FLAG}:
                raise
            return redirect(f"{request.path}?{ERROR_FLAG}=1")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        try:
            wanted = clean_text(search_term)[:LONGEST_SEARCH]
        except Unreadable:
            return queryset.none(), False
        return self.found(request, queryset, wanted)

    def found(self, request: HttpRequest, queryset: QuerySet, wanted: str) -> tuple[QuerySet, bool]:
        """The rows that a readable search finds, and whether they may come twice."""
        return super().get_search_results(request, queryset, wanted)


class Recorded(Careful, admin.ModelAdmin):
    """An admin class of the registry's own tables: the database keeps their history (history.py)."""

    def log_addition(self, request, obj, message) -> None:
        """Not logged a second time: Django's log would show study numbers without regard to centres."""

    log_change = log_addition

    def log_deletions(self, request, queryset) -> None:
        """Not logged a second time."""

    def construct_change_message(self, request, form, formsets, add=False) -> list:
        return []

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        """The history of this row, as the database wrote it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return redirect(history_address(table=self.opts.db_table, row_id__exact=row.pk))


def history_address(**filters: object) -> str:
    """The address of the history of changes with these filters."""
    return f"{reverse('admin:registry_change_changelist')}?{urlencode(filters)}"


class CaseScoped(Recorded):
    """An admin class of rows that belong to a case: shown to its centre, changed by its editors."""

    to_centre = "patient__centre"  # the way from the row to the centre

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(**{f"{self.to_centre}__in": scope(request).visible})

    def centre_of(self, row: models.Model) -> Centre:
        """The centre that the row belongs to."""
        return row.patient.centre

    @admin.display(description=lazystr(CENTRE))
    def centre_code(self, row: models.Model) -> str:
        return self.centre_of(row).centre_id

    def get_list_display(self, request: HttpRequest) -> list:
        """Who works at one centre need not read its name in every line."""
        columns = super().get_list_display(request)
        return [one for one in columns if one != "centre_code" or len(scope(request).visible) > 1]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True  # the admin site lets nobody in but the staff

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return obj is None or self.centre_of(obj).pk in scope(request).visible

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(scope(request).editable)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        editable = scope(request).editable
        return bool(editable) if obj is None else self.centre_of(obj).pk in editable

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Patients are kept for ever; rows are taken away on the page of their patient."""
        return False
