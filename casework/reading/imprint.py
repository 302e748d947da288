"""The grey picture of a page that pages are compared by: paper made white, 200 dpi, 15 shades. No Django.

Made in the child from every pixel there is. It is plain values, deflated, so that whoever opens it later
needs no decoder that a hostile file could reach.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

DPI = 200
"""Small print of a photo of a whole page is just told apart; more costs space and finds no more pairs."""

WHITE = 14
_SHADE = 17  # from white to black in steps of 17 of 255
_PAPER_FROM = 216  # lighter is paper
_LEAST, _MOST = 40, 6000  # pixels of a side
_MOST_PIXELS = 12_000_000
_COARSE = 8
_BAND = 64
# 255 / paper as a whole number over 256: dividing each pixel takes three times as long.
_FACTORS = (65280 // np.maximum(np.arange(256), 20)).astype(np.uint32)

_SHADES = np.array(
    [WHITE if value >= _PAPER_FROM else min(value // _SHADE, WHITE) for value in range(256)], np.uint8
)

# Two shades of a byte as two grey values.
_GREYS = np.array([255 if shade >= WHITE else shade * _SHADE for shade in range(16)], np.uint8)
_PAIRS = np.stack([np.repeat(_GREYS, 16), np.tile(_GREYS, 16)], axis=-1).reshape(-1).view(np.uint16)

Grey = NDArray[np.uint8]


def imprint(image: Image.Image, dpi: float) -> bytes:
    """Pack a grey, upright picture. Empty if it is too small or far too long to be a page."""
    scale = min(1.0, DPI / dpi, (_MOST_PIXELS / (image.width * image.height)) ** 0.5)
    size = round(image.width * scale), round(image.height * scale)
    if min(size) < _LEAST or max(size) > _MOST:
        return b""
    if scale < 0.99:
        way = Image.Resampling.BOX if scale < 0.55 else Image.Resampling.HAMMING
        image = image.resize(size, way, reducing_gap=2.0)
    grey = _on_white(image)
    shades = _SHADES[grey]
    even = shades[:, : shades.shape[1] // 2 * 2]
    packed = even[:, ::2] << 4 | even[:, 1::2]
    head: bytes = even.shape[1].to_bytes(2, "big") + even.shape[0].to_bytes(2, "big")
    deflated: bytes = zlib.compress(packed.tobytes(), 2)
    return head + deflated


def opened(data: bytes) -> Grey:
    """The picture in an imprint: 0 black to 255 white. Raises ValueError if it is none."""
    width, height = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    if not (_LEAST <= width <= _MOST and _LEAST <= height <= _MOST and width * height <= _MOST_PIXELS * 1.01):
        raise ValueError("size of an imprint")
    wanted = width // 2 * height
    undo = zlib.decompressobj()
    try:
        packed = undo.decompress(data[4:], wanted)
    except zlib.error as error:
        raise ValueError("imprint") from error
    if width % 2 or len(packed) != wanted:
        raise ValueError("length of an imprint")
    return _PAIRS.take(np.frombuffer(packed, np.uint8)).view(np.uint8).reshape(height, width)


def _on_white(image: Image.Image) -> Grey:
    """Divided by the paper around, so that shadows, tinted paper and dim light are gone."""
    factor = min(_COARSE, min(image.size) // 8) or 1
    values = np.asarray(image.reduce(factor))
    values = _over_neighbours(np.minimum, _over_neighbours(np.maximum, values))
    paper = Image.fromarray(values).filter(ImageFilter.GaussianBlur(3))
    around = np.asarray(paper.resize(image.size, Image.Resampling.BILINEAR))
    grey, white = np.asarray(image), np.empty((image.height, image.width), np.uint8)
    for top in range(0, image.height, _BAND):  # so much as the processor keeps at hand
        band = slice(top, top + _BAND)
        white[band] = np.minimum(grey[band] * _FACTORS[around[band]] >> 8, 255)
    return white


def _over_neighbours(largest: np.ufunc, values: Grey) -> Grey:
    """The largest (or smallest) of seven by seven: first across, then down."""
    for axis in (1, 0):
        wide = np.pad(values, [(3, 3) if axis == at else (0, 0) for at in (0, 1)], mode="edge")
        length = values.shape[axis]
        values = largest.reduce([wide.take(range(at, at + length), axis) for at in range(7)])
    return values
