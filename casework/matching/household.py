"""Is it somebody else of the household, perhaps one the office does not know yet? In bits. Pure.

Address, telephone and account of the family say nothing here: only what tells the members of a family apart.
"""

from collections.abc import Sequence
from math import log2

from casework.matching import births
from casework.matching.births import Birth
from casework.matching.name_bits import Names
from casework.matching.names import Likeness

# Somebody else of the household whom the office does not know yet: of the same name (parent and child), born
# on the same day (twin), or neither. Of a family the office knows, just those are not known who were taken
# for somebody else; with a sender who waits nobody is known, and her family is like any other.
UNKNOWN_OF_KNOWN = (0.15, 0.15, 0.70)
UNKNOWN_OF_WAITING = (0.02, 0.015, 0.965)
_KNOWN_BEFORE = 3.6  # bits: most who write from a known household are the known members
_GIVEN_TRUE = {
    Likeness.EQUAL: 0.74,
    Likeness.SPELLED: 0.07,
    Likeness.TYPO: 0.09,
    Likeness.NICKNAME: 0.005,
    Likeness.SIMILAR: 0.015,
    Likeness.INITIAL: 1.0,
    Likeness.OTHER: 0.005,
}
_GIVEN_CHANCE = {
    Likeness.EQUAL: 0.004,
    Likeness.SPELLED: 0.002,
    Likeness.TYPO: 0.009,
    Likeness.NICKNAME: 0.002,
    Likeness.SIMILAR: 0.02,
    Likeness.INITIAL: 0.35,  # of twins one in eleven, and who writes no more often is one
    Likeness.OTHER: 0.94,
}
_BIRTH_CHANCE = {
    Birth.EQUAL: 0.0001,
    Birth.SWAPPED: 0.0001,
    Birth.MISREAD: 0.0016,
    Birth.YEAR: 0.001,
    Birth.DIGIT: 0.0025,
    Birth.NEAR: 0.02,
    Birth.OTHER: 0.975,
}
_REPAIRED_CHANCE = {Birth.MISREAD: 0.0005, Birth.NEAR: 0.01, Birth.OTHER: 0.99}
_GENERATION = 14  # years between parent and child, at least
_SAME_GENERATION = 0.02  # of one name all the same, of those whose dates are so alike
_SAME_DAY, _SAME_NEW_YEAR = 0.003, 0.2  # parent and child born on the same day of the year; on 1 January
# How often somebody else of the household writes a contact the office has of this one: somebody of the same
# name, a twin, another. First a contact only this one has, then one that others of the household share.
OWN_CONTACT = {
    "phone": (0.9, 0.12, 0.2),
    "iban": (0.9, 0.12, 0.2),
    "email": (0.05, 0.12, 0.1),
}
SHARED_CONTACT = {
    "phone": (0.9, 0.4, 0.4),
    "iban": (0.9, 0.6, 0.6),
    "email": (0.3, 0.35, 0.35),
}
OWN_NUMBER = {"customer_equal": 7.0, "customer_near": 5.5, "customer_other": -3.0}


def own_bits(
    names: Names,
    birth: Birth,
    born: tuple[str, str],
    contacts: Sequence[tuple[float, float, float]],
    number: str,
    unknown: tuple[float, float, float],
) -> float:
    """log2 of how much likelier it is she than anybody else of the household.

    `born`: both dates. `contacts`: of each that agrees, how often the three others would write it
    (OWN_CONTACT, SHARED_CONTACT). `number`: what her customer number says, a key of OWN_NUMBER or nothing.
    `unknown`: how many of the others are of her name, born on her day, neither.
    """
    true = 1.0
    null = list(unknown)
    if names.given is not None:
        like, chance = _GIVEN_TRUE[names.given], _GIVEN_CHANCE[names.given]
        if names.given_part:  # Karl and Karl-Heinz
            like, chance = like * 0.3, chance * 1.5
        true *= like
        null = [null[0] * like, null[1] * chance, null[2] * chance]
    if birth != Birth.UNKNOWN:
        like, namesake, chance = _birth_in_household(birth, *born)
        true *= like
        null = [null[0] * namesake, null[1] * like, null[2] * chance]
    if contacts:  # who writes one of them writes the others, too: they hardly add up
        null = [
            part * min(each) * 0.9 ** (len(contacts) - 1)
            for part, each in zip(null, zip(*contacts, strict=True), strict=True)
        ]
        true *= 0.9
    return _KNOWN_BEFORE + log2(true / sum(null)) + OWN_NUMBER.get(number, 0.0)


def _birth_in_household(birth: Birth, given: str, known: str) -> tuple[float, float, float]:
    """How often the dates are so for the same person, for parent and child of one name, for any two."""
    if birth in _REPAIRED_CHANCE and births.surely_a_slip(given, known):
        return births.REPAIRED_M[birth], _REPAIRED_CHANCE[birth], _REPAIRED_CHANCE[birth]
    like, chance = births.M[birth], _BIRTH_CHANCE[birth]
    namesake = chance
    years = births.years_apart(given, known)
    if years is not None and birth != Birth.EQUAL:
        if years < _GENERATION:
            namesake = chance * _SAME_GENERATION
        elif birth not in (Birth.OTHER, Birth.NEAR) and given[:4] == known[:4]:
            namesake = 0.1 * (_SAME_NEW_YEAR if given[:4] == births.NEW_YEAR else _SAME_DAY)
    return like, namesake, chance
