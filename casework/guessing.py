"""Limits on guessing numbers, and on what anybody may do without an account.

Counted in PostgreSQL: a flush of Redis must not reset them.

Per number: five wrong tries, then a pause that doubles up to an hour. Per address: 30 wrong tries a
minute. Known and unknown numbers are counted alike, so the answer tells nothing.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

FREE_TRIES = 5
LONGEST_PAUSE = timedelta(hours=1)
FORGET_AFTER = timedelta(hours=24)
ADDRESS_TRIES = 30
ADDRESS_WINDOW = timedelta(minutes=1)


def _keys(number: str, address: str) -> tuple[str, str]:
    """Neither numbers nor addresses are kept in clear."""
    return (
        "n:" + salted_hmac("guessing", number, algorithm="sha256").hexdigest()[:40],
        "a:" + salted_hmac("guessing", address, algorithm="sha256").hexdigest()[:40],
    )


def pause(number: str, address: str) -> int:
    """Seconds until this may be tried again; 0 means now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(max(ceil(extract(epoch FROM blocked_until - clock_timestamp()))), 0)
            FROM casework_guess WHERE key = ANY(%s) AND blocked_until > clock_timestamp()
            """,
            [list(_keys(number, address))],
        )
        return int(cursor.fetchone()[0])


def wrong(number: str, address: str) -> None:
    """Count one wrong try."""
    number_key, address_key = _keys(number, address)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO casework_guess AS g (key, count, window_until, blocked_until)
            VALUES (%(key)s, 1, clock_timestamp() + make_interval(secs => %(forget)s), NULL)
            ON CONFLICT (key) DO UPDATE SET
              count = CASE WHEN g.window_until < clock_timestamp() THEN 1 ELSE g.count + 1 END,
              window_until = clock_timestamp() + make_interval(secs => %(forget)s),
              blocked_until = CASE
                WHEN g.window_until >= clock_timestamp() AND g.count + 1 >= %(free)s
                THEN clock_timestamp()
                  + make_interval(
                      secs => least(%(longest)s, 60 * power(2, least(g.count + 1 - %(free)s, 10)))
                    )
                END
            """,
            {
                "key": number_key,
                "free": FREE_TRIES,
                "forget": FORGET_AFTER.total_seconds(),
                "longest": LONGEST_PAUSE.total_seconds(),
            },
        )
        cursor.execute(
            """
            INSERT INTO casework_guess AS g (key, count, window_until, blocked_until)
            VALUES (%(key)s, 1, clock_timestamp() + make_interval(secs => %(window)s), NULL)
            ON CONFLICT (key) DO UPDATE SET
              count = CASE WHEN g.window_until < clock_timestamp() THEN 1 ELSE g.count + 1 END,
              window_until = CASE WHEN g.window_until < clock_timestamp()
                THEN clock_timestamp() + make_interval(secs => %(window)s) ELSE g.window_until END,
              blocked_until = CASE
                WHEN g.window_until >= clock_timestamp() AND g.count + 1 >= %(tries)s THEN g.window_until END
            """,
            {"key": address_key, "window": ADDRESS_WINDOW.total_seconds(), "tries": ADDRESS_TRIES},
        )


def within(what: str, address: str, most: int, seconds: int) -> bool:
    """Count one more of `what` from this address; whether it is within the `most` of so many seconds."""
    key = "w:" + salted_hmac(f"within {what}", address, algorithm="sha256").hexdigest()[:40]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO casework_guess AS g (key, count, window_until, blocked_until)
            VALUES (%(key)s, 1, clock_timestamp() + make_interval(secs => %(window)s), NULL)
            ON CONFLICT (key) DO UPDATE SET
              count = CASE WHEN g.window_until < clock_timestamp() THEN 1 ELSE g.count + 1 END,
              window_until = CASE WHEN g.window_until < clock_timestamp()
                THEN clock_timestamp() + make_interval(secs => %(window)s) ELSE g.window_until END
            RETURNING count
            """,
            {"key": key, "window": seconds},
        )
        return int(cursor.fetchone()[0]) <= most


def right(number: str) -> None:
    """The holder got in: earlier slips of the pen are forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM casework_guess WHERE key = %s", [_keys(number, "")[0]])


def forget_old() -> int:
    """Remove counters whose time is over; called by the sweeper."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM casework_guess WHERE window_until < clock_timestamp() "
            "AND (blocked_until IS NULL OR blocked_until < clock_timestamp())"
        )
        return int(cursor.rowcount)


def address_of(request: HttpRequest) -> str:
    """The visitor's address; behind our own proxies the one the outermost of them saw."""
    hops = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    if hops and len(forwarded) >= hops:
        return forwarded[-hops]
    return str(request.META.get("REMOTE_ADDR", ""))
