"""Numbers people copy from letters and cards: one written form for each, however they were typed.

Every function returns the normal form or raises NumberError, whose ``rule`` says what is wrong.
"""

import re
import unicodedata

from stdnum import iban as stdnum_iban
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError

# What people put between the groups of a number: spaces, dots, dashes of every kind.
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212_]+")
_CUSTOMER = re.compile(r"[0-9]{3}[A-Z][0-9]{6}")
_HOUSEHOLD = re.compile(r"([0-9]{5})(?:[/\\]+|BG)([0-9]{1,7})|([0-9]{5})([0-9]{7})")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}")
_PENSION = re.compile(r"[0-9]{8}[A-Z][0-9]{3}")
_PENSION_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


class NumberError(ValueError):
    """A number that cannot be right. ``rule``: ``shape``, ``length``, ``country`` or ``check_digit``."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


def _compact(text: str) -> str:
    """Capital letters and ASCII digits without separators; Arabic or full-width digits become plain ones."""
    plain = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char
        for char in unicodedata.normalize("NFKC", text)
    )
    return _SEPARATORS.sub("", plain).upper()


def customer_number(text: str) -> str:
    """Kundennummer as ``123A456789``: three digits, a letter, six digits. It has no check digit."""
    number = _compact(text).replace("/", "")
    if not _CUSTOMER.fullmatch(number):
        raise NumberError("shape")
    return number


def household_number(text: str) -> str:
    """Number of the Bedarfsgemeinschaft as ``12345//0001234``.

    Letters also print it as ``12345BG0001234``; people leave out slashes, or zeros after them.
    """
    number = re.sub(r"^BG(?:NR|NUMMER)?:?", "", _compact(text))
    found = _HOUSEHOLD.fullmatch(number)
    if not found:
        raise NumberError("shape")
    office, household = found[1] or found[3], found[2] or found[4]
    return f"{office}//{household:0>7}"


def iban(text: str) -> str:
    """IBAN without spaces, its length and check digits verified (ISO 13616)."""
    number = re.sub(r"^IBAN:?", "", _compact(text))
    if not _IBAN.fullmatch(number):
        raise NumberError("shape")
    if number.startswith("DE") and len(number) != 22:
        raise NumberError("length")
    try:
        # The country's own account check is left out: banks exist that do not follow it.
        return str(stdnum_iban.validate(number, check_country=False))
    except InvalidChecksum as error:
        raise NumberError("check_digit") from error
    except InvalidComponent as error:
        raise NumberError("country") from error
    except ValidationError as error:
        raise NumberError("shape") from error


def iban_in_groups(number: str) -> str:
    """``DE89 3704 0044 0532 0130 00``, as bank cards print it."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def pension_number(text: str) -> str:
    """Versicherungsnummer of the pension insurance as ``15070649C103``, its check digit verified.

    Area (2 digits), birth date (6), first letter of the birth name, serial number (2), check digit. The check
    digit (VKVV § 2): the letter counts as its two-digit place in the alphabet; every digit times its weight;
    the sum of the digits of all products, modulo 10. The birth date is not verified: it may differ from the
    real one (numbers given twice have other days), and the check digit finds typing errors.
    """
    number = _compact(text).replace("/", "")
    if not _PENSION.fullmatch(number):
        raise NumberError("shape")
    if pension_check_digit(number[:11]) != number[11]:
        raise NumberError("check_digit")
    return number


def pension_check_digit(start: str) -> str:
    """The check digit that belongs to the first eleven characters of a pension insurance number."""
    digits = f"{start[:8]}{ord(start[8]) - ord('A') + 1:02d}{start[9:]}"
    products = (int(digit) * weight for digit, weight in zip(digits, _PENSION_WEIGHTS, strict=True))
    return str(sum(sum(divmod(product, 10)) for product in products) % 10)
