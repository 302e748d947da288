"""A cover sheet goes out, comes back on top of papers, and the papers find their case by themselves."""

import io
import re
import time
from datetime import timedelta
from pathlib import Path

import pypdfium2
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from casework import actions, covers
from casework.envelope import Actor, Role
from casework.models import Batch, Case, Event, StoredFile, Submission
from tests import cast, files
from tests.browser.test_components import violations
from tests.browser.test_post import READING_SECONDS, read_in, sign_in
from tests.browsing import DESKTOP, PHONE, Pages
from tests.servers import Portal


def printed(pdf: bytes) -> Image.Image:
    """The first page as a scanner sees it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].render(scale=200 / 72).to_pil().convert("L")
    finally:
        document.close()


def scanned(path: Path, *pages: Image.Image | bytes) -> Path:
    pictures = [page if isinstance(page, Image.Image) else Image.open(io.BytesIO(page)) for page in pages]
    pictures[0].save(path, "PDF", save_all=True, append_images=pictures[1:], resolution=200)
    return path


def cover(case: Case, kind: str) -> bytes:
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    due = timezone.localdate() + timedelta(days=14)
    asked = actions.request_paper(case, kind, "needed_for_decision", due, deniz)
    return covers.cover_sheets_pdf(actions.print_cover_sheets(case, [asked], deniz))


def until_recognised(batch: Batch) -> None:
    end = time.monotonic() + 2 * READING_SECONDS
    while not Event.objects.filter(kind="file_recognised", file=batch.file_id).exists():
        assert time.monotonic() < end, "the worker has not recognised the stack"
        time.sleep(0.3)
    while Submission.objects.filter(channel="post").count() == 0 and time.monotonic() < end:
        time.sleep(0.3)


def test_papers_behind_a_cover_sheet_find_their_case(
    pages: Pages, portal_server: Portal, tmp_path: Path
) -> None:
    case = cast.case_of(cast.receive())
    sheet = printed(cover(case, "payslip"))
    separator = printed(covers.separators_pdf(1)).rotate(180)
    stack = scanned(
        tmp_path / "stapel.pdf",
        sheet,
        files.jpeg("Lohnabrechnung Seite 1", (1654, 2339)),
        files.jpeg("Lohnabrechnung Seite 2", (1654, 2339)),
        separator,
        files.jpeg("Ein anderer Brief", (1654, 2339)),
    )
    page = pages.open(DESKTOP)
    sign_in(page)
    read_in(page, stack, sheets="5")
    batch = Batch.objects.get()
    until_recognised(batch)
    page.reload()
    letter = Submission.objects.get(channel="post")
    assert (letter.case, letter.join_reason) == (case, "cover_sheet")
    assert [document.kind for document in letter.documents.all()] == ["payslip"]
    expect(page.get_by_role("link", name="Haddad, Amira")).to_be_visible()
    expect(page.get_by_role("heading", name="Vorschlag: 1 Brief")).to_be_visible()
    expect(page.get_by_text("1 Seite noch nicht zugeordnet")).to_be_visible()
    pages.shot(page, "1-sorted")
    page.get_by_role("button", name="So übernehmen").click()
    expect(page.get_by_text("Übernommen: 1 Brief.")).to_be_visible()
    expect(page.get_by_text("Der Stapel ist fertig")).to_be_visible()
    pages.shot(page, "2-taken-over")
    page.get_by_role("button", name="Letzte Änderung rückgängig machen").click()
    expect(page.get_by_text("1 Seite noch nicht zugeordnet")).to_be_visible()

    page.goto(f"/s/{letter.secret}")
    expect(page.get_by_text("Lohnabrechnung").first).to_be_visible()
    assert StoredFile.objects.filter(pk=batch.file_id, problem="").exists()


def test_paper_is_split_and_turned_by_keyboard(pages: Pages, portal_server: Portal, tmp_path: Path) -> None:
    path = tmp_path / "stapel.pdf"
    path.write_bytes(files.pdf(3))
    page = pages.open(DESKTOP)
    sign_in(page)
    read_in(page, path)
    page.locator("[name=page][value='1']").focus()
    before = page.locator(".tile img").first.get_attribute("width")
    page.keyboard.press("t")
    expect(page.locator(".tile img").first).not_to_have_attribute("width", before or "")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("s")
    ticked = page.locator("[name=page]:checked").evaluate_all("all => all.map(one => one.value)")
    assert ticked == ["1", "2"]
    expect(page.get_by_label("Was ist das für ein Papier?")).to_be_focused()
    page.locator("[name=page][value='3']").check()
    page.get_by_label("Was ist das für ein Papier?").select_option("payslip")
    page.get_by_label("Zu welchem Brief gehört es?").select_option("new")
    page.locator("main").get_by_role("button", name="Zuordnen").click()
    page.get_by_role("link", name="Seiten richtigstellen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Seiten richtigstellen")
    for picture in page.locator(".tile img").all():
        expect(picture).not_to_have_js_property("naturalWidth", 0)
    pages.shot(page, "3-correct")
    page.locator("[name=pages][value='3']").focus()
    page.keyboard.press("s")
    expect(page.get_by_text("Geändert.")).to_be_visible()
    letter = Submission.objects.get()
    assert [document.page_count for document in letter.documents.all()] == [2, 1]
    page.goto(f"/post/stapel/{Batch.objects.get().public_id}/seite/2/")
    expect(page.locator(".picture img")).not_to_have_js_property("naturalWidth", 0)
    page.wait_for_timeout(300)
    pages.shot(page, "4-page")
    page.keyboard.press("t")
    expect(page.locator(".picture img")).to_have_attribute("src", re.compile("v=90"))


def test_new_pages_of_the_mailroom_are_accessible(
    pages: Pages, portal_server: Portal, tmp_path: Path
) -> None:
    path = tmp_path / "stapel.pdf"
    path.write_bytes(files.pdf(3))
    for device in (DESKTOP, PHONE):
        page = pages.open(device, bypass_csp=True)
        sign_in(page)
        read_in(page, path)
        page.locator("[name=page][value='1']").check()
        page.locator("[name=page][value='2']").check()
        page.get_by_label("Was ist das für ein Papier?").select_option("payslip")
        page.get_by_label("Zu welchem Brief gehört es?").select_option("new")
        page.locator("main").get_by_role("button", name="Zuordnen").click()
        page.get_by_role("link", name="Seiten richtigstellen").click()
        for name, address in (
            ("correct", page.url),
            ("add", "/post/stapel/neu/"),
            ("separators", "/post/stapel/trennblaetter/"),
            ("page", f"/post/stapel/{Batch.objects.latest('pk').public_id}/seite/2/"),
        ):
            page.goto(address)
            for details in page.locator("main details").all():
                details.evaluate("one => one.open = true")
            assert violations(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
            pages.shot(page, f"{name}-{device.width}")
