"""A synthetic patient after discharge: scans, contacts, further treatment, death."""

from __future__ import annotations

from decimal import Decimal

from registry.demo.before import AGENTS
from registry.demo.chart import Chart
from registry.models import Death, FollowupVisit, Operation, PriorTreatment, SubsequentTherapy

BASELINE = (35, 95)
BASELINE_AT_THE_LATEST = 112
SURVIVAL_AFTER_PROGRESSION = 1500  # days, mean
SITES = {("yes", "no"): 70, ("no", "yes"): 14, ("yes", "yes"): 16}
LATER_LINE = {"targeted": 4, "prrt": 3, "chemo": 3, "tace": 3, "ssa": 1}
AFTER_HIGHER_GRADE = {"chemo": 4, "targeted": 3, "prrt": 3}
RELIEF_BEFORE = {"complete": 65, "partial": 28, "none": 7}
RELIEF_AFTER = {"partial": 40, "none": 45, "worse": 15}
SOURCES = {"family": 5, "hospital": 3, "register": 2}
CAUSES = {"liver_failure_tumour": 6, "tumour_other": 4}


class FollowUp:
    """The time after one operation, written down in order."""

    def __init__(self, chart: Chart, operated: Operation, earlier: list[PriorTreatment]):
        self.chart = chart
        self.traits = chart.traits
        self.residual = operated.residual_status == "r2"
        self.on_analogue = any(one.tx_category == "ssa" and one.tx_ongoing == "yes" for one in earlier)
        self.end = chart.traits.progression.days
        self.progressed = chart.traits.progression.event and not chart.traits.ends_in_death
        self.death_day = self._death_day()
        self.last_day = self.death_day or chart.traits.followed
        self.visits: list[FollowupVisit] = []
        self.therapies: list[SubsequentTherapy] = []
        self.death: Death | None = self._death() if self.death_day else None
        if not chart.traits.died_in_hospital:
            self._write()

    def _death_day(self) -> int | None:
        if self.traits.ends_in_death:
            return self.end
        if not self.progressed:
            return None
        day = self.end + 45 + int(self.chart.rng.expovariate(1 / SURVIVAL_AFTER_PROGRESSION))
        return day if day <= self.traits.followed else None

    def _death(self) -> Death:
        day = self.chart.on(self.death_day)
        if self.traits.died_in_hospital:
            return self.chart.row(
                Death,
                death_date=day,
                death_cause="surgical",
                death_related_to_surgery="definite",
                death_source="hospital",
            )
        cause = self.chart.pick(CAUSES) if self.progressed else "non_cancer"
        source = self.chart.pick(SOURCES)
        return self.chart.row(Death, death_date=day, death_cause=cause, death_source=source)

    def _write(self) -> None:
        scans = self._scans()
        for day in scans:
            starts = self._early_therapy(day) if day == scans[0] else False
            self._scan(day, is_baseline=day == scans[0], starts=starts)
        if self.progressed:
            self._progression()
        self._later_contacts()
        self.therapies.sort(key=lambda one: one.subs_start_date)
        for line, therapy in enumerate(self.therapies, start=1):
            therapy.line_no = line

    def _scans(self) -> list[int]:
        """Days of the scans without progression; the last one ends the time of who is censored."""
        event = self.traits.progression.event
        last = self.end - (21 if event else 40)
        day = self.chart.between(*BASELINE)
        days = [day] if day <= last or (not event and self.end > BASELINE_AT_THE_LATEST) else []
        while days and (day := day + self.chart.between(80, 100) * (1 if day < 365 else 2)) <= last:
            days.append(day)
        return days if event else [*days, self.end]

    def _early_therapy(self, first_scan: int) -> bool:
        """Treatment that goes on or follows from what the operation showed; True if this scan begins it."""
        chart = self.chart
        if self.on_analogue and chart.chance(0.7):
            self._therapy("ssa", chart.between(14, 30), "maintenance")
        risen = self.traits.grade_before < self.traits.grade_after
        start = first_scan + chart.between(6, 30)
        if start > min(self.end, self.last_day) - 10:
            return False
        if risen and chart.chance(0.7):
            self._therapy(chart.pick(AFTER_HIGHER_GRADE), start, "grade_up")
        elif self.residual and chart.chance(0.3):
            self._therapy(chart.pick(LATER_LINE), start, "residual")
        else:
            return False
        return True

    def _therapy(self, category: str, start: int, reason: str) -> None:
        given: dict[str, object] = {}
        if category in AGENTS:
            given["subs_agent"] = [self.chart.pick(AGENTS[category])]
        self.therapies.append(
            self.chart.row(
                SubsequentTherapy,
                subs_category=category,
                subs_start_date=self.chart.on(start),
                subs_reason=reason,
                subs_guided_by_grade="yes" if reason == "grade_up" else "no",
                **given,
            )
        )

    def _scan(self, day: int, is_baseline: bool, starts: bool) -> None:
        """A visit with imaging that shows no progression."""
        shrinking = self.residual and not is_baseline and self.chart.chance(0.2)
        response = "pr" if shrinking else "sd" if self.residual else "ned"
        status = "response" if shrinking else "residual_stable" if self.residual else "ned"
        lost = self.traits.lost and self.traits.followed <= day + 4
        self._visit(
            day,
            "clinic",
            lost=lost,
            changed=starts,
            disease_status=status,
            imaging_done="yes",
            imaging_date=self.chart.on(day),
            imaging_modality=self._modality(),
            is_postop_baseline="yes" if is_baseline else "no",
            new_lesion="no",
            recist_overall=response,
            hepatic_progression="no",
            extrahepatic_progression="no",
        )

    def _modality(self) -> list[str]:
        return list(self.chart.pick({("mri",): 5, ("ct",): 4, ("mri", "sstr_pet"): 1}))

    def _progression(self) -> None:
        """The visit with the imaging that shows progression first, and the treatment that follows."""
        chart = self.chart
        liver, elsewhere = chart.pick(SITES)
        start = self.end + chart.between(10, 40)
        changed = start <= self.last_day and chart.chance(0.9)
        if changed:
            self._therapy(chart.pick(LATER_LINE), start, "progression")
        self._visit(
            self.end,
            "clinic",
            changed=changed,
            disease_status="progression" if self.residual else "recurrence",
            imaging_done="yes",
            imaging_date=chart.on(self.end),
            imaging_modality=self._modality(),
            is_postop_baseline="no",
            new_lesion="yes" if not self.residual or elsewhere == "yes" else chart.answer(0.5),
            recist_overall="pd",
            hepatic_progression=liver,
            extrahepatic_progression=elsewhere,
            progression_date=chart.on(self.end),
            progression_basis="imaging",
        )

    def _later_contacts(self) -> None:
        """Contacts after the last scan, by telephone or in clinic, and the last one of all."""
        day = self.end + self.chart.between(110, 190)
        while day < self.last_day - 60:
            self._contact(day, self.chart.pick({"phone": 5, "clinic": 5}) if self.progressed else "phone")
            day += self.chart.between(120, 190)
        if not self.death_day and self._last_visit() < self.traits.followed:
            self._contact(self.traits.followed, "phone", lost=self.traits.lost)

    def _last_visit(self) -> int:
        return max((one.visit_date.toordinal() - self.chart.day_0 for one in self.visits), default=0)

    def _contact(self, day: int, kind: str, lost: bool = False) -> None:
        if kind == "clinic" and self.residual and self.chart.chance(0.6):
            self._scan(day, is_baseline=False, starts=False)
            return
        given = {}
        if kind == "clinic":
            given["disease_status"] = "progression" if self.residual else "recurrence"
        self._visit(day, kind, lost=lost, imaging_done="no", **given)

    def _visit(self, day: int, kind: str, lost: bool = False, changed: bool = False, **given: object) -> None:
        """One row; a scan is talked over up to four days later."""
        chart, traits = self.chart, self.traits
        delay = min(chart.between(0, 4), self.last_day - day) if given["imaging_done"] == "yes" else 0
        progressed = self.progressed and day >= self.end
        if traits.syndrome:
            given["symptom_relief"] = chart.pick(RELIEF_AFTER if progressed else RELIEF_BEFORE)
            given["visit_stools_per_day"] = Decimal(chart.between(1, 5 if progressed else 3))
            if traits.syndrome == "carcinoid":
                given["visit_flushing_per_day"] = Decimal(chart.between(0, 4 if progressed else 1))
        if kind == "clinic":
            given["visit_ecog"] = chart.pick({"0": 6, "1": 4})
        self.visits.append(
            chart.row(
                FollowupVisit,
                visit_date=chart.on(day + delay),
                visit_type=kind,
                vital_status="alive_disease" if self.residual or progressed else "alive_ned",
                treatment_changed="yes" if changed else "no",
                lost_to_followup="yes" if lost else "no",
                **given,
            )
        )
