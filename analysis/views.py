"""Reports on the web: the list, one report with its cohort, the cases behind a number, downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isnan

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from analysis import cohort, provenance
from analysis.conventions import PRESETS
from analysis.dataset import Dataset
from analysis.document import Figure, Report, Table
from analysis.forms import CohortForm
from analysis.release import giving, outside
from analysis.render import FORMATS, html
from analysis.reports import REPORTS, Kind
from registry import access
from registry.labels import Label, both, joined, short_code
from registry.models import Centre
from registry.operations import replica, turns
from registry.viewing import shows

KEPT = 4  # finished reports in memory; one of 100 000 cases takes about 200 MB
CASES_PER_PAGE = 100
PRINTED = Label("Printed in the report as “{text}”.", "报告中印作“{text}”。")
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


@dataclass(frozen=True)
class Finished:
    """A report with the cases it was made from."""

    data: Dataset
    report: Report


@dataclass(frozen=True)
class Asked:
    """What a request asks for: a kind of report and a cohort among the user's centres."""

    slug: str
    kind: Kind
    centres: tuple[Centre, ...]
    form: CohortForm

    @property
    def query(self) -> str:
        """The cohort as it stands in addresses, as far as something was chosen."""
        chosen = [(name, value) for name, values in self.form.data.lists() for value in values]
        return urlencode([(name, value) for name, value in chosen if value and name in self.form.fields])

    def address(self, name: str, *args: str, **more: str) -> str:
        """An address about this report and cohort."""
        query = "&".join(part for part in (urlencode(more), self.query) if part)
        return reverse(name, args=(self.slug, *args)) + (f"?{query}" if query else "")

    def finished(self) -> Finished:
        """The report of a valid cohort, made once for each state of the registry."""
        conventions = self.form.chosen_conventions
        with replica.reports():
            change = cohort.latest_change(self.centres)
            return _finished(self.slug, self.form.definition, self.centres, change, conventions.name)


@lru_cache(maxsize=KEPT)
def _finished(
    slug: str,
    definition: cohort.Definition,
    centres: tuple[Centre, ...],
    change: cohort.LatestChange,
    preset: str,
) -> Finished:
    turns.take()  # what is in memory already needs none
    conventions = PRESETS[preset]
    data = cohort.load(definition, centres)
    behind = cohort.vouched(data.ids)
    origin = provenance.of(data, definition, conventions, change, timezone.localtime(), behind)
    return Finished(data, REPORTS[slug].build(data, conventions, origin))


def _asked(request: HttpRequest, slug: str) -> Asked:
    kind = REPORTS.get(slug)
    if kind is None:
        raise Http404
    centres = tuple(access.centres_of(request.user))
    chosen = request.GET.copy()
    chosen.setdefault("conventions", kind.conventions.name)
    return Asked(slug, kind, centres, CohortForm(chosen, centres))


@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports that can be made."""
    return render(request, "analysis/reports.html", {"reports": REPORTS})


@never_cache
@require_GET
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """A report with its cohort beside it; each number leads to its cases."""
    asked = _asked(request, slug)
    context = {"asked": asked, "form": asked.form, "kind": asked.kind}
    if asked.form.is_valid():
        finished = asked.finished()
        context |= {
            "count": len(finished.data),
            "contradictions": sum(one.severity == "contradiction" for one in finished.report.findings or ()),
            "body": html.body(
                finished.report,
                _language(),
                link=lambda cell: asked.address("report_cases", cell=cell),
            ),
            "downloads": [(ending, asked.address("report_download", ending)) for ending in FORMATS],
            "outside": [
                (ending, asked.address("report_download", ending, outside="1")) for ending in FORMATS
            ],
        }
    return render(request, "analysis/report.html", context)


@never_cache
@require_GET
def report_count(request: HttpRequest, slug: str) -> HttpResponse:
    """How many cases the cohort has that is being chosen, for the page's own script."""
    asked = _asked(request, slug)
    count = len(asked.finished().data) if asked.form.is_valid() else None
    return JsonResponse({"count": count})


@never_cache
@require_GET
def report_cases(request: HttpRequest, slug: str) -> HttpResponse:
    """The cases behind one number, named by its address in the report."""
    asked = _asked(request, slug)
    if not asked.form.is_valid():
        return redirect(asked.address("report"))
    finished, cell = asked.finished(), request.GET.get("cell", "")
    part = finished.report.part_at(cell)
    if part is None:
        raise Http404
    about, anchor = _place(finished.report, cell)
    page = Paginator(part.cases(), CASES_PER_PAGE).get_page(request.GET.get("page"))
    shows(request, len(page.object_list))
    context = {
        "asked": asked,
        "back": f"{asked.address('report')}#{anchor}",
        "printed": PRINTED.fill(text=part.text),
        "about": about,
        "page": page,
        "cases": _listed(finished.data, page.object_list, asked.centres),
    }
    return render(request, "analysis/report_cases.html", context)


@dataclass(frozen=True)
class ListedCase:
    """One case behind a number, as the list shows it."""

    patient_uid: str
    study_number: str
    sex: Label
    age: int | None
    operated: date


def _listed(data: Dataset, case_ids: Sequence[str], centres: Sequence[Centre]) -> list[ListedCase]:
    numbers = cohort.study_numbers(case_ids, centres)
    place = {case: row for row, case in enumerate(data.ids)}
    rows = data.frame[["sex", "age_y", "surgery_date"]].iloc[[place[case] for case in case_ids]]
    return [
        ListedCase(
            case,
            numbers[case],
            data.columns["sex"].level_label(sex) if isinstance(sex, str) else both(""),
            None if isnan(age) else int(age),
            day.date(),
        )
        for case, sex, age, day in zip(case_ids, *(rows[name] for name in rows), strict=True)
    ]


@never_cache
@require_GET
def report_download(request: HttpRequest, slug: str, ending: str) -> HttpResponse:
    """The report as a file in the reader's language."""
    asked = _asked(request, slug)
    if ending not in FORMATS:
        raise Http404
    if not asked.form.is_valid():
        return redirect(asked.address("report"))
    try:
        content = _given_out(request, asked, ending)
    except giving.Refused as refused:
        messages.warning(request, str(refused.label))
        return redirect(asked.address("report"))
    response = HttpResponse(content, content_type=MEDIA_TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{slug}-{_language()}.{ending}"'
    return response


def _given_out(request: HttpRequest, asked: Asked, ending: str) -> bytes:
    """The report as a file, recorded as taken away; for outside the centre without small numbers.

    Raises giving.Refused.
    """
    finished, preset = asked.finished(), asked.form.chosen_conventions.name
    about = outside.about(asked.slug, preset, asked.form.definition, asked.centres)
    giving.count(request.user, again=outside.taken_lately(request.user, about))
    shows(request, len(finished.data))
    who, for_outside = request.user.get_username(), request.GET.get("outside") == "1"
    if for_outside:
        turns.take()
    taken = outside.leaving(who, finished.report, about, asked.centres, outside=for_outside)
    content = FORMATS[ending](taken.report, _language())
    name = f"{asked.slug}-{_language()}.{ending}"
    outside.record(request.user, taken, content, rows=len(finished.data), file_name=name)
    return content


def _language() -> str:
    return short_code(get_language())


def _place(report: Report, cell: str) -> tuple[Label, str]:
    """What the number at an address is about, in words, and the anchor of the place it stands in."""
    block_id, _, rest = cell.partition(".")
    for section in report.sections:
        for block in section.blocks:
            if block.id == block_id and isinstance(block, Table):
                row = next(row for row in block.rows if row.id == rest.partition(".")[0])
                return joined([block.title, row.label], en=": ", zh=":"), f"{block_id}.{row.id}"
            if block.id == block_id:
                return block.title if isinstance(block, Figure) else section.title, block_id
    raise Http404
