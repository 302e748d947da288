"""What the child tells the parent through its pipe: a line of JSON, and for a page its pictures or text.

The child may have been taken over by the file it read, so the parent believes nothing: sizes, numbers and
the form of the pictures are checked here.
"""

from __future__ import annotations

import json
from typing import Any

from casework.reading.limits import PICTURE_BYTES, PICTURE_LONG_SIDE

_LINE_BYTES = 4096


class FrameError(Exception):
    """The child says something that no honest child says."""


def pack(kind: str, *blobs: bytes, **fields: Any) -> bytes:
    """One message. `kind`: walls, count, page, recognised, failed, problem, end or broken."""
    line = json.dumps({"kind": kind, "blobs": [len(blob) for blob in blobs], **fields})
    return b"".join((line.encode(), b"\n", *blobs))


def unpack(buffer: bytearray) -> tuple[dict[str, Any], list[bytes]] | None:
    """Take one message from the start of `buffer`; None if it is not complete yet. Raises FrameError."""
    line_end = buffer.find(b"\n", 0, _LINE_BYTES)
    if line_end < 0:
        if len(buffer) >= _LINE_BYTES:
            raise FrameError("line too long")
        return None
    try:
        message = json.loads(buffer[:line_end])
    except (ValueError, RecursionError) as error:
        raise FrameError("not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
        raise FrameError("no kind")
    sizes = message.get("blobs")
    most = 4 if message["kind"] == "recognised" else 2
    if not isinstance(sizes, list) or len(sizes) > most:
        raise FrameError("blobs")
    end = line_end + 1
    blobs = []
    for size in sizes:
        if type(size) is not int or not 0 < size <= PICTURE_BYTES:
            raise FrameError("size of a picture")
        blobs.append((end, end + size))
        end += size
    if len(buffer) < end:
        return None
    taken = [bytes(buffer[start:stop]) for start, stop in blobs]
    del buffer[:end]
    return message, taken


def whole_number(message: dict[str, Any], field: str, low: int, high: int) -> int:
    """The whole number in `field`. Raises FrameError if it is none or not within low..high."""
    value = message.get(field)
    if type(value) is not int or not low <= value <= high:
        raise FrameError(field)
    return value


def check_page(message: dict[str, Any], blobs: list[bytes]) -> None:
    """Raise FrameError unless the message holds two WebP files and sane sizes."""
    if len(blobs) != 2:
        raise FrameError("two pictures expected")
    for side in ("width", "height"):
        whole_number(message, side, 1, PICTURE_LONG_SIDE)
    for blob in blobs:
        length = int.from_bytes(blob[4:8], "little") + 8
        if blob[:4] != b"RIFF" or blob[8:12] != b"WEBP" or not len(blob) - 1 <= length <= len(blob):
            raise FrameError("not WebP")
