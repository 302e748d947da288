"""A contest of letters: does the other page show this digit here, or rather another of the same print?

The page itself brings the examples: other digits in the same size. Blurred alike, each is laid on the place
in doubt; the right one must win clearly. Pure; no Django.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from casework.matching.pieces import Piece
from casework.matching.registration import Grey, best_score
from casework.matching.sheets import Printed

_PLAY = 3
_EXAMPLES = 3  # of each letter
_SAME_LETTER = 0.95  # correlation within one page; the name of one of them was misread


def labels(pieces: Sequence[Piece], words: Sequence[Printed]) -> tuple[dict[int, str], set[int]]:
    """Which letter each piece is, by its index: of words that have as many pieces as signs.

    In small print full stops are lost or hang on a letter; then as many pieces as letters and digits will do,
    and those are not in the second set: good enough to say that a digit is right, not that it is wrong.
    """
    of_word: dict[int, list[int]] = defaultdict(list)
    for index, piece in enumerate(pieces):
        if piece.word >= 0:
            of_word[piece.word].append(index)
    found: dict[int, str] = {}
    counted: set[int] = set()
    for word, members in of_word.items():
        letters = sorted(members, key=lambda index: pieces[index].left)
        text = words[word].text
        exact = len(letters) == len(text)
        if not exact:
            letters = [index for index in letters if not pieces[index].is_small]
            text = "".join(sign for sign in text if sign.isalnum())
        if len(letters) == len(text) and words[word].confidence >= 0.5:
            found |= {index: sign for index, sign in zip(letters, text, strict=True) if sign.isalnum()}
            counted.update(letters if exact else ())
    return found, counted


class Contest:
    """Examples of one page, and the question whether they fit the other page."""

    def __init__(self, one: Grey, other: Grey, pieces: Sequence[Piece], names: dict[int, str]) -> None:
        self._one, self._other, self._pieces, self._names = one, other, pieces, names
        self._examples: dict[str, list[Piece]] = defaultdict(list)
        for index, name in names.items():
            self._examples[name].append(pieces[index])

    def margin(self, index: int, *, digit: bool) -> float | None:
        """How much better the piece's own picture fits than any other's; None without the rivals it needs.

        Negative: another letter fits better, so something else is printed there. `digit`: it is taken for one
        however it was read, and only digits are its rivals; those that look like it are not. A win only
        counts against each digit it could be taken for: on a page without a 6, an 8 wins though a 6 is there.
        """
        piece, name = self._pieces[index], self._names.get(index, "")
        if not digit and not name:
            return None
        own = self._fit(piece, piece)
        rivals = 0
        met = set()
        best = -1.0
        for other, examples in self._examples.items():
            if other == name or (digit and not other.isdigit()) or _alike(name, other):
                continue
            fitting = [e for e in examples if abs(e.height - piece.height) <= 0.12 * piece.height + 1]
            fitting.sort(key=lambda e: abs(e.left - piece.left) + 4 * abs(e.top - piece.top))
            for example in fitting[:_EXAMPLES]:
                if digit and self._looks_like(piece, example):
                    continue
                rivals += 1
                met.add(other)
                best = max(best, self._fit(piece, example))
        if rivals < 3 or (digit and own >= best and not met >= _TAKEN_FOR.get(name, _DIGITS)):
            return None
        return own - best

    def _looks_like(self, piece: Piece, example: Piece) -> bool:
        """Whether two pieces of this page are the same letter."""
        if abs(piece.width - example.width) > 3:
            return False
        left, top, right, bottom = example.box(0)
        within = self._one[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
        template = self._one[piece.top + 1 : piece.bottom - 1, piece.left + 1 : piece.right - 1]
        if min(template.shape) < 3 or any(a < b for a, b in zip(within.shape, template.shape, strict=True)):
            return False
        return best_score(within, template) > _SAME_LETTER

    def _fit(self, piece: Piece, example: Piece) -> float:
        """The example's picture, of the size of the piece, where the piece is found in the other page."""
        width, height = piece.width + 2, piece.height + 2
        left = (example.left + example.right - width) // 2
        top = example.bottom + 1 - height
        x, y = piece.left - 1 + piece.near[0] - _PLAY, piece.top - 1 + piece.near[1] - _PLAY
        x_end, y_end = x + width + 2 * _PLAY, y + height + 2 * _PLAY
        if min(left, top, x, y) < 0 or x_end > self._one.shape[1] or y_end > self._one.shape[0]:
            return -1.0
        template = self._one[top : top + height, left : left + width]
        if template.shape != (height, width):
            return -1.0
        return best_score(self._other[y:y_end, x:x_end], template)


_DIGITS = frozenset("0123456789")
_TAKEN_FOR = {
    digit: frozenset(others)
    for digit, others in {
        "0": "689",
        "1": "47",
        "2": "37",
        "3": "2589",
        "4": "19",
        "5": "3689",
        "6": "0589",
        "7": "12",
        "8": "03569",
        "9": "03458",
    }.items()
}
_SAME_SHAPE = ("0Oo", "1lI|i", "cC", "sS", "vV", "wW", "xX", "zZ", "uU", "pP", "kK")


def _alike(one: str, other: str) -> bool:
    return any(one in shape and other in shape for shape in _SAME_SHAPE)
