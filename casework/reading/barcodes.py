"""QR codes and barcodes by zxing-cpp, in any direction. Runs only in the child."""

from __future__ import annotations

from typing import Any

import numpy as np
import zxingcpp
from PIL import Image

from casework.reading.recognised import MAX_CODES, Code, Place, inside

# What is printed on letters and forms. Not "all": the rarer ones find codes in ruled tables that are none.
_FORMATS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.EAN13,
        zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.Code39,
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.PDF417,
    ]
)
# A linear code of two or three symbols has next to no redundancy: lines of a table look like it.
_SECOND_LOOKS = 4
_SHORTEST = {"Code128": 4, "Code39": 5}


def codes_on(image: Image.Image, *, thorough: bool = False) -> tuple[list[Code], list[Place]]:
    """Codes of a grey page, and the places of those that were seen but could not be read.

    `thorough`: also light on dark and at other sizes; for a second look.
    """
    found = zxingcpp.read_barcodes(
        np.asarray(image),
        formats=_FORMATS,
        try_rotate=True,
        try_downscale=thorough,
        try_invert=thorough,
        text_mode=zxingcpp.TextMode.Plain,
        return_errors=True,
    )
    codes: list[Code] = []
    unread: list[Place] = []
    for one in found[:MAX_CODES]:
        format = _name(one)
        content = one.text.replace("\0", "")[:4000]
        if not one.valid or not content:
            unread.append(_place(one.position, image.size))
        elif len(content) >= _SHORTEST.get(format, 1):
            codes.append(Code(format, content, _place(one.position, image.size)))
    return codes, unread


def codes_at(places: list[Place], image: Image.Image) -> list[Code]:
    """A thorough second look, only at these places of a finer picture of the page."""
    codes: list[Code] = []
    for place in places[:_SECOND_LOOKS]:
        margin = 0.04 + 0.3 * max(place.w, place.h)
        left, top = max(0.0, place.x - margin), max(0.0, place.y - margin)
        right, bottom = min(1.0, place.x + place.w + margin), min(1.0, place.y + place.h + margin)
        box = (
            round(left * image.width),
            round(top * image.height),
            round(right * image.width),
            round(bottom * image.height),
        )
        for code in codes_on(image.crop(box), thorough=True)[0]:
            wide, high = right - left, bottom - top
            found = code.place
            where = Place(
                inside(left + found.x * wide),
                inside(top + found.y * high),
                round(found.w * wide, 4),
                round(found.h * high, 4),
            )
            if all(code.content != other.content for other in codes):
                codes.append(Code(code.format, code.content, where))
    return codes


def _name(one: Any) -> str:
    return str(one.format).rpartition(".")[2].replace(" ", "").replace("-", "")[:40]


def _place(position: Any, size: tuple[int, int]) -> Place:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across = [min(1.0, max(0.0, corner.x / size[0])) for corner in corners]
    down = [min(1.0, max(0.0, corner.y / size[1])) for corner in corners]
    return Place(
        round(min(across), 4),
        round(min(down), 4),
        round(max(across) - min(across), 4),
        round(max(down) - min(down), 4),
    )
