"""What kind of paper a page is, by weighted words. The rules are data: kinds.toml. Pure.

A suggestion with a confidence, never a decision: people see it beside the page and correct it.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

_ENOUGH = 6.0  # points from which a kind is suggested at all
_LETTER_ENOUGH = 5.0
_SURE = 16.0  # points of a page that leaves no doubt
_TITLE_FACTOR = 2.0

_CODE_LINE = 60  # a form's code stands in a short line at the edge of the page


@dataclass(frozen=True, slots=True)
class _Kind:
    key: str
    words: tuple[tuple[re.Pattern[str], float], ...]


@dataclass(frozen=True, slots=True)
class _Form:
    key: str
    code: re.Pattern[str]
    title: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rules:
    kinds: tuple[_Kind, ...]
    forms: tuple[_Form, ...]
    letter: _Kind

    @property
    def keys(self) -> frozenset[str]:
        """Every kind these rules can suggest."""
        return frozenset({*(kind.key for kind in self.kinds), *(form.key for form in self.forms), "letter"})


@functools.cache
def rules() -> Rules:
    """The rules of kinds.toml. Raises what is wrong with the file."""
    with (Path(__file__).parent / "kinds.toml").open("rb") as file:
        data = tomllib.load(file)
    return Rules(
        kinds=tuple(_Kind(one["kind"], _patterns(one["words"])) for one in data["kind"]),
        forms=tuple(
            _Form(
                one["kind"],
                re.compile(
                    rf"(?:^|\s)(?:{one['code']})\s*[.\-]\s*\d\d\s*[.\-/]\s*\d{{4}}|^(?:Anlage\s+)?(?:{one['code']})$"
                ),
                _pattern(one["title"]),
            )
            for one in data["form"]
        ),
        letter=_Kind("letter", _patterns(data["letter"]["words"])),
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{text})", re.IGNORECASE)


def _patterns(words: list[list[str | float]]) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((_pattern(str(text)), float(weight)) for text, weight in words)


def kind_of(text: str) -> tuple[str, float]:
    """The key of the likeliest kind and how sure, 0 to 1; "", 0 where nothing speaks clearly for one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "", 0.0
    top = "\n".join(lines[: max(6, len(lines) // 3)])
    form = _form(lines, top)
    if form is not None:
        return form
    scores = {kind.key: _score(kind, text, top) for kind in rules().kinds}
    ranked = sorted(scores, key=lambda key: scores[key], reverse=True)
    best, second = ranked[0], ranked[1]
    letter = _score(rules().letter, text, "")
    if scores[best] >= _ENOUGH and scores[best] >= letter and scores[best] >= 1.2 * scores[second]:
        lead = (scores[best] - max(scores[second], letter / 2)) / scores[best]
        return best, round(min(0.98, 0.35 + 0.35 * min(1.0, scores[best] / _SURE) + 0.28 * lead), 2)
    if letter >= _LETTER_ENOUGH:
        return "letter", round(min(0.9, 0.4 + 0.05 * letter), 2)
    return "", 0.0


def _form(lines: list[str], top: str) -> tuple[str, float] | None:
    edges = [line for line in (*lines[:6], *lines[-6:]) if len(line) <= _CODE_LINE]
    for form in rules().forms:
        coded = any(form.code.search(line) for line in edges)
        titled = bool(form.title.search(top))
        if coded or titled:
            return form.key, 0.98 if coded and titled else 0.9 if coded else 0.8
    return None


def _score(kind: _Kind, text: str, top: str) -> float:
    total = 0.0
    for pattern, weight in kind.words:
        if pattern.search(top):
            total += weight * (_TITLE_FACTOR if weight >= 4 else 1.0)
        elif pattern.search(text):
            total += weight
    return total
