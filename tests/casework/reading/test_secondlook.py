"""Two readings of a name or number put together; real pages are in test_letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.reading.recognised import Lines, Place, Word
from casework.reading.secondlook import again, one_name, spans


@pytest.mark.parametrize(
    ("german", "latin", "name"),
    [
        ("Ines", "Inés", "Inés"),
        ("Zo&", "Zoë", "Zoë"),
        ("Nguy6t", "Nguyệt", "Nguyệt"),
        ("Dvoräk", "Dvořák", "Dvořák"),
        ("TomäS$", "Tomáš", "Tomáš"),
        ("Seren", "Søren", "Søren"),
        ("Yildirim", "Yıldırım", "Yıldırım"),
        ("Matgorzata", "Małgorzata", "Małgorzata"),
        ("Matgorzata,", "Matłgorzata,", "Małgorzata,"),  # one letter taken for two
        ("VößRing", "VößBing", "Vößing"),
        ("VöRßing", "Vößing", "Vößing"),
        ("Haßelbach", "Hafßelbach", "Haßelbach"),
        ("Weißgerber", "WeiBgerber", "Weißgerber"),  # the German network knows ß
        ("Weißflog", "Weißflog", "Weißflog"),
        ("Wülfing", "Wwülfing", "Wülfing"),
        ("Sträter", "Strater", "Sträter"),
        ("O'Brien", "O'Brien", "O'Brien"),
        ("Müller", "", "Müller"),
    ],
)
def test_name_is_put_together_of_two_readings(german: str, latin: str, name: str) -> None:
    assert one_name(german, latin) == name


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_two_readings_give_one_without_error(german: str, latin: str) -> None:
    assert len(one_name(german, latin)) <= len(german) + len(latin)


@given(st.from_regex(r"[A-ZÄÖÜ][a-zäöü]{1,10}", fullmatch=True))
def test_what_both_read_stays(name: str) -> None:
    assert one_name(name, name) == name


def written(*lines: str, sure: float = 0.9) -> Lines:
    return tuple(
        tuple(Word(text, at / 50, row / 50, 0.015, 0.01, sure) for at, text in enumerate(line.split()))
        for row, line in enumerate(lines)
    )


def looked_at(lines: Lines) -> list[str]:
    return [" ".join(word.text for word in lines[s.line][s.first : s.end]) for s in spans(lines)]


def test_names_and_doubtful_numbers_are_looked_at_again_and_nothing_else() -> None:
    lines = written(
        "Zo& Krämer",
        "Lindenstraße 5",
        "04177 Musterstadt",
        "BG-Nummer 41917/[7025640",
        "Kundennummer: 6204501612",
        "IBAN DEB64 4555 6527 0775 9222 88",
        "IBAN DE89 3704 0044 0532 0130 00",
        "Nummer der Bedarfsgemeinschaft: 12345//0001234",
        "Die Grundmiete beträgt 1.234,56 Euro seit dem 03.07.2015.",
        "Kontoinhaber | Inés Süß",
    )
    assert sorted(looked_at(lines)) == sorted(
        ["Zo& Krämer", "41917/[7025640", "6204501612", "DEB64 4555 6527 0775 9222 88", "Inés Süß"]
    )


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ("Kundennummer: 6204501612", "620A501612", "Kundennummer: 620A501612"),
        ("Kundennummer: 6204501612", ": 620A501612,", "Kundennummer: 620A501612"),
        ("Kundennummer: 620A501612", "6204501612", "Kundennummer: 620A501612"),
        (
            "IBAN DES9 3704 0044 0532 0130 00",
            "DE89 3704 0044 0532 0130 00",
            "IBAN DE89 3704 0044 0532 0130 00",
        ),
        (
            "IBAN DES9 3704 0044 0532 0130 00",
            "DE88 3704 0044 0532 0130 00",
            "IBAN DES9 3704 0044 0532 0130 00",
        ),
        ("BG-Nr. 12345/[0001234", "12345//0001234", "BG-Nr. 12345//0001234"),
    ],
)
def test_number_of_the_right_form_wins(first: str, second: str, result: str) -> None:
    def read(place: Place) -> tuple[Word, ...]:
        return written(second)[0]

    (line,) = again(written(first), read)
    assert " ".join(word.text for word in line) == result


def test_number_read_in_two_ways_is_less_sure() -> None:
    def read(place: Place) -> tuple[Word, ...]:
        return written("123G456789")[0]

    (line,) = again(written("Kundennummer: 123C456789"), read)
    assert line[1].text == "123G456789"
    assert line[1].confidence < 0.7


def test_many_names_are_not_all_looked_at_again() -> None:
    looks: list[Place] = []

    def read(place: Place) -> tuple[Word, ...]:
        looks.append(place)
        return ()

    lines = written(*[f"Herr Max Muster{'abcdefghij'[n % 10] * (n // 10 + 1)}" for n in range(200)])
    assert again(lines, read) == lines
    assert len(looks) < 30
