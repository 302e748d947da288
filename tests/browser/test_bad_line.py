"""Photos over a bad line: it is cut, stalls and slows, pages are killed; nothing is lost or sent twice."""

import hashlib
import random
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from casework.models import Submission
from channels.models import Draft, DraftFile
from tests import files, sending
from tests.badline import BadLine
from tests.browsing import PHONE, Pages
from tests.conftest import CHROMIUM_FLAGS
from tests.sending import MIB
from tests.servers import Portal

RESETS = r"ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET|Failed to load resource|another host"


BRIGHT = files.photo("Mietvertrag", size=(3000, 4000))


def stored(page: Page) -> int:
    """How many files the browser keeps for the address of this page."""
    count: int = page.evaluate(
        """async () => { const bases = await indexedDB.databases();
        if (!bases.some((one) => one.name === "angekommen")) return 0;
        return new Promise((done) => { const open = indexedDB.open("angekommen", 1);
        open.onsuccess = () => { const all = open.result.transaction("files").objectStore("files").count();
        all.onsuccess = () => done(all.result); }; }); }"""
    )
    return count


def begin_paper(page: Page) -> None:
    page.goto("/antrag/neu/VAEM/")
    page.get_by_role("button", name="Beginnen").click()
    page.wait_for_url("**/schritt/**")
    page.goto(page.url.split("schritt")[0] + "unterlagen/payslip/")


@pytest.mark.parametrize("client", ["ours", "tus-js-client"])
def test_a_cut_line_costs_at_most_one_piece_and_every_byte_is_right(
    pages: Pages, portal_server: Portal, client: str
) -> None:
    pages.expect(RESETS)
    page = pages.open(PHONE, bypass_csp=client != "ours")
    size, chance = 4 * MIB, random.Random(client)
    with BadLine(portal_server.port) as line:
        sending.open_paper(page, line)
        for round_ in range(3):
            name, data = f"{round_}.pdf", sending.content(round_, size)
            before = line.sent
            line.cut_at = before + chance.randrange(size)
            if client == "ours":
                sending.choose(page, name, data)
                sending.kept(page, round_ + 1)
            else:
                sending.send_foreign(page, name, data)
            assert line.cuts == round_ + 1
            assert sending.sha256_here(name) == hashlib.sha256(data).hexdigest()
            heads = 40_000  # of a dozen requests and the pages asked for between them
            assert line.sent - before - size <= MIB + heads


def test_a_line_that_only_stalls_is_given_up_and_taken_up_again(pages: Pages, portal_server: Portal) -> None:
    pages.expect(RESETS)
    page = pages.open(PHONE)
    data = sending.content(1, 2 * MIB)
    with BadLine(portal_server.port, rate=2 * MIB) as line:
        sending.open_paper(page, line)
        sending.choose(page, "a.pdf", data)
        expect(page.get_by_role("button", name="Zurücknehmen")).to_be_visible()
        line.stall()
        expect(page.get_by_text("Nichts ist verloren")).to_be_visible(timeout=30_000)
        line.go_on()
        sending.kept(page, 1)
    assert sending.sha256_here("a.pdf") == hashlib.sha256(data).hexdigest()


def test_a_killed_page_goes_on_where_it_was(pages: Pages, portal_server: Portal) -> None:
    """Chosen on one page; the rest is sent by another, opened later. What is here is not sent again."""
    pages.expect(RESETS)
    page = pages.open(PHONE)
    data = sending.content(2, 3 * MIB)
    with BadLine(portal_server.port, rate=0.7 * MIB) as line:
        sending.open_paper(page, line)
        address = page.url
        sending.choose(page, "a.pdf", data)
        while sending.here("a.pdf") < 0.6 * MIB:
            page.wait_for_timeout(100)
        page.close()
        arrived, before = sending.here("a.pdf"), line.sent
        line.rate = 200_000  # long enough to be seen on a busy machine
        again = pages.contexts[-1].new_page()
        again.goto(f"{line.url}/antrag/")
        expect(again.get_by_text("Angekommen: 0 von 1 Dateien")).to_be_visible()
        line.rate = 0
        expect(again.get_by_text("Angekommen: 1 von 1 Dateien")).to_be_visible()
        expect(again.get_by_text("schicken Sie es bitte noch ab")).to_be_visible()
        pages.shot(again, "all-arrived")
        again.get_by_role("link", name="Weiter zu Ihren Dateien").click()
        again.wait_for_url(address)
        sending.kept(again, 1)
        assert line.sent - before <= len(data) - arrived + MIB + 60_000
    assert sending.sha256_here("a.pdf") == hashlib.sha256(data).hexdigest()


def test_a_closed_browser_goes_on_when_it_is_opened_again(
    portal_server: Portal, tmp_path: Path, chromium: Browser
) -> None:
    data = sending.content(3, 3 * MIB)

    def open_browser() -> BrowserContext:
        return chromium.browser_type.launch_persistent_context(
            tmp_path, executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS, locale="de-DE"
        )

    with BadLine(portal_server.port, rate=0.7 * MIB) as line:
        browser = open_browser()
        page = browser.new_page()
        sending.open_paper(page, line)
        address = page.url
        sending.choose(page, "a.pdf", data)
        while sending.here("a.pdf") < 0.6 * MIB:
            page.wait_for_timeout(100)
        browser.close()
        line.rate = 0
        browser = open_browser()
        page = browser.new_page()
        page.goto(address)
        sending.kept(page, 1)
        browser.close()
    assert sending.sha256_here("a.pdf") == hashlib.sha256(data).hexdigest()


def test_sending_waits_for_what_is_under_way_and_the_receipt_is_compared(
    pages: Pages, portal_server: Portal
) -> None:
    page = pages.open(PHONE)
    pages.expect("another host|409")  # 409: the piece of the page before was on its way when this one asked
    with BadLine(portal_server.port, rate=60_000) as line:
        sending.open_paper(page, line)
        photos = [
            FilePayload(
                name=f"{n}.jpg", mimeType="image/jpeg", buffer=files.jpeg(f"Seite {n}", size=(1600, 2200))
            )
            for n in range(3)
        ]
        page.locator("#id_files_photo").set_input_files(photos[0])
        page.locator("#id_files_photo").set_input_files(photos[1])
        page.locator("#id_files").set_input_files(photos[2])
        expect(page.get_by_role("button", name="Zurücknehmen")).to_have_count(3)
        pages.shot(page, "under-way")
        page.get_by_role("link", name="Fertig mit diesem Dokument").click()
        page.get_by_role("link", name="Weiter zum Prüfen").click()
        page.get_by_role("button", name="Jetzt absenden").click()
        expect(page.get_by_text("Sobald alles angekommen ist, wird abgesendet")).to_be_visible()
        pages.shot(page, "held")
        line.rate = 0
        page.wait_for_url("**/beleg/*/")
        expect(page.get_by_text("Ihr Gerät hat nachgerechnet")).to_be_visible()
        pages.shot(page, "receipt")
    document = Submission.objects.get().documents.get()
    assert [part.file.name for part in document.parts.order_by("position")] == ["0.jpg", "1.jpg", "2.jpg"]
    assert all(kept.announced == kept.file.sha256 for kept in DraftFile.objects.select_related("file"))
    page.goto(f"{portal_server.url}/antrag/")
    assert stored(page) == 0  # of this address; the line's has its own store


def test_a_photo_is_made_smaller_even_if_its_page_is_left_at_once(pages: Pages) -> None:
    page = pages.open(PHONE)
    begin_paper(page)
    page.locator("#id_files_photo").set_input_files(
        FilePayload(name="IMG_1.jpg", mimeType="image/jpeg", buffer=BRIGHT)
    )
    expect(page.get_by_role("button", name=re.compile("Zurücknehmen|Entfernen"))).to_have_count(1)
    page.goto(page.url.replace("unterlagen/payslip/", "pruefen/"))
    expect(page.locator("#kept-files").get_by_text("IMG_1.jpg")).to_be_visible()
    assert len(BRIGHT) > 1_000_000
    assert DraftFile.objects.get().file.size < 0.75 * len(BRIGHT)


def test_whoever_is_done_on_a_device_leaves_no_file_on_it(pages: Pages, portal_server: Portal) -> None:
    page = pages.open(PHONE)
    pages.expect("another host")
    with BadLine(portal_server.port, rate=50_000) as line:
        sending.open_paper(page, line)
        # So much that it cannot arrive before the pages below have come, however busy the machine is.
        sending.choose(page, "a.pdf", sending.content(5, 10 * MIB))
        expect(page.get_by_role("button", name="Zurücknehmen")).to_be_visible()
        page.goto(page.url.split("unterlagen")[0] + "gespeichert/")
        expect(page.get_by_text("Angekommen: 0 von 1 Dateien")).to_be_visible()
        assert stored(page) == 1
        page.get_by_role("button", name="Auf diesem Gerät beenden").click()
        page.wait_for_url(f"{line.url}/")
        page.goto(f"{line.url}/antrag/", wait_until="networkidle")
        expect(page.get_by_text("Weiter zu Ihren Dateien")).to_be_hidden()
        assert stored(page) == 0
    assert not DraftFile.objects.exists()


def test_a_file_taken_back_before_it_has_arrived_is_gone(pages: Pages, portal_server: Portal) -> None:
    page = pages.open(PHONE)
    pages.expect("another host|404|409")  # its last piece may come when it is gone
    with BadLine(portal_server.port, rate=200_000) as line:
        sending.open_paper(page, line)
        sending.choose(page, "a.pdf", sending.content(4, 2 * MIB))
        while sending.here("a.pdf") == 0:
            page.wait_for_timeout(100)
        sending.choose(page, "b.pdf", files.pdf(1))
        page.get_by_role("button", name="Zurücknehmen").first.click()
        sending.kept(page, 1)
    assert [one.file.name for one in DraftFile.objects.select_related("file")] == ["b.pdf"]
    assert Draft.objects.get().incoming.count() == 1


@pytest.mark.parametrize(
    ("hint", "data"),
    [
        ("", BRIGHT),
        ("vielleicht unscharf", files.blurred(BRIGHT)),
        ("vielleicht zu dunkel", files.darkened(BRIGHT)),
        ("fehlt am Rand", files.cropped(BRIGHT)),
    ],
    ids=["good", "blurred", "dark", "cut"],
)
def test_what_may_be_wrong_with_a_photo_is_said_and_it_is_kept_all_the_same(
    pages: Pages, hint: str, data: bytes
) -> None:
    page = pages.open(PHONE)
    begin_paper(page)
    page.locator("#id_files_photo").set_input_files(
        FilePayload(name="IMG_1.jpg", mimeType="image/jpeg", buffer=data)
    )
    sending.kept(page, 1)
    hints = page.locator("#kept-files .hints")
    if hint:
        expect(hints).to_contain_text(hint)
    else:
        expect(hints).to_have_count(0)
    pages.shot(page, hint)
    sent = DraftFile.objects.select_related("file").get().file
    if len(data) > 1_000_000:
        assert sent.size < 0.75 * len(data)
