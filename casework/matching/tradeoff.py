"""How right found pairs of pages are, beside the truth: the whole trade-off. Pure.

Pages with the same content in different submissions are a true pair. Conditions on the back of letters are
told apart from them: that they are the same says nothing of the paper.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

Pair = tuple[str, str]
Link = tuple[str, str, float, bool]
"""Two pages (submission/number), score, whether the machine is sure."""
CUTS = (0.99, 0.98, 0.97, 0.96, 0.95, 0.93, 0.9, 0.85, 0.8, 0.7, 0.5, 0.0)


def report(truth: Iterable[Mapping[str, str]], links: Iterable[Link]) -> Iterator[str]:
    """Lines to print. `truth`: rows with page_id, content_id, page_class and render."""
    pages = {row["page_id"]: row for row in truth}
    true = _true_pairs(pages)
    found = {_pair(a, b): (score, sure) for a, b, score, sure in links if a in pages and b in pages}
    right = {pair for pair in found if _same(pages, pair)}
    sure = {pair for pair, (_, certain) in found.items() if certain}
    shown = found.keys() - sure
    backs = len((sure & right) - true)
    seen = _share(true & found.keys(), true)
    yield f"true pairs {len(true)}: sure {_share(true & sure, true)}, sure or review {seen}"
    yield f"false dup {len(sure - right)}{''.join(f' {a}-{b}' for a, b in sorted(sure - right))}"
    yield f"dup of equal backs beside equal fronts {backs}"
    raised = {max(pair) for pair in shown - right}
    yield f"false review {len(shown - right)} pairs, raised on {_share(raised, pages)} of pages"
    yield "if reviews from this score on were sure: score, sure, wrong"
    for cut in CUTS:
        taken = sure | {pair for pair in shown if found[pair][0] >= cut}
        yield f"  {cut:.2f}  {len(true & taken) / max(1, len(true)):.3f}  {len(taken - right)}"
    yield "by renderings: pairs, sure, sure or review"
    ways: dict[Pair, list[Pair]] = defaultdict(list)
    for pair in true:
        ways[_pair(*(pages[page].get("render", "") for page in pair))].append(pair)
    for way, pairs in sorted(ways.items(), key=lambda item: (-len(item[1]), item[0])):
        numbers = f"{len(pairs)}, {len(sure.intersection(pairs))}, {len(found.keys() & set(pairs))}"
        yield f"  {way[0]} {way[1]}: {numbers}"


def _true_pairs(pages: Mapping[str, Mapping[str, str]]) -> set[Pair]:
    by_content: dict[str, list[str]] = defaultdict(list)
    for page, row in pages.items():
        if row["page_class"] == "content":
            by_content[row["content_id"]].append(page)
    return {
        _pair(a, b)
        for some in by_content.values()
        for a, b in itertools.combinations(some, 2)
        if _submission(a) != _submission(b)
    }


def _same(pages: Mapping[str, Mapping[str, str]], pair: Pair) -> bool:
    return pages[pair[0]]["content_id"] == pages[pair[1]]["content_id"]


def _submission(page: str) -> str:
    return page.rpartition("/")[0]


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a <= b else (b, a)


def _share(some: Iterable[object], whole: Iterable[object]) -> str:
    return f"{len(set(some)) / max(1, len(set(whole))):.3f}"
