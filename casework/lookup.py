"""One search text for staff: name, birth date, customer, household, case or receipt number."""

import re
from collections.abc import Callable
from datetime import date

from django.db.models import Prefetch

from casework import numbers
from casework.codes import is_number, tidy
from casework.finding import people_like, people_with_key
from casework.models import Case, Person, User

MOST = 20
_DAY = re.compile(r"(?<!\w)([0-9]{1,2})[. ]+([0-9]{1,2})[. ]+([0-9]{4})(?!\w)")


def find_people(user: User, typed: str, most: int = MOST) -> list[Person]:
    """People the user may see, holders of a number typed first, with their cases; at most `most`."""
    number = tidy(typed)
    keys = {
        "customer_number": _read(numbers.customer_number, typed),
        "household_number": _read(numbers.household_number, typed),
        "number": number if is_number(number) else "",
    }
    day = _DAY.search(typed)
    words = [word for word in _DAY.sub(" ", typed).replace(",", " ").split() if _is_name(word)]
    cases = Prefetch("cases", Case.objects.order_by("received_at", "pk"))
    found = list(people_with_key(user, **keys).prefetch_related(cases)[:most]) if any(keys.values()) else []
    named = people_like(user, words, [born] if (born := _day(day)) else []).prefetch_related(cases)
    return (found + [person for person in named[:most] if person not in found])[:most]


def _is_name(word: str) -> bool:
    """Letters of any language, with what stands between and on them: O'Neill, Al-Ali, Nguyễn."""
    return any(c.isalpha() for c in word) and not any(c.isdigit() for c in word)


def _read(reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text)
    except numbers.NumberError:
        return ""


def _day(found: re.Match[str] | None) -> date | None:
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None
