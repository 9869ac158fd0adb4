"""The cohort of a report as it is asked for on the page, all of it in the address."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from analysis.cohort import Definition
from analysis.conventions import PRESETS, Conventions
from registry.labels import Label
from registry.models import Centre
from registry.reading import Unreadable, read_date

FROM, TO = Label("Operated from", "手术日期自"), Label("Operated to", "手术日期至")
ENDS_FIRST = Label("The period ends before it starts.", "结束日期早于开始日期。")


class DayField(forms.CharField):
    """A day in any of the forms that the section forms understand, or nothing."""

    def __init__(self, label: Label):
        self.words = label
        example = {"placeholder": "2023-04-12", "inputmode": "numeric", "class": "form-control"}
        widget = forms.TextInput(attrs=example)
        super().__init__(label=lazystr(label), required=False, max_length=40, widget=widget)

    def clean(self, value: str | None):
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return read_date(typed, self.words).value
        except Unreadable as error:
            raise ValidationError(str(error.message)) from None


class CohortForm(forms.Form):
    """Period, centres and conventions; `definition` and `chosen_conventions` once it is valid."""

    start = DayField(FROM)
    end = DayField(TO)
    centre = forms.MultipleChoiceField(
        label=_("Centres"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    conventions = forms.ChoiceField(
        label=_("Conventions"), widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, data, centres: Iterable[Centre]):
        super().__init__(data)
        self.fields["centre"].choices = [(one.centre_id, str(one.name)) for one in centres]
        self.fields["conventions"].choices = [(name, str(one.label)) for name, one in PRESETS.items()]

    def clean(self) -> dict:
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", str(ENDS_FIRST))
        return cleaned

    @property
    def definition(self) -> Definition:
        asked = self.cleaned_data
        return Definition(asked["start"], asked["end"], tuple(asked["centre"]))

    @property
    def chosen_conventions(self) -> Conventions:
        return PRESETS[self.cleaned_data["conventions"]]
