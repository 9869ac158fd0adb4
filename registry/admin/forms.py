"""The forms of the admin: the same inputs as the site, every question visible at once.

An answer is shown as it was typed ("<3", "2023-04"), so that saving what was not touched keeps
comparator and precision. Codes open as lists, because a list can be set back to no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django import forms
from django.contrib.admin.options import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.functional import cached_property

from registry.admin.columns import NO_ANSWER, answer_column
from registry.admin.versioned import SeenVersion
from registry.admin.why import WhyAsked
from registry.fields import Answer
from registry.forms import SECTIONS
from registry.forms.inputs import CodeInput, CodeSetInput
from registry.forms.record import Group, RecordForm
from registry.labels import Label, both
from registry.models import Patient
from registry.versions import CaseHistory, Since, Version, case_history

WITH_UNIT = Label("{label} ({unit})", "{label}({unit})")
MOST_OPERATIONS = 20
NOT_ALL_ROWS = Label(
    "These are not the rows that the case has by now. Open the page again.",
    "此处的记录与病例现有记录不一致。请重新打开本页。",
)
ONLY_ONE = Label("There can be only one {row}.", "{row}只能有一条。")
ONE_EACH = Label("{names}: only one {row} with each.", "{names}：每个只能有一条{row}。")


class AnswersForm(RecordForm):
    """One row of the registry with all its questions."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dropped: list[Answer] = []
        if "op_no" in self.fields:
            number = self.fields["op_no"]
            self.fields["op_no"] = forms.IntegerField(
                label=number.label, min_value=1, max_value=MOST_OPERATIONS, initial=number.initial
            )

    def clean(self):
        """Keeps in `dropped` the answers that were given to questions which are not asked.

        What nobody touched is not written anew: a set of answers keeps its order, too.
        """
        given = [
            name for name in self.answers if self.cleaned_data.get(name) is not None or name in self._errors
        ]
        cleaned = super().clean()
        self.dropped = [self.answers[name] for name in given if not self.fields[name].asked]
        for name in self.answers if self.instance.pk else ():
            if self.fields[name].asked and name not in self.changed_data:
                cleaned.pop(name, None)
        return cleaned

    def _dress(self, field: forms.Field, answer: Answer) -> None:
        field.help_text = str(answer.hint or "")
        field.required = not answer.blank
        if answer.unit:
            field.label = str(WITH_UNIT.fill(label=answer.label, unit=answer.unit))
        if isinstance(field, CodeInput | CodeSetInput):
            self._offer(field, answer)

    def _offer(self, field: CodeInput | CodeSetInput, answer: Answer) -> None:
        """The permitted codes, and a stored one that is no longer permitted, lest it be lost unseen."""
        listed = [(one.code, str(one.label)) for one in answer.codes]
        stored = getattr(self.instance, answer.attname)
        held = stored if isinstance(stored, list) else [stored] if stored else []
        listed += [(one, one) for one in held if one not in answer.codes]
        if isinstance(field, CodeInput):
            field.widget = forms.Select()
            listed = [("", NO_ANSWER), *listed]
        field.choices = listed

    @cached_property
    def changed_data(self) -> list[str]:
        """An answer that stands as it was shown has not changed, even if it could not be typed today."""
        return [name for name in super().changed_data if self[name].data != self.initial.get(name, "")]

    def full_clean(self) -> None:
        """A stored row that nobody touched is not judged: it stays as it is."""
        if self.is_bound and self.instance.pk and not self.has_changed():
            self._errors, self.cleaned_data = ErrorDict(), forms.model_to_dict(self.instance, self.fields)
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


class CaseForm(AnswersForm):
    """One row of a case. `edit` is the saving that it is part of (saving.py)."""

    edit = None

    def __init__(self, *args, edit=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.edit = edit or self.edit

    def _stored(self, dotted: str) -> object:
        """The answer of another section, as typed in the same saving."""
        return self.edit.answer(dotted, self.cleaned_data.get("op_no"))


class MainForm(WhyAsked, CaseForm):
    """The form that a page of the admin is about; judges the whole page when it is judged."""

    base = SeenVersion()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.edit.main = self
        if self.instance.pk and not self.is_bound:
            history = self.history
            self.initial["base"] = history.token(history.now())

    @property
    def history(self) -> CaseHistory:
        """The history of the case that the page is about."""
        return case_history(self.instance if isinstance(self.instance, Patient) else self.instance.patient)

    @property
    def since(self) -> Since | None:
        """What has happened since the page was opened; None where the page does not say since when."""
        return self.history.read(self["base"].data)

    def have_seen(self, version: Version) -> None:
        """Show the page again as one that knows of this version."""
        self.data = self.data.copy()
        self.data[self.add_prefix("base")] = self.history.token(version)

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound:
            self.edit.judge(self)


class RowFormSet(forms.BaseInlineFormSet):
    """The rows of one section on the page of their patient; takes part in the saving of the page."""

    def __init__(self, *args, form_kwargs, **kwargs):
        super().__init__(*args, form_kwargs=form_kwargs, **kwargs)
        form_kwargs["edit"].formsets.append(self)

    def clean(self) -> None:
        """Rows that the page did not send could not be judged with the others."""
        super().clean()
        if not len(self.initial_forms) == self.initial_form_count() == len(self.get_queryset()):
            raise ValidationError(str(NOT_ALL_ROWS))

    def get_unique_error_message(self, unique_check: tuple[str, ...]) -> str:
        """In words, without the patient, whom the whole page is about."""
        row = both(str(self.model._meta.verbose_name))
        columns = [self.model._meta.get_field(one) for one in unique_check if one != "patient"]
        if not columns:
            return str(ONLY_ONE.fill(row=row))
        names = both(", ".join(str(one.verbose_name) for one in columns))
        return str(ONE_EACH.fill(names=names, row=row))

    @property
    def kept_forms(self) -> list[CaseForm]:
        """The forms whose rows are there after saving: not taken away, and not an empty new one."""
        return [
            form
            for number, form in enumerate(self.forms)
            if not self._should_delete_form(form)
            and (number < self.initial_form_count() or form.has_changed())
        ]


def _grouped() -> dict[type[models.Model], list[Group]]:
    found: dict[type[models.Model], list[Group]] = {}
    for section in SECTIONS:
        for form in (section.head, section.rows):
            if form:
                found.setdefault(form._meta.model, []).extend(form.groups)
    return found


GROUPED = _grouped()


@cache
def input_of(answer: Answer) -> forms.Field:
    """The site's input for an answer, made once: every form takes a copy of its inputs anyway."""
    return answer.formfield()


class Questions:
    """Mixed into admin classes and inlines: the fieldsets are the groups of questions.

    Who may not change the row reads the answers in words.
    """

    first_fields: tuple[str, ...] = ()  # what stands before the questions

    def get_groups(self) -> list[Group]:
        return GROUPED[self.model]

    def get_fieldsets(self, request: HttpRequest, obj=None):
        named = [(str(group.heading), group.names) for group in self.get_groups()]
        if not self.may_type(request, obj):
            named = [(head, tuple(answer_column(self.model, one) for one in names)) for head, names in named]
        first = [(None, {"fields": self.get_first_fields(request, obj)})]
        return first * bool(first[0][1]["fields"]) + [(head, {"fields": names}) for head, names in named]

    def get_first_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return self.first_fields

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs):
        if isinstance(db_field, Answer):
            return input_of(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> Iterable:
        if self.may_type(request, obj):
            return self.readonly_fields
        return [*self.readonly_fields, *flatten_fieldsets(self.get_fieldsets(request, obj))]

    def may_type(self, request: HttpRequest, obj=None) -> bool:
        """Whether the page asks, or only shows."""
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
