"""One section of one case being edited: its forms, its checks, its saving."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass

from django.db import models
from django.http import QueryDict

from registry.case import CaseFile, load
from registry.forms.record import Doubt, RecordForm
from registry.forms.sections import Section
from registry.models import Change, Patient
from registry.rules import REJECT, WARN, Finding, findings

ROW = re.compile(r"rows-([0-9]{1,6})-present")
TEMPLATE_PREFIX = "rows-__n__"


@dataclass
class EditedRow:
    """One card of a repeated section: its form, the stored row that it was opened with, and
    whether the user took it away."""

    form: RecordForm
    stored_id: int | None = None
    removed: bool = False

    @property
    def index(self) -> str:
        return self.form.prefix.removeprefix("rows-")


class SectionEdit:
    """The editing of one section. `base` is the newest change that the user has seen."""

    def __init__(self, case: CaseFile, section: Section, data: QueryDict | None = None, base: int = 0):
        self.case, self.section, self.data, self.base = case, section, data, base
        self.head = self._head()
        self.rows = self._rows()
        self.confirmed = set(data.getlist("confirm")) if data is not None else set()

    @classmethod
    def opened(cls, patient: Patient, section: Section) -> SectionEdit:
        """The section as it is stored. What changes while it is being read counts as unseen."""
        base = newest_change(patient)
        return cls(load(patient), section, base=base)

    @classmethod
    def posted(cls, patient: Patient, section: Section, data: QueryDict) -> SectionEdit:
        """The section as it was typed into a form."""
        return cls(load(patient), section, data, _number(data.get("base")) or 0)

    def _head(self) -> RecordForm | None:
        if not self.section.head:
            return None
        row = copy.copy(getattr(self.case, self.section.head_name))
        return self.section.head(self.data, instance=row, case=self.case, prefix="head")

    def _rows(self) -> list[EditedRow]:
        if not self.section.rows:
            return []
        stored = {row.pk: row for row in self.case.rows(self.section.rows_name)}
        if self.data is None:
            return [
                EditedRow(self._row_form(row, f"rows-{number}"), row.pk)
                for number, row in enumerate(stored.values())
            ]
        edited = []
        for number in sorted(int(found[1]) for found in map(ROW.fullmatch, self.data) if found):
            prefix = f"rows-{number}"
            row_id = _number(self.data.get(f"{prefix}-id"))
            removed = self.data.get(f"{prefix}-removed") == "1"
            edited.append(EditedRow(self._row_form(stored.get(row_id), prefix), row_id, removed))
        return edited

    def _row_form(self, row: models.Model | None, prefix: str) -> RecordForm:
        instance = copy.copy(row) if row else self.section.rows._meta.model(patient=self.case.patient)
        return self.section.rows(self.data, instance=instance, case=self.case, prefix=prefix)

    @property
    def empty_row(self) -> RecordForm | None:
        """An unanswered row with a place holder for its number, for the browser to copy."""
        if not self.section.rows:
            return None
        model = self.section.rows._meta.model
        return self.section.rows(
            instance=model(patient=self.case.patient), case=self.case, prefix=TEMPLATE_PREFIX
        )

    @property
    def forms(self) -> list[RecordForm]:
        """The forms that will be saved: the head and the rows that were not taken away."""
        rows = [row.form for row in self.rows if not row.removed]
        return ([self.head] if self.head else []) + rows

    def row_with(self, row_id: int) -> EditedRow | None:
        """The card that was opened with this stored row."""
        return next((row for row in self.rows if row.stored_id == row_id), None)

    def form_of(self, table: str, row_id: int) -> RecordForm | None:
        """The form that will be saved to this stored row."""
        for form in self.forms:
            if (form.instance._meta.model_name, form.instance.pk) == (table, row_id):
                return form
        return None

    def is_valid(self) -> bool:
        """Whether everything typed can be stored; missing answers do not count against it."""
        wrong = [form for form in self.forms if not form.is_valid()]
        valid = not wrong
        if valid:
            self._recognise_rows()
            self._ask_rules()
            valid = not any(form.errors for form in self.forms)
        for form in self.forms:
            form.settle_doubts(self.confirmed)
        return valid and not self.open_doubts

    def _recognise_rows(self) -> None:
        """A new row that says the same as one entered since the form was opened is that row: a
        form that is sent twice stores its new rows once."""
        new = [row for row in self.rows if not row.removed and row.form.instance.pk is None]
        new = [row for row in new if not row.form.is_blank]
        if not new:
            return
        table = self.section.rows._meta.model._meta.db_table
        entered = set(
            Change.objects.filter(
                patient_id=self.case.patient.pk, id__gt=self.base, table_name=table, operation="insert"
            ).values_list("row_id", flat=True)
        )
        for stored in self.case.rows(self.section.rows_name):
            if stored.pk in entered and self.row_with(stored.pk) is None:
                twin = next((row for row in new if row.form.says_the_same_as(stored)), None)
                if twin:
                    new.remove(twin)
                    twin.stored_id = twin.form.instance.pk = stored.pk

    def typed_case(self) -> CaseFile:
        """The case as it would be after saving."""
        changed: dict[str, object] = {}
        if self.head:
            changed[self.section.head_name] = self.head.instance
        if self.section.rows:
            changed[self.section.rows_name] = [
                row.form.instance for row in self.rows if not row.removed and not self._ignored(row.form)
            ]
        return self.case.with_rows(**changed)

    def _ignored(self, form: RecordForm) -> bool:
        """A new row without any answer is not a row."""
        return form.instance.pk is None and form.is_blank

    def _ask_rules(self) -> None:
        typed = self.typed_case()
        told = set()
        for name in self.section.names:
            for finding in findings(typed, section=name):
                where = frozenset((one.section, one.field, id(one.row)) for one in finding.breach.places)
                form, field = self._place(finding)
                if form is None or (finding.rule.id, where) in told:
                    continue
                told.add((finding.rule.id, where))
                if finding.severity == REJECT:
                    form.add_error(field, str(finding.message))
                elif finding.severity == WARN and not self._settled_elsewhere(form, finding):
                    form.doubts.append(Doubt(field, finding.message, finding.key))

    def _place(self, finding: Finding) -> tuple[RecordForm | None, str]:
        """The first question of this section that a contradiction involves."""
        for place in finding.breach.places:
            form = self._form_of(place.section, place.row) if place.section in self.section.names else None
            if form and place.field in form.fields and form.fields[place.field].asked:
                return form, place.field
        return None, ""

    def _settled_elsewhere(self, form: RecordForm, finding: Finding) -> bool:
        """Somebody has confirmed this contradiction from another section that it involves."""
        return finding.is_confirmed(self.case) and finding.key not in form.confirmed_before()

    def _form_of(self, name: str, row: models.Model | None) -> RecordForm | None:
        if self.head and name == self.section.head_name:
            return self.head
        return next((form for form in self.forms if form.instance is row), None)

    @property
    def open_doubts(self) -> list[tuple[RecordForm, Doubt]]:
        """Unlikely answers that nobody has confirmed yet."""
        return [(form, doubt) for form in self.forms for doubt in form.doubts if not doubt.is_confirmed]


def newest_change(patient: Patient) -> int:
    """The number of the newest change in the history of this patient; 0 before the first."""
    return Change.objects.filter(patient_id=patient.pk).aggregate(models.Max("id"))["id__max"] or 0


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
