"""Narrowing the history of changes: by day, table, way, person."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import lazystr
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.guard import watched_tables
from registry.labels import Label
from registry.models import Change
from registry.presenting import WAYS, models_by_table

LONGEST_NAME = 160
ROLE_PREFIX = "db:"  # how the history names who wrote by plain SQL
SQL = "sql"
FIRST_DAY = date(1900, 1, 1)

# Tables whose changes tell about access and security rather than about patients.
SECURITY_TABLES = (
    "auth_user", "registry_membership", "registry_onetimepassword", "mfa_authenticator",
    "account_emailaddress", "socialaccount_socialaccount", "registry_approval", "registry_caselock",
    "registry_freeze", "registry_signature", "registry_withdrawal", "registry_release",
    "registry_breakglass",
)  # fmt: skip


def table_choices(tables: list[str] | None = None) -> list[tuple[str, str]]:
    """The watched tables by their names in words."""
    known = models_by_table()
    named = [(one, str(known[one]._meta.verbose_name)) for one in tables or watched_tables() if one in known]
    return [("", _("everything")), *sorted(named, key=lambda one: one[1])]


class HistoryFilter(forms.Form):
    """What of the history is shown; what cannot be read narrows nothing and is said."""

    since = forms.DateField(required=False, label=gettext_lazy("From"))
    until = forms.DateField(required=False, label=gettext_lazy("To"))
    table = forms.ChoiceField(required=False, label=lazystr(Label("Content", "内容")))
    way = forms.ChoiceField(required=False, label=gettext_lazy("By which way"))
    person = forms.CharField(required=False, max_length=LONGEST_NAME, label=gettext_lazy("Person"))

    def __init__(self, data, tables: list[str] | None = None, fixed: tuple[str, ...] = ()):
        super().__init__(data)
        self.fields["table"].choices = table_choices(tables)
        ways = [(code or SQL, str(label)) for code, label in WAYS.items()]
        self.fields["way"].choices = [("", _("every way")), *ways]
        for name, field in list(self.fields.items()):
            if name in fixed:
                del self.fields[name]
            field.widget.attrs["class"] = (
                "form-select" if field.widget.input_type == "select" else "form-control"
            )
        for name in ("since", "until"):
            self.fields[name].widget.attrs |= {"placeholder": "2026-01-31", "inputmode": "numeric"}

    def clean(self):
        cleaned = super().clean()
        for name in ("since", "until"):
            day = cleaned.get(name)
            if day and not FIRST_DAY <= day <= date.today() + timedelta(days=366):
                self.add_error(name, _("Give a date from 1900 to one year from today."))
        return cleaned

    def narrowed(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """The changes that pass what could be read of the filter."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if "since" in given:
            changes = changes.filter(at__gte=_midnight(given["since"]))
        if "until" in given:
            changes = changes.filter(at__lt=_midnight(given["until"] + timedelta(days=1)))
        if "table" in given:
            changes = changes.filter(table_name=given["table"])
        if "way" in given:
            changes = changes.filter(channel=None if given["way"] == SQL else given["way"])
        return changes.filter(of_person(given["person"])) if "person" in given else changes


def of_person(name: str) -> Q:
    """The changes that the history shows under this name."""
    if name.startswith(ROLE_PREFIX):
        return Q(actor=None, database_user=name.removeprefix(ROLE_PREFIX))
    return Q(actor=name)


def _midnight(day: date) -> datetime:
    """The beginning of a day on the clock of the registry."""
    return make_aware(datetime.combine(day, time()))
