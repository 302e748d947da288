"""Honest files become pictures of their pages."""

from __future__ import annotations

import importlib.util
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import psutil
import pytest
from PIL import Image

from casework.reading.limits import Limits
from casework.reading.result import PagePicture, Problem, Reading
from casework.reading.run import ReaderBrokenError, read
from tests.casework.reading.papers import BLACK_BOX, encoded, pdf, photo, save

ROOT = Path(__file__).resolve().parents[3]
HEIC = importlib.util.find_spec("pillow_heif") is not None


def stored(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def dark(page: PagePicture, x: float, y: float) -> bool:
    """Whether the page is dark at a place given in parts of its width and height."""
    with Image.open(page.picture) as picture:
        grey = picture.convert("L").getpixel((int(x * page.width), int(y * page.height)))
    assert isinstance(grey, int | float)
    return grey < 100


def sizes(reading: Reading) -> list[tuple[int, int]]:
    return [(page.width, page.height) for page in reading.pages]


def test_pdf_page_is_a_picture_and_a_thumbnail(tmp_path: Path) -> None:
    reading = read(save(pdf([BLACK_BOX]), tmp_path / "file"), tmp_path)
    assert reading.problem is None
    assert (reading.media_type, reading.page_count, reading.failed_pages) == ("application/pdf", 1, ())
    (page,) = reading.pages
    assert not page.empty
    assert not reading.cut_off
    with Image.open(page.picture) as picture, Image.open(page.thumbnail) as thumbnail:
        assert (picture.format, picture.size) == ("WEBP", (1240, 1755))
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (220, 311))
    assert dark(page, 0.3, 0.3)
    assert not dark(page, 0.3, 0.6)


def test_blank_page_among_others_is_marked_empty(tmp_path: Path) -> None:
    reading = read(save(pdf([BLACK_BOX, b"", b"0 0 0 rg 300 40 8 8 re f"]), tmp_path / "file"), tmp_path)
    assert [page.empty for page in reading.pages] == [False, True, False]


def test_turned_pdf_page_is_shown_as_turned(tmp_path: Path) -> None:
    reading = read(save(pdf([BLACK_BOX], rotate=90), tmp_path / "file"), tmp_path)
    assert sizes(reading) == [(1755, 1240)]
    assert dark(reading.pages[0], 0.7, 0.3)


def test_filled_in_form_field_is_drawn(tmp_path: Path) -> None:
    document = pdf([b""])
    look = document.make_stream(
        b"0 0 0 rg 0 0 100 20 re f", {"/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 100, 20]}
    )
    widget = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="Familienname",
            V="Amira",
            F=4,
            Rect=[100, 400, 200, 420],
            AP=pikepdf.Dictionary(N=look),
        )
    )
    document.pages[0].Annots = pikepdf.Array([widget])
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]))
    (page,) = read(save(document, tmp_path / "file"), tmp_path).pages
    assert not page.empty
    assert dark(page, 150 / 595, (842 - 410) / 842)


def test_pdf_protected_against_changes_only_is_readable(tmp_path: Path) -> None:
    path = save(pdf([BLACK_BOX]), tmp_path / "file", encryption=pikepdf.Encryption(owner="office", user=""))
    reading = read(path, tmp_path)
    assert (len(reading.pages), reading.problem) == (1, None)


def test_big_batch_becomes_visible_in_order_over_several_children(tmp_path: Path) -> None:
    contents = [b"0 0 0 rg 60 %d 300 10 re f" % (10 * number) for number in range(1, 61)]
    seen: list[PagePicture] = []
    reading = read(save(pdf(contents), tmp_path / "file"), tmp_path, on_page=seen.append)
    assert reading.problem is None
    assert [page.number for page in seen] == list(range(1, 61))
    assert reading.pages == tuple(seen)
    # The 60th bar is the highest: its own page, not that of another slice.
    assert dark(reading.pages[59], 0.3, (842 - 605) / 842)
    assert not dark(reading.pages[58], 0.3, (842 - 605) / 842)


def test_what_on_page_raises_reaches_the_caller(tmp_path: Path) -> None:
    def refuse(page: PagePicture) -> None:
        raise LookupError(page.number)

    with pytest.raises(LookupError):
        read(save(pdf([BLACK_BOX]), tmp_path / "file"), tmp_path, on_page=refuse)


def test_more_pages_than_allowed_shows_the_first(tmp_path: Path) -> None:
    reading = read(save(pdf([BLACK_BOX] * 5), tmp_path / "file"), tmp_path, limits=Limits(pages=3))
    assert (reading.page_count, len(reading.pages)) == (5, 3)
    assert (reading.problem, reading.failed_pages) == (Problem.TOO_LARGE, ())


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "AVIF"])
def test_photo_of_each_format(tmp_path: Path, format: str) -> None:
    # The name says PDF; only the content counts.
    path = tmp_path / "Kontoauszug.pdf"
    path.write_bytes(encoded(photo((1600, 2400)), format))
    reading = read(path, tmp_path)
    assert (reading.media_type, reading.problem, reading.cut_off) == (f"image/{format.lower()}", None, False)
    assert sizes(reading) == [(1240, 1860)]
    assert dark(reading.pages[0], 0.3, 0.3)
    assert not dark(reading.pages[0], 0.7, 0.7)


@pytest.mark.skipif(not HEIC, reason="without pillow-heif the next test says what must happen")
def test_photo_of_an_iphone(tmp_path: Path) -> None:
    from pillow_heif import from_pillow

    path = tmp_path / "IMG_0001.HEIC"
    from_pillow(photo((1600, 2400))).save(path)
    reading = read(path, tmp_path)
    assert (reading.media_type, reading.problem) == ("image/heic", None)
    assert sizes(reading) == [(1240, 1860)]
    assert dark(reading.pages[0], 0.3, 0.3)


@pytest.mark.skipif(HEIC, reason="pillow-heif is installed")
def test_photo_of_an_iphone_without_the_library_is_named(tmp_path: Path) -> None:
    reading = read(
        stored(tmp_path, b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 99), tmp_path
    )
    assert (reading.media_type, reading.problem) == ("image/heic", Problem.UNKNOWN_TYPE)


@pytest.mark.parametrize(
    ("orientation", "dark_at"),
    [
        (1, (0.2, 0.2)),
        (2, (0.8, 0.2)),
        (3, (0.8, 0.8)),
        (4, (0.2, 0.8)),
        (5, (0.2, 0.2)),
        (6, (0.8, 0.2)),
        (7, (0.8, 0.8)),
        (8, (0.2, 0.8)),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "TIFF", "PNG", "WEBP", "AVIF"])
def test_turned_phone_comes_out_upright(
    tmp_path: Path, orientation: int, dark_at: tuple[float, float], format: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = photo((900, 1200))
    reading = read(stored(tmp_path, encoded(image, format, exif=exif)), tmp_path)
    assert sizes(reading) == [(900, 1200) if orientation < 5 else (1200, 900)]
    places = [(x, y) for x in (0.2, 0.8) for y in (0.2, 0.8) if dark(reading.pages[0], x, y)]
    assert places == [dark_at]


def test_tiff_of_a_scanner_has_all_its_pages(tmp_path: Path) -> None:
    pages = [Image.new("1", (1240, 1754), 1) for _ in range(30)]
    for number, page in enumerate(pages):
        page.paste(0, (0, number * 50, 1240, number * 50 + 50))
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    reading = read(stored(tmp_path, content), tmp_path)
    assert (reading.page_count, reading.problem) == (30, None)
    assert all(dark(page, 0.5, (page.number * 50 - 25) / 1754) for page in reading.pages)


def test_animation_shows_its_first_picture(tmp_path: Path) -> None:
    frames = [photo((300, 300)), Image.new("RGB", (300, 300), "white")]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    reading = read(stored(tmp_path, content), tmp_path)
    assert (reading.page_count, len(reading.pages), reading.pages[0].empty) == (1, 1, False)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_any_kind_of_colour_is_seen(tmp_path: Path, mode: str) -> None:
    if mode in ("I;16", "I"):
        image = Image.new("I", (400, 400), 60000)
        image.paste(1000, (0, 0, 200, 200))
        image = image.convert(mode)
    elif mode == "F":
        image = Image.new(mode, (400, 400), 0.9)
        image.paste(0.1, (0, 0, 200, 200))
    else:
        image = photo((400, 400)).convert(mode)
    reading = read(stored(tmp_path, encoded(image, "TIFF")), tmp_path)
    (page,) = reading.pages
    assert (dark(page, 0.2, 0.2), dark(page, 0.8, 0.8)) == (True, False)


def test_deep_grey_of_the_other_byte_order_is_seen(tmp_path: Path) -> None:
    # A TIFF by hand: 2 x 2 pixels of 16 bits, big-endian.
    entries = [(256, 3, 2), (257, 3, 2), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 4, 122), (277, 3, 1)]
    entries += [(278, 3, 2), (279, 4, 8)]
    content = b"MM\x00*" + struct.pack(">IH", 8, len(entries))
    for tag, kind, value in entries:
        content += struct.pack(">HHI", tag, kind, 1)
        content += struct.pack(">HH", value, 0) if kind == 3 else struct.pack(">I", value)
    content += struct.pack(">I", 0) + struct.pack(">4H", 0, 65535, 65535, 65535)
    (page,) = read(stored(tmp_path, content), tmp_path).pages
    assert (page.width, page.height, page.empty) == (2, 2, False)


def test_transparent_becomes_white_paper(tmp_path: Path) -> None:
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 200, 200))
    (page,) = read(stored(tmp_path, encoded(image, "PNG")), tmp_path).pages
    assert (dark(page, 0.2, 0.2), dark(page, 0.8, 0.8)) == (True, False)


def test_till_receipt_stays_readable(tmp_path: Path) -> None:
    (page,) = read(stored(tmp_path, encoded(photo((900, 9000)), "PNG")), tmp_path).pages
    assert page.width >= 600
    with Image.open(page.thumbnail) as thumbnail:
        assert thumbnail.height <= 880


def test_photo_of_200_megapixels(tmp_path: Path) -> None:
    image = Image.new("L", (16320, 12240), 200)
    image.paste(0, (0, 0, 8000, 6000))
    content = encoded(image, "JPEG", quality=20)
    del image
    reading = read(stored(tmp_path, content), tmp_path)
    assert reading.problem is None
    assert dark(reading.pages[0], 0.2, 0.2)


def test_one_picture_is_not_larger_than_promised(tmp_path: Path) -> None:
    lines = b"0 0 0 rg " + b" ".join(
        b"%d %d %d 6 re f" % (50 + 23 * x, 60 + 14 * y, 4 + (x * y) % 17)
        for x in range(22)
        for y in range(52)
    )
    (page,) = read(save(pdf([lines]), tmp_path / "file"), tmp_path).pages
    assert page.picture.stat().st_size <= 120_000


def test_reading_needs_no_django() -> None:
    code = "import sys; import casework.reading.run, casework.reading.child, casework.reading.pdf\n"
    code += "import casework.reading.images; print('django' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"


def test_parent_loads_no_parser() -> None:
    code = (
        "import sys; import casework.reading.run; print({'PIL', 'pypdfium2', 'pikepdf'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"


@pytest.mark.parametrize("compressed", [False, True])
def test_form_that_draws_its_pages_itself_is_not_taken_for_a_blank_page(
    tmp_path: Path, compressed: bool
) -> None:
    """Dynamic XFA, as LiveCycle writes it: on the pages is nothing, or a note."""
    document = pdf([b""])
    document.Root.NeedsRendering = True
    template = document.make_stream(b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"></xdp:xdp>')
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=template)
    streams = pikepdf.ObjectStreamMode.generate if compressed else pikepdf.ObjectStreamMode.disable
    reading = read(save(document, tmp_path / "file", object_stream_mode=streams), tmp_path)
    assert (reading.problem, reading.pages) == (Problem.DYNAMIC_FORM, ())


def test_form_whose_program_was_taken_out_is_not_taken_for_a_blank_page(tmp_path: Path) -> None:
    document = pdf([b""])
    document.Root.NeedsRendering = True
    assert read(save(document, tmp_path / "file"), tmp_path).problem is Problem.DYNAMIC_FORM


def kill_children(count: int, over: threading.Event) -> None:
    """Kill the next `count` children of this process, as an operator or the kernel would."""
    seen: set[int] = set()
    while len(seen) < count and not over.is_set():
        for child in psutil.Process().children():
            if child.pid not in seen and "casework.reading.child" in " ".join(child.cmdline()):
                seen.add(child.pid)
                child.kill()
                break
        time.sleep(0.005)


@contextmanager
def children_killed(count: int) -> Iterator[None]:
    over = threading.Event()
    killer = threading.Thread(target=kill_children, args=(count, over))
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


def test_child_killed_from_outside_says_nothing_about_its_file(tmp_path: Path) -> None:
    source = save(pdf([BLACK_BOX, BLACK_BOX]), tmp_path / "file")
    with children_killed(2):
        reading = read(source, tmp_path)
    assert (reading.problem, len(reading.pages)) == (None, 2)


def test_children_killed_before_they_see_the_file_are_our_fault(tmp_path: Path) -> None:
    source = save(pdf([BLACK_BOX]), tmp_path / "file")
    with children_killed(3), pytest.raises(ReaderBrokenError):
        read(source, tmp_path)


def test_reading_may_begin_at_a_later_page(tmp_path: Path) -> None:
    reading = read(save(pdf([BLACK_BOX] * 4), tmp_path / "file"), tmp_path, first=3)
    assert ([page.number for page in reading.pages], reading.page_count) == ([3, 4], 4)
