from hypothesis import given
from hypothesis import strategies as st

from casework.codes import ALPHABET, grouped, is_number, new_number, new_secret, tidy


def test_new_numbers_differ_and_check() -> None:
    numbers = {new_number() for _ in range(500)}
    assert len(numbers) == 500
    assert all(is_number(n) and len(n) == 12 for n in numbers)


@given(st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_always_noticed(place: int, symbol: str) -> None:
    number = new_number()
    wrong = number[:place] + symbol + number[place + 1 :]
    assert is_number(wrong) == (wrong == number)


def test_number_is_read_however_it_is_typed() -> None:
    number = new_number()
    assert tidy(f" {grouped(number).lower()} ") == number
    assert tidy("oil-u") == "011V"


@given(st.text())
def test_whatever_is_typed_is_tidied_without_an_error(text: str) -> None:
    assert len(tidy(text)) <= 40
    is_number(tidy(text))


def test_secret_has_130_bits() -> None:
    assert len(new_secret()) * 5 == 130
