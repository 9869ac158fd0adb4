"""Which action of the policy each address needs. An address that is not declared here is found by nobody.

`manage.py check` and a test fail as long as an address of the site is missing; so does the walk through
all of them (tests/registry/test_matrix.py), which reads this list as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.admin import site
from django.core.checks import Error, register
from django.http import Http404, HttpRequest
from django.urls import ResolverMatch, URLPattern, get_resolver

from registry import access, policy, scoping

PUBLIC = "public"  # open without login
PERSON = "person"  # whoever is logged in: own account, own texts, or a page that judges by itself

ROUTES: dict[str, str] = {
    # The way in and the own account
    "login": PUBLIC,
    "account_login": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "account_inactive": PUBLIC,
    "admin/login/": PUBLIC,
    "set_language": PUBLIC,
    "csp_report": PUBLIC,
    "live": PUBLIC,
    "ready": PUBLIC,
    "metrics": PUBLIC,
    "oidc_login": PUBLIC,
    "oidc_callback": PUBLIC,
    "openid_connect_login": PUBLIC,
    "openid_connect_callback": PUBLIC,
    "socialaccount_login_cancelled": PUBLIC,
    "socialaccount_login_error": PUBLIC,
    "socialaccount_signup": PUBLIC,
    "logout": PERSON,
    "password": PERSON,
    "admin/password_change/": PERSON,
    "confirm": PERSON,
    "sessions": PERSON,
    "session_left": PERSON,
    "session_stay": PERSON,
    "factors": PERSON,
    **dict.fromkeys(
        ("mfa_index", "mfa_list_webauthn", "mfa_activate_totp", "mfa_deactivate_totp")
        + ("mfa_add_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes", "mfa_reauthenticate")
        + ("mfa_generate_recovery_codes",),
        PERSON,
    ),
    # Cases
    "home": PERSON,
    "search": "see_clinical",
    "cases": "see_clinical",
    "case": "see_clinical",
    "case_history": "history",
    "new_case": "edit",
    "section": "edit",
    "draft": "edit",
    "discard_draft": "edit",
    "case_signing": "see_clinical",
    "case_views": "security_log",
    "case_person": "see_clinical",
    "approvals": PERSON,
    "approval": PERSON,
    "freezes": "lock",
    # History and access
    "history": "audit_trail",
    "row_history": PERSON,
    "person_history": PERSON,
    "break_glass": "watch_glass",
    "break_glass_end": "watch_glass",
    "break_glass_views": "watch_glass",
    "security_log": "security_log",
    "access_review": "security_log",
    # Reports
    "reports": "report",
    "report": "report",
    "report_count": "report",
    "report_cases": "report",
    "report_download": "report",
    "release": "export_deidentified",
    "release_fetch": "export_deidentified",
    "releases": PERSON,
    "abstract": PERSON,
    "methods": PERSON,
    "method_figures": PERSON,
    "method_summary": PERSON,
    "method_download": PERSON,
    "method_script": PERSON,
    # Who may do what
    "policy": PERSON,
    "memberships": "review_access",
    # What is proven
    "verification": "verify_audit",
    "promises": "promises",
}
NAMESPACES = {"admin": PERSON}  # each page of the admin site judges by itself (registry/admin/scope.py)

# Pages that somebody without any role is shown, empty, so that they learn what is missing.
SHOWN_EMPTY = frozenset({"search", "cases", "reports", "report", "report_count"})


def declared(name: str) -> str | None:
    """What the policy asks for at the address of this name; None if nobody has said."""
    return ROUTES.get(name) or NAMESPACES.get(name.partition(":")[0] if ":" in name else "")


def name_of(match: ResolverMatch) -> str:
    """The name of an address; its own pattern where it has no name."""
    return match.view_name if match.url_name or match.namespaces else match.route


def names() -> Iterator[str]:
    """The names of all addresses of the site."""
    return _names(get_resolver().url_patterns)


def _names(patterns, route: str = "", space: str = "") -> Iterator[str]:
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLPattern):
            yield f"{space}{one.name or here}" if one.name or not space else f"{space}{one.lookup_str}"
        else:
            yield from _names(one.url_patterns, here, f"{space}{one.namespace}:" if one.namespace else space)


class PolicyMiddleware:
    """Lets a request through to its page only if the policy has an answer, and it is yes."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        name = name_of(request.resolver_match)
        needed = declared(name)
        if needed == PUBLIC or (needed == PERSON and request.user.is_authenticated):
            return
        rights = access.rights_of(request.user)
        if needed in policy.ACTIONS and rights.grant(needed):
            return
        if name in SHOWN_EMPTY and request.user.is_authenticated and not rights.held:
            return
        raise Http404


@register()
def every_address_is_declared(app_configs, **kwargs) -> list[Error]:
    """An address nobody has thought about stops the start."""
    known = {PUBLIC, PERSON, *policy.ACTIONS}
    return [
        Error(
            f"The address “{name}” has no policy: declare in registry/routes.py which action it needs.",
            id="registry.E001",
        )
        for name in sorted(set(names()))
        if declared(name) not in known
    ]


@register()
def every_model_is_scoped(app_configs, **kwargs) -> list[Error]:
    """So does a model whose rows everybody would meet."""
    return [
        Error(
            f"{label} shows its rows to everybody: give it a manager of registry/scoping.py, "
            "or say there why it needs none.",
            id="registry.E002",
        )
        for label in scoping.unscoped()
    ]


@register()
def every_admin_page_is_careful(app_configs, **kwargs) -> list[Error]:
    """And a page of the admin site that another package has brought along."""
    from registry.admin.scope import Careful

    return [
        Error(
            f"The admin page of {model._meta.label} is not ours and asks no policy: unregister it.",
            id="registry.E003",
        )
        for model, page in site._registry.items()
        if not isinstance(page, Careful)
    ]
