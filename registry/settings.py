"""All settings, from the environment; a wrong value stops the start and explains itself.

docs/deployment.md lists every variable. Without any the registry runs for one machine:
embedded PostgreSQL, its own secret key under var/, reachable from this machine only.
"""

import os
import secrets
import sys
import warnings
from collections.abc import Collection
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from registry.accounts import headers, hospital
from registry.database import databases_from
from registry.environment import with_files
from registry.operations import logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("NETLM_VAR") or BASE_DIR / "var")
_environ = with_files(os.environ)


def _flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if value == "" else value in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} is “{value}”; it must be 1 or 0.")


def _number(name: str, default: int, least: int, most: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be a whole number from {least} to {most}.")
    return int(value)


def _list(name: str, default: str) -> list[str]:
    return [one.strip() for one in os.environ.get(name, default).split(",") if one.strip()]


def _one_of(name: str, default: str, allowed: Collection[str]) -> str:
    value = os.environ.get(name, "").strip() or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is “{value}”; allowed are {', '.join(allowed)}.")
    return value


def _secret(name: str, least: int) -> str:
    given = _environ.get(name, "")
    if given and len(given) < least:
        raise ImproperlyConfigured(f"{name} is too short; it needs at least {least} characters.")
    return given


def _secret_key() -> str:
    """DJANGO_SECRET_KEY, or one made at the first start and readable by the owner alone."""
    given = _secret("DJANGO_SECRET_KEY", least=40)
    if given:
        return given
    kept = VAR_DIR / "secret-key"
    if not kept.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(60))
        try:
            os.link(fresh, kept)  # whoever is first decides; the others read what is there
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text()


DEBUG = _flag("NETLM_DEBUG", False)
SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = _secret("DJANGO_SECRET_KEY_FALLBACKS", least=40).split()  # earlier keys
ALLOWED_HOSTS = _list("NETLM_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = _list("NETLM_ORIGINS", "")
BEHIND_HTTPS = _flag("NETLM_HTTPS", False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "bootstrap",
    "registry",
    "analysis",
]
if os.environ.get("NETLM_OIDC_ISSUER", "").strip():
    INSTALLED_APPS.append("allauth.socialaccount.providers.openid_connect")

MIDDLEWARE = [
    "registry.operations.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "registry.accounts.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "registry.gate.GateMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "registry.accounts.clock.SessionClock",
    "registry.accounts.complete.CompleteLogin",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "registry.gate.BodyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "registry.context.ContextMiddleware",
    "registry.refusals.RefusalMiddleware",
    "registry.viewing.ViewingMiddleware",
    "registry.routes.PolicyMiddleware",
]

ROOT_URLCONF = "registry.urls"
WSGI_APPLICATION = "registry.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "registry.access.frame",
                "registry.glass.frame",
                "registry.accounts.clock.frame",
            ]
        },
    }
]

DATABASES = databases_from(_environ, BASE_DIR)
DATABASE_ROUTERS = ["registry.operations.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "tests.runner.Runner"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "registry" / "locale"]
TIME_ZONE = os.environ.get("NETLM_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# The way in (registry/accounts). Its limits, confirmations and messages are ours, not allauth's.
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SITE_NAME = "NETLM registry"
SECOND_FACTOR = _flag("NETLM_SECOND_FACTOR", BEHIND_HTTPS)
# A lead may sign cases with own entries; it is shown wherever it happened.
SIGN_OWN = _flag("NETLM_SIGN_OWN", False)
PROXIES = _number("NETLM_PROXIES", 1 if BEHIND_HTTPS else 0, 0, 9)
ACCOUNT_ADAPTER = "registry.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "registry.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_HTTPS  # this machine only
MFA_FORMS = {
    "authenticate": "registry.accounts.forms.CodeForm",
    "authenticate_webauthn": "registry.accounts.forms.PasskeyForm",
}
OIDC = hospital.provider_from(_environ)
SOCIALACCOUNT_ADAPTER = "registry.accounts.oidc.HospitalAdapter"
SOCIALACCOUNT_PROVIDERS = hospital.providers(OIDC)
SOCIALACCOUNT_LOGIN_ON_GET = True  # the policy of the pages lets no form lead to another server
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
LDAP = hospital.directory_from(_environ)
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
if LDAP is not None:
    AUTHENTICATION_BACKENDS.append("registry.accounts.ldap.DirectoryBackend")
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # made before; replaced at the next login
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "registry.accounts.passwords.NotGuessable"},
]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# collectstatic itself must already write hashed, compressed files; later starts then find them
_collected = (STATIC_ROOT / "staticfiles.json").exists() or sys.argv[1:2] == ["collectstatic"]
WHITENOISE_USE_FINDERS = not _collected  # before collectstatic, each file is served from where it lies
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# A section is one form: some three hundred visits of some sixty inputs each still fit into one post.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Sessions live on the server; registry/accounts/clock.py ends them.
SESSION_ENGINE = "registry.accounts.sessions"
IDLE_MINUTES = _number("NETLM_IDLE_MINUTES", 15, 3, 240)
SESSION_HOURS = 12
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
_prefix = "__Host-" if BEHIND_HTTPS else ""  # such a cookie no other host and no plain http can set
SESSION_COOKIE_NAME = f"{_prefix}sessionid"
CSRF_COOKIE_NAME = f"{_prefix}csrftoken"
DEVICE_COOKIE_NAME = f"{_prefix}device"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS else None
SECURE_SSL_REDIRECT = BEHIND_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics/$"]  # asked from inside, where nobody stands in front
SECURE_HSTS_SECONDS = 2 * 31536000 if BEHIND_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": headers.POLICY}

# Only fields of a list are ever written; no text of an error, no address, nothing that was typed.
LOGGING = logs.configuration(_one_of("NETLM_LOG_FORMAT", "plain", logs.FORMATS))

# For the machines that watch (registry/operations): who may ask for more than "ready" or "not ready".
METRICS_TOKEN = _secret("NETLM_METRICS_TOKEN", least=20)
METRICS_FROM = _list("NETLM_METRICS_FROM", "")
BACKUP_FOLDER = os.environ.get("NETLM_BACKUP_FOLDER", "")
BACKUP_KEY = _secret("NETLM_BACKUP_KEY", least=32)
SEAL_KEY = _secret("NETLM_SEAL_KEY", least=32)  # only where seals are made (docs/trail.md)
SEAL_ANCHORS = _list("NETLM_SEAL_ANCHOR", "")
IDENTITY_KEY = _secret("NETLM_IDENTITY_KEY", least=32)
IDENTITY_FOLDER = Path(os.environ.get("NETLM_IDENTITY_FOLDER") or VAR_DIR / "identity")
VERIFICATION_FILE = VAR_DIR / "verification.json"  # the last one, for the auditors' page
PROMISES_RELEASED = BASE_DIR / "registry" / "promises.json"
PROMISES_FILE = Path(os.environ.get("NETLM_PROMISES") or VAR_DIR / "promises.json")
RELEASE_ROWS = _number("NETLM_RELEASE_ROWS", 500, 5, 1_000_000)  # cases above which a second person confirms
TRANSFER_ABROAD = _flag("NETLM_TRANSFER_ABROAD", False)
REPORTS_AT_ONCE = _number("NETLM_REPORTS_AT_ONCE", 2, 1, 64)  # of all processes together
STATEMENT_TIMEOUT = _number("NETLM_STATEMENT_TIMEOUT", 60, 1, 3600)  # seconds; of the site, not of commands
