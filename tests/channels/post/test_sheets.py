import pytest

from channels.post.sheets import sheet_check, spans


@pytest.mark.parametrize(
    ("sheets", "pages", "said"),
    [
        (None, 3, ""),
        (0, 3, ""),
        (3, 2, "too_few"),
        (3, 3, ""),
        (3, 6, ""),
        (3, 7, "too_many"),
        (5, 3, "too_few"),
        (1, 0, "too_few"),
    ],
)
def test_sheet_has_one_or_two_pages(sheets: int | None, pages: int, said: str) -> None:
    assert sheet_check(sheets, pages) == said


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([], []),
        ([4], [(4, 4)]),
        ([3, 1, 2], [(1, 3)]),
        ([1, 2, 5, 7, 6, 2], [(1, 2), (5, 7)]),
    ],
)
def test_pages_become_spans(pages: list[int], found: list[tuple[int, int]]) -> None:
    assert spans(pages) == found
