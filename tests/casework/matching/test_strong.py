"""Whose is it? Rules of the strong keys, as a table."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.envelope import Sender
from casework.matching.names import fold
from casework.matching.strong import Known, OpenCase, agrees, judge_case, judge_person

DAY = date(1991, 7, 3)
AMIRA = Known(1, "Amira", "Haddad", "Nasser", DAY)
TWIN = Known(2, "Samira", "Haddad", "", DAY)
NOTHING: dict[str, Any] = {"customer": None, "household": [], "namesakes": []}
SON = Known(3, "Karim", "Haddad", "", date(2008, 1, 9))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "MUELLER"),
        ("Özdemir", "Oezdemir"),
        ("Groß", "Gross"),
        ("Al-Khatib", "al khatib"),
        ("Ñúñez", "Nunez"),
        ("Işık", "Isik"),
    ],
)
def test_fold_takes_spellings_of_one_name_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_fold_is_stable(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (Sender(birth_date=DAY), True),
        (Sender(family_name="HADDAD"), True),
        (Sender(family_name="Nasser"), True),  # name at birth
        (Sender(family_name="Haddad", birth_date=date(1991, 3, 7)), False),
        (Sender(given_name="Amira"), False),
        (Sender(), False),
    ],
)
def test_agrees(sender: Sender, expected: bool) -> None:
    assert agrees(sender, AMIRA) is expected


@pytest.mark.parametrize(
    ("sender", "known", "reason", "person"),
    [
        (Sender(birth_date=DAY), {"customer": AMIRA}, "customer_number", 1),
        (Sender(birth_date=date(1980, 1, 1)), {"customer": AMIRA}, "customer_number_contradicts", None),
        (Sender(), {"customer": AMIRA}, "customer_number_contradicts", None),
        (Sender(birth_date=SON.birth_date), {"household": [AMIRA, SON]}, "household_number", 3),
        (Sender(given_name="Samira", birth_date=DAY), {"household": [AMIRA, TWIN]}, "household_number", 2),
        (Sender(birth_date=DAY), {"household": [AMIRA, TWIN]}, "household_unclear", None),
        (Sender(family_name="Haddad"), {"household": [AMIRA]}, "household_unclear", None),
        (
            Sender(family_name="Weber", birth_date=date(1970, 1, 1)),
            {"household": [AMIRA]},
            "household_unclear",
            None,
        ),
        (Sender("Amira", "Haddad", birth_date=DAY), {"namesakes": [AMIRA]}, "same_name_and_birth_date", None),
        (Sender(customer_number="999A999999"), {}, "number_unknown", None),
        (Sender(), {}, "no_number", None),
    ],
)
def test_judge_person(sender: Sender, known: dict, reason: str, person: int | None) -> None:
    judged = judge_person(sender, may_be_new=False, **{**NOTHING, **known})
    assert (judged.reason, judged.person, judged.new) == (reason, person, False)


def test_judge_person_is_new_only_with_name_and_birth_date_and_if_the_service_opens_cases() -> None:
    full = Sender("Amira", "Haddad", birth_date=DAY)
    assert judge_person(full, may_be_new=True, **NOTHING).new
    assert not judge_person(full, may_be_new=False, **NOTHING).new
    assert not judge_person(Sender("Amira", "Haddad"), may_be_new=True, **NOTHING).new


@pytest.mark.parametrize(
    ("open_cases", "opens", "case", "new", "reason"),
    [
        ([OpenCase(1, "HA")], True, 1, False, "r"),
        ([OpenCase(1, "WBA"), OpenCase(2, "HA")], True, 2, False, "r"),
        ([OpenCase(1, "WBA")], True, 1, False, "r"),
        ([OpenCase(1, "WBA"), OpenCase(2, "WBA")], True, None, False, "several_cases"),
        ([], True, None, True, "r"),
        ([], False, None, False, "no_open_case"),
    ],
)
def test_judge_case(open_cases: list, opens: bool, case: int | None, new: bool, reason: str) -> None:
    judged = judge_case("HA", ("WBA",), open_cases, opens=opens, reason="r")
    assert (judged.case, judged.new, judged.reason) == (case, new, reason)
