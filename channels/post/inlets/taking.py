"""What all ways have in common: bytes that came by themselves become a batch, once, with a note."""

import hashlib
import os
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.core.files import File
from django.db import transaction

from casework import drawing, locks
from casework.clock import berlin_day, database_now
from casework.envelope import SYSTEM, Actor
from casework.models import Batch, StoredFile
from channels.models import InletNote
from channels.post import adapter
from channels.post.inlets import notes

BIG_BYTES = 16 * 1024 * 1024  # keeping more takes longer than drawing a page
_SPACE = uuid.UUID("5c0a7c1e-6a0e-5f51-9c53-0c6b8f6f2d11")


def key_of(sha256: str) -> uuid.UUID:
    """The key of a batch that came by itself: the same bytes are the same batch, whatever way they came."""
    return uuid.uuid5(_SPACE, f"sha256:{sha256}")


@dataclass(frozen=True)
class Thing:
    """Something that came by itself. `identity` tells it from every other thing of its source."""

    source: str  # folder, mail or scanner
    identity: str
    name: str
    place: str = ""

    @property
    def key(self) -> uuid.UUID:
        named = f"{self.source}:{self.identity}".encode("utf-8", "surrogateescape")
        return uuid.uuid5(_SPACE, hashlib.sha256(named).hexdigest())


@dataclass(frozen=True)
class Taken:
    """`first`: taken just now. Else `note` says whether this very thing came before, or only its bytes."""

    batch: Batch
    note: InletNote
    first: bool


def take(
    thing: Thing,
    content: BinaryIO,
    sha256: str,
    arrived_on: date,
    *,
    actor: Actor = SYSTEM,
    sheets: int | None = None,
) -> Taken:
    """Keep the bytes as a batch and note it, in one transaction.

    Errors: adapter.BytesDiffer if the bytes no longer hash to `sha256`; uploads.TooLarge. Nothing is kept
    then.
    """
    key = key_of(sha256)
    file: File[Any] = File(content, name=notes.readable(thing.name))
    with _first_page_meanwhile(content) as keep_first_page, transaction.atomic():
        locks.hold(f"batch:{key}")
        known = Batch.objects.filter(key=key).exists()
        batch = adapter.keep_batch(
            file, arrived_on, sheets, actor, key=key, source=thing.source, sha256=sha256
        )
        if not known:
            keep_first_page(batch.file)
        note, made = notes.write(thing, "duplicate" if known else "taken", batch)
        return Taken(batch, note, first=made and not known)


def _first_page_meanwhile(content: BinaryIO) -> AbstractContextManager[Callable[[StoredFile], None]]:
    """Of what lies on a disk and is big: whoever stands at the scanner looks whether it came."""
    try:
        big = os.fstat(content.fileno()).st_size >= BIG_BYTES
    except OSError:  # in memory only
        big = False
    return drawing.first_page_meanwhile(content.fileno()) if big else nullcontext(lambda file: None)


def day_of(moment: datetime) -> date:
    """The day by which paper must have been in the office: when it was scanned, at the latest today.

    Nobody typed a day of arrival; a clerk who registered the letters has the true one.
    """
    return min(berlin_day(moment), berlin_day(database_now()))
