"""The forms of the admin: the same inputs as the site, every question visible at once.

An answer is shown as it was typed ("<3", "2023-04"), so that saving what was not touched keeps
comparator and precision. Codes open as lists, because a list can be set back to no answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.contrib.admin.options import flatten_fieldsets
from django.db import models
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.functional import lazystr

from registry.admin.columns import answer_column
from registry.fields import Answer, answers
from registry.forms import SECTIONS
from registry.forms.inputs import CodeInput
from registry.forms.record import Group, RecordForm

NO_CHOICE = "–"
MOST_OPERATIONS = 20


class AnswersForm(RecordForm):
    """One row of the registry with all its questions."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "op_no" in self.fields:
            number = self.fields["op_no"]
            self.fields["op_no"] = forms.IntegerField(
                label=number.label, min_value=1, max_value=MOST_OPERATIONS, initial=number.initial
            )

    def _dress(self, field: forms.Field, answer: Answer) -> None:
        field.help_text = lazystr(answer.hint) if answer.hint else ""
        field.required = not answer.blank
        if isinstance(field, CodeInput):
            listed = [(one.code, lazystr(one.label)) for one in answer.codes]
            field.widget = forms.Select()
            field.choices = [("", NO_CHOICE), *listed]

    def full_clean(self) -> None:
        """A stored row that nobody touched is not judged: it stays as it is."""
        if self.is_bound and self.instance.pk and not self.has_changed():
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def _get_validation_exclusions(self) -> set[str]:
        """A constraint also looks at the patient or centre that the page shows but does not ask."""
        known = {
            name
            for name in ("patient", "centre")
            if name not in self._errors and getattr(self.instance, f"{name}_id", None)
        }
        return super()._get_validation_exclusions() - known


def groups_of(model: type[models.Model]) -> list[Group]:
    """The questions of a model as the forms of the site group them."""
    if model in GROUPED:
        return GROUPED[model]
    return [Group(model._meta.verbose_name, *(one.name for one in answers(model)))]


def _grouped() -> dict[type[models.Model], list[Group]]:
    found: dict[type[models.Model], list[Group]] = {}
    for section in SECTIONS:
        for form in (section.head, section.rows):
            if form:
                found.setdefault(form._meta.model, []).extend(form.groups)
    return found


GROUPED = _grouped()


class Questions:
    """Mixed into admin classes and inlines: the fieldsets are the groups of questions.

    Who may not change the row reads the answers in words.
    """

    first_fields: tuple[str, ...] = ()  # what stands before the questions

    def get_fieldsets(self, request: HttpRequest, obj=None):
        named = [(lazystr(group.heading), group.names) for group in groups_of(self.model)]
        if not self.may_type(request, obj):
            named = [(head, tuple(answer_column(self.model, one) for one in names)) for head, names in named]
        first = [(None, {"fields": self.get_first_fields(request, obj)})]
        return first * bool(first[0][1]["fields"]) + [(head, {"fields": names}) for head, names in named]

    def get_first_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return self.first_fields

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> Iterable:
        if self.may_type(request, obj):
            return self.readonly_fields
        return [*self.readonly_fields, *flatten_fieldsets(self.get_fieldsets(request, obj))]

    def may_type(self, request: HttpRequest, obj=None) -> bool:
        """Whether the page asks, or only shows."""
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
