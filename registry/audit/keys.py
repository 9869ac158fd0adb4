"""The key of the seals: from the settings, or for the embedded database one made once under var/."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LEAST = 32  # characters


class NoKey(Exception):
    """There is no key to seal with; the text says what to set."""


def seal_key(make: bool = False) -> bytes:
    """The key; with `make`, one is made for the embedded database if there is none yet.

    Raises NoKey. Whoever has the key and the database can rewrite history; the documentation
    (docs/trail.md) says who should hold what.
    """
    if settings.SEAL_KEY:
        return settings.SEAL_KEY.encode()
    kept = Path(settings.VAR_DIR) / "seal-key"
    if "EMBEDDED" not in settings.DATABASES["default"]:
        raise NoKey("There is no key to seal with: set NETLM_SEAL_KEY or NETLM_SEAL_KEY_FILE.")
    if make:
        _make(kept)
    if not kept.exists():
        raise NoKey(f"There is no key to seal with yet; “manage.py seal_audit” makes one in {kept}.")
    key = kept.read_text(encoding="utf-8").strip()
    if len(key) < LEAST:
        raise ImproperlyConfigured(f"The key in {kept} is too short; it needs at least {LEAST} characters.")
    return key.encode()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48))


def mac_of(key: bytes, parts: list) -> bytes:
    """The HMAC-SHA-256 over a list of numbers and texts, as the text of a JSON array."""
    return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).digest()
