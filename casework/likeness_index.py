"""Building the index of casework.likeness for rows that are there already, in bulk.

Keys of single people are kept by casework.likeness itself; counts of names and birth dates change slowly and
are made anew here, so that two new people of one name never wait for each other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from casework import locks
from casework.clock import berlin_day, database_now
from casework.likeness import PERSON_FIELDS, details_of_fields, index_waiting
from casework.matching.details import FEW, TOO_COMMON, Profile, keys, profile, terms_of
from casework.models import CommonKey, MatchEntry, Person, Submission, TermCount
from casework.workflow import SubmissionState

_CHUNK = 5_000
_DAY = "day"  # kind of the row that says when the counts were made
_LOOKED_AT = 200  # people, by chance, whose keys tell whether an update changed how keys are made
_INDEX = "match_entry_keys"
_LONGEST = 120  # letters of a word that is counted, as the column holds
_COLUMNS = [name.replace(".", "__") for name in PERSON_FIELDS]


@dataclass(frozen=True)
class Built:
    people: int
    indexed: int
    waiting: int
    common: int


def build_daily() -> None:
    """What `build` does, the first time it is called on a day; of two at once only one does it."""
    today = berlin_day(database_now())
    if TermCount.objects.filter(kind=_DAY, value=today.isoformat()).exists():
        return
    with locks.claimed(["likeness_index"], most=1) as mine:
        if mine:
            build()


def build(*, everything: bool = False) -> Built:
    """Nobody waits for it: keys are written some thousand people at a time, the old ones are found meanwhile.

    After an update that makes other keys they are all written anew. Only the first time, when there is
    nothing to be found yet, it keeps lookups waiting: an index built at the end costs a fraction.
    """
    kept = set(MatchEntry.objects.filter(person__isnull=False).values_list("person", flat=True))
    renew = bool(kept) and (everything or _outdated())
    if kept or not Person.objects.exists():
        terms, people, indexed = _go_through(kept, renew=renew)
    else:
        terms, people, indexed = _from_scratch()
    with transaction.atomic():
        _write_counts(terms, people)
        waiting = _waiting(renew=renew)
        common = _count_keys()
    with connection.cursor() as cursor:
        for table in ("matchentry", "commonkey", "termcount"):
            cursor.execute(f"ANALYZE casework_{table}")
    return Built(people, indexed, waiting, common)


def _outdated() -> bool:
    of_people = MatchEntry.objects.filter(person__isnull=False)
    kept = dict(of_people.order_by("?").values_list("person", "keys")[:_LOOKED_AT])
    rows = Person.objects.filter(pk__in=kept).values_list("pk", *_COLUMNS)
    return any(keys(profile(details_of_fields(fields))) != set(kept[pk]) for pk, *fields in rows)


def _everybody() -> Iterator[list[tuple[int, Profile]]]:
    rows = Person.objects.order_by("pk").values_list("pk", *_COLUMNS)
    for chunk in _chunks(rows.iterator(chunk_size=_CHUNK)):
        yield [(pk, profile(details_of_fields(fields))) for pk, *fields in chunk]


def _from_scratch() -> tuple[Counter[tuple[str, str]], int, int]:
    terms: Counter[tuple[str, str]] = Counter()
    people = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {_INDEX}")
        for chunk in _everybody():
            people += len(chunk)
            _copy(cursor, "casework_matchentry (person_id, keys, may_be)", chunk, "\t{}")
            for _, one in chunk:
                terms.update(terms_of(one))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no index is made with checks outstanding
        cursor.execute(
            f"CREATE INDEX {_INDEX} ON casework_matchentry USING gin (keys) WITH (fastupdate = off)"
        )
    return terms, people, people


def _go_through(kept: set[int], *, renew: bool) -> tuple[Counter[tuple[str, str]], int, int]:
    terms: Counter[tuple[str, str]] = Counter()
    people = indexed = 0
    for chunk in _everybody():
        people += len(chunk)
        for _, one in chunk:
            terms.update(terms_of(one))
        wanted = [pk for pk, _ in chunk if renew or pk not in kept]
        if wanted:
            _write_keys(wanted)
            indexed += len(wanted)
    return terms, people, indexed


def _write_keys(people: Sequence[int]) -> None:
    """As they are at this moment: who is being changed is waited for, and who would change them waits."""
    rows = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=people).order_by("pk")
    with transaction.atomic(), connection.cursor() as cursor:
        found = [
            (pk, profile(details_of_fields(fields))) for pk, *fields in rows.values_list("pk", *_COLUMNS)
        ]
        cursor.execute("CREATE TEMPORARY TABLE new_keys (person_id bigint, keys integer[])")
        _copy(cursor, "new_keys (person_id, keys)", found)
        cursor.execute(
            "INSERT INTO casework_matchentry (person_id, keys, may_be)"
            " SELECT person_id, keys, '{}' FROM new_keys ORDER BY person_id"
            " ON CONFLICT (person_id) DO UPDATE SET keys = excluded.keys"
        )
        cursor.execute("DROP TABLE new_keys")


def _copy(cursor: CursorWrapper, table: str, people: Iterable[tuple[int, Profile]], rest: str = "") -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for pk, one in people:
            copy.write(f"{pk}\t{{{','.join(map(str, keys(one)))}}}{rest}\n")


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    chunk: list[tuple[Any, ...]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write_counts(terms: Counter[tuple[str, str]], people: int) -> None:
    today = berlin_day(database_now())
    TermCount.objects.all().delete()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY casework_termcount (kind, value, people) FROM STDIN") as copy,
    ):
        copy.write_row(("people", "", people))
        copy.write_row((_DAY, today.isoformat(), 0))
        for (kind, value), count in terms.items():
            if len(value) <= _LONGEST:  # a pasted page is no name, and looked up by nobody
                copy.write_row((kind, value, count))


def _waiting(*, renew: bool) -> int:
    waiting = Submission.objects.filter(state=SubmissionState.UNASSIGNED).select_related("match_entry")
    if not renew:
        waiting = waiting.filter(match_entry=None)
    count = 0
    for submission in waiting.iterator():
        entry = getattr(submission, "match_entry", None)
        index_waiting(submission, entry.may_be if entry else ())
        count += 1
    return count


def _count_keys() -> int:
    """How many have each key, as far as they are more than few; gives how many keys are too common."""
    CommonKey.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(
            "INSERT INTO casework_commonkey (key, people)"
            " SELECT key, count(*) FROM casework_matchentry, unnest(keys) AS key"
            " GROUP BY key HAVING count(*) > %s",
            [FEW],
        )
    return CommonKey.objects.filter(people__gt=TOO_COMMON).count()
