"""Bernd closes his day: by keyboard alone a letter, then the postbook with one open point, then without."""

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from casework import mailroom
from casework.models import PostbookDay, Submission
from tests import cast, files
from tests.browser.test_components import violations
from tests.browser.test_post import read_in, sign_in
from tests.browsing import DESKTOP, Pages
from tests.channels.post import mail


def by_keyboard(page: Page, *typed: str) -> None:
    """Type into the field that has the focus; a tab goes on to the next, Enter sends."""
    for text in typed:
        if text in ("Tab", "Enter"):
            page.keyboard.press(text)
        else:
            page.keyboard.type(text)


@pytest.mark.usefixtures("portal_server")
def test_letter_is_registered_by_keyboard_alone(pages: Pages) -> None:
    page = pages.open(DESKTOP)
    sign_in(page)
    page.goto("/post/brief/neu/")
    for name, sheets in (("Haddad", "3"), ("Yilmaz", "1")):
        expect(page.locator("[name=family_name]")).to_be_focused()
        by_keyboard(page, name, "Tab", "Amira", "Tab", "Tab", "Tab", "Tab", "Tab", sheets, "Enter")
        expect(page.get_by_text("Registriert:")).to_be_visible()
        expect(page.get_by_role("alert").or_(page.get_by_role("status")).first).to_contain_text(name)
    first, second = Submission.objects.order_by("pk")
    assert (first.sheets, second.sheets) == (3, 1)
    assert first.given.family_name == "Haddad"
    expect(page.locator("[name=arrived_on]")).to_have_value(timezone.localdate().strftime("%d.%m.%Y"))


@pytest.mark.usefixtures("portal_server")
def test_day_is_closed_with_an_open_point_and_again_without(pages: Pages, tmp_path: Path) -> None:
    page = pages.open(DESKTOP)
    sign_in(page)
    letter = mail.registered(sheets=2)
    waiting = mail.registered(sender=cast.amira(family_name="Yilmaz"), sheets=1)
    stack = tmp_path / "stapel.pdf"
    stack.write_bytes(files.pdf(3, blank=[3]))
    read_in(page, stack, sheets="2")
    for number in (1, 2):
        page.locator(f"[name=page][value='{number}']").check()
    page.get_by_label("Was ist das für ein Papier?").select_option("payslip")
    page.get_by_label("Zu welchem Brief gehört es?").select_option(str(letter.public_id))
    page.locator("main").get_by_role("button", name="Zuordnen").click()
    expect(page.get_by_text("Der Stapel ist fertig")).to_be_visible()  # with the blank page aside

    page.goto("/post/")
    page.get_by_role("link", name="Postbuch von heute").click()
    expect(page.get_by_text("Ein Brief ist registriert, aber nicht eingelesen.")).to_be_visible()
    expect(page.get_by_text("Seiten: 3 = 2 in Briefen + 1 beiseite + 0 übrig.")).to_be_visible()
    pages.shot(page, "1-open")
    assert not violations(page)
    page.get_by_role("button", name="Tag abschließen").click()
    expect(page).to_have_title(re.compile("^Fehler: "))
    expect(page.get_by_text("Schreiben Sie kurz auf, warum.").first).to_be_visible()
    page.get_by_label("Warum schließen Sie den Tag").fill("Der Scanner ist gerade besetzt")
    page.get_by_role("button", name="Tag abschließen").click()
    expect(page.get_by_text("Der Tag ist abgeschlossen. Blatt 1 ist unterschrieben.")).to_be_visible()
    pages.shot(page, "2-closed")

    mailroom.forward(waiting, "Familienkasse", timezone.localdate(), mail.actor())
    page.reload()
    expect(page.get_by_text("Alles passt zusammen")).to_be_visible()
    page.get_by_role("button", name="Tag abschließen").click()
    expect(page.get_by_text("Blatt 2 ist unterschrieben.")).to_be_visible()
    pages.shot(page, "3-closed-again")
    address = page.get_by_role("link", name="Blatt 2 (PDF)").get_attribute("href")
    assert address is not None
    sheet = page.request.get(address).body()
    assert sheet == bytes(PostbookDay.objects.get(sheet=2).pdf)
    (pages.folder / "sheet2.pdf").write_bytes(sheet)


@pytest.mark.usefixtures("portal_server")
def test_trouble_is_taken_and_settled(pages: Pages, tmp_path: Path) -> None:
    page = pages.open(DESKTOP)
    sign_in(page)
    letter = mail.registered()
    mailroom.report_trouble(letter, "letter_unreadable", mail.actor())
    stack = tmp_path / "geschützt.pdf"
    stack.write_bytes(files.encrypted_pdf())
    read_in(page, stack)
    page.goto("/post/")
    page.get_by_role("link", name="Störungen ansehen").click()
    page.get_by_role("button", name=re.compile("^Ich kümmere mich")).first.click()
    expect(page.get_by_text("Bernd Brandt kümmert sich")).to_be_visible()
    page.locator("summary", has_text="Erledigt").last.click()
    pages.shot(page, "1-list")
    assert not violations(page)
    page.get_by_label("Wie ist es ausgegangen?").last.select_option("scanned_again")
    page.get_by_label("Grund").last.fill("Ohne Kennwort noch einmal eingelesen")
    page.get_by_role("button", name="Als erledigt eintragen").last.click()
    expect(page.get_by_text("Die Störung ist erledigt.")).to_be_visible()
    page.goto(f"/post/brief/{letter.public_id}/")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    pages.shot(page, "2-letter")
    assert not violations(page)
