"""From pages to papers: a table of examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.matching.documents import PageFact, Relation, compare_papers
from casework.matching.outcome import Outcome
from casework.matching.pages import Judgement, Reason, Verdict

SAME = Judgement(Verdict.SAME, 0.9, (Reason.PRINT_AGREES,))
MAYBE = Judgement(Verdict.MAYBE, 0.8, (Reason.UNCLEAR_FIGURES,))
CORRECTED = Judgement(Verdict.CORRECTED, 0.7, (Reason.OTHER_FIGURES,))


def pages(kinds: str) -> list[PageFact]:
    """One letter a page: p with something of its own, c the same conditions as everywhere, b blank."""
    return [PageFact(n, blank=kind == "b", own=kind == "p") for n, kind in enumerate(kinds, start=1)]


@pytest.mark.parametrize(
    ("later", "earlier", "judged", "relation", "outcome"),
    [
        ("p", "p", {(1, 1): SAME}, Relation.SAME, Outcome.LINK),
        ("pp", "pp", {(1, 2): SAME, (2, 1): SAME}, Relation.SAME, Outcome.LINK),  # another order
        ("pbpb", "pp", {(1, 1): SAME, (3, 2): SAME}, Relation.SAME, Outcome.LINK),  # empty backs
        ("p", "pp", {(1, 2): SAME}, Relation.FEWER, Outcome.LINK),
        ("p", "pc", {(1, 1): SAME}, Relation.FEWER, Outcome.LINK),
        ("pp", "p", {(1, 1): SAME}, Relation.MORE, Outcome.LINK),
        ("pc", "p", {(1, 1): SAME}, Relation.MORE, Outcome.LINK),  # a page nobody has seen, whatever it is
        ("pp", "pp", {(1, 1): SAME}, Relation.OVERLAP, Outcome.LINK),
        ("p", "p", {(1, 1): CORRECTED}, Relation.CORRECTED, Outcome.ASK),
        ("pp", "pp", {(1, 1): SAME, (2, 2): CORRECTED}, Relation.CORRECTED, Outcome.ASK),
        ("p", "p", {(1, 1): MAYBE}, Relation.MAYBE, Outcome.ASK),
        ("pp", "pp", {(1, 1): SAME, (2, 2): MAYBE}, Relation.MAYBE, Outcome.ASK),
        ("pc", "pc", {(2, 2): SAME}, Relation.NEW, Outcome.NEW),  # only the conditions on the back
        ("p", "p", {}, Relation.NEW, Outcome.NEW),
        ("", "", {}, Relation.NEW, Outcome.NEW),
    ],
)
def test_paper_is_judged_from_its_pages(
    later: str,
    earlier: str,
    judged: dict[tuple[int, int], Judgement],
    relation: Relation,
    outcome: Outcome,
) -> None:
    said = compare_papers(pages(later), pages(earlier), judged)
    assert (said.relation, said.outcome) == (relation, outcome)


@given(
    later=st.text("pcb", max_size=5),
    earlier=st.text("pcb", max_size=5),
    judged=st.dictionaries(
        st.tuples(st.integers(1, 5), st.integers(1, 5)), st.sampled_from([SAME, MAYBE, CORRECTED]), max_size=8
    ),
)
def test_paper_with_a_page_nobody_has_seen_is_never_the_same_nor_a_part(
    later: str, earlier: str, judged: dict[tuple[int, int], Judgement]
) -> None:
    said = compare_papers(pages(later), pages(earlier), judged)
    if said.relation in (Relation.SAME, Relation.FEWER):
        seen = {a for a, _ in said.pairs}
        assert seen == {page.number for page in pages(later) if not page.blank}
        assert len({b for _, b in said.pairs}) == len(seen)  # each page of the earlier stands for one
