"""Do the pages scanned fit the sheets counted by hand? A sheet has one or two pages. Pure."""

from casework.reading.splitting import spans

__all__ = ["sheet_check", "spans"]


def sheet_check(sheets: int | None, pages: int) -> str:
    """Empty if it fits or nobody counted; "too_few" pages (some are missing); "too_many" (more came)."""
    if not sheets:
        return ""
    if pages < sheets:
        return "too_few"
    return "too_many" if pages > 2 * sheets else ""
