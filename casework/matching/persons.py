"""Is it the same person? Evidence in bits, three questions, one outcome. Pure.

After Fellegi and Sunter (1969): each thing compared gives log2(m/u) bits, m how often it is so for the same
person, u how often by chance; for names and birth dates u is how common they are in the register, so a rare
name weighs more than a frequent one. Three questions must each have a clear answer before anything is linked:

1. A stranger who happens to be alike? `bits` against the size of the register.
2. Somebody else of the same household, perhaps not known yet: a twin, a parent of the same name? Address,
   telephone or bank account of the family say nothing here, so they can never outvote given name and birth
   date: `own` weighs only what tells the members of a family apart.
3. Another person the office knows? The margin to the second best.

Beside them stand vetoes. Everything else that is likely goes to a person, with the evidence as codes.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from math import log2

from rapidfuzz.distance import OSA

from casework.matching import births
from casework.matching.births import Birth
from casework.matching.details import Profile
from casework.matching.names import Likeness, fold, likeness, seen, skeleton
from casework.matching.outcome import Outcome


@dataclass(frozen=True)
class Thresholds:
    """In bits; settings of the office (docs/operations.md)."""

    stranger: float = 5.0  # link: at least this sure that it is no stranger
    relative: float = 7.0  # link: at least this sure that it is nobody else of the household
    margin: float = 7.0  # link: so far ahead of the second best
    margin_at_home: float = 5.0  # so far, in `own` bits, ahead of those of the same household
    ask: float = -9.0  # ask: at least this alike
    ask_relative: float = -3.5
    most: int = 5  # candidates shown


@dataclass(frozen=True)
class Frequencies:
    """How common names and birth dates are in a register of so many people."""

    people: int
    given: Mapping[str, int] = field(default_factory=dict)
    family: Mapping[str, int] = field(default_factory=dict)
    births: Mapping[str, int] = field(default_factory=dict)

    def of_given(self, word: str) -> float:
        return _share(self.given.get(word, 0), self.people)

    def of_family(self, word: str) -> float:
        return _share(self.family.get(word, 0), self.people)

    def of_birth(self, born: str) -> float:
        """A day that nobody in the register has yet counts as an ordinary one."""
        return max(_share(self.births.get(born, 0), self.people), 1 / 30_000)


# Whoever writes to an office comes from a town, however few people its register holds yet.
_FEWEST = 50_000


def _share(count: float, people: int) -> float:
    """Smoothed, so that in a small or new register nothing looks rarer than it is known to be."""
    return (count + 1) / (people + 2_000)


@dataclass(frozen=True)
class Evidence:
    """What speaks for or against; `code` is a reason that a template turns into words."""

    code: str
    bits: float


@dataclass(frozen=True)
class Compared:
    """Two descriptions compared."""

    evidence: tuple[Evidence, ...]
    bits: float  # against a stranger
    own: float  # against somebody else of the household
    vetoes: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(one.code for one in self.evidence)


@dataclass(frozen=True)
class Known:
    """Somebody to compare with: a person of the register, or a sender nobody has found out yet (`waiting`).

    `may_be`: the entries this sender was found to be like; they are no rivals of each other.
    """

    key: int
    profile: Profile
    waiting: bool = False
    may_be: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Candidate:
    key: int
    compared: Compared

    @property
    def score(self) -> float:
        return self.compared.bits


@dataclass(frozen=True)
class Judgement:
    """`candidates` best first: of LINK the first is the one; of NEW there are none."""

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()
    unclear: tuple[str, ...] = ()  # of ASK: what is not clear about the first

    @property
    def why(self) -> str:
        return self.unclear[0] if self.unclear else ""


# --- names


@dataclass(frozen=True)
class _Names:
    given: Likeness | None  # None: not given, or not known
    family: Likeness | None
    given_part: bool  # only some of the words were found
    family_part: bool
    by_birth_name: bool
    swapped: bool
    given_bits: float
    bits: float  # of both


_GIVEN_M = {
    Likeness.EQUAL: 0.72,
    Likeness.SPELLED: 0.12,
    Likeness.TYPO: 0.12,
    Likeness.NICKNAME: 0.01,
    Likeness.SIMILAR: 0.02,
}
_FAMILY_M = {
    Likeness.EQUAL: 0.68,
    Likeness.SPELLED: 0.12,
    Likeness.TYPO: 0.12,
    Likeness.NICKNAME: 0.005,
    Likeness.SIMILAR: 0.03,
}
# By chance a word is this like another one, beside being it; by letters of the longer word, up to so many.
_CHANCE = {
    Likeness.EQUAL: ((99, 0.0),),
    Likeness.SPELLED: ((5, 0.001), (7, 0.0005), (99, 0.0002)),
    Likeness.TYPO: ((5, 0.01), (7, 0.003), (9, 0.0012), (99, 0.0005)),
    Likeness.NICKNAME: ((99, 0.0015),),
    Likeness.SIMILAR: ((4, 0.04), (99, 0.005)),
}
_INITIAL_BITS = 2.5  # one in nine has it by chance
_OTHER_GIVEN = -7.0
_OTHER_FAMILY = -4.5  # marriage, a name taken off
_BOTH_OTHER = -5.0  # who changes one seldom writes the other wrong
_ONLY_OTHER = -3.0  # no name agrees, for the given name is not there
_PART = -0.7  # one of several given names, half of a double name
_BOTH_PARTS = -3.5  # each has words the other has not
_SWAPPED = -4.0
_ORIGIN = -2.0  # given and family name go together by origin: not independent


def _words_alike(
    one: Sequence[str], other: Sequence[str], m: Mapping[Likeness, float], share: "_Share"
) -> tuple[Likeness | None, bool, float]:
    """The best pairing of two names: likeness of the best pair of words, whether words are left, bits."""
    if not one or not other:
        return None, False, 0.0
    if len(one) == 1 and len(other) == 1:
        alike = _told_apart(likeness(one[0], other[0]), one[0], other[0], share)
        return alike, False, _pair_bits(alike, one[0], other[0], m, share)
    glued = likeness("".join(one), "".join(other))  # "Abdul Rahman" and "Abdulrahman"
    if glued >= Likeness.TYPO and len(one) != len(other):
        return glued, False, max(_pair_bits(glued, word, word, m, share) for word in (*one, *other))
    pairs = sorted(
        (
            (_told_apart(likeness(a, b), a, b, share), i, j)
            for i, a in enumerate(one)
            for j, b in enumerate(other)
        ),
        reverse=True,
    )
    used_one: set[int] = set()
    used_other: set[int] = set()
    best, total = Likeness.OTHER, 0.0
    for alike, i, j in pairs:
        if alike == Likeness.OTHER or i in used_one or j in used_other:
            continue
        used_one.add(i)
        used_other.add(j)
        best = max(best, alike)
        total += _pair_bits(alike, one[i], other[j], m, share) * (1.0 if len(used_one) == 1 else 0.5)
    if not used_one:
        return Likeness.OTHER, False, 0.0
    left = len(one) - len(used_one), len(other) - len(used_other)
    if best == Likeness.INITIAL and one[0][0] == other[0][0]:
        left = 0, 0  # "K." is how Katrin Antonia is shortened
    total += 0.0 if left == (0, 0) else _PART if min(left) == 0 else _BOTH_PARTS
    return best, left != (0, 0), total


def _left_over(one: Sequence[str], *others: Sequence[str]) -> bool:
    """Whether some of the words are like the others, and one is like none of them."""
    every = [word for words in others for word in words]
    if not every or any(likeness("".join(one), "".join(words)) >= Likeness.TYPO for words in others):
        return False
    alike = [any(likeness(word, other) > Likeness.INITIAL for other in every) for word in one]
    return any(alike) and not all(alike)


class _Share:
    """How common a word is, as given or as family name; some write one into the field of the other."""

    def __init__(self, of: Mapping[str, int], moved: Mapping[str, int], people: int) -> None:
        self.of, self.moved, self.people = of, moved, people

    def __call__(self, word: str) -> float:
        return _share(self.count(word) + _MOVED * self.moved.get(word, 0), self.people)

    def count(self, word: str) -> int:
        return self.of.get(word, 0)

    def rather_moved(self, word: str) -> bool:
        return self.moved.get(word, 0) > self.count(word)


# One in twelve swaps the fields. That counts for both names at once: so the root of it for each.
_MOVED = 0.3


def _told_apart(alike: Likeness, one: str, other: str, share: _Share) -> Likeness:
    """Ahmet and Mehmet, Jan and Jana: names both, and not a slip of one into the other."""
    if alike != Likeness.TYPO:
        return alike
    rarer, commoner = sorted((share.count(one), share.count(other)))
    return Likeness.SIMILAR if rarer >= max(5, 0.03 * commoner) else alike


def _pair_bits(alike: Likeness, one: str, other: str, m: Mapping[Likeness, float], share: _Share) -> float:
    if alike == Likeness.OTHER:
        return 0.0
    if alike == Likeness.INITIAL:
        return _INITIAL_BITS
    common = max(share(one), share(other))
    letters = max(len(one), len(other))
    chance = next(chance for most, chance in _CHANCE[alike] if letters <= most)
    return log2(m[alike] / (common + chance))


def _compare_names(given: Profile, known: Profile, frequencies: Frequencies) -> _Names:
    """The best of the ways the words may have been put into the fields."""
    as_given = _Share(frequencies.given, frequencies.family, frequencies.people)
    as_family = _Share(frequencies.family, frequencies.given, frequencies.people)
    best: _Names | None = None
    known_ways = [(known.given, known.family, 0.0)]
    if not known.given or not known.family:  # known from one field only: it divides like the other
        known_ways = [way for way in _ways(known.given, known.family) if way[0] or way[1]]
    for (g, f, cost), (known_given, known_family, known_cost) in product(
        _ways(given.given, given.family), known_ways
    ):
        paid = cost + known_cost
        likely_given = _words_alike(g, known_given, _GIVEN_M, as_given)
        likely_family = _words_alike(f, known_family, _FAMILY_M, as_family)
        by_birth_name = False
        if known.birth_name or given.birth_name:
            for one, other in (
                (f, known.birth_name),
                (given.birth_name, known.birth_name),
                (given.birth_name, known_family),
            ):
                maiden = _words_alike(one, other, _FAMILY_M, as_family)
                if maiden[0] and maiden[2] - 1 > likely_family[2]:
                    likely_family, by_birth_name = (maiden[0], maiden[1], maiden[2] - 1), True
        if not g and known_given and _left_over(f, known_family, known.birth_name):
            # All in one field, and a word of it is no part of the family name: another given name.
            likely_given = Likeness.OTHER, False, 0.0
        alike = [pair for pair in product(g, known_given) if likeness(*pair) >= Likeness.TYPO]
        in_wrong_field = paid and alike and all(any(map(as_given.rather_moved, pair)) for pair in alike)
        both_swapped = (
            f and known_family and all(as_family.rather_moved(word) for word in (*f, *known_family))
        )
        if not likely_family[0] and (in_wrong_field or both_swapped):
            # What is alike is the family name, in the field of the other: the given name is another.
            likely_given = Likeness.OTHER, False, 0.0
        bits = likely_given[2] + likely_family[2] + paid
        bits += _OTHER_GIVEN if likely_given[0] == Likeness.OTHER else 0
        bits += _OTHER_FAMILY if likely_family[0] == Likeness.OTHER else 0
        bits += _BOTH_OTHER if likely_given[0] == likely_family[0] == Likeness.OTHER else 0
        bits += _ONLY_OTHER if likely_given[0] is None and likely_family[0] == Likeness.OTHER else 0
        if (likely_given[0] or 0) > Likeness.INITIAL and (likely_family[0] or 0) > Likeness.INITIAL:
            bits += _ORIGIN
        if best is None or bits > best.bits:
            best = _Names(
                likely_given[0],
                likely_family[0],
                likely_given[1],
                likely_family[1],
                by_birth_name,
                paid <= _SWAPPED,
                likely_given[2] + (_OTHER_GIVEN if likely_given[0] == Likeness.OTHER else 0),
                bits,
            )
    return best or _Names(None, None, False, False, False, False, 0.0, 0.0)


@lru_cache(10_000)
def _ways(
    given: tuple[str, ...], family: tuple[str, ...]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...], float], ...]:
    """How the words given may divide into given and family names, with what each way costs."""
    if given and family:
        return ((given, family, 0.0), (family, given, _SWAPPED))
    every = (given or family)[:6]
    if not every:
        return ()
    ways = [((), every, 0.0), (every, (), -3.0)] if family else [(every, (), 0.0), ((), every, -3.0)]
    for cut in range(1, len(every)):
        ways += [(every[:cut], every[cut:], -1.0), (every[cut:], every[:cut], -1.0)]
    return tuple(ways)


# --- birth

_BIRTH_M = {
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
_NEW_YEAR, _NEW_YEAR_OF_ORIGIN = "0101", 6
# Of dates that cannot be: how often there is no other slip in it, or one more.
_REPAIRED_M = {Birth.MISREAD: 0.8, Birth.NEAR: 0.15, Birth.OTHER: 0.05}
_REPAIRED_DAYS = {Birth.MISREAD: 9, Birth.NEAR: 200}


def _birth_bits(birth: Birth, given: str, known: str, frequencies: Frequencies) -> float:
    if birth == Birth.UNKNOWN:
        return 0.0
    if birth in _REPAIRED_DAYS and _surely_a_slip(given, known):
        return log2(_REPAIRED_M[birth] / (_REPAIRED_DAYS[birth] * _ORDINARY_DAY))
    if birth == Birth.OTHER:
        return log2(_BIRTH_M[birth])
    day = max(frequencies.of_birth(given), frequencies.of_birth(known))
    if "?" in given or "?" in known:
        day *= 1.3
    if given[:4] == known[:4] == _NEW_YEAR:
        day *= _NEW_YEAR_OF_ORIGIN
    chance = day if birth == Birth.EQUAL else day + (_BIRTH_DAYS[birth] - 1) * _ORDINARY_DAY
    return log2(_BIRTH_M[birth] / chance)


def _surely_a_slip(given: str, known: str) -> bool:
    return births.impossible(given) or births.impossible(known)


# --- household

# Somebody else of the household whom the office does not know yet: of the same name (parent and child), born
# on the same day (twin), or neither. Of a family the office knows, just those are not known who were taken
# for somebody else; with a sender who waits nobody is known, and her family is like any other.
_UNKNOWN_OF_KNOWN = (0.15, 0.15, 0.70)
_UNKNOWN_OF_WAITING = (0.02, 0.015, 0.965)
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
_OWN_CONTACT = {
    "phone": (0.9, 0.12, 0.2),
    "iban": (0.9, 0.12, 0.2),
    "email": (0.05, 0.12, 0.1),
}
_SHARED_CONTACT = {
    "phone": (0.9, 0.4, 0.4),
    "iban": (0.9, 0.6, 0.6),
    "email": (0.3, 0.35, 0.35),
}
_OWN_NUMBER = {"customer_equal": 7.0, "customer_near": 5.5, "customer_other": -3.0}


def _own_bits(
    names: _Names,
    birth: Birth,
    born: tuple[str, str],
    contacts: Sequence[tuple[float, float, float]],
    number: str,
    unknown: tuple[float, float, float],
) -> float:
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
    return _KNOWN_BEFORE + log2(true / sum(null)) + _OWN_NUMBER.get(number, 0.0)


def _birth_in_household(birth: Birth, given: str, known: str) -> tuple[float, float, float]:
    """How often the dates are so for the same person, for parent and child of one name, for any two."""
    if birth in _REPAIRED_CHANCE and _surely_a_slip(given, known):
        return _REPAIRED_M[birth], _REPAIRED_CHANCE[birth], _REPAIRED_CHANCE[birth]
    like, chance = _BIRTH_M[birth], _BIRTH_CHANCE[birth]
    namesake = chance
    years = births.years_apart(given, known)
    if years is not None and birth != Birth.EQUAL:
        if years < _GENERATION:
            namesake = chance * _SAME_GENERATION
        elif birth not in (Birth.OTHER, Birth.NEAR) and given[:4] == known[:4]:
            namesake = 0.1 * (_SAME_NEW_YEAR if given[:4] == _NEW_YEAR else _SAME_DAY)
    return like, namesake, chance


# --- all together

CONTACTS = ("phone", "email", "iban")
_OTHER_CONTACT = {"phone": -2.0, "email": -1.0, "iban": -2.0}  # a new one, or one of several


def compare(
    given: Profile,
    other: Profile,
    frequencies: Frequencies,
    shared: Collection[str] = (),
    *,
    waiting: bool = False,
) -> Compared:
    """What was given with what is known of one person; `shared`: contacts other people have too.

    `waiting`: the other is a sender nobody has found out yet. Of these there are far fewer than of people.
    """
    people = _FEWEST if waiting else max(frequencies.people, _FEWEST)
    found: list[Evidence] = []
    names = _compare_names(given, other, frequencies)
    birth = births.compare(given.birth, other.birth)
    found += _name_evidence(names)
    if birth != Birth.UNKNOWN:
        found.append(Evidence(birth.value, _birth_bits(birth, given.birth, other.birth, frequencies)))
    contacts = []
    for contact in CONTACTS:
        one, two = getattr(given, contact), getattr(other, contact)
        if one and one == two:
            of_name = contact == "email" and _made_of_names(one, given, other)
            bits = _EMAIL_OF_NAME if of_name else log2(0.9 * people / 5)
            found.append(Evidence(f"{contact}_equal", bits))
            contacts.append((_SHARED_CONTACT if contact in shared else _OWN_CONTACT)[contact])
        elif one and two:
            found.append(Evidence(f"{contact}_other", _OTHER_CONTACT[contact]))
    number = _customer(given.customer, other.customer)
    if number:
        found.append(Evidence(number, _customer_bits(number, people)))
    if given.household and other.household:
        if given.household == other.household:
            found.append(Evidence("household_equal", log2(0.95 * people / 6)))
        else:
            found.append(Evidence("household_other", -3.0))
    address = _address(given, other)
    if address:
        found.append(Evidence(address, _address_bits(address, people)))
    bits = sum(one.bits for one in found) - log2(people)
    unknown = _UNKNOWN_OF_WAITING if waiting else _UNKNOWN_OF_KNOWN
    own = _own_bits(names, birth, (given.birth, other.birth), contacts, number, unknown)
    return Compared(tuple(found), bits, own, tuple(_vetoes(names, birth, number)))


def _name_evidence(names: _Names) -> list[Evidence]:
    found = []
    if names.given is not None:
        code = "given_part" if names.given_part else f"given_{names.given.name.lower()}"
        found.append(Evidence(code, names.given_bits))
    rest = names.bits - names.given_bits  # what the way the words were put into the fields costs, too
    if names.family is not None:
        part = "family_birth_name" if names.by_birth_name else "family_part" if names.family_part else ""
        found.append(Evidence(part or f"family_{names.family.name.lower()}", rest))
    elif rest:
        found.append(Evidence("names_moved", rest))
    if names.swapped:
        found.append(Evidence("names_swapped", 0.0))
    return found


_EMAIL_OF_NAME = 2.5  # namesakes choose among few patterns and few providers
_NO_LETTERS = re.compile(r"[\W\d_]+")


def _made_of_names(email: str, *people: Profile) -> bool:
    """Whether the part before the @ has nothing but names, initials and figures: amira.h91, haddadamira."""
    names = {word for one in people for word in (*one.given, *one.family, *one.birth_name)}
    initials = {word[0] for word in names}
    both = {a[:1] + b for a in names for b in names} | {a + b[:1] for a in names for b in names}
    both |= {a + b for a in names for b in names if a != b}
    pieces = [fold(piece) for piece in _NO_LETTERS.split(email.partition("@")[0]) if piece]
    return all(
        piece in initials or any(_like_a_name(piece, name) for name in names | both) for piece in pieces
    )


def _like_a_name(piece: str, name: str) -> bool:
    """Addresses lose umlauts in ways of their own: "schfer" and "schaefer"."""
    return len(piece) > 1 and (likeness(piece, name) >= Likeness.TYPO or skeleton(piece) == skeleton(name))


def _customer(given: str, known: str) -> str:
    if not given or not known:
        return ""
    if given == known:
        return "customer_equal"
    return "customer_near" if OSA.distance(given, known, score_cutoff=1) <= 1 else "customer_other"


def _customer_bits(code: str, people: int) -> float:
    if code == "customer_equal":
        return log2(0.9 * people / 1.2)
    return log2(0.05 * people / 40) if code == "customer_near" else -3.0


def _address(given: Profile, known: Profile) -> str:
    if not given.street or not known.street:
        if given.postcode and given.postcode == known.postcode:
            return "address_place"
        return ""
    near = given.postcode == known.postcode or not given.postcode or not known.postcode
    if not near:
        near = (
            len(given.postcode) == len(known.postcode) and OSA.distance(given.postcode, known.postcode) <= 1
        )
    same_street = _one_street(given.street, known.street)
    if not same_street and given.house and (given.house, given.postcode) == (known.house, known.postcode):
        same_street = _scarcely_legible(given.street, known.street)
    if same_street and near and given.house == known.house:
        return "address_equal" if given.street == known.street else "address_similar"
    if same_street and near:
        return "address_street"
    if given.postcode == known.postcode:
        return "address_place"
    return "address_other"


def _one_street(one: str, other: str) -> bool:
    if one == other:
        return True
    most = 1 if len(other) < 9 else 3
    slips = OSA.distance(one, other, score_cutoff=most)
    return slips <= most or OSA.distance(seen(one), seen(other), score_cutoff=2) <= min(most, 2)


def _scarcely_legible(one: str, other: str) -> bool:
    """Bergvfev and Bergufer: one street if house number and postcode are the same; Bergallee is another."""
    most = len(other) // 4
    return OSA.distance(seen(one), seen(other), score_cutoff=most) <= most


def _address_bits(code: str, people: int) -> float:
    if code == "address_equal":
        return log2(0.6 / (12 / people + 0.000002))
    if code == "address_similar":
        return log2(0.15 / (12 / people + 0.000002))
    return {"address_street": 4.0, "address_place": 2.0, "address_other": -4.5}[code]


def _vetoes(names: _Names, birth: Birth, number: str) -> list[str]:
    """Whatever else agrees, the machine does not link these by itself."""
    found = []
    if names.given == Likeness.OTHER:
        found.append("given_other")
    if birth == Birth.OTHER and number != "customer_equal":
        found.append("birth_other")
    if names.given is None and birth == Birth.UNKNOWN:
        found.append("nothing_own")
    return found


def judge(
    given: Profile, known: Sequence[Known], frequencies: Frequencies, thresholds: Thresholds | None = None
) -> Judgement:
    """Link, ask, or new: who of those known is the person given?"""
    limit = thresholds or Thresholds()
    shared = {
        contact: sum(getattr(one.profile, contact) == value for one in known if not one.waiting)
        for contact in CONTACTS
        if (value := getattr(given, contact))
    }
    compared = [
        (
            one,
            compare(
                given,
                one.profile,
                frequencies,
                [contact for contact, holders in shared.items() if holders > (0 if one.waiting else 1)],
                waiting=one.waiting,
            ),
        )
        for one in known
    ]
    likely = [
        (one, found) for one, found in compared if found.bits >= limit.ask and found.own >= limit.ask_relative
    ]
    likely.sort(key=lambda pair: (-rank(pair[1]), pair[0].key))
    if not likely:
        return Judgement(Outcome.NEW)
    best, found = likely[0]
    candidates = tuple(Candidate(one.key, result) for one, result in likely[: limit.most])
    unclear = tuple(_unclear(best, found, likely[1:], limit))
    return Judgement(Outcome.ASK if unclear else Outcome.LINK, candidates, unclear)


def rank(found: Compared) -> float:
    """In bits; of several who are alike the one with most is the likeliest."""
    return found.bits + min(found.own, 0.0)


def _unclear(
    best: Known, found: Compared, others: Sequence[tuple[Known, Compared]], limit: Thresholds
) -> Iterator[str]:
    """The questions without a clear answer; none: the best is the one."""
    yield from found.vetoes
    if found.bits < limit.stranger:
        yield "stranger"
    if found.own < limit.relative:
        yield "relative"
    if any(_rivals(best, found, one, second, limit) for one, second in others):
        yield "second"


def _rivals(best: Known, found: Compared, one: Known, second: Compared, limit: Thresholds) -> bool:
    if best.key in one.may_be or one.key in best.may_be:
        return False
    if _one_household(best.profile, one.profile):
        ahead = _own_if_mixed_up(found) - _own_if_mixed_up(second) + _by_contacts(found, second)
        return ahead < limit.margin_at_home
    return rank(found) - rank(second) < limit.margin


def _one_household(one: Profile, other: Profile) -> bool:
    if one.household and other.household:
        return one.household == other.household
    return bool(one.street) and (one.street, one.house, one.postcode) == (
        other.street,
        other.house,
        other.postcode,
    )


_NUMBER_MIXED_UP = 4.6  # bits: of customer numbers, one in 25 is that of somebody else of the household


def _own_if_mixed_up(found: Compared) -> float:
    """Among the members of a household a customer number says no more than that, and another one nothing."""
    number = sum(_OWN_NUMBER[code] for code in found.codes if code in _OWN_NUMBER)
    return found.own - number + min(max(number, 0.0), _NUMBER_MIXED_UP)


_CONTACT_OF_ONE = 3.0  # bits: one in eight writes a contact of another known member who has one of her own


def _by_contacts(found: Compared, second: Compared) -> float:
    """Between two of one name at home: whose contact was written, where the office knows one of each.

    It does not stand in for a given name: the mother of twins writes the telephone the office has of one.
    """
    if not any(code.startswith("given_") for code in found.codes):
        return 0.0
    mine, theirs = (_contacts_against(*pair) for pair in ((found, second), (second, found)))
    return _CONTACT_OF_ONE * (mine - theirs)


def _contacts_against(one: Compared, other: Compared) -> bool:
    return any(f"{contact}_equal" in one.codes and f"{contact}_other" in other.codes for contact in CONTACTS)
