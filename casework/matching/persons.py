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
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log2

from rapidfuzz.distance import OSA

from casework.matching import births, household, name_bits
from casework.matching.births import Birth
from casework.matching.details import Profile
from casework.matching.frequencies import Frequencies
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


# Whoever writes to an office comes from a town, however few people its register holds yet.
_FEWEST = 50_000


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
    names = name_bits.compare(given, other, frequencies)
    birth = births.compare(given.birth, other.birth)
    found += _name_evidence(names)
    if birth != Birth.UNKNOWN:
        found.append(Evidence(birth.value, births.bits(birth, given.birth, other.birth, frequencies)))
    contacts = []
    for contact in CONTACTS:
        one, two = getattr(given, contact), getattr(other, contact)
        if one and one == two:
            of_name = contact == "email" and _made_of_names(one, given, other)
            bits = _EMAIL_OF_NAME if of_name else log2(0.9 * people / 5)
            found.append(Evidence(f"{contact}_equal", bits))
            contacts.append(
                (household.SHARED_CONTACT if contact in shared else household.OWN_CONTACT)[contact]
            )
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
    unknown = household.UNKNOWN_OF_WAITING if waiting else household.UNKNOWN_OF_KNOWN
    own = household.own_bits(names, birth, (given.birth, other.birth), contacts, number, unknown)
    return Compared(tuple(found), bits, own, tuple(_vetoes(names, birth, number)))


def _name_evidence(names: name_bits.Names) -> list[Evidence]:
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


def _vetoes(names: name_bits.Names, birth: Birth, number: str) -> list[str]:
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
    number = sum(household.OWN_NUMBER[code] for code in found.codes if code in household.OWN_NUMBER)
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
