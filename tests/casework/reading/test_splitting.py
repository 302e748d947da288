"""Where one letter ends and the next begins: a table of examples; no page is ever lost or doubled."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.reading.splitting import (
    BLANK,
    COVER_SHEET,
    FOREIGN_CODE,
    NOT_READ,
    NOTHING_BEHIND,
    SEPARATOR_SHEET,
    SHEET_TWICE,
    TWO_SHEETS,
    UNKNOWN_SHEET,
    WORN_SHEET,
    PageSeen,
    Proposal,
    Sheet,
    interleave,
    propose,
    sheet_by_words,
)

SHEETS = {
    "AMIRAPAY": Sheet("amira", "payslip"),
    "AMIRALEASE": Sheet("amira", "lease"),
    "BERTRENT": Sheet("bert", "rent_increase"),
    "CLOSED": Sheet("clara", "payslip", open=False),
    "USED": Sheet("dora", "payslip", used=True),
}
COVER = "ANGK1:AMIRAPAY"


def stack(*pages: str | PageSeen) -> Proposal:
    """Pages in short: "" text, "_" blank, "?" not read, "kind=lease", anything else the content of a code."""
    seen = []
    for number, page in enumerate(pages, start=1):
        if isinstance(page, PageSeen):
            seen.append(page)
        elif page.startswith("kind="):
            seen.append(PageSeen(number, kind=page.removeprefix("kind=")))
        elif page in ("", "_", "?"):
            seen.append(PageSeen(number, blank=page == "_", read=page != "?"))
        else:
            seen.append(PageSeen(number, codes=tuple(page.split(" + "))))
    return propose(seen, SHEETS)


def letters(found: Proposal) -> list[tuple[str, bool, list[tuple[str, tuple[int, ...]]]]]:
    return [(one.about, one.certain, [(p.kind, p.pages) for p in one.papers]) for one in found.letters]


def flags(found: Proposal) -> list[tuple[int, str]]:
    return [(flag.page, flag.what) for flag in found.flags]


@pytest.mark.parametrize(
    ("pages", "wanted", "aside", "left_over"),
    [
        pytest.param(["", "", ""], [], [], [1, 2, 3], id="nothing divides it"),
        pytest.param([], [], [], [], id="no pages"),
        pytest.param(
            [COVER, "", ""],
            [("amira", True, [("payslip", (2, 3))])],
            [(1, COVER_SHEET)],
            [],
            id="cover sheet of ours",
        ),
        pytest.param(
            ["", "ANGK1:TRENNBLATT", "", ""],
            [("", False, [("", (1,))]), ("", False, [("", (3, 4))])],
            [(2, SEPARATOR_SHEET)],
            [],
            id="our separator",
        ),
        pytest.param(
            ["", "PATCHT", "", "patcht", ""],
            [("", False, [("", (1,))]), ("", False, [("", (3,))]), ("", False, [("", (5,))])],
            [(2, SEPARATOR_SHEET), (4, SEPARATOR_SHEET)],
            [],
            id="patch code, also as QR and in small letters",
        ),
        pytest.param(
            [COVER, "", "ANGK1:AMIRALEASE", "", ""],
            [("amira", True, [("payslip", (2,)), ("lease", (4, 5))])],
            [(1, COVER_SHEET), (3, COVER_SHEET)],
            [],
            id="two cover sheets of one case are one letter of two papers",
        ),
        pytest.param(
            [COVER, "", "ANGK1:BERTRENT", ""],
            [("amira", True, [("payslip", (2,))]), ("bert", True, [("rent_increase", (4,))])],
            [(1, COVER_SHEET), (3, COVER_SHEET)],
            [],
            id="two people's papers in one envelope",
        ),
        pytest.param(
            [COVER, "", "PATCHT", "ANGK1:AMIRALEASE", ""],
            [("amira", True, [("payslip", (2,))]), ("amira", True, [("lease", (5,))])],
            [(1, COVER_SHEET), (3, SEPARATOR_SHEET), (4, COVER_SHEET)],
            [],
            id="a separator ends the letter, also of the same case",
        ),
        pytest.param(
            [COVER, "", "PATCHT", ""],
            [("amira", True, [("payslip", (2,))]), ("", False, [("", (4,))])],
            [(1, COVER_SHEET), (3, SEPARATOR_SHEET)],
            [],
            id="what comes behind a separator belongs to nobody yet",
        ),
        pytest.param(
            [COVER, "_", "", "_", "", "_"],
            [("amira", True, [("payslip", (3, 5))])],
            [(1, COVER_SHEET), (2, BLANK), (4, BLANK), (6, BLANK)],
            [],
            id="every back is blank",
        ),
        pytest.param(
            ["PATCHT + PATCHT", ""],
            [("", False, [("", (2,))])],
            [(1, SEPARATOR_SHEET)],
            [],
            id="separator whose code stands on it twice",
        ),
        pytest.param(
            ["PATCHT", "kind=payslip", "", "kind=lease", "kind=lease", ""],
            [("", False, [("payslip", (2, 3)), ("lease", (4, 5, 6))])],
            [(1, SEPARATOR_SHEET)],
            [],
            id="another kind begins another paper of the letter",
        ),
        pytest.param(
            [COVER, "kind=lease"],
            [("amira", True, [("payslip", (2,))])],
            [(1, COVER_SHEET)],
            [],
            id="what the cover sheet asks for stands above what the page looks like",
        ),
        pytest.param(
            ["ANGK1:CLOSED", ""],
            [("clara", False, [("payslip", (2,))])],
            [(1, COVER_SHEET)],
            [],
            id="cover sheet of a closed case",
        ),
        pytest.param(["_", "_"], [], [(1, BLANK), (2, BLANK)], [], id="only blank pages"),
    ],
)
def test_stack_is_split(pages: list[str], wanted: list, aside: list, left_over: list) -> None:
    found = stack(*pages)
    assert letters(found) == wanted
    assert list(found.aside) == aside
    assert list(found.left_over) == left_over
    assert found.flags == ()


@pytest.mark.parametrize(
    "content",
    ["https://other-office.example/x", "PATCH1", "BCD\n002\n1\nSCT", "angekommen", "ANGK2:AMIRAPAY", ""],
)
def test_code_of_somebody_else_divides_nothing_and_is_flagged(content: str) -> None:
    found = propose([PageSeen(1), PageSeen(2, codes=(content,)), PageSeen(3)], SHEETS)
    assert found.left_over == (1, 2, 3)
    assert flags(found) == [(2, FOREIGN_CODE)]
    assert all(content not in flag.detail for flag in found.flags if content)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("BCD\n002\n1\nSCT\nXXX", "payment"),
        ("https://other-office.example/x", "web"),
        ("ASN00123", "archive"),
        ("ASN 123", "archive"),
        ("PATCH1", "separator"),
        ("ADAR-NEXTDOC", "separator"),
        ("ANGK2:AMIRAPAY", "separator"),
        ("4006381333931", "other"),
    ],
)
def test_code_of_somebody_else_is_named_by_what_it_is_for(content: str, kind: str) -> None:
    (flag,) = propose([PageSeen(1, codes=(content,))], SHEETS).flags
    assert (flag.what, flag.detail) == (FOREIGN_CODE, kind)


def test_sheet_of_ours_is_known_by_its_words() -> None:
    assert sheet_by_words("Trennblatt Legen Sie dieses Blatt\nzwischen zwei Briefe.") == SEPARATOR_SHEET
    assert sheet_by_words("Deckblatt\nLegen Sie dieses Blatt auf Ihre Unterlagen.") == COVER_SHEET
    assert sheet_by_words("Das Trennblatt haben Sie vergessen.") == ""


def test_sheet_whose_code_is_gone_makes_nothing_certain_that_it_may_end() -> None:
    torn = PageSeen(3, worn=COVER_SHEET)
    found = stack(COVER, "", torn, "", "ANGK1:BERTRENT", "")
    assert [(one.about, one.certain) for one in found.letters] == [("amira", False), ("bert", True)]
    assert flags(found) == [(3, WORN_SHEET)]
    assert sorted(found.numbers) == [1, 2, 3, 4, 5, 6]


def test_cover_sheet_nobody_printed_divides_nothing_and_is_flagged() -> None:
    found = stack("", "ANGK1:0000000000KX", "")
    assert found.left_over == (1, 2, 3)
    assert flags(found) == [(2, UNKNOWN_SHEET)]


def test_cover_sheet_twice_in_a_stack_is_flagged_and_both_are_kept() -> None:
    found = stack(COVER, "", "PATCHT", COVER, "")
    assert letters(found) == [
        ("amira", False, [("payslip", (2,))]),
        ("amira", False, [("payslip", (5,))]),
    ]
    assert flags(found) == [(4, SHEET_TWICE)]


def test_cover_sheet_used_before_is_flagged_and_not_certain() -> None:
    found = stack("ANGK1:USED", "")
    assert letters(found) == [("dora", False, [("payslip", (2,))])]
    assert flags(found) == [(1, SHEET_TWICE)]


def test_cover_sheet_with_nothing_behind_it_is_flagged() -> None:
    assert flags(stack(COVER)) == [(1, NOTHING_BEHIND)]
    assert flags(stack(COVER, "_", "PATCHT", "")) == [(1, NOTHING_BEHIND)]


def test_two_cover_sheets_on_one_page_are_left_to_a_person() -> None:
    found = stack("PATCHT", COVER + " + ANGK1:BERTRENT", "")
    assert letters(found) == [("", False, [("", (2, 3))])]
    assert flags(found) == [(2, TWO_SHEETS)]


def test_page_that_could_not_be_read_makes_its_letter_uncertain() -> None:
    found = stack(COVER, "", "?", "", "ANGK1:BERTRENT", "")
    assert letters(found) == [
        ("amira", False, [("payslip", (2, 4))]),
        ("bert", True, [("rent_increase", (6,))]),
    ]
    assert found.left_over == (3,)
    assert flags(found) == [(3, NOT_READ)]


def test_separator_upside_down_is_one_all_the_same() -> None:
    found = stack("", PageSeen(2, codes=("ANGK1:TRENNBLATT",), turned=180), PageSeen(3))
    assert len(found.letters) == 2


pages = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(
            st.sampled_from([f"ANGK1:{code}" for code in [*SHEETS, "TRENNBLATT", "X"]] + ["PATCHT", "x", ""]),
            max_size=3,
        ),
        st.sampled_from(["", "payslip", "lease"]),
        st.booleans(),
    ),
    max_size=25,
)


@given(pages)
def test_every_page_is_in_the_proposal_exactly_once(given_pages: list) -> None:
    found = propose(
        [
            PageSeen(number, blank, tuple(codes), kind, read=read)
            for number, (blank, codes, kind, read) in enumerate(given_pages, start=1)
        ],
        SHEETS,
    )
    assert Counter(found.numbers) == Counter(range(1, len(given_pages) + 1))
    assert all(letter.papers and all(p.pages for p in letter.papers) for letter in found.letters)
    assert all(letter.about and letter.sheets for letter in found.letters if letter.certain)


@given(st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_two_passes_become_one_stack_with_every_page_once(fronts: int, backs: int, turned: bool) -> None:
    order = interleave(fronts, backs, backs_reversed=turned)
    wanted = {(1, n) for n in range(1, fronts + 1)} | {(2, n) for n in range(1, backs + 1)}
    assert set(order) == wanted
    assert len(order) == len(wanted)


def test_backs_of_a_stack_turned_over_come_from_its_end() -> None:
    assert interleave(3, 3) == [(1, 1), (2, 3), (1, 2), (2, 2), (1, 3), (2, 1)]


def test_backs_scanned_in_the_same_order() -> None:
    assert interleave(2, 2, backs_reversed=False) == [(1, 1), (2, 1), (1, 2), (2, 2)]


def test_front_without_a_back_keeps_its_place() -> None:
    assert interleave(3, 2, backs_reversed=False) == [(1, 1), (2, 1), (1, 2), (2, 2), (1, 3)]
