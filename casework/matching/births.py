"""Dates of birth as people write, swap, mistype and scan them. Pure.

A date is eight characters, DDMMYYYY, with "?" where nothing legible stood: so a date that cannot be one
("18.01.7969", "2.71.1991") is still compared digit by digit.
"""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from math import log2

from casework.matching.frequencies import Frequencies

_LETTERS = str.maketrans("OoQDlIi|!ZzBSsGgqbTAe", "000011111228556996740")
_PARTS = re.compile(r"[0-9]+")
# Digits a scanner or a hand makes of one another.
_CONFUSED = frozenset(
    frozenset(pair)
    for pair in (
        "17",
        "14",
        "06",
        "08",
        "09",
        "27",
        "12",
        "35",
        "38",
        "39",
        "49",
        "56",
        "58",
        "68",
        "79",
        "69",
        "47",
    )
)


class Birth(StrEnum):
    """How a given date of birth lies to a known one; the order is from surest to none."""

    EQUAL = "birth_equal"
    SWAPPED = "birth_swapped"  # day and month changed places
    MISREAD = (
        "birth_misread"  # one digit, and one that is easily confused, or two neighbours that changed places
    )
    YEAR = "birth_year"  # one or ten years off
    DIGIT = "birth_digit"  # one digit, whichever
    NEAR = "birth_near"  # two slips of these
    OTHER = "birth_other"
    UNKNOWN = "birth_unknown"


def digits(born: date | str | None) -> str:
    """DDMMYYYY; "?" for the century of a year of two digits; empty if there is no date in it."""
    if not born:
        return ""
    if isinstance(born, date):
        return f"{born:%d%m}{born.year:04}"
    return _digits_of(born)


@lru_cache(100_000)
def _digits_of(text: str) -> str:
    parts: list[str] = _PARTS.findall(text.strip().translate(_LETTERS))
    if len(parts) == 1 and len(parts[0]) in (6, 8):
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    if len(parts) != 3:
        return ""
    if len(parts[0]) >= 3:  # ISO 8601
        parts.reverse()
    day, month, year = parts
    year = year.rjust(2, "0") if len(year) < 3 else year
    if len(day) > 2 or len(month) > 2 or len(year) not in (2, 3, 4):
        return ""
    return day.zfill(2) + month.zfill(2) + year.rjust(4, "?")


_OLDEST = 120  # years


@lru_cache(100_000)
def impossible(born: str) -> bool:
    """No such day, or nobody alive was born that year: surely a slip ("18.01.7969", "05.00.2006")."""
    if not born:
        return False
    day, month, year = int(born[:2]), int(born[2:4]), born[4:]
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return True
    this_year = datetime.now(UTC).year
    return "?" not in year and not this_year - _OLDEST <= int(year) <= this_year + 1


_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def years_apart(one: str, other: str) -> int | None:
    """None: not known. Of an impossible date nothing is known."""
    if not one or not other or "?" in one + other or impossible(one) or impossible(other):
        return None
    return abs(int(one[4:]) - int(other[4:]))


@lru_cache(200_000)
def compare(given: str, known: str) -> Birth:
    """Both as `digits` gives them. Symmetric."""
    if not given or not known:
        return Birth.UNKNOWN
    different = [n for n in range(8) if given[n] != known[n] and "?" not in (given[n], known[n])]
    if not different:
        return Birth.EQUAL
    turned = given[2:4] + given[:2] + given[4:]
    in_turned = [n for n in range(8) if turned[n] != known[n] and "?" not in (turned[n], known[n])]
    if not in_turned:
        return Birth.SWAPPED
    surely_a_slip = impossible(given) or impossible(known)
    if len(different) == 1:
        if surely_a_slip:
            return Birth.MISREAD
        if different[0] >= 4 and _one_or_ten_years(given, known):
            return Birth.YEAR
        return Birth.MISREAD if _confused(given, known, different[0]) else Birth.DIGIT
    if _neighbours_changed(given, known, different):
        return Birth.MISREAD
    if given[:4] == known[:4] and _one_or_ten_years(given, known):
        return Birth.YEAR
    if len(different) == 2 and (surely_a_slip or any(_confused(given, known, n) for n in different)):
        return Birth.NEAR
    if _one_or_ten_years(given, known) and len([n for n in different if n < 4]) == 1:
        return Birth.NEAR
    if len(in_turned) == 1 and (
        surely_a_slip or _confused(turned, known, in_turned[0]) or _one_or_ten_years(turned, known)
    ):
        return Birth.NEAR
    return Birth.OTHER


def _confused(one: str, other: str, at: int) -> bool:
    return frozenset((one[at], other[at])) in _CONFUSED


def _one_or_ten_years(one: str, other: str) -> bool:
    years = one[4:], other[4:]
    return "?" not in "".join(years) and abs(int(years[0]) - int(years[1])) in (1, 10)


def _neighbours_changed(one: str, other: str, different: list[int]) -> bool:
    """Two digits side by side in day, month or year changed places: 1987 and 1978."""
    if len(different) != 2:
        return False
    first, second = different
    same_part = second == first + 1 and first not in (1, 3)
    return same_part and one[first] == other[second] and one[second] == other[first]


# --- in bits

# How often the dates of one person are so.
M = {
    Birth.EQUAL: 0.82,
    Birth.SWAPPED: 0.035,
    Birth.MISREAD: 0.06,
    Birth.YEAR: 0.03,
    Birth.DIGIT: 0.015,
    Birth.NEAR: 0.015,
    Birth.OTHER: 0.006,
}
# How many days lie that way to a given one.
_BIRTH_DAYS = {
    Birth.EQUAL: 1,
    Birth.SWAPPED: 1,
    Birth.MISREAD: 12,
    Birth.YEAR: 4,
    Birth.DIGIT: 25,
    Birth.NEAR: 270,
}
_ORDINARY_DAY = 1 / 20_000
# Where only the year is known papers say 1 January: often of people who share an origin, and so names.
NEW_YEAR, _NEW_YEAR_OF_ORIGIN = "0101", 6
# Of dates that cannot be: how often there is no other slip in it, or one more.
REPAIRED_M = {Birth.MISREAD: 0.8, Birth.NEAR: 0.15, Birth.OTHER: 0.05}
_REPAIRED_DAYS = {Birth.MISREAD: 9, Birth.NEAR: 200}


def bits(birth: Birth, given: str, known: str, frequencies: Frequencies) -> float:
    """What it says against a stranger that two dates lie so to one another: log2(m/u)."""
    if birth == Birth.UNKNOWN:
        return 0.0
    if birth in _REPAIRED_DAYS and surely_a_slip(given, known):
        return log2(REPAIRED_M[birth] / (_REPAIRED_DAYS[birth] * _ORDINARY_DAY))
    if birth == Birth.OTHER:
        return log2(M[birth])
    day = max(frequencies.of_birth(given), frequencies.of_birth(known))
    if "?" in given or "?" in known:
        day *= 1.3
    if given[:4] == known[:4] == NEW_YEAR:
        day *= _NEW_YEAR_OF_ORIGIN
    chance = day if birth == Birth.EQUAL else day + (_BIRTH_DAYS[birth] - 1) * _ORDINARY_DAY
    return log2(M[birth] / chance)


def surely_a_slip(given: str, known: str) -> bool:
    """Whether one of the two dates cannot be, so that the other is no other person's."""
    return impossible(given) or impossible(known)
