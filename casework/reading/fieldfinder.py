"""Facts on a page: numbers with their check digits, dates, amounts, months, names. Pure.

Fields and the form of their values:
customer_number 123A456789 · household_number 12345//0001234 · pension_number 15070649C103 · iban DE89… ·
birth_date, date 2026-10-31 · amount 1234.56 · month 2026-10 · given_name, family_name, name as printed.

Confidence: that of the words it was read from, less where the letters had to be put right, where there is no
check digit or where only the neighbourhood says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from casework import numbers
from casework.reading.names import names_in
from casework.reading.recognised import MAX_FIELDS, Field, Lines, Place, Word

MONTHS = (
    *("januar", "februar", "märz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)

# What Tesseract takes digits for, where only digits can stand.
_DIGITS = str.maketrans("OoDQIl|!SsBZz", "0000111155822")
_EARLIEST, _LATEST = 1900, 2100

_CUSTOMER = re.compile(r"(?<![\w])[0-9OoIl|SB]{3}\s?[A-Za-z]\s?[0-9OoIl|SB]{6}(?![\w])")
_HOUSEHOLD = re.compile(r"(?<![\w/])[0-9OoIl|SB]{5}\s?(?:[/\\|Il1]{2}|BG|/)\s?[0-9OoIl|SB]{7}(?![\w])")
_PENSION = re.compile(
    r"(?<![\w])[0-9O]{2}[ .]?[0-9O]{2}[ .]?[0-9O]{2}[ .]?[0-9O]{2}[ .]?[A-Z][ .]?[0-9O]{2}[ .]?[0-9O](?![\w])"
)
_IBAN = re.compile(
    r"(?<![\w])[A-Z]{2}\s?[0-9OIlSB]{2}(?:\s?[0-9A-Za-z]{4}){3,7}(?:\s?[0-9A-Za-z]{1,4})?(?![\w])"
)
_DATE = re.compile(
    r"(?<![\d.,/])(\d{1,2})\s?[.,/]\s?(\d{1,2})(?:\s?[.,/]\s?(\d{4})|[.,/](\d{2})(?![.,/]?\d))(?!\d)"
    r"|(?<![\d.])(\d{1,2})\.\s?(" + "|".join(MONTHS) + r")\s(\d{4})(?!\d)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?<![\d.,/])([-–+]?\s?)(\d{1,3}(?:[.\s]\d{3})+|\d{1,7})\s?,\s?(\d{2})(?![\d,])(?!\s?(?:%|m²|kWh|m³|Std))"
)
# The comma read as a point; at least three digits before it, so that it is no day, time or paragraph.
_AMOUNT_POINT = re.compile(
    r"(?<![\d.,/])([-–+]?\s?)(\d{1,3}\.\d{3}|\d{3})\.(\d{2})(?![\d.,/])(?!\s?(?:%|m²|kWh|m³|Std))"
)
# Behind an amount: what is taken off, on payslips and statements of accounts (Soll).
_LESS = re.compile(r"[-–](?![\w–-])|\s?S(?![\w.])")
_MONTH = re.compile(
    r"\b(" + "|".join(MONTHS) + r")\s+(20\d\d)\b|(?<![\d./])(0[1-9]|1[0-2])\s?/\s?(20\d\d)(?!\d)",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"geb(?:oren|urts|\.)|\bgeb\b|birth|\*\s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as text, and which word stands at which place of it."""

    text: str
    words: tuple[Word, ...]
    starts: tuple[int, ...]

    def words_at(self, start: int, end: int) -> list[Word]:
        return [
            word
            for word, at in zip(self.words, self.starts, strict=True)
            if at < end and at + len(word.text) > start
        ]


def line_of(words: Iterable[Word]) -> Line:
    """Without the rules of tables, which are read as "|"."""
    starts, kept, at = [], [], 0
    for word in words:
        text = word.text.strip("|")
        if text:
            starts.append(at)
            kept.append(word if text == word.text else replace(word, text=text))
            at += len(text) + 1
    return Line(" ".join(word.text for word in kept), tuple(kept), tuple(starts))


def fields_in(lines: Lines) -> tuple[Field, ...]:
    """Everything found on the page; the same value of a name once, with its surest place."""
    found: dict[tuple[str, str], Field] = {}
    rows = [line_of(line) for line in lines]
    for at, row in enumerate(rows):
        above = rows[at - 1].text if at else ""
        for field in _in_line(row, above):
            key = field.name, field.value
            if key not in found or found[key].confidence < field.confidence:
                found[key] = field
    for name, value, words, share in names_in(rows):
        field = made(name, value, words, share)
        if (name, value) not in found or found[name, value].confidence < field.confidence:
            found[name, value] = field
    return tuple(found.values())[:MAX_FIELDS]


def _in_line(line: Line, above: str) -> Iterator[Field]:
    taken: list[tuple[int, int]] = []

    def free(match: re.Match[str]) -> bool:
        start, end = match.span()
        if any(start < taken_end and end > taken_start for taken_start, taken_end in taken):
            return False
        taken.append((start, end))
        return True

    for name, pattern, normal, share in _NUMBERS:
        for match in pattern.finditer(line.text):
            value, changed = _put_right(name, match[0], normal)
            if value and free(match):
                words = line.words_at(*match.span())
                yield made(name, value, words, share * (0.85 if changed else 1.0))
    for match in _DATE.finditer(line.text):
        day = _day(match)
        if day is None or not free(match):
            continue
        before = line.text[max(0, match.start() - 40) : match.start()]
        # The name of a table's field may stand in the line above, as long as no other stands beside it.
        born = bool(_BIRTH.search(before)) or (match.start() < 3 and bool(_BIRTH.search(above[:40])))
        born = born and day.year <= _LATEST - 70
        yield made("birth_date" if born else "date", day.isoformat(), line.words_at(*match.span()), 1.0)
    for match in _MONTH.finditer(line.text):
        if free(match):
            number = MONTHS.index(match[1].lower()) + 1 if match[1] else int(match[3])
            value = f"{match[2] or match[4]}-{number:02d}"
            yield made("month", value, line.words_at(*match.span()), 0.9)
    for pattern, share in ((_AMOUNT, 1.0), (_AMOUNT_POINT, 0.7)):
        for match in filter(free, pattern.finditer(line.text)):
            less = match[1].strip() in ("-", "–") or _LESS.match(line.text, match.end())
            sign = "-" if less else ""
            whole = re.sub(r"[.\s]", "", match[2])
            value = f"{sign}{whole}.{match[3]}"
            euro = "€" in line.text or "eur" in line.text.lower()
            yield made("amount", value, line.words_at(*match.span()), share if euro else 0.9 * share)


def made(name: str, value: str, words: list[Word], share: float) -> Field:
    """A field whose place is around its words and whose confidence is `share` of the weakest of them."""
    sure = min((word.confidence for word in words), default=0.0)
    return Field(name, value, around(words), round(max(0.0, min(1.0, share * (0.4 + 0.6 * sure))), 3))


def around(words: list[Word]) -> Place:
    """The smallest place that holds all the words."""
    if not words:
        return Place(0, 0, 0, 0)
    left, top = min(word.x for word in words), min(word.y for word in words)
    right, bottom = max(word.x + word.w for word in words), max(word.y + word.h for word in words)
    return Place(
        round(left, 4),
        round(top, 4),
        round(min(1 - left, right - left), 4),
        round(min(1 - top, bottom - top), 4),
    )


def fits(name: str, text: str) -> bool:
    """Whether the text is a number of this kind as it stands, its check digits right."""
    normal = next(normal for known, _, normal, _ in _NUMBERS if known == name)
    try:
        return bool(normal(text))
    except numbers.NumberError:
        return False


def _put_right(name: str, text: str, normal: Callable[[str], str]) -> tuple[str, bool]:
    """The normal form, if need be after letters that can only be digits became digits."""
    try:
        return normal(text), False
    except numbers.NumberError:
        pass
    for better in _readings(name, text):
        try:
            return normal(better), True
        except numbers.NumberError:
            continue
    return "", False


def _readings(name: str, text: str) -> Iterator[str]:
    compact = re.sub(r"[\s.]", "", text)
    if name == "iban":
        yield compact[:2] + compact[2:].translate(_DIGITS)
    elif name == "customer_number":
        yield compact[:3].translate(_DIGITS) + compact[3] + compact[4:].translate(_DIGITS)
    elif name == "household_number":
        yield compact[:5].translate(_DIGITS) + "//" + compact[-7:].translate(_DIGITS)
    elif name == "pension_number":
        yield compact[:8].translate(_DIGITS) + compact[8:9] + compact[9:].translate(_DIGITS)


def _iban(text: str) -> str:
    """An IBAN whose check digits fit; a word that follows it in the line is cut off."""
    number = re.sub(r"\s", "", text)
    lengths = [22] if number.startswith("DE") else range(len(number), 14, -1)
    error = numbers.NumberError("length")
    for length in lengths:
        try:
            return numbers.iban(number[:length])
        except numbers.NumberError as wrong:
            error = wrong
    raise error


def _household(text: str) -> str:
    if not re.search(r"[/\\]|BG", text):
        raise numbers.NumberError("shape")
    return numbers.household_number(text.replace("|", "/"))


# Name, what it looks like, its normal form, how much it is worth: with check digits more than without.
_NUMBERS: tuple[tuple[str, re.Pattern[str], Callable[[str], str], float], ...] = (
    ("iban", _IBAN, _iban, 1.0),
    ("household_number", _HOUSEHOLD, _household, 0.95),
    ("pension_number", _PENSION, numbers.pension_number, 1.0),
    ("customer_number", _CUSTOMER, numbers.customer_number, 0.95),
)


def _day(match: re.Match[str]) -> date | None:
    if match[6]:
        day, month, year = int(match[5]), MONTHS.index(match[6].lower()) + 1, int(match[7])
    else:
        day, month, year = int(match[1]), int(match[2]), int(match[3] or match[4])
        if match[4]:
            year += 2000 if year < 50 else 1900
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _EARLIEST <= year < _LATEST else None
