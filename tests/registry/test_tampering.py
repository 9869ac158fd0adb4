"""Forms with more in them than was asked: columns that nobody may set, and names that no form has."""

from __future__ import annotations

import ast
from pathlib import Path

from django.apps import apps
from django.contrib.auth.models import User
from django.urls import reverse

from registry.forms import SECTIONS
from registry.models import Approval, CaseLock, Membership, Patient, Release, Signature
from tests.promises import proves
from tests.registry.administration import Administration, page_of

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = ("", "head-", "rows-0-")
CRAFTED = (
    "patient__centre__patients",
    "id__in",
    "pk",
    "centre_id; DROP TABLE registry_patient",
    "1=1 OR",
    "o'--",
    '"; --',
    "__class__",
    "patient_id__exact\x01",
    "_meta",
    "sort",
    "order_by",
    "-password",
    "%s",
    "{0.__class__}",
)


def every_column() -> dict[str, str]:
    """Each column of each model of the registry and of the accounts, with a value that would change it."""
    names: set[str] = {"is_superuser", "is_staff", "groups", "user_permissions"}
    for model in [*apps.get_app_config("registry").get_models(), *apps.get_app_config("auth").get_models()]:
        names |= {part for one in model._meta.concrete_fields for part in (one.name, one.attname)}
    return dict.fromkeys(sorted(names), "1")


def protected_state() -> list[object]:
    """What no form may touch: whose a case is, what it is called, locks, signatures, roles, releases."""
    return [
        sorted(Patient.objects.values_list("pk", "centre", "patient_uid", "synthetic")),
        sorted(Membership.objects.values_list("pk", "user", "centre", "role", "reviewed_by")),
        *(one.objects.count() for one in (CaseLock, Signature, Approval, Release)),
        sorted(User.objects.values_list("pk", "is_superuser", "is_staff")),
    ]


@proves("T14")
class MassAssignment(Administration):
    """Every column posted to every form changes nothing that the form does not ask."""

    def setUp(self):
        super().setUp()
        self.other = {
            "centre": str(self.elsewhere.pk),
            "centre_id": str(self.elsewhere.pk),
            "patient": str(self.foreign.patient.pk),
            "patient_id": str(self.foreign.patient.pk),
            "user": str(self.editor.pk),
            "role": "administrator",
            "synthetic": "on",
        }

    def tampered(self, form: dict[str, object]) -> dict[str, object]:
        """The form with all columns beside and under its own names."""
        extra = {f"{prefix}{name}": value for prefix in PREFIXES for name, value in every_column().items()}
        extra |= {f"{prefix}{name}": value for prefix in PREFIXES for name, value in self.other.items()}
        return extra | form

    def test_no_section_form_takes_more_than_it_asks(self):
        before = protected_state()
        for section in SECTIONS:
            address = reverse("section", args=[self.patient.patient_uid, section.slug])
            form = dict(self.page(address).form("record"))
            self.assertLess(self.client.post(address, self.tampered(form)).status_code, 500)
            self.assertEqual(protected_state(), before, section.slug)

    def test_no_page_of_the_admin_takes_more_than_it_asks(self):
        before = protected_state()
        for row in (self.patient, self.own.operation, self.own.specimens[0]):
            self.assertLess(self.client.post(page_of(row), self.tampered(self.open(row))).status_code, 500)
            self.assertEqual(protected_state(), before, type(row).__name__)

    def test_no_other_page_takes_anything(self):
        before = protected_state()
        for name in ("approvals", "memberships", "sessions", "policy", "cases", "reports"):
            self.assertLess(self.client.post(reverse(name), self.tampered({})).status_code, 500)
            self.client.force_login(self.editor)
            self.assertEqual(protected_state(), before, name)


@proves("T22")
class CraftedNames(Administration):
    """Names of parameters are looked up in lists of ours, never handed on."""

    def test_no_address_takes_a_crafted_name_or_order(self):
        for where in (
            "/cases/",
            "/search/",
            "/reports/paper/count/",
            "/admin/registry/patient/",
            "/approvals/",
        ):
            for name in CRAFTED:
                for query in ({name: "1"}, {"sort": name}, {"o": name}, {"order": name}):
                    response = self.client.get(where, query)
                    self.assertLess(response.status_code, 500, (where, query))
        self.assertEqual(Patient.objects.count(), 2)

    def test_no_code_hands_on_what_was_sent_as_names_or_as_sql(self):
        found = []
        for folder in ("registry", "analysis"):
            for path in sorted((ROOT / folder).rglob("*.py")):
                if "migrations" not in path.parts:
                    found += [f"{path.name}:{line}" for line in _handed_on(path)]
        self.assertEqual(found, [])


def _handed_on(path: Path) -> list[int]:
    """Lines where the sent data become keyword arguments, or an argument of raw SQL."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        spread = [one.value for one in node.keywords if one.arg is None]
        raw = isinstance(node.func, ast.Attribute) and node.func.attr in ("raw", "extra", "RawSQL")
        if any(_is_sent(one) for one in spread) or (raw and isinstance(node.func.value, ast.Attribute)):
            lines.append(node.lineno)
    return lines


def _is_sent(node: ast.AST) -> bool:
    """Whether an expression is what a request has brought along."""
    return any(isinstance(one, ast.Attribute) and one.attr in ("GET", "POST") for one in ast.walk(node))
