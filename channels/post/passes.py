"""Fronts and backs of a double-sided stack, scanned one after the other: one batch of both."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from casework import passes
from casework.envelope import Actor
from casework.models import Batch, StoredFile
from channels.post import adapter


@dataclass(frozen=True)
class Kept:
    """`counts`: pages of the two passes. None: they could not be put together, so there are two batches."""

    batch: Batch
    counts: tuple[int, int] | None


def keep_both(
    fronts: UploadedFile | StoredFile,
    backs: UploadedFile | StoredFile,
    arrived_on: date,
    sheets: int | None,
    actor: Actor,
    *,
    key: uuid.UUID,
    backs_reversed: bool,
) -> Kept:
    """Keep both files and their pages in the right order; the same key again gives the same batch.

    Errors: uploads.TooLarge; nothing is kept then.
    """
    known = Batch.objects.filter(key=key).first()
    if known is not None:
        return Kept(known, (0, 0))
    with transaction.atomic():
        first, second = _kept(fronts, actor), _kept(backs, actor)
        try:
            both = passes.interleaved(first, second, backs_reversed=backs_reversed)
        except passes.HandworkFailed:
            # Each for itself: what is wrong with which is then said on its own page.
            adapter.keep_batch(second, arrived_on, None, actor, key=uuid.uuid5(key, "backs"))
            return Kept(adapter.keep_batch(first, arrived_on, sheets, actor, key=key), None)
        merged = ContentFile(both.pdf, name=first.name)
        batch = adapter.keep_batch(merged, arrived_on, sheets, actor, key=key)
        passes.note(batch, first, second)
        return Kept(batch, (both.fronts, both.backs))


def _kept(file: UploadedFile | StoredFile, actor: Actor) -> StoredFile:
    return file if isinstance(file, StoredFile) else adapter.keep_file(file, actor)
