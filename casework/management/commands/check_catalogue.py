"""Check a catalogue before it is put to use: every mistake with file, line and rule."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.catalogue import DEFAULT_FOLDER, CatalogueError, load
from casework.catalogue.languages import untranslated


class Command(BaseCommand):
    help = "Check a folder with a catalogue (default: the one that is shipped)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
        parser.add_argument("--complete", action="store_true", help="a missing translation is a mistake")

    def handle(self, *args: Any, folder: Path, complete: bool, **options: Any) -> None:
        try:
            found = load(folder)
        except CatalogueError as error:
            raise CommandError(f"{len(error.mistakes)} mistakes in {folder}\n{error}") from error
        self.stdout.write(
            f"{folder}: {len(found.all_services)} versions of services, "
            f"{len(found.document_kinds)} kinds of paper, all well"
        )
        lacking = {language: texts for language, texts in untranslated(folder).items() if texts}
        for language, texts in lacking.items():
            if complete or (folder / "languages" / f"{language}.yaml").exists():
                self.stdout.write(
                    f"languages/{language}.yaml: {len(texts)} texts to translate or to take out"
                )
                self.stdout.write("\n".join(f"  {text}" for text in texts))
        if lacking and complete:
            raise CommandError("translations are missing")
