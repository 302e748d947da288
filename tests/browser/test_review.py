"""Deniz's day: the inbox, a case, its papers, the tray. Emil of the other team sees nothing of it."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from casework.clock import berlin_day, database_now
from casework.envelope import Actor, Channel, Role
from casework.models import Case, Document, Submission
from casework.outbox import sweep
from tests import cast, files
from tests.browser.test_components import SMALL_TARGETS, violations
from tests.browsing import DESKTOP, PHONE, Device, Pages, Way
from tests.servers import Portal

FRAMES = [Way(DESKTOP, javascript=True), Way(PHONE, javascript=False)]


def sign_in(page: Page, email: str) -> None:
    page.goto("/konto/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(cast.PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/faelle/")


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def wide(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.fixture
def case(portal_server: Portal) -> Case:
    """Amira applied by web, her lease came by post; a second person waits too."""
    cast.deniz(), cast.emil()
    ack = cast.receive(
        cast.paper("payslip", files.jpeg(), "Lohn Oktober.jpg"),
        cast.paper("bank_statement", files.pdf(2, "Kontoauszug"), "auszug.pdf"),
        answers={"given_name": "Amira", "family_name": "Haddad", "housing_kind": "rent", "rent": "480.00"},
    )
    case = cast.case_of(ack)
    # The same application once more, on paper, with another rent: written down at the desk.
    cast.receive(
        channel=Channel.DESK,
        number=case.code,
        actor=Actor(Role.DESK, cast.carla().pk),
        answers={"given_name": "Amira", "family_name": "Haddad", "housing_kind": "rent", "rent": "520.00"},
    )
    cast.receive(
        cast.paper("lease", files.pdf(3, "Mietvertrag", blank=[2]), "scan.pdf"),
        service="PAPERS",
        channel=Channel.POST,
        number=case.code,
        actor=Actor(Role.COUNTER, cast.bernd().pk),
    )
    cast.receive(
        sender=cast.amira(given_name="Bashir", birth_date=date(1964, 5, 20), street="Am Markt 1"),
        service="WBA",
        channel=Channel.DESK,
    )
    while sweep():
        pass
    return case


@pytest.mark.parametrize("frame", FRAMES, ids=["desktop", "phone-without-script"])
def test_deniz_checks_a_case(frame: Way, case: Case, pages: Pages) -> None:
    page = pages.open(frame.device, javascript=frame.javascript)
    sign_in(page, "deniz@example.org")
    pages.shot(page, "inbox")
    assert not wide(page)
    # In order of arrival: Amira first.
    expect(page.locator(".cases__person a").first).to_have_text("Amira Haddad")

    page.get_by_role("link", name="Amira Haddad").click()
    expect(page.locator("h1")).to_contain_text("Amira Haddad")
    pages.shot(page, "case")
    assert not wide(page)

    # Two answers to one question: with the keyboard she chooses the one that holds, and sees that it does.
    rent = page.get_by_role("form", name="Miete ohne Nebenkosten im Monat")
    rent.get_by_role("button", name="Diese Angabe gilt Miete ohne Nebenkosten im Monat: 520,00 €").press(
        "Enter"
    )
    expect(page.get_by_role("status").filter(has_text="Diese Angabe gilt")).to_be_visible()
    expect(rent.locator(".differing__answer--holds")).to_contain_text("520,00 €")
    pages.shot(page, "answer-chosen")
    assert not wide(page)

    page.get_by_role("link", name="Papiere der Reihe nach prüfen").click()
    first = heading(page)
    assert page.locator(".sheets img").count() == 1
    pages.shot(page, "document")
    assert not wide(page)
    page.get_by_role("button", name="Annehmen").click()

    # The next paper to check, with a word on what was done.
    expect(page.get_by_role("status").filter(has_text="Angenommen")).to_contain_text(first)
    assert heading(page) != first
    second = heading(page)
    pages.expect(r"status of 400 .*/noch-einmal/")
    page.get_by_text("Noch einmal anfordern …").click()
    page.locator("details[open]").get_by_role("button", name="Noch einmal anfordern").click()
    expect(page.locator(".errors")).to_contain_text("Wählen Sie einen Grund.")
    assert page.title().startswith("Fehler: ")
    pages.shot(page, "reject-error")
    page.get_by_label("Seite fehlt").check()
    due = berlin_day(database_now()) + timedelta(days=20)
    page.locator("input[name=due_on]").fill(f"{due:%d.%m.%Y}")
    page.locator("details[open]").get_by_role("button", name="Noch einmal anfordern").click()
    expect(page.get_by_role("status").filter(has_text="Noch einmal angefordert")).to_contain_text(second)
    assert Document.objects.get(submission__case=case, state="resend").reject_reason == "page_missing"

    # The third paper stays; from it back to the case and ask for another one.
    page.get_by_role("link", name="Zurück zum Fall").click()
    page.get_by_role("link", name="Papier anfordern", exact=True).click()
    page.get_by_label("Papier", exact=True).select_option("pension_number")
    page.get_by_label("Angaben passen nicht zusammen").check()
    page.get_by_label("In eigenen Worten").fill("Die Nummer steht oben rechts.")
    pages.shot(page, "request")
    assert not wide(page)
    page.get_by_role("button", name="Papier anfordern").click()
    expect(page.get_by_role("status").filter(has_text="Angefordert")).to_be_visible()
    pages.shot(page, "case-after")
    assert case.requirements.get(kind="pension_number").note == "Die Nummer steht oben rechts."


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_emil_sees_nothing_of_the_other_team(device: Device, case: Case, pages: Pages) -> None:
    page = pages.open(device)
    sign_in(page, "emil@example.org")
    pages.shot(page, "empty")
    expect(page.locator(".empty")).to_be_visible()
    assert "Haddad" not in page.content()
    pages.expect("status of 404")
    response = page.goto(f"/faelle/fall/{case.public_id}/")
    assert response is not None
    assert response.status == 404
    assert "Haddad" not in page.content()


@pytest.mark.parametrize("frame", FRAMES, ids=["desktop", "phone-without-script"])
def test_deniz_links_separates_and_links_again(frame: Way, case: Case, pages: Pages) -> None:
    ack = cast.receive(
        cast.paper("operating_costs", files.jpeg("Nebenkosten")),
        service="PAPERS",
        note="Bitte prüfen",
        sender=cast.amira(birth_date=None, street="", postcode="", city=""),
    )
    submission = cast.submission(ack)
    assert submission.case is None
    page = pages.open(frame.device, javascript=frame.javascript)
    sign_in(page, "deniz@example.org")
    page.get_by_role("link", name="Zuordnung").click()
    pages.shot(page, "tray")
    assert not wide(page)
    page.get_by_role("link", name="Amira Haddad").click()
    expect(page.get_by_text("gleicher Nachname").first).to_be_visible()
    pages.shot(page, "link")
    assert not wide(page)
    page.get_by_role("button", name="In diesen Fall").click()
    expect(page.get_by_role("status").filter(has_text="Zugeordnet")).to_be_visible()
    assert Submission.objects.get(pk=submission.pk).case == case

    page.locator("article", has_text="Bitte prüfen").get_by_role("link", name="Gehört nicht hierher").click()
    pages.shot(page, "separate")
    page.get_by_role("button", name="Eingang herausnehmen").click()
    expect(page.get_by_role("status").filter(has_text="Herausgenommen")).to_be_visible()
    assert Submission.objects.get(pk=submission.pk).case is None

    page.get_by_role("searchbox").fill("haddad")
    page.get_by_role("button", name="Suchen").click()
    expect(page.get_by_role("heading", name="Bashir Haddad")).to_be_visible()
    pages.shot(page, "search")
    amira = page.locator("section.candidate", has=page.get_by_role("heading", name="Amira Haddad"))
    amira.get_by_role("button", name="In diesen Fall").click()
    expect(page.get_by_role("status").filter(has_text="Zugeordnet")).to_be_visible()
    assert Submission.objects.get(pk=submission.pk).case == case


LOOKS = {"phone": (PHONE, {}), "dark": (DESKTOP, {"color_scheme": "dark"})}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_the_caseworkers_is_accessible(look: str, case: Case, pages: Pages) -> None:
    device, options = LOOKS[look]
    stray = cast.submission(cast.receive(cast.paper("operating_costs"), service="PAPERS"))
    lease = Document.objects.get(submission__case=case, kind="lease")
    page = pages.open(device, bypass_csp=True, reduced_motion="reduce", **options)  # type: ignore[arg-type]
    sign_in(page, "deniz@example.org")
    submission = lease.submission
    for address in (
        "/faelle/",
        "/faelle/?q=niemand",
        f"/faelle/fall/{case.public_id}/",
        f"/faelle/fall/{case.public_id}/anfordern/",
        f"/faelle/fall/{case.public_id}/schliessen/",
        f"/faelle/eingang/{submission.public_id}/trennen/",
        f"/faelle/dokument/{lease.public_id}/",
        f"/faelle/dokument/{lease.public_id}/original/0/",
        "/faelle/zuordnung/",
        f"/faelle/zuordnung/{stray.public_id}/",
        f"/faelle/zuordnung/{stray.public_id}/?q=haddad",
        "/faelle/stoerungen/",
    ):
        page.goto(address)
        for details in page.locator("main details").all():
            details.evaluate("element => element.open = true")
        assert (address, violations(page)) == (address, [])
        assert not wide(page), address
        assert (address, page.evaluate(SMALL_TARGETS)) == (address, [])
