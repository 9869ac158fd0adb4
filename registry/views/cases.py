"""The case list, the case page, the history of a case."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import FilteredRelation, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry import access, codes
from registry.case import CaseFile, load, load_many
from registry.completeness import CaseState, case_state
from registry.endpoints import EndPoints, grades
from registry.fields import shown
from registry.forms import SECTIONS
from registry.labels import Label
from registry.models import Assessment, Diagnosis, Operation, Patient
from registry.presenting import history_of, section_rows
from registry.reading import Unreadable, clean_text
from registry.rules import WARN, Finding, findings, possible_duplicates
from registry.timeline import timeline

PER_PAGE = 25

# What the list can be sorted by: the address's name and the database's expression.
SORTS = {
    "study": "local_study_id",
    "sex": "sex",
    "born": "birth_ym",
    "primary": "diagnosed__primary_site",
    "burden": "assessed__liver_burden_pct",
    "surgery": "operated__surgery_date",
    "blood": "operated__blood_loss_ml",
    "opened": "id",
}
DEFAULT_SORT = "-opened"

FILTERS = {
    "sex": (Patient._meta.get_field("sex"), "sex"),
    "primary": (Diagnosis._meta.get_field("primary_site"), "diagnosed__primary_site"),
    "function": (Diagnosis._meta.get_field("functional_status"), "diagnosed__functional_status"),
    "approach": (Operation._meta.get_field("approach_final"), "operated__approach_final"),
}
DEATH = Label("Died", "已死亡")


@dataclass(frozen=True)
class ListRow:
    """One case in the list."""

    case: CaseFile

    @property
    def patient(self) -> Patient:
        return self.case.patient

    @cached_property
    def ends(self) -> EndPoints:
        return EndPoints(self.case)

    @property
    def sex(self) -> Label | None:
        return codes.SEX.label_of(self.patient.sex)

    @property
    def primary(self) -> Label | None:
        return codes.SITE.label_of(self.case.diagnosis.primary_site)

    @property
    def burden(self) -> Label:
        return shown(Assessment._meta.get_field("liver_burden_pct"), self.case.assessment)

    @property
    def approach(self) -> Label | None:
        return codes.APPROACH.label_of(self.case.operation.approach_final)

    @property
    def blood_loss(self) -> Label:
        return shown(Operation._meta.get_field("blood_loss_ml"), self.case.operation)

    @property
    def worst(self) -> Label | None:
        return codes.WORST_CD.label_of(self.ends.worst.value)

    @cached_property
    def state(self) -> CaseState:
        return case_state(self.case)


def _joined(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """The patients with their single-row sections at hand, also those who have none yet."""
    return patients.annotate(
        diagnosed=FilteredRelation("diagnosis_rows"),
        assessed=FilteredRelation("assessment_rows", condition=Q(assessment_rows__op_no=1)),
        operated=FilteredRelation("operation_rows", condition=Q(operation_rows__op_no=1)),
    )


def _wanted(request: HttpRequest) -> str:
    try:
        return clean_text(request.GET.get("q", ""))[:60]
    except Unreadable:
        return ""


def _filtered(patients: QuerySet[Patient], get: QueryDict) -> tuple[QuerySet[Patient], list[dict]]:
    """The patients that pass the filters of the address, and the filters as removable chips."""
    chips = []
    for name, (answer, path) in FILTERS.items():
        chosen = get.get(name)
        if chosen in answer.codes:
            patients = patients.filter(**{path: chosen})
            chips.append({"label": answer.label, "value": answer.codes.label_of(chosen), "without": name})
    return patients, chips


@never_cache
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """The working list: search, filters, sorting and pages, all in the address."""
    wanted = _wanted(request)
    patients = access.visible_patients(request.user)
    filtered, chips = _filtered(_joined(patients) if _needs_join(request.GET) else patients, request.GET)
    if wanted:
        filtered = filtered.filter(Q(local_study_id__icontains=wanted) | Q(patient_uid__iexact=wanted))
    sort = request.GET.get("sort", DEFAULT_SORT)
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        sort, key = DEFAULT_SORT, SORTS["opened"]
    ordered = filtered.order_by(("-" if sort.startswith("-") else "") + key, "id")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [ListRow(case) for case in load_many(page.object_list)],
        "chips": chips,
        "filters": [
            (name, answer.label, [(c.code, c.label) for c in answer.codes], request.GET.get(name, ""))
            for name, (answer, _path) in FILTERS.items()
        ],
        "wanted": wanted,
        "columns": _columns(request.GET, sort),
        "address": request.GET,
        "may_open": access.editable_centres(request.user).exists(),
    }
    return render(request, "registry/case_list.html", context)


def _needs_join(get: QueryDict) -> bool:
    """Whether the address sorts or filters by something outside the patient's own row."""
    sorted_by = SORTS.get(get.get("sort", "").removeprefix("-"), "")
    return "__" in sorted_by or any(get.get(name) for name, (_a, path) in FILTERS.items() if "__" in path)


def _columns(get: QueryDict, sort: str) -> list[dict]:
    """The headings; those that can be sorted say how, and where their link leads."""
    headings = [
        ("study", _("Study number")),
        ("sex", _("Sex")),
        ("born", _("Age at surgery")),
        ("primary", _("Primary")),
        ("burden", _("Burden")),
        ("surgery", _("Operation")),
        ("", _("Approach")),
        ("blood", _("Blood loss")),
        ("", _("Worst complication")),
        ("", _("PFS")),
        ("", _("Complete")),
    ]
    columns = []
    for name, heading in headings:
        direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "none") if name else ""
        link = get.copy()
        link.pop("page", None)
        link["sort"] = f"-{name}" if direction == "ascending" else name
        columns.append(
            {"heading": heading, "sorted": direction, "link": f"?{link.urlencode()}" if name else ""}
        )
    return columns


@never_cache
@require_GET
def case_page(request: HttpRequest, patient_uid: str) -> HttpResponse:
    """Everything about one case: head, time line, sections with their state, end points, recent changes."""
    patient = access.patient_or_404(request.user, patient_uid)
    case = load(patient)
    state = case_state(case)
    ends = EndPoints(case)
    context = {
        "case": case,
        "patient": patient,
        "row": ListRow(case),
        "ends": ends,
        "end_points": ends.all(),
        "grades": grades(ends.grade_change) if case.specimens else None,
        "timeline": timeline(case),
        "state": state,
        "sections": [(one, section_rows(case, one.section)) for one in state.sections],
        "findings": _open_findings(case, request.user),
        "recent": history_of(patient, newest=8),
        "may_edit": access.can_edit(request.user, patient),
        "all_sections": SECTIONS,
    }
    return render(request, "registry/case.html", context)


def _open_findings(case: CaseFile, user) -> list[Finding]:
    """The contradictions of a case that nobody has confirmed, and its possible duplicates."""
    found = [one for one in findings(case) if one.severity != WARN or not one.is_confirmed(case)]
    return found + possible_duplicates(case, access.visible_patients(user))


@never_cache
@require_GET
def case_history(request: HttpRequest, patient_uid: str) -> HttpResponse:
    """Every change of a case: field, old, new, who, when."""
    patient = access.patient_or_404(request.user, patient_uid)
    page = Paginator(history_of(patient), 100).get_page(request.GET.get("page"))
    return render(request, "registry/history.html", {"patient": patient, "page": page})
