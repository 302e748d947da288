"""Deniz looks at a paper that came twice, side by side, and says it is the same."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from casework.clock import database_now
from casework.models import Document, PaperLikeness
from casework.outbox import sweep
from tests import cast
from tests.browser.test_components import violations
from tests.browser.test_review import sign_in, wide
from tests.browsing import DESKTOP, PHONE, Pages, Way
from tests.casework.reading.sheets import LETTER, PAYSLIP, saved, sheet
from tests.servers import Portal

OCTOBER = (*PAYSLIP, *LETTER[12:])
CORRECTED = tuple(line.replace("1.398,50", "1.293,50") for line in OCTOBER)


@pytest.fixture
def likeness(portal_server: Portal, tmp_path: Path) -> PaperLikeness:
    cast.deniz()
    number = ""
    for days, lines in ((3, OCTOBER), (0, CORRECTED)):
        content = saved([sheet(lines)], tmp_path / "lohn.pdf").read_bytes()
        ack = cast.receive(
            cast.paper("payslip", content, "lohn.pdf"),
            number=number,
            received_at=database_now() - timedelta(days=days),
        )
        number = cast.submission(ack).number
        while sweep():
            pass
    until = time.monotonic() + 30  # the portal's own worker may be at it
    while not PaperLikeness.objects.exists() and time.monotonic() < until:
        time.sleep(0.2)
    return PaperLikeness.objects.get()


@pytest.mark.parametrize(
    "way",
    [Way(DESKTOP, javascript=True), Way(PHONE, javascript=False)],
    ids=["desktop", "phone-without-script"],
)
def test_two_papers_side_by_side(likeness: PaperLikeness, pages: Pages, way: Way) -> None:
    page = pages.open(way.device, javascript=way.javascript)
    sign_in(page, "deniz@example.org")
    page.goto("/faelle/mehrfach/")
    expect(page.get_by_role("link", name="Gleicher Vordruck, andere Angaben")).to_be_visible()
    pages.shot(page, "figures")
    assert not wide(page)
    case = likeness.document.submission.case
    assert case is not None
    page.goto(f"/faelle/fall/{case.public_id}/")
    expect(page.locator(".paper__beside")).to_be_visible()
    pages.shot(page, "case")
    page.goto(f"/faelle/dokument/{likeness.document.public_id}/")
    page.get_by_role("link", name="Gleicher Vordruck, andere Angaben").press("Enter")
    expect(page.locator("h1")).to_have_text("Gleicher Vordruck, andere Angaben")
    expect(page.locator(".place--differs").last).to_be_attached()
    expect(page.locator(".marked-page")).to_have_count(2)
    assert not wide(page)
    if way.javascript:
        assert violations(page) == []
    pages.shot(page, "side-by-side")
    page.get_by_role("button", name="Nicht dasselbe").press("Enter")
    expect(page.get_by_text("Verneint: nicht dasselbe Papier.")).to_be_visible()
    page.get_by_role("button", name="Antwort zurücknehmen").press("Enter")
    expect(page.get_by_role("button", name="Nicht dasselbe")).to_be_visible()
    assert Document.objects.count() == 2
