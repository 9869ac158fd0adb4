"""An administrator gives a person a new one-time password. Nobody chooses a password for another."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from registry.accounts import one_time
from registry.accounts.fresh import confirmation_address, has_factor, is_fresh


class GivesOneTimePasswords:
    """Mixed into the admin of users, in place of Django's page on which one types another's password."""

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        user = self.get_object(request, id)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        if not is_fresh(request):
            return redirect(confirmation_address(request.get_full_path()))
        context = self.admin_site.each_context(request) | {
            "title": _("New one-time password"),
            "opts": self.opts,
            "original": user,
            "has_factor": has_factor(user),
            "hours": int(one_time.VALID.total_seconds() // 3600),
        }
        if request.method == "POST":
            lost = request.POST.get("lost") == "1"
            context["password"] = one_time.give(user, request.user.get_username(), and_forget_factors=lost)
        return TemplateResponse(request, "admin/registry/one_time_password.html", context)

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        """The password with which an account is made is known to two people: it is a one-time one."""
        super().save_model(request, obj, form, change)
        if not change and obj.has_usable_password():
            one_time.must_be_replaced(obj, request.user.get_username())
