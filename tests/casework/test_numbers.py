"""Numbers people copy from letters and cards: every way of typing leads to one written form."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.numbers import (
    NumberError,
    customer_number,
    household_number,
    iban,
    iban_in_groups,
    pension_check_digit,
    pension_number,
)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GAPS = st.sampled_from(["", " ", "  ", "-", ".", " - ", "\u00a0", "\u2013"])


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@st.composite
def loosely_typed(draw: st.DrawFn, number: str) -> str:
    """The number with gaps anywhere and letters of any case."""
    chars = [draw(st.sampled_from([char.lower(), char.upper()])) for char in number]
    return draw(GAPS).join(["", *chars[:3]]) + draw(GAPS) + draw(GAPS).join([*chars[3:], ""])


@given(st.data(), digits(3), st.sampled_from(LETTERS), digits(6))
def test_customer_number_is_the_same_however_typed(
    data: st.DataObject, start: str, letter: str, end: str
) -> None:
    number = start + letter + end

    assert customer_number(data.draw(loosely_typed(number))) == number
    assert customer_number(number) == number


@given(digits(5), digits(7), st.sampled_from(["//", "/", " // ", "BG", " bg ", "", "-BG-", "\\"]))
def test_household_number_is_the_same_however_typed(office: str, household: str, between: str) -> None:
    assert household_number(f" {office}{between}{household}") == f"{office}//{household}"


@given(digits(5), st.integers(0, 9_999_999))
def test_household_number_may_lack_zeros_after_the_slashes(office: str, household: int) -> None:
    assert household_number(f"{office}//{household}") == f"{office}//{household:07d}"


@given(st.data(), digits(18))
def test_iban_is_the_same_however_typed(data: st.DataObject, account: str) -> None:
    check = 98 - int(account + "131400") % 97  # DE as digits, then 00
    number = f"DE{check:02d}{account}"

    assert iban(data.draw(loosely_typed(number))) == number
    assert iban(iban_in_groups(number)) == number


@given(digits(18), st.integers(0, 17), st.integers(1, 9))
def test_iban_with_one_other_digit_is_noticed(account: str, place: int, by: int) -> None:
    check = 98 - int(account + "131400") % 97
    other = account[:place] + str((int(account[place]) + by) % 10) + account[place + 1 :]

    with pytest.raises(NumberError) as caught:
        iban(f"DE{check:02d}{other}")
    assert caught.value.rule == "check_digit"


@given(st.data(), digits(8), st.sampled_from(LETTERS), digits(2))
def test_pension_number_is_the_same_however_typed(
    data: st.DataObject, start: str, letter: str, end: str
) -> None:
    number = start + letter + end
    number += pension_check_digit(number)

    assert pension_number(data.draw(loosely_typed(number))) == number


@given(digits(8), st.sampled_from(LETTERS), digits(2), st.integers(1, 9))
def test_pension_number_with_other_check_digit_is_noticed(start: str, letter: str, end: str, by: int) -> None:
    number = start + letter + end
    wrong = (int(pension_check_digit(number)) + by) % 10

    with pytest.raises(NumberError) as caught:
        pension_number(f"{number}{wrong}")
    assert caught.value.rule == "check_digit"


def test_pension_number_of_the_published_example() -> None:
    assert pension_number("15 070649 C 103") == "15070649C103"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("١٢٣A٤٥٦٧٨٩", "123A456789"),  # an Arabic keyboard
        ("１２３Ａ４５６７８９", "123A456789"),
        ("123/A/456789", "123A456789"),
    ],
)
def test_customer_number_in_other_digits(typed: str, number: str) -> None:
    assert customer_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "123456789", "123AA56789", "12A456789", "123A4567890", "A123456789", "123Ä456789", "٪"],
)
def test_customer_number_of_other_shape_is_refused(typed: str) -> None:
    with pytest.raises(NumberError) as caught:
        customer_number(typed)
    assert caught.value.rule == "shape"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("BG 12345//0001234", "12345//0001234"),
        ("BG-Nummer: 12345BG0001234", "12345//0001234"),
        ("12345 / / 0001234", "12345//0001234"),
    ],
)
def test_household_number_as_letters_print_it(typed: str, number: str) -> None:
    assert household_number(typed) == number


@pytest.mark.parametrize("typed", ["", "12345", "1234//0001234", "12345//00012345", "12345//", "123A456789"])
def test_household_number_of_other_shape_is_refused(typed: str) -> None:
    with pytest.raises(NumberError) as caught:
        household_number(typed)
    assert caught.value.rule == "shape"


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("", "shape"),
        ("hallo", "shape"),
        ("XX46 3704 0044 0532 0130 00", "country"),
        ("DE89 3704 0044 0532 0130", "length"),
        ("DE89 3704 0044 0532 0130 000", "length"),
        ("DE89 3704 0044 0532 0130 01", "check_digit"),
    ],
)
def test_iban_that_cannot_be_right_says_why(typed: str, rule: str) -> None:
    with pytest.raises(NumberError) as caught:
        iban(typed)
    assert caught.value.rule == rule


@pytest.mark.parametrize("typed", ["GB29 NWBK 6016 1331 9268 19", "iban: at61 1904 3002 3457 3201"])
def test_iban_of_another_country_is_one(typed: str) -> None:
    assert iban(typed)[:2] in ("GB", "AT")


@given(st.text(max_size=40))
def test_numbers_refuse_or_normalise_anything(text: str) -> None:
    """Whatever is typed: a NumberError or a form that is stable; never another error."""
    for read in (customer_number, household_number, iban, pension_number):
        with contextlib.suppress(NumberError):
            number = read(text)
            assert read(number) == number
