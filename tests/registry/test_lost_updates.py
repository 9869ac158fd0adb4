"""Nothing acknowledged is lost and nothing is stored twice: through real processes and real forms."""

from __future__ import annotations

import threading
from collections import Counter

from registry.models import Assessment, Change, Consent
from tests import factories
from tests.load.browser import Browser
from tests.load.site import Site, on_the_test_database
from tests.load.team import PASSWORD, run
from tests.pages import section_url, with_row
from tests.promises import measured, proves, size
from tests.transactions import RealTransactions

FIELDS = {"head-total_liver_volume_ml": (800, 4500), "head-flr_ml": (250, 2500)}  # no doubt within

ASKED = {"liver_burden_pct": 30, "liver_burden_method": "volumetry_manual"}  # else volumes are not asked


class ThroughTheForms(RealTransactions):
    def setUp(self):
        self.centre = factories.centre()

    def editors(self, how_many: int) -> list[str]:
        names = [f"writer{number}" for number in range(how_many)]
        for name in names:
            factories.member(name, self.centre, password=PASSWORD)
        return names

    def site(self) -> Site:
        return Site(4, on_the_test_database())


@proves("P5", "T8")
class LostUpdates(ThroughTheForms):
    def stored(self, patients: dict[str, int]) -> Counter:
        """Every change of the answers in the trail: path, question, from, to."""
        path_of = {patient_id: path for path, patient_id in patients.items()}
        found: Counter = Counter()
        for change in Change.objects.filter(table_name=Assessment._meta.db_table):
            for name in FIELDS:
                if name.removeprefix("head-") in change.changes:
                    pair = change.changes[name.removeprefix("head-")]
                    before, after = ("" if one is None else str(one) for one in pair)
                    found[path_of[change.patient_id], name, before, after] += 1
        return found

    def test_of_all_acknowledged_edits_none_is_lost(self):
        edits = size("P5", reduced=160, full=10_000)
        writers, records = (16, 40) if edits > 1000 else (4, 8)
        patients = {}
        for number in range(records):
            one = factories.patient(f"L-{number:02}", self.centre)
            factories.row(Assessment, one, **ASKED, total_liver_volume_ml=2000, flr_ml=500)
            patients[section_url(one, "assessment")] = one.pk
        before = self.stored(patients)
        with self.site() as site:
            told = run(site, self.editors(writers), edits // writers, list(patients), FIELDS)
        acknowledged = Counter((one["path"], one["name"], one["seen"], one["stored"]) for one in told)
        in_trail = self.stored(patients) - before
        self.assertEqual(len(told), edits)
        self.assertEqual(
            acknowledged - in_trail, Counter(), "acknowledged and lost, or stored over something unseen"
        )
        self.assertEqual(in_trail - acknowledged, Counter(), "stored without having been acknowledged")
        conflicts = sum(one["conflicts"] for one in told)
        self.assertGreater(conflicts, 0, "nobody met anybody")
        lost = (acknowledged - in_trail).total()
        measured(
            "P5",
            f"{lost} lost of {edits} edits by {writers} writers over {records} records through real forms "
            f"of 4 web processes; {conflicts} conflicts shown",
        )


@proves("P25", "T9")
class Duplicates(ThroughTheForms):
    def send(self, browser: Browser, path: str, form: dict, times: int, together: bool) -> list[int]:
        """Post the same form several times, at once or one after the other; the answers' statuses."""
        statuses: list[int] = []
        senders = [
            threading.Thread(target=lambda: statuses.append(browser.post(path, form).status))
            for _time in range(times)
        ]
        for sender in senders:
            sender.start()
            if not together:
                sender.join()
        for sender in senders:
            sender.join()
        return statuses

    def test_of_double_and_retried_posts_none_is_stored_twice(self):
        forms = size("P25", reduced=60, full=1000)
        (name,) = self.editors(1)
        paths = [section_url(factories.patient(centre), "consent") for centre in self.numbers(20)]
        posts = 0
        with self.site() as site:
            browser = site.browser()
            browser.log_in(name, PASSWORD)
            for number in range(forms):
                path = paths[number % len(paths)]
                form = browser.opened(path)
                cards = sum(one.endswith("-present") for one in form)
                form = with_row(form, cards, consent_status="written", consent_date="2022-02-25")
                times = 2 + number % 2
                posts += times
                self.assertEqual(set(self.send(browser, path, form, times, number % 3 > 0)), {302})
        self.assertEqual(Consent.objects.count(), forms)
        duplicates = Consent.objects.count() - forms
        measured(
            "P25", f"{duplicates} duplicates of {forms} forms sent {posts} times by double click or retry"
        )

    def numbers(self, how_many: int) -> list[str]:
        return [f"D-{number:02}" for number in range(how_many)]
