"""What every page of the admin does alike: whose cases it shows, what it refuses, what it records.

The admin is a working place like the forms. A member of the staff works here with the rights of
the roles held (access.py); Django's permissions for single models are not consulted. Centres, users
and roles are administered here too, by those whose role it is; that opens no case.
"""

from __future__ import annotations

from functools import cached_property

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import DataError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.http import urlencode

from registry import access
from registry.admin.searching import Listed, Searched, led_by_key
from registry.labels import Label
from registry.models import Centre, Membership
from registry.policy import ROLES
from registry.reading import Unreadable, clean_text
from registry.rights import Reach
from registry.searching import LONGEST

CENTRE = Label("Centre", "中心")
LOOKUPS = {"", "exact", "isnull", "gte", "lt"}
PARTS_OF_A_DATE = {"year", "month", "day"}


class Scope:
    """The centres (primary keys) whose cases a user sees, and those whose cases the user may change."""

    def __init__(self, user):
        self.user = user
        self.rights = access.rights_of(user)

    def reach(self, action: str, without: str = "") -> Reach:
        """The centres in which the user may do this."""
        return self.rights.reach(action, without)

    @cached_property
    def visible(self) -> frozenset[int]:
        return self._keys("see_clinical")

    @cached_property
    def editable(self) -> frozenset[int]:
        return self._keys("edit")

    @cached_property
    def masked(self) -> bool:
        """Whether patients are shown by registry number, at least those of some centres."""
        seen, named = self.reach("see_clinical"), self.reach("see_identifiers")
        return not named.everywhere and (seen.everywhere or not seen.centres <= named.centres)

    def _keys(self, action: str) -> frozenset[int]:
        reach = self.reach(action)
        if reach.everywhere:
            return frozenset(Centre.objects.values_list("pk", flat=True))
        return reach.centres


def scope(request: HttpRequest) -> Scope:
    """The scope of the user of this request, asked for once."""
    if not hasattr(request, "admin_scope"):
        request.admin_scope = Scope(request.user)
    return request.admin_scope


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

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[Listed]:
        return Listed

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The list; an address with values that no column can hold leads to Django's page for that."""
        if elsewhere := led_by_key(request):
            return elsewhere
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
            wanted = clean_text(search_term)[:LONGEST]
        except Unreadable:
            return queryset.none(), False
        return self.found(request, queryset, wanted)

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        """The history of this row, as the database wrote it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return redirect(history_address(table=self.opts.db_table, row_id__exact=row.pk))

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


ROLE = Label("Role", "角色")


class HeldHere(admin.TabularInline):
    """Memberships on the page of their user or centre, to be read; each leads to its own page."""

    model = Membership
    extra = 0
    show_change_link = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "centre")

    @admin.display(description=lazystr(ROLE))
    def role_held(self, membership: Membership) -> Label:
        return ROLES[membership.role]

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(scope(request).reach("manage_users"))

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


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

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Whoever knows patients by the registry number alone searches by it alone."""
        fields = super().get_search_fields(request)
        return [one for one in fields if one.endswith("patient_uid")] if scope(request).masked else fields

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """An order by study number would tell something of it."""
        asked = super().get_ordering(request) or self.opts.ordering
        hidden = scope(request).masked and any("local_study_id" in one for one in asked)
        return ("-pk",) if hidden else asked

    def get_sortable_by(self, request: HttpRequest) -> tuple | list:
        return () if scope(request).masked else super().get_sortable_by(request)

    @admin.display(description=lazystr(CENTRE))
    def centre_code(self, row: models.Model) -> str:
        return self.centre_of(row).centre_id

    def get_list_display(self, request: HttpRequest) -> list:
        """Who works at one centre need not read its name in every line."""
        columns = super().get_list_display(request)
        return [one for one in columns if one != "centre_code" or len(scope(request).visible) > 1]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(scope(request).visible)  # the admin site lets nobody in but the staff

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        visible = scope(request).visible
        return bool(visible) if obj is None else self.centre_of(obj).pk in visible

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(scope(request).editable)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        editable = scope(request).editable
        return bool(editable) if obj is None else self.centre_of(obj).pk in editable

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Patients are kept for ever; rows are taken away on the page of their patient."""
        return False
