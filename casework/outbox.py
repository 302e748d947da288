"""The list of work, in PostgreSQL. Lease, attempts and last error stand in the row.

`add` writes a row within the transaction of its cause and rings after the commit; `run` does one;
`sweep` does what nobody rang for. Losing Redis or a worker at any moment loses no row.
"""

import logging
import traceback
import uuid
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from casework.models import Outbox

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
# How long one effect may take before another worker tries it; reading a big batch is the longest.
LEASE = timedelta(minutes=2)
LEASES = {"read": timedelta(minutes=20)}
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=60))


def add(effect: str, subject: str, *, event: int | None = None) -> Outbox:
    row = Outbox.objects.create(effect=effect, subject=subject, event=event, due_at=Now())
    transaction.on_commit(lambda: ring(row.pk))
    return row


def ring(outbox_id: int) -> None:
    """Tell a worker to look now. Whatever goes wrong here is made good by the sweeper."""
    if not settings.CELERY_BROKER_URL:
        return
    from casework.tasks import run_effect

    try:
        run_effect.apply_async((outbox_id,), retry=False, ignore_result=True)
    except Exception as error:  # the receipt must not depend on the doorbell
        log.warning("doorbell did not ring for %s: %s", outbox_id, type(error).__name__)


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
        row.lease_until = Now() + LEASES.get(row.effect, LEASE)
        row.save(update_fields=["state", "lease", "attempts", "lease_until"])
    try:
        import_module(f"casework.effects.{row.effect}").run(row.subject)
    except Exception as error:
        log.exception("effect %s (%s) failed", row.effect, row.pk)
        _failed(row.pk, lease, "".join(traceback.format_exception_only(error))[:2000])
        return False
    Outbox.objects.filter(pk=row.pk, lease=lease).update(
        state="done", done_at=Now(), lease=None, lease_until=None, last_error=""
    )
    return True


def sweep(limit: int = 100) -> int:
    """Do up to `limit` rows that are due or whose worker is gone, oldest first; return how many were done."""
    ids = Outbox.objects.filter(_runnable()).order_by("due_at", "pk").values_list("pk", flat=True)[:limit]
    return sum(run(pk) for pk in list(ids))


def overdue(seconds: int = 10) -> list[int]:
    """Rows that should have been picked up by now: what the sweeper looks for beside a Celery worker."""
    waiting = Outbox.objects.filter(_runnable(), due_at__lt=Now() - timedelta(seconds=seconds))
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:500])


def _runnable() -> Q:
    return Q(state="due", due_at__lte=Now()) | Q(state="running", lease_until__lt=Now())


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
    Outbox.objects.filter(pk=outbox_id, state="failed").update(
        state="due", attempts=0, due_at=Now(), lease=None, lease_until=F("due_at")
    )
    ring(outbox_id)
