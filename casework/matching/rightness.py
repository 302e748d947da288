"""How right links of records to people are, beside the truth. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Row = Mapping[str, str]


@dataclass
class Score:
    records: int = 0
    partners: int = 0  # records of somebody who is in the register or wrote before
    linked: int = 0  # automatically, to the right one
    first: int = 0  # the right one stands first, linked or asked about
    five: int = 0  # … among the first five
    strangers_asked: int = 0
    wrong: list[tuple[str, str, str]] = field(default_factory=list)  # record, target, kinds
    other_case: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def summary(self) -> str:
        partners = max(1, self.partners)
        return (
            f"{self.records} records, {self.partners} with a partner: {len(self.wrong)} wrong automatic links"
            f" ({self.other_case} into another case); automatic recall {self.linked / partners:.4f};"
            f" right person first {self.first / partners:.4f}, in the first five {self.five / partners:.4f};"
            f" asked about {self.strangers_asked} of {self.records - self.partners} others"
        )

    def details(self) -> Iterator[str]:
        for wrong in self.wrong:
            yield f"wrong: {' '.join(wrong)}"
        for kind, missed in self.missed.most_common(20):
            yield f"{kind}: {missed} of {self.kinds[kind]} not linked"


def score(truth: Iterable[Row], links: Iterable[Row], cases: Mapping[str, str]) -> Score:
    """`truth` in the order of arrival; `links` as `bench_persons` writes them; `cases`: person_id -> case."""
    true_of = {row["record_id"]: row for row in truth}
    found, rows = Score(), defaultdict(list)
    for link in links:
        rows[link["record_id"]].append(link)
    seen: set[str] = set()
    for record, true in true_of.items():
        entity = true["entity_id"]
        known = true["in_register"] == "1" or entity in seen
        seen.add(entity)
        targets = [row["target"] for row in rows[record]]
        shown = [true_of[target]["entity_id"] if target in true_of else target for target in targets]
        automatic = bool(shown) and rows[record][0]["decision"] == "link"
        right = bool(shown) and shown[0] == entity
        found.records += 1
        found.partners += known
        found.linked += automatic and right
        found.strangers_asked += bool(shown) and not automatic and not known
        if automatic and not right:
            case = true_of[targets[0]]["case_number"] if targets[0] in true_of else cases[targets[0]]
            found.wrong.append((record, targets[0], true["kinds"]))
            found.other_case += case != true["case_number"]
        if known:
            found.first += right
            found.five += entity in shown[:5]
            found.kinds.update(true["kinds"].split("|"))
            if not (automatic and right):
                found.missed.update(true["kinds"].split("|"))
    return found
