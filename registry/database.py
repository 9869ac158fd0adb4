"""Which database: the server that DATABASE_URL names, or a private one under var/.

Everything else in the project reads the result from Django's settings and does not know
which of the two it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

ALLOWED = (
    "Allowed is postgresql://user:password@host:port/name, with options of libpq behind it, for example "
    "?sslmode=require&connect_timeout=5. In the password @ : / ? # % are written %40 %3A %2F %3F %23 %25. "
    "Without DATABASE_URL the project starts a PostgreSQL of its own."
)


def settings_from(environ: Mapping[str, str], base_dir: Path) -> dict[str, object]:
    """Django's DATABASES["default"].

    Read are DATABASE_URL, NETLM_VAR (the folder of the embedded server instead of
    `base_dir`/var) and NETLM_THROWAWAY_DATABASE, which only `make test` sets.
    Raises ImproperlyConfigured with a message that never repeats any part of the address.
    """
    if "DATABASE_URL" in environ:
        return _named_server(environ["DATABASE_URL"].strip())
    var = Path(environ.get("NETLM_VAR") or base_dir / "var").absolute()
    # Not durable means several times faster and lost at a power cut. So that no real record
    # can ever be kept that way, the two modes never share a folder.
    throwaway = environ.get("NETLM_THROWAWAY_DATABASE") == "1"
    folder = var / ("throwaway-database" if throwaway else "database")
    return {
        "ENGINE": "registry.postgres",
        "NAME": "registry",
        "EMBEDDED": {"folder": str(folder), "durable": not throwaway},
    }


def _named_server(url: str) -> dict[str, object]:
    if not re.match(r"postgres(ql)?://", url):
        _refuse("it does not begin with postgresql://" if url else "it is empty")
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        parts = None  # the driver's own message repeats the address with its password
    if parts is None:
        _refuse("its parts or its options cannot be read")
    if not parts.get("dbname"):
        _refuse("it names no database behind the last slash")
    host, port = str(parts.pop("host", "")), str(parts.pop("port", ""))
    if not re.fullmatch(r"(/.*|[\w.:,-]*)", host):
        _refuse("the host has letters that no host has; perhaps a part of the password, not percent-encoded")
    if not all(re.fullmatch(r"[0-9]{1,5}", one) and 0 < int(one) < 65536 for one in port.split(",") if one):
        _refuse("the port is not a number from 1 to 65535")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _refuse(reason: str) -> None:
    raise ImproperlyConfigured(
        f"DATABASE_URL is not the address of a PostgreSQL database: {reason}. {ALLOWED}"
    )
