"""A second look at what has to be right to the letter: names and numbers. Pure; `again` does the reading.

The engine for German knows German letters and words only: it takes Inés for Ines, and the letter within
123A456789 for a digit. The network of script/Latin (`letters`) reads both better, but ß worse, and takes
longer; so it reads only these few words, and the two readings are put together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from casework.reading.fieldfinder import Line, fits, line_of
from casework.reading.names import names_in
from casework.reading.recognised import Lines, Place, Word

Read = Callable[[Place], tuple[Word, ...]]
"""The words at a place of the page, as the other network reads them, with their places on the page."""

_FEWEST_DIGITS = 7
_MOST = 24  # looks a page; a list of two hundred people is not read twice

# What may be a number of ours, however badly it was read. IBAN and pension number prove themselves.
_SIGN = r"[0-9A-Za-z|!§$&]"
_CUSTOMER = re.compile(rf"(?<![\w/]){_SIGN}{{3}}\s?{_SIGN}\s?{_SIGN}{{6}}(?![\w/])")
_IBAN = re.compile(
    rf"(?<![\w])(?!IBAN)(?:[A-Z]{{2}}\s?[0-9A-Za-z]{{2,3}}(?:\s?{_SIGN}{{3,5}}){{3,8}}(?:\s?{_SIGN}{{1,3}})?)(?![\w])"
)
_HOUSEHOLD = re.compile(r"(?:BG|Bedarfsgemeinschaft)\S*\s+(\S{10,20})(?=\s|$)", re.IGNORECASE)
_PENSION = re.compile(rf"(?<![\w])(?:{_SIGN}{{2}}\s?){{4}}{_SIGN}\s?{_SIGN}{{3}}(?![\w])")
_NUMBERS = (
    ("iban", _IBAN, 0),
    ("household_number", _HOUSEHOLD, 1),
    ("pension_number", _PENSION, 0),
    ("customer_number", _CUSTOMER, 0),
)

_SHARP = re.compile(r"[BRf](?=ß)|(?<=[a-zäöü]ß)[BR]")
"""One ß read as two letters; no word has these beside it."""
_NO_SIGN_OF_A_NAME = re.compile(r"(?<=[^\W\d_])[&$€§@6839](?=[^\W\d_]|,?\Z)")


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to before `end` of a line, and what they may be: "name", or a field's name."""

    line: int
    first: int
    end: int
    what: str


def again(lines: Lines, read: Read) -> Lines:
    """The lines with names and numbers as the two readings together have them."""
    better = [list(line) for line in lines]
    # From the end of each line, so that places before it stay true.
    for span in sorted(spans(lines), key=lambda one: (one.line, one.first), reverse=True):
        words = lines[span.line][span.first : span.end]
        seen = read(around(words))
        joined = joined_name(words, seen) if span.what == "name" else joined_number(span.what, words, seen)
        better[span.line][span.first : span.end] = joined
    return tuple(tuple(line) for line in better)


def spans(lines: Lines) -> list[Span]:
    """What is worth a second look, without overlaps; at most so many that a page stays quick."""
    taken: set[tuple[int, int]] = set()
    found: list[Span] = []
    for span in (*_numbers(lines), *_names(lines)):
        words = {(span.line, word) for word in range(span.first, span.end)}
        if words and not words & taken:
            taken |= words
            found.append(span)
    return found[:_MOST]


def _numbers(lines: Lines) -> Iterator[Span]:
    for at, words in enumerate(lines):
        line = line_of(words)
        known: list[tuple[int, int]] = []
        for what, pattern, group in _NUMBERS:
            for match in pattern.finditer(line.text):
                text, (start, end) = match[group], match.span(group)
                digits = sum(sign.isdigit() for sign in text)
                if digits < _FEWEST_DIGITS or any(start < last and end > first for first, last in known):
                    continue
                known.append((start, end))
                if what == "customer_number" or not fits(what, text):
                    yield from _span(at, words, line, (start, end), what)


def _span(at: int, words: tuple[Word, ...], line: Line, place: tuple[int, int], what: str) -> Iterator[Span]:
    corners = {_corner(word) for word in line.words_at(*place)}
    inside = [number for number, word in enumerate(words) if _corner(word) in corners]
    if inside:
        yield Span(at, inside[0], inside[-1] + 1, what)


def _names(lines: Lines) -> Iterator[Span]:
    # A sign within a word must not hide a name: Zo& stands for Zoë.
    plain = [
        line_of(replace(word, text=_NO_SIGN_OF_A_NAME.sub("e", word.text)) for word in line) for line in lines
    ]
    corners: set[tuple[float, float]] = set()
    for _, _, words, _ in names_in(plain):
        corners |= {_corner(word) for word in words}
    for at, line in enumerate(lines):
        inside = [number for number, word in enumerate(line) if _corner(word) in corners]
        for number in inside:
            if number - 1 not in inside:
                end = number
                while end in inside:
                    end += 1
                yield Span(at, number, end, "name")


def _corner(word: Word) -> tuple[float, float]:
    return word.x, word.y


def around(words: tuple[Word, ...]) -> Place:
    """The smallest place that holds all the words."""
    left, top = min(word.x for word in words), min(word.y for word in words)
    right, bottom = max(word.x + word.w for word in words), max(word.y + word.h for word in words)
    return Place(left, top, right - left, bottom - top)


# --- numbers


def joined_number(what: str, words: tuple[Word, ...], seen: tuple[Word, ...]) -> tuple[Word, ...]:
    """The second reading if it has a number of the right form; else the first."""
    cleaned = [replace(word, text=word.text.strip(_AROUND)) for word in seen]
    numbers = [word for word in cleaned if word.text]
    for start in range(len(numbers)):
        second = " ".join(word.text for word in numbers[start:])
        if fits(what, second):
            first = " ".join(word.text for word in words)
            doubtful = fits(what, first) and _letters(first) != _letters(second)
            share = 0.75 if doubtful else 1.0
            return tuple(
                replace(word, confidence=round(share * word.confidence, 4)) for word in numbers[start:]
            )
    return words


_AROUND = ":;.,|'\"“”„’‘[](){}"


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


# --- names


def joined_name(words: tuple[Word, ...], seen: tuple[Word, ...]) -> tuple[Word, ...]:
    """Word by word, letter by letter; the first reading where the second has another number of words."""
    others = [word for word in seen if any(sign.isalnum() for sign in word.text)]
    if len(others) != len(words):
        return words
    return tuple(
        replace(word, text=one_name(word.text, other.text)) for word, other in zip(words, others, strict=True)
    )


def one_name(german: str, latin: str) -> str:
    """A name as two networks read it: German letters as the first says, all others as the second.

    Of a letter both took for two, one is left.
    """
    one, other = _SHARP.sub("", german), _SHARP.sub("", unicodedata.normalize("NFC", latin))
    letters = list[str]()
    skip = 0
    for what, start, end, from_, to in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        mine, theirs = one[start:end][skip:], other[from_:to]
        skip = 0
        if what == "equal":
            letters += mine
        elif what == "replace" and len(mine) == len(theirs):
            letters += [_better(*pair) for pair in zip(mine, theirs, strict=True)]
        elif what == "replace":
            letters += theirs if _odd(mine) or any(map(_foreign, theirs)) else mine
        elif what == "delete":
            letters += [sign for sign in mine if sign.isalpha() or sign in ",.-'’"]
        elif len(theirs) == 1 and _foreign(theirs):
            # "tł" for ł: the German letter beside it is the same one, seen with German eyes.
            if letters and _alike(letters[-1], theirs):
                letters[-1] = theirs
            elif end < len(one) and _alike(one[end], theirs):
                letters.append(theirs)
                skip = 1
    return "".join(letters)


def _better(mine: str, theirs: str) -> str:
    return theirs if _foreign(theirs) or (theirs.isalpha() and _odd(mine)) else mine


def _odd(text: str) -> bool:
    """Whether a sign stands in it that no name has."""
    return any(not sign.isalpha() and sign not in ",.-'’ " for sign in text)


def _foreign(sign: str) -> bool:
    """A letter that German does not have."""
    return sign.isalpha() and not sign.isascii() and sign not in "äöüÄÖÜßẞ"


_LOOKS_LIKE = {"ł": "tl", "Ł": "L", "ø": "o", "Ø": "O", "ı": "il", "đ": "d", "Đ": "D", "æ": "a", "þ": "p"}


def _alike(plain: str, foreign: str) -> bool:
    base = unicodedata.normalize("NFD", foreign)[0]
    return plain.lower() in (_LOOKS_LIKE.get(foreign, "") + base).lower()
