"""Lay one page over another, so that each word of one lies on its place in the other. Pure; no Django.

Words that both readings have in common give the rough position (a homography, by MAGSAC); where too little
could be read, corners of the picture do. Then the pictures themselves are aligned word by word: paper bends,
and a photo of it bends more, so a smooth field of displacements is fitted on top.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from casework.matching.sheets import Printed, Sheet

cv2.setNumThreads(1)  # whoever calls divides the work; threads of our own would only wait for one another

Grey = NDArray[np.uint8]
Points = NDArray[np.float32]
Field = Callable[[NDArray[Any]], NDArray[Any]]
Boxes = NDArray[np.int64]

_ANCHORS = 6  # pairs of words that have to agree on the position
_LEGIBLE = 60  # words; two pages with more of them and none in common are not one
_PLAY = 12  # pixels around the rough position in which a word is looked for
_FOUND = 0.55  # correlation from which it is found
_SPREAD = 180  # words in reading order, evenly: enough to know how the paper is bent
_DOUBLE = np.array([[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1]], np.float64)  # from half to the whole page's pixels
_PROBES = 10
_BLURS = (((0.8, 0.0), (1.4, 0.0), (2.2, 0.0)), ((0.0, 0.8), (0.0, 1.4)), ((0.7, 0.7), (1.2, 1.2)))
"""The one, the other, or both more and more."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Two pages in the frame of the first, equally sharp."""

    one: Grey
    other: Grey
    sharp_other: Grey
    """As it came: where letters do not run into one another."""
    to_other: NDArray[np.float64]
    """Homography from the first page's pixels to the other's, without the bending."""
    agreement: float
    """Median correlation of words found; how alike they can be at this quality."""
    anchors: int


def position(one: Sheet, other: Sheet) -> tuple[NDArray[np.float64], int] | None:
    """Homography from the one page to the other, and how many words or corners agree on it."""
    found = _by_words(one, other)
    if found is None and min(len(one.words), len(other.words)) < _LEGIBLE:
        return _by_corners(one, other)
    return found


def overlay(one: Sheet, other: Sheet, found: tuple[NDArray[np.float64], int]) -> Overlay | None:
    """The two pages on one another, from their `position`; None if they are not of one form after all."""
    homography, anchors = found
    half = one.once("half", lambda: _half(one.grey))
    rough = _warped(other.grey, homography @ _DOUBLE, half.shape)
    words = [word for word in one.words if word.is_text and word.w > 10 and word.h > 6]
    words = words[:: -(-len(words) // _SPREAD) or 1]
    seen = [(word, _rough_spot(half, rough, word)) for word in words]
    good = [(word, spot) for word, spot in seen if spot is not None and spot.score > _FOUND]
    if len(good) < _ANCHORS:
        return None
    points = np.array([(word.x, word.y) for word, _ in good])
    moved = np.array([(2 * spot.dx, 2 * spot.dy) for _, spot in good], dtype=np.float64)
    field = _smooth(points, moved, float(max(one.grey.shape)))
    laid = _bent(other.grey, homography, field, one.grey.shape)
    probes = [word for word, _ in good][:: max(1, len(good) // _PROBES)]
    first, second, agreement = _sharpness(one.grey, laid, probes)
    return Overlay(
        _blurred(one.grey, first),
        _blurred(laid, second),
        laid,
        homography,
        agreement,
        anchors,
    )


def _rough_spot(half: Grey, rough: Grey, word: Printed) -> Spot | None:
    """Where a word is found on pages of half the size; to a pixel of these, and the fit evens that out."""
    left, top, right, bottom = word.box(3)
    return find(half, rough, (left // 2, top // 2, right // 2, bottom // 2), (0, 0), _PLAY // 2)


def _half(grey: Grey) -> Grey:
    return np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True)
class Spot:
    score: float
    """Normalised cross-correlation, -1 to 1."""
    dx: int
    dy: int


def find(
    one: Grey, other: Grey, box: tuple[int, int, int, int], near: tuple[int, int], play: int
) -> Spot | None:
    """Where the picture within `box` of `one` is found in `other`, around the same place plus `near`."""
    left, top, right, bottom = box
    height, width = one.shape
    if left < 0 or top < 0 or right > width or bottom > height or right - left < 4 or bottom - top < 4:
        return None
    x, y = left + near[0] - play, top + near[1] - play
    x_end, y_end = right + near[0] + play, bottom + near[1] + play
    if x < 0 or y < 0 or x_end > width or y_end > height:
        return None
    scores = cv2.matchTemplate(other[y:y_end, x:x_end], one[top:bottom, left:right], cv2.TM_CCOEFF_NORMED)
    _, best, _, at = cv2.minMaxLoc(scores)
    # A window of one shade correlates with nothing; OpenCV says infinity or 1.
    score = _between(scores, at) if -1.0 <= best <= 1.001 else 0.0
    return Spot(score, near[0] + at[0] - play, near[1] + at[1] - play)


def best_score(within: Grey, template: Grey) -> float:
    """Highest correlation of the template anywhere within."""
    scores = cv2.matchTemplate(within, template, cv2.TM_CCOEFF_NORMED)
    _, best, _, at = cv2.minMaxLoc(scores)
    return _between(scores, at) if -1.0 <= best <= 1.001 else 0.0


def _between(scores: NDArray[Any], at: Sequence[int]) -> float:
    """The peak between whole pixels, by a parabola: half a pixel costs as much as a changed stroke."""
    x, y = at
    best = peak = float(scores[y, x])
    for line, middle in ((scores[y], x), (scores[:, x], y)):
        if 0 < middle < len(line) - 1:
            before, after = float(line[middle - 1]), float(line[middle + 1])
            bend = 2 * best - before - after
            if bend > 1e-6:
                peak += (before - after) ** 2 / (8 * bend)
    return min(1.0, peak)


def _by_words(one: Sheet, other: Sheet) -> tuple[NDArray[np.float64], int] | None:
    here, there = _common_words(one.words, other.words)
    return _homography(here, there, one, other, 8.0) if len(here) >= _ANCHORS else None


def _common_words(one: Sequence[Printed], other: Sequence[Printed]) -> tuple[Points, Points]:
    """Places of words that both have, and hardly more than once."""
    lists: tuple[dict[str, list[Printed]], ...] = (defaultdict(list), defaultdict(list))
    for words, seen in zip((one, other), lists, strict=True):
        for word in words:
            if len(key := plain(word.text)) >= 3:
                seen[key].append(word)
    here, there = [], []
    for key, mine in lists[0].items():
        theirs = lists[1].get(key, [])
        if len(mine) * len(theirs) <= 4:
            for a in mine:
                for b in theirs:
                    here.append((a.x, a.y))
                    there.append((b.x, b.y))
    return np.array(here, np.float32).reshape(-1, 2), np.array(there, np.float32).reshape(-1, 2)


def plain(text: str) -> str:
    """Letters and digits only, in small letters."""
    return re.sub(r"[\W_]", "", text.casefold())


def _by_corners(one: Sheet, other: Sheet) -> tuple[NDArray[np.float64], int] | None:
    """By SIFT on pictures made small; slower, for pages with little that could be read."""
    first, second = one.corners(), other.corners()
    if first is None or second is None:
        return None
    matches = cv2.BFMatcher(cv2.NORM_L2).knnMatch(first.descriptors, second.descriptors, k=2)
    good = [pair[0] for pair in matches if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    here = np.array([first.points[m.queryIdx] for m in good], np.float32).reshape(-1, 2)
    there = np.array([second.points[m.trainIdx] for m in good], np.float32).reshape(-1, 2)
    if len(good) < 12:
        return None
    found = _homography(here, there, one, other, 6.0)
    return found if found and found[1] >= 12 else None


def _homography(
    here: Points, there: Points, one: Sheet, other: Sheet, slack: float
) -> tuple[NDArray[np.float64], int] | None:
    matrix, inliers = cv2.findHomography(here, there, cv2.USAC_MAGSAC, slack, maxIters=2000, confidence=0.999)
    if matrix is None or inliers is None or int(inliers.sum()) < _ANCHORS:
        return None
    found = np.asarray(matrix, dtype=np.float64)
    return (found, int(inliers.sum())) if _is_sane(found, one.grey, other.grey) else None


def _is_sane(matrix: NDArray[np.float64], one: Grey, other: Grey) -> bool:
    """Whether a sheet stays a sheet: convex, not turned over, of about its size."""
    height, width = one.shape
    frame = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    corners = cv2.perspectiveTransform(frame, matrix)[0]
    share = cv2.contourArea(corners, oriented=True) / (other.shape[0] * other.shape[1])
    return 0.1 < share < 8 and bool(cv2.isContourConvex(corners.reshape(-1, 1, 2)))


def _warped(grey: Grey, homography: NDArray[np.float64], shape: tuple[int, ...]) -> Grey:
    return np.asarray(
        cv2.warpPerspective(
            grey,
            homography,
            (shape[1], shape[0]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderValue=255,
        ),
        np.uint8,
    )


def _smooth(points: NDArray[np.float64], moved: NDArray[np.float64], scale: float) -> Field:
    """A cubic surface through the displacements; those that do not fit lose their weight."""
    terms = _cubic(points / scale)
    weight = np.ones(len(points))
    calm = 1e-3 * len(points) * np.eye(terms.shape[1])
    solved: NDArray[Any] = np.zeros((terms.shape[1], 2))
    for _ in range(4):
        weighted = terms * weight[:, None]
        solved = np.linalg.solve(terms.T @ weighted + calm, weighted.T @ moved)
        weight = 1 / (1 + (np.linalg.norm(terms @ solved - moved, axis=1) / 2) ** 2)
    return lambda at: np.asarray(_cubic(at / scale) @ solved)


def _cubic(at: NDArray[Any]) -> NDArray[Any]:
    x, y = at[:, 0], at[:, 1]
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], axis=-1)


def _bent(grey: Grey, homography: NDArray[np.float64], field: Field, shape: tuple[int, ...]) -> Grey:
    """`grey` in the first page's frame: field and homography in one step, so that it blurs only once."""
    height, width = shape[:2]
    step = 32
    # Nodes in the middle of fields, as `resize` has them, one field more on each side.
    xs, ys = ((np.arange(-1, side // step + 2) + 0.5) * step - 0.5 for side in (width, height))
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    target = cv2.perspectiveTransform((grid + field(grid)).reshape(1, -1, 2), homography)[0]
    coarse = target.reshape(len(ys), len(xs), 2).astype(np.float32)
    fine = cv2.resize(coarse, (step * len(xs), step * len(ys)), interpolation=cv2.INTER_LINEAR)
    fine = np.ascontiguousarray(fine[step : step + height, step : step + width])
    bent = cv2.remap(grey, fine, None, cv2.INTER_LINEAR, borderValue=255)  # type: ignore[call-overload]
    return np.asarray(bent, np.uint8)


def _sharpness(one: Grey, other: Grey, probes: Sequence[Printed]) -> tuple[float, float, float]:
    """How much to blur each so that they look most alike, and how alike they then look."""
    patches = []
    for word in probes:
        left, top, right, bottom = word.box(3)
        margin = 10
        x, y, x_end, y_end = left - margin, top - margin, right + margin, bottom + margin
        if x >= 0 and y >= 0 and x_end <= one.shape[1] and y_end <= one.shape[0]:
            patches.append((one[y:y_end, x:x_end], other[y:y_end, x:x_end]))
    usual = _likeness(patches, 0.0, 0.0)
    best = (0.0, 0.0, usual)
    for blurs in _BLURS:
        before = usual
        for first, second in blurs:
            found = _likeness(patches, first, second)
            if found > best[2] + 0.002:
                best = (first, second, found)
            if found < before:
                break
            before = found
    return best


def _likeness(patches: Sequence[tuple[Grey, Grey]], first: float, second: float) -> float:
    scores = []
    for mine, theirs in patches:
        template = _blurred(mine, first)[10:-10, 10:-10]
        field = _blurred(theirs, second)[8:-8, 8:-8]
        scores.append(float(cv2.matchTemplate(field, template, cv2.TM_CCOEFF_NORMED).max()))
    return float(np.median(scores)) if scores else 0.0


def _blurred(grey: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8) if sigma > 0 else grey
