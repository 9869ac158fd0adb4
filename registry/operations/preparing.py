"""What an administrator of a PostgreSQL server runs once, before the registry is installed on it."""

from __future__ import annotations

from django.conf import settings

from registry.guard.roles import RoleNames, making, quoted

NAMES = RoleNames("netlm_owner", "netlm_app", "netlm_app_wide", "netlm_app_seal")
OPENING = """\
-- Run with psql as an administrator of the server; it asks for three passwords, one for each role that
-- logs in. The owner has the tables and migrates them; the application owns nothing; the sealer reads
-- everything and adds seals."""


def sql_for_administrator() -> str:
    """The statements that make the roles and the empty database, for psql; no password stands in them.

    The names are those of the addresses in the settings, where a server is named, else the usual ones.
    """
    names, database = _names()
    logins = (names.owner, names.runtime, names.seal)
    owner, base = quoted(names.owner), quoted(database)
    return "\n".join(
        [
            OPENING,
            *(f"{statement};" for statement in making(names)),
            *(f"\\password {quoted(name)}" for name in logins),
            f"CREATE DATABASE {base} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8';",
            f"REVOKE ALL ON DATABASE {base} FROM PUBLIC;",
            f"GRANT CONNECT, TEMPORARY ON DATABASE {base} TO {', '.join(map(quoted, logins))};",
            f"\\connect {base}",
            f"ALTER SCHEMA public OWNER TO {owner};",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
        ]
    )


def _names() -> tuple[RoleNames, str]:
    given = settings.DATABASES
    if "EMBEDDED" in given["default"]:
        return NAMES, "netlm"
    runtime = given["default"]["USER"] or NAMES.runtime
    owner = given.get("owner", {}).get("USER") or NAMES.owner
    seal = given.get("seal", {}).get("USER") or f"{runtime}_seal"
    return RoleNames(owner, runtime, f"{runtime}_wide", seal), given["default"]["NAME"]
