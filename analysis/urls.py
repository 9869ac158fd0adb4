"""Addresses of the reports, below "reports/"."""

from django.urls import path

from analysis import views

urlpatterns = [
    path("", views.report_list, name="reports"),
    path("<slug:slug>/", views.report, name="report"),
    path("<slug:slug>/count/", views.report_count, name="report_count"),
    path("<slug:slug>/cases/", views.report_cases, name="report_cases"),
    path("<slug:slug>/download/<slug:ending>/", views.report_download, name="report_download"),
]
