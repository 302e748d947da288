"""Are two pages the same paper, however each of them came in? Pure judgement with its reasons; no Django.

A false "same" is worse than a miss, so "same" needs all of it: every letter and digit of the clearer page
found on its place in the other, nothing printed on only one of them, and enough print to be compared. One
digit that is surely another makes it another paper. Stamps, notes by hand, strokes, holes and the line of a
fax on one side are no difference; they are named. What is neither sure goes to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import partial_ratio, ratio

from casework.matching import marks as marking
from casework.matching.glyphs import Contest, labels
from casework.matching.page_keys import EDGE
from casework.matching.pieces import Found, Piece, Shifts, look_for, mark_missing, pieces_of, rate, words_here
from casework.matching.registration import Overlay, find, overlay, plain, position
from casework.matching.sheets import Printed, Sheet

Box = tuple[float, float, float, float]
"""x, y, width, height as fractions of a page."""


class Verdict(StrEnum):
    SAME = "same"
    MAYBE = "maybe"
    """Looks the same; a person has to look at the places named."""
    CORRECTED = "corrected"
    """The same form and mostly the same words, with other figures."""
    OTHER = "other"


class Reason(StrEnum):
    PRINT_AGREES = "print_agrees"  # every letter and digit is on its place
    OTHER_FIGURES = "other_figures"  # digits that surely differ
    OTHER_WORDS = "other_words"
    UNCLEAR_FIGURES = "unclear_figures"  # digits that cannot be told apart at this quality
    UNCLEAR_WORDS = "unclear_words"
    PRINTED_MORE = "printed_more"  # print that only one of them has
    BOX_MARKED = "box_marked"  # a box to be ticked with a mark on one of them only
    MARKS_ADDED = "marks_added"  # stamps, notes, strokes on one of them
    TOO_LITTLE = "too_little"  # not enough on it to be sure
    OTHER_FORM = "other_form"  # cannot be laid on one another
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    score: float
    """0 to 1; for ordering, not for deciding."""
    reasons: tuple[Reason, ...] = ()
    differing: tuple[tuple[Box, Box], ...] = ()
    """Places that differ or are unclear, in the one and in the other page."""
    added: tuple[tuple[Box, ...], tuple[Box, ...]] = ((), ())
    """Marks that only the one, only the other has, each on its own page."""
    agreeing: int = 0
    """Letters and digits found on their places."""


# How much print must agree before two pages can be the same at all: a line or two of text.
_LEAST_PIECES = 40
_LEAST_WORDS = 8
_CONFIDENT = 0.8
_TWIN_AGREES = 0.6  # of the letters of a corrected version
# Correlations. Of digits that differ in fact the worst photos made one reach 0.945.
_NO_LETTER = 0.55
_RATHER_ALIKE = 0.75
_ALIKE = 0.85
_UNDER_A_STROKE = 0.8
_UNDER_INK = 0.4
_QUITE = 0.97  # a digit below this has to win its contest
_UNREAD = 0.93  # or this, if it is as alike as its neighbours, or not read as a word at all
_LIKE_ITS_NEIGHBOURS = 2.0  # spreads; digits that differ stood out by more than 5
_SAMPLE = 4  # of the words without numbers every fourth tells how well letters are found at all
_NEARLY_THE_SAME = 80  # percent of the letters
_CONFUSED = str.maketrans("OoDQlIiBSsZz", "000011185522")
_WIDE = 0.95  # of its height; a digit is not so wide
_AS_A_LETTER = 60  # pixels; in something larger one digit would hardly lower the correlation
_WINDOW = 28  # pixels; holds any digit of usual print, moved on by half of it
_WHITE = 200
_READ_AND_ALIKE = 0.9  # and what both readings say with confidence
_WINS, _WINS_CLEARLY, _LOSES = 0.03, 0.05, -0.03
_NOTE_WORDS = 4
_A4 = 2**0.5
_NOT_PAPER = 0.15  # of one side of the rim
_A_TICK = 45  # pixels
_READ_WELL_ENOUGH = 0.7  # confidence of two readings, from which it tells that they differ
_DOUBTED = 0.5  # confidence; a word read so badly may be a number
_WELL_READ = 0.88
_DIFFERING = 3  # numbers
_TWIN_READS = 0.3  # of the words of a corrected version read equal
_ENOUGH = 3  # digits that surely differ
_STAMPS = ("eingegangen", "eingang", "posteingang", "jobcenter", "erhalten", "kopie", "original", "erledigt")


def judge(one: Sheet, other: Sheet) -> Judgement:
    """Compare two pages; the order does not matter for the verdict."""
    if one.blank or other.blank:
        return Judgement(Verdict.OTHER, 0.0, (Reason.BLANK,))
    swapped = (other.typed, other.sureness) > (one.typed, one.sureness)
    first, second = (other, one) if swapped else (one, other)
    found = _judgement(first, second)
    if not swapped:
        return found
    return Judgement(
        found.verdict,
        found.score,
        found.reasons,
        tuple((theirs, mine) for mine, theirs in found.differing),
        (found.added[1], found.added[0]),
        found.agreeing,
    )


def _judgement(first: Sheet, second: Sheet) -> Judgement:
    placed = position(first, second)
    if placed is None:
        return Judgement(Verdict.OTHER, 0.0, (Reason.OTHER_FORM,))
    read = _other_by_reading(first, second, placed[0])
    if read is not None:
        return read
    laid = overlay(first, second, placed)
    if laid is None:
        return Judgement(Verdict.OTHER, 0.0, (Reason.OTHER_FORM,))
    return _Comparison(first, second, laid).judgement()


def _other_by_reading(first: Sheet, second: Sheet, to_other: NDArray[np.float64]) -> Judgement | None:
    """Another paper already by what was read: many numbers, each read well, and too many of them differ.

    Saves looking at the pictures of most twins. Never says that two pages are the same.
    """
    there = _Index(words_here(second.words, to_other))
    agreeing, differing, words = 0, [], 0
    for word in first.words:
        other = there.at(word)
        if other is None or min(word.confidence, other.confidence) < _WELL_READ:
            continue
        words += _equal(word, other)
        mine, theirs = _digits(word.text), _digits(other.text)
        if len(mine) < 3 or len(mine) != len(theirs):
            continue
        if mine == theirs:
            agreeing += 1
        else:
            differing.append((word, other))
    if len(differing) < _DIFFERING or len(differing) < 0.2 * agreeing:
        return None
    share = words / max(1, len(first.words))
    places = tuple(
        (
            _fractions(word.box(2), first.grey.shape),
            _fractions(_placed(word.box(2), to_other), second.grey.shape),
        )
        for word, _ in differing
    )
    verdict = Verdict.CORRECTED if share > _TWIN_READS else Verdict.OTHER
    return Judgement(verdict, round(min(1.0, share), 4), (Reason.OTHER_FIGURES,), places, agreeing=agreeing)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


@dataclass(slots=True)
class _Counts:
    same: int = 0
    unsure_digits: list[Piece] = field(default_factory=list)
    unsure_letters: list[Piece] = field(default_factory=list)
    other_digits: list[Piece] = field(default_factory=list)
    other_letters: list[Piece] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the letters and digits compared, how many are the same."""
        others = (self.unsure_digits, self.unsure_letters, self.other_digits, self.other_letters)
        total = self.same + sum(len(some) for some in others)
        return self.same / total if total else 0.0


class _Comparison:
    """Two registered pages; the first is the clearer one and gives the frame."""

    def __init__(self, first: Sheet, second: Sheet, laid: Overlay) -> None:
        self._laid, self._first, self._second = laid, first, second
        self._words = (list(first.words), words_here(second.words, laid.to_other))
        mine = first.once("pieces", lambda: pieces_of(first.grey, first.words))
        self._pieces: tuple[list[Piece], list[Piece]] = ([piece.anew() for piece in mine], [])
        self._names, self._counted = first.once("labels", lambda: labels(mine, first.words))
        self._contest = Contest(laid.one, laid.other, self._pieces[0], self._names)
        self._theirs = _Index(self._words[1])
        self._disputed = {index for index, word in enumerate(self._words[0]) if self._is_disputed(word)}
        self._shifts: Shifts = {}
        my_marks, my_strokes = marking.only_on(laid.one, laid.other)
        their_marks, their_strokes = marking.only_on(laid.other, laid.one)
        self._marks = (my_marks, their_marks)
        self._strokes = np.maximum(my_strokes, their_strokes)
        self._area: NDArray[np.uint8] = np.ones((1, 1), np.uint8)

    def _is_disputed(self, word: Printed) -> bool:
        """Whether both readings are rather sure of the digits of a number, and not of the same ones."""
        reading = self._theirs.at(word) if word.is_number else None
        if reading is None or min(word.confidence, reading.confidence) < _READ_WELL_ENOUGH:
            return False
        short, long = sorted(
            (_digits(text.translate(_CONFUSED)) for text in (word.text, reading.text)), key=len
        )
        return bool(short) and short not in long

    def judgement(self) -> Judgement:
        return self._by_numbers() or self._by_everything()

    def _by_numbers(self) -> Judgement | None:
        """Another paper if one digit surely differs; most twins need not be looked at any further."""
        pieces, words = self._pieces[0], self._words[0]
        some = {index for index, piece in enumerate(pieces) if self._comes_first(piece)}
        chosen = [pieces[index] for index in sorted(some)]
        look_for(self._laid.one, self._laid.other, chosen, words, self._shifts)
        rate(self._laid.one, self._laid.other, chosen)
        counts = self._counts(sorted(some))
        if not counts.other_digits:
            return None
        share = counts.share
        return Judgement(
            _verdict([Reason.OTHER_FIGURES], counts, share),
            round(share * max(0.0, self._laid.agreement), 4),
            (Reason.OTHER_FIGURES,),
            tuple(self._places(counts.other_digits + counts.other_letters)),
            agreeing=counts.same,
        )

    def _comes_first(self, piece: Piece) -> bool:
        if piece.word < 0:
            return False
        return self._words[0][piece.word].is_number or piece.word % _SAMPLE == 0

    def _by_everything(self) -> Judgement:
        laid, pieces = self._laid, self._pieces[0]
        rest = [piece for piece in pieces if not self._comes_first(piece)]
        look_for(laid.one, laid.other, rest, self._words[0], self._shifts)
        rate(laid.one, laid.other, pieces)
        self._pieces[1].extend(pieces_of(laid.sharp_other, self._words[1]))
        mark_missing(laid.other, laid.one, self._pieces[1])
        self._area = self._common_area()
        counts = self._counts(range(len(pieces)))
        more = [self._printed_more(side) for side in (0, 1)]
        reasons: list[Reason] = []
        share = counts.share
        if counts.other_digits:
            reasons.append(Reason.OTHER_FIGURES)
        if counts.other_letters:
            reasons.append(Reason.OTHER_WORDS)
        if counts.unsure_digits:
            reasons.append(Reason.UNCLEAR_FIGURES)
        if counts.unsure_letters:
            reasons.append(Reason.UNCLEAR_WORDS)
        marked = self._marked_boxes()
        if marked:
            reasons.append(Reason.BOX_MARKED)
        if more[0] or more[1]:
            reasons.append(Reason.PRINTED_MORE)
        if counts.same < _LEAST_PIECES or self._agreeing_words() < _LEAST_WORDS:
            reasons.append(Reason.TOO_LITTLE)
        verdict = _verdict(reasons, counts, share)
        if verdict is Verdict.SAME:
            reasons = [Reason.PRINT_AGREES]
        if any(self._marks[side] for side in (0, 1)) and verdict in (Verdict.SAME, Verdict.MAYBE):
            reasons.append(Reason.MARKS_ADDED)
        doubtful = counts.other_digits + counts.other_letters + counts.unsure_digits
        doubtful += counts.unsure_letters + marked
        return Judgement(
            verdict,
            round(share * max(0.0, self._laid.agreement), 4),
            tuple(reasons),
            tuple(self._places(doubtful) + [self._both(box) for side in (0, 1) for box in more[side]]),
            (
                tuple(self._here(_box(mark)) for mark in self._marks[0]),
                tuple(self._there(_box(mark)) for mark in self._marks[1]),
            ),
            counts.same,
        )

    def _common_area(self) -> NDArray[np.uint8]:
        """Where both pages are to be compared: all of it, but of photos only around the print that agrees.

        Outside of that may be the table the paper lies on.
        """
        if not (_lies_on_something(self._first.grey) or _lies_on_something(self._second.grey)):
            return np.ones(self._laid.one.shape, np.uint8)
        pieces = [
            p
            for p in self._pieces[0]
            if p.found is Found.SAME and not p.is_small and p.score > 0.85 and p.ink > 20
        ]
        area: NDArray[np.uint8] = np.zeros(self._laid.one.shape, np.uint8)
        if len(pieces) >= 12:
            points = np.array([(p.left, p.top) for p in pieces] + [(p.right, p.bottom) for p in pieces])
            cv2.fillConvexPoly(area, cv2.convexHull(points.astype(np.int32)), 1)
            return np.asarray(cv2.dilate(area, np.ones((81, 81), np.uint8)), np.uint8)
        return area

    def _inside(self, piece: Piece) -> bool:
        y, x = (piece.top + piece.bottom) // 2, (piece.left + piece.right) // 2
        return bool(self._area[min(y, self._area.shape[0] - 1), min(x, self._area.shape[1] - 1)])

    def _counts(self, among: Iterable[int]) -> _Counts:
        """`among`: indexes of pieces that were looked for and rated."""
        counts = _Counts()
        names, contest, theirs = self._names, self._contest, self._theirs
        for index in among:
            piece = self._pieces[0][index]
            if piece.word < 0 and not self._inside(piece):
                continue
            if piece.found is Found.SAME and (
                piece.is_small
                or piece.score >= _QUITE
                or (piece.score >= _UNREAD and (piece.word < 0 or piece.spread < _LIKE_ITS_NEIGHBOURS))
                or not self._as_digit(piece, names.get(index, ""), theirs)
            ):
                counts.same += not piece.is_small
                continue
            if piece.is_small:
                continue
            if piece.found is Found.NOTHING:
                continue  # see _printed_more
            self._doubt(counts, index, piece, contest, names, theirs)
        return counts

    def _doubt(
        self,
        counts: _Counts,
        index: int,
        piece: Piece,
        contest: Contest,
        names: dict[int, str],
        theirs: _Index,
    ) -> None:
        word = self._words[0][piece.word] if piece.word >= 0 else None
        digit = self._as_digit(piece, names.get(index, ""), theirs)
        if len(counts.other_digits) >= _ENOUGH:
            # It is another paper already; what else differs is only to be shown.
            if piece.spread > 7:
                (counts.other_digits if digit else counts.other_letters).append(piece)
            else:
                counts.same += 1
            return
        struck = self._is_struck(piece)
        if struck and not piece.is_box:
            beside = marking.score_beside(self._laid.one, self._laid.other, piece, self._strokes)
            if beside is not None and beside > (_UNREAD if digit else _UNDER_A_STROKE):
                counts.same += 1
                return
        if word is None and piece.score >= _QUITE and self._is_alike_throughout(piece):
            counts.same += 1
            return
        reading = theirs.at(word) if word else None
        equal = bool(
            word
            and reading
            and _equal(word, reading)
            and min(word.confidence, reading.confidence) > _CONFIDENT
        )
        margin = contest.margin(index, digit=digit)
        if digit and piece.width > _WIDE * piece.height:
            margin = None  # two digits that touch; one digit is no rival for them
        found = _of_digit(piece, margin, equal) if digit else _of_letter(piece, margin, equal)
        if found is Found.OTHER and (struck or word is None or not word.is_text):
            found = Found.UNSURE  # what lies over it may be all the difference; or it is a drawing
        elif (
            found is Found.OTHER
            and digit
            and word
            and not (word.is_number and names.get(index, "").isdigit() and index in self._counted)
        ):
            found = Found.UNSURE
        if found is Found.SAME and digit and piece.word in self._disputed:
            found = Found.UNSURE
        if found is Found.SAME:
            counts.same += 1
        elif found is Found.OTHER:
            (counts.other_digits if digit else counts.other_letters).append(piece)
        else:
            (counts.unsure_digits if digit else counts.unsure_letters).append(piece)

    def _is_alike_throughout(self, piece: Piece) -> bool:
        """Whether a large piece is as alike in each window of the size of a letter: a digit would be seen."""
        if max(piece.width, piece.height) <= _AS_A_LETTER:
            return True
        left, top, right, bottom = piece.box(2)
        for y in range(top, max(top + 1, bottom - _WINDOW // 2), _WINDOW // 2):
            for x in range(left, max(left + 1, right - _WINDOW // 2), _WINDOW // 2):
                box = (x, y, min(right, x + _WINDOW), min(bottom, y + _WINDOW))
                spot = find(self._laid.one, self._laid.other, box, piece.near, 1)
                paper = self._laid.one[box[1] : box[3], box[0] : box[2]]
                if spot is None or (spot.score < _READ_AND_ALIKE and float(paper.min()) < _WHITE):
                    return False
        return True

    def _marked_boxes(self) -> list[Piece]:
        """Boxes to be ticked in which only one of the pages has a mark: that is an answer, not a stroke."""
        marks = [mark for side in (0, 1) for mark in self._marks[side]]
        boxes = [p for side in (0, 1) for p in self._pieces[side] if p.is_box and self._inside(p)]
        return [
            piece
            for piece in boxes
            if any(
                piece.left <= (mark.left + mark.right) / 2 <= piece.right
                and piece.top <= (mark.top + mark.bottom) / 2 <= piece.bottom
                for mark in marks
            )
        ]

    def _as_digit(self, piece: Piece, name: str, theirs: _Index) -> bool:
        """Whether to be as strict as with digits: where either page was read so, or was hardly read."""
        if name.isdigit() or piece.word < 0:
            return True
        word = self._words[0][piece.word]
        reading = theirs.at(word)
        if word.is_number:
            return True
        if word.confidence < _DOUBTED:
            # Read badly here; read as a word there, and as nearly the same one, it is none the less.
            return (
                reading is None
                or reading.is_number
                or reading.confidence < _DOUBTED
                or ratio(plain(word.text), plain(reading.text)) < _NEARLY_THE_SAME
            )
        return reading is not None and reading.is_number

    def _is_struck(self, piece: Piece) -> bool:
        left, top, right, bottom = piece.box(5)
        return bool(self._strokes[max(0, top) : max(0, bottom), max(0, left) : max(0, right)].any())

    def _agreeing_words(self) -> int:
        return len(
            {p.word for p in self._pieces[0] if p.word >= 0 and p.found is Found.SAME and not p.is_small}
        )

    def _printed_more(self, side: int) -> list[tuple[int, int, int, int]]:
        """Places where only this side has print that is no stamp, note or line of a fax."""
        alone = [
            piece
            for piece in self._pieces[side]
            if piece.found is Found.NOTHING
            and (piece.word >= 0 or self._inside(piece))
            and not piece.is_small
        ]
        found = []
        for group in _groups(alone, self._laid.one.shape):
            box = (
                min(p.left for p in group),
                min(p.top for p in group),
                max(p.right for p in group),
                max(p.bottom for p in group),
            )
            words = {p.word for p in group if p.word >= 0}
            if not self._is_note(side, box, [self._words[side][w] for w in words], group):
                found.append(box)
        return found

    def _is_note(
        self, side: int, box: tuple[int, int, int, int], words: Sequence[Printed], group: Sequence[Piece]
    ) -> bool:
        if self._at_edge(side, box):
            return True
        width, height = box[2] - box[0], box[3] - box[1]
        hole = min(width, height) >= 25 and sum(piece.ink for piece in group) > 0.65 * width * height
        if max(width, height) <= _A_TICK and not hole:
            return False  # as small as a letter: it may be the cross in a box, and that is an answer
        texts = [plain(word.text) for word in words if word.confidence > 0.3]
        letters = "".join(texts)
        if any(_like_stamp(text) for text in texts):
            return True
        if not self._words_overlap(side, box):
            return True  # not read as words at all: strokes, a drawing, a hole
        digits = sum(sign.isdigit() for sign in letters)
        return len([text for text in texts if len(text) > 1]) <= _NOTE_WORDS and digits <= 2

    def _words_overlap(self, side: int, box: tuple[int, int, int, int]) -> bool:
        return any(
            word.is_text
            and word.confidence > 0.3
            and word.x > box[0] - 2
            and word.x < box[2] + 2
            and word.y > box[1] - 2
            and word.y < box[3] + 2
            for word in self._words[side]
        )

    def _at_edge(self, side: int, box: tuple[int, int, int, int]) -> bool:
        """Whether it lies at the edge of its own page."""
        x, y, w, h = self._here(box) if side == 0 else self._there(box)
        return y + h < EDGE or y > 1 - EDGE or x + w < 0.03 or x > 0.97

    def _places(self, pieces: Sequence[Piece]) -> list[tuple[Box, Box]]:
        """Whole words rather than single digits: easier to find on the picture."""
        words = sorted({piece.word for piece in pieces if piece.word >= 0})
        boxes = [self._words[0][index].box(2) for index in words]
        boxes += [piece.box(4) for piece in pieces if piece.word < 0]
        return [self._both(box) for box in boxes]

    def _both(self, box: tuple[int, int, int, int]) -> tuple[Box, Box]:
        return self._here(box), self._there(box)

    def _here(self, box: tuple[int, int, int, int]) -> Box:
        return _fractions(box, self._first.grey.shape)

    def _there(self, box: tuple[int, int, int, int]) -> Box:
        return _fractions(_placed(box, self._laid.to_other), self._second.grey.shape)


def _of_digit(piece: Piece, margin: float | None, equal: bool) -> Found:
    if margin is None:
        if equal and piece.score > _RATHER_ALIKE:
            return Found.SAME
        return Found.OTHER if piece.score < _NO_LETTER else Found.UNSURE
    if piece.score > _NO_LETTER and margin >= (_WINS if piece.spread < 4 else _WINS_CLEARLY):
        return Found.SAME
    if equal and (piece.score >= _READ_AND_ALIKE or (piece.score > _UNDER_INK and margin >= _WINS_CLEARLY)):
        return Found.SAME
    # As good as its neighbours, and yet another digit fits better: half a digit of hollow print does so.
    return Found.OTHER if margin <= _LOSES and not equal and piece.found is not Found.SAME else Found.UNSURE


def _of_letter(piece: Piece, margin: float | None, equal: bool) -> Found:
    if piece.spread < 5 or piece.score > _ALIKE or (equal and piece.score > 0.65):
        return Found.SAME
    if margin is not None and margin >= _WINS_CLEARLY and piece.score > _RATHER_ALIKE:
        return Found.SAME
    lost = margin is not None and margin < -0.2 and piece.width > 6
    return Found.OTHER if piece.score < _NO_LETTER or (lost and piece.score < 0.7) else Found.UNSURE


def _verdict(reasons: Sequence[Reason], counts: _Counts, share: float) -> Verdict:
    if counts.other_digits or counts.other_letters:
        if share < 0.5:
            return Verdict.OTHER
        few = len(counts.other_letters) <= 0.1 * (counts.same + 1)
        return Verdict.CORRECTED if share > _TWIN_AGREES and few else Verdict.OTHER
    return Verdict.MAYBE if reasons else Verdict.SAME


def _lies_on_something(grey: NDArray[np.uint8]) -> bool:
    """Whether the picture may go beyond the sheet: it is not in the proportions of one, or has a dark rim."""
    short, long = sorted(grey.shape)
    if abs(long / short - _A4) > 0.03:
        return True
    height, width = (max(4, side // 20) for side in grey.shape)
    rim = (grey[:height], grey[-height:], grey[:, :width], grey[:, -width:])
    return any(float((side < 165).mean()) > _NOT_PAPER for side in rim)


class _Index:
    """Words by place."""

    def __init__(self, words: Sequence[Printed]) -> None:
        self._words = words
        self._middles = np.array([(word.x, word.y) for word in words], np.float64).reshape(-1, 2)

    def at(self, word: Printed) -> Printed | None:
        if not len(self._middles):
            return None
        away = np.abs(self._middles - (word.x, word.y))
        near = (away[:, 0] < 0.3 * word.w + 6) & (away[:, 1] < 0.6 * word.h + 4)
        if not near.any():
            return None
        distance = np.where(near, away.sum(axis=1), np.inf)
        return self._words[int(distance.argmin())]


def _equal(one: Printed, other: Printed) -> bool:
    return plain(one.text) == plain(other.text) != ""


def _like_stamp(text: str) -> bool:
    return len(text) >= 5 and any(partial_ratio(text, stamp) >= 75 for stamp in _STAMPS)


def _groups(pieces: Sequence[Piece], shape: tuple[int, ...]) -> list[list[Piece]]:
    """Pieces that stand close to one another."""
    if not pieces:
        return []
    ink = np.zeros(shape[:2], np.uint8)
    for piece in pieces:
        left, top, right, bottom = piece.box(0)
        ink[max(0, top - 14) : bottom + 14, max(0, left - 24) : right + 24] = 1
    _, numbers = cv2.connectedComponents(ink)
    groups: dict[int, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(
            int(numbers[min(piece.top, shape[0] - 1), min(piece.left, shape[1] - 1)]), []
        ).append(piece)
    return list(groups.values())


def _placed(box: tuple[int, int, int, int], to_other: NDArray[np.float64]) -> tuple[float, ...]:
    left, top, right, bottom = box
    corners = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float64)
    there = cv2.perspectiveTransform(corners, to_other)[0]
    return (*there.min(axis=0).tolist(), *there.max(axis=0).tolist())


def _box(mark: marking.Mark) -> tuple[int, int, int, int]:
    return mark.left, mark.top, mark.right, mark.bottom


def _fractions(box: tuple[float, ...], shape: tuple[int, ...]) -> Box:
    height, width = shape[:2]
    left, top = max(0.0, box[0] / width), max(0.0, box[1] / height)
    right, bottom = min(1.0, box[2] / width), min(1.0, box[3] / height)
    return round(left, 4), round(top, 4), round(max(0.0, right - left), 4), round(max(0.0, bottom - top), 4)
