"""Links beside the truth: what counts as right, as wrong, and as found."""

import pytest

from casework.matching.rightness import Best, Score, curve, score

CASES = {"P1": "BG1", "P2": "BG1", "P3": "BG3"}


def record(number: int, entity: str, case: str, *, known: bool) -> dict[str, str]:
    return {
        "record_id": f"R{number}",
        "entity_id": entity,
        "in_register": str(int(known)),
        "case_number": case,
        "kinds": "reg|moved",
    }


def link(number: int, target: str, decision: str = "review") -> dict[str, str]:
    return {"record_id": f"R{number}", "target": target, "score": "10", "decision": decision}


TRUTH = [
    record(1, "P1", "BG1", known=True),
    record(2, "N1", "BG7", known=False),  # nobody knows her yet
    record(3, "N1", "BG7", known=False),  # she writes again
]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([link(1, "P1", "link")], {"linked": 1, "first": 1, "five": 1}),
        ([link(1, "P2"), link(1, "P1")], {"linked": 0, "first": 0, "five": 1}),
        ([link(1, "P2", "link")], {"first": 0, "other_case": 0}),
        ([link(1, "P3", "link")], {"first": 0, "other_case": 1}),
        ([link(2, "P3")], {"strangers_asked": 1, "first": 0}),
        ([link(3, "R2", "link")], {"linked": 1, "first": 1}),
        ([link(1, target) for target in ("P2", "P3", "R9", "R8", "R7", "P1")], {"first": 0, "five": 0}),
        ([], {"partners": 2, "records": 3, "first": 0}),
    ],
)
def test_records_are_counted_by_whom_they_were_shown_to_be(
    links: list[dict[str, str]], expected: dict[str, int]
) -> None:
    found = score(TRUTH, links, CASES)
    assert {name: getattr(found, name) for name in expected} == expected


def test_wrong_link_is_named_and_what_was_not_linked_is_counted_by_kind() -> None:
    found = score(TRUTH, [link(1, "P3", "link")], CASES)
    assert found.wrong == [("R1", "P3", "reg|moved")]
    assert list(found.details()) == [
        "wrong: R1 P3 reg|moved",
        "reg: 2 of 2 not linked",
        "moved: 2 of 2 not linked",
    ]


def test_records_with_too_little_on_them_are_counted_apart() -> None:
    truth = [*TRUTH, record(4, "P3", "BG3", known=True) | {"insufficient": "1"}]
    found = score(truth, [link(1, "P1", "link"), link(3, "R2")], CASES)
    assert (found.partners, found.enough) == (3, 2)
    assert "recall 0.5000; first 1.0000" in found.of_those_with_enough()


def test_nothing_at_all_gives_a_summary() -> None:
    assert "0 wrong automatic links" in Score().summary()


def test_curve_counts_what_other_limits_would_link_and_what_is_in_the_way() -> None:
    best = [
        Best("R1", "P3", bits=9.5, own=20.0, unclear=("stranger",)),  # another case
        Best("R2", "P1", bits=20.0, own=20.0, unclear=("second",)),  # whatever the limits
        Best("R3", "R2", bits=20.0, own=6.2, unclear=("relative",)),
    ]
    lines = list(curve(TRUTH, best, CASES, now=(10, 8)))
    assert "  9, 8: 0.0000, 1 (1)" in lines
    assert "  10, 8: 0.0000, 0 (0)" in lines
    assert "  10, 6: 0.5000, 0 (0)" in lines
    assert lines[-1] == "  relative: 1"
