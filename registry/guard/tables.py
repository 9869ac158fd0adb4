"""Which tables are watched: all of them, except those of a list that gives the reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import models

TRAIL = "registry_change"
SEALS = "registry_seal"

# Whose changes are not written down, and why.
UNWATCHED: dict[str, str] = {
    TRAIL: "the trail itself; append-only by its own triggers",
    SEALS: "append-only by its own triggers, written by the sealer alone",
    "registry_viewed": "append-only record of reading; itself a log",
    "registry_draft": "what somebody is typing; no part of the record, gone after thirty days",
    "registry_sentform": "numbers of forms already sent; no content",
    "django_session": "sessions; come and go with every request",
    "registry_session": "sessions; come and go with every request",
    "registry_limit": "counters of attempts; keyed hashes and times, gone after a quarter of an hour",
    "django_admin_log": "Django's own log, which nothing writes to",
    "django_content_type": "names of models, written by migrations",
    "django_migrations": "written by migrations, which are recorded by the version of the release",
}
UNWATCHED_APPS: dict[str, str] = {
    "usersessions": "sessions; come and go with every request",
}

# Columns whose change is written down but never their value.
SECRET_COLUMNS: dict[str, tuple[str, ...]] = {
    "auth_user": ("password",),
    "registry_subjectlink": ("ciphertext",),
    "mfa_authenticator": ("data",),
    "socialaccount_socialapp": ("secret", "key"),
    "socialaccount_socialtoken": ("token", "token_secret"),
}


@dataclass(frozen=True)
class Watched:
    """A table whose every change is recorded; `clinical` if it belongs to a case and can be locked."""

    name: str
    clinical: bool
    secret: tuple[str, ...] = ()


def _all_models() -> list[type[models.Model]]:
    return [one for one in apps.get_models(include_auto_created=True) if one._meta.managed]


def unwatched() -> dict[str, str]:
    """The tables whose changes are not written down, each with the reason."""
    known = dict(UNWATCHED)
    for model in _all_models():
        if reason := UNWATCHED_APPS.get(model._meta.app_label):
            known[model._meta.db_table] = reason
    return known


def watched() -> list[Watched]:
    """Every table of every application except the unwatched ones."""
    from registry.models import CLINICAL, Remark

    clinical, left_out = {*CLINICAL, Remark}, unwatched()
    return sorted(
        (
            Watched(
                model._meta.db_table,
                model in clinical,
                SECRET_COLUMNS.get(model._meta.db_table, ()),
            )
            for model in _all_models()
            if model._meta.db_table not in left_out and not model._meta.proxy
        ),
        key=lambda one: one.name,
    )


def watched_tables() -> list[str]:
    """The names of all watched tables."""
    return [one.name for one in watched()]
