"""Days, times and numbers as a clerk types them."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from channels.post import typed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31.10.2026", date(2026, 10, 31)),
        ("31.10.26", date(2026, 10, 31)),
        ("3-1-26", date(2026, 1, 3)),
        ("31102026", date(2026, 10, 31)),
        ("311026", date(2026, 10, 31)),
        ("2026-10-31", date(2026, 10, 31)),
        ("31. Oktober 2026", date(2026, 10, 31)),
    ],
)
def test_day_is_read(text: str, day: date) -> None:
    assert typed.read_day(text) == day


def test_day_without_a_year_is_never_in_the_future() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert typed.read_day(f"{tomorrow.day}.{tomorrow.month}.") < timezone.localdate()


@pytest.mark.parametrize("text", ["31.2.2026", "heute", "1.13.", "0.1.2026"])
def test_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        typed.read_day(text)


@pytest.mark.parametrize("text", ["3.7.91", "030791", "03071991", "3-7-1991"])
def test_birth_date_with_a_year_that_can_only_be_one_is_read(text: str) -> None:
    assert typed.read_birth_date(text) == date(1991, 7, 3)


def test_birth_date_in_either_century_is_asked_for() -> None:
    with pytest.raises(ValidationError) as refused:
        typed.read_birth_date("3.7.19")
    assert refused.value.messages == ["Geben Sie das Jahr mit vier Ziffern ein: 2019 oder 1919."]


@pytest.mark.parametrize("text", ["31.2.91", "3.7.", "3.7.2999", "3.7.1800"])
def test_birth_date_is_never_guessed(text: str) -> None:
    with pytest.raises(ValidationError):
        typed.read_birth_date(text)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("7:30", time(7, 30)),
        ("7.30", time(7, 30)),
        ("0730", time(7, 30)),
        ("7", time(7)),
        ("23h59", time(23, 59)),
    ],
)
def test_time_is_read(text: str, at: time) -> None:
    assert typed.read_time(text) == at


@pytest.mark.parametrize("text", ["25:00", "7:60", "früh", "730"])
def test_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        typed.read_time(text)
