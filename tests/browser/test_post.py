"""Bernd takes in the post: register, read the stack in, split it, find out whose it is, print."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from casework.models import Batch, Outbox, StoredFile, Submission
from tests import cast, files
from tests.browser.test_components import violations
from tests.browsing import DESKTOP, PHONE, Pages, Way
from tests.servers import Portal

READING_SECONDS = 60


def sign_in(page: Page) -> None:
    cast.bernd()
    page.goto("/post/")
    page.get_by_label("E-Mail").fill("bernd@example.org")
    page.get_by_label("Passwort").fill(cast.PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Posteingang")


def register(page: Page, **typed: str) -> None:
    page.goto("/post/brief/neu/")
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main").get_by_role("button", name="Registrieren").last.click()
    expect(page.get_by_text("Registriert:")).to_be_visible()


def read_in(page: Page, path: Path, sheets: str = "") -> None:
    """Upload a stack and wait until the worker has read it."""
    page.goto("/post/stapel/neu/")
    page.get_by_label("Datei vom Scanner").set_input_files(path)
    page.get_by_label("Blätter").fill(sheets)
    page.locator("main").get_by_role("button", name="Stapel einlesen").click()
    page.wait_for_url(re.compile(r"/post/stapel/[0-9a-f-]{36}/"))
    batch = Batch.objects.latest("pk")
    end = time.monotonic() + READING_SECONDS
    while (
        StoredFile.objects.get(pk=batch.file_id).read_at is None
        or Outbox.objects.filter(subject=str(batch.file_id), state__in=("due", "running")).exists()
    ):
        assert time.monotonic() < end, "the worker has not read the stack"
        time.sleep(0.2)
    page.reload()


def assign(page: Page, numbers: list[int], kind: str, letter: str) -> None:
    for number in numbers:
        page.locator(f"[name=page][value='{number}']").check()
    page.get_by_label("Was ist das für ein Papier?").select_option(kind)
    page.get_by_label("Zu welchem Brief gehört es?").select_option(letter)
    page.locator("main").get_by_role("button", name="Zuordnen").click()


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    path = tmp_path / "stapel.pdf"
    path.write_bytes(files.pdf(5, blank=[5]))
    return path


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(Way(DESKTOP, javascript=False), id="desktop-without-script"),
        pytest.param(Way(PHONE, javascript=True), id="phone"),
    ],
)
def test_day_in_the_mailroom(pages: Pages, portal_server: Portal, stack: Path, way: Way) -> None:
    case = cast.case_of(cast.receive(sender=cast.amira(customer_number="123A456789")))
    page = pages.open(way.device, javascript=way.javascript)
    sign_in(page)
    pages.shot(page, "1-empty")

    register(page, family_name="Haddad", birth_date="3.7.1991", customer_number="123A456789", sheets="2")
    expect(page.get_by_text("weil Kundennummer und Geburtsdatum stimmen.")).to_be_visible()
    expect(page.locator("[name=family_name]")).to_be_focused()
    expect(page.locator("[name=family_name]")).to_have_value("")
    pages.shot(page, "2-registered")
    register(page, family_name="Unbekannt", sheets="5")
    amira, stranger = Submission.objects.filter(channel="post").order_by("pk")
    assert amira.case == case

    read_in(page, stack, sheets="3")
    # The fifth page is blank: it was laid aside by itself.
    expect(page.get_by_text("4 Seiten noch nicht zugeordnet")).to_be_visible()
    for picture in page.locator(".tile img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
    assert all(page.locator(".tile img").evaluate_all("all => all.map(one => one.naturalWidth > 0)"))
    pages.shot(page, "3-batch")

    assign(page, [1, 2], "payslip", str(amira.public_id))
    expect(page.get_by_text("2 Seiten noch nicht zugeordnet")).to_be_visible()
    assign(page, [3], "lease", str(amira.public_id))
    expect(page.get_by_text("1 Seite noch nicht zugeordnet")).to_be_visible()
    assign(page, [4], "letter", str(stranger.public_id))
    expect(page.get_by_text("Blätter gezählt: 5. Seiten eingelesen: 1.")).to_be_visible()
    pages.shot(page, "4-split")
    expect(page.get_by_text("Der Stapel ist fertig")).to_be_visible()
    pages.shot(page, "5-done")
    assert [d.kind for d in amira.documents.all()] == ["payslip", "lease"]

    page.goto(f"/post/brief/{stranger.public_id}/")
    page.get_by_label("Person oder Fall suchen").fill("haddad 3.7.1991")
    page.get_by_role("button", name="Suchen").click()
    expect(page.get_by_role("button", name="Hier zuordnen")).to_be_visible()
    pages.shot(page, "6-letter")
    page.get_by_role("button", name="Hier zuordnen").click()
    expect(page.get_by_text("weil eine Person bei uns ihn zugeordnet hat.")).to_be_visible()
    pages.shot(page, "7-assigned")
    stranger.refresh_from_db()
    assert stranger.case == case
    page.get_by_role("button", name="Falsch zugeordnet: wieder trennen").click()
    expect(page.get_by_text("Der Brief ist wieder ohne Zuordnung.")).to_be_visible()

    page.goto("/post/")
    pages.shot(page, "8-start")
    expect(page.get_by_role("link", name="Unbekannt")).to_be_visible()
    for paper in ("a4", "80mm"):
        page.goto(f"/beleg/{amira.secret}/druck/{paper}/")
        expect(
            page.get_by_text(f"{amira.number[:4]}-{amira.number[4:8]}-{amira.number[8:]}").first
        ).to_be_visible()
        pages.shot(page, f"9-receipt-{paper}")


def test_paper_in_the_wrong_letter_goes_back_and_a_new_letter_is_made(
    pages: Pages, portal_server: Portal, stack: Path
) -> None:
    page = pages.open(DESKTOP)
    sign_in(page)
    read_in(page, stack)
    page.get_by_label("von Seite").fill("1")
    page.get_by_label("bis Seite").fill("2")
    assign(page, [], "payslip", "new")
    assign(page, [3], "lease", "new")
    assert Submission.objects.count() == 2
    pages.shot(page, "two-letters")
    page.get_by_role("button", name="Zurück in den Stapel").first.click()
    expect(page.get_by_text("3 Seiten noch nicht zugeordnet")).to_be_visible()
    page.get_by_role("link", name="Groß ansehen Seite 2").click()
    expect(page.get_by_text("Noch nicht zugeordnet.")).to_be_visible()
    expect(page.locator(".picture img")).to_have_js_property("complete", True)
    pages.shot(page, "large")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Seite 3 von 5")


def test_stack_is_split_by_keyboard(pages: Pages, portal_server: Portal, stack: Path) -> None:
    page = pages.open(DESKTOP)
    sign_in(page)
    read_in(page, stack)
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert page.locator("[name=page]:checked").evaluate_all("all => all.map(one => one.value)") == ["1", "3"]


def test_pages_of_the_mailroom_are_accessible(pages: Pages, portal_server: Portal, stack: Path) -> None:
    page = pages.open(DESKTOP, bypass_csp=True)
    sign_in(page)
    register(page, family_name="Haddad", sheets="5")
    letter = Submission.objects.get()
    read_in(page, stack, sheets="9")
    batch = page.url
    assign(page, [1], "payslip", str(letter.public_id))
    expect(page.get_by_text("3 Seiten noch nicht zugeordnet")).to_be_visible()
    for address in (
        batch,
        batch + "seite/2/",
        f"/post/brief/{letter.public_id}/",
        "/post/",
        "/post/brief/neu/",
        "/post/stapel/neu/",
        "/post/stoerungen/",
    ):
        page.goto(address)
        for details in page.locator("main details").all():
            details.evaluate("one => one.open = true")
        assert violations(page) == [], address


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (files.EMPTY, "Die Datei ist angekommen, aber sie ist leer."),
        (files.encrypted_pdf(), "Die Datei ist angekommen, aber sie ist mit einem Kennwort geschützt."),
        (files.WORD, "Die Datei ist angekommen, aber wir können diese Art von Datei nicht öffnen."),
    ],
    ids=["empty", "encrypted", "word"],
)
def test_stack_that_cannot_be_read_says_so(
    pages: Pages, portal_server: Portal, tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "stapel.pdf"
    path.write_bytes(data)
    page = pages.open(DESKTOP)
    sign_in(page)
    read_in(page, path)
    expect(page.get_by_text(said)).to_be_visible()
    pages.shot(page, "unreadable")
    page.goto("/post/stoerungen/")
    expect(page.get_by_text("stapel.pdf")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "without-script"])
def test_page_refreshes_itself_while_pages_are_read(
    pages: Pages, portal_server: Portal, stack: Path, javascript: bool
) -> None:
    """Without anybody pressing a key."""
    portal_server.kill_worker()
    page = pages.open(DESKTOP, javascript=javascript)
    sign_in(page)
    page.goto("/post/stapel/neu/")
    page.get_by_label("Datei vom Scanner").set_input_files(stack)
    page.locator("main").get_by_role("button", name="Stapel einlesen").click()
    expect(page.get_by_text("Die Seiten werden gelesen")).to_be_visible()
    pages.shot(page, "reading")
    portal_server.start_worker()
    expect(page.get_by_text(re.compile("[45] Seiten noch nicht zugeordnet"))).to_be_visible(
        timeout=READING_SECONDS * 1000
    )
