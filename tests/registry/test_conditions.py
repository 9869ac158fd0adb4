"""When a question is asked: what the browser is told gives the same answer as the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.case import REPEATED, SINGLE
from registry.conditions import All, Any, Condition, Given, GivenExcept, Is, Within
from registry.fields import Day, answers
from registry.models import CLINICAL, Centre, Patient

CODES = ("a", "b", "c")
OWN, ELSEWHERE, DAY, DAY_ELSEWHERE = ("one", "two"), ("part.one", "part.two"), "day", "part.day"
START = date(2020, 1, 1)
SECTIONS = {"patient": Patient, "centre": Centre, **SINGLE, **REPEATED}


def browser(condition: object, typed: dict[str, list[str]]) -> bool:
    """What form.js makes of a condition. `typed` are the texts of the inputs, as lists."""
    if isinstance(condition, bool):
        return condition
    ((kind, rest),) = condition.items()
    if kind in ("all", "any"):
        return {"all": all, "any": any}[kind](browser(one, typed) for one in rest)
    if kind == "given":
        return bool(typed.get(rest))
    if kind == "within":
        name, since, days = rest
        texts = typed.get(name)
        return bool(texts) and (date.fromisoformat(texts[0]) - date.fromisoformat(since)).days <= days
    name, listed = rest
    texts = typed.get(name) or []
    matches = any(one in listed for one in texts)
    return matches if kind == "is" else bool(texts) and not matches


def as_typed(value: object) -> list[str]:
    """The inputs that hold an answer."""
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


some_codes = st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True).map(tuple)
some_name = st.sampled_from(OWN + ELSEWHERE)
simple = st.one_of(
    st.builds(lambda name, codes: Is(name, *codes), some_name, some_codes),
    st.builds(Given, some_name),
    st.builds(lambda name, codes: GivenExcept(name, *codes), some_name, some_codes),
    st.builds(Within, st.just(DAY), st.just(DAY_ELSEWHERE), st.integers(0, 120)),
)
some_condition = st.recursive(
    simple,
    lambda parts: st.builds(
        lambda kind, some: kind(tuple(some)), st.sampled_from((All, Any)), st.lists(parts, max_size=3)
    ),
    max_leaves=6,
)
one_answer = st.one_of(
    st.none(), st.sampled_from(CODES), st.lists(st.sampled_from(CODES), max_size=3, unique=True)
)
one_day = st.one_of(st.none(), st.integers(-200, 200).map(lambda days: START + timedelta(days)))
all_answers = st.fixed_dictionaries(
    dict.fromkeys(OWN + ELSEWHERE, one_answer) | {DAY: one_day, DAY_ELSEWHERE: one_day}
)


class SameAnswer(TestCase):
    @settings(deadline=None)
    @given(some_condition, all_answers)
    def test_browser_and_server_decide_alike(self, condition: Condition, answered: dict):
        sent = json.loads(json.dumps(condition.as_data(answered.get)))
        typed = {name: as_typed(value) for name, value in answered.items() if "." not in name}
        self.assertEqual(browser(sent, typed), condition.holds(answered.get))

    @settings(deadline=None)
    @given(some_condition)
    def test_without_any_answer_they_decide_alike_too(self, condition: Condition):
        self.assertEqual(
            browser(condition.as_data(lambda _name: None), {}), condition.holds(lambda _name: None)
        )

    @settings(deadline=None)
    @given(some_condition, all_answers)
    def test_only_the_answers_that_it_names_matter(self, condition: Condition, answered: dict):
        named = set(condition.names())
        others = {name: value if name in named else None for name, value in answered.items()}
        self.assertEqual(condition.holds(answered.get), condition.holds(others.get))


class Meaning(TestCase):
    def test_one_of_several_codes_is_enough(self):
        self.assertTrue(Is("one", "a", "b").holds({"one": "b"}.get))
        self.assertFalse(Is("one", "a", "b").holds({"one": "c"}.get))
        self.assertTrue(Is("one", "a").holds({"one": ["c", "a"]}.get))

    def test_no_answer_is_neither_given_nor_anything_else(self):
        for nothing in (None, "", []):
            for condition in (Is("one", "a"), Given("one"), GivenExcept("one", "a")):
                self.assertFalse(condition.holds({"one": nothing}.get), f"{condition} {nothing!r}")

    def test_given_except_wants_an_answer(self):
        self.assertTrue(GivenExcept("one", "a").holds({"one": "b"}.get))
        self.assertFalse(GivenExcept("one", "a").holds({"one": "a"}.get))

    def test_a_zero_is_an_answer(self):
        self.assertTrue(Given("one").holds({"one": 0}.get))

    def test_the_last_day_within_counts(self):
        condition = Within("day", "part.day", 90)
        for days, holds in ((89, True), (90, True), (91, False)):
            answered = {"day": START + timedelta(days), "part.day": START}
            self.assertEqual(condition.holds(answered.get), holds, days)

    def test_within_needs_both_days(self):
        condition = Within("day", "part.day", 90)
        self.assertFalse(condition.holds({"day": START}.get))
        self.assertIs(condition.as_data({"day": START}.get), False)

    def test_and_binds_both_and_or_either(self):
        first, second = Is("one", "a"), Is("two", "b")
        self.assertTrue((first & second).holds({"one": "a", "two": "b"}.get))
        self.assertFalse((first & second).holds({"one": "a"}.get))
        self.assertTrue((first | second).holds({"two": "b"}.get))
        self.assertEqual(list((first | second).names()), ["one", "two"])


class DeclaredConditions(TestCase):
    """The conditions of the record itself."""

    def every_condition(self) -> Iterator[tuple[type, object]]:
        for model in CLINICAL:
            for answer in answers(model):
                if answer.shown_when:
                    yield model, answer

    def named(self, model: type, name: str) -> object:
        if "." in name:
            section, name = name.split(".")
            model = SECTIONS[section]
        return model._meta.get_field(name)

    def leaves(self, condition: Condition) -> Iterator[Condition]:
        if isinstance(condition, All | Any):
            for part in condition.parts:
                yield from self.leaves(part)
        else:
            yield condition

    def test_every_name_is_a_question_and_every_code_one_of_its_answers(self):
        for model, answer in self.every_condition():
            for leaf in self.leaves(answer.shown_when):
                with self.subTest(f"{model.__name__}.{answer.name}"):
                    asked = self.named(model, leaf.name)
                    for code in getattr(leaf, "codes", ()) if asked.codes else ():
                        self.assertIn(code, asked.codes)
                    if isinstance(leaf, Within):
                        self.assertIsInstance(asked, Day)
                        self.assertIsInstance(self.named(model, leaf.since), Day)

    def test_answers_of_other_sections_come_from_sections_that_do_not_repeat(self):
        for model, answer in self.every_condition():
            for name in answer.shown_when.names():
                if "." in name:
                    self.assertIn(
                        name.split(".")[0], {"patient", "centre", *SINGLE}, f"{model} {answer.name}"
                    )

    def test_a_question_comes_after_the_conditional_questions_that_decide_on_it(self):
        for model, answer in self.every_condition():
            order = [one.name for one in answers(model)]
            for name in answer.shown_when.names():
                if "." not in name and model._meta.get_field(name).shown_when:
                    self.assertLess(order.index(name), order.index(answer.name), f"{model} {answer.name}")

    def test_no_question_decides_on_itself(self):
        for model, answer in self.every_condition():
            self.assertNotIn(answer.name, set(answer.shown_when.names()), f"{model} {answer.name}")
