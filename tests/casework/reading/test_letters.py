from __future__ import annotations

from pathlib import Path

import pytest

from casework.reading import letters
from casework.reading.recognise import recognise, tessdata
from tests.casework.reading.sheets import saved, sheet


def test_network_alone_is_a_hundredth_of_the_data(tmp_path: Path) -> None:
    source = letters.source(tessdata())
    assert source is not None, "tesseract-ocr-script-latn is not installed (make setup)"
    letters.write_network(source, tmp_path)
    assert 100_000 < (tmp_path / "latin.traineddata").stat().st_size < source.stat().st_size / 20


@pytest.mark.parametrize(
    "content", [b"", b"\x03\0\0\0", b"\xff\xff\xff\x7f" * 40, b"\x18\0\0\0" + b"\xff" * 192]
)
def test_what_is_no_language_data_is_named(content: bytes, tmp_path: Path) -> None:
    source = tmp_path / "Latin.traineddata"
    source.write_bytes(content)
    assert letters.source(str(tmp_path)) == source
    with pytest.raises(ValueError, match=str(source)):
        letters.write_network(source, tmp_path)


def test_without_the_data_names_are_read_in_german(tmp_path: Path) -> None:
    assert letters.source(str(tmp_path)) is None


@pytest.mark.parametrize("name", ["Tomáš Dvořák", "Inés Yıldırım", "Søren Großmann", "Zoë Schöneweiß"])
def test_name_keeps_its_letters(name: str, tmp_path: Path) -> None:
    (page,) = recognise(
        saved([sheet([name, "Lindenstraße 5", "04177 Musterstadt"])], tmp_path / "file")
    ).pages
    assert name in {field.value for field in page.fields}
    assert name in page.text
