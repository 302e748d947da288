"""Fetch what scanners sent to the mailbox (settings MAIL_IMAP_…)."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from channels.post.inlets.mail import MailboxError, fetch, mailbox


class Command(BaseCommand):
    help = "Make batches of the files that scanners sent by mail; once, or again and again with --loop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="until stopped")
        parser.add_argument("--pause", type=float, default=30, help="seconds between two looks")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            box = mailbox()
        except MailboxError as error:
            raise CommandError(str(error)) from None
        while True:
            if options["loop"]:
                close_old_connections()
            try:
                for outcome in fetch(box):
                    self.stdout.write(f"{outcome.kind}: {ascii(outcome.subject)[1:-1]}")
                    self.stdout.flush()
            except (
                MailboxError,
                DatabaseError,
            ) as error:  # both may come back; the mails stay in their folder
                if not options["loop"]:
                    raise CommandError(str(error)) from None
                if isinstance(error, DatabaseError):
                    connection.close()
                self.stderr.write(f"waiting: {type(error).__name__}: {error}")
            if not options["loop"]:
                return
            time.sleep(options["pause"])
