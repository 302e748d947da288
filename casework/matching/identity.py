"""Is a person the office knows the one whom a strong electronic identity names? Pure; no Django.

A false match would show a stranger's case. Name and birth date alone never suffice (twins of one name in a
register's eyes, namesakes): the customer number that stands on her letters, or her registered address, must
fit as well, and only one person may fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.matching.names import fold


@dataclass(frozen=True)
class Attributes:
    """What a provider vouched for at a high level of assurance; kept in the session only."""

    given_name: str
    family_name: str
    birth_date: date
    street: str = ""
    postcode: str = ""


@dataclass(frozen=True)
class Candidate:
    """What the office knows, as far as it is compared."""

    person: int
    given_name: str
    family_name: str
    birth_name: str
    birth_date: date | None
    customer_number: str
    street: str
    postcode: str


def fold_street(street: str) -> str:
    """Lindenstr. 4, Lindenstraße 4 and LINDENSTRASSE 4 are the same."""
    folded = fold(street)
    return folded.replace("strasse", "str")


def fits(attributes: Attributes, candidate: Candidate, customer_number: str) -> bool:
    """`customer_number` is what she typed, tidied; empty: none."""
    if candidate.birth_date != attributes.birth_date:
        return False
    if fold(attributes.given_name) != fold(candidate.given_name) or not fold(attributes.given_name):
        return False
    names = {fold(candidate.family_name), fold(candidate.birth_name)} - {""}
    if fold(attributes.family_name) not in names:
        return False
    if customer_number:
        return candidate.customer_number == customer_number
    at_home = fold_street(attributes.street) == fold_street(candidate.street)
    return bool(attributes.street) and at_home and attributes.postcode == candidate.postcode


def only_one(attributes: Attributes, candidates: Sequence[Candidate], customer_number: str) -> int | None:
    """The person, if exactly one fits."""
    found = {c.person for c in candidates if fits(attributes, c, customer_number)}
    return found.pop() if len(found) == 1 else None
