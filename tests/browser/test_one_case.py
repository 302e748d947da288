"""The main job: one person, three channels, one case, and a status page that answers the question.

Also: the claimant's own pages, small and large, with and without script, light and dark.
"""

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from casework.models import Case, Submission
from tests import cast, files
from tests.browser import test_desk as at_the_desk
from tests.browser import test_post as in_the_mailroom
from tests.browser import test_review as at_review
from tests.browser import test_web as on_the_web
from tests.browser.test_components import NARROW, SMALL_TARGETS, violations
from tests.browsing import DESKTOP, PHONE, Pages, Way
from tests.servers import Portal


def look_up(page: Page, number: str) -> None:
    page.goto("/status/")
    page.locator("[name=number]").fill(number)
    on_the_web.born(page)
    on_the_web.press(page, "Nachsehen")


def test_three_channels_one_case_one_status(
    page: Page, way: Way, pages: Pages, portal_server: Portal, tmp_path: Path
) -> None:
    cast.teams()
    # By phone: an application in one page, and the receipt.
    page.goto("/antrag/")
    page.get_by_role("link", name="Sofort Antrag stellen").click()
    on_the_web.who(page)
    on_the_web.press(page, "Antrag jetzt absenden")
    first = on_the_web.sent(page)
    pages.shot(page, "1-receipt")

    # By post: registered on arrival with the number on the letter, then scanned with the stack.
    bernd = pages.open(DESKTOP)
    in_the_mailroom.sign_in(bernd)
    in_the_mailroom.register(
        bernd, family_name="Haddad", birth_date="3.7.1991", number=first.number, sheets="2"
    )
    letter = Submission.objects.get(channel="post")
    stack = tmp_path / "stapel.pdf"
    stack.write_bytes(files.pdf(2, "Kontoauszug"))
    in_the_mailroom.read_in(bernd, stack, sheets="2")
    in_the_mailroom.assign(bernd, [1, 2], "bank_statement", str(letter.public_id))

    # At the desk: found by the receipt number, one paper photographed, one only shown.
    carla = at_the_desk.sign_in(pages.open(DESKTOP))
    at_the_desk.search(carla, first.number)
    carla.get_by_role("link", name="Unterlagen aufnehmen").click()
    row = carla.get_by_role("group", name="Papier 1")
    row.get_by_label("Papier", exact=True).select_option("identity_card")
    row.get_by_label("gezeigt, nicht kopiert").check()
    carla.locator("main button[type=submit]").last.click()
    expect(carla.locator("h1")).to_have_text("Aufgenommen")
    pages.shot(carla, "2-desk")

    case = Case.objects.get()
    assert [s.channel for s in case.submissions.order_by("pk")] == ["web", "post", "desk"]
    assert len(set(case.submissions.values_list("number", flat=True))) == 3

    # Did my document arrive?
    look_up(page, first.number)
    expect(page.get_by_text("Ja, alle 2 Dokumente sind angekommen.")).to_be_visible()
    for words in ("mit der Post", "am Schalter", "gezeigt, nicht kopiert"):
        expect(page.get_by_text(words).first).to_be_visible()
    pages.shot(page, "3-status")
    on_the_web.fits_the_screen(page, way)

    # A caseworker looks and decides; the claimant reads it in her own words.
    cast.deniz()
    deniz = pages.open(DESKTOP)
    at_review.sign_in(deniz, "deniz@example.org")
    deniz.get_by_role("link", name="Amira Haddad").click()
    deniz.get_by_role("link", name="Papiere der Reihe nach prüfen").click()
    deniz.get_by_role("button", name="Annehmen").click()
    page.reload()
    expect(page.get_by_text("Geprüft, alles gut").first).to_be_visible()
    pages.shot(page, "4-status-after")


def test_a_wrong_number_gets_a_kind_answer(page: Page, way: Way, pages: Pages, portal_server: Portal) -> None:
    ack = cast.receive()
    pages.expect(r"status of (400|404) .*/status/")
    page.goto("/status/")
    on_the_web.press(page, "Nachsehen")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.title().startswith("Fehler: ")
    pages.shot(page, "empty")
    look_up(page, ack.number)
    expect(page.locator("h1")).to_have_text("Stand Ihrer Unterlagen")
    page.goto("/status/")
    page.locator("[name=number]").fill(ack.number)
    on_the_web.born(page)
    page.get_by_label("Jahr", exact=True).fill("1990")
    on_the_web.press(page, "Nachsehen")
    expect(page.get_by_text("Das haben wir nicht gefunden")).to_be_visible()
    expect(page.locator("[name=number]")).to_have_value(ack.number)
    pages.shot(page, "unknown")
    on_the_web.fits_the_screen(page, way)


def test_status_and_receipt_of_a_file_nobody_can_open_are_accessible(
    pages: Pages, portal_server: Portal
) -> None:
    """All other pages, in every look and language: test_places."""
    ack = cast.receive(cast.paper(), cast.paper("identity_card", files.encrypted_pdf(), "a.pdf"))
    page = pages.open(NARROW, bypass_csp=True, reduced_motion="reduce")
    wrong = []
    for address in (f"/s/{ack.secret}", f"/beleg/{ack.secret}/"):
        page.goto(address)
        found = violations(page) + page.evaluate(SMALL_TARGETS)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append("wider than the screen")
        wrong += [f"{address}: {one}" for one in found]
    assert wrong == []


def test_a_receipt_is_found_again_by_its_qr_address(pages: Pages, portal_server: Portal) -> None:
    data = files.jpeg()
    page = pages.open(PHONE)
    page.goto("/antrag/unterlagen/")
    page.get_by_text(re.compile("Nur eine Sache schicken")).click()
    page.get_by_label("Datei auswählen").set_input_files(
        FilePayload(name="brief.jpg", mimeType="image/jpeg", buffer=data)
    )
    page.locator("details[open] button[type=submit], details[open] .kern-btn--primary").last.click()
    submission = on_the_web.sent(page)
    page.goto(f"/s/{submission.secret}")
    expect(page.get_by_text("Ja, Ihr Dokument ist angekommen.")).to_be_visible()
    assert submission.documents.get().parts.get().file.size == len(data)
