"""The hospital's own accounts by LDAP or Active Directory; off unless NETLM_LDAP_URL is set (docs/login.md).

The password is tried at the hospital's server and never kept. Whoever is known only there is a
person without a membership and so sees nothing until an administrator gives one.
"""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from registry.accounts.hospital import LOCAL, Directory
from registry.accounts.security import tell

SECONDS = 5
NAMES = ("givenName", "sn", "mail")


class DirectoryBackend(ModelBackend):
    """Asks the hospital's directory; the account is made at the first login."""

    def authenticate(self, request: HttpRequest, username=None, password=None, **_other):
        directory = settings.LDAP
        if directory is None or not username or not password:  # without a password any name is let in
            return None
        found = _person(directory, username, password)
        if found is None:
            return None
        user, is_new = get_user_model().objects.get_or_create(username=found["username"], defaults=found)
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user if self.user_can_authenticate(user) else None


def _person(directory: Directory, username: str, password: str) -> dict[str, str] | None:
    """Name and address of whoever has this name and password there; None if nobody has, or nobody answers."""
    from ldap3 import Connection
    from ldap3.core.exceptions import LDAPException, LDAPInvalidCredentialsResult
    from ldap3.utils.conv import escape_filter_chars

    try:
        with Connection(
            _server(directory),
            _bound_name(directory, username),
            password,
            auto_bind="NONE" if _may_be_plain(directory) else "TLS_BEFORE_BIND",
            receive_timeout=SECONDS,
            raise_exceptions=True,
            auto_referrals=False,
        ) as bound:
            bound.bind()
            asked = f"({directory.attribute}={escape_filter_chars(username)})"
            bound.search(directory.base, asked, attributes=[directory.attribute, *NAMES], size_limit=2)
            entries = bound.entries
    except LDAPInvalidCredentialsResult:
        return None
    except (LDAPException, OSError):
        tell("directory_unreachable")
        return None
    return _answers(entries[0], directory.attribute) if len(entries) == 1 else None


def _answers(entry, attribute: str) -> dict[str, str]:
    """The person's name as the directory writes it, however it was typed."""
    first, last, mail = (str(entry[name].value or "") if name in entry else "" for name in NAMES)
    return {
        "username": str(entry[attribute].value)[:150],
        "first_name": first[:150],
        "last_name": last[:150],
        "email": mail[:254],
    }


def _server(directory: Directory):
    from ldap3 import NONE, Server, Tls

    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=directory.authorities or _system_authorities())
    return Server(directory.url, get_info=NONE, connect_timeout=SECONDS, tls=tls, allowed_referral_hosts=[])


def _system_authorities() -> str | None:
    return ssl.get_default_verify_paths().cafile


def _may_be_plain(directory: Directory) -> bool:
    """Whether the connection needs no STARTTLS: it is encrypted from the beginning, or leads nowhere."""
    return directory.is_secure or urlsplit(directory.url).hostname in LOCAL


def _bound_name(directory: Directory, username: str) -> str:
    from ldap3.utils.dn import escape_rdn

    is_dn = "=" in directory.user
    return directory.user.replace("{}", escape_rdn(username) if is_dn else username)
