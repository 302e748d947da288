"""My case on a phone: from the QR code to a message and its answer; every new page with axe."""

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from casework import messages
from casework.clock import database_now
from casework.envelope import Ack, Actor, Role
from casework.models import Slot
from tests import cast
from tests.browser.test_components import SMALL_TARGETS, violations
from tests.browser.test_review import sign_in, wide
from tests.browsing import PHONE, Pages, Way
from tests.servers import Portal

WAYS = [Way(PHONE, javascript=True), Way(PHONE, javascript=False)]


@pytest.fixture
def ack(portal_server: Portal) -> Ack:
    cast.teams()
    ack = cast.receive(cast.paper())
    for days in (3, 4):
        Slot.objects.create(
            team=cast.deniz().team,
            starts_at=database_now() + timedelta(days=days),
            minutes=30,
            way="office",
            place="Raum 2.14",
            made_by=cast.deniz(),
        )
    return ack


def name_birth_date(page: Page) -> None:
    for part, value in (("day", "3"), ("month", "7"), ("year", "1991")):
        page.locator(f"input[name=birth_date_{part}]").fill(value)
    page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize("way", WAYS, ids=["phone", "phone-without-script"])
def test_amira_writes_books_and_takes_everything_along(way: Way, ack: Ack, pages: Pages) -> None:
    page = pages.open(way.device, javascript=way.javascript)
    page.goto(f"/s/{ack.secret}")
    page.get_by_role("link", name="Nachrichten").click()
    expect(page.locator("h1")).to_have_text("Bitte nennen Sie das Geburtsdatum")
    name_birth_date(page)
    page.get_by_label("Ihre Nachricht").fill("Wann bekomme ich Bescheid?")
    page.get_by_role("button", name="Nachricht senden").click()
    expect(page.get_by_role("status").filter(has_text="angekommen")).to_be_visible()
    messages.write(cast.case_of(ack), "Bald.", Actor(Role.CASEWORKER, cast.deniz().pk), key=uuid.uuid4())
    page.reload()
    expect(page.get_by_text("Bald.")).to_be_visible()
    page.get_by_role("link", name="Termin oder Rückruf").click()
    page.get_by_role("radio").first.check(force=True)
    page.get_by_role("button", name="Termin eintragen").click()
    expect(page.get_by_text("Ihr Termin ist eingetragen.")).to_be_visible()
    page.get_by_role("link", name="Alles herunterladen").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Jetzt herunterladen").click()
    assert taken.value.suggested_filename == "meine-unterlagen.zip"


def test_every_page_of_my_case_is_accessible(ack: Ack, pages: Pages) -> None:
    case = cast.case_of(ack)
    messages.write(case, "Eine Frage", Actor(Role.CLAIMANT), key=uuid.uuid4())
    page = pages.open(PHONE, bypass_csp=True, reduced_motion="reduce")

    def look(address: str) -> None:
        page.goto(address)
        for details in page.locator("main details").all():
            details.evaluate("element => element.open = true")
        assert (address, violations(page)) == (address, [])
        assert not wide(page), address
        assert (address, page.evaluate(SMALL_TARGETS)) == (address, [])

    look(f"/s/{ack.secret}/geburtsdatum/")
    name_birth_date(page)
    for name in ("nachrichten", "termine", "daten", "alles", "geoeffnet"):
        look(f"/s/{ack.secret}/{name}/")
    for address in ("/rueckmeldung/?seite=my:status", "/rueckmeldung/tafel/"):
        look(address)
    sign_in(page, "deniz@example.org")
    for address in (f"/faelle/fall/{case.public_id}/nachrichten/", "/faelle/termine/"):
        look(address)
    for address in ("/team/briefe/", "/team/rueckmeldungen/"):
        look(address)
