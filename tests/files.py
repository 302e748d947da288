"""Small real files, made when needed: honest ones and those that people really send by mistake."""

import io
from collections.abc import Sequence

import pikepdf
from PIL import Image, ImageDraw


def _picture(text: str, size: tuple[int, int] = (600, 850)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for line in range(12):
        draw.text((40, 40 + line * 60), f"{text} {line}", fill="black")
    return image


def jpeg(text: str = "Lohnabrechnung März 2026", size: tuple[int, int] = (600, 850)) -> bytes:
    target = io.BytesIO()
    _picture(text, size).save(target, "JPEG", quality=80)
    return target.getvalue()


def png(text: str = "Kontoauszug") -> bytes:
    target = io.BytesIO()
    _picture(text).save(target, "PNG")
    return target.getvalue()


def pdf(pages: int = 1, text: str = "Seite", blank: Sequence[int] = ()) -> bytes:
    """A PDF of scanned pages; pages in `blank` (from 1) are empty."""
    pictures = [
        Image.new("RGB", (600, 850), "white") if n in blank else _picture(f"{text} {n}")
        for n in range(1, pages + 1)
    ]
    target = io.BytesIO()
    pictures[0].save(target, "PDF", save_all=True, append_images=pictures[1:])
    return target.getvalue()


def tiff(pages: int = 2, text: str = "Blatt") -> bytes:
    pictures = [_picture(f"{text} {n}") for n in range(1, pages + 1)]
    target = io.BytesIO()
    pictures[0].save(target, "TIFF", save_all=True, append_images=pictures[1:])
    return target.getvalue()


def encrypted_pdf() -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(target, encryption=pikepdf.Encryption(owner="secret", user="secret"))
    return target.getvalue()


def broken_pdf() -> bytes:
    return b"%PDF-1.7\n" + b"\x00\x17nothing that could be read" * 40


EMPTY = b""
WORD = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" + b"word/document.xml" + b"\x00" * 200
