"""The page "How these numbers are made": methods, conventions, and every number compared with R."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from analysis.comparison import Agreement, agreements, method_at, scientific, titles, whole
from analysis.conventions import PRESETS, methods
from analysis.estimate import NOT_ESTIMABLE
from analysis.methods import Chapter, Method, chapters
from analysis.methods.conventions import choices
from analysis.reference import ABSOLUTE, AREAS, FOLDER, Compared
from registry.labels import Label
from registry.neutral_csv import write_rows

FIGURES_PER_PAGE = 500
HEADINGS = ("name", "r", "ours", "relative_difference", "tolerance", "agrees")


@require_GET
def method_list(request: HttpRequest) -> HttpResponse:
    """Every convention and every method; what is computed already of the comparison, or where to get it."""
    areas = [whole(area) for area in titles()]
    computed = all(area.computed for area in areas)
    context = {
        "presets": PRESETS.values(),
        "choices": choices(),
        "sentences": list(_sentences()),
        "chapters": [(chapter, _described(chapter)) for chapter in chapters()],
        "areas": [(area, titles()[area.area]) for area in areas],
        "count": sum(area.count for area in areas),
        "computed": computed,
        "disagreeing": sum(area.disagreeing for area in areas) if computed else 0,
        "absolute": scientific(ABSOLUTE),
    }
    return render(request, "analysis/methods.html", context)


@require_GET
def method_summary(request: HttpRequest, area: str) -> JsonResponse:
    """How closely the numbers of an area agree, for the page's own script: pieces of HTML by their place."""
    asked, _method = _asked(request, area)
    pieces = {f"area-{area}": _piece(asked)}
    for chapter in chapters():
        for method in chapter.methods:
            found = [one for one in agreements(method) if one.area == area]
            pieces |= {f"{area}-{chapter.slug}.{method.slug}": _piece(one) for one in found}
    return JsonResponse({"pieces": pieces, "disagreeing": asked.disagreeing})


@require_GET
def method_figures(request: HttpRequest, area: str) -> HttpResponse:
    """The numbers of one area, or of one of its methods, beside R's."""
    asked, method = _asked(request, area)
    page = Paginator(asked.figures, FIGURES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "area": asked,
        "title": titles()[area],
        "method": method,
        "page": page,
        "rows": [_row(figure) for figure in page],
        "absolute": scientific(ABSOLUTE),
    }
    return render(request, "analysis/methods_figures.html", context)


@require_GET
def method_download(request: HttpRequest, area: str) -> HttpResponse:
    """The same numbers as a CSV file with all their digits; what cannot be estimated is empty."""
    asked, _method = _asked(request, area)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="compared-with-r-{area}.csv"'
    rows = ((one.name, one.r, one.ours, one.difference, one.tolerance, one.agrees) for one in asked.figures)
    write_rows(response, HEADINGS, rows)
    return response


@require_GET
def method_script(_request: HttpRequest, area: str) -> HttpResponse:
    """The R program that computed R's numbers."""
    if area not in AREAS:
        raise Http404
    response = HttpResponse((FOLDER / f"{area}.R").read_bytes(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{area}.R"'
    return response


def _asked(request: HttpRequest, area: str) -> tuple[Agreement, Method | None]:
    """The numbers that the address names, with the method they belong to. Raises Http404."""
    address = request.GET.get("method")
    try:
        if not address:
            return whole(area), None
        method = method_at(address)
        return next(one for one in agreements(method) if one.area == area), method
    except (KeyError, StopIteration):
        raise Http404 from None


def _sentences() -> Iterator[tuple[Label | None, Label]]:
    """What stands under the tables: sentences of all presets, or of the one whose label comes first."""
    for lines in zip(*(methods(preset) for preset in PRESETS.values()), strict=True):
        if len(set(lines)) == 1:
            yield None, lines[0]
        else:
            yield from zip((preset.label for preset in PRESETS.values()), lines, strict=True)


def _described(chapter: Chapter) -> list[dict[str, object]]:
    """Each method of the chapter with the conventions it is computed by and its comparisons."""
    return [
        {
            "method": method,
            "agreements": agreements(method),
            "conventions": [
                (one.name, [(PRESETS[preset].label, words) for preset, words in one.chosen.items()])
                for one in choices()
                if one.concerns(chapter.slug, method.slug)
            ],
        }
        for method in chapter.methods
    ]


def _piece(agreement: Agreement) -> str:
    return render_to_string("analysis/_methods_difference.html", {"agreement": agreement})


def _row(figure: Compared) -> dict[str, object]:
    return {
        "name": figure.name,
        "r": NOT_ESTIMABLE if figure.r is None else repr(figure.r),
        "ours": NOT_ESTIMABLE if figure.ours is None else repr(figure.ours),
        "difference": "–" if figure.difference is None else scientific(figure.difference),
        "tolerance": scientific(figure.tolerance),
        "agrees": figure.agrees,
    }
