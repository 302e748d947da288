"""By what a page is found again."""

from casework.matching.page_keys import MOST_KEYS, is_own, keys_of


def words(*texts: str) -> list[list[object]]:
    return [[text, 0, 0, 0.1, 0.1, 0.9] for text in texts]


def test_key_is_the_same_for_what_readings_confuse() -> None:
    assert keys_of(words("DE89", "1.339,11")) == keys_of(words("DEB9", "I.339,1l"))


def test_key_of_another_number_is_another() -> None:
    assert keys_of(words("1.339,11")) != keys_of(words("1.389,11"))


def test_keys_are_bounded_and_those_with_digits_come_first() -> None:
    many = words(*(f"Wort{'abcdefghij'[n % 10] * (n // 10 + 1)}" for n in range(300)), "4711815")
    found = keys_of(many)
    assert len(found) == MOST_KEYS
    assert found[0] == keys_of(words("4711815"))[0]


def test_page_of_conditions_has_nothing_of_its_own() -> None:
    assert not is_own(words("Der", "Mieter", "trägt", "bis", "100,00", "EUR", "§", "7"))
    assert is_own(words("Mietbeginn", "01.04.2025"))
    assert is_own(words("10,50", "23,40", "871,20", "12,30"))


def test_line_of_a_fax_at_the_edge_gives_a_page_nothing_of_its_own() -> None:
    line = [("09/04/2026", 0.1, 0.01, 0.1, 0.01, 0.9), ("3414948948", 0.3, 0.01, 0.1, 0.01, 0.9)]
    assert not is_own(line)
    assert is_own([(text, x, 0.3, w, h, sure) for text, x, _, w, h, sure in line])
