"""Working off the outbox in several processes beside each other, one of them always free for people.

The first process never takes work on scanned stacks: a photo that comes in while hundreds of pages are read
waits for nobody. The second leaves their text to others: the pages of the next stack can be seen at once.
There are two processes more than cores, so that the text of stacks may use all of them.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, close_old_connections, connections

from casework import guessing, likeness_index, notices, outbox
from casework.clock import berlin_day, database_now
from casework.reactions import STACK, STACK_TEXT
from channels import drafts

HOUSEKEEPING_SECONDS = 3600
# Between two looks whether to end, or whether a child has.
GLANCE_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Shift:
    """How one process works: `grace` is how long (seconds) others get first, `pause` between two looks.

    `leave`: what it leaves to others, by priority.
    """

    pause: float
    grace: int = 0
    leave: frozenset[int] = frozenset()
    tidies: bool = True  # also forgets what is no longer needed, once an hour


def default_jobs() -> int:
    """One process for each core, and the two that are kept free."""
    return len(os.sched_getaffinity(0)) + 2


def shifts(jobs: int, shift: Shift) -> list[Shift]:
    """What each of so many processes does. At least one does everything."""
    kept_free = [STACK, STACK_TEXT] if jobs > 2 else [STACK] if jobs > 1 else []
    left = [*kept_free, *[frozenset[int]()] * (jobs - len(kept_free))]
    return [Shift(shift.pause, shift.grace, leave, tidies=n == 0) for n, leave in enumerate(left)]


def work(shift: Shift, say: Callable[[str], object], *, once: bool = False) -> None:
    """Work until the process ends; with `once` until nothing is due. Errors: DatabaseError with `once`."""
    tidied = time.monotonic()
    while True:
        close_old_connections()
        done = 0
        try:
            done = outbox.sweep(limit=20, grace=shift.grace, leave=shift.leave)
            if shift.tidies and time.monotonic() - tidied > HOUSEKEEPING_SECONDS:
                tidied = time.monotonic()  # before: what fails waits for its next hour, too
                housekeeping()
        except DatabaseError as error:
            if once:
                raise
            say(f"database not there: {type(error).__name__}")
        if once and not done:
            return
        if not done:
            time.sleep(shift.pause)


def work_together(jobs: int, shift: Shift, say: Callable[[str], object]) -> None:
    """Work in `jobs` child processes until this one is told to end. One that dies is started again."""
    connections.close_all()  # a connection must not be shared with a child
    told: list[int] = []
    # Only noted: what is raised in the middle of a fork or of writing a log is lost, and nobody would end.
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    running = {_start(one, say): one for one in shifts(jobs, shift)}
    try:
        while not told:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if not ended:
                time.sleep(GLANCE_SECONDS)
                continue
            one = running.pop(ended, None)
            if one is not None:
                code = os.waitstatus_to_exitcode(status)
                say(f"worker process {ended} ended with code {code}, starting another one")
                time.sleep(1)
                running[_start(one, say)] = one
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for child in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        for child in running:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


def housekeeping() -> None:
    """What is no longer needed goes: counters of wrong numbers, drafts nobody came back to.

    And what is due by itself: reminders, and once a day the counts of names.
    """
    guessing.forget_old()
    drafts.forget_old()
    notices.look_ahead(berlin_day(database_now()))
    likeness_index.build_daily()


def _start(shift: Shift, say: Callable[[str], object]) -> int:
    """Fork a child that works; the number of its process."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    # Held back until the child has its own answer to it: else it could take the parent's and live on.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if child:
        return child
    try:
        # Whoever kills the parent means the children too: nobody would end them otherwise.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:
            work(shift, say)
    except KeyboardInterrupt:
        pass
    except BaseException as error:
        say(f"worker process failed: {type(error).__name__}: {error}")
        os._exit(1)
    os._exit(0)
