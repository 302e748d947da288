"""Did this paper come before? From the judgements of its pages; pure, no Django.

A paper that holds anything new is never called the same as, or part of, another: of that one the office might
never look at the new page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casework.matching.outcome import Outcome
from casework.matching.pages import Judgement, Verdict


class Relation(StrEnum):
    """What the later paper is to the earlier one."""

    SAME = "same"  # all its pages, in whatever order
    FEWER = "fewer"  # only pages of it, not all
    MORE = "more"  # all its pages and others
    OVERLAP = "overlap"  # some pages in common, each has others
    CORRECTED = "corrected"  # the same form with other figures
    MAYBE = "maybe"  # a person has to look
    NEW = "new"


@dataclass(frozen=True, slots=True)
class PageFact:
    number: int
    blank: bool = False
    own: bool = True
    """Whether it has something of its own; the conditions on the back of every letter have not."""


@dataclass(frozen=True, slots=True)
class PaperJudgement:
    relation: Relation
    outcome: Outcome
    score: float
    reasons: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    """Pages that are the same: number in the later, number in the earlier paper."""


def compare_papers(
    later: Sequence[PageFact], earlier: Sequence[PageFact], judged: Mapping[tuple[int, int], Judgement]
) -> PaperJudgement:
    """`judged`: by page number in the later and in the earlier paper; pairs not compared are missing."""
    mine = {page.number: page for page in later if not page.blank}
    theirs = {page.number: page for page in earlier if not page.blank}
    same = _pairs(judged, Verdict.SAME, mine, theirs)
    telling = [pair for pair in same if mine[pair[0]].own or theirs[pair[1]].own]
    left = {number for number in mine if number not in {a for a, _ in same}}
    missing = {number for number in theirs if number not in {b for _, b in same}}
    open_pairs = {pair: one for pair, one in judged.items() if pair[0] in left and pair[1] in missing}
    maybe = _pairs(open_pairs, Verdict.MAYBE, mine, theirs)
    corrected = _pairs(open_pairs, Verdict.CORRECTED, mine, theirs)
    score = max((judged[pair].score for pair in (*same, *maybe, *corrected)), default=0.0)
    reasons = tuple(
        dict.fromkeys(str(code) for pair in (*same, *maybe, *corrected) for code in judged[pair].reasons)
    )

    def told(relation: Relation, outcome: Outcome) -> PaperJudgement:
        return PaperJudgement(relation, outcome, score, reasons, tuple(same))

    if any(mine[a].own or theirs[b].own for a, b in maybe):
        return told(Relation.MAYBE, Outcome.ASK)
    if not telling:
        if corrected:
            return told(Relation.CORRECTED, Outcome.ASK)
        return PaperJudgement(Relation.NEW, Outcome.NEW, score, reasons)
    # From here on at least one page with something of its own has come before.
    if corrected:
        return told(Relation.CORRECTED, Outcome.ASK)
    # A back without anything of its own, left out, is no difference worth a word.
    new = {number for number in left if mine[number].own}
    gone = {number for number in missing if theirs[number].own}
    if not new and not left:
        return told(Relation.FEWER if gone or missing else Relation.SAME, Outcome.LINK)
    if not gone:
        return told(Relation.MORE, Outcome.LINK)
    return told(Relation.OVERLAP, Outcome.LINK)


def _pairs(
    judged: Mapping[tuple[int, int], Judgement],
    verdict: Verdict,
    mine: Mapping[int, PageFact],
    theirs: Mapping[int, PageFact],
) -> list[tuple[int, int]]:
    """Each page at most once, the surest first."""
    ranked = sorted(
        (
            pair
            for pair, one in judged.items()
            if one.verdict is verdict and pair[0] in mine and pair[1] in theirs
        ),
        key=lambda pair: (-judged[pair].score, pair),
    )
    taken: tuple[set[int], set[int]] = (set(), set())
    found = []
    for a, b in ranked:
        if a not in taken[0] and b not in taken[1]:
            taken[0].add(a)
            taken[1].add(b)
            found.append((a, b))
    return sorted(found)
