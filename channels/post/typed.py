"""What is typed about a letter, read: days, times, numbers. Each raises ValidationError with what to do."""

import re
from datetime import date, time

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.codes import is_number, tidy
from channels import fields
from channels.dates import DateError, read_date

OLDEST = 120  # years
_SHORT = re.compile(r"(\d{1,2})[.\-/ ]+(\d{1,2})(?:[.\-/ ]+(\d{2}))?[.\-/ ]*")
_SHORT_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})(?:[:.h ]+(\d{2}))?|(\d{2})(\d{2})")


def read_day(text: str) -> date:
    """A day not long ago: also "3.11." (the last one there was), "3.11.26" and "031126"."""
    today = timezone.localdate()
    found = _SHORT.fullmatch(text) or _SHORT_DIGITS.fullmatch(text)
    if found:
        year = 2000 + int(found[3]) if found[3] else today.year
        day = _day(found[1], found[2], str(year))
        if not found[3] and day > today:
            day = _day(found[1], found[2], str(year - 1))
        return day
    return _day(text, "", "")


def _day(day: str, month: str, year: str) -> date:
    try:
        found = read_date(day, month, year, fields.month_names())
    except DateError as error:
        message = _("Geben Sie ein Datum ein, zum Beispiel 03.11.2026.")
        raise ValidationError(message, error.rule) from error
    assert found is not None  # an empty field is never read
    return found


def read_past_day(text: str) -> date:
    day = read_day(text)
    if day > timezone.localdate():
        raise ValidationError(_("Prüfen Sie das Datum. Der Tag liegt in der Zukunft."), "future")
    return day


def read_birth_date(text: str) -> date:
    """Never with a guessed year: "3.7.91" can only be 1991, but "3.7.19" has to be written out."""
    today = timezone.localdate()
    found = _SHORT.fullmatch(text) or _SHORT_DIGITS.fullmatch(text)
    if found and found[3]:
        years = [
            century + int(found[3]) for century in (today.year // 100 * 100, today.year // 100 * 100 - 100)
        ]
        possible = [year for year in years if 0 <= today.year - year <= OLDEST]
        if len(possible) > 1:
            message = _("Geben Sie das Jahr mit vier Ziffern ein: %(new)d oder %(old)d.")
            raise ValidationError(message, "short_year", {"new": possible[0], "old": possible[1]})
        return _day(found[1], found[2], str(possible[0]))
    day = _day(text, "", "")
    if day > today:
        raise ValidationError(_("Prüfen Sie das Jahr. Das Geburtsdatum liegt in der Zukunft."), "future")
    if today.year - day.year > OLDEST:
        message = _("Prüfen Sie das Jahr. Das Geburtsdatum liegt mehr als 120 Jahre zurück.")
        raise ValidationError(message, "too_old")
    return day


def read_time(text: str) -> time:
    found = _TIME.fullmatch(text)
    hour, minute = (found[1] or found[3], found[2] or found[4] or "0") if found else ("99", "0")
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise ValidationError(_("Geben Sie eine Uhrzeit ein, zum Beispiel 7:30."), "time") from error


def read_number(text: str) -> str:
    number = tidy(text)
    if not is_number(number):
        message = _("Vergleichen Sie die Nummer mit dem Brief. Ein Zeichen fehlt oder ist anders.")
        raise ValidationError(message, "check_symbol")
    return number
