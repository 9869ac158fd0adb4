"""One section of one case being edited: its forms, its checks, its conflicts, its saving."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass

from django.db import models
from django.http import QueryDict

from registry.case import CaseFile
from registry.forms.record import Doubt, RecordForm
from registry.forms.sections import Section
from registry.labels import Label
from registry.models import Change, Patient
from registry.rules import REJECT, WARN, Finding, findings

ROW = re.compile(r"rows-(\d{1,4})-present")
MOST_ROWS = 300
TEMPLATE_PREFIX = "rows-__n__"


@dataclass
class EditedRow:
    """One card of a repeated section: its form, and whether the user took it away."""

    form: RecordForm
    removed: bool = False

    @property
    def index(self) -> str:
        return self.form.prefix.removeprefix("rows-")


class SectionEdit:
    """The editing of one section. `base` is the newest change that the user had seen."""

    def __init__(self, case: CaseFile, section: Section, data: QueryDict | None = None):
        self.case, self.section, self.data = case, section, data
        self.head = self._head()
        self.rows = self._rows()
        self.base = newest_change(case.patient) if data is None else _number(data.get("base"))
        self.confirmed = set(data.getlist("confirm")) if data is not None else set()

    def _head(self) -> RecordForm | None:
        if not self.section.head:
            return None
        row = copy.copy(getattr(self.case, self.section.head_name))
        return self.section.head(self.data, instance=row, case=self.case, prefix="head")

    def _rows(self) -> list[EditedRow]:
        if not self.section.rows:
            return []
        stored = {str(row.pk): row for row in self.case.rows(self.section.rows_name)}
        if self.data is None:
            return [
                EditedRow(self._row_form(row, f"rows-{number}")) for number, row in enumerate(stored.values())
            ]
        numbers = sorted(int(m[1]) for m in map(ROW.fullmatch, self.data) if m)[:MOST_ROWS]
        edited = []
        for number in numbers:
            prefix = f"rows-{number}"
            row = stored.get(self.data.get(f"{prefix}-id", ""))
            removed = self.data.get(f"{prefix}-removed") == "1"
            edited.append(EditedRow(self._row_form(row, prefix), removed))
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

    def is_valid(self) -> bool:
        """Whether everything typed can be stored; missing answers do not count against it."""
        valid = all([form.is_valid() for form in self.forms])
        if valid:
            self._ask_rules()
            valid = not any(form.errors for form in self.forms)
        for form in self.forms:
            form.settle_doubts(self.confirmed)
        return valid and not self.open_doubts

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
        for name in self.section.names:
            for finding in findings(typed, section=name):
                form = self._form_of(name, finding.breach.row)
                field = finding.breach.field
                if form is None or field not in form.fields:
                    continue
                if finding.severity == REJECT:
                    form.add_error(field, str(finding.message))
                elif finding.severity == WARN and not self._settled_elsewhere(form, finding):
                    form.doubts.append(Doubt(field, finding.message, finding.key))

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

    def conflicts(self) -> list[Conflict]:
        """What others have changed in this section since the user opened it."""
        return conflicts_since(self.case, self.section, self.base, self._typed_values())

    def _typed_values(self) -> dict[tuple[str, int], models.Model]:
        return {(form.instance._meta.db_table, form.instance.pk): form.instance for form in self.forms}


@dataclass(frozen=True)
class Conflict:
    """One answer that somebody changed while the user was typing, in both versions."""

    label: Label
    opened: Label
    stored: Label
    typed: Label
    who: str
    at: object


REMOVED = Label("(removed)", "(已删除)")
NOT_THERE = Label("–", "–")


def newest_change(patient: Patient) -> int:
    """The number of the newest change in the history of this patient; 0 before the first."""
    return Change.objects.filter(patient_id=patient.pk).aggregate(models.Max("id"))["id__max"] or 0


def conflicts_since(
    case: CaseFile, section: Section, base: int, typed: dict[tuple[str, int], models.Model]
) -> list[Conflict]:
    """Changes to the answers of this section with a number above `base`, newest last."""
    from registry.presenting import describe_change

    by_table = {model._meta.db_table: model for model in section.models}
    found = []
    for change in Change.objects.filter(
        patient_id=case.patient.pk, id__gt=base, table_name__in=by_table
    ).order_by("id"):
        model = by_table[change.table_name]
        mine = typed.get((change.table_name, change.row_id))
        for line in describe_change(change, model, section.columns(model)):
            typed_now = line.answer.show(getattr(mine, line.answer.attname)) if mine else NOT_THERE
            found.append(Conflict(line.label, line.old, line.new, typed_now, change.who, change.at))
    return found


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
