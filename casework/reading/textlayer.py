"""The text a PDF brings along, where it was made by a program and not scanned. Runs only in the child."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from typing import Any

import pypdfium2.raw as pdfium_c

from casework.reading.recognised import MAX_TEXT, MAX_WORDS, Lines, Word

_LEAST_LETTERS = 20
_INVISIBLE = 3  # text render mode of the text that scanners and OCR programs lay over a picture
_LOOKED_AT = 400  # objects of a page; more of them are drawing
_PICTURE_COVERS = 0.6  # of the page: then the page is a picture, whatever text lies over it


def text_layer(page: Any) -> tuple[Lines, int] | None:
    """Lines of words and the turn that makes them upright; None if the page must be looked at instead.

    Text over a picture of the page is what some other program read there: we trust our own reading more.
    Places are fractions of the page as drawn; the caller turns them.
    """
    if _is_picture(page):
        return None
    layer = page.get_textpage()
    try:
        count = layer.count_chars()
        if count < _LEAST_LETTERS or count > MAX_TEXT * 2:
            return None
        text = layer.get_text_range(0, count)
        if not _is_sound(text):
            return None
        return _words(page, layer, count), _turn(layer, count)
    finally:
        layer.close()


def _is_picture(page: Any) -> bool:
    width, height = page.get_size()
    for at, one in enumerate(page.get_objects(max_depth=2)):
        if at >= _LOOKED_AT:
            return False
        if one.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = one.get_bounds()
            if (right - left) * (top - bottom) > _PICTURE_COVERS * width * height:
                return True
        elif one.type == pdfium_c.FPDF_PAGEOBJ_TEXT and (
            pdfium_c.FPDFTextObj_GetTextRenderMode(one.raw) == _INVISIBLE
        ):
            return True
    return False


def _is_sound(text: str) -> bool:
    """Whether it is text in a language: fonts without a table of letters give private or random signs."""
    signs = [sign for sign in text if not sign.isspace()]
    if len(signs) < _LEAST_LETTERS:
        return False
    odd = sum(
        sign == "\ufffd" or (ord(sign) < 32 and sign != "\x02") or "\ue000" <= sign <= "\uf8ff"
        for sign in signs
    )
    letters = sum(sign.isalpha() for sign in signs)
    vowels = sum(sign in "aeiouäöüyAEIOUÄÖÜY" for sign in signs)
    latin = sum(sign.isascii() and sign.isalpha() for sign in signs)
    if latin > letters / 2 and vowels < 0.2 * letters:
        return False
    return odd < 0.02 * len(signs) and letters > 0.25 * len(signs)


def _turn(layer: Any, count: int) -> int:
    """How the letters themselves stand, as 0, 90, 180 or 270."""
    angles: Counter[int] = Counter()
    for at in range(0, count, max(1, count // 60)):
        angle = pdfium_c.FPDFText_GetCharAngle(layer.raw, at)
        if angle >= 0:
            angles[round(math.degrees(angle) / 90) % 4 * 90] += 1
    # The angle is counter-clockwise on the page and as drawn the same; turning back is clockwise.
    return max(angles, key=lambda turn: angles[turn]) if angles else 0


def _words(page: Any, layer: Any, count: int) -> Lines:
    width, height = page.get_size()
    device = (ctypes.c_int(), ctypes.c_int())

    def drawn(x: float, y: float) -> tuple[float, float]:
        # Through PDFium, which knows /Rotate and boxes that do not begin at zero. 10,000 by 10,000 fields.
        pdfium_c.FPDF_PageToDevice(
            page.raw, 0, 0, 10_000, 10_000, 0, x, y, ctypes.byref(device[0]), ctypes.byref(device[1])
        )
        return device[0].value / 10_000, device[1].value / 10_000

    lines: list[list[Word]] = [[]]
    letters: list[str] = []
    box: list[float] = []
    total = 0

    def finish() -> None:
        if letters and box and total < MAX_WORDS:
            (x1, y1), (x2, y2) = drawn(box[0], box[1]), drawn(box[2], box[3])
            lines[-1].append(_word("".join(letters), x1, y1, x2, y2))
        letters.clear()
        box.clear()

    for at in range(count):
        sign = chr(pdfium_c.FPDFText_GetUnicode(layer.raw, at) or 32)
        if sign == "\x02" or sign == "\ufffe":
            sign = "-"  # a hyphen at the end of a line
        if sign.isspace():
            total += bool(letters)
            finish()
            if sign in "\r\n" and lines[-1]:
                lines.append([])
            continue
        letters.append(sign)
        left, bottom, right, top = layer.get_charbox(at)
        if right > left or top > bottom:
            if box:
                box = [min(box[0], left), min(box[1], bottom), max(box[2], right), max(box[3], top)]
            else:
                box = [left, bottom, right, top]
    finish()
    return tuple(tuple(line) for line in lines if line) if width and height else ()


def _word(text: str, x1: float, y1: float, x2: float, y2: float) -> Word:
    left, right = sorted((min(1.0, max(0.0, x1)), min(1.0, max(0.0, x2))))
    top, bottom = sorted((min(1.0, max(0.0, y1)), min(1.0, max(0.0, y2))))
    return Word(
        text.replace("\0", "")[:200],
        round(left, 4),
        round(top, 4),
        round(right - left, 4),
        round(bottom - top, 4),
        1.0,
    )
