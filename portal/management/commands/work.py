"""The worker of the one-machine mode: does what stands in the outbox, without Redis."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from casework import outbox
from portal.management.commands.sweep import HOUSEKEEPING_SECONDS, housekeeping


class Command(BaseCommand):
    help = "Do the effects in the outbox as they come, without a broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pause", type=float, default=0.3, help="seconds between two looks")
        parser.add_argument("--once", action="store_true", help="do what is due and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        tidied = time.monotonic()
        while True:
            close_old_connections()
            try:
                done = outbox.sweep(limit=20)
                if time.monotonic() - tidied > HOUSEKEEPING_SECONDS:
                    housekeeping()
                    tidied = time.monotonic()
            except DatabaseError as error:
                if options["once"]:
                    raise
                self.stderr.write(f"database not there: {type(error).__name__}")
                done = 0
            if options["once"] and not done:
                return
            if not done:
                time.sleep(options["pause"])
