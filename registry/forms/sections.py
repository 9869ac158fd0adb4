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
    def parts(self) -> list[tuple[type[RecordForm], str]]:
        """The form of the head and that of the rows, each with its name of CaseFile."""
        both = (self.head, self.head_name), (self.rows, self.rows_name)
        return [(form, name) for form, name in both if form]

    @property
    def models(self) -> list:
        return [form._meta.model for form, _name in self.parts]

    @property
    def names(self) -> list[str]:
        """The names of CaseFile that this section edits."""
        return [name for _form, name in self.parts]
