"""Tesseract's network for every Latin letter, without its word lists. Pure but for the file it writes.

The network of script/Latin is half a megabyte; the word lists of all its languages beside it in the same file
are 89 MB, which a child would have to hold. Names and numbers stand in no word list, so only the network is
taken. The file begins with the number of its parts and the place of each (tesseract, tessdatamanager.h).
"""

from __future__ import annotations

import struct
from pathlib import Path

NAME = "latin"
_WHERE = ("Latin.traineddata", "script/Latin.traineddata")
_CONFIG, _NETWORK, _LETTERS, _RECODER, _VERSION = 0, 17, 21, 22, 23
_KEPT = (_CONFIG, _NETWORK, _LETTERS, _RECODER, _VERSION)
_MOST_PARTS, _MOST_BYTES = 64, 32 << 20


def source(folder: str) -> Path | None:
    """The data of script/Latin beside the other language data; None if they are not installed."""
    found = (Path(folder) / name for name in _WHERE)
    return next((path for path in found if path.is_file()), None)


def write_network(source: Path, folder: Path) -> None:
    """Write the network into the folder. Raises OSError, or ValueError if the source holds none."""
    with source.open("rb") as file:
        count = int.from_bytes(file.read(4), "little", signed=True)
        head_bytes = file.read(8 * count) if max(_KEPT) < count <= _MOST_PARTS else b""
        if not head_bytes or len(head_bytes) != 8 * count:
            raise ValueError(f"{source} holds no language data that we know")
        places = struct.unpack(f"<{count}q", head_bytes)
        size = source.stat().st_size
        parts = {}
        for number in _KEPT:
            start = places[number]
            if start >= 0:
                file.seek(start)
                end = min((place for place in places if place > start), default=size)
                if end - start > _MOST_BYTES:
                    raise ValueError(f"{source}: part {number} is too large")
                parts[number] = file.read(end - start)
    if _NETWORK not in parts or _LETTERS not in parts:
        raise ValueError(f"{source} holds no network")
    head, body = [-1] * count, bytearray()
    for number, part in parts.items():
        head[number] = 4 + 8 * count + len(body)
        body += part
    target = folder / f"{NAME}.traineddata"
    target.write_bytes(struct.pack("<i", count) + struct.pack(f"<{count}q", *head) + body)
