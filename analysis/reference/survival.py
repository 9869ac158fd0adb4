"""The numbers of survival.R computed with our own code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from analysis import survival
from analysis.estimate import Estimate, Test
from analysis.reference.data import table

TOLERANCES = {"*": 1e-9}

TYPES = ("plain", "log", "log-log")
QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}
Answer = tuple[str, float | None]


def answers() -> dict[str, float | None]:
    """Every number of survival.csv by its name."""
    parts = (_curves(), _tests(), _delayed_entry_and_trend(), _pairs(), _means())
    return {name: None if value is None else float(value) for part in parts for name, value in part}


def _curves() -> Iterator[Answer]:
    lung, leukemia, larynx = table("lung"), table("leukemia"), _larynx()
    aids, psychiatric = table("multicenter_aids_cohort_study"), table("psychiatric_patients")
    columns = {
        "lung": (lung, "time", "status"),
        **{f"lung/sex={sex}": (lung[lung.sex == sex], "time", "status") for sex in (1, 2)},
        "gbsg2": (table("gbsg2"), "time", "cens"),
        "rossi": (table("rossi"), "week", "arrest"),
        "leukemia": (leukemia, "t", "status"),
        **{f"leukemia/Rx={rx}": (leukemia[leukemia.Rx == rx], "t", "status") for rx in (0, 1)},
        "waltons": (table("waltons"), "T", "E"),
        "larynx": (larynx, "time", "death"),
        **{f"larynx/stage={s}": (larynx[larynx.stage == s], "time", "death") for s in range(1, 5)},
        "psychiatric": (psychiatric, "T", "C"),
        **{name: (table(name), "time", "event") for name in ("check72", "formula31", "formula1000")},
    }
    curves = {
        name: survival.kaplan_meier(frame[time], frame[event])
        for name, (frame, time, event) in columns.items()
    }
    curves["psychiatric/from-age"] = survival.kaplan_meier(
        psychiatric["Age"] + psychiatric["T"], psychiatric["C"], psychiatric["Age"]
    )
    curves["aids/delayed-entry"] = survival.kaplan_meier(aids["T"], aids["D"], aids["W"])
    restarted, event, _ = survival.landmark_restart(lung["time"], lung["status"], 180)
    curves["lung/from-180"] = survival.kaplan_meier(restarted, event)
    for name, curve in curves.items():
        yield from _curve(name, curve)


def _curve(name: str, curve: survival.KaplanMeier) -> Iterator[Answer]:
    last = curve.last_time
    yield f"{name}/n", curve.n
    yield f"{name}/events", curve.total_events
    yield from _rates(f"{name}/curve", curve, curve.time[np.arange(6) * (curve.time.size - 1) // 5])
    yield from _rates(f"{name}/landmark", curve, last * np.array([0.1, 0.33, 0.5]))
    yield from _quantiles(name, curve, survival.quantile)
    yield from _mean(f"{name}/mean", survival.mean_spss(curve))
    yield from _mean(f"{name}/rmst", survival.rmst(curve, last / 2))
    yield from _quantiles(f"{name}/follow-up", curve, survival.followup_quantile)


def _rates(name: str, curve: survival.KaplanMeier, times: np.ndarray) -> Iterator[Answer]:
    for k, time in enumerate(times.tolist(), start=1):
        for kind in TYPES:
            rate = survival.rate_at(curve, time, kind)
            exact = rate.method == "clopper-pearson"
            yield f"{name}/{k}/{kind}/lower", None if exact else rate.lower
            yield f"{name}/{k}/{kind}/upper", None if exact else rate.upper
        yield f"{name}/{k}/time", rate.time
        yield f"{name}/{k}/survival", rate.value
        yield f"{name}/{k}/se", rate.se
        yield f"{name}/{k}/at_risk", rate.at_risk
        yield f"{name}/{k}/events", rate.events


def _quantiles(name: str, curve: survival.KaplanMeier, quantile: Callable[..., Estimate]) -> Iterator[Answer]:
    for quartile, p in QUARTILES.items():
        for kind in TYPES:
            found = quantile(curve, p, method=kind)
            for number in ("value", "lower", "upper"):
                yield f"{name}/{quartile}/{kind}/{number}", getattr(found, number)


def _mean(name: str, found: Estimate) -> Iterator[Answer]:
    yield f"{name}/value", found.value
    yield f"{name}/se", found.se


def _tests() -> Iterator[Answer]:
    compared = (
        ("lung/by-sex", "lung", "time", "status", "sex", None),
        ("lung/by-ecog", "lung", "time", "status", "ph.ecog", None),
        ("lung/by-sex-within-ecog", "lung", "time", "status", "sex", "ph.ecog"),
        ("lung/by-ecog-within-sex", "lung", "time", "status", "ph.ecog", "sex"),
        ("gbsg2/by-grade", "gbsg2", "time", "cens", "tgrade", None),
        ("gbsg2/by-therapy-within-grade", "gbsg2", "time", "cens", "horTh", "tgrade"),
        ("rossi/by-aid", "rossi", "week", "arrest", "fin", None),
        ("leukemia/by-treatment", "leukemia", "t", "status", "Rx", None),
        ("waltons/by-group", "waltons", "T", "E", "group", None),
        ("larynx/by-stage", "larynx", "time", "death", "stage", None),
        ("psychiatric/by-sex", "psychiatric_patients", "T", "C", "sex", None),
        ("formula31/by-group", "formula31", "time", "event", "group", None),
        ("formula1000/by-group", "formula1000", "time", "event", "group", None),
    )
    for name, frame_name, *columns in compared:
        frame = _larynx() if frame_name == "larynx" else table(frame_name)
        time, event, group, strata = (column and frame[column] for column in columns)
        for weight in survival.WEIGHTS:
            arguments = {"weight": weight, "strata": strata}
            yield from _test(f"{name}/{weight}", survival.rank_test(time, event, group, **arguments))
            if strata is None and weight in ("log-rank", "peto"):  # the two that survdiff knows
                sums = survival.rank_sums(time, event, group, **arguments)
                for k in range(len(sums.levels)):
                    yield f"{name}/{weight}/expected/{k + 1}", sums.expected[k]
                    yield f"{name}/{weight}/observed/{k + 1}", sums.observed[k]


def _test(name: str, found: Test) -> Iterator[Answer]:
    for number in ("statistic", "df", "p"):
        yield f"{name}/{number}", getattr(found, number)


def _delayed_entry_and_trend() -> Iterator[Answer]:
    lung, larynx = table("lung"), _larynx()
    aids, psychiatric = table("multicenter_aids_cohort_study"), table("psychiatric_patients")
    for weight in survival.WEIGHTS:
        half = aids["AIDSY"] > 1994.8
        found = survival.rank_test(aids["T"], aids["D"], half, weight=weight, entry=aids["W"])
        yield from _test(f"aids/delayed-entry/by-half/{weight}", found)
        age, status, sex = psychiatric["Age"], psychiatric["C"], psychiatric["sex"]
        found = survival.rank_test(age + psychiatric["T"], status, sex, weight=weight, entry=age)
        yield from _test(f"psychiatric/from-age/by-sex/{weight}", found)
        found = survival.trend_test(larynx["time"], larynx["death"], larynx["stage"], weight=weight)
        yield from _test(f"larynx/trend/{weight}", found)
        found = survival.trend_test(
            lung["time"],
            lung["status"],
            lung["ph.ecog"],
            scores={0: 0, 1: 1, 2: 4, 3: 9},
            weight=weight,
            strata=lung["sex"],
        )
        yield from _test(f"lung/trend-in-ecog-within-sex/{weight}", found)


def _pairs() -> Iterator[Answer]:
    larynx, gbsg2 = _larynx(), table("gbsg2")
    for name, columns in (
        ("larynx/pairs", (larynx["time"], larynx["death"], larynx["stage"])),
        ("gbsg2/pairs", (gbsg2["time"], gbsg2["cens"], gbsg2["tgrade"])),
    ):
        for pair in survival.pairwise(*columns, adjust="holm"):
            yield f"{name}/{pair.first}-{pair.second}/p", pair.test.p
            yield f"{name}/{pair.first}-{pair.second}/holm", pair.p_adjusted
        for pair in survival.pairwise(*columns, adjust="bh"):
            yield f"{name}/{pair.first}-{pair.second}/bh", pair.p_adjusted


def _means() -> Iterator[Answer]:
    lung, aids = table("lung"), table("multicenter_aids_cohort_study")
    men, women = (
        survival.kaplan_meier(rows["time"], rows["status"]) for rows in (lung[lung.sex == s] for s in (1, 2))
    )
    for tau in (90, 365, 700):
        found, test = survival.rmst_difference(men, women, tau), survival.rmst_test(men, women, tau)
        name = f"lung/difference/tau={tau}"
        for number in ("value", "se", "lower", "upper"):
            yield f"{name}/{number}", getattr(found, number)
        yield f"{name}/statistic", test.statistic
        yield f"{name}/p", test.p
    yield from _mean("lung/tau=365", survival.rmst(survival.kaplan_meier(lung["time"], lung["status"]), 365))
    delayed = survival.kaplan_meier(aids["T"], aids["D"], aids["W"])
    yield from _mean("aids/delayed-entry/tau=3", survival.rmst(delayed, 3))


def _larynx() -> pd.DataFrame:
    """The larynx table with its stage, 1 to 4, in one column."""
    frame = table("larynx")
    stage = 1 + frame["Stage_II"] + 2 * frame["Stage_III"] + 3 * frame["Stage_IV"]
    return frame.assign(stage=stage)
