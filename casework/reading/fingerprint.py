"""How a page looks, in 32 bytes, nearly the same for a second scan of the paper. Runs only in the child."""

from __future__ import annotations

import numpy as np
from PIL import Image

from casework.reading.orientation import Ink

SIDE = 16


def fingerprint(ink: Ink) -> bytes:
    """32 bytes: whether each of 16 x 16 fields of the written part holds more ink than its right neighbour.

    Cut to what is written, so that another margin or shift does not change it. Few different bits (of 256)
    mean a likely second scan; a form filled in differently has few too, so it is evidence only.
    """
    rows, columns = np.nonzero(_without_specks(ink))
    if len(rows) < 50:
        return b""
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(columns.min()), int(columns.max()) + 1
    written = Image.fromarray((ink[top:bottom, left:right] * 255).astype(np.uint8))
    fields = np.asarray(written.resize((SIDE + 1, SIDE), Image.Resampling.BOX), dtype=np.int16)
    return np.packbits(fields[:, 1:] > fields[:, :-1]).tobytes()


def distance(one: bytes, other: bytes) -> int:
    """Different bits of two fingerprints; 256 if either is missing. Pure."""
    if len(one) != len(other) or not one:
        return 256
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def _without_specks(ink: Ink) -> Ink:
    """Only ink with ink beside it in a coarse grid: dust at the edge must not widen the frame."""
    height, width = (side // 8 * 8 for side in ink.shape)
    tiles = ink[:height, :width].reshape(height // 8, 8, width // 8, 8).sum(axis=(1, 3)) >= 6
    padded = np.pad(tiles, 1)
    neighbours = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return np.asarray(np.kron(tiles & neighbours, np.ones((8, 8), dtype=np.bool_)), dtype=np.bool_)
