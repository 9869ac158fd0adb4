"""What the environment says of the hospital's own login; read by settings.py. docs/login.md explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NAME = "hospital"
PACKAGES = ("requests", "jwt", "oauthlib")
LOCAL = ("127.0.0.1", "localhost", "::1")


def provider_from(environ: Mapping[str, str]) -> dict[str, object] | None:
    """What the environment says of the hospital's provider; None without NETLM_OIDC_ISSUER."""
    issuer = environ.get("NETLM_OIDC_ISSUER", "").strip().rstrip("/")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise ImproperlyConfigured(f"NETLM_OIDC_ISSUER is “{issuer}”; it must begin with https://.")
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        raise ImproperlyConfigured(
            f"NETLM_OIDC_ISSUER is set, but {', '.join(missing)} is not installed: "
            "pip install -r requirements-sso.txt"
        )
    given = {name: environ.get(f"NETLM_OIDC_{name}", "").strip() for name in ("CLIENT_ID", "SECRET")}
    if absent := [f"NETLM_OIDC_{name}" for name, value in given.items() if not value]:
        raise ImproperlyConfigured(f"NETLM_OIDC_ISSUER is set, so {' and '.join(absent)} must be set too.")
    factors = environ.get("NETLM_OIDC_FACTORS", "")
    return {
        "issuer": issuer,
        "client_id": given["CLIENT_ID"],
        "secret": given["SECRET"],
        "name": environ.get("NETLM_OIDC_NAME", "").strip() or parts.hostname,
        "factors": tuple(one.strip() for one in factors.split(",") if one.strip()),
    }


def providers(oidc: dict[str, object] | None) -> dict[str, object]:
    """The provider as allauth's settings describe it."""
    if oidc is None:
        return {}
    app = {
        "provider_id": NAME,
        "name": oidc["name"],
        "client_id": oidc["client_id"],
        "secret": oidc["secret"],
    }
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [app | {"settings": {"server_url": oidc["issuer"], "oauth_pkce_enabled": True}}],
        }
    }


@dataclass(frozen=True)
class Directory:
    """Where the hospital's people are. `user` is how a typed name becomes the name that is bound:
    `uid={},ou=people,dc=hospital,dc=example`, or in Active Directory `{}@hospital.example`."""

    url: str
    user: str
    base: str
    attribute: str
    authorities: str = ""

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("ldaps://")


def directory_from(environ: Mapping[str, str]) -> Directory | None:
    """What the environment says of the directory; None without NETLM_LDAP_URL."""
    url = environ.get("NETLM_LDAP_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("ldaps", "ldap") or not parts.hostname:
        raise ImproperlyConfigured(f"NETLM_LDAP_URL is “{url}”; it must begin with ldaps:// or ldap://.")
    if find_spec("ldap3") is None:
        raise ImproperlyConfigured(
            "NETLM_LDAP_URL is set, but ldap3 is not installed: pip install -r requirements-sso.txt"
        )
    given = {name: environ.get(f"NETLM_LDAP_{name}", "").strip() for name in ("USER", "BASE")}
    if absent := [f"NETLM_LDAP_{name}" for name, value in given.items() if not value]:
        raise ImproperlyConfigured(f"NETLM_LDAP_URL is set, so {' and '.join(absent)} must be set too.")
    if given["USER"].count("{}") != 1:
        raise ImproperlyConfigured(
            f"NETLM_LDAP_USER is “{given['USER']}”; it must contain {{}} once, where the user name goes."
        )
    attribute = environ.get("NETLM_LDAP_ATTRIBUTE", "").strip() or "uid"
    return Directory(url, given["USER"], given["BASE"], attribute, environ.get("NETLM_LDAP_CA", "").strip())
