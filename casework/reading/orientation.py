"""Which way up a page lies, how far it is tilted, whether there is anything on it. Runs only in the child.

All of it looks at a grey picture made small; none of it knows what letters are (see `ocr` for upside down).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LOOK_WIDTH = 600  # pixels of the short side that are enough to see lines of text
_MAX_TILT = 5.0  # degrees; more is nothing a feeder does, and Tesseract sees it as a turned page
_WORTH_TURNING = 0.2  # degrees; less costs more in the new pixels than it brings

# A page is blank if less than this share of it is ink, its edges left out.
_INK_OF_A_WORD = 0.00025
_EDGE = 0.04  # of width and height: shadow of the lid, punch holes, torn corners
_MARGIN = 0.08  # of the width: here are the holes for a folder
_RIM = 0.008  # here is nothing but the shadow of the lid
_STROKES_OF_A_LINE = 14  # strokes side by side in a row: no shadow, hole or torn corner has so many
# Ink is darker than the paper around it by so much of 255. What shows through from the back is paler.
_INK_DEPTH = 70

Ink = NDArray[np.bool_]


def ink_of(image: Image.Image) -> Ink:
    """Where the page is clearly darker than the paper around it; about 600 pixels wide."""
    factor = max(1, min(image.size) // _LOOK_WIDTH)
    small = image.reduce(factor) if factor > 1 else image
    grey = np.asarray(small, dtype=np.int16)
    # The paper around: the lightest of each neighbourhood, so that shadows and grey paper do not count.
    paper = _paper(small)
    return np.asarray((paper - grey) > _INK_DEPTH * paper / 255.0, dtype=np.bool_)


def _paper(small: Image.Image) -> NDArray[Any]:
    factor = 12
    tiles = small.reduce(factor) if min(small.size) >= factor * 4 else small
    values = np.asarray(tiles, dtype=np.float32)
    padded = np.pad(values, 2, mode="edge")
    height, width = values.shape
    lightest = values
    for down in range(5):
        for right in range(5):
            lightest = np.maximum(lightest, padded[down : down + height, right : right + width])
    image = Image.fromarray(lightest.astype(np.uint8)).resize(small.size, Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.int16)


def is_blank(image: Image.Image, ink: Ink) -> bool:
    """Whether the page holds nothing to read. An all black page is not blank: something went wrong there."""
    height, width = ink.shape
    top, side = max(1, round(height * _EDGE)), max(1, round(width * _EDGE))
    inside = ink[top : height - top, side : width - side]
    if inside.size == 0:
        return False
    if _is_dark(image):
        return False
    if _has_a_line(ink):  # printed close to the edge
        return False
    if inside.mean() >= _INK_OF_A_WORD:
        rim = max(1, round(width * _RIM))  # a shadow there would hide that the holes are round
        whole = np.pad(_without_holes(ink[:, rim : width - rim]), ((0, 0), (rim, rim)))
        inside = whole[top : height - top, side : width - side]
        if inside.mean() >= _INK_OF_A_WORD:
            return _only_streaks(inside)
        side = round(_MARGIN * width)  # the edges of holes are sharp
    # Pencil and washed-out print are paler than ink, but sharper than what shines through the paper.
    return not _has_fine_marks(image, top / height, side / width)


def _has_a_line(ink: Ink) -> bool:
    """Whether many strokes stand side by side in a few rows (or columns: the page lies on its side)."""
    height, width = ink.shape
    top, side = max(1, round(height * _RIM)), max(1, round(width * _RIM))
    inner = ink[top : height - top, side : width - side]
    for lines in (inner, inner.T):
        strokes = (lines[:, 1:] & ~lines[:, :-1]).sum(axis=1)
        if int((strokes >= _STROKES_OF_A_LINE).sum()) >= 3:
            return True
    return False


def _is_dark(image: Image.Image) -> bool:
    return float(np.median(np.asarray(image)[::8, ::8])) < 96


def _without_holes(inside: Ink) -> Ink:
    """Without round dark spots of 4 to 8 mm in the margins: holes for a folder."""
    width = inside.shape[1]
    margin, smallest, largest = round(_MARGIN * width), 0.018 * width, 0.045 * width
    rest = inside.copy()
    for strip in (rest[:, :margin], rest[:, width - margin :]):
        rows = np.flatnonzero(strip.any(axis=1))
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            if not run.size:
                continue
            spot = strip[run[0] : run[-1] + 1]
            columns = np.flatnonzero(spot.any(axis=0))
            tall, wide = run.size, columns[-1] - columns[0] + 1
            round_one = max(tall, wide) < 1.3 * min(tall, wide)
            filled = spot.sum() > 0.65 * tall * wide  # a circle fills 0.79 of the square around it
            if smallest <= min(tall, wide) and max(tall, wide) <= largest and round_one and filled:
                spot[:] = False
    return rest


def _only_streaks(inside: Ink) -> bool:
    """Whether all the ink is a few thin lines from edge to edge: dust on the glass of a feeder."""
    height, width = inside.shape
    columns = inside.sum(axis=0) > 0.85 * height
    rows = inside.sum(axis=1) > 0.85 * width
    if not (columns.any() or rows.any()) or columns.mean() > 0.02 or rows.mean() > 0.02:
        return False
    rest = inside.copy()
    rest[:, _widened(columns)] = False
    rest[_widened(rows), :] = False
    return bool(rest.mean() < _INK_OF_A_WORD)


def _widened(marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wide = marks.copy()
    for step in (1, 2, 3):
        wide[step:] |= marks[:-step]
        wide[:-step] |= marks[step:]
    return wide


def _has_fine_marks(image: Image.Image, top: float, side: float) -> bool:
    factor = max(1, min(image.size) // 1200)
    small = image.reduce(factor) if factor > 1 else image
    grey = np.asarray(small, dtype=np.int16)
    height, width = grey.shape
    grey = grey[
        round(height * top) : height - round(height * top), round(width * side) : width - round(width * side)
    ]
    if min(grey.shape) < 8:
        return False
    # Steps between neighbours two pixels apart, averaged over three to quiet the noise of the scanner.
    smooth = (grey[:-2] + grey[1:-1] + grey[2:]) // 3
    steps = np.abs(smooth[:, 3:] - smooth[:, :-3])
    noise = float(np.percentile(steps, 95))
    sharp = steps > max(40.0, 4 * noise)
    return bool(sharp.mean() > 0.0008)


def lies_on_its_side(ink: Ink) -> bool:
    """Whether lines of text run from top to bottom. Pure; unsure means no."""
    across, down = _stripes(ink), _stripes(ink.T)
    return down > 2.0 * across


def _stripes(ink: Ink) -> float:
    """How strongly rows with and without ink alternate, as lines of text make them do."""
    without_rules = ink[:, ink.mean(axis=0) < 0.5]
    if without_rules.shape[1] < 20:
        return 0.0
    rows = without_rules.mean(axis=1)
    rows = np.minimum(rows, 0.4)  # a ruled line or black edge is no line of text
    return float(np.square(np.diff(rows)).sum() / (rows.mean() + 1e-4))


def tilt(ink: Ink) -> float:
    """Degrees by which lines fall to the right (positive: turn the picture counter-clockwise). Pure."""
    rows, columns = np.nonzero(ink)
    if len(rows) < 200:
        return 0.0
    if len(rows) > 60_000:
        keep = slice(None, None, len(rows) // 60_000 + 1)
        rows, columns = rows[keep], columns[keep]

    def sharpness(degrees: float) -> float:
        shifted = (rows - columns * np.tan(np.radians(degrees))).astype(np.int32)
        counts = np.bincount(shifted - shifted.min()).astype(np.float64)
        return float(np.square(np.diff(counts)).sum())

    best = max(np.arange(-_MAX_TILT, _MAX_TILT + 0.01, 0.5), key=sharpness)
    best = max(np.arange(best - 0.4, best + 0.41, 0.1), key=sharpness)
    return round(float(best), 2)


def straightened(image: Image.Image, degrees: float) -> Image.Image:
    """The picture with its lines level; same size."""
    if abs(degrees) < _WORTH_TURNING:
        return image
    paper = int(np.median(np.asarray(image)[::9, ::9]))
    return image.rotate(degrees, resample=Image.Resampling.BILINEAR, fillcolor=paper)
