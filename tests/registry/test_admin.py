from django.test import TestCase
from django.urls import reverse
from django.contrib import admin
from tests import factories
from tests.pages import Page


class Smoke(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.boss = factories.member("boss", cls.centre, is_staff=True, is_superuser=True)
        cls.case = factories.full_case("S-001", cls.centre)

    def test_all(self):
        self.client.force_login(self.boss)
        for url in ["/admin/"] + [
            reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist")
            for m in admin.site._registry
        ]:
            r = self.client.get(url)
            print(url, r.status_code)
        for m in admin.site._registry:
            one = m.objects.first()
            for url in [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_add")] + (
                [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_change", args=[one.pk])]
                if one
                else []
            ):
                r = self.client.get(url)
                print(url, r.status_code)

    def test_patient(self):
        self.client.force_login(self.boss)
        url = reverse("admin:registry_patient_change", args=[self.case.patient.pk])
        from django.test.utils import CaptureQueriesContext
        from django.db import connection

        with CaptureQueriesContext(
            connection,
        ) as q:
            r = self.client.get(url)
        print(len(q))
        for one in q.captured_queries:
            print(one["sql"][:150])
        form = Page(r).form("patient_form")
        print(len(form))
        r = self.client.post(url, form)
        print(
            r.status_code,
            Page(r).texts("//*[contains(@class,'errorlist')]") if r.status_code == 200 else r["Location"],
        )
        form["operation_rows-0-blood_loss_ml"] = "≈ ８００ ml"
        r = self.client.post(url, form)
        print(
            r.status_code,
            Page(r).texts("//*[contains(@class,'errorlist')]") if r.status_code == 200 else r["Location"],
        )
        from registry.models import Change
        from registry.admin.changes import in_one_line

        print(in_one_line(Change.objects.last()))
