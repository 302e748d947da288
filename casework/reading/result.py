"""What comes out of reading a file: pictures of its pages, or a named problem. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Problem(StrEnum):
    """Why (part of) a file cannot be shown. The wording for people is in the templates.

    The sender must be told at once, with the reason (SGB I § 36a (3)); the file is kept whatever this says.
    """

    EMPTY = "empty"  # zero bytes
    ENCRYPTED = "encrypted"  # needs a password we do not have
    DAMAGED = "damaged"  # says what it is, but cannot be decoded
    DYNAMIC_FORM = "dynamic_form"  # a form that draws its pages by a program of its maker (XFA)
    UNKNOWN_TYPE = "unknown_type"  # not a type we make pictures of; the media type may still name it
    TOO_LARGE = "too_large"  # more pixels or pages than we handle
    TIMEOUT = "timeout"  # used up its processor time or its time on the clock
    CRASHED = "crashed"  # the reading process died, usually at its memory limit


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as staff see it. Sizes in pixels, both files are WebP."""

    number: int
    """1-based position in the file."""
    width: int
    height: int
    picture: Path
    thumbnail: Path
    empty: bool
    """The page is all one colour: people are asked to check it, since renderers sometimes show nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All we know of one file. It may have pages and a problem at once, when only some pages failed."""

    media_type: str
    """From the content alone; "" if not recognised."""
    page_count: int
    """Pages the file says it has, also those not shown; 0 if it could not be opened."""
    pages: tuple[PagePicture, ...] = ()
    problem: Problem | None = None
    cut_off: bool = False
    """Part of the data is missing; pages are shown as far as they go, and of a PDF some may be missing."""
    seconds: float = 0.0
    """Wall-clock time of the reading."""
    failed_pages: tuple[int, ...] = ()
    """1-based numbers of pages that should have been shown and could not be."""
