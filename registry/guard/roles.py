"""The roles of the database and what each is granted.

The owner has the tables and runs the migrations. The runtime role, as which the application
connects, owns nothing and cannot write the trail. `<runtime>_wide` sees the rows of all centres
and is entered for a transaction by commands and jobs. The seal role reads everything and adds seals.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from registry.guard.tables import SEALS, TRAIL

READ_ONLY = (TRAIL, SEALS, "django_migrations", "registry_erasure")


@dataclass(frozen=True)
class RoleNames:
    """The four roles of one installation."""

    owner: str
    runtime: str
    wide: str
    seal: str


def role_names() -> RoleNames:
    """The roles as settings name them; embedded ones are fixed."""
    runtime = settings.DATABASES["default"]["USER"]
    owner = settings.DATABASES.get("owner", {}).get("USER", "")
    seal = settings.DATABASES.get("seal", {}).get("USER") or f"{runtime}_seal"
    return RoleNames(owner, runtime, f"{runtime}_wide", seal)


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def making(names: RoleNames) -> list[str]:
    """The statements with which an administrator of the server makes the roles, without passwords."""
    owner, runtime, wide, seal = map(quoted, (names.owner, names.runtime, names.wide, names.seal))
    return [
        f"CREATE ROLE {owner} LOGIN",
        f"CREATE ROLE {runtime} LOGIN NOINHERIT",
        f"CREATE ROLE {wide} NOLOGIN",
        f"CREATE ROLE {seal} LOGIN",
        f"GRANT {wide} TO {runtime}",
    ]


def grants(names: RoleNames, tables: list[str]) -> list[str]:
    """What the roles may do with these tables; run by their owner."""
    runtime, wide, seal = map(quoted, (names.runtime, names.wide, names.seal))
    found = [
        f"GRANT USAGE ON SCHEMA public TO {runtime}, {wide}, {seal}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {runtime}, {wide}, {seal}",
    ]
    for table in tables:
        rights = "SELECT" if table in READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        found += [
            f"REVOKE ALL ON {quoted(table)} FROM {runtime}, {wide}, {seal}, PUBLIC",
            f"GRANT {rights} ON {quoted(table)} TO {runtime}, {wide}",
            f"GRANT SELECT{', INSERT' if table == SEALS else ''} ON {quoted(table)} TO {seal}",
        ]
    found.append(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {runtime}, {wide}, {seal}")
    return found


def function_grants(names: RoleNames, functions: list[str], callable_ones: list[str]) -> list[str]:
    """Nobody calls the functions of the guard but the triggers, except those named."""
    runtime, wide, seal = map(quoted, (names.runtime, names.wide, names.seal))
    revoked = [f"REVOKE ALL ON FUNCTION {one} FROM PUBLIC" for one in functions]
    return revoked + [
        f"GRANT EXECUTE ON FUNCTION {one} TO {runtime}, {wide}, {seal}" for one in callable_ones
    ]
