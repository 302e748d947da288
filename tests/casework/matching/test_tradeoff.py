"""The figures that bench_documents prints beside a truth."""

from casework.matching.tradeoff import report

TRUTH = [
    {"page_id": f"S{n}/{page}", "content_id": content, "page_class": kind, "render": "scan"}
    for n, page, content, kind in (
        (1, 1, "a", "content"),
        (1, 2, "back", "boilerplate"),
        (2, 1, "a", "content"),
        (2, 2, "back", "boilerplate"),
        (3, 1, "a", "content"),
        (4, 1, "b", "content"),
    )
]


def test_trade_off_tells_found_wrong_and_what_a_lower_cut_would_do() -> None:
    links = [
        ("S1/1", "S2/1", 1.0, True),
        ("S1/2", "S2/2", 1.0, True),
        ("S3/1", "S1/1", 0.96, False),
        ("S1/1", "S4/1", 0.91, False),
        ("S2/1", "S4/1", 1.0, True),
    ]
    lines = list(report(TRUTH, links))
    assert lines[:4] == [
        "true pairs 3: sure 0.333, sure or review 0.667",
        "false dup 1 S2/1-S4/1",
        "dup of equal backs beside equal fronts 1",
        "false review 1 pairs, raised on 0.167 of pages",
    ]
    assert "  0.97  0.333  1" in lines
    assert "  0.95  0.667  1" in lines
    assert "  0.90  0.667  2" in lines
    assert lines[-1] == "  scan scan: 3, 1, 2"
