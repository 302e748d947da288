"""Compare two registered pages piece by piece: is each letter and digit of one on its place in the other?

A piece is a connected spot of ink of about the size of a letter. It is looked for in the other page with
little play, and correlates there as well as its neighbours do, or it stands out. So the same photo that blurs
all letters alike raises no doubt, and one changed digit on it does. Pure; no Django.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from casework.matching.registration import Boxes, Grey, find
from casework.matching.sheets import Printed

_INK = 165
_SMALL = 5  # pixels; less in both directions is a dot or dust
_LONG = 260  # a ruled line, a frame
_HIGH = 110
_PLAY_OF_WORD = 6
_PLAY = 2
_PAD = 3
_SUMMED = 8_000_000  # pixels whose values can be added up in 32 bits
_NEAR = 160  # pixels to the word whose displacement a piece outside words follows

_USUAL_SPREAD = (0.008, 0.03)
_STANDS_OUT = 3.0  # spreads below the median
_SURELY = 7.0
_NOTHING_LIKE = 0.55


class Found(Enum):
    SAME = "same"
    UNSURE = "unsure"
    OTHER = "other"
    """Something else is there."""
    NOTHING = "nothing"
    """The paper is white there."""
    COVERED = "covered"
    """Much more is there: a stamp, a stroke of a pen."""


@dataclass(slots=True)
class Piece:
    left: int
    top: int
    right: int
    bottom: int
    ink: int
    word: int = -1
    """Index of the word it belongs to, or -1."""
    score: float = 0.0
    found: Found = Found.SAME
    near: tuple[int, int] = (0, 0)
    spread: float = 0.0
    """How far below the usual score, in spreads."""

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def is_small(self) -> bool:
        """A full stop, a comma, a hyphen: its shape says little."""
        return self.height < 9 or self.width * self.height < 45

    @property
    def is_box(self) -> bool:
        """About square and mostly rim: a box to be ticked, whether it is or not."""
        short, long = sorted((self.width, self.height))
        return (
            self.word < 0
            and short >= 11
            and long <= 70
            and long <= 1.35 * short
            and self.ink < 0.6 * short * long
        )

    def box(self, pad: int) -> tuple[int, int, int, int]:
        return self.left - pad, self.top - pad, self.right + pad, self.bottom + pad

    def anew(self) -> Piece:
        """The same spot before anything was looked for."""
        return Piece(self.left, self.top, self.right, self.bottom, self.ink, self.word)


def pieces_of(grey: Grey, words: Sequence[Printed]) -> list[Piece]:
    """Letters of the words, and what else there is of the size of letters."""
    ink = grey < _threshold(grey)
    found: list[Piece] = []
    rest = ink.view(np.uint8).copy()
    seen: set[tuple[int, int]] = set()
    for index, word in enumerate(words):
        left, top, right, bottom = _inside(word.box(1), grey.shape)
        place = int(word.x) // 6, int(word.y) // 6
        if right - left < 3 or bottom - top < 4 or place in seen:
            continue
        seen.add(place)
        rest[top:bottom, left:right] = 0
        found += _letters(ink[top:bottom, left:right], left, top, index, len(word.text))
    for left, top, width, height, area in spots(rest):
        if max(width, height) < _SMALL or area < 8 or width > _LONG or height > _HIGH:
            continue
        thin, long = sorted((width, height))
        if long >= 6 * thin or (long >= 34 and thin <= 8):
            continue  # a piece of a ruled line
        found.append(Piece(left, top, left + width, top + height, area))
    return found


def spots(ink: NDArray[np.uint8]) -> list[list[int]]:
    """Left, top, width, height and number of pixels of each connected spot."""
    starts = cv2.countNonZero(ink[:, 0]) + cv2.countNonZero(cv2.subtract(ink[:, 1:], ink[:, :-1]))
    # Numbers of 16 bits, where they are enough, take a third of the time.
    kind = cv2.CV_16U if starts < 65_000 else cv2.CV_32S
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=kind)
    found: list[list[int]] = stats[1:count].tolist()
    return found


def _threshold(grey: Grey) -> float:
    """Half way between the paper and the ink of this page, which is pale in a blurred photo."""
    sample = grey[::3, ::3]
    dark = sample[sample < 190]
    return (255.0 + float(np.percentile(dark, 15))) / 2 if dark.size > 100 else 165.0


def _inside(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return max(0, left), max(0, top), min(shape[1], right), min(shape[0], bottom)


def _letters(ink: NDArray[np.bool_], left: int, top: int, index: int, expected: int) -> list[Piece]:
    """Runs of columns with ink; wide ones are cut where they are thinnest, up to the expected number."""
    weight = ink.sum(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (weight > 0).astype(np.int8), [0]))))
    runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if weight[a:b].sum() >= 4]
    while len(runs) > expected:  # thin or broken print
        gaps = [later[0] - earlier[1] for earlier, later in pairwise(runs)]
        least = int(np.argmin(gaps))
        if gaps[least] > 2:
            break
        runs[least : least + 2] = [(runs[least][0], runs[least + 1][1])]
    usual = float(np.median([b - a for a, b in runs])) if runs else 0.0
    while 0 < len(runs) < expected:
        wide = max(range(len(runs)), key=lambda i: runs[i][1] - runs[i][0])
        a, b = runs[wide]
        if b - a < 1.4 * usual or b - a < 10:
            break
        # Not too near its ends; the thinnest place nearest to where one letter of usual width ends.
        inner = np.arange(a + 4, b - 3)
        cut = int(inner[np.argmin(weight[inner] + 0.15 * np.abs(inner - (a + usual)))])
        runs[wide : wide + 1] = [(a, cut), (cut, b)]
    pieces = []
    for a, b in runs:
        _, y, _, high = cv2.boundingRect(np.ascontiguousarray(ink[:, a:b]).view(np.uint8))
        if high:
            y_end = y + high
            pieces.append(Piece(left + a, top + y, left + b, top + y_end, int(weight[a:b].sum()), word=index))
    return pieces


Shifts = dict[int, tuple[int, int] | None]
"""Where each word was found beside its place; None where it was not."""


def look_for(
    one: Grey, other: Grey, pieces: Sequence[Piece], words: Sequence[Printed], shifts: Shifts
) -> None:
    """Look for each piece of `one` in `other`; first for its word, which is kept in `shifts`."""
    for index in dict.fromkeys(piece.word for piece in pieces):
        if index >= 0 and index not in shifts:
            shifts[index] = _shift(one, other, words[index])
    found = {index: shift for index, shift in shifts.items() if shift is not None}
    places = np.array([(words[i].x, words[i].y) for i in found], np.float32).reshape(-1, 2)
    moves = list(found.values())
    for piece in pieces:
        if piece.word in found:
            piece.near, play = found[piece.word], _PLAY
        else:
            piece.near, play = _nearest(piece, places, moves), _PLAY + 1
        spot = find(one, other, piece.box(_PAD), piece.near, play)
        piece.score = spot.score if spot else 0.0
        if spot:
            piece.near = spot.dx, spot.dy


def rate(one: Grey, other: Grey, pieces: Sequence[Piece]) -> None:
    """Say of each piece that was looked for what was found, beside its neighbours."""
    usual, spread = _baseline(pieces)
    mine = _darkness(one, pieces)
    theirs = _darkness(other, pieces, moved=True)
    for piece, here, there in zip(pieces, mine, theirs, strict=True):
        piece.spread = (usual - piece.score) / spread
        piece.found = _found(piece, here, there)


def mark_missing(one: Grey, other: Grey, pieces: Sequence[Piece]) -> None:
    """Say of each piece of `one` whether the paper of `other` is white there; no more than that."""
    for piece, mine, theirs in zip(pieces, _darkness(one, pieces), _darkness(other, pieces), strict=True):
        piece.found = Found.NOTHING if theirs < 0.3 * mine else Found.SAME


def _shift(one: Grey, other: Grey, word: Printed) -> tuple[int, int] | None:
    if word.w < 8 or word.h < 5:
        return None
    spot = find(one, other, word.box(3), (0, 0), _PLAY_OF_WORD)
    return (spot.dx, spot.dy) if spot and spot.score > 0.5 else None


def _nearest(piece: Piece, places: NDArray[np.float32], moves: list[tuple[int, int]]) -> tuple[int, int]:
    if not len(places):
        return 0, 0
    middle = np.array([(piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2])
    away = np.abs(places - middle).max(axis=1)
    at = int(away.argmin())
    return moves[at] if away[at] < _NEAR else (0, 0)


def _baseline(pieces: Sequence[Piece]) -> tuple[float, float]:
    """What pieces score here when they are the same: from the better half, which twins have as well."""
    scores = np.array([piece.score for piece in pieces if not piece.is_small and piece.score > 0.5])
    if len(scores) < 12:
        return 1.0, _USUAL_SPREAD[0]
    usual, low = np.percentile(scores, [50, 25])
    return float(usual), float(min(max((usual - low) / 0.67, _USUAL_SPREAD[0]), _USUAL_SPREAD[1]))


def _found(piece: Piece, mine: float, theirs: float) -> Found:
    if theirs < 0.3 * mine:
        return Found.NOTHING
    if piece.is_small:
        return Found.SAME if piece.score > 0.3 or theirs < 2 * mine else Found.COVERED
    if piece.spread < _STANDS_OUT and piece.score > _NOTHING_LIKE:
        return Found.SAME
    if theirs > 1.5 * mine:
        return Found.COVERED
    if piece.spread > _SURELY or piece.score < _NOTHING_LIKE:
        return Found.OTHER
    return Found.UNSURE


def _boxes(pieces: Sequence[Piece], pad: int) -> Boxes:
    return np.array([piece.box(pad) for piece in pieces], np.int64).reshape(-1, 4)


def _darkness(grey: Grey, pieces: Sequence[Piece], *, moved: bool = False) -> list[float]:
    """Ink on the place of each piece, or on the place where it was found."""
    boxes = _boxes(pieces, 1)
    if moved and len(pieces):
        boxes += np.array([(*piece.near, *piece.near) for piece in pieces], np.int64)
    height, width = grey.shape
    left, right = boxes[:, 0].clip(0, width), boxes[:, 2].clip(0, width)
    top, bottom = boxes[:, 1].clip(0, height), boxes[:, 3].clip(0, height)
    sums = cv2.integral(grey, sdepth=cv2.CV_32S if grey.size < _SUMMED else cv2.CV_64F)
    light = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    found: list[float] = (255.0 * (right - left) * (bottom - top) - light).tolist()
    return found


def words_here(words: Sequence[Printed], to_other: NDArray[np.float64]) -> list[Printed]:
    """Words of the other page in the frame of the first."""
    if not words:
        return []
    back = np.linalg.inv(to_other)
    middles = np.array([[(word.x, word.y) for word in words]], np.float64)
    placed = cv2.perspectiveTransform(middles, back)[0]
    # Width and height by what one pixel becomes at the middle of the page.
    centre = np.mean(middles[0], axis=0)
    ends = (centre + np.array([(0, 0), (100, 0), (0, 100)], np.float64)).reshape(1, 3, 2)
    middle, across, down = cv2.perspectiveTransform(ends, back)[0]
    wide, high = float(np.linalg.norm(across - middle)) / 100, float(np.linalg.norm(down - middle)) / 100
    return [
        Printed(word.text, float(x), float(y), word.w * wide, word.h * high, word.confidence)
        for word, (x, y) in zip(words, placed, strict=True)
    ]
