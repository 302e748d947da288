"""Find text, codes, kind and fields on a file's pages. Subject: a file.

Each page is stored as soon as it is recognised, so that people see how far a stack is, and a second try goes
on where the first ended. Without Tesseract on this machine it fails and staff see that; arrival goes on.
"""

import tempfile
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from casework import events, filestore
from casework.envelope import SYSTEM
from casework.models import Event, Page, StoredFile
from casework.reading.recognise import recognise
from casework.reading.recognised import PageReading, Place, turned_place


def run(subject: str) -> None:
    file = StoredFile.objects.filter(pk=subject).first()
    if file is None or file.read_at is None or file.virus == "found":
        return
    waiting = Page.objects.filter(file=file, recognised_at=None)
    numbers = list(waiting.order_by("number").values_list("number", flat=True))
    if numbers:
        with tempfile.TemporaryDirectory(prefix="recognising-") as folder:
            source = Path(folder) / "source"
            filestore.write_to(file, source)
            recognise(source, numbers, languages=settings.OCR_LANGUAGES, on_page=partial(_keep, file))
        # What could not be recognised at all is done, too: people look at it.
        waiting.update(recognised_at=Now())
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().filter(pk=subject).first()
        if file is None or Event.objects.filter(kind=events.FileRecognised.kind, file=file.pk).exists():
            return
        pages = Page.objects.filter(file=file).count()
        if pages:
            events.record(events.FileRecognised(pages), SYSTEM, file=file)


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


_TOLD = (
    *("recognised_at", "blank", "language", "kind", "kind_confidence"),
    *("text", "fingerprint", "words", "codes", "fields"),
)
_PICTURE = ("turned", "width", "height", "picture", "thumbnail")


def _turned(place: Place, degrees: int) -> list[float]:
    return turned_place(place, degrees).as_list()
