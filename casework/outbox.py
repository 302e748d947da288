"""The list of work, in PostgreSQL. Lease, failures and last error stand in the row.

`add` writes a row within the transaction of its cause and rings after the commit; `run` does one;
`sweep` does what nobody rang for. Losing Redis or a worker at any moment loses no row: a worker renews
its lease while it lives, so that the row of a dead one is free again within seconds.

What failed by itself (`attempts`) is told apart from what was cut off (`deaths`): its worker was killed, or
the database went away. A file that takes its worker with it each time is given up in the end; one that was
only in the hands of workers that died is not: each step that gets done (`came_on`) begins the count anew.

Smaller priorities come first, and each pick looks again. Work cannot be interrupted, so order alone would
not keep a stack of 300 pages from holding up a photo: at least one worker never takes work on stacks
(portal.working).
"""

import logging
import threading
import time
import traceback
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from casework import doorbell
from casework.models import Outbox
from casework.reactions import STACK, USUAL, priority

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
MAX_DEATHS = 5
# How long after its last sign of life a worker counts as gone.
LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
# How long a worker may renew its lease: one that hangs is not gone, but has to be relieved all the same.
LONGEST = timedelta(minutes=2)
LONGEST_OF = {  # a big batch
    "read": timedelta(minutes=20),
    "recognise": timedelta(minutes=60),
    "compare_pages": timedelta(minutes=30),
}
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=60))
_CUT_OFF = (OperationalError, InterfaceError)  # the database went away: nobody's fault here

_doing: ContextVar[Outbox | None] = ContextVar("row that is being done", default=None)


def add(
    effect: str,
    subject: str,
    *,
    event: int | None = None,
    priority: int = USUAL,
    later: datetime | None = None,
) -> Outbox:
    """A row to be done now, or not before `later`: then the sweeper does it, nobody rings."""
    row = Outbox.objects.create(
        effect=effect, subject=subject, event=event, priority=priority, due_at=later or Now()
    )
    if later is None:
        transaction.on_commit(lambda: doorbell.ring(row.pk, stack=priority in STACK))
    return row


def run(outbox_id: int) -> bool:
    """Do one row unless it is done, failed or being done; return whether something was done now.

    An effect that returns true has more to do and let others go first: its row is due again.
    """
    lease = uuid.uuid4()
    with transaction.atomic():
        row = Outbox.objects.select_for_update(skip_locked=True).filter(_runnable(), pk=outbox_id).first()
        if row is None:
            return False
        if row.state == "running":  # whoever had it is gone
            row.deaths += 1
            if row.deaths >= MAX_DEATHS:
                row.last_error = f"The process that did it ended {row.deaths} times."
                _give_up(row)
                return False
        row.state, row.lease = "running", lease
        row.lease_until = Now() + LEASE
        row.save(update_fields=["state", "lease", "deaths", "lease_until"])
    doing = _doing.set(row)
    try:
        with _alive(row, lease):
            more = import_module(f"casework.effects.{row.effect}").run(row.subject)
    except _CUT_OFF as error:
        log.warning("effect %s (%s) was cut off: %s", row.effect, row.pk, type(error).__name__)
        _cut_off(row.pk, lease)
        return False
    except Exception as error:
        log.exception("effect %s (%s) failed", row.effect, row.pk)
        _failed(row.pk, lease, "".join(traceback.format_exception_only(error))[:2000])
        return False
    finally:
        _doing.reset(doing)
    mine = Outbox.objects.filter(pk=row.pk, lease=lease)
    if more:
        mine.update(state="due", due_at=Now(), lease=None, lease_until=None, deaths=0)
        doorbell.ring(row.pk, stack=row.priority in STACK)
    else:
        mine.update(state="done", done_at=Now(), lease=None, lease_until=None, last_error="")
    return True


def came_on() -> None:
    """An effect has done another step for good: whoever dies from now on does not die of what lies behind."""
    row = _doing.get()
    if row is not None and row.deaths:
        Outbox.objects.filter(pk=row.pk, lease=row.lease).update(deaths=0)
        row.deaths = 0


def more_urgent_waits() -> bool:
    """Whether an effect that takes long had better let others go first."""
    row = _doing.get()
    return row is not None and Outbox.objects.filter(_due(), priority__lt=row.priority).exists()


def another(effect: str, subject: str) -> None:
    """Call one more worker to something that several can do beside each other, unless one is called already.

    Called by an effect, for the same cause and as urgent as that effect is for what it is about.
    """
    row = _doing.get()
    if row is None or Outbox.objects.filter(effect=effect, subject=subject, state="due").exists():
        return
    add(effect, subject, event=row.event, priority=priority(effect, stack=row.priority in STACK))


@contextmanager
def _alive(row: Outbox, lease: uuid.UUID) -> Iterator[None]:
    """Renew the lease from a thread of its own while the effect runs."""
    if connection.in_atomic_block:  # the caller's transaction: nobody else sees this lease anyway
        yield
        return
    over = threading.Event()
    until = time.monotonic() + LONGEST_OF.get(row.effect, LONGEST).total_seconds()
    thread = threading.Thread(target=_renew, args=(row.pk, lease, until, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(pk: int, lease: uuid.UUID, until: float, over: threading.Event) -> None:
    try:
        while not over.wait(LEASE.total_seconds() / 3) and time.monotonic() < until:
            try:
                if not Outbox.objects.filter(pk=pk, lease=lease).update(lease_until=Now() + LEASE):
                    return  # somebody else has it
            except DatabaseError as error:
                log.warning("lease of %s not renewed: %s", pk, type(error).__name__)
                connection.close()
    finally:
        connection.close()  # this thread's own


def sweep(limit: int = 100, *, grace: int = 0, leave: Collection[int] = ()) -> int:
    """Do up to `limit` rows that are due or whose worker is gone, the most urgent first; return how many.

    `grace` (seconds): only what has been due for so long, because somebody else may be at it.
    `leave`: what to leave to others, by priority, so that somebody is always free for the rest.
    """
    tried = 0
    while tried < limit and (pk := _most_urgent(grace, leave)) is not None:
        run(pk)
        tried += 1
    return tried


def overdue(seconds: int = 10) -> list[int]:
    """At most 50 rows that should have been picked up by now, of all workers together."""
    waiting = Outbox.objects.filter(_due(seconds) | _lost())
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:50])


def _most_urgent(grace: int, leave: Collection[int]) -> int | None:
    # Two questions, because each has its index; a list of ten thousand rows is not sorted for each pick.
    found: list[tuple[int, int]] = []
    for rows in (Outbox.objects.filter(_lost()), Outbox.objects.filter(_due(grace))):
        mine = rows.exclude(priority__in=leave) if leave else rows
        found += mine.order_by("priority", "due_at", "pk").values_list("priority", "pk")[:1]
    return min(found)[1] if found else None


def _due(grace: int = 0) -> Q:
    return Q(state="due", due_at__lte=Now() - timedelta(seconds=grace))


def _lost() -> Q:
    return Q(state="running", lease_until__lt=Now())


def _runnable() -> Q:
    return _due() | _lost()


def _cut_off(pk: int, lease: uuid.UUID) -> None:
    """Free it again soon; should the database still be away, its lease runs out and says the same."""
    if connection.in_atomic_block:
        return
    connection.close()
    Outbox.objects.filter(pk=pk, lease=lease).update(lease_until=Now() + BACK_OFF[0])


def _failed(pk: int, lease: uuid.UUID, error: str) -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the failure may have been the connection's
    with transaction.atomic():
        row = Outbox.objects.select_for_update().filter(pk=pk, lease=lease).first()
        if row is None:  # the lease ran out and somebody else has it
            return
        row.last_error, row.lease, row.lease_until = error, None, None
        row.attempts += 1
        if row.attempts >= MAX_ATTEMPTS:
            _give_up(row)
            return
        row.state = "due"
        row.due_at = Now() + BACK_OFF[row.attempts - 1]
        row.save(update_fields=["state", "due_at", "attempts", "last_error", "lease", "lease_until"])


def _give_up(row: Outbox) -> None:
    """The third failure is a notice to staff, never a loop."""
    from casework.effects.failed import notice

    row.state, row.lease, row.lease_until = "failed", None, None
    row.save(update_fields=["state", "attempts", "deaths", "lease", "lease_until", "last_error"])
    notice(row)


@transaction.atomic
def retry(outbox_id: int) -> None:
    """A person looked at the notice and wants it tried again."""
    from casework.effects.failed import take_back

    row = Outbox.objects.select_for_update().filter(pk=outbox_id, state="failed").first()
    if row is None:
        return
    row.state, row.attempts, row.deaths, row.due_at = "due", 0, 0, Now()
    row.save(update_fields=["state", "attempts", "deaths", "due_at"])
    take_back(row)
    transaction.on_commit(lambda: doorbell.ring(outbox_id, stack=row.priority in STACK))
