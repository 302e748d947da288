"""The clocks of the law that both sides should see. Days and months only, no Django.

Inaction (SGG § 88): six months after an application, three after an objection, an action for failure to act
becomes admissible. Months are counted as in BGB §§ 187 (1), 188 (2), (3) (SGB X § 26): the day of the
application does not count; the period ends on the day of the same number, or on the last day of a month that
has no such day. It is not moved to the next working day: the earlier date is the safe one for whoever waits.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

Matter = Literal["application", "objection"]
INACTION_MONTHS: dict[Matter, int] = {"application": 6, "objection": 3}
# From here on a list shows that time is getting short; ours, not the law's.
SHORT_DAYS = 30


def months_later(day: date, months: int) -> date:
    """The day of the same number so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def inaction_date(application_day: date, kind: Matter) -> date:
    """The last day the office has; from the day after, an action for failure to act is admissible."""
    return months_later(application_day, INACTION_MONTHS[kind])


@dataclass(frozen=True)
class Clock:
    """Time until `ends_on`, the last day; `days_left` is 0 on that day and negative after it."""

    ends_on: date
    days_left: int

    @property
    def over(self) -> bool:
        return self.days_left < 0

    @property
    def short(self) -> bool:
        return 0 <= self.days_left <= SHORT_DAYS

    @property
    def days_over(self) -> int:
        return max(0, -self.days_left)


def inaction_clock(application_day: date | None, kind: Matter, today: date) -> Clock | None:
    """None without a day of application: papers alone start no clock."""
    if application_day is None:
        return None
    ends_on = inaction_date(application_day, kind)
    return Clock(ends_on, (ends_on - today).days)
