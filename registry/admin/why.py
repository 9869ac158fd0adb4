"""The reason at the end of an admin page: why a section is changed that was complete."""

from __future__ import annotations

from django import forms
from django.utils.functional import lazystr

from registry.labels import Label
from registry.reasons import LONGEST, REASONS, Why

WHY_CHANGED = Label("If a complete section is changed", "修改已完成的部分时")
WHY = Label("Reason", "原因")
IN_WORDS = Label("In words, if needed", "补充说明（如需）")


class NoAnswer:
    """Mixed into inputs that are no part of the record: filled in alone they change nothing."""

    def has_changed(self, initial, data) -> bool:
        return False


class Chosen(NoAnswer, forms.ChoiceField):
    """One of the reasons."""


class Words(NoAnswer, forms.CharField):
    """The reason in more words."""


def _choices() -> list[tuple[str, str]]:
    return [("", "–"), *((code, str(label)) for code, label in REASONS.items())]


class WhyAsked(forms.Form):
    """Mixed into the form that a page is about."""

    why = Chosen(required=False, label=lazystr(WHY), choices=_choices)
    why_words = Words(required=False, max_length=LONGEST, label=lazystr(IN_WORDS))

    @property
    def typed_why(self) -> Why:
        """The reason as it was typed."""
        return Why.typed(True, {name: self[name].data or "" for name in ("why", "why_words")})
