"""Who has looked at what: one row for each page that shows data of cases (P27).

Which routes those are stands in `ROUTES`; the pages themselves only say how many cases they show.
The row is written with one statement, after the page is made, in the transaction of the request. It
names the case by its key, never by a number that a hospital knows.
"""

from __future__ import annotations

import json

from django.db import connection
from django.http import HttpRequest, HttpResponse

from registry import access
from registry.labels import Label
from registry.models import CLINICAL, Remark

CASE, LIST, HISTORY, SECTION, SIGNING, PERSON = "case", "list", "history", "section", "signing", "person"
REPORT, DRILL, ADMIN, SEARCH = "report file", "cases of a number", "admin", "search"
IN_WORDS: dict[str, Label] = {
    CASE: Label("page of a case", "病例页"),
    LIST: Label("list of cases", "病例列表"),
    HISTORY: Label("history of changes", "修改历史"),
    SECTION: Label("form of a section", "录入表单"),
    REPORT: Label("report as a file", "报告文件"),
    DRILL: Label("cases behind a number", "数字对应的病例"),
    ADMIN: Label("admin pages", "管理页面"),
    SIGNING: Label("signature and lock", "签名与锁定"),
    PERSON: Label("hospital number and erasure", "病案号与数据删除"),
    SEARCH: Label("search while typing", "输入时检索"),
}

# Every route that shows data of single cases, or hands out a file made of them, and what it shows.
ROUTES: dict[str, str] = {
    "case": CASE,
    "cases": LIST,
    "case_history": HISTORY,
    "section": SECTION,
    "case_signing": SIGNING,
    "case_person": PERSON,
    "history": HISTORY,
    "row_history": HISTORY,
    "person_history": HISTORY,
    "report_cases": DRILL,
    "report_download": REPORT,
    "admin:autocomplete": SEARCH,
}
SHOW_NOTHING = {"case_views"}  # addresses of a case that show nothing of its data
SHOWN = (200, 409, 422)  # 422 and 409 show the form again with what is stored

INSERT = """
INSERT INTO registry_viewed (at, username, patient_id, centre_id, what, cases, request_id)
VALUES (clock_timestamp(), %s, %s, %s, %s, %s, %s)"""
INSERT_OF_NUMBER = """
INSERT INTO registry_viewed (at, username, patient_id, centre_id, what, cases, request_id)
SELECT clock_timestamp(), %s, id, centre_id, %s, 1, %s FROM registry_patient WHERE patient_uid = %s"""


def shows(
    request: HttpRequest, cases: int, patient_id: int | None = None, centre_id: int | None = None
) -> None:
    """Say how many cases this page shows, and which if it is one."""
    request.cases_shown = cases, patient_id, centre_id


class ViewingMiddleware:
    """Writes down what was looked at, once the page is made."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        route = getattr(request, "resolver_match", None)
        if route is None or response.status_code not in SHOWN or not request.user.is_authenticated:
            return response
        what = ROUTES.get(route.view_name)
        if what == SEARCH:
            _write_search(request, response)
        elif what:
            _write(request, what, route.kwargs.get("patient_uid"))
        elif route.app_name == "admin":
            _write_admin(request, response)
        return response


def _write(request: HttpRequest, what: str, patient_uid: str | None) -> None:
    name, number = request.user.get_username(), request.request_id
    with connection.cursor() as cursor:
        if patient_uid:
            cursor.execute(INSERT_OF_NUMBER, [name, what, number, patient_uid])
        else:
            cases, patient, centre = getattr(request, "cases_shown", (0, None, None))
            cursor.execute(INSERT, [name, patient, centre or _one_centre(request), what, cases, number])


def _write_search(request: HttpRequest, response: HttpResponse) -> None:
    """What a field of the admin offers while one types, if it offers patients."""
    if request.POST.get("field_name") == "patient":
        shows(request, len(json.loads(response.content)["results"]))
        _write(request, SEARCH, None)


def _one_centre(request: HttpRequest) -> int | None:
    """The centre that a list can be about, where the person reads one centre only. While break-glass
    access is open, what names no other centre counts for the one that was opened."""
    rights = access.rights_of(request.user)
    if rights.glass:
        return rights.glass
    reach = rights.reach("see_clinical")
    return next(iter(reach.centres)) if not reach.everywhere and len(reach.centres) == 1 else None


def _write_admin(request: HttpRequest, response: HttpResponse) -> None:
    """A page of the admin about a clinical row, a list of such rows, or their history."""
    context = getattr(response, "context_data", None) or {}
    row, listed = context.get("original"), context.get("cl")
    name, number = request.user.get_username(), request.request_id
    if row is not None and (isinstance(row, (*CLINICAL, Remark)) or getattr(row, "patient_id", None)):
        patient = row if isinstance(row, CLINICAL[0]) else getattr(row, "patient", None)
        key = patient.pk if patient else row.patient_id
        centre = patient.centre_id if patient else row.centre_id
        values = [name, key, centre, ADMIN, 1, number]
    elif listed is not None and listed.model in (*CLINICAL, Remark):
        values = [name, None, _one_centre(request), ADMIN, len(listed.result_list), number]
    elif listed is not None and listed.model._meta.model_name == "change":
        cases = {one.patient_id for one in listed.result_list} - {None}
        values = [name, None, _one_centre(request), HISTORY, len(cases), number]
    else:
        return
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
