"""What the one search field makes of what is typed."""

from datetime import date

import pytest

from casework.codes import grouped, new_number, new_secret
from channels.desk.search import Wanted, wanted
from channels.fields import month_names

TODAY = date(2026, 11, 21)


def read(text: str) -> Wanted:
    return wanted(text, TODAY, month_names())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Amira Haddad", ("Amira", "Haddad")),
        ("  amira   HADDAD ", ("amira", "HADDAD")),
        ("Haddad, Amira", ("Amira", "Haddad")),
        ("Şükrü Öztürk-Weiß", ("Şükrü", "Öztürk-Weiß")),
        ("", ()),
    ],
)
def test_name_is_read_as_words(text: str, words: tuple[str, ...]) -> None:
    assert read(text) == Wanted(words=words)


@pytest.mark.parametrize(
    "text", ["3.7.1991", "03.07.1991", "3 7 1991", "3/7/1991", "3. Juli 1991", "1991-07-03", "03071991"]
)
def test_birth_date_is_read_in_every_way_of_writing(text: str) -> None:
    assert read(text) == Wanted(birth_dates=(date(1991, 7, 3),))


def test_name_and_birth_date_together_are_told_apart() -> None:
    found = read("Amira Haddad 3.7.1991")
    assert found == Wanted(words=("Amira", "Haddad"), birth_dates=(date(1991, 7, 3),))


def test_year_of_two_digits_stands_for_both_centuries() -> None:
    assert read("3.7.15").birth_dates == (date(1915, 7, 3), date(2015, 7, 3))


def test_year_of_two_digits_never_lies_in_the_future() -> None:
    assert read("3.7.91").birth_dates == (date(1991, 7, 3),)


@pytest.mark.parametrize("text", ["31.2.1990", "1.13.1990", "3.7.2091"])
def test_day_that_does_not_exist_is_said(text: str) -> None:
    assert read(text) == Wanted(no_such_day=text)


@pytest.mark.parametrize("text", ["123A456789", "123a456789", "123 A 456 789", "123-A-456789"])
def test_customer_number_is_recognised_however_typed(text: str) -> None:
    assert read(text).customer_number == "123A456789"


@pytest.mark.parametrize("text", ["12345//0001234", "12345/1234", "BG 12345//0001234", "12345BG0001234"])
def test_household_number_is_recognised_however_typed(text: str) -> None:
    assert read(text).household_number == "12345//0001234"


def test_receipt_number_is_recognised_however_typed() -> None:
    number = new_number()
    for text in (
        number,
        grouped(number),
        grouped(number).lower().replace("-", " "),
        number.replace("0", "o"),
    ):
        assert read(text).number == number


def test_receipt_number_with_a_slip_of_the_pen_is_none() -> None:
    number = new_number()
    wrong = ("A" if number[0] != "A" else "B") + number[1:]
    assert read(wrong).number == ""


def test_qr_code_read_by_a_hand_scanner_gives_the_secret() -> None:
    secret = new_secret()
    assert read(f"https://portal.example/s/{secret}") == Wanted(secret=secret)


def test_last_word_is_taken_for_the_family_name() -> None:
    assert read("Ana Maria da Silva 3.7.1991").names == ("Ana Maria da", "Silva")
