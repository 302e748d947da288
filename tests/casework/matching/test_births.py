"""Dates of birth swapped, mistyped and misread."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.matching.births import Birth, compare, digits

KNOWN = digits(date(1991, 7, 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1991-07-03", "03071991"),
        ("3.7.1991", "03071991"),
        ("03 07 1991", "03071991"),
        ("03/O7/l991", "03071991"),
        ("03071991", "03071991"),
        ("3.7.91", "0307??91"),
        ("18.01.7969", "18017969"),
        ("", ""),
        (".", ""),
        ("im Juli", ""),
        ("1.2.3.4", ""),
    ],
)
def test_date_as_written_gives_its_digits(text: str, expected: str) -> None:
    assert digits(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.7.1991", Birth.EQUAL),
        ("3.7.91", Birth.EQUAL),
        ("7.3.1991", Birth.SWAPPED),
        ("3.1.1991", Birth.MISREAD),
        ("3.7.1919", Birth.MISREAD),
        ("3.7.1990", Birth.YEAR),
        ("3.7.2001", Birth.YEAR),
        ("3.7.1996", Birth.DIGIT),
        ("8.1.1991", Birth.NEAR),
        ("12.11.1969", Birth.OTHER),
        ("", Birth.UNKNOWN),
    ],
)
def test_birth_date_compared_with_the_third_of_july_1991(text: str, expected: Birth) -> None:
    assert compare(digits(text), KNOWN) == expected


@given(st.dates(), st.dates())
def test_comparing_is_the_same_both_ways(one: date, other: date) -> None:
    assert compare(digits(one), digits(other)) == compare(digits(other), digits(one))
    assert compare(digits(one), digits(one)) == Birth.EQUAL


@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert len(digits(text)) in (0, 8)
