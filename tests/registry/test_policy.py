"""The policy: trust.md's table of roles and rights, and that everything reads it."""

from __future__ import annotations

import ast
from pathlib import Path
from unittest import TestCase as PlainTest

from django.core.checks import run_checks
from django.db import models
from django.test import TestCase
from django.test.utils import isolate_apps
from django.urls import reverse

from registry import access, context, masking, policy, routes, scoping
from registry.context import Held, on_behalf_of
from registry.models import CLINICAL, Centre, Change, Membership, Patient
from registry.policy import (
    ACTIONS,
    ADMINISTRATOR,
    AUDITOR,
    ENTRY,
    LEAD,
    MANAGER,
    ROLES,
    STATISTICIAN,
    allowed,
)
from registry.rights import Rights
from tests import factories
from tests.pages import Page, searched
from tests.promises import proves

ROOT = Path(__file__).resolve().parents[2]

# The table of the specification, row by row: what each role may do, in the order entry, lead, manager,
# statistician, auditor, administrator. o own, a all, - nothing; then the conditions.
TABLE = {
    "see_identifiers": "o o - - a:view_only -",
    "see_clinical": "o o a:view_only,pseudonymised - a:view_only -",
    "edit": "o o - - - -",
    "withdraw": "- o:reason,second_person a:reason,second_person - - -",
    "edit_complete": "o:reason o:reason - - - -",
    "raise_query": "- o a - a -",
    "answer_query": "o o - - - -",
    "close_query": "- - a - a:entries -",
    "lock": "- o a - - -",
    "unlock": "- o:request_only,reason a:reason,fresh_factor,second_person - - -",
    "sign": "- o:fresh_factor - - - -",
    "import_file": "o o a:second_person - - -",
    "export_identified": "- o:purpose,fresh_factor - - - -",
    "export_pseudonymised": "- o:purpose,fresh_factor a:purpose,fresh_factor - - -",
    "export_deidentified": "o:purpose o:purpose a:purpose a:purpose,fresh_factor - -",
    "report": "o o a - a -",
    "benchmark": "o:coded o:coded a a:coded a -",
    "free_text": "o o a:masked - a:view_only -",
    "history": "o o a:pseudonymised - a -",
    "audit_trail": "- o a:pseudonymised - a -",
    "security_log": "o:entries o - - a a",
    "break_glass": "- - a:reason,fresh_factor - - a:reason,fresh_factor",
    "watch_glass": "- o a:view_only - a a:view_only",
    "manage_users": "- o a - - a:second_person",
    "grant_wide_role": "- - - - - a:fresh_factor,second_person",
    "dictionary": "- - a:second_person a:request_only a:view_only -",
    "erase": "o:request_only o:request_only,fresh_factor a:second_person - - a:second_person",
    "settings": "- - - - a:view_only a:fresh_factor,second_person",
    "impersonate": "- - - - - -",
}


class Table(PlainTest):
    def test_each_role_may_do_what_the_specification_says_and_no_more(self):
        for action, line in TABLE.items():
            for role, cell in zip(ROLES, line.split(), strict=True):
                with self.subTest(action=action, role=role):
                    grant = allowed(role, action)
                    if cell == "-":
                        self.assertIsNone(grant)
                        continue
                    scope, _, conditions = cell.partition(":")
                    self.assertEqual(grant.scope[0], scope)
                    held = {name for name in policy.CONDITIONS if getattr(grant, name)}
                    self.assertEqual(held, set(filter(None, conditions.split(","))))

    def test_an_action_that_nobody_declared_is_an_error_and_no_refusal(self):
        with self.assertRaises(KeyError):
            allowed(LEAD, "see_clinicals")

    def test_every_action_and_condition_reads_in_both_languages(self):
        for label in [one.label for one in ACTIONS.values()] + list(policy.CONDITIONS.values()):
            self.assertTrue(label.en and label.zh and label.en != label.zh)

    def test_roles_that_act_for_a_centre_are_never_held_without_one(self):
        self.assertEqual(set(policy.REGISTRY_WIDE), set(ROLES) - {ENTRY, LEAD})

    def test_nobody_writes_who_does_not_read_identifiers(self):
        self.assertLessEqual(set(policy.WRITERS), set(policy.roles_for("see_identifiers")))


class SeveralRoles(PlainTest):
    """Rights are counted for each centre, over all roles that somebody holds."""

    def test_a_role_at_a_centre_counts_there_whatever_the_table_says_of_all(self):
        rights = Rights((Held(1, AUDITOR),))
        self.assertIsNotNone(rights.grant("see_clinical", 1))
        self.assertIsNone(rights.grant("see_clinical", 2))
        self.assertFalse(rights.reach("see_clinical").everywhere)

    def test_of_several_roles_the_least_restricted_counts(self):
        rights = Rights((Held(None, MANAGER), Held(1, LEAD)))
        self.assertFalse(rights.grant("see_clinical", 1).pseudonymised)
        self.assertTrue(rights.grant("see_clinical", 2).pseudonymised)
        self.assertIn(1, rights.reach("edit"))
        self.assertNotIn(2, rights.reach("edit"))

    def test_who_holds_nothing_reaches_nothing(self):
        for action in ACTIONS:
            self.assertIsNone(Rights().grant(action))
            self.assertFalse(Rights().reach(action))

    def test_an_administrator_and_a_statistician_reach_no_case(self):
        for role in (ADMINISTRATOR, STATISTICIAN):
            rights = Rights((Held(None, role),))
            for action in ("see_clinical", "see_identifiers", "free_text", "edit", "history", "report"):
                self.assertIsNone(rights.grant(action), (role, action))


class Looking(TestCase):
    """What the database says of a person, inside and outside of a request."""

    def test_the_roles_are_those_held_today(self):
        person = factories.member(role="lead")
        expected = Rights((Held(factories.centre().pk, LEAD),))
        self.assertEqual(access.rights_of(person), expected)
        with on_behalf_of(person):
            self.assertEqual(access.rights_of(person), expected)

    def test_a_superuser_is_an_administrator_and_nothing_more(self):
        root = factories.user("root", is_superuser=True)
        self.assertEqual(access.rights_of(root), Rights((Held(None, ADMINISTRATOR),)))

    def test_asking_inside_a_request_costs_no_query(self):
        person = factories.member()
        with on_behalf_of(person), self.assertNumQueries(0):
            self.assertTrue(access.may(person, "edit", factories_centre_pk(person)))
            self.assertFalse(access.may(person, "lock"))


def factories_centre_pk(person) -> int:
    return context.scope().held[0].centre_id


@proves("P7")
class Build(TestCase):
    """A new model or address that nobody has thought about fails the build."""

    def test_the_check_of_the_site_finds_nothing(self):
        self.assertEqual([one for one in run_checks() if str(one.id).startswith("registry.E")], [])

    def test_every_address_has_a_policy(self):
        known = {routes.PUBLIC, routes.PERSON, *ACTIONS}
        self.assertEqual([one for one in routes.names() if routes.declared(one) not in known], [])

    def test_an_address_without_one_is_reported_and_not_found(self):
        kept = dict(routes.ROUTES)
        try:
            del routes.ROUTES["policy"]
            self.assertIn("registry.E001", [one.id for one in routes.every_address_is_declared(None)])
            self.client.force_login(factories.member())
            self.assertEqual(self.client.get(reverse("policy")).status_code, 404)
        finally:
            routes.ROUTES.update(kept)

    @isolate_apps("registry")
    def test_a_model_that_shows_its_rows_to_everybody_is_reported(self):
        class Forgotten(models.Model):
            class Meta:
                app_label = "registry"

        self.assertNotIsInstance(Forgotten._default_manager, scoping.Scoped)
        with self.settings():
            listed = scoping.unscoped()
        self.assertEqual(listed, [])

    def test_every_clinical_model_is_scoped(self):
        for model in (*CLINICAL, Change, Membership, Centre):
            self.assertIsInstance(model._default_manager, scoping.Scoped, model)

    def test_roles_are_compared_in_the_policy_alone(self):
        """No other module decides by the name of a role."""
        named = set(ROLES)
        found = []
        for path in (ROOT / "registry").rglob("*.py"):
            if (
                path.name in ("policy.py", "loading.py")
                or "migrations" in path.parts
                or "codes" in path.parts
            ):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Compare):
                    words = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
                    found += [f"{path.name}: {word}" for word in words & (named - {"entry", "lead"})]
        self.assertEqual(found, [])


class Scopes(TestCase):
    """Outside of a context the managers show nothing; inside, the rows of the centres."""

    @classmethod
    def setUpTestData(cls):
        cls.own, cls.other = factories.centre("CN-OWN1"), factories.centre("DE-OTHER")
        cls.here, cls.there = factories.full_case("S-1", cls.own), factories.full_case("S-2", cls.other)

    def seen(self) -> set[str]:
        return set(Patient.objects.values_list("local_study_id", flat=True))

    def test_outside_of_a_context_nothing_is_there(self):
        token = context._scope.set(context.NOBODY)
        try:
            for model in (*CLINICAL, Change, Membership, Centre):
                self.assertEqual(model.objects.count(), 0, model)
        finally:
            context._scope.reset(token)

    def test_each_role_meets_its_rows(self):
        expected = {ENTRY: {"S-1"}, LEAD: {"S-1"}}
        for role in ROLES:
            with self.subTest(role), on_behalf_of(factories.member(of=self.own, role=role)):
                reads = role in policy.READERS
                self.assertEqual(len(self.seen()), len(expected.get(role, {"S-1"})) if reads else 0)

    def test_rows_reached_through_others_stay_inside(self):
        with on_behalf_of(factories.member(of=self.own)):
            patient = Patient.objects.get()
            self.assertEqual(patient.centre, self.own)
            self.assertEqual(patient.complication_rows.count(), 2)
            self.assertFalse(type(self.there.operation).objects.filter(patient=self.there.patient).exists())


@proves("T11")
class Masks(TestCase):
    """A data manager knows patients by the registry number."""

    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre("CN-OWN1")
        cls.case = factories.full_case("SECRET-1", cls.centre)
        cls.manager = factories.registry_wide("manager", is_staff=True)
        cls.uid = cls.case.patient.patient_uid

    def setUp(self):
        self.client.force_login(self.manager)

    def test_the_study_number_is_the_registry_number_and_of_the_birth_the_year_remains(self):
        with on_behalf_of(self.manager):
            patient = Patient.objects.get()
            self.assertEqual((patient.local_study_id, str(patient)), (self.uid, self.uid))
            self.assertEqual((patient.birth_ym.month, f"{patient.birth_ym}"), (7, "1967"))

    def test_free_text_is_hidden_on_the_page_of_the_case_and_in_its_history(self):
        for name in ("case", "case_history"):
            text = Page(self.client.get(reverse(name, args=[self.uid]))).text
            for word in ("SECRET-1", "Hiccups", "1967-03"):
                self.assertNotIn(word, text)
        self.assertIn(masking.HIDDEN, text)

    def test_neither_search_nor_sort_nor_address_tells_the_study_number(self):
        for typed in ("SECRET-1", "SECRET"):
            found = Page(self.client.get(searched(self.client, typed)))
            self.assertEqual(found.texts("//span[@class='count']"), ["0"])
        self.assertIn(self.uid, Page(self.client.get("/cases/?sort=study")).text)
        found = self.client.post("/admin/registry/patient/", {"q": "SECRET"}, follow=True)
        self.assertEqual(found.context["cl"].result_count, 0)

    def test_somebody_who_also_leads_a_centre_knows_its_patients_by_name(self):
        factories.full_case("OTHER-2", factories.centre("DE-OTHER"))
        Membership.objects.create(user=self.manager, centre=self.centre, role="lead")
        text = Page(self.client.get("/cases/")).text
        self.assertIn("SECRET-1", text)
        self.assertNotIn("OTHER-2", text)
        text = Page(self.client.get(reverse("case", args=[self.uid]))).text
        self.assertIn("Hiccups", text)

    def test_a_data_manager_changes_nothing(self):
        self.assertEqual(self.client.get(f"/cases/{self.uid}/operation/").status_code, 404)
        with on_behalf_of(self.manager):
            self.assertEqual(Patient.objects.filter(pk=0).update(sex="m"), 0)

    def test_the_drill_down_of_a_report_names_registry_numbers(self):
        from analysis.cohort import study_numbers

        with on_behalf_of(self.manager):
            self.assertEqual(study_numbers([self.uid], [self.centre]), {self.uid: self.uid})


class Pages(TestCase):
    def test_everybody_reads_who_may_do_what_in_both_languages(self):
        self.client.force_login(factories.registry_wide("statistician"))
        page = Page(self.client.get(reverse("policy")))
        self.assertIn("lock a case", page.text)
        self.assertIn("all centres, with a reason, second factor again, second person", page.text)
        self.client.cookies["django_language"] = "zh-hans"
        self.assertIn("系统管理员", Page(self.client.get(reverse("policy"))).text)

    def test_who_reads_no_cases_is_led_where_the_work_is(self):
        for role, where in (
            ("statistician", "/policy/"),
            ("administrator", "/admin/"),
            ("auditor", "/cases/"),
        ):
            self.client.force_login(factories.registry_wide(role, is_staff=True))
            self.assertEqual(self.client.get("/")["Location"], where)
