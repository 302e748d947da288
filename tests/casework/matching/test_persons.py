"""The law of matching: a false join is worse than a miss. Rules of who is linked and who is asked about."""

from dataclasses import replace
from datetime import date
from math import log2
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.matching.details import Details, keys, profile
from casework.matching.frequencies import Frequencies
from casework.matching.outcome import Outcome
from casework.matching.persons import Judgement, Known, judge

# A big register in which these names are as common as most.
REGISTER = Frequencies(
    1_000_000,
    given={"karl": 4000, "mohammad": 9000, "ahmad": 9000, "amira": 300, "lena": 3000, "lisa": 3000},
    family={"reimann": 250, "khatib": 900, "haddad": 900, "mueller": 9000},
    births={"03071991": 45, "01011990": 900},
)
AMIRA = Details(
    "Amira", "Haddad", "", date(1991, 7, 3), "Lindenweg 4", "68159", "Mannheim",
    phone="0171 2345678", email="amira.haddad@example.org", customer_number="123A456789",
    household_number="12345//0001234",
)  # fmt: skip
FAMILY = {"street": AMIRA.street, "postcode": AMIRA.postcode, "household_number": AMIRA.household_number}


def judged(given: Details, *known: Details) -> Judgement:
    return judge(profile(given), [Known(n, profile(one)) for n, one in enumerate(known, start=1)], REGISTER)


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": "Haddad", "family_name": "Amira"},
        {"given_name": "", "family_name": "Haddad, Amira"},
        {"birth_date": date(1991, 3, 7)},
        {"birth_date": "03.07.l991"},
        {"birth_date": "3.7.91"},
        {"family_name": "Al-Hadad"},
        {"street": "Lindenwge 4"},
        {"given_name": "Amirah", "postcode": "68169"},
    ],
)
def test_same_person_with_an_error_is_linked(changes: dict[str, Any]) -> None:
    given = replace(AMIRA, customer_number="", household_number="", email="", **changes)
    assert judged(given, AMIRA).outcome == Outcome.LINK


def test_name_and_birth_date_of_a_frequent_name_are_not_enough() -> None:
    known = Details("Mohammad", "Al-Khatib", "", date(1990, 1, 1), "Hauptstraße 1", "68159")
    given = Details("Mohamad", "Al Khatib", "", date(1990, 1, 1))
    assert judged(given, known).why == "stranger"


@pytest.mark.parametrize(
    "email", ["a.haddad@example.org", "haddadamira@example.org", "amira.hadad91@example.org"]
)
def test_email_address_made_of_the_name_hardly_says_more_than_the_name(email: str) -> None:
    known = replace(AMIRA, email=email, birth_date=date(2002, 9, 25))
    given = Details("Amira", "Haddad", "", date(2002, 9, 28), "Hauptstraße 9", "60311", email=email)
    found = judged(given, known)
    assert found.outcome != Outcome.LINK
    chosen = replace(given, email="nachtigall77@example.org")
    by_chosen = judged(chosen, replace(known, email=chosen.email))
    assert by_chosen.candidates[0].score > found.candidates[0].score + 10


def test_two_slips_in_the_birth_date_are_asked_about_where_they_may_be_parent_and_child() -> None:
    """Nobody is parent of somebody six years younger."""
    given = replace(AMIRA, birth_date=date(1961, 2, 3), customer_number="", email="")
    assert judged(given, AMIRA).why == "relative"
    assert judged(replace(given, customer_number=AMIRA.customer_number), AMIRA).outcome == Outcome.LINK
    assert judged(replace(given, birth_date=date(1997, 2, 3)), AMIRA).outcome == Outcome.LINK


def test_date_that_cannot_be_says_as_much_as_the_rest_of_it() -> None:
    given = Details("Amira", "Haddad", "", "03.67.1991", AMIRA.street, AMIRA.postcode)
    possible = judged(replace(given, birth_date="03.01.1991"), AMIRA).candidates[0]
    assert judged(given, AMIRA).outcome == Outcome.LINK
    assert judged(given, AMIRA).candidates[0].score > possible.score + 3


def test_wrong_birth_date_is_linked_with_the_customer_number_only_within_a_generation() -> None:
    given = replace(AMIRA, birth_date=date(1984, 11, 28), email="")
    assert judged(given, AMIRA).outcome == Outcome.LINK
    assert judged(replace(given, birth_date=date(1961, 11, 28)), AMIRA).why == "relative"
    assert judged(replace(given, customer_number=""), AMIRA).why == "birth_other"


def test_twin_nobody_knows_yet_is_not_linked_to_her_sister() -> None:
    lena = replace(AMIRA, given_name="Lena")
    lisa = Details("Lisa", "Haddad", "", AMIRA.birth_date, phone=AMIRA.phone, email=AMIRA.email, **FAMILY)
    assert judged(lisa, lena).outcome != Outcome.LINK
    number = replace(lisa, customer_number=lena.customer_number)
    assert judged(number, lena).outcome != Outcome.LINK


def test_twins_of_like_names_are_told_apart_by_a_person() -> None:
    maxim, maksym = replace(AMIRA, given_name="Maxim"), replace(AMIRA, given_name="Maksym")
    given = Details("Maxym", "Haddad", "", AMIRA.birth_date, **FAMILY)
    assert judged(given, maxim, maksym).outcome == Outcome.ASK


def test_father_of_the_same_name_is_another_person() -> None:
    son = Details("Karl", "Reimann", "", date(1999, 10, 15), phone=AMIRA.phone, iban="DE1", **FAMILY)
    assert judged(replace(son, birth_date=date(1972, 9, 28)), son).outcome != Outcome.LINK


def test_household_evidence_never_stands_in_for_the_birth_date() -> None:
    son = Details("Karl", "Reimann", "", date(1999, 10, 15), phone=AMIRA.phone, iban="DE1", **FAMILY)
    found = judged(replace(son, birth_date=None), son)
    assert (found.outcome, found.why) == (Outcome.ASK, "relative")


def test_household_evidence_never_stands_in_for_the_given_name() -> None:
    given = replace(AMIRA, given_name="", customer_number="", email="", phone="")
    assert judged(given, AMIRA).why == "relative"


def test_with_the_birth_date_a_contact_of_her_own_stands_in_for_the_given_name() -> None:
    """A twin seldom writes a contact that nobody else of the family has."""
    given = replace(AMIRA, given_name="", customer_number="", household_number="", email="")
    assert judged(given, AMIRA).outcome == Outcome.LINK
    assert judged(replace(given, phone="", email=AMIRA.email), AMIRA).outcome == Outcome.LINK
    assert judged(replace(given, phone=""), AMIRA).why == "relative"


def test_the_account_of_the_family_never_stands_in_for_the_given_name() -> None:
    amira, son = replace(AMIRA, iban="DE1"), replace(AMIRA, iban="DE1", given_name="Karl", customer_number="")
    given = replace(amira, given_name="", customer_number="", household_number="", email="", phone="")
    assert judged(given, amira, replace(son, birth_date=date(2012, 5, 6))).why == "relative"


def test_another_figure_in_the_birth_date_needs_more_than_the_address_of_parent_and_child() -> None:
    """Of many who fled, only the year of birth is known: they are said to be born on 1 January."""
    known = replace(AMIRA, birth_date=date(1991, 1, 1))
    given = Details("Amira", "Haddad", "", date(1951, 1, 1), AMIRA.street, AMIRA.postcode)
    assert judged(given, known).why == "relative"
    assert judged(replace(given, birth_date=date(1995, 1, 1)), known).outcome == Outcome.LINK


def test_two_slips_in_the_year_may_be_parent_and_child_born_on_the_same_day_of_the_year() -> None:
    known = replace(AMIRA, birth_date=date(1971, 11, 9), iban="DE1")
    given = replace(known, birth_date=date(1997, 11, 9), customer_number="", household_number="", email="")
    assert judged(given, known).why == "relative"
    assert judged(replace(given, birth_date=date(1911, 11, 9)), known).outcome == Outcome.LINK


def test_customer_number_stands_in_for_the_birth_date() -> None:
    assert judged(replace(AMIRA, birth_date=None), AMIRA).outcome == Outcome.LINK


def test_newborn_of_a_known_family_is_new() -> None:
    child = Details("Noah", "Haddad", "", date(2026, 9, 1), phone=AMIRA.phone, **FAMILY)
    assert judged(child, AMIRA).outcome == Outcome.NEW


def test_married_name_is_asked_about_with_the_person_first() -> None:
    given = replace(AMIRA, family_name="Sommer", customer_number="", household_number="", email="", phone="")
    given = replace(given, street="", postcode="")
    found = judged(given, AMIRA)
    assert found.outcome != Outcome.LINK
    with_birth_name = judged(
        replace(given, birth_name="Haddad", street=AMIRA.street, postcode="68159"), AMIRA
    )
    assert with_birth_name.candidates[0].key == 1


def test_sender_who_waits_is_no_rival_of_whom_he_may_be() -> None:
    given = replace(AMIRA, customer_number="")
    entries = [Known(1, profile(AMIRA)), Known(2, profile(given), waiting=True)]
    assert judge(profile(given), entries, REGISTER).why == "second"
    entries[1] = replace(entries[1], may_be=frozenset({1}))
    assert judge(profile(given), entries, REGISTER).outcome == Outcome.LINK


def test_sender_who_waits_is_found_again_without_birth_date_or_given_name() -> None:
    """Of a family the office knows, just those are not known who were taken for somebody else."""
    for missing in ({"birth_date": None}, {"given_name": ""}):
        given = Details("Amira", "Haddad", "", AMIRA.birth_date, AMIRA.street, AMIRA.postcode)
        given = replace(given, **missing)
        assert judged(given, AMIRA).why == "relative"
        waits = [Known(1, profile(AMIRA), waiting=True)]
        assert judge(profile(given), waits, REGISTER).outcome == Outcome.LINK


def test_twin_known_beside_her_is_told_apart_by_her_given_name_only() -> None:
    lena, lisa = replace(AMIRA, given_name="Lena"), replace(AMIRA, given_name="Lisa", customer_number="")
    given = Details("Lena", "Haddad", "", AMIRA.birth_date, email=AMIRA.email, phone=AMIRA.phone, **FAMILY)
    assert judged(given, lena, lisa).candidates[0].key == 1
    assert judged(given, lena, lisa).outcome == Outcome.LINK
    lena, lisa = replace(lena, email="", phone="0171 999999"), replace(lisa, email="nachtigall77@example.org")
    assert judged(replace(given, given_name="", email=lisa.email), lena, lisa).outcome == Outcome.ASK


def test_customer_number_of_the_other_of_one_name_is_asked_about() -> None:
    """One in 25 writes the number of somebody else of the household."""
    mother, daughter = AMIRA, replace(AMIRA, birth_date=date(2010, 5, 6), customer_number="123A999999")
    assert judged(replace(mother, birth_date=None, email=""), mother, daughter).why == "second"
    assert judged(replace(mother, birth_date=None, email=""), mother).outcome == Outcome.LINK


def test_contact_of_the_other_of_one_name_counts_against_her_where_the_office_knows_both() -> None:
    mother = replace(AMIRA, birth_date=date(1961, 7, 3), phone="0171 1111111", iban="DE1")
    daughter = replace(AMIRA, birth_date=date(1991, 7, 3), customer_number="123A999999", iban="DE2")
    given = Details("Amira", "Haddad", "", None, iban="DE1", customer_number="123A456789", **FAMILY)
    assert judged(given, mother, replace(daughter, iban="")).why == "second"
    assert judged(given, mother, daughter).outcome == Outcome.LINK
    assert judged(replace(given, iban="DE2"), mother, daughter).why == "second"


@pytest.mark.parametrize(
    ("street", "house", "code"),
    [
        ("Bergvfev", "127", "address_similar"),
        ("Bergvfev", "12", "address_place"),
        ("Bergallee", "127", "address_place"),
    ],
)
def test_scarcely_legible_street_is_the_same_with_house_number_and_postcode(
    street: str, house: str, code: str
) -> None:
    known = replace(AMIRA, street="Bergufer 127")
    assert code in judged(replace(known, street=f"{street} {house}"), known).candidates[0].compared.codes


def test_names_in_the_wrong_fields_are_no_rarer_than_in_the_right_ones() -> None:
    given = Details("Mueller", "Lena", "", date(1990, 4, 12), "Hauptstraße 9", "60311")
    known = [Known(1, profile(replace(given, birth_date=None, street="Ringweg 1")), waiting=True)]
    assert judge(profile(given), known, REGISTER).outcome != Outcome.LINK


def test_family_name_in_the_field_of_the_given_name_does_not_agree_with_it() -> None:
    given = Details("", "Lisa Haddad", "", AMIRA.birth_date, AMIRA.street, AMIRA.postcode)
    known = [Known(1, profile(replace(AMIRA, given_name="Haddad", family_name="Karl")), waiting=True)]
    assert judge(profile(given), known, REGISTER).outcome != Outcome.LINK
    both_swapped = replace(given, given_name="Hadad", family_name="Lisa")
    assert judge(profile(both_swapped), known, REGISTER).outcome != Outcome.LINK


def test_lost_umlaut_is_another_spelling() -> None:
    known = replace(AMIRA, family_name="Waldmüller")
    scores = [
        judged(replace(known, family_name=name), known).candidates[0].score
        for name in ("Waldmuller", "Waldmüllen")
    ]
    assert scores[0] > scores[1] + 0.5


def test_initial_is_linked_with_the_birth_date_or_a_contact_of_her_own() -> None:
    """One twin in eleven has the initial, few twins are unknown. Of two given names the first counts."""
    given = Details("A.", "Haddad", "", AMIRA.birth_date, AMIRA.street, AMIRA.postcode)
    for known in (AMIRA, replace(AMIRA, given_name="Amira Zahra")):
        assert judged(given, known).outcome == Outcome.LINK
        assert judged(replace(given, birth_date=None), known).why == "relative"
    assert judged(replace(given, given_name="Z."), known).why == "relative"


def test_somebody_of_one_name_and_birth_date_who_lives_elsewhere_is_asked_about() -> None:
    """Of a million people some share a frequent name and the day they were born."""
    known = replace(
        AMIRA, given_name="Mohammad", family_name="Müller", customer_number="", phone="", email=""
    )
    given = replace(known, street="Ringweg 1", postcode="60311", household_number="")
    assert judged(given, known).why == "stranger"
    assert judged(replace(given, street=known.street, postcode=known.postcode), known).outcome == Outcome.LINK


def test_birth_date_on_the_first_of_january_counts_less() -> None:
    """Where only the year is known, papers say so: to many of one origin, and with it of like names."""
    bits = []
    for born in (date(1990, 1, 1), date(1990, 2, 1)):
        known = replace(AMIRA, birth_date=born)
        register = replace(REGISTER, births={f"{born:%d%m%Y}": 45})
        bits.append(judge(profile(known), [Known(1, profile(known))], register).candidates[0].score)
    assert bits[1] - bits[0] == pytest.approx(log2(6), abs=0.01)


def test_family_name_misspelled_in_the_field_of_the_given_name_does_not_agree_with_it() -> None:
    given = Details("U.", "Muelller", "", date(2000, 11, 25), AMIRA.street, AMIRA.postcode, iban="DE1")
    known = Known(1, profile(replace(given, given_name="Müller", family_name="Emma")), waiting=True)
    assert judge(profile(given), [known], REGISTER).outcome != Outcome.LINK


def test_rare_family_name_in_the_field_of_the_given_name_does_not_agree_with_it() -> None:
    """A name the register has in neither field: the child is not who wrote before for the family."""
    waits = Details("Eisrath", "Larissa", "", None, AMIRA.street, AMIRA.postcode)
    given = Details("", "Eisrath", "", date(2023, 1, 4), AMIRA.street, AMIRA.postcode, iban="DE1")
    assert judge(profile(given), [Known(1, profile(waits), waiting=True)], REGISTER).outcome != Outcome.LINK


def test_slip_in_a_long_name_says_more_than_one_in_a_short_name() -> None:
    def bits(known: str, given: str) -> float:
        other = replace(AMIRA, family_name=known)
        return judged(replace(other, family_name=given), other).candidates[0].score

    assert bits("Kaisersreiter", "Kaisersreitar") > bits("Beck", "Bekk") + 2


def test_evidence_is_codes() -> None:
    codes = judged(AMIRA, AMIRA).candidates[0].compared.codes
    assert codes == (
        "given_equal", "family_equal", "birth_equal", "phone_equal", "email_equal", "customer_equal",
        "household_equal", "address_equal",
    )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": date(1991, 3, 7)},
        {"given_name": "Haddad", "family_name": "Amira"},
        {"family_name": "Hadad", "phone": "+49 171 2345678"},
        {"given_name": "A.", "customer_number": ""},
        {"street": "Hauptstraße 9", "postcode": "60311"},
    ],
)
def test_descriptions_of_one_person_have_a_key_in_common(changes: dict[str, Any]) -> None:
    bare = replace(AMIRA, email="", household_number="")
    assert keys(profile(replace(bare, **changes))) & keys(profile(bare))


NAMED = Details("Amira", "Haddad", "", date(1991, 7, 3))


@pytest.mark.parametrize(
    "given",
    [
        replace(NAMED, given_name="", birth_date=date(1981, 7, 3)),  # year
        replace(NAMED, given_name="", birth_date=date(1991, 1, 3)),  # month
        replace(NAMED, given_name="", birth_date=date(1991, 7, 8)),  # day
        replace(NAMED, given_name="", birth_date=date(1991, 3, 7)),  # day and month swapped
        replace(NAMED, given_name="A.", family_name="Mustermann"),  # married; only an initial
        replace(NAMED, given_name="", family_name="Hodbad"),  # misread, and nothing beside it but the date
        replace(NAMED, given_name="", birth_date=None),
        replace(NAMED, given_name="Haddad", family_name="A.", birth_date="1.1.1966"),
    ],
)
def test_one_name_and_most_of_the_birth_date_or_a_rare_name_find_a_person(given: Details) -> None:
    assert keys(profile(given)) & keys(profile(NAMED))


def test_house_is_found_whatever_became_of_the_street() -> None:
    given = Details("Susanne", "Rose", street="Mühlenschillergosse 9b", postcode="60018")
    known = Details("", "Roseri", street="Muhlcnschitlergasse 9b", postcode="60018")
    assert keys(profile(given)) & keys(profile(known))


def test_both_names_alone_have_a_key_rarer_than_their_consonants() -> None:
    one, same, other = (
        keys(profile(Details(*name)))
        for name in (("Roman", "Kowalenko"), ("Roman", "Kovalennko"), ("Ramon", "Kavulanki"))
    )
    assert len(one & same) > len(one & other)


def test_house_is_found_with_a_wrong_postcode_and_names_of_a_relative() -> None:
    given = Details("Karim", "Mansour", street="Lindenstr. 4", postcode="68195")
    known = Details("Amira", "Haddad", street="Lindenstraße 4", postcode="68159")
    assert keys(profile(given)) & keys(profile(known))


_TEXT = st.text(max_size=40)


@settings(deadline=None)
@given(st.builds(Details, *[_TEXT] * 12))
def test_any_details_are_judged_without_an_error(details: Details) -> None:
    given = profile(details)
    assert len(keys(given)) < 120
    judge(given, [Known(1, profile(AMIRA)), Known(2, given)], REGISTER)


@settings(deadline=None)
@given(st.builds(Details, *[_TEXT] * 2))
def test_nothing_is_linked_without_a_birth_date_or_a_number(details: Details) -> None:
    assert judge(profile(details), [Known(1, profile(details))], REGISTER).outcome != Outcome.LINK
