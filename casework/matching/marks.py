"""What one page has more than the other: stamps, notes, strokes of a pen, holes, lines of a fax. Pure.

It is found as ink that has no ink of the other page near it. Where such a stroke runs over print, the print
under it is compared without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from casework.matching.pieces import Piece
from casework.matching.registration import Grey

_INK = 190
_PALE = 225
_REACH = 5  # pixels: ink of the other page nearer than half of this explains it
_DUST = 45
_STROKE = 34  # pixels: longer than a letter is wide

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Mark:
    left: int
    top: int
    right: int
    bottom: int
    ink: int

    @property
    def is_stroke(self) -> bool:
        return max(self.right - self.left, self.bottom - self.top) > _STROKE


def only_on(one: Grey, other: Grey) -> tuple[list[Mark], Mask]:
    """Marks that only `one` has, and where its strokes are."""
    mine = (one < _INK).astype(np.uint8)
    near = cv2.dilate((other < _PALE).astype(np.uint8), np.ones((_REACH, _REACH), np.uint8))
    alone = cv2.bitwise_and(mine, 1 - near)
    if cv2.countNonZero(alone) < _DUST:
        return [], np.zeros(one.shape, np.uint8)
    small = _halved(alone)
    reach = np.ones((3, 7), np.uint8)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(cv2.erode(cv2.dilate(small, reach), reach))
    marks, strokes = [], np.zeros(count, np.uint8)
    for index in range(1, count):
        left, top, width, height, area = (2 * int(value) for value in stats[index])
        if 2 * area < _DUST:
            continue
        mark = Mark(left, top, left + width, top + height, 2 * area)
        marks.append(mark)
        strokes[index] = mark.is_stroke
    whole = _whole(_halved(mine), _halved(near), strokes[numbers])
    return marks, np.asarray(cv2.resize(whole, one.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def _halved(mask: NDArray[Any]) -> Mask:
    """Half as wide and high; a field with any of it is set."""
    height, width = (side // 2 * 2 for side in mask.shape)
    grown = cv2.dilate(mask, np.ones((2, 2), np.uint8), anchor=(0, 0))
    return np.ascontiguousarray(grown[:height:2, :width:2])


def _whole(mine: Mask, near: Mask, seen: Mask) -> Mask:
    """The strokes also where they run through print: all ink that hangs together with them."""
    if not seen.any():
        return seen
    count, numbers = cv2.connectedComponents(mine)
    hanging = np.zeros(count, np.uint8)
    hanging[np.unique(numbers[seen > 0])] = 1
    hanging[0] = 0
    return np.asarray(seen | (hanging[numbers] & (1 - cv2.erode(near, np.ones((3, 3), np.uint8)))), np.uint8)


def score_beside(one: Grey, other: Grey, piece: Piece, strokes: Mask) -> float | None:
    """Correlation of a piece where no stroke is; None if too little of it is left to see."""
    left, top, right, bottom = piece.box(2)
    height, width = one.shape
    x, y = left + piece.near[0] - 2, top + piece.near[1] - 2
    x_end, y_end = x + right - left + 4, y + bottom - top + 4
    if min(left, top, x, y) < 0 or max(right, x_end) > width or max(bottom, y_end) > height:
        return None
    clear = 1 - cv2.dilate(strokes[top:bottom, left:right], np.ones((5, 5), np.uint8))
    template = one[top:bottom, left:right]
    ink = template < 165
    if ink.sum() == 0 or (ink & (clear > 0)).sum() < 0.55 * ink.sum():
        return None
    # Two pixels of play by hand: masked correlation of OpenCV is much slower for so small windows.
    best = -1.0
    chosen = clear > 0
    mine = template[chosen].astype(np.float64)
    mine -= mine.mean()
    for dy in range(5):
        for dx in range(5):
            window = other[y + dy : y + dy + bottom - top, x + dx : x + dx + right - left]
            theirs = window[chosen].astype(np.float64)
            theirs -= theirs.mean()
            norm = float(np.sqrt((mine @ mine) * (theirs @ theirs)))
            if norm > 0:
                best = max(best, float(mine @ theirs) / norm)
    return best
