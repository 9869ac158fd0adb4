"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from registry.views import cases, frame, record

urlpatterns = [
    path("", frame.home, name="home"),
    path("login/", auth_views.LoginView.as_view(template_name="registry/login.html"), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("language/", frame.set_language, name="set_language"),
    path("search/", frame.search, name="search"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/new/", record.new_case, name="new_case"),
    path("cases/<str:patient_uid>/", cases.case_page, name="case"),
    path("cases/<str:patient_uid>/history/", cases.case_history, name="case_history"),
    path("cases/<str:patient_uid>/<slug:section_slug>/", record.edit_section, name="section"),
    path("reports/", include("analysis.urls")),
    path("admin/", admin.site.urls),
]

handler404 = "registry.views.frame.not_found"
handler403 = "registry.views.frame.forbidden"
handler400 = "registry.views.frame.bad_request"
handler500 = "registry.views.frame.server_error"
