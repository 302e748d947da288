"""The doorbell: tells a Celery worker to look at one outbox row now. It may fail at any time.

The list of work is the outbox; whatever goes wrong here is made good by the sweeper. So no receipt may
wait for the broker: short timeouts, and after a failure a rest in which nobody tries at all.
"""

import logging
import time

from django.conf import settings

log = logging.getLogger(__name__)

# A broker that hangs costs one visitor this long, not each effect of each visitor.
TIMEOUT_SECONDS = 1.0
REST_SECONDS = 15.0


class Doorbell:
    """Rings, or rests after a failure. One for each process."""

    def __init__(self) -> None:
        self.rests_until = 0.0

    def ring(self, outbox_id: int, *, stack: bool = False) -> None:
        """Tell a worker, on the line for stacks or on the one for everything else.

        Never raises; does nothing without a broker or while resting.
        """
        if not settings.CELERY_BROKER_URL or time.monotonic() < self.rests_until:
            return
        try:
            _send(outbox_id, settings.CELERY_STACK_QUEUE if stack else settings.CELERY_TASK_DEFAULT_QUEUE)
        except Exception as error:  # the receipt must not depend on the doorbell
            self.rests_until = time.monotonic() + REST_SECONDS
            log.warning("doorbell did not ring for %s: %s", outbox_id, type(error).__name__)


def _send(outbox_id: int, queue: str) -> None:
    from kombu.pools import producers

    from casework.tasks import run_effect

    # A line of our own: a worker waits on its line for longer than a visitor may wait here.
    transport = {
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "socket_timeout": TIMEOUT_SECONDS,
        "max_retries": 0,
    }
    line = run_effect.app.connection_for_write(settings.CELERY_BROKER_URL, transport_options=transport)
    with producers[line].acquire(block=True, timeout=TIMEOUT_SECONDS) as producer:
        options = {"queue": queue, "retry": False, "ignore_result": True}
        run_effect.apply_async((outbox_id,), producer=producer, **options)


ring = Doorbell().ring
