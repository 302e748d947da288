"""What comes out of recognising a page: text, words, codes, kind, fields, with their places. Plain values.

Places are fractions of the upright page, so that they fit any picture of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_TEXT = 60_000
MAX_WORDS = 8_000
MAX_CODES = 60
MAX_FIELDS = 400
_MAX_VALUE = 4_000


class Unread(StrEnum):
    """Why the text of a page is not known."""

    NO_ENGINE = "no_engine"  # Tesseract or its language data are not installed: our fault, to be put right
    DAMAGED = "damaged"  # this page cannot be decoded
    TIMEOUT = "timeout"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Place:
    """x, y of the upper left corner, width and height: fractions of the upright page, 0 to 1."""

    x: float
    y: float
    w: float
    h: float

    def as_list(self) -> list[float]:
        return [self.x, self.y, self.w, self.h]


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    x: float
    y: float
    w: float
    h: float
    confidence: float
    """0 to 1; of an embedded text layer always 1."""

    @property
    def place(self) -> Place:
        return Place(self.x, self.y, self.w, self.h)

    def as_list(self) -> list[Any]:
        return [self.text, self.x, self.y, self.w, self.h, self.confidence]


Lines = tuple[tuple[Word, ...], ...]
"""Words in reading order."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code or barcode. `format` as zxing-cpp names it, e.g. "QRCode", "Code128"."""

    format: str
    content: str
    place: Place

    def as_dict(self) -> dict[str, Any]:
        return {"format": self.format, "content": self.content, "place": self.place.as_list()}


@dataclass(frozen=True, slots=True)
class Field:
    """Something worth knowing, in its normal form; see `fieldfinder` for the names."""

    name: str
    value: str
    place: Place
    confidence: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "place": self.place.as_list(),
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class TurnedPicture:
    """The page's picture and thumbnail made upright (WebP); only of pages that were turned."""

    width: int
    height: int
    picture: bytes
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class PageReading:
    number: int
    turned: int = 0
    """Degrees clockwise (0, 90, 180, 270) that make the page upright."""
    skew: float = 0.0
    """Degrees by which the lines of the upright page fall to the right."""
    blank: bool = False
    """Nothing on it beyond shadow of the scanner and what shows through from the other side."""
    text: str = ""
    language: str = ""
    words: tuple[Word, ...] = ()
    codes: tuple[Code, ...] = ()
    kind: str = ""
    """Key of a document kind of the catalogue, or ""."""
    kind_confidence: float = 0.0
    fields: tuple[Field, ...] = ()
    fingerprint: bytes = b""
    seconds: float = 0.0
    """Processor seconds of this page, everything included."""
    ocr_seconds: float = 0.0
    """Processor seconds within Tesseract; 0 where the text layer of the file was used."""
    problem: Unread | None = None
    upright: TurnedPicture | None = None
    imprint: bytes = b""
    """What pages are compared by, see `imprint`; turned by `turned`, not straightened."""

    @property
    def typed(self) -> bool:
        """Whether the words come from the file's own text layer."""
        return bool(self.words) and self.ocr_seconds == 0

    def as_dict(self) -> dict[str, Any]:
        """Without the pictures."""
        return {
            "number": self.number,
            "turned": self.turned,
            "skew": self.skew,
            "blank": self.blank,
            "text": self.text,
            "language": self.language,
            "words": [word.as_list() for word in self.words],
            "codes": [code.as_dict() for code in self.codes],
            "kind": self.kind,
            "kind_confidence": self.kind_confidence,
            "fields": [field.as_dict() for field in self.fields],
            "fingerprint": self.fingerprint.hex(),
            "seconds": self.seconds,
            "ocr_seconds": self.ocr_seconds,
            "problem": self.problem.value if self.problem else None,
        }


@dataclass(frozen=True, slots=True)
class Recognition:
    media_type: str
    page_count: int
    pages: tuple[PageReading, ...] = ()
    problem: str = ""
    """As in `result.Problem`, when the file could not be opened at all; else ""."""
    seconds: float = 0.0
    """Wall-clock time."""

    @property
    def failed_pages(self) -> tuple[int, ...]:
        return tuple(page.number for page in self.pages if page.problem)


def turned_place(place: Place, turned: int) -> Place:
    """Where a place lies after the page was turned clockwise by `turned` degrees. Pure."""
    x, y, w, h = place.as_list()
    match turned:
        case 90:
            return Place(inside(1 - y - h), x, h, w)
        case 180:
            return Place(inside(1 - x - w), inside(1 - y - h), w, h)
        case 270:
            return Place(y, inside(1 - x - w), h, w)
    return place


def inside(value: float) -> float:
    """A fraction, kept within 0 and 1."""
    return round(min(1.0, max(0.0, value)), 4)


def page_from(said: Any, *, upright: TurnedPicture | None = None, imprint: bytes = b"") -> PageReading:
    """A page as a child says it. Raises ValueError if no honest child says so.

    The child may have been taken over by the file, so types, lengths and ranges are checked here.
    """
    try:
        return PageReading(
            number=_whole(said["number"], 1, 2**31),
            turned=_one_of(said["turned"], (0, 90, 180, 270)),
            skew=_number(said["skew"], -90, 90),
            blank=said["blank"] is True,
            text=_text(said["text"], MAX_TEXT),
            language=_text(said["language"], 8),
            words=tuple(
                Word(_text(text, 200), *(_fraction(value) for value in rest))
                for text, *rest in _some(said["words"], MAX_WORDS)
            ),
            codes=tuple(
                Code(_text(code["format"], 40), _text(code["content"], _MAX_VALUE), _place(code["place"]))
                for code in _some(said["codes"], MAX_CODES)
            ),
            kind=_text(said["kind"], 40),
            kind_confidence=_fraction(said["kind_confidence"]),
            fields=tuple(
                Field(
                    _text(field["name"], 40),
                    _text(field["value"], 200),
                    _place(field["place"]),
                    _fraction(field["confidence"]),
                )
                for field in _some(said["fields"], MAX_FIELDS)
            ),
            fingerprint=bytes.fromhex(_text(said["fingerprint"], 128)),
            seconds=_number(said["seconds"], 0, 1e6),
            ocr_seconds=_number(said["ocr_seconds"], 0, 1e6),
            problem=Unread(said["problem"]) if said["problem"] is not None else None,
            upright=upright,
            imprint=imprint,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a page: {error!r}") from error


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ValueError("text")
    return value.encode("utf-8", "replace").decode()  # PostgreSQL takes no lone surrogates


def _number(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("number")
    if not low <= value <= high:
        raise ValueError("number out of range")
    return float(value)


def _fraction(value: Any) -> float:
    return _number(value, 0, 1)


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError("whole number")
    return value


def _one_of(value: Any, allowed: tuple[int, ...]) -> int:
    if type(value) is not int or value not in allowed:
        raise ValueError("value")
    return value


def _some(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("list")
    return value


def _place(value: Any) -> Place:
    return Place(*(_fraction(part) for part in _some(value, 4)))
