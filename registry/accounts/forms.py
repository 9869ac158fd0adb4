"""The forms of the way in. Each counts its tries before it looks at what was typed."""

from __future__ import annotations

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from cryptography.exceptions import InvalidSignature
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.accounts import limits
from registry.accounts.attempts import TooMany, try_code, try_password, use_once
from registry.accounts.security import tell

WRONG_PASSWORD = _("User name and password do not match. Both are case-sensitive.")
WRONG_CODE = _("This code is not right. Wait for the next one and type it without delay.")
WRONG_PASSKEY = _("The passkey was not confirmed. Please try again.")
USED_CODE = _("This code was used already. Please wait for the next one.")
WRONG_OWN_PASSWORD = _("This is not your password.")
EXPIRED = _("The one-time password has expired. Please ask your administrator for a new one.")

NOT_SIGNED = (
    ValidationError,
    InvalidSignature,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class LoginForm(AuthenticationForm):
    """User name and password. What is wrong is not said, so that no account can be found out."""

    error_messages = {"invalid_login": WRONG_PASSWORD, "inactive": WRONG_PASSWORD}

    def clean(self) -> dict:
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            raise self.get_invalid_login_error()
        try:
            counted = try_password(self.request, name)
        except TooMany:
            tell("login_limited", self.request)
            raise
        try:
            cleaned = super().clean()
        except ValidationError:
            tell("login_failed", self.request)
            raise
        for key in counted:
            limits.give_back(key)
        return cleaned

    def confirm_login_allowed(self, user) -> None:
        super().confirm_login_allowed(user)
        given = getattr(user, "one_time_password", None)
        if given and given.valid_until < timezone.now():
            raise ValidationError(EXPIRED, code="expired")


class _Counted:
    """A form with a code: ten wrong ones in a quarter of an hour, and every code once."""

    def clean_code(self) -> str:
        key = try_code(self.user)
        code = self.cleaned_data["code"].replace(" ", "").replace("-", "")
        self.cleaned_data["code"] = code
        try:
            super().clean_code()
        except ValidationError:
            tell("factor_failed", user=self.user)
            raise ValidationError(WRONG_CODE, code="incorrect_code") from None
        if not use_once(self.user, code):
            raise ValidationError(USED_CODE, code="used")
        limits.give_back(key)
        return code


class CodeForm(_Counted, AuthenticateForm):
    """The code at the login: of the telephone, or a recovery code."""


class ConfirmCodeForm(_Counted, ReauthenticateForm):
    """The code again, before something that counts."""


class SetUpCodeForm(ActivateTOTPForm):
    """The first code of a new authenticator proves that it was set up rightly. It counts as used."""

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].replace(" ", "")
        if not validate_totp_code(self.secret, code):
            raise ValidationError(WRONG_CODE, code="incorrect_code")
        use_once(self.user, code)
        return code


class _Signed:
    """A form with what a passkey has signed. What is no such thing at all breaks deep inside the
    libraries in many ways; to the person it is one and the same."""

    def clean_credential(self):
        try:
            return super().clean_credential()
        except NOT_SIGNED:
            tell("factor_failed", user=self.user)
            raise ValidationError(WRONG_PASSKEY, code="incorrect_passkey") from None


class PasskeyForm(_Signed, AuthenticateWebAuthnForm):
    """What a passkey has signed, at the login."""


class ConfirmPasskeyForm(PasskeyForm):
    """What a passkey has signed, before something that counts."""

    reauthenticated = True


class NewPasskeyForm(AddWebAuthnForm):
    """A new passkey and its name."""

    name = forms.CharField(required=False, max_length=60)

    def clean(self) -> dict:
        try:
            return super().clean()
        except NOT_SIGNED:
            raise ValidationError(WRONG_PASSKEY, code="incorrect_passkey") from None


class ConfirmPasswordForm(forms.Form):
    """The password again, by somebody who has no second factor."""

    password = forms.CharField(max_length=1000, strip=False)

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        return _own_password(self.user, self.cleaned_data["password"])


class OwnPasswordForm(PasswordChangeForm):
    """A new password in place of the old one."""

    def clean_old_password(self) -> str:
        return _own_password(self.user, self.cleaned_data["old_password"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("new_password1") and cleaned["new_password1"] == cleaned.get("old_password"):
            self.add_error("new_password1", _("This is the old password. Please choose a new one."))
        return cleaned


def _own_password(user, password: str) -> str:
    key = try_code(user)
    if authenticate(username=user.get_username(), password=password) != user:  # also the hospital's
        raise ValidationError(WRONG_OWN_PASSWORD, code="incorrect")
    limits.give_back(key)
    return password
