"""Take a folder in once, and do what follows until every file of it is read."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from casework import outbox
from casework.models import Batch, Outbox, Part, StoredFile, Submission
from casework.reactions import REACTIONS
from casework.workflow import SubmissionState
from channels.post.inlets.folder import Folder, Outcome

PAUSE_SECONDS = 0.05
# What has to follow before a file counts as read: every effect that gets the file or its batch as subject.
FILE_EFFECTS = frozenset(e for effects in REACTIONS.values() for e, subject in effects if subject == "file")


@dataclass
class Report:
    """What came of one folder. `failed`: files that cannot be read or were left behind, effects given up."""

    outcomes: list[Outcome] = field(default_factory=list)
    files: int = 0
    pages: int = 0
    letters: int = 0
    unassigned: int = 0
    failed: int = 0
    seconds: float = 0.0


def ingest(folder: Folder, *, jobs: int = 0, say: Callable[[Outcome], None] = lambda outcome: None) -> Report:
    """Take in every file and wait until all that follows from them is done; `jobs` effects side by side.

    Files that an earlier run took in and could not read to the end belong to this one. Other workers may take
    part. Errors: OSError if the folder cannot be read.
    """
    began = time.monotonic()
    files = _begun()
    report = Report(files=len(files))
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        work = _Work(pool, jobs or os.cpu_count() or 1, files)
        while True:
            for outcome in folder.look():
                report.outcomes.append(outcome)
                if outcome.batch is not None:
                    files.add(str(outcome.batch.file_id))
                say(outcome)
                work.go_on()
            if not work.go_on() and not folder.waiting:
                break
            time.sleep(PAUSE_SECONDS)
            while not folder.waiting and work.go_on():  # nothing new to wait for in the folder
                time.sleep(PAUSE_SECONDS)
    _count(report, files)
    report.seconds = time.monotonic() - began
    return report


class _Work:
    """Runs the outbox rows of some files, a few side by side."""

    def __init__(self, pool: ThreadPoolExecutor, jobs: int, files: set[str]) -> None:
        self.pool, self.jobs, self.files = pool, jobs, files
        self.running: dict[int, Future[Any]] = {}

    def go_on(self) -> bool:
        """Start what is due and has room; whether anything is left to do or to wait for."""
        for pk, done in list(self.running.items()):
            if done.done():
                del self.running[pk]
                done.result()
        room = self.jobs - len(self.running)
        if room:
            due = Q(state="due", due_at__lte=Now()) | Q(state="running", lease_until__lt=Now())
            rows = rows_of(self.files).filter(due).exclude(pk__in=list(self.running))
            for pk in list(rows.order_by("priority", "due_at", "pk").values_list("pk", flat=True)[:room]):
                self.running[pk] = self.pool.submit(_run, pk)
        return bool(self.running) or rows_of(self.files).filter(state__in=["due", "running"]).exists()


def _begun() -> set[str]:
    """Files that came by a folder and for which something is still to be done."""
    waiting = Outbox.objects.filter(state__in=["due", "running"], effect__in=FILE_EFFECTS)
    subjects = waiting.values_list("subject", flat=True)
    found = Batch.objects.filter(source="folder", file__in=list(subjects))
    return {str(file) for file in found.values_list("file", flat=True)}


def rows_of(files: set[str]) -> QuerySet[Outbox]:
    """The outbox rows about these files."""
    return Outbox.objects.filter(effect__in=FILE_EFFECTS, subject__in=files)


def _run(pk: int) -> None:
    try:
        outbox.run(pk)
    finally:
        connection.close()  # this thread's own


def _count(report: Report, files: set[str]) -> None:
    kept = StoredFile.objects.filter(pk__in=files)
    letters = Submission.objects.filter(
        pk__in=Part.objects.filter(file__in=kept).values("document__submission")
    )
    left_behind = sum(o.kind not in ("taken", "duplicate", "again") for o in report.outcomes)
    given_up = (
        rows_of(files)
        .filter(state="failed")
        .exclude(
            effect="read"  # counted with its file, whose problem it is
        )
    )
    report.files += sum(o.kind in ("taken", "duplicate", "again", "stuck") for o in report.outcomes)
    report.pages = sum(kept.values_list("page_count", flat=True))
    report.letters = letters.count()
    report.unassigned = letters.filter(state=SubmissionState.UNASSIGNED).count()
    report.failed = kept.exclude(problem="").count() + left_behind + given_up.count()
