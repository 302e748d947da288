"""Whose is a letter? Suggestions from what was read on its pages and typed at its registration. Pure.

Nothing is joined here. Text recognised on paper may be wrong, and letters name other people too, so even the
clearest suggestion is for a person to accept. What agrees with the holder of a number is judged as in
`casework.matching.strong`: birth date equal, or family name if no birth date was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from itertools import product

from casework.envelope import Sender
from casework.matching.names import fold
from casework.matching.strong import Known, agrees

MOST = 9  # one for each number key
UNSURE = 0.6  # a key read with less confidence is not clear, whatever agrees with it


class Certainty(IntEnum):
    """Smaller is surer."""

    CLEAR = 1  # a key of ours, and something else on the letter agrees with its holder
    LIKELY = 2
    POSSIBLE = 3  # a key alone, or a name alone


@dataclass(frozen=True)
class Fact:
    """Something on a letter. `name`: cover_sheet, number (case code or receipt number), secret (QR code of a
    receipt), kind (of paper), word, or a field of casework.reading.fieldfinder.

    `page` counts the pages of the letter from 1; 0 means typed when it was registered. `place`: x, y, width
    and height as fractions of the upright page.
    """

    name: str
    value: str
    page: int = 0
    place: tuple[float, float, float, float] | None = None
    confidence: float = 1.0


@dataclass(frozen=True)
class Somebody:
    """A person the office knows."""

    known: Known
    customer_number: str = ""
    household_number: str = ""


@dataclass(frozen=True)
class Matter:
    """A case. `keys` are the values of facts that name it: its code, its receipts, its cover sheets."""

    case: int
    person: int
    keys: frozenset[str] = frozenset()
    open: bool = True
    waiting: tuple[tuple[int, str], ...] = ()  # requirements still to be answered: id and kind of paper


@dataclass(frozen=True)
class Evidence:
    """Why: `key` is a name of a fact, and the fact it was seen in."""

    key: str
    fact: Fact


@dataclass(frozen=True)
class Suggestion:
    person: int
    case: int | None  # None: this person has no open case
    requirement: int | None
    certainty: Certainty
    evidence: tuple[Evidence, ...]
    against: tuple[Fact, ...] = ()  # birth dates on the letter that are not this person's


def suggest(
    facts: Sequence[Fact], people: Iterable[Somebody], matters: Iterable[Matter]
) -> tuple[Suggestion, ...]:
    """At most MOST suggestions, the surest first. Only one person can be CLEAR: two mean two people's
    papers in one envelope, and then a person has to look."""
    cases = list(matters)
    found = [one for somebody in people for one in _of_person(facts, somebody, cases)]
    clear = {one.person for one in found if one.certainty == Certainty.CLEAR}
    if len(clear) > 1 or any(_another_is_named(found, person) for person in clear):
        found = [replace(one, certainty=max(one.certainty, Certainty.LIKELY)) for one in found]
    found.sort(
        key=lambda one: (one.certainty, one.case is None, -len(one.evidence), one.person, one.case or 0)
    )
    return tuple(found[:MOST])


def _another_is_named(found: Sequence[Suggestion], person: int) -> bool:
    """Whether the family name is all that agrees, and the letter names another of that family in full."""
    mine = {evidence.key for one in found if one.person == person for evidence in one.evidence}
    others = [{evidence.key for evidence in one.evidence} for one in found if one.person != person]
    if mine & {"given_name", "birth_date", "cover_sheet"}:
        return False
    return any({"given_name", "family_name"} <= keys for keys in others)


def _of_person(facts: Sequence[Fact], somebody: Somebody, cases: list[Matter]) -> list[Suggestion]:
    known = somebody.known
    mine = [case for case in cases if case.person == known.person]
    keys = _keys(facts, somebody, mine)
    names = _names(facts, known)
    births = [
        fact for fact in facts if fact.name in ("birth_date", "date") and _is_day(fact, known.birth_date)
    ]
    certainty = _certainty(keys, names, births, _agrees(facts, known))
    if certainty is None:
        return []
    evidence = [*keys, *names, *(Evidence("birth_date", fact) for fact in _surest(births))]
    against = () if births else tuple(_surest(fact for fact in facts if fact.name == "birth_date"))
    chosen = _cases(facts, mine, keys)
    if not chosen:
        return [
            Suggestion(known.person, None, None, max(certainty, Certainty.LIKELY), tuple(evidence), against)
        ]
    if len(chosen) > 1 and not _stands_out(chosen):
        certainty = max(certainty, Certainty.LIKELY)  # the person is clear, her case is not
    return [
        Suggestion(
            known.person,
            case.case,
            requirement,
            certainty if n == 0 else max(certainty, Certainty.LIKELY),
            (*evidence, *([Evidence("kind", kind)] if kind else [])),
            against,
        )
        for n, (case, _, requirement, kind) in enumerate(chosen)
    ]


def _keys(facts: Sequence[Fact], somebody: Somebody, mine: list[Matter]) -> list[Evidence]:
    """Our own numbers on the letter that lead to this person, the strongest first."""
    named = {key for case in mine for key in case.keys}
    wanted = (
        ("cover_sheet", named),
        ("number", named),
        ("secret", named),
        ("customer_number", {somebody.customer_number} - {""}),
        ("household_number", {somebody.household_number} - {""}),
    )
    return [
        Evidence(name, fact)
        for name, values in wanted
        for fact in _surest(fact for fact in facts if fact.name == name and fact.value in values)
    ]


def _names(facts: Sequence[Fact], known: Known) -> list[Evidence]:
    family = {fold(known.family_name), fold(known.birth_name)} - {""}
    given = {fold(known.given_name), fold(known.given_name.split(" ")[0])} - {""}
    found = []
    for key, wanted in (("family_name", family), ("given_name", given)):
        fitting = [f for f in facts if f.name in (key, "name", "word") and wanted & _parts(f, key)]
        found += [Evidence(key, fact) for fact in _surest(fitting, prefer=key)]
    return found


def _parts(fact: Fact, key: str) -> set[str]:
    """A field is compared as a whole; in a name as printed, or a word of the text, its parts as well."""
    whole = {fold(fact.value)} - {""}
    return whole if fact.name == key else whole | ({fold(part) for part in fact.value.split()} - {""})


def _agrees(facts: Sequence[Fact], known: Known) -> bool:
    """As strong.agrees; of several people named on a letter one has to fit."""
    days = {day for fact in facts if fact.name == "birth_date" and (day := _day(fact))}
    families = {known.family_name} if any(e.key == "family_name" for e in _names(facts, known)) else {""}
    dates: set[date | None] = {*days} or {None}
    return any(
        agrees(Sender(family_name=family, birth_date=born), known)
        for family, born in product(families, dates)
    )


def _certainty(
    keys: list[Evidence], names: list[Evidence], births: list[Fact], agreed: bool
) -> Certainty | None:
    """None: nothing that would be worth showing."""
    whole_name = {evidence.key for evidence in names} == {"family_name", "given_name"}
    strong = [evidence for evidence in keys if evidence.key != "household_number"]
    if strong:
        sure = any(evidence.fact.confidence >= UNSURE for evidence in strong)
        if any(evidence.key == "cover_sheet" for evidence in strong) or (agreed and sure):
            return Certainty.CLEAR
        return Certainty.LIKELY if agreed else Certainty.POSSIBLE
    if keys:  # a household has several members: birth date or given name must say which one
        member = agreed and (births or whole_name)
        if member and keys[0].fact.confidence >= UNSURE:
            return Certainty.CLEAR
        return Certainty.LIKELY if member else Certainty.POSSIBLE
    if whole_name:
        return Certainty.LIKELY if births else Certainty.POSSIBLE
    return None


def _cases(
    facts: Sequence[Fact], mine: list[Matter], keys: list[Evidence]
) -> list[tuple[Matter, bool, int | None, Fact | None]]:
    """Case, whether a key names it, requirement answered and the kind of paper read; the fitting one first.

    Open cases, and a closed one only if a key on the letter names it: late papers count (SGB I § 67).
    """
    values = {evidence.fact.value for evidence in keys}
    kinds = {fact.value: fact for fact in reversed(facts) if fact.name == "kind"}
    found = []
    for case in mine:
        named = bool(case.keys & values)
        if not case.open and not named:
            continue
        answered = next(((pk, kind) for pk, kind in case.waiting if kind in kinds), None)
        requirement, fact = (answered[0], kinds[answered[1]]) if answered else (None, None)
        found.append((case, named, requirement, fact))
    return sorted(found, key=lambda one: (not one[1], one[2] is None, one[0].case))


def _stands_out(chosen: Sequence[tuple[Matter, bool, int | None, Fact | None]]) -> bool:
    first, second = chosen[0], chosen[1]
    return (first[1], first[2] is not None) != (second[1], second[2] is not None)


def _surest(facts: Iterable[Fact], *, prefer: str = "") -> list[Fact]:
    """The one to show: a field rather than a loose word, the best read, the first of the letter."""
    return sorted(facts, key=lambda f: (f.name != prefer, -f.confidence, f.page))[:1]


def _day(fact: Fact) -> date | None:
    try:
        return date.fromisoformat(fact.value)
    except ValueError:
        return None


def _is_day(fact: Fact, day: date | None) -> bool:
    return day is not None and fact.value == day.isoformat()
