"""Users and the roles they hold: administered by administrators, data managers and the leads of centres.

Roles are given on the page of a membership alone, and wait for a second person where the policy
wants one (registry/granting.py). Nobody changes the own roles or the own account here. An account
is never deleted, so that a name in the trail always means the same person: it is made inactive.
"""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group as PermissionGroup
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.html import format_html

from registry import access, granting, policy
from registry.accounts.fresh import confirmation_address, is_fresh
from registry.admin.columns import ChosenFilter
from registry.admin.passwords import GivesOneTimePasswords
from registry.admin.scope import Careful, HeldHere, Recorded, scope
from registry.admin.versioned import VersionedForm, VersionedPage
from registry.labels import Label
from registry.models import Centre, Membership
from registry.models.approval import Approval

CENTRES = Label("Centres", "中心")
CENTRE = Label("Centre", "中心")
REASON = Label("Reason", "原因")
REASON_HINT = Label("needed where a second person has to confirm", "需第二人确认时必填")
ASKED = Label(
    "Nothing is changed yet: the request waits for a second person.", "尚未更改：申请正等待第二人确认。"
)
CONFIRM_FIRST = Label(
    "Confirm first that it is you, in another window; then save again.",
    "请先在另一窗口确认您的身份，再次保存。",
)
TO_CONFIRM = Label("Confirm that it is me", "确认本人身份")
WORKS_THERE = Label("The new user enters data at this centre.", "新用户将在该中心录入数据。")


NOT_ASKED = ("groups", "user_permissions", "is_superuser")


class OfCentre(ChosenFilter):
    """Memberships by centre."""

    title, parameter_name = lazystr(CENTRES), "of_centre"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[int, str]]:
        return [(one.pk, str(one)) for one in administered_centres(request)]

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(centre=chosen)


class ByCentre(OfCentre):
    """Users by centre."""

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(memberships__centre=chosen)


def administered_centres(request: HttpRequest) -> QuerySet[Centre]:
    """The centres whose users this person administers."""
    reach = scope(request).reach("manage_users")
    return Centre.objects.filter(reach.of("pk")) if reach else Centre.objects.none()


class OfPeople:
    """Mixed into the pages about users and memberships: open to who administers some."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(scope(request).reach("manage_users"))

    has_add_permission = has_module_permission

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_module_permission(request)


class MembershipForm(VersionedForm, forms.ModelForm):
    """A role to be given, or its end; what the policy does not allow is refused beside the question."""

    reason = forms.CharField(
        label=lazystr(REASON), help_text=lazystr(REASON_HINT), required=False, max_length=1000
    )
    request: HttpRequest

    def clean(self) -> dict[str, object]:
        """Judges the membership as it would be; nothing is stored or asked for yet."""
        cleaned = super().clean()
        held = self.instance
        user, centre = cleaned.get("user", getattr(held, "user", None)), cleaned.get("centre", held.centre)
        role = cleaned.get("role", held.role)
        if self.errors or user is None:
            return cleaned
        centre_id = centre.pk if centre else None
        if centre_id is None and role not in policy.REGISTRY_WIDE:
            return cleaned  # the model's own constraint says so
        refused = granting.why_not(self.request.user, user.pk, role, centre_id)
        if refused:
            raise ValidationError(str(refused))
        self._ask_more(role, centre_id)
        return cleaned

    def _ask_more(self, role: str, centre_id: int | None) -> None:
        """A reason where a second person decides; the factor again where the policy wants it."""
        giver = self.request.user
        if granting.needs_second_person(giver, role, centre_id) and not self.cleaned_data["reason"].strip():
            self.add_error("reason", str(REASON_HINT))
        if granting.needs_fresh_factor(giver, role, centre_id) and not is_fresh(self.request):
            link = format_html(
                '{} <a href="{}" target="_blank">{}</a>',
                str(CONFIRM_FIRST),
                confirmation_address(reverse("admin:registry_membership_changelist")),
                str(TO_CONFIRM),
            )
            self.add_error(None, link)


@admin.register(Membership)
class MembershipAdmin(VersionedPage, OfPeople, Recorded):
    """Who holds which role where, and until when. A role that is given stays what it is: another role
    is another membership."""

    form = MembershipForm
    fields = ("user", "centre", "role", "valid_until", "reason")
    list_display = ("user", "centre", "role", "valid_until", "reviewed_on")
    list_select_related = ("user", "centre")
    list_filter = (OfCentre, "role")
    search_fields = ("user__username", "user__first_name", "user__last_name", "centre__centre_id")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        reach = scope(request).reach("manage_users")
        held = super().get_queryset(request)
        return held.filter(reach.of("centre")) if reach else held.none()

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return ("user", "centre", "role") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """The roles that this person could give, and never the own ones."""
        if obj is None:
            return self.has_module_permission(request)
        return granting.why_not(request.user, obj.user_id, obj.role, obj.centre_id) is None

    has_delete_permission = has_change_permission

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.request = request
        return form

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs):
        if db_field.name == "centre":
            kwargs["queryset"] = administered_centres(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: MembershipForm, change: bool) -> None:
        """Shortening is done at once; giving and prolonging may wait for a second person."""
        if change and not _prolongs(form):
            obj.save()
            return
        request.asked_for = granting.give(request.user, obj, form.cleaned_data["reason"])

    def response_add(self, request: HttpRequest, obj: Membership, post_url_continue=None) -> HttpResponse:
        return self._waits(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Membership) -> HttpResponse:
        return self._waits(request) or super().response_change(request, obj)

    def _waits(self, request: HttpRequest) -> HttpResponse | None:
        asked: Approval | None = getattr(request, "asked_for", None)
        if asked is None:
            return None
        messages.warning(request, f"{granting.about(asked)}. {ASKED}")
        return redirect("admin:registry_membership_changelist")


def _prolongs(form: MembershipForm) -> bool:
    before, after = form.initial.get("valid_until"), form.cleaned_data["valid_until"]
    return before is not None and (after is None or after > before)


class RolesOfUser(HeldHere):
    """The roles that a person holds."""

    fk_name = "user"
    fields = readonly_fields = ("centre", "role_held", "valid_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        reach = scope(request).reach("manage_users")
        held = super().get_queryset(request)
        return held.filter(reach.of("centre")) if reach else held.none()


class InvitationForm(AdminUserCreationForm):
    """A new account made by the lead of a centre, who can only make one for that centre."""

    at_centre = forms.ModelChoiceField(
        queryset=Centre._base_manager.none(),
        label=lazystr(CENTRE),
        help_text=lazystr(WORKS_THERE),
        empty_label=None,
    )


class AccountForm(VersionedForm, UserChangeForm):
    """An account as its page shows it."""


class UserAdmin(VersionedPage, OfPeople, GivesOneTimePasswords, Careful, DjangoUserAdmin):
    """Accounts with their roles. Django's permissions for single models and its superusers are left
    out: nothing asks for the ones, and nobody should be the other."""

    form = AccountForm
    add_form_template = None  # Django's own says in English only that more can be filled in later
    inlines = (RolesOfUser,)
    fieldsets = tuple(
        (heading, {"fields": [one for one in options["fields"] if one not in NOT_ASKED]})
        for heading, options in DjangoUserAdmin.fieldsets
    )
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "works_at")
    list_filter = (ByCentre, "is_active", "is_staff")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """All accounts, or those of the centres whose users this person administers."""
        reach = scope(request).reach("manage_users")
        users = super().get_queryset(request).prefetch_related("memberships__centre")
        if reach.everywhere:
            return users
        there = (
            Membership._base_manager.filter(reach.of("centre")) if reach else Membership._base_manager.none()
        )
        return users.filter(pk__in=there.values("user"))

    @admin.display(description=lazystr(CENTRES))
    def works_at(self, user: User) -> str:
        """The codes of the centres with the roles held there; a star for the whole registry."""
        return ", ".join(
            f"{one.centre.centre_id if one.centre else '*'} ({policy.ROLES[one.role]})"
            for one in user.memberships.all()
        )

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Another person; for the lead of a centre somebody who never did more than enter data there."""
        if obj is None:
            return self.has_module_permission(request)
        if obj.pk == request.user.pk or (obj.is_superuser and not request.user.is_superuser):
            return False
        reach = scope(request).reach("manage_users")
        return reach.everywhere or all(
            one.centre_id in reach and one.role == policy.ENTRY for one in access.roles_ever_held(obj)
        )

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        """Who works in the admin site is for those who administer the whole registry."""
        wide = scope(request).reach("manage_users").everywhere
        return self.readonly_fields if wide else (*self.readonly_fields, "is_staff")

    def get_inlines(self, request: HttpRequest, obj=None):
        return self.inlines if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj=None):
        asked = super().get_fieldsets(request, obj)
        if obj is not None or scope(request).reach("manage_users").everywhere:
            return asked
        return [*asked, (None, {"fields": ("at_centre",)})]

    def get_form(self, request: HttpRequest, obj=None, **kwargs):
        invites = obj is None and not scope(request).reach("manage_users").everywhere
        if invites:
            kwargs["form"] = InvitationForm
        form = super().get_form(request, obj, **kwargs)
        if invites:
            form.base_fields["at_centre"].queryset = administered_centres(request)
        return form

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Whom a lead has invited works at the lead's centre from now on."""
        super().save_related(request, form, formsets, change)
        centre = form.cleaned_data.get("at_centre")
        if not change and centre:
            granting.give(request.user, Membership(user=form.instance, centre=centre, role=policy.ENTRY), "")


admin.site.unregister([User, PermissionGroup])
admin.site.register(User, UserAdmin)
