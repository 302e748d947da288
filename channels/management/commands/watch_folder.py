"""Watch a folder: whatever a scanner puts there becomes a batch. A worker reads it."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from channels.post.inlets.folder import Folder


class Command(BaseCommand):
    help = "Take in what is put into a folder (setting MAIL_FOLDER), until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", nargs="?", help="another folder than MAIL_FOLDER")
        parser.add_argument("--pause", type=float, default=0.25, help="seconds between two looks")
        parser.add_argument("--settle", type=float, default=2, help="seconds a file must not have changed")
        parser.add_argument("--patience", type=float, default=60, help="the same for files that look cut off")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(options["dir"] or settings.MAIL_FOLDER)
        if not options["dir"]:
            root.mkdir(parents=True, exist_ok=True)
        folder = Folder(root, settle=options["settle"], patience=options["patience"])
        well = True
        while True:
            close_old_connections()
            try:
                for outcome in folder.look():
                    self.say(f"{outcome.kind}: {ascii(outcome.path.name)[1:-1]}")
                well = True
            except (DatabaseError, OSError) as error:  # both may come back; the files stay where they are
                if isinstance(error, DatabaseError):
                    connection.close()
                if well:
                    self.stderr.write(f"waiting: {type(error).__name__}: {error}")
                well = False
            time.sleep(min(options["pause"], max(folder.soonest, 0.02)))

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
