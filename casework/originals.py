"""The paper itself: where it lies, until when it is kept, to whom it was given back, when it was destroyed.

A letter needs no row for that: without one it is kept for as long as the office says. A row is made when
somebody writes something down.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from casework import events, postbook, queries
from casework.catalogue import catalogue
from casework.clock import berlin_day, database_now, start_of_day
from casework.envelope import Actor
from casework.models import Batch, Original, PostbookDay, Submission
from casework.queries import GONE
from casework.workflow import SubmissionState


class NotDue(Exception):
    """One of these originals may not be destroyed (yet); nothing was destroyed."""

    def __init__(self, number: str, reason: str) -> None:
        super().__init__(f"{number}: {reason}")
        self.number, self.reason = number, reason


def kept_until(submission: Submission) -> date:
    """The day up to which the paper is kept; after it, it may be destroyed."""
    original = getattr(submission, "original", None)
    if original is not None and original.keep_until is not None:
        day: date = original.keep_until
        return day
    return usual_end(berlin_day(submission.received_at))


def usual_end(arrived_on: date) -> date:
    return arrived_on + timedelta(days=catalogue().office.keep_originals_days)


def is_here(submission: Submission) -> bool:
    """Whether the office still has the paper."""
    original = getattr(submission, "original", None)
    gone = original is not None and (original.returned_on or original.destroyed_on)
    return submission.state not in GONE and not gone


@dataclass(frozen=True)
class Due:
    """An original whose time is over; `blocked` says why it may not be destroyed, empty if it may."""

    submission: Submission
    until: date
    blocked: str


def due(letters: QuerySet[Submission], today: date, limit: int = 500) -> list[Due]:
    """Originals of these letters kept longer than they have to be, oldest first."""
    early = start_of_day(today - timedelta(days=catalogue().office.keep_originals_days))
    rows = letters.exclude(state__in=GONE)
    rows = rows.filter(original__returned_on=None, original__destroyed_on=None)
    rows = rows.filter(original__keep_until__lt=today) | rows.filter(
        original__keep_until=None, received_at__lt=early
    )
    found = queries.with_documents(rows.distinct()).select_related("original", "person", "case")
    return [
        Due(letter, kept_until(letter), blocked(letter, today))
        for letter in found.order_by("received_at", "pk")[:limit]
    ]


def blocked(submission: Submission, today: date) -> str:
    """Why the paper may not be destroyed, as a code; empty if it may be.

    gone, kept (its time is not over), asked_back, unassigned, not_scanned, sheets (more counted than pages
    read in), batch (one of its stacks does not add up), trouble, day_open (its day is not closed).
    """
    if not is_here(submission):
        return "gone"
    if kept_until(submission) >= today:
        return "kept"
    original = getattr(submission, "original", None)
    if original is not None and original.asked_back:
        return "asked_back"
    if submission.state != SubmissionState.IN_CASE:
        return "unassigned"
    trouble = getattr(submission, "trouble", None)
    if trouble is not None and trouble.done_at is None:
        return "trouble"
    return _scan_fault(submission) or ("" if _day_closed(submission) else "day_open")


def _scan_fault(submission: Submission) -> str:
    line = postbook.line_of(submission)
    if line.not_scanned or line.pages == 0:
        return "not_scanned"
    if line.check:
        return "sheets"
    files = {part.file_id for document in submission.documents.all() for part in document.parts.all()}
    batches = Batch.objects.filter(file__in=files)
    return "batch" if queries.unfinished(batches).exists() else ""


def _day_closed(submission: Submission) -> bool:
    """Whether a sheet of its day was closed that lists it."""
    sheets = PostbookDay.objects.filter(day=berlin_day(submission.received_at))
    return any(f'"{submission.number}"' in text for text in sheets.values_list("text", flat=True))


# --- acts


def _row(submission: Submission) -> Original:
    row, _made = Original.objects.get_or_create(submission=submission)
    return Original.objects.select_for_update().get(pk=row.pk)


def _record(submission: Submission, event: events.Event, actor: Actor) -> None:
    events.record(event, actor, case=submission.case, submission=submission)


@transaction.atomic
def place(submissions: Iterable[Submission], where: str, actor: Actor, until: date | None = None) -> None:
    """Write down where papers lie; `until`: kept up to that day instead of the usual one."""
    for submission in submissions:
        row = _row(submission)
        if (row.place, row.keep_until) == (where, until):
            continue
        row.place, row.keep_until = where, until
        row.save(update_fields=["place", "keep_until"])
        day = (until or usual_end(berlin_day(submission.received_at))).isoformat()
        _record(submission, events.OriginalPlaced(day), actor)


@transaction.atomic
def ask_back(submission: Submission, wanted: bool, actor: Actor) -> None:
    """The sender wants the paper back: it is kept until it was given back."""
    row = _row(submission)
    if row.asked_back == wanted:
        return
    row.asked_back = wanted
    row.save(update_fields=["asked_back"])
    _record(submission, events.OriginalAskedBack(wanted), actor)


@transaction.atomic
def give_back(submission: Submission, to: str, on: date, actor: Actor) -> None:
    """The paper was handed or posted back. Errors: NotDue if it is gone."""
    row = _row(submission)
    if row.returned_on or row.destroyed_on:
        raise NotDue(submission.number, "gone")
    row.returned_to, row.returned_on, row.asked_back = to, on, False
    row.save(update_fields=["returned_to", "returned_on", "asked_back"])
    _record(submission, events.OriginalReturned(on.isoformat()), actor)


@transaction.atomic
def destroy(submissions: Iterable[Submission], actor: Actor) -> int:
    """Papers are destroyed, all of the list or none; returns how many.

    Errors: NotDue names the first that may not be.
    """
    today = berlin_day(database_now())
    count = 0
    for submission in submissions:
        row = _row(submission)
        fresh = queries.with_documents(Submission.objects.filter(pk=submission.pk)).get()
        reason = blocked(fresh, today)
        if reason:
            raise NotDue(fresh.number, reason)
        row.destroyed_on = today
        row.save(update_fields=["destroyed_on"])
        _record(fresh, events.OriginalDestroyed(today.isoformat()), actor)
        count += 1
    return count
