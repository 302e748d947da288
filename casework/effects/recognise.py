"""Find text, codes, kind and fields on a file's pages. Subject: a file.

Each page is stored as soon as it is recognised, so that people see how far a stack is, and a second try goes
on where the first ended. Several workers share the pages of a stack, and begin while the last are still being
drawn: each takes some blocks of pages nobody else is at, and calls another worker for the rest. Without
Tesseract on this machine it fails and staff see that; arrival goes on.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from casework import events, filestore, locks, outbox, prints
from casework.envelope import SYSTEM
from casework.models import Event, Page, StoredFile
from casework.reading.recognise import USUAL, recognise, tessdata
from casework.reading.recognised import PageReading, Place, turned_place

BLOCK = 5
"""Pages that one worker takes at least. Fewer would share the end of a stack more evenly, for more starts."""


def run(subject: str) -> bool:
    """Whether there may be more to do: it stops in between when something more urgent waits."""
    file = StoredFile.objects.filter(pk=subject).first()
    if file is None or file.virus == "found":
        return False
    if _open_blocks(file):
        tessdata(settings.OCR_LANGUAGES)  # without it nobody else need be called
        with tempfile.TemporaryDirectory(prefix="recognising-") as folder:
            source = Path(folder) / "source"
            while _some(file, source):
                if outbox.more_urgent_waits():
                    return True
    _finish(file)
    return False


def begin(file: StoredFile, drawn: int) -> None:
    """Called while pages are drawn: have recognising begun as soon as there is enough to do."""
    if drawn % USUAL.slice_pages == 0:
        outbox.another("recognise", str(file.pk))


def _some(file: StoredFile, source: Path) -> bool:
    """Recognise the pages of some blocks; False if there are none, or others are at them all."""
    blocks = _open_blocks(file)
    with _mine(file, blocks) as mine:
        waiting = Page.objects.filter(
            file=file,
            recognised_at=None,
            number__in=[block * BLOCK + n for block in mine for n in range(1, BLOCK + 1)],
        )
        numbers = list(waiting.order_by("number").values_list("number", flat=True))
        if numbers:
            if len(mine) < len(blocks):
                outbox.another("recognise", str(file.pk))
            if not source.exists():
                filestore.write_to(file, source)
            recognise(source, numbers, languages=settings.OCR_LANGUAGES, on_page=partial(_keep, file))
            # What could not be recognised at all is done, too: people look at it.
            waiting.update(recognised_at=Now())
    return bool(mine)


def _open_blocks(file: StoredFile) -> list[int]:
    """Blocks with pages to recognise; of a file that is still being drawn those that are complete."""
    pages = Page.objects.filter(file=file)
    numbers = pages.filter(recognised_at=None).values_list("number", flat=True)
    blocks = sorted({(number - 1) // BLOCK for number in numbers})
    if StoredFile.objects.filter(pk=file.pk, read_at=None).exists():
        last = pages.aggregate(last=Max("number"))["last"] or 0
        blocks = [block for block in blocks if (block + 1) * BLOCK <= last]
    return blocks


@contextmanager
def _mine(file: StoredFile, blocks: list[int]) -> Iterator[list[int]]:
    """Some of these blocks for this worker alone: as many as one child reads, towards the end fewer."""
    names = {f"recognise:{file.pk}:{block}": block for block in blocks}
    share = len(blocks) // (2 * (os.cpu_count() or 1))
    with locks.claimed(names, max(1, min(share, USUAL.slice_pages // BLOCK))) as mine:
        yield [names[name] for name in mine]


def _finish(file: StoredFile) -> None:
    with transaction.atomic():
        found = StoredFile.objects.select_for_update().filter(pk=file.pk, read_at__isnull=False).first()
        if found is None or Event.objects.filter(kind=events.FileRecognised.kind, file=found.pk).exists():
            return
        pages = Page.objects.filter(file=found)
        if pages.exists() and not pages.filter(recognised_at=None).exists():
            events.record(events.FileRecognised(pages.count()), SYSTEM, file=found)


def _keep(file: StoredFile, found: PageReading) -> None:
    with transaction.atomic():
        page = (
            Page.objects.select_for_update()
            .defer("picture", "thumbnail")
            .filter(file=file, number=found.number, recognised_at=None)
            .first()
        )
        if page is None:  # its draft was thrown away, or somebody else was quicker
            return
        by_hand = page.turned  # somebody put it right already; her picture stays
        if not by_hand and found.upright is not None:
            page.turned = found.turned
            page.width, page.height = found.upright.width, found.upright.height
            page.picture, page.thumbnail = found.upright.picture, found.upright.thumbnail
        turn = partial(_turned, degrees=(page.turned - found.turned) % 360)
        page.recognised_at = Now()
        page.blank, page.language = found.blank, found.language
        page.kind, page.kind_confidence = found.kind, found.kind_confidence
        page.text, page.fingerprint = found.text, found.fingerprint or None
        page.words = [[word.text, *turn(word.place), word.confidence] for word in found.words]
        page.codes = [{**code.as_dict(), "place": turn(code.place)} for code in found.codes]
        page.fields = [{**field.as_dict(), "place": turn(field.place)} for field in found.fields]
        page.save(update_fields=[*_TOLD, *(_PICTURE if not by_hand and found.upright else ())])
        prints.keep(page, found)
    outbox.came_on()


_TOLD = (
    *("recognised_at", "blank", "language", "kind", "kind_confidence"),
    *("text", "fingerprint", "words", "codes", "fields"),
)
_PICTURE = ("turned", "width", "height", "picture", "thumbnail")


def _turned(place: Place, degrees: int) -> list[float]:
    return turned_place(place, degrees).as_list()
