"""The patient: pseudonymous, one per centre and study number, and the base of all clinical rows."""

import secrets

from django.db import models
from django.utils.functional import lazystr

from registry import codes
from registry.fields import Coded, Words, YearMonth, YesNo
from registry.labels import Label
from registry.masking import Masked
from registry.models.centre import Centre
from registry.models.naming import named
from registry.scoping import ScopedPatients, ScopedRows

UID_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no 0/O, 1/I/L: read aloud without mistakes
UID_LENGTH = 10


def new_patient_uid() -> str:
    """A random registry number that carries no meaning (31^10 possibilities)."""
    return "".join(secrets.choice(UID_ALPHABET) for _ in range(UID_LENGTH))


@named(
    Label("patient", "患者"),
    Label("patients", "患者"),
    patient_uid=Label("Registry number", "登记号"),
    centre=Label("Centre", "中心"),
    synthetic=Label("Synthetic", "合成数据"),
)
class Patient(Masked, models.Model):
    """A person with one index cytoreduction; known to the registry by number only."""

    patient_uid = models.CharField(
        max_length=UID_LENGTH,
        unique=True,
        default=new_patient_uid,
        editable=False,
    )
    centre = models.ForeignKey(
        Centre,
        on_delete=models.PROTECT,
        related_name="patients",
    )
    local_study_id = Words(
        Label("Local study number", "本中心研究编号"),
        max_length=20,
        null=False,
        blank=False,
        need="1R*",
        hint=Label("never a hospital, identity or telephone number", "切勿填写住院号、身份证号或电话"),
    )
    sex = Coded(Label("Sex", "性别"), codes.SEX, need="1R")
    birth_ym = YearMonth(
        Label("Year and month of birth", "出生年月"),
        need="1R",
        hint=Label("year and month only, for example 1968-05", "只填年月，例如 1968-05"),
    )
    hereditary_syndrome = Coded(Label("Hereditary syndrome", "遗传综合征"), codes.HEREDITARY, need="2R")
    smoking_status = Coded(Label("Smoking", "吸烟史"), codes.SMOKING, need="3O")
    enrolment_type = Coded(Label("Enrolment", "入组方式"), codes.ENROL, need="1R")
    eligibility_confirmed = YesNo(Label("Eligibility confirmed", "符合入选标准"), need="1R")
    synthetic = models.BooleanField(
        default=False,
        db_default=False,
    )

    objects = ScopedPatients()

    class Meta:
        ordering = ["local_study_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "local_study_id"],
                name="study_number_unique_in_centre",
                violation_error_message=lazystr(
                    Label("This study number is already used in this centre.", "该研究编号在本中心已被使用。")
                ),
            )
        ]

    def __str__(self) -> str:
        return self.local_study_id


class ClinicalRow(Masked, models.Model):
    """Anything recorded about a patient. Kept for ever: rows are never deleted with the patient."""

    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        related_name="%(class)s_rows",
    )

    objects = ScopedRows()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class OperationRow(ClinicalRow):
    """Anything recorded about one operation of a patient; operation 1 is the index cytoreduction."""

    op_no = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True
