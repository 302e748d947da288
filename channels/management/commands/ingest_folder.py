"""Take a folder in once and end when everything in it is read."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from channels.post.inlets.folder import Folder, Outcome
from channels.post.inlets.ingest import ingest

COLUMNS = ("files", "pages", "letters", "unassigned", "failed", "seconds")


class Command(BaseCommand):
    help = (
        "Take in what is in a folder, read it, print a table. Status 1 if anything failed or stayed behind."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="files read side by side")
        parser.add_argument("--settle", type=float, default=2, help="seconds a file must not have changed")
        parser.add_argument("--patience", type=float, default=60, help="the same for files that look cut off")

    def handle(self, *args: Any, **options: Any) -> None:
        self.bring_up_to_date()
        folder = Folder(Path(options["dir"]), settle=options["settle"], patience=options["patience"])
        try:
            report = ingest(folder, jobs=options["jobs"], say=self.say)
        except OSError as error:
            raise CommandError(str(error)) from None
        figures = [f"{getattr(report, name)}" for name in COLUMNS[:-1]] + [f"{report.seconds:.1f}"]
        for row in (COLUMNS, figures):
            self.stdout.write(
                "  ".join(cell.rjust(len(name)) for name, cell in zip(COLUMNS, row, strict=True))
            )
        if report.failed:
            sys.exit(1)

    def bring_up_to_date(self) -> None:
        """On one machine an empty database gets its tables; in production that is a step of its own."""
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        if settings.PRODUCTION:
            raise CommandError("The database is not up to date: run manage.py migrate first.")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)

    def say(self, outcome: Outcome) -> None:
        """What is not as usual is said at once, by name."""
        if outcome.kind != "taken":
            self.stderr.write(f"{outcome.kind}: {ascii(outcome.path.name)[1:-1]}")
