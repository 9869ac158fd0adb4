"""Addresses of the reports, below "reports/"."""

from django.urls import path

from analysis import abstract_views, method_views, release_views, views

urlpatterns = [
    path("", views.report_list, name="reports"),
    path("data/", release_views.release, name="release"),
    path("releases/", release_views.releases, name="releases"),
    path("releases/<int:number>/", release_views.release_fetch, name="release_fetch"),
    path("abstract/", abstract_views.abstract, name="abstract"),
    path("methods/", method_views.method_list, name="methods"),
    path("methods/<slug:area>/", method_views.method_figures, name="method_figures"),
    path("methods/<slug:area>/summary/", method_views.method_summary, name="method_summary"),
    path("methods/<slug:area>/csv/", method_views.method_download, name="method_download"),
    path("methods/<slug:area>/r/", method_views.method_script, name="method_script"),
    path("<slug:slug>/", views.report, name="report"),
    path("<slug:slug>/count/", views.report_count, name="report_count"),
    path("<slug:slug>/cases/", views.report_cases, name="report_cases"),
    path("<slug:slug>/download/<slug:ending>/", views.report_download, name="report_download"),
]
