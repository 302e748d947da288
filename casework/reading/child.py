"""The process that opens one file somebody sent. Started by `run.read` only; see `sandbox` for its walls.

It gets the open file and one end of a pipe, nothing else: no name, no environment, no folder to write to.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from types import ModuleType
from typing import Any, BinaryIO, Protocol

from casework.reading import frames
from casework.reading.pictures import Pictures
from casework.reading.raster import Grey
from casework.reading.recognised import Lines
from casework.reading.result import Problem


class Document(Protocol):
    """An opened file: knows its number of pages and draws one at a time."""

    page_count: int

    def draw(self, number: int, turned: int = 0) -> tuple[Pictures, bool]:
        """Pictures of page `number` (from 1), and whether it is cut off. Raises what the parser raises.

        `turned`: degrees clockwise by which the page is turned first.
        """
        ...

    def grey(self, number: int, dpi: float) -> Grey:
        """The page in grey at about this resolution. Raises what the parser raises."""
        ...

    def text_layer(self, number: int) -> tuple[Lines, int] | None:
        """Lines of words the file brings along and how far they are turned; None if there are none."""
        ...


class Reader(Protocol):
    """What a child does with an opened file: pictures, or recognising."""

    def read(self, opener: ModuleType, source: BinaryIO, order: dict[str, Any]) -> Iterator[bytes]:
        """Messages for the parent."""
        ...


class UnreadableError(Exception):
    """The file, or this page of it, cannot be shown."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def main(order_text: str) -> None:
    """Read as ordered by the parent. Ends the process."""
    order: dict[str, Any] = json.loads(order_text)
    with os.fdopen(order["pipe"], "wb", buffering=0) as pipe:
        try:
            opener = _opener(order)
            reader = _reader(order)
            walls = _shut_in(order)
        except BaseException:
            _send(pipe, frames.pack("broken", text=traceback.format_exc()[-2000:]))
            raise
        _send(pipe, frames.pack("walls", **walls))
        if opener is None:
            _send(pipe, frames.pack("problem", problem=Problem.UNKNOWN_TYPE) + frames.pack("end"))
        elif order["source"] >= 0:
            with os.fdopen(order["source"], "rb") as source:
                for message in reader.read(opener, source, order):
                    _send(pipe, message)
    # Libraries may crash while they clean up; everything has been said.
    os._exit(0)


def _send(pipe: Any, message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[pipe.write(view) :]


def _opener(order: dict[str, Any]) -> ModuleType | None:
    """The module for this type, fully imported; None if the library for it is not installed."""
    import encodings.cp1252
    import encodings.latin_1
    import encodings.utf_16_le  # noqa: F401  libraries ask for these later, when no file can be opened any more

    if order["media_type"] == "application/pdf":
        from casework.reading import pdf

        pdf.prepare(order)
        return pdf
    from casework.reading import images

    return images if images.prepare(order["media_type"]) else None


def _reader(order: dict[str, Any]) -> Reader:
    """What to do with the file, fully loaded: engine and language data, too."""
    if order["task"] == "recognise":
        from casework.reading.recognise_child import Recogniser

        return Recogniser(order)
    return Drawer()


def _shut_in(order: dict[str, Any]) -> dict[str, bool]:
    from dataclasses import asdict

    from casework.reading.sandbox import raise_walls

    libraries = [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
    return asdict(
        raise_walls(
            cpu_seconds=order["cpu_seconds"],
            memory_bytes=order["memory_bytes"],
            parent=order["parent"],
            readable=(os.path.dirname(os.__file__), *libraries, *order.get("readable", ())),
        )
    )


class Drawer:
    """Draws pictures of pages."""

    def read(self, opener: ModuleType, source: BinaryIO, order: dict[str, Any]) -> Iterator[bytes]:
        """The number of pages, then two pictures of each."""
        yield from _draw(opener, source, order)


def _draw(opener: ModuleType, source: BinaryIO, order: dict[str, Any]) -> Iterator[bytes]:
    try:
        document: Document = opener.open_document(source, order)
    except Exception as error:
        yield frames.pack("problem", problem=problem_of(error)) + frames.pack("end")
        return
    yield frames.pack("count", count=document.page_count)
    first = order["first"]
    last = min(document.page_count, order["pages"], first + order["slice_pages"] - 1)
    for number in range(first, last + 1):
        try:
            drawn, cut_off = document.draw(number)
        except Exception as error:
            yield frames.pack("failed", number=number, problem=problem_of(error))
        else:
            yield frames.pack(
                "page",
                drawn.picture,
                drawn.thumbnail,
                number=number,
                width=drawn.width,
                height=drawn.height,
                empty=drawn.empty,
                cut_off=cut_off,
            )
        if time.process_time() > order["cpu_seconds"] / 2:
            break  # a fresh child goes on, so that many honest pages never look like a bomb
    yield frames.pack("end")


def problem_of(error: Exception) -> Problem:
    """The name of what a parser raised."""
    if isinstance(error, UnreadableError):
        return error.problem
    if isinstance(error, MemoryError):
        return Problem.TOO_LARGE
    return Problem.DAMAGED
