"""Locks by name, held until the transaction ends: two arrivals about the same thing wait for each other."""

from django.db import connection


def hold(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
