"""Read a file somebody sent, in children that are shut in and may die. The only entrance to this package.

`read` never raises because of what is in the file. It raises OSError if the file or the folder cannot be
used, and `ReaderBrokenError` if our own child does not start: both are our fault, to be tried again and
reported, never a notice to the sender.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from casework.reading import frames
from casework.reading.limits import Limits
from casework.reading.result import PagePicture, Problem, Reading
from casework.reading.sandbox import Walls
from casework.reading.sniff import HEAD_BYTES, media_type

log = logging.getLogger(__name__)

READABLE = frozenset(
    {
        "application/pdf",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "image/gif",
        "image/bmp",
        "image/avif",
        "image/heic",
    }
)
"""Media types we try to make pictures of. Nothing active (SVG, HTML, PostScript, office files) is."""

_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.append(sys.argv[1]); from casework.reading.child import main; main(sys.argv[2])"
)
_ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
_ENVIRONMENT |= {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}

USUAL = Limits()
# How often a child is started again that somebody else killed (an operator, the kernel for want of memory)
# before it did anything.
BEGIN_AGAIN = 2

OnPage = Callable[[PagePicture], None]
OnCount = Callable[[int], None]


class ReaderBrokenError(RuntimeError):
    """The child did not start or could not be shut in. Nothing is known about the file."""


class Taker(Protocol):
    """Takes in what a child says."""

    limits: Limits
    deadline: float
    page_count: int | None

    def take(self, message: dict[str, Any], blobs: list[bytes]) -> bool:
        """Take in one message; True if it was the last. Raises FrameError."""
        ...


def read(
    source: Path,
    into: Path,
    *,
    first: int = 1,
    limits: Limits = USUAL,
    on_page: OnPage | None = None,
    on_count: OnCount | None = None,
) -> Reading:
    """Make pictures of the pages of `source` in the existing folder `into`, of a PDF those from `first` on.

    `on_page` is called for each page as soon as its files are written, in order, and `on_count` before them
    with how many there will be at most; what they raise goes to the caller. The same call again writes the
    same names again. Blocks for at most `limits.wall_seconds` plus `limits.wall_seconds_per_page` a page.
    """
    started = time.monotonic()
    with source.open("rb") as file:
        kind = media_type(file.read(HEAD_BYTES))
        size = os.fstat(file.fileno()).st_size
    if size == 0:
        return Reading("", 0, problem=Problem.EMPTY)
    if kind not in READABLE:
        return Reading(kind, 0, problem=Problem.UNKNOWN_TYPE)
    # Of a PDF each page tells whether the file's end is missing; of several images only the one concerned.
    begin = first if kind == "application/pdf" else 1
    progress = _Progress(into, limits, on_page, on_count, started + limits.wall_seconds, next_page=begin)
    _read_slices(source, kind, progress)
    if kind == "application/pdf" and progress.problem is Problem.DAMAGED and progress.page_count is None:
        progress = _Progress(into, limits, on_page, on_count, progress.deadline, next_page=begin)
        _read_slices(source, kind, progress, repair=True)
    return progress.reading(kind, time.monotonic() - started)


def walls() -> Walls:
    """Start a child that reads nothing and say which walls stand around it. For a check at start-up."""
    seen: list[Walls] = []
    _check_walls.cache_clear()
    until = time.monotonic() + USUAL.child_wall_seconds
    progress = _Progress(Path(), USUAL, None, None, deadline=until)
    run_child(order_of("application/pdf", USUAL, 1), None, progress, seen.append)
    if not seen:
        raise ReaderBrokenError("the reading process ended without a word")
    return seen[0]


@dataclass
class _Progress:
    """What is known so far of one file, over all children."""

    into: Path
    limits: Limits
    on_page: OnPage | None
    on_count: OnCount | None
    deadline: float
    page_count: int | None = None
    pages: list[PagePicture] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    problem: Problem | None = None
    cut_off: bool = False
    next_page: int = 1
    killers: int = 0  # pages that took their child with them
    over: bool = False

    @property
    def last_page(self) -> int:
        return min(self.page_count or 0, self.limits.pages)

    def next_slice(self) -> bool:
        """Whether another child is needed and allowed."""
        if self.over:
            return False
        return self.page_count is None or self.next_page <= self.last_page

    def take(self, message: dict[str, Any], blobs: list[bytes]) -> bool:
        """Take in one message of a child; True if it was its last. Raises FrameError."""
        match message["kind"]:
            case "count":
                self._take_count(frames.whole_number(message, "count", 1, 2**31))
            case "page":
                self._take_page(message, blobs)
            case "failed":
                self._expect_number(message)
                self._fail(_named_problem(message))
            case "problem":
                self.problem = self.problem or _named_problem(message)
                self.over = True
            case "end":
                return True
            case _:
                raise frames.FrameError(message["kind"])
        return False

    def child_ended(self, ended: Problem | None, first: int) -> None:
        """Draw the consequences: `ended` is None after a clean end, else TIMEOUT or CRASHED."""
        out_of_time = time.monotonic() >= self.deadline
        if ended is None and not out_of_time:
            if self.page_count is None or self.next_page == first:
                self.over = True  # a clean end without a page or a reason: not an honest child
                self.problem = self.problem or Problem.CRASHED
        elif self.page_count is None:
            self.over, self.problem = True, ended or self.problem or Problem.TIMEOUT
        elif self.next_page <= self.last_page and not self.over:
            if out_of_time:
                self._give_up(Problem.TIMEOUT)
            elif self.next_page == first:
                # A fresh child died of its very first page: it is the page. Else the page gets a fresh child.
                self._fail(ended or Problem.CRASHED)
                self.killers += 1
                if self.killers >= self.limits.bad_pages:
                    self._give_up(ended or Problem.CRASHED)

    def reading(self, kind: str, seconds: float) -> Reading:
        problem = self.problem
        if problem is None and (self.page_count or 0) > self.limits.pages:
            problem = Problem.TOO_LARGE
        return Reading(
            media_type=kind,
            page_count=self.page_count or 0,
            pages=tuple(self.pages),
            problem=problem,
            cut_off=self.cut_off,
            seconds=seconds,
            failed_pages=tuple(self.failed),
        )

    def _take_count(self, count: int) -> None:
        if self.page_count is None:
            self.page_count = count
            self.deadline += self.limits.wall_seconds_per_page * self.last_page
            if self.on_count:
                self.on_count(self.last_page)
        elif count != self.page_count:
            raise frames.FrameError("another number of pages")

    def _expect_number(self, message: dict[str, Any]) -> int:
        if self.next_page > self.last_page:
            raise frames.FrameError("a page too many")
        return frames.whole_number(message, "number", self.next_page, self.next_page)

    def _take_page(self, message: dict[str, Any], blobs: list[bytes]) -> None:
        number = self._expect_number(message)
        frames.check_page(message, blobs)
        page = PagePicture(
            number=number,
            width=message["width"],
            height=message["height"],
            picture=self.into / f"page-{number:04}.webp",
            thumbnail=self.into / f"page-{number:04}-small.webp",
            empty=message.get("empty") is True,
        )
        page.picture.write_bytes(blobs[0])
        page.thumbnail.write_bytes(blobs[1])
        self.cut_off = self.cut_off or message.get("cut_off") is True
        self.pages.append(page)
        self.next_page += 1
        if self.on_page:
            self.on_page(page)

    def _fail(self, problem: Problem) -> None:
        self.failed.append(self.next_page)
        self.problem = self.problem or problem
        self.next_page += 1

    def _give_up(self, problem: Problem) -> None:
        self.failed.extend(range(self.next_page, self.last_page + 1))
        self.problem = self.problem or problem
        self.over = True


def _read_slices(source: Path, kind: str, progress: _Progress, *, repair: bool = False) -> None:
    while progress.next_slice():
        first = progress.next_page
        with source.open("rb") as file:
            order = order_of(kind, progress.limits, first) | {"repair": repair}
            ended = run_child(order, file.fileno(), progress)
        progress.child_ended(ended, first)


def _named_problem(message: dict[str, Any]) -> Problem:
    try:
        return Problem(str(message.get("problem")))
    except ValueError as error:
        raise frames.FrameError("problem") from error


def order_of(kind: str, limits: Limits, first: int) -> dict[str, Any]:
    """What a child is told; by itself an order to draw pages from `first`."""
    return {
        "task": "draw",
        "media_type": kind,
        "first": first,
        "repair": False,
        "parent": os.getpid(),
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
        "pages": limits.pages,
        "slice_pages": limits.slice_pages,
        "pixels": limits.pixels,
        "decoded_bytes": limits.decoded_bytes,
    }


def run_child(
    order: dict[str, Any],
    source: int | None,
    progress: Taker,
    on_walls: Callable[[Walls], None] | None = None,
) -> Problem | None:
    """One child from start to end. None after a clean end, else what became of it.

    One that was killed from outside before it did a page says nothing about the file: it is begun again.
    """
    for left in reversed(range(BEGIN_AGAIN + 1)):
        watched = _Watched(progress)
        try:
            return _run_once(order, source, watched, on_walls)
        except _Killed:
            if watched.came_on or time.monotonic() >= progress.deadline:
                return Problem.CRASHED
            if not left:
                if watched.began:
                    return Problem.CRASHED
                raise ReaderBrokenError("the reading process was killed before it began") from None
            log.warning("a reading process was killed from outside before it did a page; beginning again")
    raise AssertionError  # the last try returns or raises


class _Killed(Exception):
    """By a SIGKILL that was not ours."""


@dataclass
class _Watched:
    """Passes on what a child says, and remembers how far it came: `began` with the file, did a page."""

    taker: Taker
    began: bool = False
    came_on: bool = False

    @property
    def limits(self) -> Limits:
        return self.taker.limits

    @property
    def deadline(self) -> float:
        return self.taker.deadline

    @property
    def page_count(self) -> int | None:
        return self.taker.page_count

    def take(self, message: dict[str, Any], blobs: list[bytes]) -> bool:
        self.began = True
        self.came_on = self.came_on or message["kind"] != "count"
        return self.taker.take(message, blobs)


def _run_once(
    order: dict[str, Any],
    source: int | None,
    progress: _Watched,
    on_walls: Callable[[Walls], None] | None,
) -> Problem | None:
    if source is not None:
        os.lseek(source, 0, os.SEEK_SET)
    inlet, outlet = os.pipe()
    order = order | {"pipe": outlet, "source": -1 if source is None else source}
    deadline = min(progress.deadline, time.monotonic() + progress.limits.child_wall_seconds)
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START, _ROOT, json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            pass_fds=(outlet,) if source is None else (outlet, source),
            start_new_session=True,
        )
    except BaseException:
        os.close(inlet)
        raise
    finally:
        os.close(outlet)
    shut_in = clean = timed_out = False
    try:
        for message, blobs in _messages(inlet, deadline):
            if not shut_in:
                shut_in = True
                _take_walls(message, on_walls)
            elif progress.take(message, blobs):
                clean = True
                break
    except TimeoutError:
        timed_out = True
    except frames.FrameError as error:
        log.warning("a reading process sent something no honest one sends: %s", error)
    finally:
        os.close(inlet)
        # Not yet waited for, so the number still belongs to this child and its group.
        finished = _wait_unless_hung(child) if not timed_out else False
        if not finished:
            _kill_group(child)
        code = child.wait()
    if finished and code == -signal.SIGKILL and not clean:
        raise _Killed
    if not shut_in and (not timed_out or progress.page_count is None):
        # It has not seen the file yet, so the file is not to blame but this machine or the installation.
        raise ReaderBrokenError(f"the reading process ended with {code} before it began")
    if clean:
        return None
    return Problem.TIMEOUT if timed_out or code == -signal.SIGXCPU else Problem.CRASHED


def _messages(inlet: int, deadline: float) -> Iterator[tuple[dict[str, Any], list[bytes]]]:
    """Messages of a child until its end of the pipe closes. Raises TimeoutError, FrameError."""
    buffer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(inlet, selectors.EVENT_READ)
        while True:
            while (frame := frames.unpack(buffer)) is not None:
                yield frame
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
            data = os.read(inlet, 1 << 20)
            if not data:
                return
            buffer += data


def _take_walls(message: dict[str, Any], on_walls: Callable[[Walls], None] | None) -> None:
    if message["kind"] != "walls":
        raise ReaderBrokenError(
            f"the reading process could not be shut in: {message.get('text', message['kind'])}"
        )
    standing = Walls(**{name: message.get(name) is True for name in Walls.__slots__})
    _check_walls(standing)
    if on_walls:
        on_walls(standing)


@functools.cache
def _check_walls(standing: Walls) -> None:
    """Say once a process what the kernel refused."""
    if not (standing.network_cut and standing.files_cut and standing.unprivileged):
        log.warning("files are read with fewer walls than planned: %s", standing)


def _wait_unless_hung(child: subprocess.Popen[bytes]) -> bool:
    """Give a child that has closed its pipe a moment to end; True if it did (it is not reaped yet)."""
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        time.sleep(0.002)
    return False


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()
