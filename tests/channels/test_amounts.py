"""Amounts as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.amounts import AmountError, read_amount, written_amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("480", "480.00"),
        ("480,50", "480.50"),
        ("480,5", "480.50"),
        ("480.5", "480.50"),
        ("1.234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1234.56 €", "1234.56"),
        ("€ 1,234.56", "1234.56"),
        ("1 234,56 Euro", "1234.56"),
        ("1'234.50 EUR", "1234.50"),
        ("1.234", "1234.00"),
        ("1.234.567", "1234567.00"),
        ("480,-", "480.00"),
        ("480,–", "480.00"),
        ("480,--€", "480.00"),
        ("0", "0.00"),
        ("007,10", "7.10"),
        ("٤٨٠", "480.00"),
    ],
)
def test_read_amount(typed: str, amount: str) -> None:
    assert read_amount(typed) == amount


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("", "shape"),
        ("viel", "shape"),
        ("1,234", "shape"),
        ("1.23.45", "shape"),
        ("12,345,67", "shape"),
        ("480,505", "shape"),
        ("4 80 und 50", "shape"),
        ("-5", "negative"),
        ("−5,00", "negative"),
        ("1000000000000", "too_large"),
    ],
)
def test_amount_that_cannot_be_read_says_why(typed: str, rule: str) -> None:
    with pytest.raises(AmountError) as caught:
        read_amount(typed)
    assert caught.value.rule == rule


@given(st.integers(0, 99_999_999_999))
def test_amount_is_read_back_as_it_is_written(cents: int) -> None:
    amount = f"{cents // 100}.{cents % 100:02d}"

    assert read_amount(written_amount(amount)) == amount
    assert read_amount(amount) == amount


def test_written_amount_leaves_what_is_no_amount() -> None:
    assert written_amount("rund 500") == "rund 500"
