"""One section of one case being edited: its forms, its checks, its saving."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property

from django.db import models
from django.http import QueryDict

from registry.case import CaseFile, load
from registry.forms.conflicts import Conflict, Conflicts
from registry.forms.merging import Merge, Taken, row_key, row_numbers
from registry.forms.record import Doubt, RecordForm
from registry.forms.sections import Section
from registry.forms.sides import BothSides
from registry.models import Change, Patient, Remark
from registry.reasons import Why
from registry.rules import REJECT, WARN, Finding, findings
from registry.versions import Since, Version, case_history

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
    """The editing of one section. `now` is the version of the case that was read for it, `since` what has
    happened since the form was opened (None: nobody knows), `before` the token of the version with
    which it was first opened, if it has been through a conflict."""

    def __init__(
        self,
        case: CaseFile,
        section: Section,
        now: Version,
        data: QueryDict | None = None,
        since: Since | None = None,
    ):
        self.case, self.section, self.now, self.since = case, section, now, since
        self.merge = self._merged(data) if data is not None and self._is_stale(data) else None
        self.data = self.merge.data if self.merge else data
        self.head = self._head()
        self.rows = self._rows()
        self.confirmed = set(data.getlist("confirm")) if data is not None else set()
        self.why_refused = False

    @classmethod
    def opened(cls, patient: Patient, section: Section) -> SectionEdit:
        """The section as it is stored. What changes while it is being read counts as unseen."""
        now = case_history(patient).now()
        return cls(load(patient), section, now)

    @classmethod
    def posted(cls, patient: Patient, section: Section, data: QueryDict) -> SectionEdit:
        """The section as it was typed into a form, together with what others have stored since."""
        history = case_history(patient)
        now, since = history.now(), history.read(data.get("base"))
        return cls(load(patient), section, now, data, since)

    @property
    def is_known(self) -> bool:
        """Whether the form says with which version of the case it was opened."""
        return self.data is None or self.since is not None

    @property
    def token(self) -> str:
        """The version that a page made from this has seen."""
        return case_history(self.case.patient).token(self.now)

    @property
    def taken(self) -> list[Taken]:
        """What others have stored meanwhile and the form now holds as well."""
        return self.merge.taken if self.merge else []

    def _is_stale(self, data: QueryDict) -> bool:
        return self.since is None or bool(self.since) or "conflict" in data

    def _merged(self, data: QueryDict) -> Merge:
        both = BothSides(self.case, self.section, self._changes(self.since))
        return Merge(self.case, self.section, data.copy(), both).carry_out()

    def _changes(self, since: Since | None) -> list[Change] | None:
        """The changes of this section's tables; None if it is not known since when."""
        if since is None:
            return None
        tables = [model._meta.db_table for model in (*self.section.models, Remark)]
        return list(since.changes().filter(table_name__in=tables)) if since else []

    def conflicts(self) -> list[Conflict]:
        """What both people have changed, and nobody has settled; asked when the forms have been read."""
        if self.merge is None:
            return []
        first = self.merge.both
        if self.data.get("before"):
            since = case_history(self.case.patient).read(self.data.get("before"))
            first = BothSides(self.case, self.section, self._changes(since))
        return Conflicts(self, self.merge, first).found()

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
        for number in row_numbers(self.data):
            prefix = f"rows-{number}"
            row_id = row_key(self.data.get(f"{prefix}-id"))
            removed = self.data.get(f"{prefix}-removed") == "1"
            edited.append(EditedRow(self._row_form(stored.get(row_id), prefix), row_id, removed))
        return edited

    def _row_form(self, row: models.Model | None, prefix: str) -> RecordForm:
        instance = copy.copy(row) if row else self.section.rows._meta.model(patient=self.case.patient)
        return self.section.rows(self.data, instance=instance, case=self.case, prefix=prefix)

    @cached_property
    def why(self) -> Why:
        """The reason for the changes, which a section needs that was complete before."""
        from registry.completeness import COMPLETE, section_state

        return Why.typed(section_state(self.case, self.section).state == COMPLETE, self.data)

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

    def row_at(self, prefix: str) -> EditedRow:
        """The card with this prefix."""
        return next(row for row in self.rows if row.form.prefix == prefix)

    def is_valid(self) -> bool:
        """Whether everything typed can be stored; missing answers do not count against it."""
        wrong = [form for form in self.forms if not form.is_valid()]
        valid = not wrong
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
