"""A watched folder: what a scanner or a person puts there becomes a batch.

Nothing leaves the folder before its bytes are committed. Afterwards it is moved to `erledigt/<day>/` or, by
setting, deleted. Whoever dies in between finds it again: the same file is then only moved, the same bytes in
another file are noted as a duplicate and read once. Any number of watchers may look at one folder.

Looking again and again needs nothing of the file system, so it works on network shares too.
"""

import fcntl
import hashlib
import logging
import os
import signal
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from casework import locks
from casework.models import Batch
from channels import uploads
from channels.post.adapter import BytesDiffer
from channels.post.inlets import notes
from channels.post.inlets.completeness import looks_complete
from channels.post.inlets.taking import Thing, day_of, take

log = logging.getLogger(__name__)

DONE = "erledigt"
TOO_LARGE = "zu-gross"
# Names of files that their writer will rename once they are whole.
UNFINISHED_NAMES = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".filepart",
    ".crdownload",
    ".download",
    ".swp",
    "~",
)
# What operating systems leave in folders; nobody's letter.
LITTER = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
CERTAINLY_CLOSED = 0.25  # of the time to settle: whoever scans wants to see the first page soon
FORGOTTEN_SECONDS = 3600  # a file that is still unfinished then is shown to people
AGAIN_SECONDS = 300  # what had to stay in the folder is tried again after this time


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `kind` as in InletNote, or "again": taken before, only moved now."""

    path: Path
    kind: str
    batch: Batch | None = None


@dataclass
class Sight:
    """How a file looked and since when (seconds, monotonic) it looks so; its hash, once it is known."""

    state: tuple[int, ...]
    since: float
    digest: str = ""


class StillWritten(Exception):
    """The file changed while its bytes were kept; nothing was kept."""


class Folder:
    """One watcher of one folder. `settle` and `patience` in seconds.

    A file is taken when nobody has it open for writing and it has not changed for `settle`, or for a quarter
    of it where the system can tell that nobody has it open; one that looks cut off, only after `patience`:
    the copying may have come to a halt. Subfolders name the source.
    """

    def __init__(
        self, root: Path, *, settle: float = 2.0, patience: float = 60.0, delete: bool | None = None
    ) -> None:
        self.root = root
        self.settle = settle
        self.patience = max(patience, settle)
        self.delete = settings.MAIL_FOLDER_DELETE if delete is None else delete
        self.waiting = 0  # files seen at the last look that are not ready yet
        self.soonest = inf  # in so many seconds the first of them may be
        self.sights: dict[Path, Sight] = {}
        self.left: dict[Path, Sight] = {}  # looked at, noted, and left where they are

    def look(self) -> Iterator[Outcome]:
        """Look once at everything in the folder; yield what became of each file that was dealt with.

        Errors: OSError if the folder itself cannot be read.
        """
        waiting, self.soonest = 0, inf
        present = set()
        for path in self._files():
            present.add(path)
            try:
                ready, outcome = self._deal_with(path)
            except OSError as error:  # gone meanwhile, or a share that stumbles: the next look tells
                if not isinstance(error, FileNotFoundError):
                    log.warning("%s: %s", path.name.encode("utf-8", "replace"), error.strerror)
                continue
            waiting += not ready
            if outcome is not None:
                yield outcome
        self.waiting = waiting
        for memory in (self.sights, self.left):
            for gone in memory.keys() - present:
                del memory[gone]

    def _files(self) -> Iterator[Path]:
        """Everything that could be a scan, in the order of names; a folder that is a link is yielded too."""
        os.listdir(self.root)  # os.walk would be silent about a folder that is not there
        for folder, subfolders, names in os.walk(self.root, onerror=self._cannot_list):
            here = Path(folder)
            own = here == self.root
            links = [name for name in subfolders if (here / name).is_symlink()]
            subfolders[:] = sorted(
                name
                for name in subfolders
                if not name.startswith(".") and name not in links and not (own and name in (DONE, TOO_LARGE))
            )
            for name in sorted([*names, *links]):
                if not name.startswith(".") and name.lower() not in LITTER:
                    yield here / name

    def _cannot_list(self, error: OSError) -> None:
        path = Path(str(error.filename))
        if path != self.root:
            notes.write(Thing("folder", f"list:{path}", path.name, self._place(path)), "unreadable")

    def _deal_with(self, path: Path) -> tuple[bool, Outcome | None]:
        """Whether the file need not be waited for, and what became of it."""
        found = os.lstat(path)
        state = _state(found)
        left = self.left.get(path)
        if left is not None and left.state == state and time.monotonic() - left.since < AGAIN_SECONDS:
            return True, None
        if not stat.S_ISREG(found.st_mode):
            return True, self._leave(path, found, "refused")
        if path.name.lower().endswith(UNFINISHED_NAMES) or path.name.startswith("~$"):
            forgotten = time.time() - found.st_mtime > FORGOTTEN_SECONDS
            return True, self._leave(path, found, "unfinished") if forgotten else None
        try:
            # Not blocking and no link, should it have become one or a pipe since it was looked at.
            handle = os.fdopen(
                os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb"
            )
        except PermissionError:
            return True, self._leave(path, found, "unreadable")
        with handle:
            if _state(os.fstat(handle.fileno())) != state or not self._is_ready(path, handle, found):
                return False, None
            if found.st_size > settings.MAX_BATCH_BYTES:
                return True, self._too_large(path, found)
            return self._take(path, handle, found)

    def _is_ready(self, path: Path, handle: BinaryIO, found: os.stat_result) -> bool:
        state, now = _state(found), time.monotonic()
        sight = self.sights.get(path)
        if sight is None or sight.state != state:
            sight = self.sights[path] = Sight(state, now)
        quiet, settle = now - sight.since, self.settle
        writing = is_being_written(handle)
        if writing:
            return False
        if writing is False:  # known for certain, so the time of the last change can be believed as well
            quiet, settle = max(quiet, time.time() - found.st_mtime), self.settle * CERTAINLY_CLOSED
        if not looks_complete(handle, found.st_size):
            return quiet >= self.patience
        if quiet < settle and writing is False and not sight.digest:
            sight.digest = _digest(handle)  # of a big one that takes a while
            quiet += time.monotonic() - now
        if quiet < settle:
            self.soonest = min(self.soonest, settle - quiet)
        return quiet >= settle

    def _take(self, path: Path, handle: BinaryIO, found: os.stat_result) -> tuple[bool, Outcome | None]:
        digest = self.sights[path].digest or _digest(handle)
        with locks.held(f"inlet:{digest}"):
            # Another watcher may have been faster while this one waited for the lock.
            if _state(os.lstat(path)) != _state(found):
                return True, None
            arrived = day_of(datetime.fromtimestamp(found.st_mtime, UTC))
            try:
                with transaction.atomic():
                    taken = take(self._thing(path, found), handle, digest, arrived)
                    if _state(os.fstat(handle.fileno())) != _state(found):
                        raise StillWritten
            except (BytesDiffer, StillWritten, uploads.TooLarge):
                self.sights[path].digest = ""  # clocks of files are coarse: it may look as it did before
                return False, None
            kind = taken.note.kind if taken.first or taken.note.kind != "taken" else "again"
            try:
                self._put_away(path, found)
            except OSError:
                # Kept, and shown as lying there still; not read again as long as it stays the same.
                stuck = Thing("folder", f"stuck:{path}:{_state(found)}", path.name, self._place(path))
                notes.write(stuck, "stuck", taken.batch)
                self.left[path] = Sight(_state(found), time.monotonic())
                return True, Outcome(path, "stuck", taken.batch)
        return True, Outcome(path, kind, taken.batch)

    def _too_large(self, path: Path, found: os.stat_result) -> Outcome:
        with locks.held(f"inlet:{path}"):
            if _state(os.lstat(path)) == _state(found):
                notes.write(self._thing(path, found), "too_large")
                move(path, found, self.root / TOO_LARGE)
        return Outcome(path, "too_large")

    def _leave(self, path: Path, found: os.stat_result, kind: str) -> Outcome:
        """Note it once and leave it where it is."""
        notes.write(self._thing(path, found), kind)
        self.left[path] = Sight(_state(found), time.monotonic())
        return Outcome(path, kind)

    def _put_away(self, path: Path, found: os.stat_result) -> None:
        target = move(path, found, self.root / DONE / timezone.localdate().isoformat())
        if self.delete:  # only now: under its old name another file could stand already
            target.unlink()

    def _thing(self, path: Path, found: os.stat_result) -> Thing:
        identity = f"{path.relative_to(self.root)}:{_state(found)}"
        return Thing("folder", identity, path.name, self._place(path))

    def _place(self, path: Path) -> str:
        """The subfolder, which names the source; empty at the top."""
        return path.relative_to(self.root).parent.as_posix().removeprefix(".")


def _digest(handle: BinaryIO) -> str:
    handle.seek(0)
    return hashlib.file_digest(handle, "sha256").hexdigest()  # type: ignore[arg-type]  # a buffered file


def _state(found: os.stat_result) -> tuple[int, ...]:
    """What changes when a file is replaced or written to."""
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def is_being_written(handle: BinaryIO) -> bool | None:
    """Whether some process of this machine has the file open for writing; None where the system cannot tell.

    A read lease is granted only on files nobody is writing to (fcntl(2)); not on network shares, and not on
    files of other users.
    """
    try:
        # A writer who comes while the lease is held breaks it with a signal: one that does no harm.
        fcntl.fcntl(handle.fileno(), fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle.fileno(), fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    fcntl.fcntl(handle.fileno(), fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def move(path: Path, found: os.stat_result, folder: Path) -> Path:
    """Move a file into a folder under a name that is free there; return the new path.

    If it changed, or another file took its name at this very moment, it goes back. Errors: OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = _reserve(folder, path.name)
    try:
        path.rename(target)
    except OSError:
        target.unlink()
        raise
    if _state(target.stat()) != _state(found):
        target.rename(_reserve(path.parent, path.name))
        raise FileNotFoundError(path)
    return target


def _reserve(folder: Path, name: str) -> Path:
    """An empty file with this name, or a like one that is free: no other watcher can take it then."""
    stem, ending = os.path.splitext(name)
    for number in range(1, 10_000):
        # Names have at most 255 bytes.
        extra = f" ({number})" if number > 1 else ""
        short = os.fsdecode(os.fsencode(stem)[: 255 - len(os.fsencode(extra + ending))])
        target = folder / f"{short}{extra}{ending}"
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return target
    raise FileExistsError(folder / name)
