"""Amounts of money as people write them: 1.234,56 or 1234.56 or 480,- €. Pure."""

import re
import unicodedata

_WORDS = re.compile(r"€|eur(?:o)?\b", re.IGNORECASE)
_SPACES = re.compile(r"[\s'’]+")
# Groups of three with one kind of sign, then at most one other sign with one or two digits for cents.
_GERMAN = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{1,2}|[-–—]{1,2}))?")
_ENGLISH = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\.([0-9]{1,2})")
MAX_DIGITS = 9


class AmountError(ValueError):
    """An amount that cannot be read. ``rule``: shape, negative or too_large."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


def read_amount(text: str) -> str:
    """The amount in euros as "1234.56". 1.234 is German for 1234; 1,234 is unclear and refused."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    plain = _SPACES.sub("", _WORDS.sub("", plain))
    if plain[:1] in ("-", "\u2212", "\u2013"):
        raise AmountError("negative")
    found = _GERMAN.fullmatch(plain) or _ENGLISH.fullmatch(plain)
    if not found:
        raise AmountError("shape")
    euros = found[1].replace(".", "").replace(",", "")
    if len(euros.lstrip("0")) > MAX_DIGITS:
        raise AmountError("too_large")
    cents = found[2] or ""
    if not cents.isdigit():
        cents = ""
    return f"{int(euros)}.{cents:0<2}"


def written_amount(amount: str) -> str:
    """ "1234.50" as it is typed in German: "1.234,50"; anything else unchanged."""
    euros, point, cents = amount.partition(".")
    if not point or not euros.isdigit():
        return amount
    return f"{int(euros):,}".replace(",", ".") + "," + cents
