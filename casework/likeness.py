"""Who is like the person given? Candidates by indexed keys, judged by casework.matching.persons.

Everything that makes, finds or compares people goes through here: placing, the tray, the counter, the search
of the desk, and `manage.py bench_persons`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from casework.envelope import Sender
from casework.matching.details import (
    FEW,
    FEWEST_COMPARED,
    MOST_COMPARED,
    TOO_COMMON,
    WORTH_COMPARING,
    Details,
    Profile,
    keys,
    profile,
)
from casework.matching.frequencies import Frequencies
from casework.matching.outcome import Outcome
from casework.matching.persons import Compared, Judgement, Known, Thresholds, judge
from casework.models import MatchEntry, Person, Submission
from casework.workflow import SubmissionState

MOST_FOLLOWED = 100  # entries behind the keys that are followed, the rarest keys first
MOST_HITS = 2_000  # entries looked at whatever the counts say: they are made once a day
_LOCKS = 0x4B65  # the family of advisory locks on keys


@dataclass(frozen=True)
class Alike:
    """A candidate with its row: a person of the register, or a submission whose sender is not known yet."""

    entry: int
    person: int | None
    submission: int | None
    compared: Compared


@dataclass(frozen=True)
class Found:
    outcome: Outcome
    candidates: tuple[Alike, ...]
    unclear: tuple[str, ...] = ()  # of ASK: the questions without a clear answer about the first candidate

    @property
    def person(self) -> int | None:
        """Of LINK: whom."""
        return self.candidates[0].person if self.outcome == Outcome.LINK else None


def details_of_sender(sender: Sender, iban: str = "") -> Details:
    return _details({**asdict(sender), "iban": iban})


def details_of_submission(submission: Submission) -> Details:
    return _details({**submission.sender, "iban": iban_in(submission.answers)})


_FIELDS = frozenset(field.name for field in fields(Details))


def _details(given: Mapping[str, Any]) -> Details:
    return Details(**{name: value for name, value in given.items() if name in _FIELDS and value})


def iban_in(answers: Mapping[str, object]) -> str:
    return str(answers.get("iban") or "")[:34]


# Columns of a person with its household, in the order of the fields of Details.
PERSON_FIELDS = (
    "given_name",
    "family_name",
    "birth_name",
    "birth_date",
    "street",
    "postcode",
    "city",
    "phone",
    "email",
    "iban",
    "customer_number",
    "household.number",
)


def details_of_fields(values: Sequence[Any]) -> Details:
    """From PERSON_FIELDS of a row."""
    return Details(*(value or "" for value in values))


def thresholds() -> Thresholds:
    return Thresholds(**settings.PERSON_THRESHOLDS)


# --- finding


def find(details: Details, *, but: int | None = None) -> Found:
    """Link, ask or new, among everybody the office knows and everybody who waits to be found out.

    `but` is the submission (pk) it is about, if that waits itself.
    """
    given = profile(details)
    hits = [hit for hit in _hits(given) if but is None or hit.submission != but]
    known = _known(hits)
    judged = judge(given, known, frequencies(given, [one.profile for one in known]), thresholds())
    return _found(judged, hits)


def find_for(submission: Submission) -> Found:
    return find(details_of_submission(submission), but=submission.pk)


def lock(details: Details) -> None:
    """Hold, until the transaction ends, every key by which somebody else could find the same person.

    Two who make the same person known at the same time, by whatever channel and however spelled, have a key
    in common: the second waits, and then finds the first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_LOCKS, list(keys(profile(details))), TOO_COMMON])


# Always in the same order: no deadlock. A key too common to find anybody keeps nobody waiting either.
_LOCK = """
SELECT pg_advisory_xact_lock(%s, key) FROM (
    SELECT one.key FROM unnest(%s::int[]) AS one(key)
    WHERE NOT EXISTS (SELECT FROM casework_commonkey common WHERE common.key = one.key AND common.people > %s)
    ORDER BY one.key
) ordered
"""


@dataclass(frozen=True)
class _Hit:
    entry: int
    person: int | None
    submission: int | None
    may_be: tuple[int, ...]


# Plain SQL: a lookup is to take milliseconds, and building these queries anew would be a third of them.
_BY_KEYS = "SELECT * FROM casework_entries_like(%s::int[], %s, %s, %s) LIMIT %s"
_PEOPLE = f"""
SELECT person.id, {", ".join(PERSON_FIELDS)} FROM casework_person person
LEFT JOIN casework_household household ON household.id = person.household_id
WHERE person.id = ANY(%s)
"""  # noqa: S608  the names of the columns stand above
_TERMS = """
SELECT kind, value, people FROM casework_termcount WHERE value = ANY(%s)
UNION ALL
SELECT 'estimate', '', greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'casework_person'::regclass
"""


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Prepared on the server and answered in binary: parsing texts would cost more than finding them."""
    with connection.cursor():  # connected, and said to be in use
        pass
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(query, values, prepare=True, binary=True).fetchall()


def _hits(given: Profile) -> list[_Hit]:
    """The entries with the rarest keys in common, those first."""
    asked = keys(given)
    if not asked:
        return []
    rows = _rows(_BY_KEYS, list(asked), MOST_FOLLOWED, FEW, TOO_COMMON, MOST_HITS)
    shared = {row[0]: asked.intersection(row[4]) for row in rows}
    often = Counter(key for found in shared.values() for key in found)
    # A key that is one in many says little; several say more than one.
    weight = {pk: sum(0.1 + 1 / often[key] for key in found) for pk, found in shared.items()}
    rows.sort(key=lambda row: (-weight[row[0]], row[0]))
    enough = WORTH_COMPARING * max(weight.values(), default=0.0)
    likely = sum(each >= enough for each in weight.values())
    compared = rows[: min(MOST_COMPARED, max(FEWEST_COMPARED, likely))]
    return [_Hit(pk, person, waits, tuple(may)) for pk, person, waits, may, _ in compared]


def _known(hits: Sequence[_Hit]) -> list[Known]:
    wanted = [hit.person for hit in hits if hit.person]
    people = {pk: details_of_fields(values) for pk, *values in _rows(_PEOPLE, wanted)} if wanted else {}
    asked = [hit.submission for hit in hits if hit.submission]
    waiting = Submission.objects.filter(state=SubmissionState.UNASSIGNED).only("sender", "answers")
    senders = waiting.in_bulk(asked) if asked else {}
    known = []
    for hit in hits:
        if hit.person in people:
            known.append(Known(hit.entry, profile(people[hit.person])))
        elif hit.submission in senders:
            details = details_of_submission(senders[hit.submission])
            known.append(Known(hit.entry, profile(details), waiting=True, may_be=frozenset(hit.may_be)))
    return known


def _found(judged: Judgement, hits: Iterable[_Hit]) -> Found:
    by_entry = {hit.entry: hit for hit in hits}
    candidates = []
    for candidate in judged.candidates:
        hit = by_entry[candidate.key]
        candidates.append(Alike(hit.entry, hit.person, hit.submission, candidate.compared))
    return Found(judged.outcome, tuple(candidates), judged.unclear)


def frequencies(given: Profile, known: Sequence[Profile]) -> Frequencies:
    """How common the names and birth dates compared are in the register.

    Its size is PostgreSQL's own estimate if that is more: there before the terms were counted.
    """
    terms = {
        term for one in (given, *known) for term in (*one.given, *one.family, *one.birth_name, one.birth)
    }
    counts: dict[str, dict[str, int]] = {
        kind: {} for kind in ("given", "family", "birth", "people", "estimate")
    }
    for kind, value, people in _rows(_TERMS, [*terms, ""]):
        counts[kind][value] = people
    total = max(counts["people"].get("", 0), counts["estimate"].get("", 0))
    return Frequencies(total, counts["given"], counts["family"], counts["birth"])


# --- keeping the keys


def index_person(person: Person) -> None:
    """To be called in the transaction that makes or changes her."""
    ((_, *values),) = _rows(_PEOPLE, [person.pk])
    found = sorted(keys(profile(details_of_fields(values))))
    MatchEntry.objects.update_or_create(person=person, defaults={"keys": found})


def index_waiting(submission: Submission, may_be: Iterable[int] = ()) -> MatchEntry:
    """Its sender is not known yet; who writes again is found to be the same."""
    found = sorted(keys(profile(details_of_submission(submission))))
    defaults = {"keys": found, "may_be": sorted(may_be)}
    return MatchEntry.objects.update_or_create(submission=submission, defaults=defaults)[0]


def forget_waiting(submission: Submission) -> None:
    MatchEntry.objects.filter(submission=submission).delete()


# --- searching by hand


def search(words: Sequence[str], born: date | None, most: int) -> list[int]:
    """People (pk) whose name is like these words in whatever order and spelling, the likeliest first."""
    given = profile(Details(family_name=" ".join(words), birth_date=born))
    hits = [hit for hit in _hits(given) if hit.person is not None]
    known = _known(hits)
    generous = Thresholds(stranger=1e9, ask=-1e9, ask_relative=-1e9, most=most)
    judged = judge(given, known, frequencies(given, [one.profile for one in known]), generous)
    alike = [one for one in _found(judged, hits).candidates if _worth_showing(one.compared)]
    return [one.person for one in alike if one.person is not None]


def _worth_showing(compared: Compared) -> bool:
    return not compared.vetoes or compared.vetoes == ("nothing_own",)
