"""Who has looked at what is written down: one row for each page that shows data of cases."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from registry import viewing
from registry.models import CLINICAL, Change, Patient, Viewed
from tests import factories
from tests.pages import Page
from tests.promises import measured, proves
from tests.registry.signing_in import signed_in

WHILE_TYPING = {"app_label": "registry", "model_name": "diagnosis", "field_name": "patient"}


class Looking(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.lead = factories.member("lead", cls.centre, role="lead", is_staff=True)
        cls.patient = factories.full_case("SECRET-17", cls.centre).patient
        cls.other = factories.full_case("SECRET-18", cls.centre).patient

    def setUp(self):
        signed_in(self.client, self.lead)

    def seen(self, address: str, **query) -> list[Viewed]:
        """What was written down about opening this address."""
        before = Viewed.objects.count()
        if address == reverse("admin:autocomplete"):
            self.client.post(address, WHILE_TYPING)
        else:
            self.client.get(address, query)
        return list(Viewed.objects.order_by("id")[before:])


@proves("P27")
class EveryRouteTest(Looking):
    """One row for each route that shows data of cases."""

    def addresses(self) -> dict[str, tuple[str, int]]:
        """An address of each such route, and the cases that it shows."""
        uid = self.patient.patient_uid
        change = Change.objects.filter(patient_id=self.patient.pk).first()
        return {
            "cases": (reverse("cases"), 2),
            "case": (reverse("case", args=[uid]), 1),
            "case_history": (reverse("case_history", args=[uid]), 1),
            "section": (reverse("section", args=[uid, "operation"]), 1),
            "case_signing": (reverse("case_signing", args=[uid]), 1),
            "case_person": (reverse("case_person", args=[uid]), 1),
            "history": (reverse("history"), 2),
            "row_history": (reverse("row_history", args=[change.table_name, change.row_id]), 1),
            "person_history": (reverse("person_history", args=["lead"]), 0),
            "report_cases": (self.behind_a_number(), 2),
            "report_download": (reverse("report_download", args=["paper", "json"]), 2),
            "admin:autocomplete": (reverse("admin:autocomplete"), 2),
        }

    def behind_a_number(self) -> str:
        """The address of the cases behind a number of the report that stands for all of them."""
        links = Page(self.client.get(reverse("report", args=["paper"]))).links()
        cases = [one for one in links if one.startswith(reverse("report_cases", args=["paper"]))]
        return next(one for one in cases if len(self.client.get(one).context["cases"]) == 2)

    def test_each_writes_one_row_with_the_number_of_cases(self):
        addresses = self.addresses()
        for route, (address, cases) in addresses.items():
            with self.subTest(route):
                found = self.seen(address)
                self.assertEqual([(one.username, one.cases) for one in found], [("lead", cases)])
                self.assertEqual(found[0].what, viewing.ROUTES[route])
        self.assertEqual(set(addresses), set(viewing.ROUTES))
        measured("P27", f"{len(addresses)} of {len(addresses)} routes with data write one row each")

    def test_every_address_of_a_case_is_among_them(self):
        named = {
            one.name
            for one in get_resolver().url_patterns
            if "patient_uid" in str(getattr(one, "pattern", ""))
        }
        self.assertEqual(named - set(viewing.ROUTES) - viewing.SHOW_NOTHING, set())

    def test_every_clinical_list_and_page_of_the_admin_does(self):
        for model in CLINICAL:
            with self.subTest(model.__name__):
                name = f"admin:registry_{model._meta.model_name}"
                rows = model.objects.filter(
                    **({"pk": self.patient.pk} if model is Patient else {"patient": self.patient})
                )
                (listed,) = self.seen(reverse(f"{name}_changelist"))
                self.assertEqual(listed.what, viewing.ADMIN)
                (page,) = self.seen(reverse(f"{name}_change", args=[rows.first().pk]))
                self.assertEqual((page.patient_id, page.cases), (self.patient.pk, 1))

    def test_the_history_in_the_admin_does(self):
        (listed,) = self.seen(reverse("admin:registry_change_changelist"))
        self.assertEqual((listed.what, listed.cases), (viewing.HISTORY, 2))
        change = Change.objects.filter(patient_id=self.patient.pk).first()
        (page,) = self.seen(reverse("admin:registry_change_change", args=[change.pk]))
        self.assertEqual(page.patient_id, self.patient.pk)


@proves("P27")
class RowTest(Looking):
    def test_the_row_names_person_case_and_request_and_nothing_that_identifies(self):
        (found,) = self.seen(reverse("case", args=[self.patient.patient_uid]))
        self.assertEqual((found.patient_id, found.centre_id), (self.patient.pk, self.centre.pk))
        self.assertTrue(found.request_id)
        kept = " ".join(str(getattr(found, one.attname)) for one in Viewed._meta.concrete_fields)
        self.assertNotIn("SECRET", kept)
        self.assertNotIn(self.patient.patient_uid, kept)

    def test_a_list_of_one_centre_belongs_to_that_centre(self):
        (found,) = self.seen(reverse("cases"))
        self.assertEqual(found.centre_id, self.centre.pk)

    def test_what_does_not_exist_or_leads_elsewhere_writes_nothing(self):
        for address in (
            reverse("case", args=["NOSUCHCASE"]),
            reverse("home"),
            reverse("search") + "?q=SECRET-17",
        ):
            with self.subTest(address):
                self.assertEqual(self.seen(address), [])

    def test_pages_without_data_of_cases_write_nothing(self):
        for name in ("reports", "methods", "approvals", "freezes", "policy"):
            with self.subTest(name):
                self.assertEqual(self.seen(reverse(name)), [])

    def test_a_form_that_is_shown_again_counts_as_looked_at(self):
        before = Viewed.objects.count()
        answer = self.client.post(reverse("section", args=[self.patient.patient_uid, "operation"]), {})
        self.assertIn(answer.status_code, viewing.SHOWN)
        self.assertEqual(Viewed.objects.count(), before + 1)

    def test_it_costs_one_statement(self):
        with CaptureQueriesContext(connection) as queries:
            self.client.get(reverse("case", args=[self.patient.patient_uid]))
        writing = [one["sql"] for one in queries.captured_queries if "registry_viewed" in one["sql"]]
        self.assertEqual(len(writing), 1)


@proves("P27")
class ViewsOfACaseTest(Looking):
    def test_who_has_looked_is_told_to_leads_and_auditors_only(self):
        self.client.get(reverse("case", args=[self.patient.patient_uid]))
        address = reverse("case_views", args=[self.patient.patient_uid])
        page = Page(self.client.get(address))
        self.assertIn("lead page of a case", page.text)
        for person, status in (
            (factories.registry_wide("auditor"), 200),
            (factories.member(of=self.centre), 404),
            (factories.registry_wide("administrator"), 404),
            (factories.member(of=factories.centre("CN-OTHER"), role="lead"), 404),
        ):
            with self.subTest(person.username):
                self.assertEqual(signed_in(self.client, person).get(address).status_code, status)

    def test_every_kind_of_page_has_a_name_in_both_languages(self):
        self.assertEqual(set(viewing.ROUTES.values()) | {viewing.ADMIN}, set(viewing.IN_WORDS))
