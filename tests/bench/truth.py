"""What is written on the pages of the letters, and how much of it was read right."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Texts = Mapping[tuple[Path, int], str]


@dataclass(frozen=True)
class Truth:
    """A page as it was written."""

    file: Path
    number: int
    text: str
    names: tuple[str, ...]

    @property
    def key(self) -> tuple[Path, int]:
        return self.file, self.number


@dataclass(frozen=True)
class Stack:
    """A file with sheets that divide it: the content of the code on each page that has one."""

    file: Path
    codes: dict[int, str]


def read_truth(folder: Path) -> list[Truth]:
    truths = []
    for document in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["documents"]:
        who = document["person"]
        names = (
            *(f"{who['first']} {who['last']}", f"{who['last']}, {who['first']}"),
            *(who["bg"], who["kunde"], who["iban"]),
        )
        truths += [
            Truth(folder / document["file"], page["n"], page["text"], names) for page in document["pages"]
        ]
    return truths


def some(truths: list[Truth], most: int) -> list[Truth]:
    if not most or most >= len(truths):
        return truths
    return [truths[at * len(truths) // most] for at in range(most)]


def read_stacks(folder: Path) -> list[Stack]:
    """Stacks with separator sheets, and those with labels on first pages."""
    stacks = []
    for batch in json.loads((folder / "truth.json").read_text(encoding="utf-8")).get("batch", []):
        codes = {page["page"]: page["separator"] for page in batch["layout"] if "separator" in page}
        if not codes:  # make_letters: labels ASN00101, ASN00102, … on the first page of each letter
            first = [page["page"] for page in batch["layout"] if page.get("doc_page") == 1]
            codes = {page: f"ASN{101 + at:05}" for at, page in enumerate(first)}
        stacks.append(Stack(folder / batch["file"], codes))
    return stacks


def even(text: str) -> str:
    return " ".join(text.split())


def edits(one: str, other: str) -> int:
    """Letters to insert, delete or change to make one text the other (Levenshtein; Myers 1999)."""
    if not one or not other:
        return len(one) + len(other)
    places: dict[str, int] = {}
    for at, sign in enumerate(one):
        places[sign] = places.get(sign, 0) | 1 << at
    all_ones, last, score = (1 << len(one)) - 1, 1 << len(one) - 1, len(one)
    up, down = all_ones, 0
    for sign in other:
        same = places.get(sign, 0)
        vertical = same | down
        horizontal = (((same & up) + up) ^ up) | same
        more = down | ~(horizontal | up) & all_ones
        less = up & horizontal
        score += bool(more & last) - bool(less & last)
        more, less = (more << 1 | 1) & all_ones, less << 1 & all_ones
        up, down = less | ~(vertical | more) & all_ones, more & vertical
    return score


def facts(truth: Truth) -> Iterator[str]:
    """Names, numbers, dates and amounts that are written on the page."""
    text = even(truth.text)
    yield from re.findall(r"\b\d\d\.\d\d\.\d{4}\b", text)
    yield from re.findall(r"(?<![\d.])(?:(?<=\s)[-+])?\d{1,3}(?:\.\d{3})*,\d\d\b", text)
    yield from (name for name in truth.names if name in text)


def quality(truths: Iterable[Truth], texts: Texts) -> tuple[float, float]:
    """Share of wrong letters, and of facts found exactly in the text."""
    wrong = letters = found = wanted = 0
    for truth in truths:
        text, right = even(texts[truth.key]), even(truth.text)
        wrong, letters = wrong + edits(right, text), letters + len(right)
        for fact in facts(truth):
            found, wanted = found + (fact in text), wanted + 1
    return wrong / max(1, letters), found / max(1, wanted)


def in_fields(truths: Iterable[Truth], fields: Mapping[tuple[Path, int], set[str]]) -> float:
    """Share of the facts that are fields of the page, in their normal form."""
    found = wanted = 0
    for truth in truths:
        known = fields[truth.key]
        for fact in facts(truth):
            found, wanted = found + (normal(fact) in known), wanted + 1
    return found / max(1, wanted)


def normal(fact: str) -> str:
    if date := re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", fact):
        return f"{date[3]}-{date[2]}-{date[1]}"
    if re.fullmatch(r"[-+]?[\d.]+,\d\d", fact):
        return fact.lstrip("+").replace(".", "").replace(",", ".")
    if re.fullmatch(r"[A-Z]{2}\d\d[\d ]+", fact):
        return fact.replace(" ", "")
    family, comma, given = fact.partition(", ")
    return f"{given} {family}" if comma else fact
