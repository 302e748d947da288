"""What the codes of a scanned stack propose, and what its pages suggest, as the clerk sees it."""

from typing import Any

from casework import suggestions
from casework.models import Batch, CoverSheet
from casework.reading.splitting import FOREIGN_CODE, NOT_READ, Proposal


def proposed(batch: Batch) -> dict[str, Any] | None:
    """The proposal for the pages still open, in words for the screen; None if there is nothing to say."""
    found = suggestions.open_proposal(batch)
    flags = [flag for flag in found.flags if flag.what not in (FOREIGN_CODE, NOT_READ)]
    if not found.letters and not found.aside and not flags:
        return None
    return {"letters": _letters(found), "aside": found.aside, "flags": flags}


def strange_codes(batch: Batch) -> list[tuple[str, list[int]]]:
    """Codes of others on pages still open: of what kind, on which pages. They divide nothing."""
    pages: dict[str, list[int]] = {}
    for flag in suggestions.open_proposal(batch).flags:
        if flag.what == FOREIGN_CODE and flag.page not in pages.get(flag.detail, []):
            pages.setdefault(flag.detail, []).append(flag.page)
    return sorted(pages.items())


def guessed(batch: Batch) -> list[dict[str, Any]]:
    """Letters the pages may be, where no code divides the stack; `key` names one in the form."""
    return [
        {
            "papers": one.letter.papers,
            "why": one.why,
            "pages": one.letter.pages,
            "key": key_of(one.letter.pages),
        }
        for one in suggestions.guesses_of(batch)
    ]


def key_of(pages: tuple[int, ...]) -> str:
    return "-".join(map(str, pages))


def pages_from(key: str) -> tuple[int, ...]:
    """The pages a form names; what is no such list names none."""
    numbers = key.split("-")
    if not all(number.isdecimal() and len(number) < 6 for number in numbers):
        return ()
    return tuple(map(int, numbers))


def _letters(found: Proposal) -> list[dict[str, Any]]:
    codes = {code for letter in found.letters for code in letter.sheets}
    sheets = (
        CoverSheet.objects.filter(code__in=codes).select_related("case__person").in_bulk(field_name="code")
    )
    return [
        {
            "papers": letter.papers,
            "case": sheets[letter.sheets[0]].case if letter.sheets else None,
            "first": letter.pages[0],
        }
        for letter in found.letters
    ]
