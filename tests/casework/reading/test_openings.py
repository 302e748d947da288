"""Where letters may begin in a stack no code divides: a table of examples; a guess, nothing more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.reading.openings import (
    END_BEFORE,
    FIRST,
    OTHER_PERSON,
    PAGE_ONE,
    SALUTATION,
    STRANGE_SHEET,
    WORN_SHEET,
    Look,
    guess,
    look,
)
from casework.reading.splitting import PageSeen

AMIRA, BERT = {"customer_number": frozenset({"123A456789"})}, {"customer_number": frozenset({"987B654321"})}
LETTER = """Amira Haddad
Lindenstraße 5
Jobcenter Musterkreis
Musterstadt, den 12.11.2026
Sehr geehrte Damen und Herren,
meine Miete hat sich geändert.
Mit freundlichen Grüßen
Amira Haddad"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (LETTER, Look(opens=True, closes=True)),
        ("Kontoauszug\nSeite 2 von 3\n01.10. Miete -500,00", Look(2, 3)),
        ("01.10. Miete -500,00\nBlatt 1/2", Look(1, 2)),
        ("- 2 -\nund so weiter", Look(2)),
        ("Page 1 of 4\nStatement", Look(1, 4)),
        ("Seite 7 von 3\nverlesen", Look()),
        ("\n".join(["Zeile"] * 20 + ["Sehr geehrte Damen und Herren,"] + ["Zeile"] * 5), Look()),
        ("", Look()),
    ],
)
def test_page_says_its_place_in_a_letter(text: str, wanted: Look) -> None:
    assert look(text) == wanted


def test_only_numbers_that_tell_people_apart_are_kept() -> None:
    seen = look("", [("customer_number", "123A456789"), ("amount", "12,00"), ("date", "2026-11-12")])
    assert seen == Look(keys=AMIRA)


def guessed(*pages: Look | tuple[str, Look]) -> list[tuple[list[tuple[int, ...]], tuple[str, ...]]]:
    """Papers and reasons of each letter; a page with a kind is a pair."""
    seen = []
    for number, page in enumerate(pages, start=1):
        kind, look_of = page if isinstance(page, tuple) else ("", page)
        seen.append((PageSeen(number, kind=kind), look_of))
    return [([paper.pages for paper in one.letter.papers], one.why) for one in guess(seen)]


def test_two_letters_are_told_by_salutation_and_end() -> None:
    assert guessed(Look(opens=True), Look(closes=True), Look(opens=True, closes=True)) == [
        ([(1, 2)], (FIRST,)),
        ([(3,)], (SALUTATION, END_BEFORE)),
    ]


def test_page_numbers_hold_a_letter_together() -> None:
    assert guessed(Look(1, 3, opens=True), Look(2, 3, opens=True), Look(3, 3), Look(1, 2, opens=True)) == [
        ([(1, 2, 3)], (FIRST,)),
        ([(4,)], (SALUTATION, END_BEFORE, PAGE_ONE)),
    ]


def test_page_that_follows_by_its_number_stays_whoever_it_names() -> None:
    assert guessed(Look(1, 2, keys=AMIRA), Look(2, 2, keys=BERT)) == [([(1, 2)], (FIRST,))]


def test_papers_of_another_person_are_another_letter() -> None:
    """Two people's papers in one envelope, or two envelopes without a sheet between them."""
    assert guessed(Look(keys=AMIRA), Look(), Look(keys=BERT), Look(keys=BERT)) == [
        ([(1, 2)], (FIRST,)),
        ([(3, 4)], (OTHER_PERSON,)),
    ]


def test_what_the_same_person_encloses_is_a_paper_of_the_same_letter() -> None:
    found = guessed(
        ("letter", Look(opens=True, closes=True, keys=AMIRA)),
        ("payslip", Look(1, 1, keys=AMIRA)),
        ("lease", Look(1, 2)),
        ("lease", Look(2, 2)),
    )
    assert found == [([(1,), (2,), (3, 4)], (FIRST,))]


def test_sheet_with_an_unreadable_code_lies_between_two_letters() -> None:
    assert guessed(Look(), Look(worn=True), Look()) == [([(1,)], (FIRST,)), ([(3,)], (WORN_SHEET,))]


def test_code_that_divides_elsewhere_begins_a_letter_with_its_page() -> None:
    assert guessed(Look(), Look(marked=True)) == [([(1,)], (FIRST,)), ([(2,)], (STRANGE_SHEET,))]


def test_stack_of_one_letter_is_guessed_as_one() -> None:
    assert guessed(Look(), Look()) == [([(1, 2)], (FIRST,))]
    assert guessed() == []


KEYS = st.dictionaries(st.sampled_from(["customer_number", "household_number"]), st.frozensets(st.text()))
LOOKS = st.builds(
    Look, number=st.integers(0, 4), of=st.integers(0, 4), opens=st.booleans(), closes=st.booleans(), keys=KEYS
)


@given(st.lists(st.tuples(st.sampled_from(["", "lease", "payslip"]), LOOKS)))
def test_every_page_is_in_one_guessed_letter_in_order(pages: list[tuple[str, Look]]) -> None:
    found = [number for papers, _why in guessed(*pages) for paper in papers for number in paper]
    assert found == list(range(1, len(pages) + 1))


@given(st.text(), st.lists(st.tuples(st.text(), st.text())))
def test_any_text_can_be_looked_at(text: str, fields: list[tuple[str, str]]) -> None:
    assert look(text, fields).number >= 0
