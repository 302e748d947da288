"""The sweeper beside Celery: does what nobody rang for, and what a lost worker left."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from casework import guessing, outbox
from channels import drafts

HOUSEKEEPING_SECONDS = 3600


class Command(BaseCommand):
    help = "Do overdue effects every few seconds; needs neither Redis nor a Celery worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pause", type=float, default=3, help="seconds between two sweeps")
        parser.add_argument("--grace", type=int, default=10, help="seconds a Celery worker gets first")
        parser.add_argument("--once", action="store_true", help="one sweep and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        tidied = 0.0
        while True:
            close_old_connections()
            done = 0
            try:
                # A few at a time: what a worker left behind meanwhile does not wait for a long list.
                done = sum(outbox.run(pk) for pk in outbox.overdue(options["grace"]))
                if time.monotonic() - tidied > HOUSEKEEPING_SECONDS or not tidied:
                    housekeeping()
                    tidied = time.monotonic()
            except DatabaseError as error:
                if options["once"]:
                    raise
                self.stderr.write(f"database not there: {type(error).__name__}")
            if options["once"]:
                return
            if not done:
                time.sleep(options["pause"])


def housekeeping() -> None:
    """What is no longer needed: counters of wrong numbers, drafts nobody came back to."""
    guessing.forget_old()
    drafts.forget_old()
