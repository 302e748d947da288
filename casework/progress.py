"""How far a scanned stack is: pages with pictures, pages recognised, of how many, and how long it may take.

Two short questions for all stacks together: what still stands in the list of work, and a count of pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from casework.clock import database_now
from casework.models import Batch, Outbox, Page
from casework.reactions import PRIORITIES

ENOUGH_PAGES = 3  # fewer say nothing about the pace


@dataclass(frozen=True)
class Progress:
    """Of one stack that is being worked on."""

    pages: int  # 0: not known yet
    pictures: int
    recognised: int
    seconds_left: int | None  # None: nothing to go by yet

    @property
    def percent(self) -> int:
        """Pictures and text count alike, one step a page each."""
        return round(100 * (self.pictures + self.recognised) / (2 * self.pages)) if self.pages else 0

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes, rounded up; None if not known or less than one."""
        if self.seconds_left is None or self.seconds_left < 60:
            return None
        return -(-self.seconds_left // 60)


def batches_in_work() -> list[Batch]:
    """Stacks whose pages are still being read or recognised, oldest first."""
    waiting = {UUID(subject) for _, subject in _open_work()}
    batches = Batch.objects.filter(file__in=waiting).select_related("file").order_by("pk")
    working = _in_work(batches)
    return [batch for batch in batches if batch.file_id in working]


def progress_of(batches: Iterable[Batch]) -> dict[int, Progress]:
    """By batch (pk), of those that are being worked on."""
    by_file = {batch.file_id: batch for batch in batches}
    working = _in_work(by_file.values())
    if not working:
        return {}
    counted = (
        Page.objects.filter(file__in=working)
        .order_by()
        .values("file")
        .annotate(pictures=Count("pk"), recognised=Count("recognised_at"), since=Min("recognised_at"))
    )
    rows: dict[UUID, dict[str, object]] = {row["file"]: dict(row) for row in counted}
    now = database_now()
    return {
        by_file[file].pk: _progress(by_file[file].file.page_count, rows.get(file, {}), now)
        for file in working
    }


def _open_work() -> QuerySet[Outbox, tuple[str, str]]:
    rows = Outbox.objects.filter(state__in=("due", "running"), effect__in=PRIORITIES)
    return rows.values_list("effect", "subject")


def _in_work(batches: Iterable[Batch]) -> set[UUID]:
    """Their files that are being read or recognised; a row left over of what is read counts for nothing."""
    files = {str(batch.file_id): batch.file for batch in batches}
    rows = _open_work().filter(subject__in=files)
    return {files[subject].pk for effect, subject in rows if effect != "read" or not files[subject].read_at}


def _progress(pages: int, row: dict[str, object], now: datetime) -> Progress:
    pictures, recognised, since = row.get("pictures", 0), row.get("recognised", 0), row.get("since")
    assert isinstance(pictures, int)
    assert isinstance(recognised, int)
    left = seconds_left(pages - recognised, recognised, now - since) if isinstance(since, datetime) else None
    return Progress(pages, min(pictures, pages) if pages else pictures, recognised, left)


def seconds_left(pages_left: int, pages_done: int, taken: timedelta) -> int | None:
    """From the pace so far: `taken` is the time since the first of `pages_done` pages was done."""
    if pages_done < ENOUGH_PAGES:
        return None
    return round(pages_left * taken.total_seconds() / (pages_done - 1))
