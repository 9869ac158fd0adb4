"""One saving in the admin: everything typed on a page, judged as the case that it would make.

The rules between sections, the questions that are asked only after certain answers, and the
remarks on answers are the same as on the site. What would newly contradict is refused; what is
merely unlikely is kept and said in a message, because the admin asks for no confirmation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from django.contrib import messages
from django.db import models
from django.db.models import Q
from django.http import HttpRequest

from registry.actions import lock_case
from registry.admin.changes import in_one_line
from registry.admin.forms import CaseForm, MainForm, RowFormSet
from registry.case import INDEX_OPERATION, REPEATED, SINGLE, CaseFile, load
from registry.completeness import COMPLETE, section_state
from registry.context import give_reason
from registry.forms import SECTIONS
from registry.labels import Label, joined
from registry.models import CaseLock, Patient, Remark, Signature, Withdrawal
from registry.reasons import ADDED
from registry.rules import REJECT, WARN, Finding, findings
from registry.standing import standing_of
from registry.versions import Since

SECTION = {model: name for name, model in (SINGLE | REPEATED).items()}
MOST_CHANGES = 10
NOT_ON_THE_PAGE = tuple(one._meta.db_table for one in (Remark, Signature, CaseLock, Withdrawal))

MEANWHILE = Label(
    "Nothing is saved yet: this case was changed while you were typing. Your entries still stand below; "
    "compare them, then save again to keep yours.",
    "尚未保存：在您录入期间，该病例已被他人修改。您录入的内容仍保留在下方；请核对后再次保存，以保留您的内容。",
)
SINCE_WHEN = Label(
    "Nothing is saved yet: this page does not say which version of the case it was opened with. Your "
    "entries still stand below; compare them with the case as it is stored, then save again to keep yours.",
    "尚未保存：本页面未说明打开时所见的病例版本。您录入的内容仍保留在下方；请与已保存的病例核对后再次保存，以保留您的内容。",
)
NOT_ASKED = Label(
    "{row}: not kept, because the question is not asked after these answers: {names}.",
    "{row}：以下问题在当前回答下无需填写，未予保存：{names}。",
)
STILL = Label("Was so before and remains: {message}", "此前已存在，仍未解决：{message}")


class CaseEdit:
    """The saving of one page: the form that it is about and the rows of its sections."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.main: MainForm | None = None
        self.formsets: list[RowFormSet] = []
        self.stale = Q(pk__in=[])
        self.notes: list[Label] = []
        self._rows: dict[str, list[models.Model]] = {}

    # The case as stored and as typed

    @cached_property
    def patient(self) -> Patient | None:
        """The patient whom the page is about; None for one who is not stored yet, or not named."""
        row = self.main.instance
        if isinstance(row, Patient):
            return row if row.pk else None
        return row.patient if row.patient_id else self.main.cleaned_data.get("patient")

    @cached_property
    def stored(self) -> CaseFile:
        """The case before this saving. From here on nobody else writes to it."""
        lock_case(self.patient)
        return load(Patient.objects.select_related("centre").get(pk=self.patient.pk))

    @cached_property
    def typed(self) -> CaseFile:
        """The case as it would be, as far as its sections have been read."""
        if isinstance(self.main.instance, Patient):
            return self.stored.with_rows(patient=self.main.instance)
        return self.stored

    def answer(self, dotted: str, op_no: int | None) -> object:
        """The answer to `section.field`, for a row about operation `op_no`."""
        section, name = dotted.split(".")
        if self.patient is None:
            return None
        if op_no in (None, INDEX_OPERATION) or section == "centre" or not _of_operation(SINGLE[section]):
            return self.typed.answer(dotted)
        rows = self._rows.get(section)
        if rows is None:
            rows = SINGLE[section].objects.filter(patient=self.patient)
        return next((getattr(row, name) for row in rows if row.op_no == op_no), None)

    def _take(self, section: str, rows: list[models.Model]) -> None:
        """Let the typed case have these rows; the case itself is about the index operation."""
        for row in rows:
            row.patient = self.typed.patient
        self._rows[section] = rows
        of_index = [row for row in rows if getattr(row, "op_no", INDEX_OPERATION) == INDEX_OPERATION]
        if section in SINGLE:
            of_index = of_index[0] if of_index else SINGLE[section](patient=self.typed.patient)
        self.typed = self.typed.with_rows(**{section: of_index})

    def _take_main(self) -> None:
        row = self.main.instance
        section = SECTION.get(type(row))
        if section:
            others = [one for one in self.stored.rows(section) if one.pk != row.pk]
            self._take(section, [*others, row])

    # Judging

    @property
    def forms(self) -> list[CaseForm]:
        """The forms whose rows are there after saving."""
        return [self.main, *(form for one in self.formsets for form in one.kept_forms)]

    @property
    def is_sound(self) -> bool:
        """Everything typed so far can be stored."""
        return not self.main.errors and all(one.is_valid() for one in self.formsets)

    def judge(self, main: MainForm) -> None:
        """Put beside the questions of the whole page what speaks against storing them."""
        if self.patient is None:
            return
        for formset in sorted(self.formsets, key=lambda one: SECTION[one.model] not in SINGLE):
            formset.is_valid()  # conditions look at single rows, which are therefore read first
            self._take(SECTION[formset.model], [form.instance for form in formset.kept_forms])
        self._take_main()
        if not any(form.has_changed() for form in (main, *self._all_rows())):
            return
        if closed := standing_of(self.patient).closed:
            self.main.add_error(None, str(closed))
            return
        self._compare_with_others()
        if self.is_sound:
            self._ask_rules()
            self._ask_why()
            self._collect()

    def _all_rows(self) -> Iterable[CaseForm]:
        return (form for one in self.formsets for form in one.forms)

    def _compare_with_others(self) -> None:
        row = self.main.instance
        if not row.pk:
            return
        since = self.main.since
        if since is None:
            self.main.add_error(None, str(SINCE_WHEN))
        lines = self._changes_of_others(since) if since else []
        if lines:
            self.main.add_error(None, [str(MEANWHILE), *lines])
        if since is None or lines:
            self.main.have_seen(self.main.history.now())

    def _changes_of_others(self, since: Since) -> list[str]:
        """What others have changed meanwhile, newest first, in words."""
        row, changes = self.main.instance, since.changes().exclude(table_name__in=NOT_ON_THE_PAGE)
        if not isinstance(row, Patient):
            changes = changes.filter(table_name=row._meta.db_table, row_id=row.pk)
        return [str(in_one_line(change)) for change in changes.order_by("-id")[:MOST_CHANGES]]

    def _ask_rules(self) -> None:
        before = {one.key for one in findings(self.stored)}
        for one in findings(self.typed):
            if one.severity == REJECT and one.key not in before:
                self._refuse(one)
            elif one.severity == REJECT:
                self.notes.append(STILL.fill(message=one.message))
            elif one.severity == WARN and one.key not in before:
                self.notes.append(one.message)

    def _refuse(self, finding: Finding) -> None:
        """Beside the first question involved that the page asks; else above the page."""
        for place in finding.breach.places:
            row = place.row or getattr(self.typed, place.section)
            form = next((one for one in self.forms if one.instance is row), None)
            if form and place.field in form.fields:
                form.add_error(place.field, str(finding.message))
                return
        self.main.add_error(None, str(finding.message))

    def _ask_why(self) -> None:
        """The reason, where a complete section is altered; rows that only come give it by themselves."""
        why, altered = self.main.typed_why, self._altered()
        if why.text:
            give_reason(why.text)
        elif self._were_complete(altered):
            self.main.add_error("why", str(why.error))
        elif not altered:
            give_reason(ADDED)

    def _altered(self) -> set[type[models.Model]]:
        """The models of which the page alters or takes away rows that are stored."""
        stored = [form for form in self.forms if form.instance.pk and form.has_changed()]
        gone = [form for one in self.formsets for form in one.deleted_forms]
        return {type(form.instance) for form in (*stored, *gone)}

    def _were_complete(self, altered: set[type[models.Model]]) -> bool:
        return any(
            section_state(self.stored, section).state == COMPLETE
            for section in SECTIONS
            if any(form and form._meta.model in altered for form in (section.head, section.rows))
        )

    # After saving

    def _collect(self) -> None:
        """What has to be said and which remarks lose their answer, noted before rows are gone."""
        for form in self.forms:
            if not form.has_changed():
                continue
            self.notes += [doubt.question for doubt in form.doubts if doubt.field in form.changed_data]
            if form.dropped:
                names = joined([answer.label for answer in form.dropped])
                self.notes.append(NOT_ASKED.fill(row=_name(form.instance), names=names))
            self._mark_stale(form)
        for form in (form for one in self.formsets for form in one.deleted_forms):
            self.stale |= Q(table=form.instance._meta.model_name, row_id=form.instance.pk)

    def _mark_stale(self, form: CaseForm) -> None:
        if not form.instance.pk:
            return
        changed = {name for name in form.changed_data if name in form.answers}
        changed |= {answer.name for answer in form.dropped}
        self.stale |= Q(table=form.instance._meta.model_name, row_id=form.instance.pk, field__in=changed)

    def finish(self) -> None:
        """Take away the remarks on answers that are no longer there, and say what is unlikely."""
        if self.patient is not None:
            Remark.objects.filter(self.stale, patient=self.patient).delete()
        for note in self.notes:
            messages.warning(self.request, str(note))


def _of_operation(model: type[models.Model]) -> bool:
    return any(one.name == "op_no" for one in model._meta.fields)


def _name(row: models.Model) -> Label:
    text = str(row._meta.verbose_name)
    return Label(text[:1].upper() + text[1:], text)
