"""Whose is it? One table of letters, what is suggested, and how surely."""

from datetime import date

import pytest

from casework.matching.strong import Known
from casework.matching.suggest import Certainty, Fact, Matter, Somebody, Suggestion, suggest

AMIRA = Somebody(Known(1, "Amira", "Haddad", "", date(1991, 7, 3)), "123A456789", "12345//0001234")
SAMIR = Somebody(Known(2, "Samir", "Haddad", "", date(1989, 2, 1)), "123A456790", "12345//0001234")
JONAS = Somebody(Known(3, "Jonas", "Müller-Lüdenscheidt", "Weiß", None), "555B000001")
PEOPLE = (AMIRA, SAMIR, JONAS)
CASES = (
    Matter(10, 1, frozenset({"A7K29QXM3TFB", "R0000000000R"}), waiting=((100, "payslip"), (101, "lease"))),
    Matter(20, 2, frozenset({"B7K29QXM3TFB"})),
    Matter(30, 3),
)


def fact(name: str, value: str, page: int = 1, confidence: float = 0.95) -> Fact:
    return Fact(name, value, page, (0.1, 0.2, 0.3, 0.02), confidence)


NUMBER = fact("customer_number", "123A456789")
BORN = fact("birth_date", "1991-07-03")
FAMILY, GIVEN = fact("family_name", "HADDAD"), fact("given_name", "amira")
HOUSEHOLD = fact("household_number", "12345//0001234")


def first(*facts: Fact) -> Suggestion | None:
    return next(iter(suggest(facts, PEOPLE, CASES)), None)


@pytest.mark.parametrize(
    ("facts", "person", "certainty"),
    [
        ((NUMBER, BORN), 1, Certainty.CLEAR),
        ((NUMBER, FAMILY), 1, Certainty.CLEAR),
        ((NUMBER, fact("word", "Haddad")), 1, Certainty.CLEAR),
        ((NUMBER,), 1, Certainty.POSSIBLE),
        ((NUMBER, fact("birth_date", "1970-01-01"), FAMILY), 1, Certainty.POSSIBLE),
        ((NUMBER, fact("birth_date", "2019-01-01"), BORN), 1, Certainty.CLEAR),  # her child's as well
        ((fact("customer_number", "123A456789", confidence=0.4), BORN), 1, Certainty.LIKELY),
        ((fact("cover_sheet", "A7K29QXM3TFB"),), 1, Certainty.CLEAR),
        ((fact("number", "A7K29QXM3TFB"), BORN), 1, Certainty.CLEAR),
        ((fact("number", "R0000000000R"),), 1, Certainty.POSSIBLE),
        ((HOUSEHOLD, BORN), 1, Certainty.CLEAR),
        ((HOUSEHOLD, FAMILY, GIVEN), 1, Certainty.CLEAR),
        ((GIVEN, FAMILY, BORN), 1, Certainty.LIKELY),
        ((GIVEN, FAMILY), 1, Certainty.POSSIBLE),
        ((fact("name", "Amira Haddad"), BORN), 1, Certainty.LIKELY),
        ((fact("customer_number", "555B000001"), fact("family_name", "Weiss")), 3, Certainty.CLEAR),
        (
            (fact("customer_number", "555B000001"), fact("name", "J. Mueller-Luedenscheidt")),
            3,
            Certainty.CLEAR,
        ),
    ],
)
def test_suggest(facts: tuple[Fact, ...], person: int, certainty: Certainty) -> None:
    found = first(*facts)
    assert found is not None
    assert (found.person, found.certainty) == (person, certainty)


@pytest.mark.parametrize("facts", [(), (FAMILY,), (BORN,), (fact("customer_number", "999Z999999"), BORN)])
def test_suggest_nobody_without_a_key_or_a_whole_name(facts: tuple[Fact, ...]) -> None:
    assert suggest(facts, PEOPLE, CASES) == ()


def test_suggest_household_alone_shows_its_members_and_none_as_clear() -> None:
    found = suggest((HOUSEHOLD, FAMILY), PEOPLE, CASES)
    assert {one.person for one in found} == {1, 2}
    assert {one.certainty for one in found} == {Certainty.POSSIBLE}


def test_suggest_two_clear_people_means_none_is_clear() -> None:
    """Papers of two people in one envelope: nobody may be accepted with a single key."""
    letter = (NUMBER, BORN, fact("customer_number", "123A456790", 2), fact("birth_date", "1989-02-01", 2))
    found = suggest(letter, PEOPLE, CASES)
    assert [(one.person, one.certainty) for one in found] == [(1, Certainty.LIKELY), (2, Certainty.LIKELY)]


def test_suggest_number_of_one_and_whole_name_of_another_of_the_family_is_not_clear() -> None:
    found = suggest((NUMBER, fact("given_name", "Samir"), FAMILY), PEOPLE, CASES)
    assert [(one.person, one.certainty) for one in found] == [(1, Certainty.LIKELY), (2, Certainty.POSSIBLE)]


def test_suggest_names_the_request_the_paper_answers() -> None:
    found = first(NUMBER, BORN, fact("kind", "lease", 2))
    assert found is not None
    assert (found.case, found.requirement) == (10, 101)
    assert [evidence.key for evidence in found.evidence] == ["customer_number", "birth_date", "kind"]
    assert found.evidence[0].fact.place == (0.1, 0.2, 0.3, 0.02)


def test_suggest_person_without_an_open_case_cannot_be_clear() -> None:
    found = suggest((NUMBER, BORN), PEOPLE, ())
    assert [(one.case, one.certainty) for one in found] == [(None, Certainty.LIKELY)]


def test_suggest_closed_case_only_if_the_letter_names_it() -> None:
    closed = (Matter(11, 1, frozenset({"C7K29QXM3TFB"}), open=False),)
    assert [one.case for one in suggest((NUMBER, BORN), PEOPLE, closed)] == [None]
    found = suggest((fact("number", "C7K29QXM3TFB"), BORN), PEOPLE, closed)
    assert [(one.case, one.certainty) for one in found] == [(11, Certainty.CLEAR)]


def test_suggest_of_two_open_cases_the_one_that_waits_for_this_paper_is_clear() -> None:
    cases = (Matter(10, 1), Matter(12, 1, waiting=((102, "lease"),)))
    unclear = suggest((NUMBER, BORN), PEOPLE, cases)
    assert [one.certainty for one in unclear] == [Certainty.LIKELY, Certainty.LIKELY]
    found = suggest((NUMBER, BORN, fact("kind", "lease")), PEOPLE, cases)
    assert [(one.case, one.certainty) for one in found] == [(12, Certainty.CLEAR), (10, Certainty.LIKELY)]


def test_suggest_tells_what_speaks_against_it() -> None:
    found = first(NUMBER, FAMILY, fact("birth_date", "1970-01-01"))
    assert found is not None
    assert [fact.value for fact in found.against] == ["1970-01-01"]


def test_suggest_at_most_one_for_each_number_key() -> None:
    many = [Somebody(Known(n, "Amira", "Haddad", "", date(1991, 7, 3))) for n in range(30)]
    assert len(suggest((GIVEN, FAMILY, BORN), many, ())) == 9
