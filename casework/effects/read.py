"""Make pictures of a file's pages, or name what is wrong with it. Subject: a file.

Each page is stored as soon as it is drawn; whoever takes over from a worker that died goes on behind them.
"""

import itertools
import tempfile
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now

from casework import events, filestore, outbox, unreadable
from casework.drawing import keep_page
from casework.effects import recognise
from casework.envelope import SYSTEM
from casework.models import Page, StoredFile
from casework.reading.result import PagePicture
from casework.reading.run import read


def run(subject: str) -> None:
    file = StoredFile.objects.filter(pk=subject).first()
    if file is None or file.read_at is not None:  # thrown away with its draft, or read already
        return
    if hasattr(file, "batch_pass"):  # its pages are read in the file made of both passes
        return
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        source, into = Path(folder) / "source", Path(folder) / "pages"
        into.mkdir()
        filestore.write_to(file, source)
        # Pages of a big batch become visible while the rest is still being read.
        reading = read(
            source,
            into,
            first=_begin_at(file),
            on_page=partial(_keep_page, file),
            on_count=partial(_keep_count, file),
        )
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().filter(pk=subject).first()
        if file is None or file.read_at is not None:
            return
        file.read_at, file.page_count = Now(), reading.page_count
        file.problem, file.cut_off = reading.problem or "", reading.cut_off
        file.media_type = reading.media_type or file.media_type
        file.save(update_fields=["read_at", "page_count", "problem", "cut_off", "media_type"])
        if reading.problem:
            events.record(events.FileUnreadable(reading.problem), SYSTEM, file=file)
        else:
            events.record(events.FileRead(reading.page_count), SYSTEM, file=file)
        unreadable.note_file(file)


def _begin_at(file: StoredFile) -> int:
    """The last page an earlier try drew before it ended, or before the first that it could not draw."""
    there = set(Page.objects.filter(file=file).values_list("number", flat=True))
    return max(1, next(number for number in itertools.count(1) if number not in there) - 1)


def _keep_count(file: StoredFile, pages: int) -> None:
    """So that people see how far it is; what counts is what reading says at its end."""
    StoredFile.objects.filter(pk=file.pk, read_at=None).update(page_count=pages)


def _keep_page(file: StoredFile, picture: PagePicture) -> None:
    if keep_page(file, picture):
        outbox.came_on()
        recognise.begin(file, picture.number)
