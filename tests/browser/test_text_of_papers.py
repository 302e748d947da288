"""Deniz looks for a word in the text of papers and reads it beside the picture of the page."""

import pytest
from playwright.sync_api import Page, expect

from casework.models import Case
from casework.outbox import sweep
from tests import cast
from tests.browser.test_review import sign_in, wide
from tests.browsing import DESKTOP, PHONE, Pages, Way
from tests.casework.reading.papers import encoded
from tests.casework.reading.sheets import LETTER, sheet
from tests.servers import Portal


@pytest.fixture
def letter(portal_server: Portal) -> Case:
    """Amira sent a photo of a letter; it has been recognised."""
    cast.deniz()
    photo = encoded(sheet(LETTER).convert("RGB"), "JPEG", quality=80)
    case = cast.case_of(cast.receive(cast.paper("letter", photo, "brief.jpg")))
    while sweep():
        pass
    return case


@pytest.mark.parametrize(
    "way",
    [Way(DESKTOP, javascript=True), Way(PHONE, javascript=False)],
    indirect=True,
    ids=["desktop", "phone"],
)
def test_word_in_a_letter_is_found_and_read(letter: Case, page: Page, pages: Pages) -> None:
    sign_in(page, "deniz@example.org")
    page.get_by_role("link", name="Im Text der Papiere suchen").click()
    page.get_by_label("Im Text der Papiere suchen").fill("Grundmiete")
    page.get_by_role("button", name="Suchen").click()
    expect(page.get_by_role("status")).to_have_text("Eine Seite gefunden")
    assert not wide(page)
    pages.shot(page, "text-search")
    page.get_by_role("link", name="Brief an das Jobcenter").click()
    page.get_by_text("Text der Seite").click()
    expect(page.locator(".page-text")).to_contain_text("Nummer der Bedarfsgemeinschaft: 12345//0001234")
    assert not wide(page)
    pages.shot(page, "text-of-page")
