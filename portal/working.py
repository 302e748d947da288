"""Working off the outbox in several processes beside each other, one of them always free for people.

The first process never takes work on scanned stacks (`reserve`): a photo that comes in while hundreds of
pages are read waits for nobody. There is one process more than cores, so that stacks may use all of them.
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

from casework import guessing, outbox
from channels import drafts

HOUSEKEEPING_SECONDS = 3600
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Shift:
    """How one process works: `grace` is how long (seconds) others get first, `pause` between two looks."""

    pause: float
    grace: int = 0
    reserve: bool = False
    tidies: bool = True  # also forgets what is no longer needed, once an hour


def default_jobs() -> int:
    """One process for each core, and the one that is kept free."""
    return len(os.sched_getaffinity(0)) + 1


def work(shift: Shift, say: Callable[[str], object], *, once: bool = False) -> None:
    """Work until the process ends; with `once` until nothing is due. Errors: DatabaseError with `once`."""
    tidied = time.monotonic()
    while True:
        close_old_connections()
        done = 0
        try:
            done = outbox.sweep(limit=20, grace=shift.grace, reserve=shift.reserve)
            if shift.tidies and time.monotonic() - tidied > HOUSEKEEPING_SECONDS:
                housekeeping()
                tidied = time.monotonic()
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
    shifts = [
        Shift(shift.pause, shift.grace, reserve=n == 0 and jobs > 1, tidies=n == 0) for n in range(jobs)
    ]
    connections.close_all()  # a connection must not be shared with a child
    signal.signal(signal.SIGTERM, _end)
    running = {_start(one, say): one for one in shifts}
    try:
        while True:
            ended, status = os.wait()
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
    """What is no longer needed: counters of wrong numbers, drafts nobody came back to."""
    guessing.forget_old()
    drafts.forget_old()


def _start(shift: Shift, say: Callable[[str], object]) -> int:
    """Fork a child that works; the number of its process."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
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


def _end(number: int, frame: object) -> None:
    raise SystemExit(0)
