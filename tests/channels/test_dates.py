"""Dates as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.dates import DateError, fold, read_date

MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli"]
MONTHS += ["August", "September", "Oktober", "November", "Dezember"]
NAMES = {fold(name): number for number, name in enumerate(MONTHS, 1)} | {"march": 3, "october": 10, "may": 5}


@pytest.mark.parametrize(
    ("day", "month", "year", "expected"),
    [
        ("3", "7", "1991", date(1991, 7, 3)),
        ("03", "07", "1991", date(1991, 7, 3)),
        (" 3. ", "7.", " 1991 ", date(1991, 7, 3)),
        ("3", "Juli", "1991", date(1991, 7, 3)),
        ("3", "JULI", "1991", date(1991, 7, 3)),
        ("3", "Jul.", "1991", date(1991, 7, 3)),
        ("3", "März", "1991", date(1991, 3, 3)),
        ("3", "Marz", "1991", date(1991, 3, 3)),
        ("3", "Mär", "1991", date(1991, 3, 3)),
        ("3", "Mrz", "1991", date(1991, 3, 3)),
        ("3", "Sept.", "1991", date(1991, 9, 3)),
        ("3", "October", "1991", date(1991, 10, 3)),
        ("٣", "٧", "١٩٩١", date(1991, 7, 3)),
        ("3.7.1991", "", "", date(1991, 7, 3)),
        ("03.07.1991", "", "", date(1991, 7, 3)),
        ("3. Juli 1991", "", "", date(1991, 7, 3)),
        ("3/7/1991", "", "", date(1991, 7, 3)),
        ("3-7-1991", "", "", date(1991, 7, 3)),
        ("3 7 1991", "", "", date(1991, 7, 3)),
        ("1991-07-03", "", "", date(1991, 7, 3)),
        ("03071991", "", "", date(1991, 7, 3)),
        ("29", "2", "2024", date(2024, 2, 29)),
        ("", "", "", None),
        ("  ", "", " ", None),
    ],
)
def test_read_date(day: str, month: str, year: str, expected: date | None) -> None:
    assert read_date(day, month, year, NAMES) == expected


@pytest.mark.parametrize(
    ("day", "month", "year", "rule"),
    [
        ("3", "7", "91", "short_year"),
        ("3.7.91", "", "", "short_year"),
        ("3", "7", "0", "short_year"),
        ("3", "7", "19911", "year"),
        ("3", "7", "0091", "year"),
        ("3", "7", "neunzig", "year"),
        ("31", "2", "1991", "impossible"),
        ("31.02.1991", "", "", "impossible"),
        ("29", "2", "2023", "impossible"),
        ("31", "4", "1991", "impossible"),
        ("32", "1", "1991", "day"),
        ("0", "1", "1991", "day"),
        ("drei", "1", "1991", "day"),
        ("-3", "1", "1991", "day"),
        ("3", "13", "1991", "month"),
        ("3", "0", "1991", "month"),
        ("3", "Ju", "1991", "month"),
        ("3", "Brumaire", "1991", "month"),
        ("3", "-", "1991", "month"),
        ("1 2 3 4", "", "", "day"),
    ],
)
def test_date_that_cannot_be_says_why(day: str, month: str, year: str, rule: str) -> None:
    with pytest.raises(DateError) as caught:
        read_date(day, month, year, NAMES)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("day", "month", "year", "missing"),
    [
        ("3", "", "", ("month", "year")),
        ("3.7.", "", "", ("year",)),
        ("3", "7", "", ("year",)),
        ("", "7", "1991", ("day",)),
        ("", "", "1991", ("day", "month")),
        ("3", "", "1991", ("month",)),
    ],
)
def test_date_with_parts_missing_names_them(
    day: str, month: str, year: str, missing: tuple[str, ...]
) -> None:
    with pytest.raises(DateError) as caught:
        read_date(day, month, year, NAMES)
    assert (caught.value.rule, caught.value.missing) == ("parts", missing)


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["{d}.{m}.{y}", "{d:02}.{m:02}.{y}", "{y}-{m:02}-{d:02}"]))
def test_every_date_is_read_back_from_how_it_is_pasted(day: date, form: str) -> None:
    assert read_date(form.format(d=day.day, m=day.month, y=day.year), "", "", NAMES) == day


@given(st.dates(date(1000, 1, 1)))
def test_every_date_is_read_back_with_the_name_of_its_month(day: date) -> None:
    assert read_date(str(day.day), MONTHS[day.month - 1], str(day.year), NAMES) == day


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_anything_typed_is_a_date_or_a_named_error(day: str, month: str, year: str) -> None:
    try:
        found = read_date(day, month, year, NAMES)
    except DateError:
        return
    assert found is None or isinstance(found, date)
