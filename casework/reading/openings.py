"""Where letters may begin in a stack that no code divides: a guess from what its pages say. Pure.

A person accepts it or not; nothing follows from it by itself. A letter of several pages is told by its page
numbers, a new one by a salutation on top, by another person's numbers, by the end of the letter before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from casework.reading.splitting import PageSeen, ProposedLetter, ProposedPaper

# Why a letter may begin with a page; the words are the template's (counter/_guess.html).
FIRST, OTHER_PERSON, SALUTATION, END_BEFORE, PAGE_ONE, WORN_SHEET, STRANGE_SHEET = (
    "first",
    "other_person",
    "salutation",
    "end_before",
    "page_one",
    "worn_sheet",
    "strange_sheet",
)
TELLING = ("customer_number", "household_number", "pension_number")
"""Fields that tell people apart: two pages with different ones are not of one person."""

_SALUTATION = re.compile(
    r"^\W*(sehr geehrte[rs]?\b|guten tag\b|liebe[rs]? (frau|herr|team|damen|kolleg)|hallo\b"
    r"|an das jobcenter\b|dear (sir|madam|mr|ms|mrs)\b)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(mit (freundlich|best|herzlich)\w* gr(ü|ue|u)(ß|ss|s)en?|hochachtungsvoll"
    r"|(freundliche|beste|viele) gr(ü|ue)(ß|ss)e|dieses schreiben (ist|wurde) maschinell"
    r"|yours (faithfully|sincerely)|kind regards)",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(
    r"\b(?:seite|blatt|page|s\.)\s*(\d{1,3})\s*(?:von|of|/|\()\s*(\d{1,3})\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\b(?:seite|blatt|page)\s*:?\s*(\d{1,3})\b(?!\s*(?:von|of|/))", re.IGNORECASE)
_DASHED = re.compile(r"^\s*[-–—]\s*(\d{1,3})\s*[-–—]\s*$")
_EDGE_LINES = 6  # page numbers stand in the first or last lines
_TOP_SHARE = 0.6  # a salutation further down belongs to something quoted


@dataclass(frozen=True, slots=True)
class Look:
    """What one page says about its place in a letter. `number` 0: it has none; `of` 0: no total."""

    number: int = 0
    of: int = 0
    opens: bool = False
    closes: bool = False
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    worn: bool = False  # a sheet of ours whose code cannot be read: no page of a letter
    marked: bool = False  # it carries a code that divides stacks elsewhere

    @property
    def is_last(self) -> bool:
        return bool(self.of) and self.number == self.of


@dataclass(frozen=True, slots=True)
class Guess:
    """A letter that may begin here, and what speaks for it."""

    letter: ProposedLetter
    why: tuple[str, ...]


def look(text: str, fields: Iterable[tuple[str, str]] = ()) -> Look:
    """What a page says: `fields` are names and values of what was recognised on it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    number, of = _page_number(lines)
    top = lines[: max(4, round(len(lines) * _TOP_SHARE))]
    keys: dict[str, set[str]] = {}
    for name, value in fields:
        if name in TELLING:
            keys.setdefault(name, set()).add(value)
    return Look(
        number,
        of,
        opens=any(_SALUTATION.match(line) for line in top),
        closes=any(_CLOSING.search(line) for line in lines[len(lines) // 4 :]),
        keys={name: frozenset(values) for name, values in keys.items()},
    )


def _page_number(lines: Sequence[str]) -> tuple[int, int]:
    edge = [*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]]
    for line in edge:
        if (found := _NUMBER_OF.search(line)) and 1 <= int(found[1]) <= int(found[2]):
            return int(found[1]), int(found[2])
    for line in edge:
        if found := _NUMBER.search(line) or _DASHED.match(line):
            return int(found[1]), 0
    return 0, 0


def guess(pages: Sequence[tuple[PageSeen, Look]]) -> tuple[Guess, ...]:
    """Letters these pages may be, every page in one of them, in order; worn sheets are in none."""
    work = _Work()
    for page, seen in pages:
        work.take(page, seen)
    return tuple(
        Guess(ProposedLetter(tuple(papers)), why) for papers, why in zip(work.found, work.why, strict=True)
    )


@dataclass
class _Work:
    found: list[list[ProposedPaper]] = field(default_factory=list)
    why: list[tuple[str, ...]] = field(default_factory=list)
    before: Look | None = None
    behind_worn: bool = False
    keys: dict[str, frozenset[str]] = field(default_factory=dict)  # of the letter so far

    def take(self, page: PageSeen, seen: Look) -> None:
        if seen.worn:
            self.behind_worn = True
            return
        why = self._begins_letter(seen)
        if why:
            self.found.append([ProposedPaper(page.kind, (page.number,))])
            self.why.append(why)
            self.keys = {}
        elif self._begins_paper(page, seen):
            self.found[-1].append(ProposedPaper(page.kind, (page.number,)))
        else:
            last = self.found[-1].pop()
            self.found[-1].append(ProposedPaper(last.kind or page.kind, (*last.pages, page.number)))
        for name, values in seen.keys.items():
            self.keys[name] = self.keys.get(name, frozenset()) | values
        self.before, self.behind_worn = seen, False

    def _begins_letter(self, seen: Look) -> tuple[str, ...]:
        if self.behind_worn:
            return (WORN_SHEET,)
        if self.before is None:
            return (FIRST,)
        if seen.marked:
            return (STRANGE_SHEET,)
        if self._goes_on(seen):
            return ()
        other = any(name in self.keys and not values & self.keys[name] for name, values in seen.keys.items())
        same = any(values & self.keys.get(name, frozenset()) for name, values in seen.keys.items())
        ended = self.before.closes or self.before.is_last
        reasons = [
            *([OTHER_PERSON] if other and not same else []),
            *([SALUTATION] if seen.opens else []),
            *([END_BEFORE] if ended else []),
            *([PAGE_ONE] if seen.number == 1 else []),
        ]
        if OTHER_PERSON in reasons:
            return tuple(reasons)
        # What else a person put into the same envelope is a paper of the same letter.
        return tuple(reasons) if seen.opens and not same else ()

    def _goes_on(self, seen: Look) -> bool:
        """Whether its number says that it follows the page before."""
        before = self.before
        if before is None or seen.number < 2:
            return False
        if seen.of and before.of and seen.of != before.of:
            return False
        return seen.number == before.number + 1 or not before.number

    def _begins_paper(self, page: PageSeen, seen: Look) -> bool:
        if self._goes_on(seen):
            return False
        last = self.found[-1][-1]
        other_kind = bool(page.kind and last.kind and page.kind != last.kind)
        before = self.before
        return other_kind or seen.number == 1 or seen.opens or (before is not None and before.is_last)
