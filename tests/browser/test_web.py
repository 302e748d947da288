"""Amira on the web, phone first: every journey small and large, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from casework.models import Requirement, StoredFile, Submission
from channels.web import adapter
from tests import cast, files
from tests.browser.test_components import NARROW, SMALL_TARGETS, violations
from tests.browsing import DESKTOP, PHONE, Pages, Way
from tests.channels.web.walking import ANSWERS

PHOTO = "IMG_2041.jpg"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def born(page: Page) -> None:
    for part, value in (("Tag", "3"), ("Monat", "Juli"), ("Jahr", "1991")):
        page.get_by_label(part, exact=True).fill(value)


def who(page: Page) -> None:
    page.get_by_label("Vorname", exact=True).fill("Amira")
    page.get_by_label("Nachname", exact=True).fill("Haddad")
    born(page)


def add_photo(page: Page, way: Way, words: str) -> None:
    """As a phone's camera gives it. With JavaScript it is saved at once, without by a button."""
    page.get_by_label("fotografieren").or_(page.get_by_label("Foto aufnehmen")).set_input_files(
        FilePayload(name=PHOTO, mimeType="image/jpeg", buffer=files.jpeg(words))
    )
    if not way.javascript:
        press(page, "Dateien speichern")


def fits_the_screen(page: Page, way: Way) -> None:
    if way.javascript:
        assert page.evaluate("document.documentElement.scrollWidth") <= way.device.width


def sent(page: Page) -> Submission:
    """The submission of the receipt in sight."""
    page.wait_for_url("**/beleg/*/")
    number = page.locator(".receipt-number").first.inner_text().replace("-", "")
    return Submission.objects.get(number=number)


def test_an_application_with_a_photo(page: Page, way: Way, pages: Pages) -> None:
    page.goto("/antrag/")
    pages.shot(page, "start")
    fits_the_screen(page, way)
    page.get_by_role("link", name="Änderung mitteilen").click()
    press(page, "Beginnen")
    press(page, "Weiter")  # nothing filled in yet
    expect(page.get_by_role("link", name="Geben Sie an: Vorname")).to_be_visible()
    who(page)
    pages.shot(page, "step")
    fits_the_screen(page, way)
    press(page, "Weiter")
    page.get_by_label("Miete oder Heizkosten ändern sich").check()
    for part, value in (("Tag", "1"), ("Monat", "12"), ("Jahr", "2026")):
        page.get_by_label(part, exact=True).fill(value)
    press(page, "Weiter")
    page.get_by_label("Möchten Sie uns mehr dazu sagen?").fill("Die Miete steigt um 40 Euro.")
    press(page, "Weiter")

    page.get_by_role("link", name="Letzte Mieterhöhung").click()
    pages.shot(page, "paper")
    add_photo(page, way, "Neue Miete, Seite 1")
    expect(page.get_by_role("button", name="Entfernen")).to_have_count(1)
    add_photo(page, way, "Neue Miete, Seite 2")
    expect(page.get_by_role("button", name="Entfernen")).to_have_count(2)
    pages.shot(page, "paper-kept")
    fits_the_screen(page, way)
    page.get_by_role("link", name="Fertig mit diesem Dokument").click()
    expect(page.get_by_text("2 Dateien gespeichert")).to_be_visible()
    pages.shot(page, "papers")
    page.get_by_role("link", name="Weiter zum Prüfen").click()

    expect(page.get_by_text("Die Miete steigt um 40 Euro.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Ändern.*Vorname")).click()
    page.get_by_label("Vorname", exact=True).fill("Amira Leila")
    press(page, "Speichern und zurück zur Übersicht")
    expect(page.get_by_text("Amira Leila")).to_be_visible()
    pages.shot(page, "check")
    fits_the_screen(page, way)
    press(page, "Jetzt absenden")

    submission = sent(page)
    pages.shot(page, "receipt")
    assert submission.sender["given_name"] == "Amira Leila"
    assert [part.file.name for d in submission.documents.all() for part in d.parts.all()] == [PHOTO] * 2
    assert submission.case is not None

    page.go_back()  # to the check page: it leads to the receipt, and nothing is sent again
    expect(page.locator(".receipt-number").first).to_be_visible()
    assert Submission.objects.count() == 1


def test_papers_to_an_existing_case(page: Page, way: Way, pages: Pages) -> None:
    first = adapter.send(
        service="WBA",
        answers={**ANSWERS, "has_wages": True},
        papers=[("bank_statement", [("auszug.pdf", files.pdf(2))])],
    )
    case = cast.case_of(first)
    page.goto("/antrag/")
    page.get_by_role("link", name="Unterlagen schicken").click()
    page.get_by_label("Eingangs-Nummer oder Fall-Code").fill(first.number.lower())
    born(page)
    page.get_by_label("Tag", exact=True).fill("30")
    press(page, "Weiter zu den Unterlagen")
    expect(page.get_by_role("alert")).to_contain_text("Nummer und Geburtsdatum passen nicht zusammen")
    pages.shot(page, "number")
    page.get_by_label("Tag", exact=True).fill("3")
    press(page, "Weiter zu den Unterlagen")

    expect(page.get_by_text("Ist schon bei uns")).to_be_visible()
    expect(page.get_by_text(re.compile("Fehlt noch, bis")).first).to_be_visible()
    pages.shot(page, "papers")
    fits_the_screen(page, way)
    page.get_by_role("link", name="Lohnabrechnung").click()
    add_photo(page, way, "Lohnabrechnung Oktober")
    page.get_by_role("link", name="Fertig mit diesem Dokument").click()
    page.get_by_role("link", name="Weiter zum Prüfen").click()
    page.get_by_text("Ich helfe jemandem").click()
    page.get_by_label("Ihr Name").fill("Lina Haddad")
    page.get_by_label("Wer sind Sie für die Person?").fill("Tochter")
    pages.shot(page, "check")
    press(page, "Jetzt absenden")

    submission = sent(page)
    expect(page.get_by_text("Lina Haddad")).to_be_visible()
    assert submission.case == case
    assert Requirement.objects.get(case=case, kind="payslip").state == "received"


def test_stopping_and_going_on_with_the_code(page: Page, way: Way, pages: Pages) -> None:
    page.goto("/antrag/neu/VAEM/")
    press(page, "Beginnen")
    who(page)
    press(page, "Speichern und später weitermachen")
    code = page.locator(".receipt-number").inner_text()
    pages.shot(page, "code")
    fits_the_screen(page, way)

    other = pages.open(DESKTOP if way.device == PHONE else PHONE, javascript=way.javascript)
    other.goto("/antrag/weiter/")
    other.get_by_label("Ihr Code").fill(code.replace("-", " ").lower())
    press(other, "Weitermachen")
    expect(other.get_by_role("heading", name="Was ändert sich?")).to_be_visible()
    press(other, "Zurück")
    expect(other.get_by_label("Vorname", exact=True)).to_have_value("Amira")


def test_a_formless_application(page: Page, way: Way, pages: Pages) -> None:
    page.goto("/antrag/")
    page.get_by_role("link", name="Sofort Antrag stellen").click()
    press(page, "Antrag jetzt absenden")
    expect(page.get_by_role("button", name="Trotzdem absenden")).to_be_visible()
    pages.shot(page, "gaps")
    fits_the_screen(page, way)
    who(page)
    press(page, "Antrag jetzt absenden")
    assert sent(page).service == "FORMLESS"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_file_nobody_can_open_is_said_on_the_page(pages: Pages, javascript: bool) -> None:
    page = pages.open(PHONE, javascript=javascript)
    page.goto("/antrag/neu/VAEM/")
    press(page, "Beginnen")
    page.goto(page.url.split("schritt")[0] + "unterlagen/payslip/")
    locked = FilePayload(name="lohn.pdf", mimeType="application/pdf", buffer=files.encrypted_pdf())
    page.get_by_label("Datei auswählen").set_input_files(locked)
    if javascript:  # the page looks again by itself
        expect(page.get_by_text("mit einem Kennwort geschützt")).to_be_visible(timeout=30_000)
    else:
        press(page, "Dateien speichern")
        for _ in range(60):
            if StoredFile.objects.filter(problem="encrypted").exists():
                break
            page.wait_for_timeout(500)
        page.goto(page.url)
        expect(page.get_by_text("mit einem Kennwort geschützt")).to_be_visible()
    pages.shot(page, f"locked-{javascript}")


def test_two_quick_presses_send_once(pages: Pages) -> None:
    page = pages.open(PHONE, javascript=False)
    page.goto("/antrag/neu/VAEM/")
    press(page, "Beginnen")
    page.goto(page.url.split("schritt")[0] + "pruefen/")
    second = page.context.new_page()
    second.goto(page.url)
    press(page, "Jetzt absenden")
    press(second, "Jetzt absenden")
    assert sent(page).pk == sent(second).pk
    assert Submission.objects.count() == 1


def test_pages_are_accessible_on_the_way(pages: Pages) -> None:
    """As they come one after the other; each by itself, in every look and language: test_places."""
    page = pages.open(NARROW, bypass_csp=True, reduced_motion="reduce")
    wrong: list[str] = []

    def look_at(name: str) -> None:
        found = violations(page) + page.evaluate(SMALL_TARGETS)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append("wider than the screen")
        wrong.extend(f"{name}: {one}" for one in found)

    for address in ("", "neu/HA/", "sofort/", "unterlagen/", "weiter/"):
        page.goto(f"/antrag/{address}")
        look_at(address)
    page.goto("/antrag/sofort/")
    press(page, "Antrag jetzt absenden")
    look_at("formless with errors")
    page.goto("/antrag/neu/HA/")
    press(page, "Beginnen")
    draft = page.url.split("schritt")[0]
    press(page, "Weiter")
    look_at("step with errors")
    who(page)
    press(page, "Speichern und später weitermachen")
    look_at("code")
    page.goto(f"{draft}schritt/household/")
    page.get_by_label("Ja").first.check()
    press(page, "Weiter")
    look_at("new entry")
    who(page)
    page.get_by_label("Kind unter 15 Jahren").check()
    press(page, "Weiter")
    expect(page.get_by_text("Noch eine Person hinzufügen")).to_be_visible()
    look_at("entries")
    page.goto(f"{draft}unterlagen/")
    look_at("papers")
    page.goto(f"{draft}unterlagen/identity_card/")
    look_at("paper")
    empty = FilePayload(name="leer.pdf", mimeType="application/pdf", buffer=b"")
    page.get_by_label("Datei auswählen").set_input_files(empty)
    expect(page.get_by_role("button", name="Entfernen")).to_have_count(1)
    look_at("paper with a file")
    page.goto(f"{draft}pruefen/")
    look_at("check")
    assert wrong == []


def test_a_paper_is_sent_in_arabic_on_a_small_screen(pages: Pages) -> None:
    """From right to left, to the receipt and the status; nothing is wider than the phone."""
    first = adapter.send(service="WBA", answers={**ANSWERS, "has_wages": True})
    page = pages.open(PHONE, locale="ar")
    way = Way(PHONE, javascript=True)

    def look_at(name: str) -> None:
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.locator("h1").first).to_have_text(re.compile("[\u0600-\u06ff]"))
        fits_the_screen(page, way)
        pages.shot(page, name)

    def go_on() -> None:
        page.locator("main form .kern-btn--primary").first.click()

    page.goto("/antrag/")
    look_at("start")
    page.locator('main a[href$="/unterlagen/"]').first.click()
    page.locator("[name=number]").fill(first.number)
    for part, value in (("day", "3"), ("month", "7"), ("year", "1991")):
        page.locator(f"[name=birth_date_{part}]").fill(value)
    look_at("number")
    go_on()
    page.locator('main a[href$="/payslip/"]').first.click()
    page.locator("#id_files_photo").set_input_files(
        FilePayload(name=PHOTO, mimeType="image/jpeg", buffer=files.jpeg("Lohn"))
    )
    expect(page.locator("#kept-files form")).not_to_have_count(0)
    look_at("paper")
    page.goto(page.url.replace("unterlagen/payslip/", "pruefen/"))
    look_at("check")
    go_on()
    submission = sent(page)
    look_at("receipt")
    page.goto(f"/s/{submission.secret}")
    look_at("status")
    assert submission.language == "ar"


def test_a_paper_is_sent_with_the_keyboard_only(pages: Pages) -> None:
    """In forced colours and without movement: what has the focus is always seen."""
    first = adapter.send(service="WBA", answers={**ANSWERS, "has_wages": True})
    page = pages.open(DESKTOP, forced_colors="active", reduced_motion="reduce")
    page.on("filechooser", lambda _: None)  # or the browser is told of it only about when Enter is pressed

    def tab_to(what: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused, seen = page.evaluate(
                """(what) => { const at = document.activeElement;
                const boxes = [at, at.parentElement, at.closest("label, .file-choice, .card-link") || at];
                const shown = (e) => getComputedStyle(e).outlineStyle !== "none";
                return [at.matches(what), at === document.body || boxes.some(shown)]; }""",
                what,
            )
            assert seen, page.evaluate("document.activeElement.outerHTML")
            if focused:
                assert page.evaluate("document.getAnimations().length") == 0
                return
        raise AssertionError(f"{what} is not reached by the Tab key")

    page.goto("/antrag/")
    tab_to('main a[href$="/unterlagen/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/unterlagen/")
    for name, value in (("number", first.number), ("day", "3"), ("month", "7"), ("year", "1991")):
        tab_to(f"[name$={name}]")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/antrag/[0-9a-f-]{36}/"))
    tab_to('main a[href$="/payslip/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/payslip/")
    tab_to("#id_files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(FilePayload(name="lohn.pdf", mimeType="application/pdf", buffer=files.pdf(1)))
    expect(page.get_by_role("button", name="Entfernen")).to_have_count(1)
    tab_to('main .actions a[href$="/unterlagen/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/unterlagen/")
    tab_to('main a[href$="/pruefen/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/pruefen/")
    tab_to("main form .kern-btn--primary")
    page.keyboard.press("Enter")
    assert sent(page).documents.get().kind == "payslip"
