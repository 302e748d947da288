"""What is given or known of a person in forms that can be compared, and the keys to find her by. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations, islice
from zlib import crc32

from casework import numbers
from casework.matching.births import digits
from casework.matching.names import fold, romanised, skeleton, words


@dataclass(frozen=True)
class Details:
    """A person letter by letter; an empty text means not given. A birth date may be a text as scanned."""

    given_name: str = ""
    family_name: str = ""
    birth_name: str = ""
    birth_date: date | str | None = None
    street: str = ""  # with the house number
    postcode: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    iban: str = ""
    customer_number: str = ""
    household_number: str = ""


@dataclass(frozen=True)
class Profile:
    """The same in comparable form. Numbers only lose their separators: a wrong one is compared too."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    birth_name: tuple[str, ...]
    birth: str  # casework.matching.births.digits
    street: str
    house: str
    postcode: str
    city: str
    phone: str
    email: str
    iban: str
    customer: str
    household: str


def profile(details: Details) -> Profile:
    street, house = _street(details.street)
    return Profile(
        given=words(details.given_name),
        family=words(details.family_name),
        birth_name=words(details.birth_name),
        birth=digits(details.birth_date),
        street=street,
        house=house,
        postcode=details.postcode.strip().translate(_AS_DIGITS),
        city=fold(details.city),
        phone=_phone(details.phone),
        email=details.email.strip().casefold(),
        iban=_compact(details.iban),
        customer=_compact(details.customer_number),
        household=_household(details.household_number),
    )


_HOUSE = re.compile(r"^(.*?)[\s,]+([0-9]+\s*[a-zA-Z]?(?:\s*[-/]\s*[0-9]+\s*[a-zA-Z]?)?)\s*$")
_AS_DIGITS = str.maketrans("OoIlZSB", "0011258")


@lru_cache(100_000)
def _street(text: str) -> tuple[str, str]:
    """ "Willy-Brandt-Str. 12 a" -> ("willybrandtstr", "12a")."""
    found = _HOUSE.match(text.strip())
    name, house = (found[1], found[2]) if found else (text, "")
    return fold(name).replace("strasse", "str"), "".join(house.split()).casefold()


_NO_DIGIT = re.compile("[^0-9]+")
_NO_LETTER = re.compile("[^0-9A-Z]+")


def _phone(text: str) -> str:
    """Digits with one leading zero, the German country code gone; empty if too short to say anything."""
    plain = _NO_DIGIT.sub("", text)
    if text.lstrip().startswith("+") or plain.startswith("00"):
        plain = plain.removeprefix("00")
        # "+49 (0) 171" has a zero too many.
        plain = "0" + plain[2:].removeprefix("0") if plain.startswith("49") else "00" + plain
    return plain if len(plain) >= 7 else ""


def _compact(text: str) -> str:
    return _NO_LETTER.sub("", text.upper())


def _household(text: str) -> str:
    if not text:
        return ""
    try:
        return numbers.household_number(text)
    except numbers.NumberError:
        return ""


# --- keys

FEW = 3  # so many with one key are not counted
TOO_COMMON = 60  # so many with one key, and it finds nobody any more
# Candidates compared in full, those with the rarest keys in common: all of the first, and of the others those
# whose keys weigh something beside those of the best.
FEWEST_COMPARED = 8
MOST_COMPARED = 25
WORTH_COMPARING = 0.15


def keys(person: Profile) -> frozenset[int]:
    """Blocking keys: two descriptions of one person nearly always have one in common, strangers seldom do.

    32-bit hashes: small enough for a million people, and one collision costs no more than a glance.
    """
    return frozenset(_hashed(key) for key in _keys(person))


def _hashed(key: str) -> int:
    return crc32(key.encode()) - 2**31


MOST_WORDS = 5  # of a name: somebody may paste a page into a name field


def _keys(person: Profile) -> Iterator[str]:
    for kind, value in (
        ("customer", person.customer),
        ("household", person.household),
        ("phone", person.phone),
        ("email", person.email),
        ("iban", person.iban),
    ):
        if value:
            yield f"{kind}:{value}"
    names = dict.fromkeys(
        word for word in (*person.given, *person.family, *person.birth_name) if len(word) > 1
    )
    names = dict.fromkeys(islice(names, MOST_WORDS))
    bones = sorted({skeleton(word) for word in names})
    if person.birth:
        yield from _birth_keys(person, bones)
    for word in names:  # a rare name is enough, whatever else is wrong
        yield f"word:{word}"
    for first, second in combinations(bones, 2):
        if len(first) + len(second) >= 3:
            yield f"names:{first}:{second}"
    for first, second in combinations(sorted({romanised(word) for word in names}), 2):
        yield f"both:{first}:{second}"  # where nothing but names is written those above are too common
    if person.postcode and person.house:  # whatever became of the street
        yield f"place-house:{person.postcode}:{person.house}"
    if person.street and person.house:
        yield f"address:{person.street}:{person.house}:{person.postcode}"
        yield f"street:{person.street}:{person.house}"
        for bone in bones:
            yield f"house:{_street_bones(person.street)}:{person.house}:{bone}"
    if person.postcode:
        for bone in bones:
            if len(bone) >= 3:
                yield f"place:{person.postcode}:{bone}"


def _birth_keys(person: Profile, bones: list[str]) -> Iterator[str]:
    """A whole date needs little beside it; with day, month or year wrong it needs a name."""
    day, month, year = person.birth[:2], person.birth[2:4], person.birth[6:]
    born = _sorted_birth(person.birth)
    initials = sorted({word[0] for word in (*person.given, *person.family)})
    for initial in initials[:4]:
        yield f"birth-initial:{born}:{initial}"
    if person.house:
        yield f"birth-house:{born}:{person.house}"
    for bone in bones:
        yield f"birth:{born}:{bone}"
        yield f"day-month:{born[:4]}:{bone}"
        yield f"day-year:{day}{year}:{bone}"
        yield f"month-year:{month}{year}:{bone}"
    for first, second in combinations(bones, 2):  # for names so common that the above are useless
        yield f"names-year:{first}:{second}:{year}"
        yield f"names-day:{first}:{second}:{born[:4]}"


def _street_bones(street: str) -> str:
    return skeleton(street)[:4]


def _sorted_birth(born: str) -> str:
    """The same for swapped day and month; of the year the last two digits, which is all some people write."""
    first, second = sorted((born[:2], born[2:4]))
    return first + second + born[6:]


# --- how common


def terms_of(one: Profile) -> Iterator[tuple[str, str]]:
    """What is counted of a person, each once."""
    yield from {("given", word) for word in one.given}
    yield from {("family", word) for word in one.family}
    if one.birth:
        yield ("birth", one.birth)
