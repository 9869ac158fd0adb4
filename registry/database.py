"""Which database: the server that DATABASE_URL names, or a private one under var/.

Everything else in the project reads the result from Django's settings and does not know
which of the two it is. The aliases are roles: as "default" the application works and owns
nothing; "owner" has the tables and runs migrations; "seal" adds seals to the trail. A server's
owner and sealer are there only for processes that are given their addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

EMBEDDED_ROLES = {"default": "registry_app", "owner": "registry", "seal": "registry_seal"}
ALLOWED = (
    "Allowed is postgresql://user:password@host:port/name, with options of libpq behind it, for example "
    "?sslmode=require&connect_timeout=5. In the password @ : / ? # % are written %40 %3A %2F %3F %23 %25. "
    "Without DATABASE_URL the project starts a PostgreSQL of its own."
)


NAMED = {
    "default": "DATABASE_URL",
    "owner": "DATABASE_OWNER_URL",
    "seal": "DATABASE_SEAL_URL",
    "replica": "DATABASE_REPLICA_URL",
}
TEST_AS_OWNER = {"TEST": {"MIRROR": "owner"}}  # the owner makes the test database


def databases_from(environ: Mapping[str, str], base_dir: Path) -> dict[str, dict[str, object]]:
    """Django's DATABASES.

    Read are DATABASE_URL, DATABASE_OWNER_URL, DATABASE_SEAL_URL, DATABASE_REPLICA_URL (where
    reports are read), NETLM_VAR (the folder of the embedded server instead of `base_dir`/var) and
    NETLM_THROWAWAY_DATABASE, which only `make test` sets. Raises ImproperlyConfigured with a message
    that never repeats any part of an address.
    """
    if "DATABASE_URL" in environ:
        found = {
            alias: _named_server(environ[name].strip(), name)
            for alias, name in NAMED.items()
            if alias == "default" or environ.get(name)
        }
    else:
        embedded = _embedded(environ, base_dir)
        found = {alias: embedded | {"USER": role} for alias, role in EMBEDDED_ROLES.items()}
    for alias in found.keys() - {"owner"}:
        found[alias] |= TEST_AS_OWNER
    return found


def _embedded(environ: Mapping[str, str], base_dir: Path) -> dict[str, object]:
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


def _named_server(url: str, variable: str) -> dict[str, object]:
    def _refuse(reason: str) -> None:
        raise ImproperlyConfigured(
            f"{variable} is not the address of a PostgreSQL database: {reason}. {ALLOWED}"
        )

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
