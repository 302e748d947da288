"""Do the pages scanned fit the sheets counted by hand? A sheet has one or two pages. Pure."""

from collections.abc import Iterable


def sheet_check(sheets: int | None, pages: int) -> str:
    """Empty if it fits or nobody counted; "too_few" pages (some are missing); "too_many" (more came)."""
    if not sheets:
        return ""
    if pages < sheets:
        return "too_few"
    return "too_many" if pages > 2 * sheets else ""


def spans(pages: Iterable[int]) -> list[tuple[int, int]]:
    """Page numbers as spans from–to, both included: 1, 2, 3, 7 -> (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for page in sorted(set(pages)):
        if found and found[-1][1] == page - 1:
            found[-1] = (found[-1][0], page)
        else:
            found.append((page, page))
    return found
