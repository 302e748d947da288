"""What the codes of a scanned stack propose, as the clerk sees it."""

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
