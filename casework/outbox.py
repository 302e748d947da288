"""The list of work, in PostgreSQL. Lease, attempts and last error stand in the row.

`add` writes a row within the transaction of its cause and rings after the commit; `run` does one;
`sweep` does what nobody rang for. Losing Redis or a worker at any moment loses no row: a worker renews
its lease while it lives, so that the row of a dead one is free again within seconds.

Smaller priorities come first, and each pick looks again. Work cannot be interrupted, so order alone would
not keep a stack of 300 pages from holding up a photo: at least one worker never takes work on stacks.
"""

import logging
import threading
import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from casework import doorbell
from casework.models import Outbox
from casework.reactions import STACK, USUAL

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
# How long after its last sign of life a worker counts as gone.
LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
# How long a worker may renew its lease: one that hangs is not gone, but has to be relieved all the same.
LONGEST = timedelta(minutes=2)
LONGEST_OF = {"read": timedelta(minutes=20), "recognise": timedelta(minutes=60)}  # a big batch
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=60))


def add(effect: str, subject: str, *, event: int | None = None, priority: int = USUAL) -> Outbox:
    row = Outbox.objects.create(effect=effect, subject=subject, event=event, priority=priority, due_at=Now())
    transaction.on_commit(lambda: doorbell.ring(row.pk, stack=priority in STACK))
    return row


def run(outbox_id: int) -> bool:
    """Do one row unless it is done, failed or being done; return whether it was done now."""
    lease = uuid.uuid4()
    with transaction.atomic():
        row = Outbox.objects.select_for_update(skip_locked=True).filter(_runnable(), pk=outbox_id).first()
        if row is None:
            return False
        if row.attempts >= MAX_ATTEMPTS:  # its worker died each time: poisonous, not unlucky
            _give_up(row)
            return False
        row.state, row.lease, row.attempts = "running", lease, row.attempts + 1
        row.lease_until = Now() + LEASE
        row.save(update_fields=["state", "lease", "attempts", "lease_until"])
    try:
        with _alive(row, lease):
            import_module(f"casework.effects.{row.effect}").run(row.subject)
    except Exception as error:
        log.exception("effect %s (%s) failed", row.effect, row.pk)
        _failed(row.pk, lease, "".join(traceback.format_exception_only(error))[:2000])
        return False
    Outbox.objects.filter(pk=row.pk, lease=lease).update(
        state="done", done_at=Now(), lease=None, lease_until=None, last_error=""
    )
    return True


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


def sweep(limit: int = 100, *, grace: int = 0, reserve: bool = False) -> int:
    """Do up to `limit` rows that are due or whose worker is gone, the most urgent first; return how many.

    `grace` (seconds): only what has been due for so long, because somebody else may be at it.
    `reserve`: leave work on stacks to others, so that somebody is always free for what a person waits for.
    """
    tried = 0
    while tried < limit and (pk := _most_urgent(grace, reserve)) is not None:
        run(pk)
        tried += 1
    return tried


def overdue(seconds: int = 10) -> list[int]:
    """At most 50 rows that should have been picked up by now, of all workers together."""
    waiting = Outbox.objects.filter(_due(seconds) | _lost())
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:50])


def _most_urgent(grace: int, reserve: bool) -> int | None:
    # Two questions, because each has its index; a list of ten thousand rows is not sorted for each pick.
    found: list[tuple[int, int]] = []
    for rows in (Outbox.objects.filter(_lost()), Outbox.objects.filter(_due(grace))):
        mine = rows.exclude(priority__in=STACK) if reserve else rows
        found += mine.order_by("priority", "due_at", "pk").values_list("priority", "pk")[:1]
    return min(found)[1] if found else None


def _due(grace: int = 0) -> Q:
    return Q(state="due", due_at__lte=Now() - timedelta(seconds=grace))


def _lost() -> Q:
    return Q(state="running", lease_until__lt=Now())


def _runnable() -> Q:
    return _due() | _lost()


def _failed(pk: int, lease: uuid.UUID, error: str) -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the failure may have been the connection's
    with transaction.atomic():
        row = Outbox.objects.select_for_update().filter(pk=pk, lease=lease).first()
        if row is None:  # the lease ran out and somebody else has it
            return
        row.last_error, row.lease, row.lease_until = error, None, None
        if row.attempts >= MAX_ATTEMPTS:
            _give_up(row)
            return
        row.state = "due"
        row.due_at = Now() + BACK_OFF[row.attempts - 1]
        row.save(update_fields=["state", "due_at", "last_error", "lease", "lease_until"])


def _give_up(row: Outbox) -> None:
    """The third failure is a notice to staff, never a loop."""
    from casework.effects.failed import notice

    row.state, row.lease, row.lease_until = "failed", None, None
    row.save(update_fields=["state", "lease", "lease_until", "last_error"])
    notice(row)


def retry(outbox_id: int) -> None:
    """A person looked at the notice and wants it tried again."""
    rows = Outbox.objects.filter(pk=outbox_id)
    rows.filter(state="failed").update(
        state="due", attempts=0, due_at=Now(), lease=None, lease_until=F("due_at")
    )
    doorbell.ring(outbox_id, stack=rows.filter(priority__in=STACK).exists())
