"""Days of the law are days in Berlin (BSG B 14 AS 51/18 R: received is received, whatever the hour)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection

BERLIN = ZoneInfo("Europe/Berlin")


def berlin_day(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()


def start_of_day(day: date) -> datetime:
    """Where only the day is known (a stamp), the moment recorded is its beginning."""
    return datetime.combine(day, time(0), BERLIN)


def database_now() -> datetime:
    """One clock for arrivals: the database's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
