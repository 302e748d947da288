"""Fill the database with the demo's people and cases, through the channels' adapters."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.demo.story import STAGES, tell


class Command(BaseCommand):
    help = "Add the invented staff and cases of the demo. Running it again adds nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stage", choices=STAGES, default=STAGES[-1], help="how far the story goes")

    def handle(self, *args: Any, stage: str, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo does not belong into production.")
        tell(stage)
        self.stdout.write(f"The demo stands at: {stage}")
