"""Two jobs on files and pictures that came from outside, each in a child that is shut in: turn, interleave.

Like reading (see `run`): no byte is parsed in our own processes, and what the child says is checked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from casework.reading import frames

_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from casework.reading.handwork import child; child(sys.argv[2])"
)
_ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
_SECONDS = 60
_MEMORY = 2 << 30

Place = tuple[float, float, float, float]


class HandworkFailed(Exception):
    """The child could not do it: the file is none it knows, or damaged. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class TurnedPicture:
    picture: bytes
    thumbnail: bytes
    width: int
    height: int


def turn(picture: bytes, degrees: int) -> TurnedPicture:
    """A page's picture (WebP) turned clockwise by 90, 180 or 270 degrees, with its thumbnail.

    Errors: HandworkFailed.
    """
    said = _child({"job": "turn", "degrees": degrees}, (), picture)
    try:
        taken = frames.unpack(bytearray(said))
        if taken is None:
            raise HandworkFailed("no picture")
        message, blobs = taken
        frames.check_page(message, blobs)
    except frames.FrameError as error:
        raise HandworkFailed(str(error)) from error
    return TurnedPicture(blobs[0], blobs[1], message["width"], message["height"])


def turned_place(place: Sequence[float], degrees: int) -> list[float]:
    """Where a place (fractions x, y, width, height) lies on the page turned clockwise. Pure."""
    x, y, width, height = place
    match degrees % 360:
        case 90:
            return [1 - y - height, x, height, width]
        case 180:
            return [1 - x - width, 1 - y - height, width, height]
        case 270:
            return [y, 1 - x - width, height, width]
    return [x, y, width, height]


def page_count(source: IO[bytes]) -> int:
    """How many pages a PDF has. Errors: HandworkFailed."""
    said = _child({"job": "count"}, (source.fileno(),), b"")
    if not said.isdigit() or len(said) > 9:
        raise HandworkFailed("no number")
    return int(said)


def merge(fronts: IO[bytes], backs: IO[bytes], order: Sequence[tuple[int, int]]) -> bytes:
    """Pages of two PDFs as one PDF, in this order of (file 1 or 2, page from 1). Errors: HandworkFailed."""
    said = _child({"job": "merge", "order": list(order)}, (fronts.fileno(), backs.fileno()), b"")
    if not said.startswith(b"%PDF-"):
        raise HandworkFailed("no PDF")
    return said


def _child(order: dict[str, Any], files: tuple[int, ...], data: bytes) -> bytes:
    for file in files:
        os.lseek(file, 0, os.SEEK_SET)
    order |= {"files": files, "parent": os.getpid()}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _START, _ROOT, json.dumps(order)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            pass_fds=files,
            start_new_session=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise HandworkFailed("too slow") from error
    if done.returncode != 0:
        raise HandworkFailed(f"the child ended with {done.returncode}")
    return done.stdout


# --- in the child


def child(order_text: str) -> None:
    """Do one job and write what comes out to standard output. Ends the process."""
    order: dict[str, Any] = json.loads(order_text)
    job = {"turn": _turn, "count": _count, "merge": _merge}[order["job"]]
    if order["job"] == "turn":
        from PIL import Image, WebPImagePlugin  # noqa: F401  before the walls
    else:
        import pikepdf  # noqa: F401
    from casework.reading import pictures  # noqa: F401
    from casework.reading.sandbox import raise_walls

    libraries = [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
    raise_walls(
        cpu_seconds=_SECONDS,
        memory_bytes=_MEMORY,
        parent=order["parent"],
        readable=(os.path.dirname(os.__file__), *libraries),
    )
    try:
        said = job(order)
        sys.stdout.buffer.write(said)
        sys.stdout.buffer.flush()
    except Exception:  # the parser's, whatever it is
        os._exit(1)
    os._exit(0)


def _turn(order: dict[str, Any]) -> bytes:
    import io

    from PIL import Image

    from casework.reading.pictures import encode

    ways = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["WEBP"]) as opened:
        mode = "L" if opened.mode == "L" else "RGB"
        drawn = encode(opened.convert(mode).transpose(ways[order["degrees"]]))
    return frames.pack("page", drawn.picture, drawn.thumbnail, width=drawn.width, height=drawn.height)


def _count(order: dict[str, Any]) -> bytes:
    import pikepdf

    with os.fdopen(order["files"][0], "rb") as source, pikepdf.open(source) as document:
        return str(len(document.pages)).encode()


def _merge(order: dict[str, Any]) -> bytes:
    import io

    import pikepdf

    target = io.BytesIO()
    first, second = (os.fdopen(number, "rb") for number in order["files"])
    with pikepdf.open(first) as fronts, pikepdf.open(second) as backs, pikepdf.new() as merged:
        for which, page in order["order"]:
            merged.pages.append((fronts if which == 1 else backs).pages[page - 1])
        merged.save(target)
    return target.getvalue()
