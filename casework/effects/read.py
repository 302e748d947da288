"""Make pictures of a file's pages, or name what is wrong with it. Subject: a file."""

import tempfile
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now

from casework import events, filestore
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
        reading = read(source, into, on_page=partial(_keep_page, file), on_count=partial(_keep_count, file))
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


def _keep_count(file: StoredFile, pages: int) -> None:
    """So that people see how far it is; what counts is what reading says at its end."""
    StoredFile.objects.filter(pk=file.pk, read_at=None).update(page_count=pages)


def _keep_page(file: StoredFile, picture: PagePicture) -> None:
    Page.objects.update_or_create(
        file=file,
        number=picture.number,
        defaults={
            "width": picture.width,
            "height": picture.height,
            "empty": picture.empty,
            "picture": picture.picture.read_bytes(),
            "thumbnail": picture.thumbnail.read_bytes(),
        },
    )
