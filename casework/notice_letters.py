"""Letters that tell news: window envelope (DIN 5008, form B), fold marks, cover sheets for the answer."""

import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from casework import actions, covers
from casework.catalogue import catalogue
from casework.clock import berlin_day, database_now
from casework.closing import pdf_of
from casework.envelope import SYSTEM
from casework.mailing import spoken
from casework.models import Notice

# What a person answers with paper: then cover sheets come along.
ANSWERED_BY_PAPER = ("paper_requested", "document_rejected", "deadline_near", "copy_asked")


def letter_pdf(notice: Notice, lines: Sequence[dict[str, Any]]) -> bytes:
    """The letter, in the person's language and in German, then its cover sheets."""
    parts = []
    for code in spoken(notice.language):
        with translation.override(code):
            parts.append({"language": code, "rtl": translation.get_language_bidi()})
    context = {
        "notice": notice,
        "case": notice.case,
        "to": notice.person,
        "lines": lines,
        "parts": parts,
        "asks": any(line["kind"] in ANSWERED_BY_PAPER for line in lines),
        "today": berlin_day(database_now()),
        "lookup_url": f"{settings.PUBLIC_URL}/status/",
        "office": catalogue().office,
    }
    letter = pdf_of("letters/notice.html", context, spoken(notice.language)[0])
    wanted = covers.to_come(notice.case) if context["asks"] else []
    if not wanted:
        return letter
    sheets = actions.print_cover_sheets(notice.case, wanted, SYSTEM)
    return together([letter, covers.cover_sheets_pdf(sheets)])


def together(pdfs: Sequence[bytes]) -> bytes:
    """Our own PDF one behind the other."""
    import pikepdf

    if len(pdfs) == 1:
        return pdfs[0]
    target = io.BytesIO()
    with pikepdf.new() as whole:
        for data in pdfs:
            with pikepdf.open(io.BytesIO(data)) as one:
                whole.pages.extend(one.pages)
        whole.save(target)
    return target.getvalue()
