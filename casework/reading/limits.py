"""How much one file may cost. Every figure can be made smaller by a caller; tests do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a reading. One file is read by one or more children, each with fresh limits of its own.

    The largest honest file measured took 557 MiB and the slowest 20 s of processor time (9,611 public files).
    """

    cpu_seconds: int = 20
    """Processor seconds of one child; twice the time it works before it lets a fresh one go on."""
    memory_bytes: int = 1 << 30
    """Address space of one child."""
    child_wall_seconds: float = 60.0
    """Seconds on the clock for one child, three times its processor time: machines are shared."""
    wall_seconds: float = 90.0
    """Seconds on the clock for the whole file ..."""
    wall_seconds_per_page: float = 2.0
    """... and so much more for each page that is to be shown."""
    pages: int = 500
    """Pages shown; of a longer file the first ones, with Problem.TOO_LARGE."""
    slice_pages: int = 25
    """Pages one child does before a fresh one goes on."""
    bad_pages: int = 3
    """So many pages may kill their child before we stop trying the rest."""
    pixels: int = 250_000_000
    """Pixels an image may claim in its header."""
    decoded_bytes: int = 480_000_000
    """Bytes an image may need when decoded."""


# Sizes of the pictures, in pixels. 1240 x 1754 is A4 at 150 dpi: small print can be read.
PICTURE_SHORT_SIDE = 1240
PICTURE_LONG_SIDE = 8000  # till receipts: narrow, but long
PICTURE_AREA = 1240 * 3508
PICTURE_DPI = 300  # a small PDF page (an identity card) is not blown up beyond this
THUMBNAIL_WIDTH = 220
THUMBNAIL_HEIGHT = 880  # only for strips longer than four times their width
PICTURE_BYTES = 8_000_000  # what the parent accepts from a child for one picture
