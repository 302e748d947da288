"""The worker of the one-machine mode: does what stands in the outbox, without Redis."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.working import Shift, default_jobs, work, work_together


class Command(BaseCommand):
    help = "Do the effects in the outbox as they come, without a broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pause", type=float, default=0.3, help="seconds between two looks")
        parser.add_argument("--once", action="store_true", help="do what is due and stop")
        parser.add_argument(
            "--jobs",
            type=int,
            default=default_jobs(),
            help="processes; the first two are kept free for what people wait for",
        )

    def handle(self, *args: Any, pause: float, once: bool, jobs: int, **options: Any) -> None:
        if once or jobs < 2:
            work(Shift(pause), self.stderr.write, once=once)
        else:
            work_together(jobs, Shift(pause), self.stderr.write)
