"""The case list and the case page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry import access, codes, searching
from registry.case import CaseFile, load, load_many
from registry.completeness import CaseState, case_state
from registry.endpoints import EndPoints, grades
from registry.fields import shown
from registry.forms import SECTIONS
from registry.labels import Label
from registry.masking import masks
from registry.models import Assessment, Death, Diagnosis, Operation, Patient
from registry.presenting import changes_of, entries, section_rows
from registry.rules import WARN, Finding, findings, possible_duplicates
from registry.standing import Standing, in_lists, locked, signed, standing_of, standings, withdrawn
from registry.timeline import timeline
from registry.viewing import shows

PER_PAGE = 25

# What the list can be sorted by: the address's name and the database's expression.
SORTS = {
    "study": F("number"),
    "sex": F("sex"),
    "age": F("operated__surgery_date") - F("birth_ym"),
    "primary": F("diagnosed__primary_site"),
    "burden": F("assessed__liver_burden_pct"),
    "surgery": F("operated__surgery_date"),
    "approach": F("operated__approach_final"),
    "blood": F("operated__blood_loss_ml"),
    "opened": F("id"),
}
DEFAULT_SORT = "-opened"
IN_PATIENT = ("study", "sex", "opened")  # the patient's own row is enough for these
ALWAYS_GIVEN = ("study", "opened")

FILTERS = {
    "sex": (Patient._meta.get_field("sex"), "sex"),
    "primary": (Diagnosis._meta.get_field("primary_site"), "diagnosed__primary_site"),
    "function": (Diagnosis._meta.get_field("functional_status"), "diagnosed__functional_status"),
    "approach": (Operation._meta.get_field("approach_final"), "operated__approach_final"),
}
STANDINGS = {"signed": signed, "locked": locked, "withdrawn": withdrawn}
STANDS = Label("State", "状态")
STANDING_LABELS = {
    "signed": Label("signed", "已签名"),
    "locked": Label("locked", "已锁定"),
    "withdrawn": Label("withdrawn", "已撤出"),
}


@dataclass(frozen=True)
class ListRow:
    """One case in the list."""

    case: CaseFile
    standing: Standing = Standing()

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
        return case_state(self.case, self.standing.is_signed)


def _joined(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """The patients with their single-row sections at hand, also those who have none yet."""
    return patients.annotate(
        diagnosed=FilteredRelation("diagnosis_rows"),
        assessed=FilteredRelation("assessment_rows", condition=Q(assessment_rows__op_no=1)),
        operated=FilteredRelation("operation_rows", condition=Q(operation_rows__op_no=1)),
    )


def _filtered(patients: QuerySet[Patient], get: QueryDict) -> tuple[QuerySet[Patient], list[dict]]:
    """The patients that pass the filters of the address, and the filters as removable chips."""
    chips = []
    for name, (answer, path) in FILTERS.items():
        chosen = get.get(name)
        if chosen in answer.codes:
            patients = patients.filter(**{path: chosen})
            chips.append(
                {"label": answer.label, "value": answer.codes.label_of(chosen), "link": _without(get, name)}
            )
    if (stands := get.get("stands")) in STANDINGS:
        chips.append({"label": STANDS, "value": STANDING_LABELS[stands], "link": _without(get, "stands")})
    return patients, chips


def _without(get: QueryDict, name: str) -> str:
    """The address without one filter, on its first page."""
    rest = get.copy()
    rest.pop(name, None)
    rest.pop("page", None)
    return f"?{rest.urlencode()}"


@never_cache
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """The working list: filters, sorting and pages in the address; of a search its key."""
    key, stands = request.GET.get("search", ""), request.GET.get("stands", "")
    wanted = searching.kept(request, key)
    if "q" in request.GET or (key and not wanted):
        return searching.unknown(request, "q", "search")
    numbered = {"number": access.shown_number(request.user)}
    patients = access.visible_patients(request.user).annotate(**numbered)
    filtered, chips = _filtered(_joined(patients) if _needs_join(request.GET) else patients, request.GET)
    if wanted:
        filtered = filtered.filter(Q(number__icontains=wanted) | Q(patient_uid__iexact=wanted))
    filtered = filtered.filter(STANDINGS[stands]()) if stands in STANDINGS else in_lists(filtered)
    sort = request.GET.get("sort", DEFAULT_SORT)
    if sort.removeprefix("-") not in SORTS:
        sort = DEFAULT_SORT
    ordered = filtered.order_by(_order(sort), "id")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    cases = load_many(page.object_list)
    standing = standings(case.patient.pk for case in cases)
    shows(request, len(cases))
    context = {
        "page": page,
        "rows": [ListRow(case, standing[case.patient.pk]) for case in cases],
        "stands": stands,
        "standings": STANDING_LABELS.items(),
        "chips": chips,
        "filters": [
            (name, answer.label, [(c.code, c.label) for c in answer.codes], request.GET.get(name, ""))
            for name, (answer, _path) in FILTERS.items()
        ],
        "wanted": wanted,
        "columns": _columns(request.GET, sort),
        "address": request.GET,
        "may_open": access.editable_centres(request.user).exists(),
        "is_member": page.paginator.count > 0 or access.centres_of(request.user).exists(),
    }
    return render(request, "registry/case_list.html", context)


def _order(sort: str) -> OrderBy:
    """The database's order; cases without an answer come last in either direction."""
    name = sort.removeprefix("-")
    if name == sort:
        return SORTS[name].asc()
    return SORTS[name].desc(nulls_last=None if name in ALWAYS_GIVEN else True)


def _needs_join(get: QueryDict) -> bool:
    """Whether the address sorts or filters by something outside the patient's own row."""
    sort = get.get("sort", "").removeprefix("-")
    sorts = sort in SORTS and sort not in IN_PATIENT
    return sorts or any(get.get(name) for name, (_answer, path) in FILTERS.items() if "__" in path)


def _columns(get: QueryDict, sort: str) -> list[dict]:
    """The headings; those that can be sorted say how, and where their link leads."""
    headings = [
        ("study", _("Study number")),
        ("sex", _("Sex")),
        ("age", _("Age at surgery")),
        ("primary", _("Primary")),
        ("burden", _("Burden")),
        ("surgery", _("Operation")),
        ("approach", _("Approach")),
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
    standing = standing_of(patient)
    state = case_state(case, standing.is_signed)
    ends = EndPoints(case)
    reported = last_vital_status(case)
    context = {
        "case": case,
        "died_on": shown(Death._meta.get_field("death_date"), case.death),
        "reported": reported,
        "reported_label": codes.VITAL.label_of(reported),
        "patient": patient,
        "row": ListRow(case, standing),
        "standing": standing,
        "ends": ends,
        "end_points": ends.all(),
        "grades": grades(ends.grade_change) if case.specimens else None,
        "timeline": timeline(case),
        "state": state,
        "sections": [(one, section_rows(case, one.section)) for one in state.sections],
        "findings": _open_findings(case, request.user),
        "recent": entries(changes_of(patient)[:8]),
        "may_edit": not standing.closed and access.can_edit(request.user, patient),
        "all_sections": SECTIONS,
    }
    return render(request, "registry/case.html", context)


def last_vital_status(case: CaseFile) -> str | None:
    """What the last visit that says anything about it reports; "dead" is never taken back."""
    reported = [visit.vital_status for visit in case.visits if visit.vital_status]
    return "dead" if "dead" in reported else reported[-1] if reported else None


def _open_findings(case: CaseFile, user) -> list[Finding]:
    """The contradictions of a case that nobody has confirmed, and its possible duplicates."""
    found = [one for one in findings(case) if one.severity != WARN or not one.is_confirmed(case)]
    if masks(case.patient.centre_id):
        return found  # who a patient could be is not for readers who may not know
    return found + possible_duplicates(case, access.visible_patients(user))
