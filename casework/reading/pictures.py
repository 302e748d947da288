"""From a decoded image to the two pictures staff see. Runs only in the child."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

from PIL import Image

from casework.reading.limits import (
    PICTURE_AREA,
    PICTURE_LONG_SIDE,
    PICTURE_SHORT_SIDE,
    THUMBNAIL_HEIGHT,
    THUMBNAIL_WIDTH,
)

# Differences of shade up to this, of 255, are noise of the compression.
_ONE_COLOUR = 8

_DEEP_MODES = {"I", "I;16", "I;16B", "I;16L", "I;16N", "F"}


@dataclass(frozen=True, slots=True)
class Pictures:
    width: int
    height: int
    picture: bytes
    thumbnail: bytes
    empty: bool


def picture_scale(width: float, height: float) -> float:
    """Factor from a page's size to the size of its picture; above 1 if the page is smaller. Pure."""
    short, long = sorted((width, height))
    by_area = math.sqrt(PICTURE_AREA / (short * long))
    return min(PICTURE_SHORT_SIDE / short, PICTURE_LONG_SIDE / long, by_area)


def shrink(image: Image.Image) -> Image.Image:
    """The image in RGB or grey, not larger than a picture may be; never enlarged."""
    image = plain(image)
    scale = picture_scale(*image.size)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.5)
    return image


def encode(image: Image.Image) -> Pictures:
    """WebP of a page and its thumbnail; `image` comes from `shrink` or was drawn in the right size."""
    thumbnail = image.copy()
    thumbnail.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return Pictures(
        width=image.width,
        height=image.height,
        picture=_webp(image, quality=70),
        thumbnail=_webp(thumbnail, quality=60),
        empty=is_one_colour(image),
    )


def turned_clockwise(image: Image.Image, turned: int) -> Image.Image:
    """The image turned by 0, 90, 180 or 270 degrees."""
    ways = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    return image.transpose(ways[turned]) if turned in ways else image


def is_one_colour(image: Image.Image) -> bool:
    """Whether nothing can be seen on the page. Averaged a little, so that noise of a pixel does not count."""
    factor = 2 if min(image.size) >= 200 else 1
    extremes = image.reduce(factor).getextrema() if factor > 1 else image.getextrema()
    bands = extremes if isinstance(extremes[0], tuple) else (extremes,)
    return all(high - low <= _ONE_COLOUR for low, high in bands)


def _webp(image: Image.Image, *, quality: int) -> bytes:
    target = io.BytesIO()
    # Looking longer for a smaller file costs twice the time and saves a fifth of it.
    image.save(target, "WEBP", quality=quality, method=0)
    return target.getvalue()


def plain(image: Image.Image) -> Image.Image:
    """Any mode of Pillow as "L" or "RGB"; what is transparent becomes white paper."""
    if image.mode in ("L", "RGB"):
        if "transparency" not in image.info:
            return image
        image = image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in _DEEP_MODES:
        return _eight_bits(image)
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode in ("LA", "La", "PA", "RGBa"):
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    # Deep grey: Pillow's own conversion cuts at 255 instead of scaling.
    if image.mode != "F":
        image = image.convert("I")
    _low, high = image.getextrema()
    top = 65535.0 if high > 255 else 255.0  # type: ignore[operator]
    if image.mode == "F":
        top = max(float(high), 1.0)  # type: ignore[arg-type]
    return image.convert("F").point(lambda value: value * (255.0 / top) + 0.0).convert("L")
