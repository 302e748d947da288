"""Real pages, recognised in the real child."""

from __future__ import annotations

import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from casework.reading.fingerprint import distance
from casework.reading.recognise import USUAL, EngineMissingError, recognise, tessdata
from casework.reading.recognised import PageReading, Unread
from casework.reading.result import Problem
from tests.casework.reading.papers import encoded, nested_forms_bomb, pdf, save
from tests.casework.reading.sheets import LETTER, PAYSLIP, grainy, saved, sheet, with_code


def read_one(page: Image.Image, tmp_path: Path, *, dpi: int = 150) -> PageReading:
    (found,) = recognise(saved([page], tmp_path / "file", dpi=dpi)).pages
    return found


def values(page: PageReading, name: str) -> list[str]:
    return [field.value for field in page.fields if field.name == name]


def test_letter_gives_its_text_and_facts_with_their_places(tmp_path: Path) -> None:
    page = read_one(sheet(LETTER), tmp_path)
    assert page.problem is None
    assert (page.turned, page.blank, page.language, page.kind) == (0, False, "de", "letter")
    assert "hiermit teile ich Ihnen mit, dass sich meine Miete geändert hat." in page.text
    assert values(page, "name") == ["Amira Haddad"]
    assert values(page, "household_number") == ["12345//0001234"]
    assert values(page, "customer_number") == ["123A456789"]
    assert values(page, "iban") == ["DE89370400440532013000"]
    assert values(page, "pension_number") == ["15070649C103"]
    assert values(page, "date") == ["2026-11-12"]
    assert values(page, "birth_date") == ["2015-07-03"]
    assert values(page, "amount") == ["1234.56"]
    assert values(page, "month") == ["2026-10"]
    (iban,) = (field for field in page.fields if field.name == "iban")
    # The 17th line, beginning at the tenth of the width.
    assert iban.place.x == pytest.approx(0.15, abs=0.06)
    assert iban.place.y == pytest.approx((124 + 16 * 37) / 1754, abs=0.02)
    assert iban.confidence > 0.8
    assert len(page.fingerprint) == 32
    assert page.upright is None


@pytest.mark.parametrize(("lies", "turned"), [(180, 180), (90, 270), (270, 90)])
def test_page_that_lies_wrong_is_read_and_drawn_upright(lies: int, turned: int, tmp_path: Path) -> None:
    ways = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    page = read_one(sheet(LETTER).transpose(ways[lies]), tmp_path)
    assert page.turned == turned
    assert values(page, "household_number") == ["12345//0001234"]
    assert page.words[0].y < 0.15  # the first line is on top
    assert page.upright is not None
    assert page.upright.height > page.upright.width


def test_tilted_page_is_straightened(tmp_path: Path) -> None:
    tilted = sheet(LETTER).rotate(-2.5, resample=Image.Resampling.BICUBIC, fillcolor=244)
    page = read_one(tilted, tmp_path)
    assert page.skew == pytest.approx(2.5, abs=0.3)
    assert values(page, "iban") == ["DE89370400440532013000"]


def test_second_scan_has_nearly_the_same_fingerprint_and_another_letter_has_not(tmp_path: Path) -> None:
    again = sheet(LETTER, noise=6).rotate(0.4, resample=Image.Resampling.BICUBIC, fillcolor=244)
    pages = recognise(saved([sheet(LETTER), again, sheet(PAYSLIP)], tmp_path / "file")).pages
    first, second, other = (page.fingerprint for page in pages)
    assert distance(first, second) < 50 < distance(first, other)


# --- blank and black


def test_blank_back_with_shadow_and_print_shining_through_is_blank(tmp_path: Path) -> None:
    page = np.asarray(sheet(), dtype=np.float32)
    page[:, :30] *= np.linspace(0.3, 1, 30)[None, :]  # shadow of the lid
    front = np.asarray(sheet(LETTER, noise=0).transpose(Image.Transpose.FLIP_LEFT_RIGHT), dtype=np.float32)
    page -= (244 - front) * 0.08
    found = read_one(Image.fromarray(page.clip(0, 255).astype(np.uint8)), tmp_path)
    assert (found.blank, found.text, found.problem) == (True, "", None)


def test_page_with_one_short_line_is_not_blank(tmp_path: Path) -> None:
    page = read_one(sheet(["Bitte wenden"]), tmp_path)
    assert not page.blank
    assert "wenden" in page.text


@pytest.mark.parametrize("turned", [0, 90])
def test_page_with_one_line_close_to_its_edge_is_not_blank(tmp_path: Path, turned: int) -> None:
    page = sheet()
    font = ImageFont.truetype("DejaVuSans.ttf", 22)
    ImageDraw.Draw(page).text((40, 28), "Dieses Blatt gehört zum Antrag vom 3. März.", fill=30, font=font)
    found = read_one(page.rotate(turned, expand=True), tmp_path)
    assert not found.blank
    assert "gehört zum Antrag" in found.text


def test_punch_holes_staple_and_torn_corner_leave_a_back_blank(tmp_path: Path) -> None:
    page = sheet()
    pen = ImageDraw.Draw(page)
    for y in (640, 1110):
        pen.ellipse((8, y, 44, y + 36), fill=20)
    pen.line((12, 24, 44, 50), fill=40, width=3)
    pen.polygon([(1240, 0), (1240, 48), (1192, 0)], fill=10)
    pen.rectangle((0, 0, 6, 1754), fill=30)
    assert read_one(page, tmp_path).blank


def test_holes_further_in_leave_a_back_blank_but_spots_in_the_middle_do_not(tmp_path: Path) -> None:
    pages = [sheet(), sheet(), sheet()]
    for page, x in zip(pages, (60, 38, 500), strict=True):
        for y in (620, 1090):
            ImageDraw.Draw(page).ellipse((x, y, x + 36, y + 36), fill=70)
    found = recognise(saved(pages, tmp_path / "file")).pages
    assert [page.blank for page in found] == [True, True, False]


def test_photo_on_its_side_is_read_though_most_ink_is_the_table(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    table = Image.fromarray(chance.integers(20, 140, (1500, 2200), dtype=np.uint8))
    paper = sheet(LETTER).resize((900, 1273)).transpose(Image.Transpose.ROTATE_270)
    table.paste(paper, (200, 300))
    table.convert("RGB").save(tmp_path / "photo.jpg", quality=85)
    (page,) = recognise(tmp_path / "photo.jpg").pages
    assert page.turned == 270
    assert values(page, "household_number") == ["12345//0001234"]


def test_black_page_is_not_blank_and_does_no_harm(tmp_path: Path) -> None:
    page = read_one(grainy(Image.new("L", (1240, 1754), 6)), tmp_path)
    assert (page.blank, page.fields, page.problem) == (False, (), None)


def test_page_whose_picture_is_missing_is_not_blank(tmp_path: Path) -> None:
    whole = saved([sheet(LETTER)] * 2, tmp_path / "whole").read_bytes()
    (tmp_path / "file").write_bytes(whole[: len(whole) * 6 // 10])
    assert not any(page.blank for page in recognise(tmp_path / "file").pages)


# --- codes


@pytest.mark.parametrize("lies", [0, 90, 180, 270])
@pytest.mark.parametrize(("kind", "content"), [("qr", "ANGK1:A7K29QXM3TFB"), ("code128", "PATCHT")])
def test_code_is_found_in_every_direction(kind: str, content: str, lies: int, tmp_path: Path) -> None:
    page = with_code(sheet(["Trennblatt"]), content, kind).rotate(lies, expand=True, fillcolor=244)
    assert [code.content for code in read_one(page, tmp_path).codes] == [content]


def test_qr_with_a_torn_corner_is_found(tmp_path: Path) -> None:
    page = with_code(sheet(["Deckblatt"]), "ANGK1:A7K29QXM3TFB", "qr")
    # The corner without a finder pattern, and a crease across.
    ImageDraw.Draw(page).polygon([(600, 800), (600, 730), (530, 800)], fill=244)
    ImageDraw.Draw(page).line([(300, 655), (600, 660)], fill=244, width=2)
    assert [code.content for code in read_one(page, tmp_path).codes] == ["ANGK1:A7K29QXM3TFB"]


def test_barcode_torn_at_its_lower_edge_is_found(tmp_path: Path) -> None:
    page = with_code(sheet(["Trennblatt"]), "PATCHT", "code128")
    ImageDraw.Draw(page).polygon([(280, 690), (960, 690), (960, 540)], fill=244)
    assert [code.content for code in read_one(page, tmp_path).codes] == ["PATCHT"]


def test_letters_and_tables_give_no_codes(tmp_path: Path) -> None:
    ruled = sheet(PAYSLIP)
    pen = ImageDraw.Draw(ruled)
    for at in range(100, 1200, 24):
        pen.line([(at, 700), (at, 1400)], fill=20, width=2 + at % 3)
    assert read_one(ruled, tmp_path).codes == ()


# --- forms of paper


def test_text_layer_of_a_pdf_is_used_as_it_is(tmp_path: Path) -> None:
    lines = (b"Kundennummer: 123A456789", b"Antrag auf Weiterbewilligung", b"Grundmiete 512,30 Euro im Monat")
    shown = b"".join(b"(%s) Tj 0 -24 Td " % line for line in lines)
    document = pdf([b"BT /F 14 Tf 72 700 Td " + shown + b"ET"])
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    _give_font(document, font)
    (page,) = recognise(save(document, tmp_path / "file")).pages
    assert page.ocr_seconds == 0
    assert page.text.splitlines() == [line.decode() for line in lines]
    assert (page.kind, values(page, "amount")) == ("form_wba", ["512.30"])
    assert page.words[0].y == pytest.approx((842 - 700 - 10) / 842, abs=0.02)


def _give_font(document: pikepdf.Pdf, font: dict[str, str]) -> None:
    entry = pikepdf.Dictionary({key: pikepdf.Name(value) for key, value in font.items()})
    document.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=document.make_indirect(entry)))


def test_large_sheet_a3_is_read(tmp_path: Path) -> None:
    page = read_one(sheet(LETTER, size=(2480, 1754)), tmp_path)
    assert values(page, "iban") == ["DE89370400440532013000"]


def test_receipt_strip_is_read(tmp_path: Path) -> None:
    strip = sheet(
        ("Drogerie Nord", "Seife 1,95", "Summe EUR 12,40", "12.11.2026"), size=(480, 1600), points=28
    )
    page = read_one(strip, tmp_path)
    assert values(page, "amount") == ["1.95", "12.40"]
    assert values(page, "date") == ["2026-11-12"]


def test_fax_of_one_bit_with_oblong_pixels_is_read(tmp_path: Path) -> None:
    fax = (
        sheet(LETTER, noise=0).resize((1728, 1143)).point(lambda grey: 255 if grey > 150 else 0).convert("1")
    )
    path = tmp_path / "file"
    path.write_bytes(encoded(fax, "TIFF", compression="group4", dpi=(204, 98)))
    (page,) = recognise(path).pages
    assert "Sehr geehrte Damen und Herren" in page.text


def test_photo_without_resolution_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(encoded(sheet(LETTER).resize((1860, 2631)).convert("RGB"), "JPEG", quality=80))
    (page,) = recognise(path).pages
    assert values(page, "household_number") == ["12345//0001234"]


# --- limits and failures


def test_only_the_pages_asked_for_are_read_in_order(tmp_path: Path) -> None:
    seen: list[int] = []
    path = saved([sheet(["Blatt eins"]), sheet(["Blatt zwei"]), sheet(["Blatt drei"])], tmp_path / "file")
    found = recognise(path, [1, 3, 9], on_page=lambda page: seen.append(page.number))
    assert (found.page_count, seen) == (3, [1, 3])


def test_pages_are_shared_out_among_children(tmp_path: Path) -> None:
    path = saved([sheet([f"Blatt Nummer {n}"]) for n in range(3)], tmp_path / "file")
    found = recognise(path, limits=replace(USUAL, slice_pages=1))
    assert [page.number for page in found.pages] == [1, 2, 3]
    assert all("Blatt Nummer" in page.text for page in found.pages)


def test_page_that_kills_its_child_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    document = nested_forms_bomb()
    with pikepdf.open(saved([sheet(LETTER)], tmp_path / "letter")) as letter:
        document.pages.insert(0, letter.pages[0])
        document.pages.append(letter.pages[0])
        save(document, tmp_path / "file")
    found = recognise(tmp_path / "file", limits=replace(USUAL, cpu_seconds=3, memory_bytes=500 << 20))
    before, bomb, after = (page.problem for page in found.pages)
    assert bomb in (Unread.TIMEOUT, Unread.CRASHED)
    assert (before, after) == (None, None)
    assert "Sehr geehrte" in found.pages[2].text


def test_empty_and_unknown_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_text("Nur Text")
    assert recognise(tmp_path / "empty").problem == Problem.EMPTY
    assert recognise(tmp_path / "text").problem == Problem.UNKNOWN_TYPE


def test_missing_language_data_are_named_with_their_package() -> None:
    with pytest.raises(EngineMissingError, match="tesseract-ocr-xyz"):
        tessdata("xyz")


def test_child_stays_under_300_mib_for_a_page_of_a4_at_300_dpi(tmp_path: Path) -> None:
    page = sheet(LETTER, size=(2480, 3508), points=44)
    path = saved([page] * 2, tmp_path / "file", dpi=300)
    # Address space, which is always more than the memory used, so that no other child of this test counts.
    found = recognise(path, limits=replace(USUAL, memory_bytes=420 << 20))
    assert [page.problem for page in found.pages] == [None, None]
    assert "Sehr geehrte" in found.pages[0].text
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0
