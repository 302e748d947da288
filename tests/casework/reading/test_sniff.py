"""The type of a file is told from its content alone."""

from __future__ import annotations

import io
import zipfile

import pytest

from casework.reading.sniff import media_type
from tests.casework.reading.papers import encoded, photo


def zipped(*members: tuple[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


OOXML = "application/vnd.openxmlformats-officedocument"

EXAMPLES: list[tuple[str, bytes, str]] = [
    ("nothing", b"", ""),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
    ("pdf after a byte order mark", b"\xef\xbb\xbf%PDF-1.4\n", "application/pdf"),
    ("pdf after 1000 bytes", b"\x00\x1b" * 500 + b"%PDF-1.4", "application/pdf"),
    ("pdf after 1024 bytes", b"\x00\x1b" * 512 + b"%PDF-1.4", ""),
    ("pdf header last of the first 1024", b"\x00" * 1019 + b"%PDF-1.4", "application/pdf"),
    ("jpeg", encoded(photo(), "JPEG"), "image/jpeg"),
    ("jpeg with a PDF in its comment", b"\xff\xd8\xff\xfe\x00\x10%PDF-1.4", "image/jpeg"),
    ("png", encoded(photo(), "PNG"), "image/png"),
    ("tiff", encoded(photo(), "TIFF"), "image/tiff"),
    ("tiff of other byte order", b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
    ("big tiff", b"II+\x00\x08\x00\x00\x00", "image/tiff"),
    ("webp", encoded(photo(), "WEBP"), "image/webp"),
    ("gif", encoded(photo(), "GIF"), "image/gif"),
    ("bmp", encoded(photo(), "BMP"), "image/bmp"),
    ("text that begins with BM", b"BMW verkauft, Kaufvertrag folgt.", "text/plain"),
    ("avif", encoded(photo((64, 64)), "AVIF"), "image/avif"),
    ("heic of a phone", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
    ("heic by its compatible brand", b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heix", "image/heic"),
    ("avif by its compatible brand", b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "image/avif"),
    ("video of a phone", b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "video/quicktime"),
    ("mp4", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "video/mp4"),
    ("voice message", b"OggS\x00\x02", "audio/ogg"),
    ("wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
    ("riff of another kind", b"RIFF\x24\x00\x00\x00ACONanih", ""),
    (
        "word",
        zipped(("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>")),
        OOXML + ".wordprocessingml.document",
    ),
    (
        "excel",
        zipped(("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "")),
        OOXML + ".spreadsheetml.sheet",
    ),
    (
        "powerpoint",
        zipped(("[Content_Types].xml", ""), ("ppt/x.xml", "")),
        OOXML + ".presentationml.presentation",
    ),
    (
        "open document",
        zipped(("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "")),
        "application/vnd.oasis.opendocument.text",
    ),
    ("zip", zipped(("Kontoauszug.pdf", "%PDF-1.4")), "application/zip"),
    ("empty zip", zipped(), "application/zip"),
    ("old word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "application/x-ole-storage"),
    ("rtf", b"{\\rtf1\\ansi", "application/rtf"),
    ("rar", b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
    ("7z", b"7z\xbc\xaf\x27\x1c\x00\x04", "application/x-7z-compressed"),
    ("windows program", b"MZ\x90\x00\x03\x00", "application/x-executable"),
    ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    ("svg after the xml line", b'<?xml version="1.0"?>\n<svg/>', "image/svg+xml"),
    ("html", b"<!DOCTYPE html><title>x</title>", "text/html"),
    ("html with an svg inside", b"<html><body><svg></svg>", "text/html"),
    ("a script alone", b"  <script>alert(1)</script>", "text/html"),
    ("xml", b'<?xml version="1.0"?><rechnung/>', "application/xml"),
    ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n", "application/postscript"),
    ("mail", b"Received: from mx.example\r\nSubject: Miete\r\n\r\n", "message/rfc822"),
    ("contact", b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "text/vcard"),
    ("text", "Ich möchte Geld beantragen.".encode(), "text/plain"),
    ("text in Latin-1", "Ich möchte Bürgergeld für März.".encode("latin-1"), "text/plain"),
    ("text in UTF-16", "Guten Tag".encode("utf-16"), "text/plain"),
    ("text cut within a character", ("a" * 4095 + "ö").encode(), "text/plain"),
    ("only line breaks", b"\r\n\r\n", ""),
    ("zeros", b"\x00" * 100, ""),
    ("noise", bytes(range(256)) * 4, ""),
]


@pytest.mark.parametrize(
    ("head", "expected"), [row[1:] for row in EXAMPLES], ids=[row[0] for row in EXAMPLES]
)
def test_media_type(head: bytes, expected: str) -> None:
    assert media_type(head) == expected


@pytest.mark.parametrize("head", [row[1] for row in EXAMPLES], ids=[row[0] for row in EXAMPLES])
def test_media_type_of_a_file_cut_anywhere_is_an_answer(head: bytes) -> None:
    known = {expected for _, _, expected in EXAMPLES}
    # A few bytes of a type are often no type yet, or a wider one (an office file is a ZIP, mail is text).
    known |= {OOXML}
    assert {media_type(head[:length]) for length in range(40)} <= known
