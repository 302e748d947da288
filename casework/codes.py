"""Numbers people copy by hand: receipt numbers, case codes, draft codes, and long secrets for QR codes.

Crockford's base 32 (no I, L, O, U); eleven random symbols (55 bits) and a check symbol (Luhn mod 32),
so that one wrong symbol is told from an unknown number without asking the database.
"""

import secrets

from stdnum import luhn

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
RANDOM_SYMBOLS = 11


def new_number() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_SYMBOLS))
    return body + luhn.calc_check_digit(body, ALPHABET)


def new_secret() -> str:
    """130 random bits for the address in a QR code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(26))


def tidy(typed: str) -> str:
    """What a person typed, as it is stored: upper case, no separators, look-alikes put right."""
    return "".join(c for c in typed.upper().translate(_READ_AS) if c.isalnum())[:40]


def is_number(tidied: str) -> bool:
    """Whether the check symbol fits. True says nothing about whether the number exists."""
    return (
        len(tidied) == RANDOM_SYMBOLS + 1
        and all(c in ALPHABET for c in tidied)
        and luhn.checksum(tidied, ALPHABET) == 0
    )


def grouped(number: str) -> str:
    """In groups of four, as printed: A7K2-9QXM-3TFB."""
    return "-".join(number[i : i + 4] for i in range(0, len(number), 4))
