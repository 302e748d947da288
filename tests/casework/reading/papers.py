"""Files as people send them, and as nobody should: made here, byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

A4 = (595, 842)
BLACK_BOX = b"0 0 0 rg 60 500 300 200 re f"


def photo(size: tuple[int, int] = (900, 1200)) -> Image.Image:
    """A grey picture, black in its upper left quarter."""
    image = Image.new("RGB", size, (200, 200, 200))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(0, 0, 0))
    return image


def pdf(contents: list[bytes], *, rotate: int = 0, size: tuple[int, int] = A4) -> pikepdf.Pdf:
    """A PDF with a page for each content stream."""
    document = pikepdf.Pdf.new()
    for content in contents:
        page = document.add_blank_page()
        page.MediaBox = pikepdf.Array([0, 0, *size])
        page.Contents = document.make_stream(content)
        if rotate:
            page.Rotate = rotate
    return document


def save(document: pikepdf.Pdf, path: Path, **options: object) -> Path:
    document.save(path, **options)  # type: ignore[arg-type]
    return path


def spaces_deflated(mebibytes: int) -> bytes:
    """So many MiB of spaces in deflate format, made quickly: one packed block of 16 MiB, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * (16 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + block * (mebibytes // 16) + b"\x03\x00" + b"\x00\x00\x00\x00"


def flate_bomb_stream(document: pikepdf.Pdf, *, mebibytes: int) -> pikepdf.Stream:
    """A content stream packed twice: some kilobytes that become `mebibytes`."""
    stream = pikepdf.Stream(document, b"")
    stream.write(
        zlib.compress(spaces_deflated(mebibytes), 9),
        filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]),
    )
    return stream


def nested_forms_bomb(depth: int = 30) -> pikepdf.Pdf:
    """Forms that draw the next one twice, 2 to the power of `depth` in all."""
    document = pdf([b"/F Do"])
    inner = document.make_stream(b"0 0 1 1 re f", {"/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 600, 900]})
    for _ in range(depth):
        form = document.make_stream(
            b"/F Do /F Do", {"/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 600, 900]}
        )
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
        inner = document.make_indirect(form)
    document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
    return document


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def enlarge_tiff_page(content: bytes, number: int, side: int) -> bytes:
    """The TIFF with page `number` (from 0) claiming to be `side` x `side` pixels."""
    changed = bytearray(content)
    (at,) = struct.unpack_from("<I", changed, 4)
    for _ in range(number):
        (entries,) = struct.unpack_from("<H", changed, at)
        (at,) = struct.unpack_from("<I", changed, at + 2 + 12 * entries)
    (entries,) = struct.unpack_from("<H", changed, at)
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        if struct.unpack_from("<H", changed, entry)[0] in (256, 257):  # ImageWidth, ImageLength
            struct.pack_into("<HHII", changed, entry, *struct.unpack_from("<H", changed, entry), 4, 1, side)
    return bytes(changed)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, format, **options)
    return target.getvalue()
