"""Drafts: what somebody is typing waits on the server, for its author alone, until it is saved."""

from __future__ import annotations

import io
import json
from datetime import timedelta

from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry import drafts
from registry.accounts.clock import BACKGROUND
from registry.context import on_behalf_of
from registry.models import Change, Draft, Operation, SentForm
from tests import factories
from tests.pages import Page, Typed, answered, in_chinese, opened, section_url, with_row
from tests.promises import proves
from tests.registry.entry import Entry
from tests.transactions import AtTheSameTime, RealTransactions

NEW = "/cases/new/"


def pairs(form: Typed) -> list[list[str]]:
    """A form as the page sends it: every name with each of its values."""
    listed = [(name, value if isinstance(value, list) else [value]) for name, value in form.items()]
    return [[name, one] for name, values in listed for one in values]


def differences(page: Page) -> list[str]:
    return page.texts("//*[@data-draft-offer]//li")


class Drafting(Entry):
    slug = "operation"

    def setUp(self):
        super().setUp()
        factories.operated(self.patient, blood_loss_ml=400)
        self.opened = self.open(self.slug)

    def address(self, form: str = "") -> str:
        return reverse("draft", args=[form or drafts.form_name(self.patient, self.slug)])

    def packet(self, sent: object, client: Client | None = None, form: str = "", **headers):
        body = sent if isinstance(sent, (str, bytes)) else json.dumps(sent)
        return (client or self.client).post(
            self.address(form), body, content_type="application/json", headers={"X-Background": "1"} | headers
        )

    def keep(self, typed: Typed, sequence: int = 1, form: str = ""):
        sent = {"page": typed["once"], "sequence": sequence, "fields": pairs(typed)}
        return self.packet(sent, form=form).json()["kept"]

    def offered(self) -> Page:
        return Page(self.client.get(self.url(self.slug)))

    def continued(self, page: Page) -> Page:
        (link,) = page.root.xpath("//*[@data-draft-offer]//a/@href")
        return Page(self.client.get(self.url(self.slug) + link))


@proves("P24")
class Keeping(Drafting):
    def test_the_page_is_told_when_it_was_kept(self):
        self.assertRegex(self.keep(answered(self.opened, blood_loss_ml="500")), r"^\d\d:\d\d$")

    def test_the_form_offers_it_with_what_differs(self):
        self.keep(answered(self.opened, blood_loss_ml="500", op_time_min="2 h or so"))
        self.assertEqual(
            differences(self.offered()),
            [
                "Operating time: – → (cannot be stored, see below)",
                "Intraoperative blood loss: 400 mL → 500 mL",
            ],
        )

    def test_the_offer_speaks_chinese(self):
        self.keep(answered(self.opened, blood_loss_ml="500"))
        in_chinese(self.client)
        self.assertEqual(differences(self.offered()), ["术中出血量: 400 mL → 500 mL"])

    def test_it_goes_on_in_place_and_is_not_stored_before_it_is_saved(self):
        self.keep(answered(self.opened, blood_loss_ml="500", op_time_min="2 h or so"))
        page = self.continued(self.offered())
        self.assertEqual(page.form()["head-blood_loss_ml"], "500")
        self.assertEqual(page.form()["head-op_time_min"], "2 h or so")
        self.assertEqual(Operation.objects.get().blood_loss_ml, 400)

    def test_saving_ends_the_draft(self):
        self.keep(answered(self.opened, blood_loss_ml="500"))
        form = self.continued(self.offered()).form()
        self.saved(self.client.post(self.url(self.slug), form))
        self.assertEqual(Operation.objects.get().blood_loss_ml, 500)
        self.assertEqual(Draft.objects.count(), 0)

    def test_a_page_that_goes_on_keeps_the_same_draft(self):
        self.keep(answered(self.opened, blood_loss_ml="500"), 7)
        page = self.continued(self.offered())
        count = int(page.root.xpath("//@data-draft-count")[0])
        self.assertGreater(count, 7)
        self.assertTrue(self.keep(answered(page.form(), blood_loss_ml="550"), count + 1))
        self.assertEqual(Draft.objects.count(), 1)

    def test_what_was_thrown_away_is_not_offered_again(self):
        self.keep(answered(self.opened, blood_loss_ml="500"))
        form = drafts.form_name(self.patient, self.slug)
        thrown = self.client.post(reverse("discard_draft", args=[form]), {"once": self.opened["once"]})
        self.assertEqual(thrown["Location"], self.url(self.slug))
        self.assertEqual(differences(self.offered()), [])

    def test_what_differs_in_nothing_is_not_offered(self):
        self.keep(self.opened)
        self.assertEqual(self.offered().root.xpath("//*[@data-draft-offer]"), [])

    def test_new_and_removed_rows_are_part_of_it(self):
        self.slug = "complications"
        self.keep(with_row(self.open(self.slug), 0, comp_type="uti", cd_grade="1"))
        self.assertEqual(
            differences(self.offered()), ["Complications: – → Urinary infection or retention · I"]
        )
        self.assertEqual(self.continued(self.offered()).form()["rows-0-comp_type"], "uti")

    def test_a_new_case_that_was_begun_is_offered_too(self):
        self.keep(answered(opened(self.client, NEW), local_study_id="S-100", sex="f"), form="new")
        page = Page(self.client.get(NEW))
        self.assertEqual(differences(page), ["Local study number: – → S-100", "Sex: – → Female"])
        (link,) = page.root.xpath("//*[@data-draft-offer]//a/@href")
        form = Page(self.client.get(NEW + link)).form()
        self.assertEqual(self.client.post(NEW, form).status_code, 302)
        self.assertEqual(Draft.objects.count(), 0)

    def test_a_draft_of_an_older_version_is_merged_with_what_was_stored_since(self):
        self.keep(answered(self.opened, blood_loss_ml="500"))
        other = Client()
        other.force_login(factories.member("colleague", self.centre))
        form = opened(other, self.url(self.slug))
        other.post(self.url(self.slug), answered(form, blood_loss_ml="900", op_time_min="210"))
        page = self.continued(self.offered())
        self.assertEqual(page.form()["head-op_time_min"], "210")
        self.assertEqual(page.form()["conflict"], "head-blood_loss_ml")
        self.saved(self.client.post(self.url(self.slug), page.form() | {"keep-head-blood_loss_ml": "mine"}))
        self.assertEqual(Operation.objects.get().blood_loss_ml, 500)


@proves("P24")
class LatePackets(Drafting):
    def test_of_two_packets_the_one_sent_later_stays(self):
        self.keep(answered(self.opened, blood_loss_ml="500"), 2)
        self.assertIsNone(self.keep(answered(self.opened, blood_loss_ml="5"), 1))
        self.assertIsNone(self.keep(answered(self.opened, blood_loss_ml="5"), 2))
        self.assertIn(["head-blood_loss_ml", "500"], Draft.objects.get().content)

    def test_a_packet_that_arrives_after_saving_brings_nothing_back(self):
        self.saved(self.client.post(self.url(self.slug), answered(self.opened, blood_loss_ml="500")))
        self.assertIsNone(self.keep(answered(self.opened, blood_loss_ml="500"), 9))
        self.assertEqual(Draft.objects.count(), 0)

    def test_two_tabs_keep_a_draft_each(self):
        other = self.open(self.slug)
        self.keep(answered(self.opened, blood_loss_ml="500"), 50)
        self.keep(answered(other, blood_loss_ml="600"), 1)
        self.assertEqual(Draft.objects.count(), 2)
        self.assertEqual(differences(self.offered()), ["Intraoperative blood loss: 400 mL → 600 mL"])
        self.saved(self.client.post(self.url(self.slug), self.continued(self.offered()).form()))
        self.assertEqual(len(differences(self.offered())), 1)


@proves("P24")
class Private(Drafting):
    def setUp(self):
        super().setUp()
        self.keep(answered(self.opened, blood_loss_ml="500"))

    def other(self, who) -> Client:
        client = Client()
        client.force_login(who)
        return client

    def test_a_colleague_is_not_offered_it(self):
        client = self.other(factories.member("colleague", self.centre, role="lead"))
        page = Page(client.get(f"{self.url(self.slug)}?draft={self.opened['once']}"))
        self.assertEqual(page.form()["head-blood_loss_ml"], "400")
        self.assertEqual(differences(Page(client.get(self.url(self.slug)))), [])

    def test_the_database_shows_it_to_its_author_alone(self):
        roles = ("manager", "auditor", "administrator", "statistician")
        people = [factories.registry_wide(role) for role in roles]
        for person in (*people, factories.member("lead", self.centre, role="lead")):
            with on_behalf_of(person):
                self.assertEqual(Draft._base_manager.count(), 0)
        with on_behalf_of(self.editor):
            self.assertEqual(Draft._base_manager.count(), 1)

    def test_a_colleague_cannot_throw_it_away(self):
        client = self.other(factories.member("colleague", self.centre))
        form = drafts.form_name(self.patient, self.slug)
        client.post(reverse("discard_draft", args=[form]), {"once": self.opened["once"]})
        self.assertEqual(Draft.objects.count(), 1)

    def test_whoever_may_not_edit_the_case_keeps_no_draft_of_it(self):
        abroad = factories.member("abroad", factories.centre("CN-ELSE"))
        for person in (abroad, factories.registry_wide("auditor"), factories.registry_wide("manager")):
            sent = {"page": self.opened["once"], "sequence": 1, "fields": []}
            self.assertEqual(self.packet(sent, self.other(person)).status_code, 404)
        self.assertEqual(Draft.objects.count(), 1)

    def test_it_leaves_no_trace_in_the_trail(self):
        before = Change.objects.count()
        self.keep(answered(self.opened, blood_loss_ml="600"), 5)
        self.assertEqual(Change.objects.count(), before)

    def test_the_case_and_the_report_know_nothing_of_it(self):
        self.assertNotIn("500 mL", self.case_page().text)
        self.assertEqual(Operation.objects.get().blood_loss_ml, 400)


class WhatIsNoDraft(Drafting):
    def test_it_is_refused_in_words_and_nothing_is_kept(self):
        page, fields = self.opened["once"], [["head-x", "1"]]
        for sent in (
            [],
            {},
            None,
            {"page": "x", "sequence": 1, "fields": fields},
            {"page": page, "sequence": "1", "fields": fields},
            {"page": page, "sequence": True, "fields": fields},
            {"page": page, "sequence": -1, "fields": fields},
            {"page": page, "sequence": 1, "fields": {"a": "b"}},
            {"page": page, "sequence": 1, "fields": [["a"]]},
            {"page": page, "sequence": 1, "fields": [["a", 1]]},
            {"page": page, "sequence": 2**63, "fields": fields},
            "{",
            b"\xff",
        ):
            with self.subTest(sent):
                response = self.packet(sent)
                self.assertEqual(response.status_code, 400)
                self.assertTrue(response.json()["error"])
        self.assertEqual(Draft.objects.count(), 0)

    def test_more_than_two_hundred_kilobytes_are_refused(self):
        sent = {"page": self.opened["once"], "sequence": 1, "fields": [["a", "b" * drafts.MOST_BYTES]]}
        self.assertEqual(self.packet(sent).status_code, 400)

    def test_names_that_no_form_has_do_no_harm(self):
        sent = {"page": self.opened["once"], "sequence": 1, "fields": [["rows-x-present", "1"], ["", "\n"]]}
        self.assertEqual(self.packet(sent).status_code, 200)
        self.assertEqual(self.client.get(f"{self.url(self.slug)}?draft={sent['page']}").status_code, 200)

    def test_a_form_that_does_not_exist_keeps_none(self):
        sent = {"page": self.opened["once"], "sequence": 1, "fields": []}
        for form in ("x", "new-x", "-", f"{self.patient.patient_uid}-nothing", "x-operation"):
            self.assertEqual(self.packet(sent, form=form).status_code, 404)

    def test_a_draft_that_is_asked_for_and_gone_opens_the_form(self):
        for page in ("", "x", "a" * 500):
            response = self.client.get(self.url(self.slug), {"draft": page})
            self.assertEqual(Page(response).form()["head-blood_loss_ml"], "400")

    def test_it_is_not_asked_for_by_get(self):
        self.assertEqual(self.client.get(self.address()).status_code, 405)


@proves("P24", "P13")
class TheClock(Drafting):
    def test_drafts_are_requests_of_the_page_and_prolong_no_session(self):
        self.assertIn("draft", BACKGROUND)

    def test_after_the_session_the_page_is_told_and_nothing_is_kept(self):
        self.client.logout()
        sent = {"page": self.opened["once"], "sequence": 1, "fields": []}
        self.assertEqual(self.packet(sent).status_code, 401)
        self.assertEqual(Draft.objects.count(), 0)

    def test_after_logging_in_again_the_draft_is_offered(self):
        self.keep(answered(self.opened, blood_loss_ml="500"))
        self.client.logout()
        self.client.force_login(self.editor)
        self.assertEqual(differences(self.offered()), ["Intraoperative blood loss: 400 mL → 500 mL"])


@proves("P24")
class GoneAfterThirtyDays(Drafting):
    def setUp(self):
        super().setUp()
        self.keep(answered(self.opened, blood_loss_ml="500"))
        Draft.objects.update(saved_at=timezone.now() - timedelta(days=31))

    def test_it_is_not_offered(self):
        self.assertEqual(differences(self.offered()), [])

    def test_the_next_draft_of_the_person_takes_it_away(self):
        self.keep(self.open("diagnosis"), form=drafts.form_name(self.patient, "diagnosis"))
        self.assertEqual(Draft.objects.count(), 1)

    def test_so_does_tidying(self):
        out = io.StringIO()
        call_command("tidy", stdout=out)
        self.assertEqual(Draft.objects.count(), 0)
        self.assertIn("1 drafts", out.getvalue())

    def test_of_many_drafts_of_a_person_the_newest_are_kept(self):
        now = timezone.now()
        Draft.objects.bulk_create(
            Draft(user=self.editor, form=f"f{n}", page="p", saved_at=now)
            for n in range(drafts.MOST_DRAFTS + 5)
        )
        self.keep(self.opened, 9, form=drafts.form_name(self.patient, "diagnosis"))
        self.assertEqual(Draft.objects.count(), drafts.MOST_DRAFTS)


@proves("P24")
class AtTheSameMoment(RealTransactions):
    def test_a_packet_beside_the_saving_leaves_no_draft(self):
        centre = factories.centre()
        editor = factories.member("editor", centre)
        self.client.force_login(editor)
        patient = factories.patient("S-001", centre)
        url, name = section_url(patient, "operation"), drafts.form_name(patient, "operation")
        for number in range(8):
            form = answered(opened(self.client, url), op_time_min=str(100 + number))
            packet = drafts.Packet(form["once"], 1, pairs(form))

            def keep(packet=packet):
                with on_behalf_of(editor):
                    drafts.keep(editor, name, packet)

            both = [AtTheSameTime(keep), AtTheSameTime(lambda form=form: self.client.post(url, form))]
            self.assertEqual(both[1].result().status_code, 302)
            both[0].result()
        self.assertEqual((Draft.objects.count(), SentForm.objects.count()), (0, 8))
