"""The environment with its secrets, which may lie in files instead: NAME_FILE names the file of NAME."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SECRETS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_SEAL_URL",
    "DATABASE_REPLICA_URL",
    "DJANGO_SECRET_KEY",
    "DJANGO_SECRET_KEY_FALLBACKS",
    "NETLM_SEAL_KEY",
    "NETLM_IDENTITY_KEY",
    "NETLM_BACKUP_KEY",
    "NETLM_METRICS_TOKEN",
    "NETLM_OIDC_SECRET",
)


def with_files(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment, in which each of SECRETS whose NAME_FILE is set has the content of that file.

    Raises ImproperlyConfigured if a file cannot be read or is empty, or if both are given; the
    message names the file, never its content.
    """
    found = dict(environ)
    for name in SECRETS:
        path = environ.get(f"{name}_FILE", "")
        if not path:
            continue
        if environ.get(name):
            raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; only one of them is allowed.")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read.") from None
        if not found[name]:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty.")
    return found
