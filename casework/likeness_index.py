"""Building the index of casework.likeness for rows that are there already, in bulk.

Keys of single people are kept by casework.likeness itself; counts of names and birth dates change slowly and
are made anew here, so that two new people of one name never wait for each other.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from casework.likeness import PERSON_FIELDS, details_of_fields, index_waiting
from casework.matching.details import FEW, TOO_COMMON, keys, profile, terms_of
from casework.models import CommonKey, MatchEntry, Person, Submission, TermCount
from casework.workflow import SubmissionState

_CHUNK = 5_000
_INDEX = "match_entry_keys"


@dataclass(frozen=True)
class Built:
    people: int
    indexed: int
    waiting: int
    common: int


def build(*, everything: bool = False) -> Built:
    """One transaction: whoever looks meanwhile sees the old index."""
    with transaction.atomic():
        if everything:
            MatchEntry.objects.all().delete()
        has_entry = (
            set()
            if everything
            else set(MatchEntry.objects.filter(person__isnull=False).values_list("person", flat=True))
        )
        terms: Counter[tuple[str, str]] = Counter()
        people, indexed = _people(terms, has_entry)
        _write_counts(terms, people)
        waiting = _waiting()
        common = _count_keys()
    with connection.cursor() as cursor:
        for table in ("matchentry", "commonkey", "termcount"):
            cursor.execute(f"ANALYZE casework_{table}")
    return Built(people, indexed, waiting, common)


def _people(terms: Counter[tuple[str, str]], has_entry: set[int]) -> tuple[int, int]:
    """Count the terms of everybody, and write the keys of those without an entry, through COPY."""
    people = indexed = 0
    rows = Person.objects.order_by("pk").values_list(
        "pk", *(name.replace(".", "__") for name in PERSON_FIELDS)
    )
    from_scratch = not has_entry
    with connection.cursor() as cursor:
        if from_scratch:  # an index built at the end costs a fraction of one kept row by row
            cursor.execute(f"DROP INDEX IF EXISTS {_INDEX}")
        for chunk in _chunks(rows.iterator(chunk_size=_CHUNK)):
            profiles = [(pk, profile(details_of_fields(fields))) for pk, *fields in chunk]
            people += len(profiles)
            for _, one in profiles:
                terms.update(terms_of(one))
            new = [(pk, one) for pk, one in profiles if pk not in has_entry]
            indexed += len(new)
            with cursor.copy("COPY casework_matchentry (person_id, keys, may_be) FROM STDIN") as copy:
                for pk, one in new:
                    copy.write(f"{pk}\t{{{','.join(map(str, keys(one)))}}}\t{{}}\n")
        if from_scratch:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no index is made with checks outstanding
            cursor.execute(
                f"CREATE INDEX {_INDEX} ON casework_matchentry USING gin (keys) WITH (fastupdate = off)"
            )
    return people, indexed


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
    TermCount.objects.all().delete()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY casework_termcount (kind, value, people) FROM STDIN") as copy,
    ):
        copy.write_row(("people", "", people))
        for (kind, value), count in terms.items():
            copy.write_row((kind, value[:120], count))


def _waiting() -> int:
    waiting = Submission.objects.filter(state=SubmissionState.UNASSIGNED, match_entry=None)
    count = 0
    for submission in waiting.iterator():
        index_waiting(submission)
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
