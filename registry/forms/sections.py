"""The list of the sections of a case, in the order of the chart."""

from __future__ import annotations

from dataclasses import dataclass

from registry.forms.record import RecordForm
from registry.labels import Label


@dataclass(frozen=True)
class Section:
    """One page of the case.

    `head` asks the questions that are answered once, on the row `head_name` of the CaseFile;
    `rows` asks those of each repeated row (`rows_name`). `none_if` names the head's answer
    which asserts that there are no rows, as (field, code).
    """

    slug: str
    title: Label
    head: type[RecordForm] | None = None
    head_name: str = ""
    rows: type[RecordForm] | None = None
    rows_name: str = ""
    add: Label | None = None
    none_if: tuple[str, str] | None = None
    optional: bool = False

    @property
    def models(self) -> list:
        return [form._meta.model for form in (self.head, self.rows) if form]

    @property
    def names(self) -> list[str]:
        """The names of CaseFile that this section edits."""
        return [name for name in (self.head_name, self.rows_name) if name]

    def columns(self, model) -> set[str]:
        """The database columns of `model` that this section writes."""
        for form in (self.head, self.rows):
            if form and form._meta.model is model:
                fields = [model._meta.get_field(name) for name in form._meta.fields]
                return {f.column for f in fields} | {c for f in fields for c in f.companions}
        return set()
