"""The one rule that looks beyond its case: the same person entered twice (X132)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from registry.case import INDEX_OPERATION, CaseFile
from registry.labels import Label, both, joined
from registry.models import Patient
from registry.rules.base import QUERY, Breach, Finding, Rule, breach

SAME_PERSON = ("patient.birth_ym", "patient.sex", "operation.surgery_date")
MESSAGE = Label(
    "Study number {others} of this centre has the same sex, birth month ({birth_ym}) and date of operation "
    "({surgery_date}): was one person entered twice?",
    "本中心研究编号{others}的性别、出生年月（{birth_ym}）和手术日期（{surgery_date}）与本例相同：是否同一患者重复录入？",
)


def possible_duplicates(case: CaseFile, patients: QuerySet[Patient]) -> list[Finding]:
    """X132 for one stored case among `patients`, those the reader may see. One query.

    Not among RULES, which ask nothing of the database; meant for the page of one case.
    """

    def breaches(case: CaseFile) -> Iterator[Breach]:
        facts = (case.patient.sex, case.patient.birth_ym, case.operation.surgery_date)
        others = _same(case, patients) if all(facts) else ()
        if others:
            names = joined([both(one) for one in others])
            yield breach(case, SAME_PERSON, {}, others=names)

    found = Rule("X132", QUERY, SAME_PERSON, MESSAGE, breaches)
    return [Finding(found, one) for one in found.breaches(case)]


def _same(case: CaseFile, patients: QuerySet[Patient]) -> list[str]:
    alike = patients.filter(
        centre_id=case.patient.centre_id,
        sex=case.patient.sex,
        birth_ym=case.patient.birth_ym,
        operation_rows__op_no=INDEX_OPERATION,
        operation_rows__surgery_date=case.operation.surgery_date,
    )
    return list(
        alike.exclude(pk=case.patient.pk).order_by("local_study_id").values_list("local_study_id", flat=True)
    )
