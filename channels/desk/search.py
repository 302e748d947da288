"""One search field for everything: what somebody says, shows or types. Pure, no rows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from casework import numbers
from casework.codes import is_number, tidy
from channels.dates import DateError, read_date

# A date inside other words: 3.7.1991, 3 7 91, 3. Juli 1991, 1991-07-03 or 03071991.
_DATE = re.compile(
    r"(?<![\w/])(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"|[0-9]{1,2}\s*[./\s-]\s*(?:[0-9]{1,2}|[^\W\d_]{3,9})\s*[./\s-]\s*(?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{8})(?!\w)"
)
_SHORT_YEAR = re.compile(r"([0-9]{1,2}\D.*\D)([0-9]{2})")
_SECRET = re.compile(r"/s/([0-9A-Z]{26})(?:/|$)")
OLDEST = 120  # years


@dataclass(frozen=True)
class Wanted:
    """What a search text may mean; several may hold at once."""

    words: tuple[str, ...] = ()
    birth_dates: tuple[date, ...] = ()
    customer_number: str = ""
    household_number: str = ""
    number: str = ""  # case code or receipt number
    secret: str = ""  # read from the QR code of a receipt
    no_such_day: str = ""  # looks like a date, but there is none

    @property
    def names(self) -> tuple[str, str]:
        """Given and family name, as far as one can tell; the last word is the family name."""
        return " ".join(self.words[:-1]), self.words[-1] if self.words else ""


def wanted(text: str, today: date, month_names: Mapping[str, int]) -> Wanted:
    """Read a search text. ``today`` bounds birth dates; ``month_names`` as in channels.dates."""
    secret = _SECRET.search(text.strip())
    if secret:
        return Wanted(secret=secret[1])
    days: list[date] = []
    no_such_day, rest = "", text
    for found in list(_DATE.finditer(text))[:1]:
        days = _days(found[0], today, month_names)
        no_such_day = "" if days else found[0].strip()
        rest = f"{text[: found.start()]} {text[found.end() :]}"
    family, comma, given = rest.partition(",")
    ordered = f"{given} {family}" if comma else rest
    number = tidy(text)
    customer, household = _read(numbers.customer_number, text), _read(numbers.household_number, text)
    # A word with a digit in it is no name; it was a number that fits nothing.
    words = () if customer or household else tuple(w for w in ordered.split() if not any(map(str.isdigit, w)))
    return Wanted(
        words=words[:6],
        birth_dates=tuple(days),
        customer_number=customer,
        household_number=household,
        number=number if is_number(number) else "",
        no_such_day="" if customer or household or is_number(number) else no_such_day,
    )


def _read(reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text)
    except numbers.NumberError:
        return ""


def _days(text: str, today: date, month_names: Mapping[str, int]) -> list[date]:
    """The days meant: a year of two digits may be of this century or the last; both are looked for."""
    short = _SHORT_YEAR.fullmatch(text)
    texts = [short[1] + century + short[2] for century in ("19", "20")] if short else [text]
    days = []
    for one in texts:
        try:
            day = read_date(one, "", "", month_names)
        except DateError:
            continue
        if day is not None and today.year - OLDEST <= day.year and day <= today:
            days.append(day)
    return days
