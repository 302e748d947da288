"""Answers to the same question on several submissions: what counts as different, and what stands."""

from collections.abc import Hashable
from typing import Any

import pytest

from casework.catalogue import catalogue
from casework.matching.applications import (
    Choice,
    Standing,
    comparable,
    comparable_entries,
    differing,
    mark,
)

HA = catalogue().service("HA")
KINDS = {question.key: question.type for step in HA.steps for question in step.questions}

SAME: list[tuple[str, Any, Any]] = [
    ("street", "Lindenstraße 4", "Lindenstr. 4"),
    ("family_name", "Al-Khatib", "al khatib"),
    ("rent", "480.50", "480.5"),
    ("iban", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
    ("work", ["employed", "studying"], ["studying", "employed"]),
]
DIFFERENT: list[tuple[str, Any, Any]] = [
    ("street", "Lindenstraße 4", "Lindenstraße 14"),
    ("rent", "480.50", "480.55"),
    ("lives_with_others", True, False),
    ("housing_kind", "rent", "own"),
    ("birth_date", "1991-07-03", "1991-03-07"),
    ("work", ["employed"], ["employed", "studying"]),
]


@pytest.mark.parametrize(("key", "one", "other"), SAME)
def test_spelling_alone_is_no_difference(key: str, one: Any, other: Any) -> None:
    assert comparable(KINDS[key], one) == comparable(KINDS[key], other)


@pytest.mark.parametrize(("key", "one", "other"), DIFFERENT)
def test_another_value_is_a_difference(key: str, one: Any, other: Any) -> None:
    assert comparable(KINDS[key], one) != comparable(KINDS[key], other)


def test_people_named_in_another_order_are_the_same_and_one_more_is_not() -> None:
    lina = {"given_name": "Lina", "birth_date": "2019-02-01", "relation": "child_under_15"}
    omar = {"given_name": "Omar", "birth_date": "1988-05-12", "relation": "partner"}
    kinds = {question.key: question.type for question in HA.step("members").questions}
    assert comparable_entries(kinds, [lina, omar]) == comparable_entries(kinds, [omar, lina])
    assert comparable_entries(kinds, [lina]) != comparable_entries(kinds, [lina, omar])


GIVEN: dict[str, dict[int, Hashable]] = {
    "rent": {1: "480", 2: "520"},
    "city": {1: "x", 2: "x"},
    "only": {1: "y"},
}


def test_only_questions_with_two_different_answers_differ() -> None:
    (found,) = differing(GIVEN, {})
    assert (found.key, found.answers, found.standing) == ("rent", ((1,), (2,)), Standing.OPEN)


def test_a_choice_decides_and_says_which_answer_holds() -> None:
    (found,) = differing(GIVEN, {"rent": Choice(7, 2, frozenset({1, 2}))})
    assert (found.standing, found.holds, found.newer) == (Standing.DECIDED, 1, frozenset())


def test_a_newer_answer_that_agrees_with_the_choice_changes_nothing() -> None:
    given = {"rent": {**GIVEN["rent"], 3: "520"}}
    (found,) = differing(given, {"rent": Choice(7, 2, frozenset({1, 2}))})
    assert (found.standing, found.answers) == (Standing.DECIDED, ((1,), (2, 3)))


@pytest.mark.parametrize("said", ["480", "499"])
def test_a_newer_answer_that_differs_from_the_choice_asks_again(said: str) -> None:
    given = {"rent": {**GIVEN["rent"], 3: said}}
    (found,) = differing(given, {"rent": Choice(7, 2, frozenset({1, 2}))})
    assert (found.standing, found.holds, found.newer) == (Standing.AGAIN, 1, {3})


def test_a_choice_of_a_submission_that_left_the_case_holds_no_longer() -> None:
    (found,) = differing(GIVEN, {"rent": Choice(7, 9, frozenset({1, 2, 9}))})
    assert found.standing == Standing.OPEN


def test_the_mark_of_a_page_changes_with_answers_and_with_choices() -> None:
    (first,) = differing(GIVEN, {})
    (more,) = differing({"rent": {**GIVEN["rent"], 3: "520"}}, {})
    choice = Choice(7, 2, frozenset({1, 2}))
    (decided,) = differing(GIVEN, {"rent": choice})
    assert len({mark(first, None), mark(more, None), mark(decided, choice)}) == 3
