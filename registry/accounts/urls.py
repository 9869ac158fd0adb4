"""Every address of the way in. allauth's own list is not included: what is not here does not exist."""

from allauth.account.views import account_inactive
from allauth.mfa.base.views import authenticate
from allauth.mfa.recovery_codes.views import (
    generate_recovery_codes,
    view_recovery_codes,
)
from allauth.mfa.totp.views import deactivate_totp
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView

from registry.accounts import oidc, views
from registry.accounts.fresh import require_fresh

urlpatterns = [
    path("login/", login_not_required(views.LoginView.as_view()), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("login/", login_not_required(views.LoginView.as_view()), name="account_login"),  # for allauth
    path("accounts/password/", views.PasswordView.as_view(), name="password"),
    path("accounts/confirm/", views.confirm, name="confirm"),
    path("accounts/sessions/", views.sessions, name="sessions"),
    path("accounts/session/left/", views.session_left, name="session_left"),
    path("accounts/session/stay/", views.session_stay, name="session_stay"),
    path("accounts/factors/", views.factors, name="factors"),
    path("accounts/factors/", views.factors, name="mfa_index"),  # as allauth calls it
    path("accounts/factors/", views.factors, name="mfa_list_webauthn"),
    path("accounts/inactive/", account_inactive, name="account_inactive"),
    path("accounts/factors/login/", authenticate, name="mfa_authenticate"),
    path("accounts/factors/codes/", require_fresh(views.SetUpCodes.as_view()), name="mfa_activate_totp"),
    path("accounts/factors/codes/remove/", require_fresh(deactivate_totp), name="mfa_deactivate_totp"),
    path("accounts/factors/passkeys/", require_fresh(views.SetUpPasskey.as_view()), name="mfa_add_webauthn"),
    path(
        "accounts/factors/passkeys/<int:pk>/remove/",
        require_fresh(views.RemovePasskey.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("accounts/factors/recovery/", require_fresh(view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "accounts/factors/recovery/new/",
        require_fresh(generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    path("oidc/refused/", views.hospital_refused, name="socialaccount_login_error"),
    path("oidc/cancelled/", views.hospital_refused, name="socialaccount_login_cancelled"),
    path("oidc/new/", views.hospital_refused, name="socialaccount_signup"),
    path("admin/login/", views.admin_login),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password")),
    path("csp-report/", views.csp_report, name="csp_report"),
]
