"""The only door. Channels hand over an `Envelope` and get an `Ack`; only their adapters may import this."""

import uuid
from datetime import date

from django.db import transaction

from casework import arriving, events, filestore, locks
from casework.arriving import PagesTaken, acknowledge, add_scan, receive
from casework.envelope import Actor, BytesDiffer
from casework.models import Batch, StoredFile

__all__ = ["PagesTaken", "acknowledge", "add_scan", "receive", "receive_batch"]


def receive_batch(
    key: uuid.UUID,
    file_id: uuid.UUID,
    arrived_on: date,
    sheets: int | None,
    actor: Actor,
    *,
    source: str = "upload",
) -> Batch:
    """A scanned stack, before it is split into letters; the same key again gives the same batch.

    `source` is one of BATCH_SOURCES; a stack that came by itself has nobody who scanned it.
    """
    with transaction.atomic():
        locks.hold(f"batch:{key}")
        known = Batch.objects.filter(key=key).first()
        if known is not None:
            return known
        arriving.durable()
        file = StoredFile.objects.get(pk=file_id)
        if filestore.hash_read_back(file) != file.sha256:
            raise BytesDiffer(file.pk)
        assert actor.user_id is not None or source != "upload", "somebody of the counter uploaded it"
        batch = Batch.objects.create(
            key=key,
            file=file,
            arrived_on=arrived_on,
            sheets=sheets,
            scanned_by_id=actor.user_id,
            source=source,
        )
        events.record(events.BatchScanned(batch=batch.pk), actor, file=file)
        return batch
