"""The columns and filters of the lists: clinical words in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import lazystr

from registry.admin.scope import CENTRE, scope
from registry.fields import Answer, shown
from registry.models import Centre, ClinicalRow, Patient

NO_ANSWER = "–"
STUDY_NUMBER = Patient._meta.get_field("local_study_id").label


@cache
def answer_column(model: type[models.Model], name: str) -> Callable[[models.Model], str]:
    """The answer to one question, with unit, comparator and precision, as a column or read-only field."""
    answer: Answer = model._meta.get_field(name)

    @admin.display(description=lazystr(answer.label), ordering=name)
    def column(row: models.Model) -> str:
        return str(shown(answer, row)) or NO_ANSWER

    column.__name__ = f"shown_{name}"
    return column


@admin.display(description=lazystr(STUDY_NUMBER), ordering="patient__local_study_id")
def study_number(row: ClinicalRow) -> str:
    """The study number of the patient whom the row is about."""
    return row.patient.local_study_id


class ChosenFilter(admin.SimpleListFilter):
    """A filter with a closed list of choices; anything else in the address filters nothing."""

    def chosen(self) -> str | None:
        given = self.value()
        return given if given in {str(key) for key, _ in self.lookup_choices} else None

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.chosen() is None else self.narrowed(queryset, self.chosen())

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        raise NotImplementedError


class CentreFilter(ChosenFilter):
    """By centre, among those whose cases the user sees; not shown where there is only one."""

    title = lazystr(CENTRE)
    parameter_name = "centre"

    def __init__(self, request: HttpRequest, params, model, model_admin):
        self.to_centre = model_admin.to_centre
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[int, str]]:
        centres = Centre.objects.filter(pk__in=scope(request).visible)
        return [(one.pk, str(one)) for one in centres] if len(centres) > 1 else []

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(**{self.to_centre: chosen})


def coded_filter(model: type[models.Model], name: str) -> type[ChosenFilter]:
    """A filter of patients by the coded answer that a section of their case gives to one question."""
    answer: Answer = model._meta.get_field(name)

    class CodedFilter(ChosenFilter):
        title = lazystr(answer.label)
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
            return [(one.code, str(one.label)) for one in answer.codes]

        def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
            return queryset.filter(pk__in=model.objects.filter(**{name: chosen}).values("patient"))

    return CodedFilter
