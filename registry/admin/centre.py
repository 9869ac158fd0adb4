"""Centres: administered by administrators, read by those who work there or oversee the registry."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.functional import lazystr

from registry.admin.columns import answer_column
from registry.admin.forms import AnswersForm, Questions
from registry.admin.scope import HeldHere, Recorded, scope
from registry.admin.versioned import VersionedForm, VersionedPage
from registry.context import ADMIN, acting
from registry.forms.record import Group
from registry.labels import Label
from registry.models import Centre, Membership, Patient

MEMBERS = Label("Members", "成员数")
GROUPS = [
    Group(
        Label("Centre", "中心"),
        "centre_id",
        "centre_name_en",
        "centre_name_zh",
        "country",
        "time_zone",
        "centre_type",
        "net_expert_centre",
        "hepatectomy_volume_year",
        "netlm_volume_year",
    ),
    Group(
        Label("Local units", "本地单位"),
        "rbc_unit_basis_ml",
        "plasma_unit_basis_ml",
        "default_bilirubin_unit",
    ),
    Group(
        Label("Approval and contribution", "伦理审批与入组"),
        "ethics_approval_no",
        "ethics_approval_date",
        "data_agreement_date",
        "active_from",
        "active_to",
        "consecutive_declared",
    ),
]


class MembersOfCentre(HeldHere):
    """Who works at a centre; roles are given and ended on pages of their own."""

    fk_name = "centre"
    fields = readonly_fields = ("user", "role_held", "valid_until")


class CentreForm(VersionedForm, AnswersForm):
    """A centre with all its questions."""


@admin.register(Centre)
class CentreAdmin(VersionedPage, Questions, Recorded):
    """Centres with their members. Members of a centre may read its page."""

    form = CentreForm
    inlines = (MembersOfCentre,)
    ordering = ("centre_id",)
    search_fields = ("centre_id", "centre_name_en", "centre_name_zh")
    list_display = (
        *(answer_column(Centre, name) for name in ("centre_id", "centre_name_en", "centre_name_zh")),
        *(answer_column(Centre, name) for name in ("country", "centre_type", "active_from", "active_to")),
        "members",
    )
    list_filter = ("centre_type", "country", "net_expert_centre")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Centre]:
        """Those whose cases the user sees or whose users the user administers."""
        centres = super().get_queryset(request).annotate(member_count=Count("memberships"))
        if scope(request).reach("manage_centres") or scope(request).reach("manage_users").everywhere:
            return centres
        return centres.filter(pk__in=scope(request).visible)

    @admin.display(description=lazystr(MEMBERS), ordering="member_count")
    def members(self, centre: Centre) -> int:
        return centre.member_count

    def get_groups(self) -> list[Group]:
        return GROUPS

    def get_inlines(self, request: HttpRequest, obj=None):
        """Names of members are for those who administer them."""
        return self.inlines if obj and obj.pk in scope(request).reach("manage_users") else ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return True  # get_queryset has decided

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(scope(request).reach("manage_centres"))

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(scope(request).reach("manage_centres"))

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """A centre with cases stays; the page that would ask first would have to list its cases."""
        return obj is not None and self.has_change_permission(request, obj) and not _is_used(request, obj)


def _is_used(request: HttpRequest, centre: Centre) -> bool:
    """Whether the centre has cases or members, which an administrator does not meet otherwise."""
    with acting(request.user.get_username(), channel=ADMIN):
        return (
            Patient.objects.filter(centre=centre).exists()
            or Membership.objects.filter(centre=centre).exists()
        )
