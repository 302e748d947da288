"""Form fields for the types of questions: what people may type, and what they are told if it cannot be read.

The messages are German, the source language of the translations; they say what to do, never what was wrong
with the person. Every field gives back what is stored (see casework/catalogue/flow.py).
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import numbers
from casework.catalogue import catalogue
from channels.amounts import AmountError, read_amount
from channels.dates import DateError, fold, read_date

OLDEST = 120  # years
PARTS = {"day": gettext_lazy("Tag"), "month": gettext_lazy("Monat"), "year": gettext_lazy("Jahr")}
# Control characters that no keyboard makes; line breaks and tabs stay.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class TextField(forms.CharField):
    """Text of one or several lines. Too long is said, never cut off silently by the browser."""

    def __init__(self, *, limit: int, **options: Any) -> None:
        self.limit = limit
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        text = CONTROL.sub("", str(value or "").replace("\r\n", "\n").replace("\r", "\n"))
        return str(super().to_python(text))

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.limit:
            raise ValidationError(
                _("Kürzen Sie den Text: Es passen höchstens %(limit)d Zeichen, jetzt sind es %(length)d."),
                "too_long",
                {"limit": self.limit, "length": len(value)},
            )


class ReadField(forms.CharField):
    """Text that is brought into one written form by a function of ours; what it raises is worded here."""

    def __init__(self, *, read: Callable[[str], Any], **options: Any) -> None:
        self.read = read
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(CONTROL.sub("", str(value or ""))))

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.read(text) if text else None


def customer_number(text: str) -> str:
    try:
        return numbers.customer_number(text)
    except numbers.NumberError as error:
        message = _(
            "Geben Sie drei Ziffern, einen Buchstaben und sechs Ziffern ein, zum Beispiel 123A456789."
        )
        raise ValidationError(message, error.rule) from error


def household_number(text: str) -> str:
    try:
        return numbers.household_number(text)
    except numbers.NumberError as error:
        message = _(
            "Geben Sie die Nummer so ein, wie sie auf dem Bescheid steht, zum Beispiel 12345//0001234."
        )
        raise ValidationError(message, error.rule) from error


def iban(text: str) -> str:
    try:
        return numbers.iban(text)
    except numbers.NumberError as error:
        message = {
            "check_digit": _(
                "Vergleichen Sie die IBAN mit Ihrer Bankkarte. Ein Zeichen fehlt oder ist anders."
            ),
            "length": _("Eine deutsche IBAN hat 22 Zeichen. Vergleichen Sie sie mit Ihrer Bankkarte."),
            "country": _("Vergleichen Sie die ersten zwei Buchstaben der IBAN mit Ihrer Bankkarte."),
        }.get(error.rule, _("Geben Sie die ganze IBAN ein, zum Beispiel DE89 3704 0044 0532 0130 00."))
        raise ValidationError(message, error.rule) from error


def pension_number(text: str) -> str:
    try:
        return numbers.pension_number(text)
    except numbers.NumberError as error:
        message = _(
            "Geben Sie acht Ziffern, einen Buchstaben und drei Ziffern ein, zum Beispiel 15 070649 C 103."
        )
        if error.rule == "check_digit":
            message = _("Vergleichen Sie die Nummer mit Ihrem Ausweis. Ein Zeichen ist anders.")
        raise ValidationError(message, error.rule) from error


def money(text: str) -> str:
    try:
        return read_amount(text)
    except AmountError as error:
        message = {
            "negative": _("Geben Sie den Betrag ohne Minus ein, zum Beispiel 480,50."),
            "too_large": _("Prüfen Sie den Betrag. Er ist sehr groß."),
        }.get(error.rule, _("Geben Sie einen Betrag in Euro ein, zum Beispiel 480,50."))
        raise ValidationError(message, error.rule) from error


def email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        message = _("Geben Sie eine ganze E-Mail-Adresse ein, zum Beispiel amira@example.org.")
        raise ValidationError(message, "shape") from error
    return text


def phone(text: str) -> str:
    """As typed, with single spaces: how people group their number helps whoever calls."""
    digits = sum(char.isdecimal() for char in text)
    if not re.fullmatch(r"[\d\s+()/.\-\u2010-\u2015]+", text) or not 5 <= digits <= 20:
        message = _("Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 0151 23456789.")
        raise ValidationError(message, "shape")
    return " ".join(text.split())


def postcode(text: str) -> str:
    found = re.fullmatch(r"(?:D[-\s]?)?(\d{5})", text.replace(" ", ""), re.IGNORECASE)
    if not found:
        raise ValidationError(_("Geben Sie fünf Ziffern ein, zum Beispiel 12345."), "shape")
    return "".join(str(unicodedata.decimal(char)) for char in found[1])


def whole_number(minimum: int | None, maximum: int | None) -> Callable[[str], int]:
    """Reads a whole number between the two limits, both inclusive."""

    def read(text: str) -> int:
        plain = text.replace(" ", "")
        if not re.fullmatch(r"\d{1,9}", plain):
            raise ValidationError(_("Geben Sie eine ganze Zahl ein, zum Beispiel 2."), "shape")
        number = int(plain)
        if minimum is not None and number < minimum:
            message = _("Geben Sie eine Zahl ein, die nicht kleiner ist als %(limit)d.")
            raise ValidationError(message, "too_small", {"limit": minimum})
        if maximum is not None and number > maximum:
            message = _("Geben Sie eine Zahl ein, die nicht größer ist als %(limit)d.")
            raise ValidationError(message, "too_large", {"limit": maximum})
        return number

    return read


class DateWidget(forms.MultiWidget):
    """Day, month and year as three small inputs: faster than a calendar, above all for birth dates."""

    template_name = "components/widgets/date.html"
    use_fieldset = True

    def __init__(self, autocomplete: str = "") -> None:
        tokens = [autocomplete] * 3
        if autocomplete == "bday":
            tokens = ["bday-day", "bday-month", "bday-year"]
        parts = zip(("day", "month", "year"), tokens, strict=True)
        super().__init__(
            {part: forms.TextInput({"autocomplete": token} if token else None) for part, token in parts}
        )

    def decompress(self, value: Any) -> list[str]:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value or ""))
        except ValueError:
            return ["", "", ""]
        return [str(day.day), str(day.month), str(day.year)]


class DateField(forms.Field):
    """A date from three parts; stored as "YYYY-MM-DD". ``rule``: any, past or birth (see the catalogue)."""

    def __init__(self, *, rule: str = "any", autocomplete: str = "", **options: Any) -> None:
        self.rule = rule
        super().__init__(widget=DateWidget(autocomplete), **options)

    def to_python(self, value: Any) -> str | None:
        day, month, year = [CONTROL.sub("", str(part or "")) for part in (value or ("", "", ""))]
        try:
            found = read_date(day, month, year, month_names())
        except DateError as error:
            raise ValidationError(_date_message(error), error.rule) from error
        if found is None:
            return None
        self._check(found)
        return found.isoformat()

    def _check(self, day: date) -> None:
        today = timezone.localdate()
        if self.rule == "birth" and day > today:
            raise ValidationError(_("Prüfen Sie das Jahr. Das Geburtsdatum liegt in der Zukunft."), "future")
        if (
            self.rule == "birth"
            and (today.year - day.year) - ((today.month, today.day) < (day.month, day.day)) > OLDEST
        ):
            message = _("Prüfen Sie das Jahr. Das Geburtsdatum liegt mehr als 120 Jahre zurück.")
            raise ValidationError(message, "too_old")
        if self.rule == "past" and day > today:
            raise ValidationError(_("Prüfen Sie das Datum. Der Tag liegt in der Zukunft."), "future")
        if not today.year - OLDEST - 1 <= day.year <= today.year + 100:
            raise ValidationError(_("Prüfen Sie das Jahr."), "year")


def _date_message(error: DateError) -> str:
    if error.rule == "parts":
        missing = ", ".join(str(PARTS[part]) for part in error.missing)
        return _("Geben Sie auch noch an: %(missing)s.") % {"missing": missing}
    return {
        "day": _("Geben Sie den Tag als Zahl von 1 bis 31 ein."),
        "month": _("Geben Sie den Monat als Zahl von 1 bis 12 oder als Wort ein, zum Beispiel 7 oder Juli."),
        "short_year": _("Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1991."),
        "year": _("Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1991."),
    }.get(error.rule, _("Prüfen Sie Tag und Monat. Diesen Tag gibt es nicht."))


@cache
def month_names() -> dict[str, int]:
    """Folded names of the months in every language of the catalogue."""
    months = catalogue().words.months
    return {fold(name): number for number, text in enumerate(months, 1) for _language, name in text.words}


class ChoicesField(forms.MultipleChoiceField):
    """Several options; one that means "none of these" cannot stand beside others."""

    def __init__(self, *, exclusive: dict[str, str], **options: Any) -> None:
        self.exclusive = exclusive  # key: label
        super().__init__(**options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        for key in value if len(value) > 1 else ():
            if key in self.exclusive:
                message = _("Wählen Sie „%(option)s“ nur allein aus, oder nur die anderen.")
                raise ValidationError(message, "exclusive", {"option": self.exclusive[key]})
