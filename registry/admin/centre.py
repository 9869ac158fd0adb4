"""Centres, memberships and users: administered by superusers. Being one opens no case."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group as PermissionGroup
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.functional import lazystr

from registry import policy
from registry.admin.columns import ChosenFilter, answer_column
from registry.admin.forms import AnswersForm, Questions
from registry.admin.scope import Careful, Recorded, Searched, scope
from registry.forms.record import Group
from registry.labels import Label
from registry.models import Centre, Membership

MEMBERS = Label("Members", "成员数")
CENTRES = Label("Centres", "中心")
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


class BySuperusers:
    """Mixed into what only superusers administer."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.is_superuser


class MembersOfCentre(BySuperusers, Searched, admin.TabularInline):
    """Who works at a centre."""

    model = Membership
    autocomplete_fields = ("user",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "centre")


class CentresOfUser(MembersOfCentre):
    """Where a person works."""

    autocomplete_fields = ("centre",)


class ByCentre(ChosenFilter):
    """Users or memberships by centre."""

    title = lazystr(CENTRES)
    parameter_name = "of_centre"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[int, str]]:
        return [(one.pk, str(one)) for one in Centre.objects.all()]

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(memberships__centre=chosen)


class OfCentre(ByCentre):
    """Memberships by centre."""

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(centre=chosen)


@admin.register(Centre)
class CentreAdmin(Questions, BySuperusers, Recorded):
    """Centres with their members. Members of a centre may read its page."""

    form = AnswersForm
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
        centres = super().get_queryset(request).annotate(member_count=Count("memberships"))
        return centres if request.user.is_superuser else centres.filter(pk__in=scope(request).visible)

    @admin.display(description=lazystr(MEMBERS), ordering="member_count")
    def members(self, centre: Centre) -> int:
        return centre.member_count

    def get_groups(self) -> list[Group]:
        return GROUPS

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.is_superuser or obj is None or obj.pk in scope(request).visible

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """A centre with cases stays; the page that would ask first would have to list its cases."""
        return request.user.is_superuser and obj is not None and not obj.patients.exists()


@admin.register(Membership)
class MembershipAdmin(BySuperusers, Recorded):
    """Who sees the cases of which centre, and who may change them."""

    list_display = ("user", "centre", "role", "valid_until")
    list_select_related = ("user", "centre")
    list_filter = (OfCentre, "role")
    search_fields = ("user__username", "user__first_name", "user__last_name", "centre__centre_id")
    autocomplete_fields = ("user", "centre")


class UserAdmin(BySuperusers, Careful, DjangoUserAdmin):
    """Django's page of a user with the memberships. Permissions for single models are left out:
    nothing asks for them."""

    add_form_template = None  # Django's own says in English only that more can be filled in later
    inlines = (CentresOfUser,)
    fieldsets = tuple(
        (
            heading,
            {"fields": [one for one in options["fields"] if one not in ("groups", "user_permissions")]},
        )
        for heading, options in DjangoUserAdmin.fieldsets
    )
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser")
    list_display += ("works_at",)
    list_filter = (ByCentre, "is_active", "is_staff", "is_superuser")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__centre")

    @admin.display(description=lazystr(CENTRES))
    def works_at(self, user: User) -> str:
        """The codes of the user's centres."""
        return ", ".join(_centre_in_list(one) for one in user.memberships.all())

    def get_inlines(self, request: HttpRequest, obj=None):
        return self.inlines if obj else ()


def _centre_in_list(membership: Membership) -> str:
    code = membership.centre.centre_id if membership.centre else "*"
    return f"{code} ({policy.ROLES[membership.role]})"


admin.site.unregister([User, PermissionGroup])
admin.site.register(User, UserAdmin)
