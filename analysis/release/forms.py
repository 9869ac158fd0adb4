"""What is asked before data leave: which cases, in which profile, for what, and where they go."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.conf import settings
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from analysis.forms import CohortForm
from analysis.release import giving
from analysis.release.giving import ABROAD, DESTINATIONS, INSIDE, Wish
from registry.classification import PROFILES
from registry.labels import Label

SHORTEST_PURPOSE, LONGEST_PURPOSE, LONGEST_LINE = 10, 1000, 180
TOO_SHORT = Label(
    "Purpose: “{value}” is too short; at least {least} characters say what the data are for.",
    "用途：“{value}”过短，请至少用{least}个字符说明数据用途。",
)
NO_RECIPIENT = Label("Recipient: who receives the file is missing.", "接收方：请填写文件接收方。")
NO_BASIS = Label(
    "Legal basis: data that leave the centre need one, such as the number of the contract or approval.",
    "法律依据：数据离开本中心须注明依据，例如合同号或批件号。",
)
NO_CENTRE = Label("You may take no cases out in this profile.", "您无权以该类型导出任何病例。")


def _text(label, rows: int = 0, most: int = LONGEST_LINE) -> forms.CharField:
    attributes = {"class": "form-control"} | ({"rows": rows} if rows else {})
    widget = forms.Textarea(attrs=attributes) if rows else forms.TextInput(attrs=attributes)
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


class ReleaseForm(CohortForm):
    """The cohort, without conventions of statistics, and what the record of the release keeps."""

    profile = forms.ChoiceField(label=_("Kind of file"), widget=forms.Select(attrs={"class": "form-select"}))
    purpose = _text(_("Purpose"), rows=3, most=LONGEST_PURPOSE)
    destination = forms.ChoiceField(
        label=_("Where the data go"), widget=forms.Select(attrs={"class": "form-select"})
    )
    recipient = _text(_("Recipient"))
    legal_basis = _text(_("Legal basis"))

    def __init__(self, data, user):
        self.user = user
        allowed = giving.profiles_for(user)
        asked = data.get("profile") if data else None
        self.chosen_profile = asked if asked in allowed else next(iter(allowed), "")
        self.allowed_centres = list(giving.centres_for(user, self.chosen_profile)) if allowed else []
        super().__init__(data, self.allowed_centres)
        del self.fields["conventions"]
        self.fields["profile"].choices = [(name, str(PROFILES[name])) for name in PROFILES if name in allowed]
        self.fields["destination"].choices = [(name, str(label)) for name, label in DESTINATIONS.items()]

    def clean(self) -> dict:
        cleaned = super().clean()
        purpose, destination = (cleaned.get("purpose") or "").strip(), cleaned.get("destination")
        if len(purpose) < SHORTEST_PURPOSE and "purpose" not in self.errors:
            self._refuse("purpose", TOO_SHORT.fill(value=purpose, least=SHORTEST_PURPOSE))
        if destination == ABROAD and not settings.TRANSFER_ABROAD:
            self._refuse("destination", giving.NO_TRANSFER)
        elif destination not in (None, INSIDE):
            self._needed("recipient", NO_RECIPIENT)
            self._needed("legal_basis", NO_BASIS)
        if not self.allowed_centres:
            self._refuse("centre", NO_CENTRE)
        return cleaned

    def _needed(self, name: str, label: Label) -> None:
        if not (self.cleaned_data.get(name) or "").strip() and name not in self.errors:
            self._refuse(name, label)

    def _refuse(self, name: str, label: Label) -> None:
        self.add_error(name, str(lazystr(label)))

    @property
    def wish(self) -> Wish:
        """What a valid form asks for; centres are named even where all were meant."""
        asked = self.cleaned_data
        chosen = asked["centre"] or [one.centre_id for one in self.allowed_centres]
        definition = replace(self.definition, centres=tuple(chosen))
        return Wish(
            asked["profile"],
            definition,
            tuple(one for one in self.allowed_centres if one.centre_id in chosen),
            asked["purpose"].strip(),
            asked["destination"],
            asked["recipient"].strip() if asked["destination"] != INSIDE else "",
            asked["legal_basis"].strip(),
        )
