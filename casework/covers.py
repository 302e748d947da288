"""Cover sheets and separator sheets as PDF: what our own codes on paper look like."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from casework import actions, queries
from casework.catalogue import catalogue
from casework.envelope import Actor
from casework.models import Case, CoverSheet, Requirement
from casework.reading.splitting import PREFIX, SEPARATOR
from casework.receipts import only_data
from casework.workflow import RequirementState

TO_COME = (RequirementState.MISSING, RequirementState.RESEND, RequirementState.ELSEWHERE)
MOST_SEPARATORS = 100


def to_come(case: Case) -> list[Requirement]:
    """The papers a sheet is of use for."""
    return [requirement for requirement in queries.requirements_of(case) if requirement.state in TO_COME]


def printed(case: Case, requirements: Sequence[Requirement], actor: Actor) -> HttpResponse:
    """A sheet for each of these papers of the case, as one PDF."""
    sheets = actions.print_cover_sheets(case, requirements, actor)
    return as_file(cover_sheets_pdf(sheets), "deckblatt.pdf")


def cover_sheets_pdf(sheets: Sequence[CoverSheet]) -> bytes:
    """One page a sheet, in the language of the person."""
    cat = catalogue()
    lines = [
        {
            "sheet": sheet,
            "content": PREFIX + sheet.code,
            "paper": cat.document_kind(sheet.kind).name,
            "due_on": sheet.requirement.due_on if sheet.requirement else None,
            "person": sheet.case.person,
            "service": cat.service(sheet.case.service, version=sheet.case.service_version).name,
        }
        for sheet in sheets
    ]
    language = sheets[0].case.person.language if sheets else "de"
    with translation.override(language):
        return _pdf("letters/cover_sheet.html", {"lines": lines, "office": cat.office})


def separators_pdf(copies: int) -> bytes:
    """So many times the same sheet; at least one, at most MOST_SEPARATORS."""
    copies = min(max(copies, 1), MOST_SEPARATORS)
    with translation.override("de"):
        return _pdf("letters/separator.html", {"copies": range(copies), "content": PREFIX + SEPARATOR})


def as_file(pdf: bytes, name: str) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _pdf(template: str, context: dict[str, object]) -> bytes:
    from weasyprint import HTML  # slow to load

    rendered = HTML(string=render_to_string(template, context), url_fetcher=only_data())
    made = rendered.write_pdf(pdf_variant="pdf/ua-1")
    assert isinstance(made, bytes)
    return made
