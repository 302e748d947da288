"""Locks by name in PostgreSQL: two arrivals about the same thing wait for each other."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection


def hold(name: str) -> None:
    """Hold until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@contextmanager
def held(name: str) -> Iterator[None]:
    """Hold for the block, over transactions that begin and end in it; gone with the connection at the latest.

    For work that reaches beyond the database, as moving a file once its bytes are committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


@contextmanager
def claimed(names: Iterable[str], most: int) -> Iterator[list[str]]:
    """Hold for the block what nobody else holds of these, in order, at most so many; waits for nobody."""
    mine: list[str] = []
    with connection.cursor() as cursor:
        for name in names:
            if len(mine) >= most:
                break
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
            mine += [name] if cursor.fetchone()[0] else []
    try:
        yield mine
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                for name in mine:
                    cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
