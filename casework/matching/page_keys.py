"""By what a page is found among millions: its rare words, as numbers. Pure; no Django.

Numbers, amounts, dates and names of a paper stand on few others. A key is a word with what readings confuse
folded together. How rare a word is, the store knows; here only what cannot tell papers apart is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from casework.matching.registration import plain

MOST_KEYS = 96  # of a page; a bank statement has some 120 different words
_FOLDED = str.maketrans(
    {"o": "0", "q": "0", "l": "1", "i": "1", "ı": "1", "s": "5", "b": "8", "z": "2", "ß": "8"}
)
EDGE = 0.045  # of the height: lines that fax machines and scanners print on top or below
_BANDS = 16
_BAND_BYTES = 2


def keys_of(words: Iterable[Sequence[Any]], fingerprint: bytes = b"") -> tuple[int, ...]:
    """Signed 64-bit numbers: of its words, those with digits first, and of its look."""
    numbers: dict[str, None] = {}
    names: dict[str, None] = {}
    for text, *_, confidence in words:
        word = plain(str(text))
        folded = word.translate(_FOLDED)
        digits = sum(sign.isdigit() for sign in folded)
        if any(sign.isdigit() for sign in word) and (digits >= 3 or (digits == 2 and len(word) >= 4)):
            numbers[folded] = None
        elif len(word) >= 4 and confidence >= 0.5:
            names[word] = None
    found = [_number("w", word) for word in (*numbers, *names)][:MOST_KEYS]
    return (*found, *_look(fingerprint))


def is_own(words: Iterable[Sequence[Any]]) -> bool:
    """Whether a page has something of its own: a date, a long number, several amounts.

    The same conditions and privacy notices lie behind thousands of letters; that such a page came before
    says nothing of the paper. What a fax machine prints at the edge, date and number, is not the page's own.
    """
    long, short = set(), set()
    for text, _, y, _, high, *_ in words:
        if y + high < EDGE or y > 1 - EDGE:
            continue
        digits = "".join(sign for sign in str(text) if sign.isdigit())
        if len(digits) >= 6:
            long.add(digits)
        elif len(digits) >= 3:
            short.add(digits)
    return bool(long) or len(short) >= 4


def _look(fingerprint: bytes) -> list[int]:
    """Bands of the fingerprint, for pages with little that can be read: two looks alike share some."""
    if len(fingerprint) != _BANDS * _BAND_BYTES:
        return []
    bands = [fingerprint[i : i + _BAND_BYTES] for i in range(0, len(fingerprint), _BAND_BYTES)]
    return [_number(f"l{i}", band.hex()) for i, band in enumerate(bands) if len(set(band)) > 1]


def _number(kind: str, word: str) -> int:
    digest = hashlib.blake2b(f"{kind}:{word}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
