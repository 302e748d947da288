"""A page as it is compared: its grey picture and its words with their places in pixels. Pure; no Django."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from casework.reading.imprint import opened

MOST_WORDS = 1500  # compared of one page; a page of the densest print has about a thousand

Kept = TypeVar("Kept")

_CORNERS = 900
_CORNERS_SIDE = 1100  # pixels of the long side are enough to find corners


@dataclass(frozen=True, slots=True)
class Printed:
    """A word; its middle, width and height in pixels of the imprint."""

    text: str
    x: float
    y: float
    w: float
    h: float
    confidence: float

    @property
    def is_text(self) -> bool:
        return sum(sign.isalnum() for sign in self.text) >= 2

    @property
    def is_number(self) -> bool:
        """Whether a good part of it was read as digits."""
        letters = sum(sign.isalnum() for sign in self.text)
        return 3 * sum(sign.isdecimal() for sign in self.text) >= letters > 0  # not the ² of m²

    def box(self, pad: int) -> tuple[int, int, int, int]:
        return (
            math.floor(self.x - self.w / 2) - pad,
            math.floor(self.y - self.h / 2) - pad,
            math.ceil(self.x + self.w / 2) + pad,
            math.ceil(self.y + self.h / 2) + pad,
        )


@dataclass(frozen=True, slots=True)
class Corners:
    points: NDArray[np.float32]
    descriptors: NDArray[np.float32]


@dataclass(frozen=True)
class Sheet:
    """One page. `typed`: its words come from the text layer of a file, not from recognising."""

    grey: NDArray[np.uint8]
    words: tuple[Printed, ...]
    typed: bool = False
    blank: bool = False
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def sureness(self) -> float:
        """Mean confidence of its words; 0 without any."""
        return float(np.mean([word.confidence for word in self.words])) if self.words else 0.0

    def once(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What is made of this page alone: on the first question, for all pages it is compared with."""
        if name not in self._kept:
            self._kept[name] = make()
        found: Kept = self._kept[name]
        return found

    def corners(self) -> Corners | None:
        """SIFT corners."""
        return self.once("corners", lambda: _corners(self.grey))


def sheet(imprint: bytes, words: Iterable[Sequence[Any]], *, skew: float = 0.0, typed: bool = False) -> Sheet:
    """From what reading kept. Raises ValueError if the imprint is none.

    `words`: text, x, y, width, height as fractions of the upright page, confidence. `skew`: degrees by which
    the page was turned before it was read, so that places of words can be turned back.
    """
    grey = opened(imprint)
    height, width = grey.shape
    sine, cosine = math.sin(math.radians(skew)), math.cos(math.radians(skew))
    placed = []
    for text, x, y, w, h, confidence in words:
        across, down = (x + w / 2 - 0.5) * width, (y + h / 2 - 0.5) * height
        placed.append(
            Printed(
                str(text),
                cosine * across - sine * down + width / 2,
                sine * across + cosine * down + height / 2,
                w * width,
                h * height,
                float(confidence),
            )
        )
        if len(placed) == MOST_WORDS:
            break
    return Sheet(grey, tuple(placed), typed=typed)


def _corners(grey: NDArray[np.uint8]) -> Corners | None:
    scale = min(1.0, _CORNERS_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, descriptors = cv2.SIFT_create(_CORNERS).detectAndCompute(small, None)  # type: ignore[attr-defined]
    if descriptors is None or len(points) < 12:
        return None
    places = np.array([point.pt for point in points], np.float32) / np.float32(scale)
    return Corners(places, np.asarray(descriptors, np.float32))
