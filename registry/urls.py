"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from registry.operations import watching
from registry.views import (
    approvals,
    audit,
    cases,
    drafts,
    frame,
    glass,
    history,
    link,
    people,
    promises,
    record,
    search,
    signing,
)

urlpatterns = [
    path("", frame.home, name="home"),
    path("", include("registry.accounts.urls")),
    path("language/", frame.set_language, name="set_language"),
    path("search/", search.search, name="search"),
    path("policy/", people.policy_page, name="policy"),
    path("memberships/", people.memberships, name="memberships"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/new/", record.new_case, name="new_case"),
    path("cases/<str:patient_uid>/", cases.case_page, name="case"),
    path("cases/<str:patient_uid>/history/", history.case_history, name="case_history"),
    path("cases/<str:patient_uid>/views/", history.case_views, name="case_views"),
    path("cases/<str:patient_uid>/signing/", signing.case_signing, name="case_signing"),
    path("cases/<str:patient_uid>/person/", link.case_person, name="case_person"),
    path("cases/<str:patient_uid>/<slug:section_slug>/", record.edit_section, name="section"),
    path("drafts/<str:form>/", drafts.keep_draft, name="draft"),
    path("drafts/<str:form>/discard/", drafts.discard_draft, name="discard_draft"),
    path("approvals/", approvals.approval_list, name="approvals"),
    path("approvals/<int:number>/", approvals.decide, name="approval"),
    path("history/", history.trail, name="history"),
    path("history/of/<str:name>/", history.person_history, name="person_history"),
    path("history/<slug:table>/<int:row>/", history.row_history, name="row_history"),
    path("security/", history.security_log, name="security_log"),
    path("security/review/", history.access_review, name="access_review"),
    path("break-glass/", glass.break_glass, name="break_glass"),
    path("break-glass/end/", glass.break_glass_end, name="break_glass_end"),
    path("break-glass/<int:number>/", glass.break_glass_views, name="break_glass_views"),
    path("freezes/", signing.freezes, name="freezes"),
    path("audit/", audit.verification, name="verification"),
    path("promises/", promises.promises, name="promises"),
    path("health/live/", watching.live, name="live"),
    path("health/ready/", watching.ready, name="ready"),
    path("metrics/", watching.metrics, name="metrics"),
    path("reports/", include("analysis.urls")),
    path("admin/", admin.site.urls),
]

handler404 = "registry.views.frame.not_found"
handler403 = "registry.views.frame.forbidden"
handler400 = "registry.views.frame.bad_request"
handler500 = "registry.views.frame.server_error"
