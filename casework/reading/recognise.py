"""Recognise what is written on the pages of a file, in children that are shut in and may die.

Like `run.read`, `recognise` never raises because of what is in the file. It raises OSError if the file cannot
be used, `ReaderBrokenError` if our own child does not start, and `EngineMissingError` if Tesseract or its
language data are not installed: to be put right by us, then tried again.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from casework.reading import frames, letters
from casework.reading.limits import Limits
from casework.reading.recognised import PageReading, Recognition, TurnedPicture, Unread, page_from
from casework.reading.result import Problem
from casework.reading.run import READABLE, order_of, run_child
from casework.reading.sniff import HEAD_BYTES, media_type

log = logging.getLogger(__name__)

USUAL = Limits(
    cpu_seconds=120,
    child_wall_seconds=400.0,
    wall_seconds=120.0,
    wall_seconds_per_page=12.0,
    slice_pages=25,  # a child that held 50 pages of scans reached 315 MiB
)
"""A page takes half a second; one that is hard to read, tried in four directions, up to a minute."""

GERMAN = "deu"

_TESSDATA = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
)


class EngineMissingError(RuntimeError):
    """Tesseract or its language data are not installed. Nothing is known about the file."""


def recognise(
    source: Path,
    pages: Sequence[int] | None = None,
    *,
    limits: Limits = USUAL,
    languages: str = GERMAN,
    on_page: Callable[[PageReading], None] | None = None,
) -> Recognition:
    """Recognise the given pages (1-based, in order), or all up to `limits.pages`.

    `languages` as Tesseract names them, e.g. "deu+eng". `on_page` is called for each page as soon as it is
    done; what it raises goes to the caller. Blocks for at most `limits.wall_seconds` plus
    `limits.wall_seconds_per_page` a page.
    """
    started = time.monotonic()
    with source.open("rb") as file:
        kind = media_type(file.read(HEAD_BYTES))
        size = os.fstat(file.fileno()).st_size
    if size == 0 or kind not in READABLE:
        problem = Problem.EMPTY if size == 0 else Problem.UNKNOWN_TYPE
        return Recognition(kind, 0, problem=problem.value)
    folder = tessdata(languages)
    with TemporaryDirectory(prefix="letters-") as own:
        data = _Data(folder, languages, _letters(folder, Path(own)))
        return _recognised(source, kind, data, limits, pages, on_page, started)


def _recognised(
    source: Path,
    kind: str,
    data: _Data,
    limits: Limits,
    pages: Sequence[int] | None,
    on_page: Callable[[PageReading], None] | None,
    started: float,
) -> Recognition:
    work = _Work(limits, on_page, started + limits.wall_seconds, list(pages) if pages is not None else None)
    _recognise_slices(source, kind, work, data)
    if kind == "application/pdf" and work.problem is Problem.DAMAGED and work.page_count is None:
        work = _Work(limits, on_page, work.deadline, list(pages) if pages is not None else None)
        _recognise_slices(source, kind, work, data, repair=True)
    return Recognition(
        media_type=kind,
        page_count=work.page_count or 0,
        pages=tuple(work.done),
        problem=work.problem.value if work.problem else "",
        seconds=time.monotonic() - started,
    )


def tessdata(languages: str = GERMAN) -> str:
    """The folder with Tesseract's data for these languages. Raises EngineMissingError."""
    for package in ("tesserocr", "zxingcpp", "numpy"):
        if importlib.util.find_spec(package) is None:
            raise EngineMissingError(f"the Python package {package} is not installed (make setup)")
    names = languages.split("+")
    own = os.environ.get("TESSDATA_PREFIX", "")
    folders: tuple[str, ...] = (own, *_TESSDATA) if own else _TESSDATA
    for folder in folders:
        if all((Path(folder) / f"{name}.traineddata").is_file() for name in names):
            return folder
    packages = " ".join(f"tesseract-ocr-{name}" for name in names)
    raise EngineMissingError(f"language data of Tesseract are missing (apt-get install {packages})")


@dataclass(frozen=True, slots=True)
class _Data:
    """Tesseract's language data: folder and languages, and the folder of the network for names, or ""."""

    folder: str
    languages: str
    letters: str


def _letters(folder: str, into: Path) -> str:
    """Where the network for names and numbers was written to; "" where its data are not installed."""
    found = letters.source(folder)
    if found is None:
        return ""
    try:
        letters.write_network(found, into)
    except ValueError as error:
        log.warning("%s", error)
        return ""
    return str(into)


@dataclass
class _Work:
    """What is known so far, over all children."""

    limits: Limits
    on_page: Callable[[PageReading], None] | None
    deadline: float
    wanted: list[int] | None  # None: all, known when the first child has counted them
    page_count: int | None = None
    done: list[PageReading] = field(default_factory=list)
    problem: Problem | None = None
    over: bool = False

    @property
    def left(self) -> list[int]:
        return (self.wanted or [])[len(self.done) :]

    def next_slice(self) -> bool:
        return not self.over and (self.page_count is None or bool(self.left))

    def take(self, message: dict[str, Any], blobs: list[bytes]) -> bool:
        """Take in one message of a child; True if it was its last. Raises FrameError."""
        match message["kind"]:
            case "count":
                self._take_count(frames.whole_number(message, "count", 1, 2**31))
            case "recognised":
                self._take_page(message, blobs)
            case "problem":
                self.problem, self.over = _problem(message), True
            case "end":
                return True
            case _:
                raise frames.FrameError(message["kind"])
        return False

    def child_ended(self, ended: Problem | None, before: int) -> None:
        """`before`: pages done when it started. A page that kills a fresh child is left out."""
        if self.over:
            return
        if self.page_count is None:
            self.over, self.problem = True, ended or Problem.CRASHED
        elif time.monotonic() >= self.deadline:
            for number in self.left:
                self._add(PageReading(number, problem=Unread.TIMEOUT))
        elif len(self.done) == before and self.left:
            timeout = ended is Problem.TIMEOUT
            self._add(PageReading(self.left[0], problem=Unread.TIMEOUT if timeout else Unread.CRASHED))

    def _take_count(self, count: int) -> None:
        if self.page_count is None:
            self.page_count = count
            most = min(count, self.limits.pages)
            asked = range(1, most + 1) if self.wanted is None else self.wanted
            self.wanted = [number for number in asked if 1 <= number <= count]
            self.deadline += self.limits.wall_seconds_per_page * len(self.wanted)
            self.over = not self.wanted
        elif count != self.page_count:
            raise frames.FrameError("another number of pages")

    def _take_page(self, message: dict[str, Any], blobs: list[bytes]) -> None:
        printed = message.get("imprint") is True
        if not self.left or len(blobs) - printed not in (1, 3):
            raise frames.FrameError("a page too many, or not as agreed")
        number = frames.whole_number(message, "number", self.left[0], self.left[0])
        said, *pictures = blobs
        imprint = pictures.pop(0) if printed else b""
        upright = None
        if pictures:
            frames.check_page(message, pictures)
            upright = TurnedPicture(message["width"], message["height"], *pictures)
        try:
            page = page_from(json.loads(said), upright=upright, imprint=imprint)
        except (ValueError, RecursionError) as error:
            raise frames.FrameError("not a page") from error
        if page.number != number or bool(page.turned) != (upright is not None):
            raise frames.FrameError("another page")
        self._add(page)

    def _add(self, page: PageReading) -> None:
        self.done.append(page)
        if self.on_page:
            self.on_page(page)


def _recognise_slices(source: Path, kind: str, work: _Work, data: _Data, *, repair: bool = False) -> None:
    while work.next_slice():
        before = len(work.done)
        with source.open("rb") as file:
            order = order_of(kind, work.limits, 1) | {
                "task": "recognise",
                "repair": repair,
                "numbers": None if work.wanted is None else work.left[: work.limits.slice_pages],
                "tessdata": data.folder,
                "readable": [data.folder],
                "languages": data.languages,
                "letters": data.letters,
            }
            ended = run_child(order, file.fileno(), work)
        work.child_ended(ended, before)


def _problem(message: dict[str, Any]) -> Problem:
    try:
        return Problem(str(message.get("problem")))
    except ValueError as error:
        raise frames.FrameError("problem") from error
