"""The sweeper beside Celery: does what nobody rang for, and what a lost worker left."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.working import Shift, housekeeping, work, work_together


class Command(BaseCommand):
    help = "Do overdue effects every few seconds; needs neither Redis nor a Celery worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pause", type=float, default=3, help="seconds between two sweeps")
        parser.add_argument("--grace", type=int, default=10, help="seconds a Celery worker gets first")
        parser.add_argument("--once", action="store_true", help="one sweep and stop")
        parser.add_argument(
            "--jobs", type=int, default=2, help="processes; the first is kept free for what people wait for"
        )

    def handle(self, *args: Any, pause: float, grace: int, once: bool, jobs: int, **options: Any) -> None:
        if once:
            housekeeping()
        if once or jobs < 2:
            work(Shift(pause, grace), self.stderr.write, once=once)
        else:
            work_together(jobs, Shift(pause, grace), self.stderr.write)
