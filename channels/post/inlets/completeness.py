"""Does a file look whole, or cut off in mid-copy? A guess that only decides how long to wait. Pure."""

import struct
from typing import BinaryIO

TAIL_BYTES = 2048
MOST_TIFF_PAGES = 5000  # a loop in the chain of pages ends here


def looks_complete(handle: BinaryIO, size: int) -> bool:
    """False for empty files and for PDF, TIFF and JPEG without their end; True for everything else.

    Leaves the handle at the beginning.
    """
    handle.seek(0)
    head = handle.read(16)
    handle.seek(max(0, size - TAIL_BYTES))
    tail = handle.read(TAIL_BYTES)
    handle.seek(0)
    if not head:
        return False
    if head.startswith(b"%PDF-"):
        return b"%%EOF" in tail
    if head.startswith(b"\xff\xd8\xff"):
        return b"\xff\xd9" in tail
    if head[:4] in (b"II*\x00", b"MM\x00*"):
        whole = _tiff_directories_fit(handle, size, "<" if head.startswith(b"II") else ">")
        handle.seek(0)
        return whole
    return True


def _tiff_directories_fit(handle: BinaryIO, size: int, order: str) -> bool:
    """Whether the directory of every page lies inside the file (TIFF 6.0, section 2)."""
    at = 4
    for _page in range(MOST_TIFF_PAGES):
        handle.seek(at)
        offset = handle.read(4)
        if len(offset) < 4:
            return False
        (directory,) = struct.unpack(f"{order}I", offset)
        if directory == 0:
            return at > 4  # no further page; a writer that is not done has no first one yet
        if not 8 <= directory < size - 2:
            return False
        handle.seek(directory)
        (entries,) = struct.unpack(f"{order}H", handle.read(2))
        at = directory + 2 + 12 * entries
    return True
