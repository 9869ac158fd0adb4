"""What kind of information every stored column holds, and therefore in which file it may leave.

The class follows from the type of the answer where it can (a day is a date, words are free text),
and is written here where it cannot. A column without a class belongs to nothing and never leaves;
a test fails as long as there is one. `grade` proposes the grade of China's measures for healthcare
institutions (core, important, general); the hospital's data office decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.apps import apps
from django.db import models

from registry import fields
from registry.labels import Label

Grade = Literal["core", "important", "general"]
Treatment = Literal["keep", "drop", "number", "offset", "year", "age", "coarsen"]

IDENTIFIED, PSEUDONYMISED, DEIDENTIFIED = "identified", "pseudonymised", "deidentified"
PROFILES: dict[str, Label] = {
    DEIDENTIFIED: Label("de-identified", "去标识化"),
    PSEUDONYMISED: Label("pseudonymised", "假名化"),
    IDENTIFIED: Label("with study numbers", "含研究编号"),
}
TREATMENTS: dict[str, Label] = {
    "keep": Label("as recorded", "按原记录"),
    "drop": Label("left out", "不导出"),
    "number": Label("replaced by a random number", "替换为随机编号"),
    "offset": Label("days since the index operation", "距首次手术的天数"),
    "year": Label("year only", "仅保留年份"),
    "age": Label("whole years, 90 and over together", "整岁，90岁及以上合并"),
    "coarsen": Label("made coarser until at least 5 cases share it", "逐级粗化至至少5例相同"),
}


@dataclass(frozen=True, slots=True)
class Class:
    """A kind of information: its wording, its grade, and what a file of each profile makes of it."""

    name: str
    label: Label
    grade: Grade
    treatment: dict[str, Treatment]


def _class(name: str, label: Label, grade: Grade, identified: Treatment, pseudo: Treatment, de: Treatment):
    return Class(
        name, label, grade, {IDENTIFIED: identified, PSEUDONYMISED: pseudo, DEIDENTIFIED: de}
    )  # fmt: skip


DIRECT = _class("direct", Label("direct identifier", "直接标识符"), "important", "drop", "drop", "drop")
LOCAL = _class("local", Label("local identifier", "本地标识符"), "important", "keep", "drop", "drop")
REGISTRY_NUMBER = _class(
    "registry_number", Label("registry number", "登记号"), "important", "keep", "keep", "number"
)
DATE = _class("date", Label("date", "日期"), "important", "keep", "keep", "offset")
BIRTH = _class("birth", Label("month of birth", "出生年月"), "important", "keep", "drop", "drop")
GEOGRAPHIC = _class("geographic", Label("place", "地理信息"), "important", "keep", "keep", "drop")
FREE_TEXT = _class("free_text", Label("free text", "自由文本"), "important", "keep", "drop", "drop")
QUASI = _class("quasi", Label("indirect identifier", "间接标识符"), "important", "keep", "keep", "coarsen")
AGE = _class("age", Label("age", "年龄"), "important", "keep", "keep", "age")
SURGERY_DATE = _class(
    "surgery_date", Label("date of the operation", "手术日期"), "important", "keep", "keep", "year"
)
CLINICAL = _class("clinical", Label("clinical", "临床信息"), "important", "keep", "keep", "keep")
GENETIC = _class(
    "genetic", Label("genetic", "遗传信息"), "core", "drop", "drop", "drop"
)  # leaves only when the law's own approval has been modelled
TECHNICAL = _class("technical", Label("technical", "技术字段"), "general", "drop", "drop", "drop")
CLASSES: dict[str, Class] = {
    one.name: one
    for one in (
        *(DIRECT, LOCAL, REGISTRY_NUMBER, DATE, BIRTH, GEOGRAPHIC, FREE_TEXT, QUASI, AGE),
        *(SURGERY_DATE, CLINICAL, GENETIC, TECHNICAL),
    )
}

# Applications whose tables are about the users of the site, never about patients.
OF_APPS: dict[str, Class] = {
    "admin": DIRECT,
    "auth": DIRECT,
    "contenttypes": TECHNICAL,
    "sessions": DIRECT,
    "account": DIRECT,
    "mfa": DIRECT,
    "usersessions": DIRECT,
    "socialaccount": DIRECT,
    "sites": TECHNICAL,
}

# Tables all of whose columns are of one class: bookkeeping that holds texts or names of users.
OF_TABLES: dict[str, Class] = {
    "registry_approval": FREE_TEXT,
    "registry_breakglass": FREE_TEXT,
    "registry_caselock": FREE_TEXT,
    "registry_centre": GEOGRAPHIC,
    "registry_change": FREE_TEXT,
    "registry_draft": FREE_TEXT,
    "registry_erasure": FREE_TEXT,
    "registry_freeze": FREE_TEXT,
    "registry_limit": TECHNICAL,
    "registry_membership": DIRECT,
    "registry_onetimepassword": DIRECT,
    "registry_release": FREE_TEXT,
    "registry_remark": FREE_TEXT,
    "registry_seal": TECHNICAL,
    "registry_sentform": TECHNICAL,
    "registry_session": DIRECT,
    "registry_signature": DIRECT,
    "registry_subjectlink": DIRECT,
    "registry_viewed": DIRECT,
    "registry_withdrawal": FREE_TEXT,
}

# Single columns whose type does not tell, or tells too little.
OF_COLUMNS: dict[str, Class] = {
    "registry_patient.patient_uid": REGISTRY_NUMBER,
    "registry_patient.local_study_id": LOCAL,
    "registry_patient.centre": GEOGRAPHIC,
    "registry_patient.birth_ym": BIRTH,
    "registry_patient.sex": QUASI,
    "registry_patient.hereditary_syndrome": GENETIC,
    "registry_patient.synthetic": CLINICAL,
    "registry_operation.surgery_date": SURGERY_DATE,
    "registry_diagnosis.primary_site": QUASI,
    "registry_diagnosis.t_category": CLINICAL,
    "registry_diagnosis.n_category": CLINICAL,
    "registry_diagnosis.m_category": CLINICAL,
}
OF_NAMES: dict[str, Class] = {"op_no": CLINICAL}

# The first type that fits decides; the order is from the special to the general.
OF_TYPES: tuple[tuple[type, Class], ...] = (
    (fields.Day, DATE),
    (fields.Words, FREE_TEXT),
    (fields.Coded, CLINICAL),
    (fields.CodedSet, CLINICAL),
    (fields.Measured, CLINICAL),
    (models.AutoField, TECHNICAL),
    (models.BigAutoField, TECHNICAL),
    (models.ForeignKey, TECHNICAL),
    (models.DateTimeField, DATE),
    (models.DateField, DATE),
)


def class_of(field: models.Field) -> Class | None:
    """The class of a stored column; None where nobody has decided, which is: it never leaves."""
    meta = field.model._meta
    named = OF_COLUMNS.get(f"{meta.db_table}.{field.name}") or OF_TABLES.get(meta.db_table)
    named = named or OF_APPS.get(meta.app_label)
    if named or meta.app_label != "registry":
        return named
    by_type = next((found for kind, found in OF_TYPES if isinstance(field, kind)), None)
    return by_type or OF_NAMES.get(field.name)


def stored_columns() -> list[models.Field]:
    """Every column of every table of every application."""
    return [
        field
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
    ]


def unclassified() -> list[str]:
    """The columns of which nobody has said what they hold, as table.column."""
    return [
        f"{field.model._meta.db_table}.{field.name}" for field in stored_columns() if class_of(field) is None
    ]


def treatment(field: models.Field, profile: str) -> Treatment:
    """What a file of this profile makes of the column; without a class it is left out."""
    found = class_of(field)
    return found.treatment[profile] if found else "drop"
