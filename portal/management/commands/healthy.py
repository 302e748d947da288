"""Health check of the sweeper: whether the work that follows an arrival gets done."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework import outbox


class Command(BaseCommand):
    help = "Fail if anything in the outbox has been waiting for too long."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=int, default=300, help="how long work may wait")

    def handle(self, *args: Any, seconds: int, **options: Any) -> None:
        waiting = len(outbox.overdue(seconds))
        if waiting:
            raise CommandError(f"{waiting} effects have been waiting for more than {seconds} seconds")
        self.stdout.write("nothing waits")
