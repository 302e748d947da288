"""The grey picture of a page that is recognised: upright as the file says, at a known resolution. Pure.

Recognition needs no more than 150 dpi of ordinary print; more only costs time (docs/decisions/0008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image

USUAL_DPI = 150
FINE_DPI = 200
"""For photos, whose true resolution nobody knows, and for a second look at what was read badly."""
CODE_DPI = 300
"""For a second look at codes that were seen but not read."""

_A4_SHORT = 8.27  # inches
_STRIP_SHORT = 3.15  # a till receipt, 80 mm
_MAX_PIXELS = 16_000_000  # A3 at 300 dpi is 17 million; a grey picture takes a byte each


@dataclass(frozen=True, slots=True)
class Grey:
    image: Image.Image
    dpi: float
    certain: bool
    """Whether the resolution is known; of photos it is guessed."""
    cut_off: bool = False
    """Data of this page are or may be missing: nothing to see does not mean that it is blank."""


def inches(width: float, height: float) -> bool:
    """Whether these can be the inches of a sheet of paper, not of a picture somebody put into a PDF."""
    short, long = sorted((width, height))
    return 1.4 <= short <= 13 and long <= 60


def guessed_dpi(width: int, height: int) -> float:
    """Resolution of a picture of a page, taken to be A4, or a till receipt if it is a long strip."""
    short, long = sorted((width, height))
    return short / (_STRIP_SHORT if long > 2.4 * short else _A4_SHORT)


def jpeg_part(size: tuple[int, int], dpi: float, wanted: float) -> tuple[int, int]:
    """The size to ask the JPEG decoder for: a half, a quarter or an eighth costs a fraction of the time."""
    for part in (8, 4, 2):
        if dpi / part >= wanted * 0.95:
            return size[0] // part, size[1] // part
    return size


def at_dpi(image: Image.Image, dpi: float, wanted: float, *, certain: bool) -> Grey:
    """The grey image at about the wanted resolution: averaged down, or enlarged where it is too coarse."""
    wanted = min(wanted, dpi * (_MAX_PIXELS / (image.width * image.height)) ** 0.5)
    if dpi > wanted * 1.4:
        return Grey(_scaled(image, wanted / dpi, Image.Resampling.BOX), wanted, certain)
    if dpi < USUAL_DPI * 0.8 and image.width * image.height < _MAX_PIXELS / 4:
        factor = min(2.0, USUAL_DPI / dpi)
        return Grey(_scaled(image, factor, Image.Resampling.BICUBIC), dpi * factor, certain)
    return Grey(image, dpi, certain)


def coarser(fine: Grey) -> Grey:
    """The same picture as recognising needs it."""
    wanted = USUAL_DPI if fine.certain else FINE_DPI
    return replace(at_dpi(fine.image, fine.dpi, wanted, certain=fine.certain), cut_off=fine.cut_off)


def _scaled(image: Image.Image, factor: float, way: Image.Resampling) -> Image.Image:
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    if way is Image.Resampling.BOX and (whole := round(1 / factor)) > 1 and abs(1 / factor - whole) < 0.02:
        return image.reduce(whole)
    return image.resize(size, way)
