"""How often one may try: counted for all workers together, and no weapon against the person who is tried."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta

from django.db import connections
from django.test import Client, TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from registry.accounts import limits
from registry.models import Limit
from tests import factories
from tests.pages import Page, in_chinese
from tests.promises import measured, proves, size
from tests.registry.signing_in import log_in
from tests.transactions import FlushedPastTriggers

PASSWORD = "vier ruhige Teiche"
WORKERS = 4


def _try(number: int, tries: int, database: str, barrier, found) -> None:
    """One worker process: logs in with wrong passwords as fast as it can; how often it was not refused."""
    connections.close_all()
    connections["default"].settings_dict["NAME"] = database
    client = Client()
    barrier.wait()
    looked_at = 0
    for attempt in range(tries):
        page = log_in(client, "surgeon", f"wrong {number} {attempt}").content.decode()
        looked_at += "do not match" in page
    found.put(looked_at)


def _count(times: int, tries: int, database: str, barrier, found) -> None:
    connections.close_all()
    connections["default"].settings_dict["NAME"] = database
    barrier.wait()
    found.put(sum(limits.allow("a key", times, 3600) for _ in range(tries)))


def _in_processes(work, *given) -> int:
    """The sum of what four processes have found."""
    context = multiprocessing.get_context("fork")
    barrier, found = context.Barrier(WORKERS), context.Queue()
    database = connections["default"].settings_dict["NAME"]
    connections.close_all()  # a connection belongs to one process
    given = given or ()
    workers = [
        context.Process(
            target=work, args=((number,) if work is _try else ()) + given + (database, barrier, found)
        )
        for number in range(WORKERS)
    ]
    for one in workers:
        one.start()
    total = sum(found.get(timeout=120) for _ in workers)
    for one in workers:
        one.join()
    return total


@proves("P15", "T18")
class ManyWorkers(FlushedPastTriggers, TransactionTestCase):
    def test_ten_wrong_passwords_are_looked_at_by_four_processes_together(self):
        factories.member("surgeon", password=PASSWORD)
        tries = size("P15", reduced=6, full=30)
        looked_at = _in_processes(_try, tries)
        self.assertEqual(looked_at, 10)
        page = Page(log_in(self.client, "surgeon", PASSWORD))
        self.assertIn("Too many wrong attempts", page.text)
        measured("P15", f"{looked_at} of {WORKERS * tries} wrong passwords looked at by {WORKERS} processes")

    def test_a_limit_is_never_exceeded_however_many_ask_at_once(self):
        allowed = _in_processes(_count, 20, size("P15", reduced=25, full=500))
        self.assertEqual(allowed, 20)
        measured("P15", f"{allowed} of 20 exports an hour allowed to {WORKERS} processes")

    def test_a_page_that_sees_one_moment_still_counts_what_others_have_counted(self):
        from registry.context import on_behalf_of

        person = factories.user("person")
        with on_behalf_of(person, one_state=True):
            self.assertTrue(limits.allow("k", 2, 3600))
            self.assertTrue(limits.allow("k", 2, 3600))
            self.assertFalse(limits.allow("k", 2, 3600))


@proves("P15", "T18")
class OnePerson(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.surgeon = factories.member("surgeon", password=PASSWORD)

    def wrong(self, client: Client, times: int, name: str = "surgeon"):
        for number in range(times):
            response = log_in(client, name, f"wrong {number}")
        return response

    def test_ten_wrong_passwords_then_nobody_gets_in_and_everybody_is_told_for_how_long(self):
        self.wrong(self.client, 10)
        self.assertIn("try again in 15 minutes", Page(log_in(self.client, "surgeon", PASSWORD)).text)
        in_chinese(self.client)
        self.assertIn("15", Page(log_in(self.client, "surgeon", PASSWORD)).text)

    def test_after_a_quarter_of_an_hour_one_may_try_again(self):
        self.wrong(self.client, 10)
        past = timezone.now() - timedelta(minutes=15, seconds=1)
        for one in Limit.objects.all():
            Limit.objects.filter(pk=one.pk).update(moments=[past] * len(one.moments))
        self.assertEqual(log_in(self.client, "surgeon", PASSWORD).status_code, 302)

    def test_a_stranger_cannot_lock_out_a_person_from_a_browser_in_which_they_have_logged_in(self):
        log_in(self.client, "surgeon", PASSWORD)
        self.client.post("/logout/")
        self.wrong(Client(), 12)
        self.assertEqual(log_in(self.client, "surgeon", PASSWORD).status_code, 302)

    def test_a_browser_in_which_somebody_else_has_logged_in_is_a_strangers(self):
        colleague = factories.member("colleague", password=PASSWORD)
        log_in(self.client, colleague.username, PASSWORD)
        self.client.post("/logout/")
        self.wrong(Client(), 10)
        self.assertEqual(log_in(self.client, "surgeon", PASSWORD).status_code, 200)

    def test_a_known_browser_has_ten_tries_as_well(self):
        log_in(self.client, "surgeon", PASSWORD)
        self.client.post("/logout/")
        self.wrong(self.client, 10)
        self.assertEqual(log_in(self.client, "surgeon", PASSWORD).status_code, 200)

    def test_a_forged_mark_makes_no_browser_known(self):
        log_in(self.client, "surgeon", PASSWORD)
        self.client.post("/logout/")
        self.client.cookies["device"] = self.client.cookies["device"].value[:-2] + "xx"
        self.wrong(Client(), 10)
        self.assertEqual(log_in(self.client, "surgeon", PASSWORD).status_code, 200)

    def test_another_spelling_of_the_name_is_the_same_account(self):
        for name in ("SURGEON", "Surgeon", "\uff53urgeon", "surgeon"):
            self.wrong(self.client, 3, name)
        self.assertIn("Too many", Page(log_in(self.client, "surgeon", PASSWORD)).text)

    def test_right_passwords_are_not_counted(self):
        for _ in range(12):
            self.assertEqual(log_in(Client(), "surgeon", PASSWORD).status_code, 302)

    def test_an_account_that_does_not_exist_is_refused_alike(self):
        self.assertIn("Too many", Page(self.wrong(self.client, 11, "nobody")).text)

    def test_many_names_from_one_address_are_refused_after_a_hundred(self):
        for _number in range(100):
            limits.allow("passwords-from:127.0.0.1", 100, 900)
        self.assertIn("Too many", Page(log_in(self.client, "surgeon", PASSWORD)).text)

    @override_settings(PROXIES=1)
    def test_the_address_is_the_one_our_own_web_server_saw_not_one_that_was_sent(self):
        for _ in range(100):
            limits.allow("passwords-from:192.0.2.7", 100, 900)
        given = {"username": "surgeon", "password": PASSWORD}
        sent = self.client.post("/login/", given, headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.7"})
        self.assertIn("Too many", Page(sent).text)
        sent = self.client.post("/login/", given, headers={"X-Forwarded-For": "192.0.2.7, 192.0.2.8"})
        self.assertEqual(sent.status_code, 302)

    def test_nothing_that_was_typed_is_kept(self):
        self.wrong(self.client, 1, "vier ruhige Teiche")
        kept = str(list(Limit.objects.values()))
        self.assertNotIn("ruhige", kept)
        self.assertNotIn("wrong", kept)

    def test_what_limits_nothing_any_more_is_gone_after_the_next_login(self):
        self.wrong(self.client, 2, "nobody")
        Limit.objects.update(forget_at=timezone.now() - timedelta(seconds=1))
        log_in(self.client, "surgeon", PASSWORD)
        self.assertFalse(Limit.objects.filter(forget_at__lt=timezone.now()).exists())
