"""Turning pictures and interleaving two passes, in a child that is shut in."""

import io
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from casework.reading.handwork import HandworkFailed, merge, page_count, turn, turned_place
from tests import files


def webp(width: int = 60, height: int = 90) -> bytes:
    """A picture whose upper left corner is black."""
    image = Image.new("L", (width, height), 255)
    image.paste(0, (0, 0, width // 3, height // 3))
    target = io.BytesIO()
    image.save(target, "WEBP", lossless=True)
    return target.getvalue()


@pytest.mark.parametrize(
    ("degrees", "size", "corner"),
    [(90, (90, 60), (85, 5)), (180, (60, 90), (55, 85)), (270, (90, 60), (5, 55))],
)
def test_picture_is_turned_clockwise(degrees: int, size: tuple[int, int], corner: tuple[int, int]) -> None:
    done = turn(webp(), degrees)
    assert (done.width, done.height) == size
    with Image.open(io.BytesIO(done.picture)) as image:
        assert image.size == size
        shade = image.convert("L").tobytes()[corner[1] * size[0] + corner[0]]
    assert shade < 60


@pytest.mark.parametrize("data", [b"", b"RIFF", files.jpeg(), files.pdf()])
def test_what_is_no_picture_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(HandworkFailed):
        turn(data, 90)


@given(st.lists(st.sampled_from([0, 90, 180, 270]), max_size=6))
def test_place_turned_all_the_way_round_is_where_it_was(turns: list[int]) -> None:
    place = [0.1, 0.2, 0.3, 0.05]
    turned = place
    for degrees in [*turns, -sum(turns)]:
        turned = turned_place(turned, degrees)
    assert turned == pytest.approx(place)


def test_place_in_the_upper_left_is_in_the_upper_right_after_a_quarter() -> None:
    assert turned_place([0.0, 0.0, 0.2, 0.1], 90) == pytest.approx([0.9, 0.0, 0.1, 0.2])


def sizes(data: bytes) -> list[int]:
    """Which page is which: the test gives each page a width of its own."""
    with pikepdf.open(io.BytesIO(data)) as document:
        return [int(page.mediabox[2]) for page in document.pages]


def numbered(path: Path, widths: list[int]) -> Path:
    with pikepdf.new() as document:
        for width in widths:
            document.add_blank_page(page_size=(width, 100))
        document.save(path)
    return path


def test_two_passes_become_one_file_in_the_order_given(tmp_path: Path) -> None:
    fronts = numbered(tmp_path / "fronts.pdf", [101, 102])
    backs = numbered(tmp_path / "backs.pdf", [202, 201])
    with fronts.open("rb") as one, backs.open("rb") as two:
        assert (page_count(one), page_count(two)) == (2, 2)
        assert sizes(merge(one, two, [(1, 1), (2, 2), (1, 2), (2, 1)])) == [101, 201, 102, 202]


@pytest.mark.parametrize("data", [files.broken_pdf(), files.encrypted_pdf(), files.EMPTY, files.jpeg()])
def test_file_that_cannot_be_opened_is_named_not_merged(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "backs.pdf"
    path.write_bytes(data)
    with path.open("rb") as source, pytest.raises(HandworkFailed):
        page_count(source)
