"""Recognise the pages of files and print what was found; nothing is stored.

manage.py read_pages brief.pdf foto.jpg           for people
manage.py read_pages brief.pdf --json             one JSON object a page
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.reading.recognise import EngineMissingError, recognise
from casework.reading.recognised import PageReading


class Command(BaseCommand):
    help = "Text, codes, kind and fields of the pages of files; exit status 1 if a file could not be opened."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object a page")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = []
        show = self._json if options["json"] else self._words
        for path in options["files"]:

            def tell(page: PageReading, path: Path = path) -> None:
                show(path, page)

            try:
                found = recognise(path, languages=settings.OCR_LANGUAGES, on_page=tell)
            except EngineMissingError as error:
                raise CommandError(f"{path}: {error}") from error
            except OSError as error:  # not there, or a folder: the others are read all the same
                failed.append(f"{path}: {error.strerror}")
                continue
            if found.problem:
                failed.append(f"{path}: {found.problem}")
        if failed:
            raise CommandError("\n".join(failed))

    def _json(self, path: Path, page: PageReading) -> None:
        known = page.as_dict()
        said = {
            "file": str(path),
            "page": page.number,
            "text": page.text,
            "rotation": page.turned,
            "skew": page.skew,
            "blank": page.blank,
            "language": page.language,
            "codes": known["codes"],
            "kind": page.kind,
            "kind_confidence": page.kind_confidence,
            "fields": known["fields"],
            "fingerprint": known["fingerprint"],
            "problem": known["problem"],
            "seconds": page.seconds,
            "ocr_seconds": page.ocr_seconds,
        }
        self.stdout.write(json.dumps(said, ensure_ascii=False))

    def _words(self, path: Path, page: PageReading) -> None:
        facts = [page.kind or "?", f"{page.turned}°", f"{page.seconds:.2f} s"]
        facts += ["blank"] if page.blank else []
        facts += [page.problem.value] if page.problem else []
        self.stdout.write(f"--- {path}, {page.number}: {', '.join(facts)}")
        for code in page.codes:
            self.stdout.write(f"    {code.format}: {code.content}")
        for field in page.fields:
            self.stdout.write(f"    {field.name}: {field.value} ({field.confidence:.2f})")
        self.stdout.write(page.text)
