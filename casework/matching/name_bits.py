"""How alike the names of two people are, in bits, however their words came into the fields. Pure.

How often a likeness is so by chance follows from how common the name is in the register: a rare name weighs
more. casework.matching.names says how alike two words are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import log2

from casework.matching.details import Profile
from casework.matching.frequencies import Frequencies, share
from casework.matching.names import Likeness, likeness


@dataclass(frozen=True)
class Names:
    """How alike the names are in the likeliest of the ways their words may have been meant."""

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
    one: Sequence[str], other: Sequence[str], m: Mapping[Likeness, float], common: "_Share"
) -> tuple[Likeness | None, bool, float]:
    """The best pairing of two names: likeness of the best pair of words, whether words are left, bits."""
    if not one or not other:
        return None, False, 0.0
    if len(one) == 1 and len(other) == 1:
        alike = _told_apart(likeness(one[0], other[0]), one[0], other[0], common)
        return alike, False, _pair_bits(alike, one[0], other[0], m, common)
    glued = likeness("".join(one), "".join(other))  # "Abdul Rahman" and "Abdulrahman"
    if glued >= Likeness.TYPO and len(one) != len(other):
        return glued, False, max(_pair_bits(glued, word, word, m, common) for word in (*one, *other))
    pairs = sorted(
        (
            (_told_apart(likeness(a, b), a, b, common), i, j)
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
        total += _pair_bits(alike, one[i], other[j], m, common) * (1.0 if len(used_one) == 1 else 0.5)
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
        return share(self.count(word) + _MOVED * self.moved.get(word, 0), self.people)

    def count(self, word: str) -> int:
        return self.of.get(word, 0)

    def rather_moved(self, word: str) -> bool:
        return self.moved.get(word, 0) > self.count(word)


def _rather_family_names(pair: Sequence[str], as_given: _Share) -> bool:
    """Also of words nobody has as a given name: of rare names most are family names."""
    return any(map(as_given.rather_moved, pair)) or not any(map(as_given.count, pair))


# One in twelve swaps the fields. That counts for both names at once: so the root of it for each.
_MOVED = 0.3


def _told_apart(alike: Likeness, one: str, other: str, common: _Share) -> Likeness:
    """Ahmet and Mehmet, Jan and Jana: names both, and not a slip of one into the other."""
    if alike != Likeness.TYPO:
        return alike
    rarer, commoner = sorted((common.count(one), common.count(other)))
    return Likeness.SIMILAR if rarer >= max(5, 0.03 * commoner) else alike


def _pair_bits(alike: Likeness, one: str, other: str, m: Mapping[Likeness, float], common: _Share) -> float:
    if alike == Likeness.OTHER:
        return 0.0
    if alike == Likeness.INITIAL:
        return _INITIAL_BITS
    often = max(common(one), common(other))
    letters = max(len(one), len(other))
    chance = next(chance for most, chance in _CHANCE[alike] if letters <= most)
    return log2(m[alike] / (often + chance))


def compare(given: Profile, known: Profile, frequencies: Frequencies) -> Names:
    """The best of the ways the words may have been put into the fields."""
    as_given = _Share(frequencies.given, frequencies.family, frequencies.people)
    as_family = _Share(frequencies.family, frequencies.given, frequencies.people)
    best: Names | None = None
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
        in_wrong_field = paid and alike and all(_rather_family_names(pair, as_given) for pair in alike)
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
            best = Names(
                likely_given[0],
                likely_family[0],
                likely_given[1],
                likely_family[1],
                by_birth_name,
                paid <= _SWAPPED,
                likely_given[2] + (_OTHER_GIVEN if likely_given[0] == Likeness.OTHER else 0),
                bits,
            )
    return best or Names(None, None, False, False, False, False, 0.0, 0.0)


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
