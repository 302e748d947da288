"""Dates as people write them: three parts, or all of it pasted into the first one. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

SEPARATORS = re.compile(r"[\s./,\-\u2010-\u2015]+")
YEAR_FIRST = re.compile(r"\s*([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})\s*")
DIGITS_ONLY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
# Abbreviations that are not the beginning of a month's name.
SHORT_MONTHS = {"mrz": 3, "sept": 9}


class DateError(ValueError):
    """A date that cannot be read. ``rule``: parts, day, month, year, short_year or impossible.

    ``missing``: for the rule parts, which of day, month and year are missing.
    """

    def __init__(self, rule: str, missing: tuple[str, ...] = ()) -> None:
        self.rule, self.missing = rule, missing
        super().__init__(rule)


def read_date(day: str, month: str, year: str, month_names: Mapping[str, int]) -> date | None:
    """The date, or None if all is empty. ``month_names``: folded names (see fold) and their numbers.

    A whole date in the day ("3.7.1991", "3. Juli 1991", "1991-07-03") counts if the other parts are empty.
    """
    parts = [_plain(part) for part in (day, month, year)]
    if parts[0] and not parts[1] and not parts[2]:
        parts = _pasted(parts[0])
    if not any(parts):
        return None
    missing = tuple(name for name, part in zip(("day", "month", "year"), parts, strict=True) if not part)
    if missing:
        raise DateError("parts", missing)
    return _date(_day(parts[0]), _month(parts[1], month_names), _year(parts[2]))


def fold(name: str) -> str:
    """Small letters without accents and dots, so that März, MÄRZ and Mär. meet."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in decomposed if char.isalpha())


def _plain(text: str) -> str:
    """Without spaces around, in ASCII digits: Arabic and full-width digits count as what they mean."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text).strip()


def _pasted(text: str) -> list[str]:
    if found := YEAR_FIRST.fullmatch(text):
        return [found[3], found[2], found[1]]
    if found := DIGITS_ONLY.fullmatch(text):
        return [found[1], found[2], found[3]]
    parts = [part for part in SEPARATORS.split(text) if part]
    if len(parts) > 3:
        raise DateError("day")
    return [*parts, "", ""][:3]


def _day(text: str) -> int:
    number = text.rstrip(".").strip()
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= 31 and len(number) <= 4):
        raise DateError("day")
    return int(number)


def _month(text: str, month_names: Mapping[str, int]) -> int:
    number = text.rstrip(".").strip()
    if number.isascii() and number.isdigit() and len(number) <= 4:
        if 1 <= int(number) <= 12:
            return int(number)
        raise DateError("month")
    name = fold(text)
    if name in SHORT_MONTHS:
        return SHORT_MONTHS[name]
    found = {month for known, month in month_names.items() if len(name) >= 3 and known.startswith(name)}
    if len(found) != 1:
        raise DateError("month")
    return found.pop()


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise DateError("year")
    if len(text) < 4:
        raise DateError("short_year")  # 91 may be 1991 or a typing error: never guessed
    if len(text) > 4 or int(text) < 1000:
        raise DateError("year")
    return int(text)


def _date(day: int, month: int, year: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateError("impossible") from error
