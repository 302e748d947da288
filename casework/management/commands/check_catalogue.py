"""Check a catalogue before it is put to use: every mistake with file, line and rule."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.catalogue import DEFAULT_FOLDER, CatalogueError, load


class Command(BaseCommand):
    help = "Check a folder with a catalogue (default: the one that is shipped)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            found = load(folder)
        except CatalogueError as error:
            raise CommandError(f"{len(error.mistakes)} mistakes in {folder}\n{error}") from error
        self.stdout.write(
            f"{folder}: {len(found.all_services)} versions of services, "
            f"{len(found.document_kinds)} kinds of paper, all well"
        )
