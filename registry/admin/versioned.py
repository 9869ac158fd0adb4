"""Pages of single rows (centres, memberships, accounts) that refuse to save over what others changed.

The version of such a row is a keyed hash of the answers that its page asks for: it needs no right to
read the history, and a change that was taken back is none. The row is locked before it is read to be
saved, so that nothing can change in between, columns that the page does not ask for included.
"""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from registry.actions import lock_case
from registry.labels import Label, both
from registry.models import Patient

MEANWHILE = Label(
    "Nothing is saved yet: this was changed by somebody else while you were typing, or the page does not say "
    "what it was opened with. Your entries still stand below; save again to keep them.",
    "尚未保存：在您录入期间，内容已被他人修改，或本页面未说明打开时的内容。您录入的内容仍保留在下方；再次保存即保留您的内容。",
)
NOW_STORED = Label("{label}: now stored is “{stored}”.", "{label}：现已保存的内容为“{stored}”。")


class SeenVersion(forms.CharField):
    """Hidden in the page: the version that its reader had seen."""

    def __init__(self):
        super().__init__(required=False, widget=forms.HiddenInput())

    def has_changed(self, initial, data) -> bool:
        return False


class VersionedForm(forms.Form):
    """Mixed into the form of a row's page."""

    base = SeenVersion()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self._present = self._version()
            self._stored = {one.name: getattr(self.instance, one.attname) for one in self._asked()}
            self.initial["base"] = self._present

    def _asked(self) -> Iterator[models.Field]:
        asked = {name for name, field in self.fields.items() if not field.disabled}
        return (one for one in self._meta.model._meta.concrete_fields if one.name in asked)

    def _version(self) -> str:
        columns = [c for one in self._asked() for c in (one.attname, *getattr(one, "companions", ()))]
        row = self.instance
        values = [(column, str(getattr(row, column))) for column in columns]
        return salted_hmac("version of a row", repr((row._meta.db_table, row.pk, values))).hexdigest()

    def clean(self):
        cleaned = super().clean()
        seen = self["base"].data or ""
        if self.instance.pk and self.has_changed() and not constant_time_compare(seen, self._present):
            self.data = self.data.copy()
            self.data[self.add_prefix("base")] = self._present
            raise ValidationError([str(MEANWHILE), *map(str, self._differences())])
        return cleaned

    def _differences(self) -> Iterator[Label]:
        """The answers that the others' version gives otherwise."""
        for name in self.changed_data:
            if name in self._stored:
                label = both(str(self.fields[name].label or name))
                yield NOW_STORED.fill(label=label, stored=both(str(self._stored[name] or "–")))


class LockedWhileSaved:
    """Mixed into admin classes: from reading a row to storing it nobody else writes to it."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None):
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        patient = found if isinstance(found, Patient) else getattr(found, "patient", None)
        if patient is not None:
            lock_case(patient)
        else:
            list(type(found)._base_manager.select_for_update().filter(pk=found.pk).values("pk"))
        return super().get_object(request, object_id, from_field)


class VersionedPage(LockedWhileSaved):
    """Mixed into admin classes whose form is a VersionedForm: the page carries the version."""

    def get_fieldsets(self, request: HttpRequest, obj=None):
        asked = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return asked
        return [*asked, (None, {"fields": ("base",)})]
