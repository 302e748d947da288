"""Broken and hostile files: never an exception, always pages or a named problem, and nothing left running."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pikepdf
import pytest
from PIL import Image

from casework.reading.limits import Limits
from casework.reading.result import Problem
from casework.reading.run import ReaderBrokenError, read
from tests.casework.reading.papers import (
    BLACK_BOX,
    encoded,
    enlarge_tiff_page,
    flate_bomb_stream,
    nested_forms_bomb,
    pdf,
    photo,
    png_header,
    save,
)

ROOT = Path(__file__).resolve().parents[3]
QUICK = Limits(cpu_seconds=2, child_wall_seconds=20)


def children(pid: int) -> list[int]:
    """Process ids of the children of a process."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for text in lists for child in text.read_text().split()]


def readers() -> list[int]:
    """Children of this process that read files."""
    return [pid for pid in children(os.getpid()) if b"casework.reading" in cmdline(pid)]


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_shut_in(pid: int) -> bool:
    """Whether the walls of a process stand: the filter is the last of them."""
    try:
        return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    assert readers() == []


def stored(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def test_zero_bytes(tmp_path: Path) -> None:
    reading = read(stored(tmp_path, b""), tmp_path)
    assert (reading.media_type, reading.page_count, reading.problem) == ("", 0, Problem.EMPTY)


def test_random_bytes(tmp_path: Path) -> None:
    reading = read(stored(tmp_path, random.Random(1).randbytes(50_000)), tmp_path)
    assert (reading.media_type, reading.problem) == ("", Problem.UNKNOWN_TYPE)


@pytest.mark.parametrize(
    "head",
    [
        b"%PDF-1.7\n",
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"II*\x00\x08\x00\x00\x00",
        b"GIF89a",
        b"RIFF\xff\xff\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif",
        b"BM" + b"\0" * 12 + b"\x28\0\0\0",
    ],
)
def test_random_bytes_behind_a_good_beginning(tmp_path: Path, head: bytes) -> None:
    reading = read(stored(tmp_path, head + random.Random(2).randbytes(20_000)), tmp_path, limits=QUICK)
    assert reading.media_type != ""
    assert reading.problem is not None or reading.cut_off


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html>", b"%!PS-Adobe-3.0 EPSF-3.0\n"],
)
def test_active_content_is_named_and_not_drawn(tmp_path: Path, content: bytes) -> None:
    reading = read(stored(tmp_path, content), tmp_path)
    assert reading.media_type in ("image/svg+xml", "text/html", "application/postscript")
    assert (reading.pages, reading.problem) == ((), Problem.UNKNOWN_TYPE)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_cut_off_photo(tmp_path: Path, format: str) -> None:
    image = Image.effect_noise((1000, 1000), 80).convert("RGB")
    content = encoded(image, format)
    reading = read(stored(tmp_path, content[: len(content) // 2]), tmp_path)
    # WebP has nothing to show before its last byte; the others show the upper half.
    if reading.pages:
        assert (reading.cut_off, reading.problem) == (True, None)
    else:
        assert reading.problem is Problem.DAMAGED
    assert bool(reading.pages) == (format != "WEBP")


def test_cut_off_pdf_shows_what_is_left_and_says_so(tmp_path: Path) -> None:
    path = save(pdf([BLACK_BOX] * 4), tmp_path / "file")
    whole = path.read_bytes()
    reading = read(stored(tmp_path, whole[: whole.index(b"xref")]), tmp_path)
    assert len(reading.pages) == 4
    assert reading.cut_off


def test_pdf_only_the_second_reader_can_open(tmp_path: Path) -> None:
    path = save(pdf([BLACK_BOX] * 2), tmp_path / "file")
    whole = path.read_bytes()
    reading = read(stored(tmp_path, whole[: len(whole) // 2]), tmp_path)
    assert (len(reading.pages), reading.cut_off, reading.problem) == (2, True, None)


@pytest.mark.parametrize("strength", [2, 3, 4, 6])
def test_pdf_with_password(tmp_path: Path, strength: Literal[2, 3, 4, 6]) -> None:
    lock = pikepdf.Encryption(
        owner="office", user="secret", R=strength, aes=strength >= 4, metadata=strength >= 4
    )
    reading = read(save(pdf([BLACK_BOX]), tmp_path / "file", encryption=lock), tmp_path)
    assert (reading.page_count, reading.problem) == (0, Problem.ENCRYPTED)


def test_pdf_that_inflates_without_end_costs_one_child(tmp_path: Path) -> None:
    document = pdf([BLACK_BOX] * 3)
    document.pages[1].Contents = flate_bomb_stream(document, mebibytes=2048)
    untouched = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
    path = save(document, tmp_path / "file", **untouched)
    assert path.stat().st_size < 20_000
    reading = read(path, tmp_path)
    assert (reading.page_count, reading.failed_pages) == (3, (2,))
    assert reading.problem in (Problem.CRASHED, Problem.TIMEOUT, Problem.TOO_LARGE)
    assert [page.number for page in reading.pages] == [1, 3]


def test_pdf_of_nested_forms_runs_out_of_time(tmp_path: Path) -> None:
    reading = read(save(nested_forms_bomb(), tmp_path / "file"), tmp_path, limits=QUICK)
    assert (reading.page_count, reading.failed_pages, reading.problem) == (1, (1,), Problem.TIMEOUT)


def test_many_bad_pages_are_given_up(tmp_path: Path) -> None:
    document = nested_forms_bomb()
    for _ in range(40):
        document.pages.append(document.pages[0])
    limits = Limits(cpu_seconds=1, bad_pages=2)
    reading = read(save(document, tmp_path / "file"), tmp_path, limits=limits)
    assert (reading.problem, reading.failed_pages) == (Problem.TIMEOUT, tuple(range(1, 42)))
    assert reading.seconds < 20


def test_clock_runs_out(tmp_path: Path) -> None:
    limits = Limits(child_wall_seconds=1.5)
    started = time.monotonic()
    reading = read(save(nested_forms_bomb(), tmp_path / "file"), tmp_path, limits=limits)
    assert (reading.problem, reading.failed_pages) == (Problem.TIMEOUT, (1,))
    assert time.monotonic() - started < 10


def test_clock_of_the_whole_file_runs_out(tmp_path: Path) -> None:
    limits = Limits(wall_seconds=1.0, wall_seconds_per_page=0.0)
    reading = read(save(pdf([BLACK_BOX] * 300), tmp_path / "file"), tmp_path, limits=limits)
    assert reading.problem is Problem.TIMEOUT
    assert len(reading.pages) + len(reading.failed_pages) == 300
    assert reading.seconds < 5


def test_pdf_with_200_000_pages_shows_the_first(tmp_path: Path) -> None:
    document = pdf([BLACK_BOX])
    page = document.pages[0].obj
    folder = document.Root.Pages
    folder.Kids = pikepdf.Array([page] * 200_000)
    folder.Count = 200_000
    path = save(document, tmp_path / "file")
    reading = read(path, tmp_path, limits=Limits(pages=10))
    assert (reading.page_count, len(reading.pages), reading.problem) == (200_000, 10, Problem.TOO_LARGE)


def test_pdf_page_of_700_metres(tmp_path: Path) -> None:
    reading = read(save(pdf([BLACK_BOX], size=(2_000_000, 2_000_000)), tmp_path / "file"), tmp_path)
    assert [(page.width, page.height) for page in reading.pages] == [(1240, 1240)]


@pytest.mark.parametrize("size", [(50_000, 50_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_image_that_claims_a_huge_size(tmp_path: Path, size: tuple[int, int]) -> None:
    reading = read(stored(tmp_path, png_header(*size)), tmp_path)
    assert (reading.media_type, reading.problem) == ("image/png", Problem.TOO_LARGE)


def test_jpeg_header_that_claims_4290_megapixels(tmp_path: Path) -> None:
    content = bytearray(encoded(photo((64, 64)), "JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = b"\xff\xdc\xff\xdc"
    assert read(stored(tmp_path, bytes(content)), tmp_path).problem is Problem.TOO_LARGE


def test_tiff_with_one_bad_page_shows_the_others(tmp_path: Path) -> None:
    pages = [photo((300, 400)) for _ in range(3)]
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    reading = read(stored(tmp_path, enlarge_tiff_page(content, 1, 100_000)), tmp_path)
    assert (reading.page_count, reading.failed_pages, reading.problem) == (3, (2,), Problem.TOO_LARGE)


def test_less_memory_than_the_page_needs_is_a_problem_and_no_exception(tmp_path: Path) -> None:
    image = encoded(Image.new("RGB", (8000, 8000)), "PNG")
    reading = read(stored(tmp_path, image), tmp_path, limits=Limits(memory_bytes=260 << 20))
    assert reading.problem in (Problem.TOO_LARGE, Problem.CRASHED)


def test_missing_file_is_our_own_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "gone", tmp_path)


def test_child_that_cannot_start_is_our_own_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ReaderBrokenError):
        read(save(pdf([BLACK_BOX]), tmp_path / "file"), tmp_path)


def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    path = save(nested_forms_bomb(), tmp_path / "file")
    code = f"""
        from pathlib import Path
        from casework.reading.run import read
        read(Path({str(path)!r}), Path({str(tmp_path)!r}))
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT) as parent:
        found: list[int] = []
        until = time.monotonic() + 10
        while not found and time.monotonic() < until:
            time.sleep(0.02)
            found = [pid for pid in children(parent.pid) if is_shut_in(pid)]
        parent.kill()
    assert len(found) == 1
    until = time.monotonic() + 5
    while cmdline(found[0]) and time.monotonic() < until:
        time.sleep(0.02)
    assert cmdline(found[0]) == b""
