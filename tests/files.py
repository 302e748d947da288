"""Small real files, made when needed: honest ones and those that people really send by mistake."""

import io
import os
from collections.abc import Sequence

import pikepdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont


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


def photo(text: str = "Mietvertrag", size: tuple[int, int] = (1500, 2000)) -> bytes:
    """A sheet full of writing on a table, as a phone sees it."""
    across, down = size
    picture = Image.effect_noise(size, 24).convert("RGB").point(lambda level: level // 3)
    sheet = Image.new("RGB", (round(across * 0.86), round(down * 0.9)), "white")
    draw = ImageDraw.Draw(sheet)
    step = sheet.height // 40
    font = ImageFont.load_default(step * 0.6)
    for line in range(2, 38):
        draw.text((sheet.width // 12, line * step), f"{text}, Absatz {line}: " + "Wort " * 10, "black", font)
    picture.paste(sheet, (round(across * 0.07), round(down * 0.05)))
    return _as_jpeg(picture)


def blurred(data: bytes) -> bytes:
    picture = Image.open(io.BytesIO(data))
    return _as_jpeg(picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 400)))


def darkened(data: bytes) -> bytes:
    return _as_jpeg(Image.open(io.BytesIO(data)).point(lambda level: level // 4))


def cropped(data: bytes) -> bytes:
    """The camera was held too far to the right."""
    picture = Image.open(io.BytesIO(data))
    return _as_jpeg(picture.crop((picture.width // 3, 0, *picture.size)))


def _as_jpeg(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=90)
    return target.getvalue()


def webp(size: tuple[int, int]) -> bytes:
    target = io.BytesIO()
    _picture("Seite", size).save(target, "WEBP")
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


def heavy_pdf(pages: int = 2, megabytes: int = 17) -> bytes:
    """Pages as light as others, and an attachment that makes the file as large as a scanner's stack."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(pages))) as document:
        document.Root.Weight = document.make_stream(os.urandom(megabytes << 20))
        document.save(target)
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
