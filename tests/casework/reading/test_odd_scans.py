"""Scans as they should not be: each is read, or named; none is taken for a blank page and none is lost."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from casework import covers
from casework.reading.recognise import recognise
from casework.reading.recognised import PageReading
from casework.reading.run import read
from casework.reading.splitting import is_separator, sheet_by_words
from tests.casework.reading.sheets import A4, DPI, LETTER, saved, sheet

Scan = Callable[[], Image.Image]


def read_one(page: Image.Image, tmp_path: Path, *, dpi: int = DPI) -> PageReading:
    """Drawn and recognised, as both effects do."""
    source = saved([page], tmp_path / "file", dpi=dpi)
    drawn = read(source, tmp_path)
    assert (drawn.problem, len(drawn.pages)) == (None, 1)
    (found,) = recognise(source).pages
    return found


@pytest.mark.parametrize("said", [20, 72, 1200])
def test_resolution_that_the_file_says_wrongly_does_no_harm(said: int, tmp_path: Path) -> None:
    found = read_one(sheet(LETTER), tmp_path, dpi=said)
    assert "Sehr geehrte Damen und Herren" in found.text


def coloured(paper: tuple[int, int, int]) -> Image.Image:
    grey = np.asarray(sheet(LETTER), dtype=np.float32)[:, :, None] / 255
    return Image.fromarray((grey * np.array(paper)).astype(np.uint8))


@pytest.mark.parametrize("paper", [(255, 255, 120), (255, 170, 200), (150, 220, 255)])
def test_coloured_paper_is_read(paper: tuple[int, int, int], tmp_path: Path) -> None:
    assert "Sehr geehrte Damen und Herren" in read_one(coloured(paper), tmp_path).text


def stapled() -> Image.Image:
    """The corner was folded over and lay black on the glass, the staple beside it."""
    page = sheet(LETTER)
    pen = ImageDraw.Draw(page)
    pen.polygon([(0, 0), (110, 0), (0, 110)], fill=15)
    pen.line((120, 60, 170, 90), fill=60, width=4)
    return page


def test_stapled_corner_leaves_the_letter_readable(tmp_path: Path) -> None:
    found = read_one(stapled(), tmp_path)
    assert "Sehr geehrte Damen und Herren" in found.text
    assert not found.blank


def test_photo_in_a_pdf_is_a_page(tmp_path: Path) -> None:
    """No scan: a picture from a phone, put on a page of its own size by some program."""
    values = np.linspace(0, 255, 900 * 1200).reshape(1200, 900).astype(np.uint8)
    photo = Image.merge("RGB", [Image.fromarray(np.roll(values, shift)) for shift in (0, 300, 600)])
    found = read_one(photo, tmp_path, dpi=72)
    assert (found.blank, found.problem) == (False, None)


def test_black_and_white_pages_in_one_stack_keep_their_numbers(tmp_path: Path) -> None:
    pages = [sheet(LETTER), Image.new("L", A4, 3), sheet(), sheet(LETTER)]
    found = recognise(saved(pages, tmp_path / "file")).pages
    assert [page.number for page in found] == [1, 2, 3, 4]
    assert [page.blank for page in found] == [False, False, True, False]


# --- the sheets we print, as they come back


def separator() -> Image.Image:
    """A separator sheet as printed and scanned in grey at 150 dpi."""
    document = pypdfium2.PdfDocument(covers.separators_pdf(1))
    return document[0].render(scale=DPI / 72).to_pil().convert("L")


def torn(page: Image.Image, share: float, *, top: bool) -> Image.Image:
    """So much of the sheet is missing; the scanner sees its black lid there."""
    page, height = page.copy(), round(page.height * share)
    at = 0 if top else page.height - height
    ImageDraw.Draw(page).rectangle((0, at, page.width, at + height), fill=10)
    return page


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize("turned", [0, 180])
def test_half_a_separator_divides_also_upside_down(top: bool, turned: int, tmp_path: Path) -> None:
    found = read_one(torn(separator(), 0.45, top=top).rotate(turned, expand=True), tmp_path)
    assert any(is_separator(code.content) for code in found.codes)


def test_separator_whose_codes_are_blackened_is_known_by_its_words(tmp_path: Path) -> None:
    page = separator()
    pen = ImageDraw.Draw(page)
    ink = np.asarray(page) < 128
    words = slice(round(page.height * 0.37), round(page.height * 0.48))
    pen.rectangle((0, 0, page.width, words.start), fill=240)
    pen.rectangle((0, words.stop, page.width, page.height), fill=240)
    assert ink[words].any(), "the words are printed elsewhere now"
    found = read_one(page, tmp_path)
    assert found.codes == ()
    assert sheet_by_words(found.text) == "separator"


def test_pdf_of_pages_of_many_sizes_keeps_each(tmp_path: Path) -> None:
    """A3, A4, a strip, a card: one stack, one file."""
    whole = pikepdf.new()
    for size in ((842, 1191), (595, 842), (227, 1400), (243, 153)):
        whole.add_blank_page(page_size=size)
        whole.pages[-1].Contents = whole.make_stream(b"0 0 0 rg 40 60 90 40 re f")
    target = io.BytesIO()
    whole.save(target)
    (tmp_path / "file").write_bytes(target.getvalue())
    drawn = read(tmp_path / "file", tmp_path)
    assert [page.number for page in drawn.pages] == [1, 2, 3, 4]
    assert not any(page.blank for page in recognise(tmp_path / "file").pages)
