"""The clock of SGG § 88, by examples."""

from datetime import date

import pytest

from casework.deadlines import inaction_clock, inaction_date, months_later


@pytest.mark.parametrize(
    ("application", "last_day"),
    [
        (date(2026, 11, 12), date(2027, 5, 12)),
        (date(2026, 8, 31), date(2027, 2, 28)),  # BGB § 188 (3): no 31 February
        (date(2027, 8, 31), date(2028, 2, 29)),  # leap year
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2026, 6, 30), date(2026, 12, 30)),
        (date(2026, 1, 1), date(2026, 7, 1)),
    ],
)
def test_inaction_date_of_an_application_is_six_months_later(application: date, last_day: date) -> None:
    assert inaction_date(application, "application") == last_day


def test_inaction_date_of_an_objection_is_three_months_later() -> None:
    assert inaction_date(date(2026, 11, 30), "objection") == date(2027, 2, 28)


def test_inaction_date_on_a_sunday_is_not_moved() -> None:
    assert inaction_date(date(2026, 11, 16), "application") == date(2027, 5, 16)  # a Sunday
    assert date(2027, 5, 16).weekday() == 6


def test_months_later_goes_over_the_turn_of_the_year() -> None:
    assert months_later(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert months_later(date(2026, 11, 15), 1) == date(2026, 12, 15)


def test_clock_without_a_day_of_application_does_not_run() -> None:
    assert inaction_clock(None, "application", date(2026, 11, 21)) is None


@pytest.mark.parametrize(
    ("today", "days_left", "short", "over"),
    [
        (date(2027, 1, 1), 131, False, False),
        (date(2027, 4, 12), 30, True, False),
        (date(2027, 5, 12), 0, True, False),
        (date(2027, 5, 13), -1, False, True),
    ],
)
def test_clock_counts_down_to_the_last_day(today: date, days_left: int, short: bool, over: bool) -> None:
    clock = inaction_clock(date(2026, 11, 12), "application", today)
    assert clock is not None
    assert (clock.days_left, clock.short, clock.over) == (days_left, short, over)
    assert clock.days_over == max(0, -days_left)
