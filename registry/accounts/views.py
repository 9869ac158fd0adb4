"""The pages of the way in."""

from __future__ import annotations

import json
from contextlib import suppress

from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.accounts import clock, hospital
from registry.accounts.adapter import FACTORS
from registry.accounts.complete import OWN_PASSWORD
from registry.accounts.forms import (
    ConfirmCodeForm,
    ConfirmPasskeyForm,
    ConfirmPasswordForm,
    LoginForm,
    NewPasskeyForm,
    OwnPasswordForm,
    SetUpCodeForm,
)
from registry.accounts.fresh import has_factor
from registry.accounts.headers import note_violation
from registry.accounts.one_time import was_replaced
from registry.accounts.security import tell
from registry.accounts.sessions import end_sessions, live_sessions

REPORTS = ("application/csp-report", "application/json")
LONGEST_REPORT = 20_000  # bytes


class LoginView(auth_views.LoginView):
    """User name and password; what comes after that (a second factor) is the login's next stage."""

    authentication_form = LoginForm
    template_name = "registry/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: LoginForm) -> HttpResponse:
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        return perform_password_login(self.request, {}, login)

    def get_context_data(self, **kwargs) -> dict[str, object]:
        return super().get_context_data(**kwargs) | hospital_login(self.get_redirect_url())


def hospital_login(back_to: str) -> dict[str, str]:
    """The address and the name of the hospital's own login, where there is one."""
    if settings.OIDC is None:
        return {}
    address = reverse("openid_connect_login", args=[hospital.NAME])
    query = f"?{urlencode({'next': back_to})}" if back_to else ""
    return {"hospital_login": address + query, "hospital_name": str(settings.OIDC["name"])}


@login_not_required
@require_GET
def hospital_refused(request: HttpRequest) -> HttpResponse:
    """The hospital's own login has let nobody in."""
    return render(request, "socialaccount/authentication_error.html", status=403)


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin site has no login of its own: it is the same as everywhere."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"{reverse('login')}?{urlencode({'next': _back_to(request, 'admin:index')})}")


def _back_to(request: HttpRequest, otherwise: str = "home") -> str:
    """Where the request says that it came from, if that is a page of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse(otherwise)


class PasswordView(auth_views.PasswordChangeView):
    """An own password; all other sessions of the person end with the old one."""

    form_class = OwnPasswordForm
    template_name = "account/password.html"
    success_url = reverse_lazy("home")

    def get_context_data(self, **kwargs) -> dict[str, object]:
        must_choose = self.request.session.get(OWN_PASSWORD, False)
        return super().get_context_data(**kwargs) | {"must_choose": must_choose}

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        super().form_valid(form)
        request = self.request
        was_replaced(request)
        end_sessions(request.user, but=request.session.session_key)
        tell("password_changed", request, request.user)
        return redirect(_back_to(request))


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Prove again who one is, and go back to what asked for it."""
    kind = _asked_for(request)
    answered = CONFIRMED_BY[kind](request.POST or None, user=request.user)
    if request.method == "POST" and answered.is_valid():
        if kind == "password":
            reauthenticate_by_password(request)
        else:
            answered.save()
        request.session.cycle_key()
        tell("confirmed", request, request.user)
        return redirect(_back_to(request))
    context = {"next": _back_to(request), kind: answered, **_factors_of(request)}
    if not request.user.has_usable_password():
        context |= hospital_login(_back_to(request))
    return render(request, "account/confirm.html", context)


CONFIRMED_BY = {"code": ConfirmCodeForm, "passkey": ConfirmPasskeyForm, "password": ConfirmPasswordForm}


def _asked_for(request: HttpRequest) -> str:
    """What was sent; before anything was sent, what the page offers first."""
    if not has_factor(request.user):
        return "password"
    return "passkey" if "credential" in request.POST else "code"


def _factors_of(request: HttpRequest) -> dict[str, object]:
    """Which factors the page offers, with what the browser must have signed by a passkey."""
    own = Authenticator.objects.filter(user=request.user)
    found = {"has_code": own.exclude(type=Authenticator.Type.WEBAUTHN).exists()}
    if own.filter(type=Authenticator.Type.WEBAUTHN).exists():
        found["request_options"] = begin_authentication(request.user)
    return found


@require_GET
def factors(request: HttpRequest) -> HttpResponse:
    """The person's own second factors; the first one is set up here."""
    own = Authenticator.objects.filter(user=request.user).order_by("created_at")
    context = {
        "codes": own.filter(type=Authenticator.Type.TOTP).first(),
        "passkeys": [one.wrap() for one in own.filter(type=Authenticator.Type.WEBAUTHN)],
        "recovery": own.filter(type=Authenticator.Type.RECOVERY_CODES).first(),
        "missing": settings.SECOND_FACTOR and not own.filter(type__in=FACTORS).exists(),
    }
    return render(request, "account/factors.html", context)


class RemovePasskey(RemoveWebAuthnView):
    """A passkey is removed, unless it is the last factor and one is required."""

    def get_context_data(self, **kwargs) -> dict[str, object]:
        may_go = get_adapter().can_delete_authenticator(self.object)
        return super().get_context_data(**kwargs) | {"is_last": not may_go}

    def form_valid(self, form) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)


class SetUpCodes(ActivateTOTPView):
    """An authenticator on the telephone."""

    form_class = SetUpCodeForm

    def form_valid(self, form: SetUpCodeForm) -> HttpResponse:
        response = super().form_valid(form)
        return _set_up(self.request, response, Authenticator.Type.TOTP)


class SetUpPasskey(AddWebAuthnView):
    """A passkey of this computer, the telephone or a key on the ring."""

    form_class = NewPasskeyForm

    def form_valid(self, form: NewPasskeyForm) -> HttpResponse:
        response = super().form_valid(form)
        return _set_up(self.request, response, Authenticator.Type.WEBAUTHN)


def _set_up(request: HttpRequest, response: HttpResponse, kind: str) -> HttpResponse:
    """A factor that was just set up was also just used."""
    record_authentication(request, request.user, "mfa", type=kind)
    request.session.cycle_key()
    return response


@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is logged in; all the others can be ended."""
    if request.method == "POST":
        end_sessions(request.user, but=request.session.session_key)
        tell("other_sessions_ended", request, request.user)
        return redirect("sessions")
    listed = [
        {"session": one, "ends": clock.ends_at(one), "here": one.session_key == request.session.session_key}
        for one in live_sessions(request.user)
    ]
    return render(request, "account/sessions.html", {"listed": listed})


@require_GET
def session_left(request: HttpRequest) -> HttpResponse:
    """How many seconds the session has left; asked by pages, never prolonging it."""
    return JsonResponse({"left": clock.seconds_left(request.session)})


@require_POST
def session_stay(request: HttpRequest) -> HttpResponse:
    """Somebody is there and wants to stay."""
    request.session.seen()
    return JsonResponse({"left": clock.seconds_left(request.session)})


@csrf_exempt
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser refused something on one of our pages: which kind is noted, and nothing else."""
    if request.content_type in REPORTS:
        with suppress(ValueError, RecursionError):  # not a report
            note_violation(json.loads(request.body[:LONGEST_REPORT]))
    return HttpResponse(status=204)
