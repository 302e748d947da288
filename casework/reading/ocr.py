"""Text of a page by Tesseract, loaded once a child, one thread. Runs only in the child."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from casework.reading.orientation import Ink
from casework.reading.pictures import turned_clockwise
from casework.reading.recognised import MAX_TEXT, MAX_WORDS, Lines, Place, Word

# Without this each engine starts four threads that mostly wait for one another. Read when the library loads.
os.environ["OMP_THREAD_LIMIT"] = "1"
import tesserocr

CLEAR = 0.8
"""Mean confidence from which a page counts as read well; upside-down text reaches about 0.4."""
PHOTO_CLEAR = 0.9
"""The same for photos: where their light is uneven, lines are left out and the others read well."""
COLUMN = 4  # page segmentation: one column of lines of any size; others tear tables apart
LINE = 7  # the picture is one line
_SECONDS = 25.0  # for one page; after that it is a photo of gravel
_SECONDS_A_PART = 2.0
_MARGIN = 0.07  # inches of paper around a part that is looked at again
_BAND = 0.22  # of the height: enough lines to see which way up they are


@dataclass(frozen=True, slots=True)
class Said:
    """What Tesseract read: lines of words."""

    lines: Lines = ()
    timed_out: bool = False

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line)[:MAX_WORDS]

    @property
    def text(self) -> str:
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)[:MAX_TEXT]

    @property
    def confidence(self) -> float:
        """Mean over the letters and digits; 0 without any."""
        weights = [(sum(c.isalnum() for c in word.text), word.confidence) for word in self.words]
        total = sum(weight for weight, _ in weights)
        return sum(weight * sure for weight, sure in weights) / total if total else 0.0

    @property
    def weight(self) -> float:
        """How much was read and how surely: letters of words of some length, each times its confidence."""
        return sum(
            sum(c.isalnum() for c in word.text) * max(0.0, word.confidence - 0.5)
            for word in self.words
            if len(word.text) > 2
        )


class Engine:
    """Tesseract with its language data. `languages` as in "deu+eng"."""

    def __init__(self, folder: str, languages: str, *, layout: int = COLUMN) -> None:
        self._api: Any = tesserocr.PyTessBaseAPI(
            path=folder, lang=languages, psm=layout, oem=tesserocr.OEM.LSTM_ONLY
        )
        # What it prints goes to standard error, which is closed: behind the walls it could open no other
        # file, and would crash.
        self._api.SetVariable("debug_file", "")
        # Each badly read line would be tried once more as white on black.
        self._api.SetVariable("invert_threshold", "0.0")
        self.seconds = 0.0

    def read(self, image: Image.Image, dpi: float, *, seconds: float = _SECONDS) -> Said:
        """Lines of a level, upright grey picture. Places are fractions of it."""
        started = time.process_time()
        try:
            self._api.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
            self._api.SetSourceResolution(round(min(600.0, max(70.0, dpi))))
            finished = self._api.Recognize(round(seconds * 1000))
            lines = _lines(self._api.GetTSVText(0), image.size)
            self._api.Clear()
            return Said(lines, timed_out=not finished)
        finally:
            self.seconds += time.process_time() - started

    def read_part(self, image: Image.Image, dpi: float, place: Place) -> tuple[Word, ...]:
        """The words at a place of the picture, with their places on it."""
        margin = _MARGIN * dpi
        left, top = place.x * image.width - 2 * margin, place.y * image.height - margin
        right = (place.x + place.w) * image.width + 2 * margin
        bottom = (place.y + place.h) * image.height + margin
        box = (
            *(max(0, round(left)), max(0, round(top))),
            *(min(image.width, round(right)), min(image.height, round(bottom))),
        )
        part = image.crop(box)
        return tuple(
            replace(
                word,
                x=_fraction((box[0] + word.x * part.width) / image.width),
                y=_fraction((box[1] + word.y * part.height) / image.height),
                w=_fraction(word.w * part.width / image.width),
                h=_fraction(word.h * part.height / image.height),
            )
            for word in self.read(part, dpi, seconds=_SECONDS_A_PART).words
        )

    def which_way_up(self, image: Image.Image, dpi: float, ink: Ink) -> int:
        """Degrees clockwise (0, 90, 180, 270) by which the page has to be turned to be read; 0 if unsure.

        Reads the band with most ink in each direction. Only asked where the page was read badly.
        """
        best, best_weight, upright = 0, 0.0, 0.0
        for turned in (0, 180, 90, 270):
            way = turned_clockwise(image, turned)
            weight = self.read(_fullest_band(way, np.rot90(ink, -turned // 90)), dpi, seconds=5).weight
            upright = weight if turned == 0 else upright
            if weight > best_weight:
                best, best_weight = turned, weight
            if weight > 40:  # some ten clear words: no other direction gives that
                break
        return best if best_weight > 1.5 * upright + 2 else 0


def treated(image: Image.Image) -> Image.Image:
    """For a second try: paper white, ink black, and quietened. Helps pale and noisy scans."""
    return ImageOps.autocontrast(image.filter(ImageFilter.GaussianBlur(0.7)), cutoff=(1, 40))


def _fullest_band(image: Image.Image, ink: Ink) -> Image.Image:
    height = ink.shape[0]
    band = max(1, round(height * _BAND))
    sums = np.concatenate(([0], np.cumsum(ink.sum(axis=1))))
    top = int(np.argmax(sums[band:] - sums[:-band])) if height > band else 0
    return image.crop(
        (0, round(top / height * image.height), image.width, round((top + band) / height * image.height))
    )


def _lines(tsv: str, size: tuple[int, int]) -> Lines:
    """Tesseract's table of words: level, page, block, paragraph, line, word, left, top, width, height, …"""
    width, height = size
    lines: dict[tuple[str, ...], list[Word]] = {}
    for row in tsv.splitlines():
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not (text := "".join(cells[11].split())):
            continue
        left, top, wide, high = (int(cell) for cell in cells[6:10])
        word = Word(
            text=text.replace("\0", "")[:200],
            x=_fraction(left / width),
            y=_fraction(top / height),
            w=_fraction(wide / width),
            h=_fraction(high / height),
            confidence=_fraction(float(cells[10]) / 100),
        )
        lines.setdefault(tuple(cells[1:5]), []).append(word)
    return tuple(tuple(words) for words in lines.values())


def _fraction(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)
