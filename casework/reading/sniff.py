"""What kind of file is this? Told from its first bytes alone, never from its name or the sender's word."""

from __future__ import annotations

HEAD_BYTES = 4096
"""So many first bytes are enough for `media_type`."""

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument."

# Signatures at the very start. Longer and stricter ones first.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),  # BigTIFF
    (b"MM\x00+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"8BPS\x00", "image/vnd.adobe.photoshop"),
    (b"AT&TFORM", "image/vnd.djvu"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),  # Word, Excel, Outlook up to 2003
    (b"{\\rtf", "application/rtf"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"OggS\x00", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x7fELF", "application/x-executable"),
)

_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}

# Brands of ISO base media files (ISO/IEC 14496-12, 23008-12).
_BRANDS: dict[bytes, str] = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}
_VAGUE_BRANDS = {b"mif1", b"msf1"}  # any coding inside: the compatible brands tell

_MAIL_HEADERS = (b"return-path:", b"received:", b"from:", b"delivered-to:", b"mime-version:", b"message-id:")


def media_type(head: bytes) -> str:
    """The media type of a file that begins with `head`; "" when unknown or empty.

    Pure; `head` may be the whole file, only its first `HEAD_BYTES` are looked at.
    """
    head = head[:HEAD_BYTES]
    return _binary(head) or _pdf(head) or _text(head)


def _binary(head: bytes) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(head)
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return "image/bmp"
    if head[:2] == b"MZ" and b"\x00" in head:
        return "application/x-executable"
    return ""


def _iso_media(head: bytes) -> str:
    size = int.from_bytes(head[:4], "big")
    major = head[8:12]
    compatible = [head[at : at + 4] for at in range(16, min(size, len(head), 256), 4)]
    if major not in _VAGUE_BRANDS:
        return _BRANDS.get(major, "video/mp4")
    for brand in compatible:
        if brand in _BRANDS and brand not in _VAGUE_BRANDS:
            return _BRANDS[brand]
    return _BRANDS[major]


def _zip(head: bytes) -> str:
    name_length = int.from_bytes(head[26:28], "little")
    first_name = head[30 : 30 + name_length]
    if first_name == b"mimetype":
        # OpenDocument and EPUB keep their type as the first, uncompressed member.
        content = head[30 + name_length : 30 + name_length + 100]
        for kind in ("text", "spreadsheet", "presentation"):
            if content.startswith((_ODF + kind).encode()):
                return _ODF + kind
        if content.startswith(b"application/epub+zip"):
            return "application/epub+zip"
    if first_name.startswith((b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/")):
        if b"word/" in head:
            return _OOXML + ".wordprocessingml.document"
        if b"xl/" in head:
            return _OOXML + ".spreadsheetml.sheet"
        if b"ppt/" in head:
            return _OOXML + ".presentationml.presentation"
        return _OOXML
    return "application/zip"


def _pdf(head: bytes) -> str:
    # Readers accept junk before the header within the first 1024 bytes (PDF reference 1.7, annex H.3.4.1).
    return "application/pdf" if b"%PDF-" in head[: 1024 + 4] else ""


def _text(head: bytes) -> str:
    if not _looks_like_text(head):
        return ""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"%!ps"):
        return "application/postscript"
    if start.startswith((b"<?xml", b"<svg", b"<!doctype", b"<html", b"<head", b"<body", b"<!--", b"<script")):
        if b"<svg" in start and b"<html" not in start:
            return "image/svg+xml"
        if b"<html" in start or b"<!doctype html" in start or not start.startswith(b"<?xml"):
            return "text/html"
        return "application/xml"
    if start.startswith(b"begin:vcard"):
        return "text/vcard"
    if start.startswith(_MAIL_HEADERS):
        return "message/rfc822"
    return "text/plain"


def _looks_like_text(head: bytes) -> bool:
    if not head.strip():
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
        head = head[: len(head) // 2 * 2]
    else:
        encoding = "utf-8"
    for cut in range(4):  # the last character may be cut in two
        try:
            text = head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(ord(character) < 32 and character not in "\t\n\r\f\x1b" for character in text)
    # German text of old programs: Latin-1, mostly ASCII, no control characters.
    plain = sum(32 <= byte < 127 or byte in b"\t\n\r\f" for byte in head)
    odd = sum((byte < 32 and byte not in b"\t\n\r\f") or 127 <= byte < 160 for byte in head)
    return odd == 0 and plain >= 0.85 * len(head)
