"""No input makes a traceback: whatever the table and the options, an answer or one line and status 2."""

from __future__ import annotations

import math
import warnings

from django.core.management import CommandError
from django.test import SimpleTestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.asking import answer, csv, said

MODERATE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

numbers = st.one_of(
    st.integers(0, 5),
    st.floats(0, 1000, allow_nan=False).map(lambda value: round(value, 3)),
    st.sampled_from(["1e99", "1e-99", "0", "0.1", "0.30000000000000004"]),
)
letters = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=4)
gaps = st.sampled_from([None, "NA", "未知"])
cells = st.one_of(
    numbers, gaps, letters, st.sampled_from(["-1", "1e308", "1e-308", "a", "甲", "１", '"', "1,5"])
)
flags = st.sampled_from([0, 1, 1, 0, 1, None])


def plausible(draw, names: dict[str, st.SearchStrategy], most: int = 14) -> dict[str, list]:
    n = draw(st.integers(1, most))
    return {name: draw(st.lists(values, min_size=n, max_size=n)) for name, values in names.items()}


@st.composite
def cohorts(draw) -> str:
    """Tables as they may come: times with ties and extremes, gaps, constant and separating covariates."""
    time = draw(
        st.sampled_from([numbers, st.integers(0, 4), st.just(3), st.floats(0, 9).map(lambda v: v / 7)])
    )
    event = draw(st.sampled_from([flags, st.just(1), st.just(0), st.sampled_from([0, 1, 2])]))
    y = draw(st.sampled_from([st.just(1), st.integers(0, 1), st.sampled_from(["u", "v", "w"])]))
    table = plausible(
        draw,
        {
            "time": st.one_of(time, time, time, gaps),
            "event": event,
            "entry": st.sampled_from([0, 0.25, 0.5]),
            "group": st.sampled_from(["a", "b", "c", None]),
            "x": st.one_of(numbers, gaps),
            "y": y,
        },
    )
    table["entry"] = [_share(*pair) for pair in zip(table["entry"], table["time"], strict=True)]
    return csv(**table)


def _share(share: float, time: object) -> float:
    """An entry before its time, wherever there can be one."""
    return share * float(time) if time not in (None, "NA", "未知") else 0


@st.composite
def rubbish(draw) -> str:
    """Any cells under the headings that are asked for."""
    names = dict.fromkeys(("time", "event", "entry", "group", "x", "y"), cells)
    table = plausible(draw, names, 6)
    return csv(**{name: [_written(cell) for cell in column] for name, column in table.items()})


def _written(cell: object) -> object:
    return '"' + str(cell).replace('"', '""') + '"' if isinstance(cell, str) else cell


survival_options = st.tuples(
    st.sampled_from([(), ("--event-value", "1"), ("--event-value", "1", "--competing-value", "2")]),
    st.sampled_from([(), ("--group", "group"), ("--group", "y")]),
    st.sampled_from(
        [(), ("--covariates", "x"), ("--covariates", "x,y"), ("--covariates", "y", "--categories", "y")]
    ),
    st.sampled_from([(), ("--entry", "entry")]),
    st.sampled_from([(), ("--landmarks", "0,1,3.5,1e50")]),
    st.sampled_from([(), ("--tau", "2"), ("--tau", "1e90")]),
    st.sampled_from([(), ("--level", "0.5"), ("--conventions", "paper")]),
).map(lambda parts: sum(parts, ()))
describe_options = st.tuples(
    st.sampled_from([(), ("--group", "group"), ("--group", "event")]),
    st.sampled_from([(), ("--numbers", "x"), ("--categories", "x"), ("--categories", "time,y")]),
    st.sampled_from([(), ("--level", "0.99"), ("--conventions", "paper")]),
).map(lambda parts: sum(parts, ()))
printed = st.sampled_from(
    [("--format", "text"), ("--format", "html", "--language", "zh"), ("--format", "text", "--language", "zh")]
)


def asked(command: str, table: str | bytes, *options: str) -> dict | None:
    """The answer, None where it is refused with status 2 in one line; warnings count as errors."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if "--format" in options:
                said(command, table, *options)
                return None
            return answer(command, table, *options)
    except CommandError as error:
        if error.returncode != 2 or "\n" in str(error):
            raise AssertionError(f"status {error.returncode}: {error}") from error
        return None


class SurvivalPropertyTest(SimpleTestCase):
    base = ("--time", "time", "--event", "event")

    @MODERATE
    @given(cohorts(), survival_options)
    def test_a_cohort_is_answered_or_refused(self, table, options):
        found = asked("survival", table, *self.base, *options)
        if found:
            self.consistent(found)

    @MODERATE
    @given(cohorts(), survival_options, printed)
    def test_a_cohort_is_printed_or_refused(self, table, options, form):
        asked("survival", table, *self.base, *options, *form)

    @MODERATE
    @given(rubbish(), survival_options)
    def test_rubbish_is_answered_or_refused(self, table, options):
        asked("survival", table, *self.base, *options)

    @MODERATE
    @given(st.binary(max_size=60), st.sampled_from([b"time,event\n", b"", b"\xff\xfe", b"time;event\n1;1\n"]))
    def test_any_bytes_are_answered_or_refused(self, tail, head):
        asked("survival", head + tail, *self.base)

    @MODERATE
    @given(st.lists(st.text(max_size=6), min_size=7, max_size=7))
    def test_any_option_values_are_answered_or_refused(self, texts):
        table = csv(time=[1, 2, 3], event=[1, 0, 1])
        names = ("landmarks", "tau", "level", "covariates", "event-value", "group", "missing")
        for name, text in zip(names, texts, strict=True):
            asked("survival", table, *self.base, f"--{name}={text}")

    def consistent(self, found: dict) -> None:
        """What must hold of every answer."""
        rows = found["source"]["rows"]
        self.assertEqual(found["n"] + found["missing"], rows)
        self.assertNotIn("failed", [one["reason"] for one in found["not_computed"].values()])
        groups = found["groups"]
        if groups:
            self.assertEqual(sum(group["n"] for group in groups), found["n"])
            self.assertEqual(sum(group["events"] for group in groups), found["events"])
        for group in [found["overall"], *groups]:
            curve = [point["survival"] for point in group["curve"]]
            self.assertEqual(curve, sorted(curve, reverse=True))
            self.assertEqual(sum(point["events"] for point in group["curve"]), group["events"])
        self.each_number_or_reason(found)

    def each_number_or_reason(self, part: object) -> None:
        """Every estimate and test holds its value or says why not, and its interval holds the value."""
        if isinstance(part, list):
            for one in part:
                self.each_number_or_reason(one)
        elif isinstance(part, dict):
            if "reason" in part and "value" in part:
                self.assertTrue(part["value"] is not None or part["reason"])
                limits = [part["lower"], part["value"], part["upper"]]
                if None not in limits and part["method"] != "spss":
                    slack = 1e-9 * max(map(abs, limits))
                    self.assertLessEqual(limits[0], limits[1] + slack)
                    self.assertLessEqual(limits[1], limits[2] + slack)
            if "p" in part and part["p"] is not None:
                self.assertTrue(0 <= part["p"] <= 1 and not math.isnan(part["p"]))
            for one in part.values():
                self.each_number_or_reason(one)


class DescribePropertyTest(SimpleTestCase):
    base = ("--columns", "x,y,time")

    @MODERATE
    @given(cohorts(), describe_options)
    def test_a_cohort_is_answered_or_refused(self, table, options):
        found = asked("describe", table, *self.base, *options)
        if found:
            self.assertEqual(found["not_computed"], {})
            for column in found["columns"].values():
                overall = column["overall"]
                self.assertEqual(overall["n"] + overall["missing"], found["n"])
                self.assertEqual(sum(overall["missing_by_reason"].values()), overall["missing"])

    @MODERATE
    @given(cohorts(), describe_options, printed)
    def test_a_cohort_is_printed_or_refused(self, table, options, form):
        asked("describe", table, *self.base, *options, *form)

    @MODERATE
    @given(rubbish(), describe_options)
    def test_rubbish_is_answered_or_refused(self, table, options):
        asked("describe", table, *self.base, *options)

    @MODERATE
    @given(st.binary(max_size=60))
    def test_any_bytes_are_answered_or_refused(self, tail):
        asked("describe", b"x,y\n" + tail, "--columns", "x,y")

    @MODERATE
    @given(st.lists(st.text(max_size=6), min_size=4, max_size=4))
    def test_any_option_values_are_answered_or_refused(self, texts):
        table = csv(x=[1, 2, 3], y=["a", "b", "a"])
        for name, text in zip(("columns", "group", "numbers", "categories"), texts, strict=True):
            asked("describe", table, "--columns=x", f"--{name}={text}")
