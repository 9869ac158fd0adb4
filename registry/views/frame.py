"""What every page shares: the way in, the language, the error pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import activate
from django.views.decorators.http import require_POST

from registry import access
from registry.gate import reads_what_is_typed


@dataclass(frozen=True)
class ChosenLanguage:
    """The language the user has just chosen; remembered for a year."""

    code: str

    def remember(self, response: HttpResponse) -> HttpResponse:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            self.code,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        response.headers["Content-Language"] = self.code
        return response


def chosen_language(request: HttpRequest) -> str | None:
    """The language asked for by a language button inside a form, if one was pressed."""
    code = request.POST.get("_language", "")
    return code if code in dict(settings.LANGUAGES) else None


def speak(code: str | None) -> ChosenLanguage | None:
    """Let the rest of this request speak the chosen language."""
    if code is None:
        return None
    activate(code)
    return ChosenLanguage(code)


def home(request: HttpRequest) -> HttpResponse:
    """The working list is the home page; for who reads no cases, where the work is."""
    rights = access.rights_of(request.user)
    if rights.held and not rights.reach("see_clinical"):
        return redirect("admin:index" if rights.reach("manage_users") and request.user.is_staff else "policy")
    return redirect("cases")


def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language and come back to the same page."""
    target = request.POST.get("next") or reverse("home")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = reverse("home")
    language = speak(chosen_language(request))
    response = HttpResponseRedirect(target)
    return language.remember(response) if language else response


set_language = reads_what_is_typed(require_POST(set_language))
set_language.login_required = False  # the login page, too, can be read in either language


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "registry/error.html", {"status": 404}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "registry/error.html", {"status": 403}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "registry/error.html", {"status": 400}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Made without the request: who asks and what the frame shows may be what cannot be found out."""
    return HttpResponse(render_to_string("registry/error.html", {"status": 500}), status=500)
