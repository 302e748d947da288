"""How right links of records to people are, beside the truth. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Row = Mapping[str, str]
Limits = tuple[float, float]  # in bits: for strangers, for relatives


@dataclass
class Score:
    records: int = 0
    partners: int = 0  # records of somebody who is in the register or wrote before
    linked: int = 0  # automatically, to the right one
    first: int = 0  # the right one stands first, linked or asked about
    five: int = 0  # … among the first five
    enough: int = 0  # partners who wrote enough to be recognised, by the truth
    enough_linked: int = 0
    enough_first: int = 0
    enough_five: int = 0
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

    def of_those_with_enough(self) -> str:
        """Of records on which the truth says enough is written (its column insufficient)."""
        whole = max(1, self.enough)
        return (
            f"of {self.enough} partners who wrote enough: recall {self.enough_linked / whole:.4f}; first"
            f" {self.enough_first / whole:.4f}, in the first five {self.enough_five / whole:.4f}"
        )

    def details(self) -> Iterator[str]:
        if self.enough < self.partners:
            yield self.of_those_with_enough()
        for wrong in self.wrong:
            yield f"wrong: {' '.join(wrong)}"
        for kind, missed in self.missed.most_common(20):
            yield f"{kind}: {missed} of {self.kinds[kind]} not linked"


@dataclass(frozen=True)
class Best:
    """Whom a record is most like. `bits` against a stranger, `own` against the rest of the household."""

    record: str
    target: str
    bits: float
    own: float
    unclear: tuple[str, ...]  # casework.matching.persons.Judgement


LIMITS = (12, 10, 9, 8, 7, 6, 5, 4), (10, 9, 8, 7.5, 7, 6.5, 6, 5)


def curve(truth: Iterable[Row], best: Iterable[Best], cases: Mapping[str, str], now: Limits) -> Iterator[str]:
    """Lines to print: what other limits for strangers and relatives would link, one varied at a time.

    As far as one run can say: who is linked does not wait, so later records would meet others.
    """
    true_of = {row["record_id"]: row for row in truth}
    partners = score(true_of.values(), (), cases).partners
    by_limits = [one for one in best if set(one.unclear) <= {"stranger", "relative"}]
    yield "stranger, relative: recall, wrong (another case)"
    for limits in [(each, now[1]) for each in LIMITS[0]] + [(now[0], each) for each in LIMITS[1]]:
        linked = [one for one in by_limits if one.bits >= limits[0] and one.own >= limits[1]]
        wrong = [one for one in linked if _entity(one.target, true_of) != true_of[one.record]["entity_id"]]
        other = sum(_case(one.target, true_of, cases) != true_of[one.record]["case_number"] for one in wrong)
        recall = (len(linked) - len(wrong)) / max(1, partners)
        yield f"  {limits[0]:g}, {limits[1]:g}: {recall:.4f}, {len(wrong)} ({other})"
    yield "not linked though the right one stands first, by what is not clear:"
    asked = Counter(
        ", ".join(one.unclear)
        for one in best
        if one.unclear and _entity(one.target, true_of) == true_of[one.record]["entity_id"]
    )
    for questions, records in asked.most_common():
        yield f"  {questions}: {records}"


def _entity(target: str, true_of: Mapping[str, Row]) -> str:
    """Targets are people of the register or earlier records."""
    return true_of[target]["entity_id"] if target in true_of else target


def _case(target: str, true_of: Mapping[str, Row], cases: Mapping[str, str]) -> str:
    return true_of[target]["case_number"] if target in true_of else cases[target]


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
        shown = [_entity(target, true_of) for target in targets]
        automatic = bool(shown) and rows[record][0]["decision"] == "link"
        right = bool(shown) and shown[0] == entity
        found.records += 1
        found.partners += known
        found.linked += automatic and right
        found.strangers_asked += bool(shown) and not automatic and not known
        if automatic and not right:
            found.wrong.append((record, targets[0], true["kinds"]))
            found.other_case += _case(targets[0], true_of, cases) != true["case_number"]
        if known:
            found.first += right
            found.five += entity in shown[:5]
            if true.get("insufficient", "0") != "1":
                found.enough += 1
                found.enough_linked += automatic and right
                found.enough_first += right
                found.enough_five += entity in shown[:5]
            found.kinds.update(true["kinds"].split("|"))
            if not (automatic and right):
                found.missed.update(true["kinds"].split("|"))
    return found
