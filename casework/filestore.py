"""Bytes in PostgreSQL: written in chunks of at most 1 MiB, read back before anything is promised.

A default file storage does not reach the disk before the receipt does; rows in the same transaction do
(docs/decisions/0002).
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction

from casework import events
from casework.envelope import Actor
from casework.models import Chunk, StoredFile
from casework.models.files import CHUNK_BYTES
from casework.reading.sniff import HEAD_BYTES, media_type

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def tidy_name(name: str) -> str:
    """A file name as text: no path, no control or direction-changing characters, at most 200 characters."""
    return _CONTROL.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[-200:]


@transaction.atomic
def keep(
    pieces: Iterable[bytes],
    name: str,
    actor: Actor,
    *,
    file_id: uuid.UUID | None = None,
    stack: bool = False,
) -> StoredFile:
    """Store the bytes as they come and return the file. Empty and broken files are kept too.

    `stack`: a scanned stack of letters; its pages are read after what people at a screen wait for.
    """
    file = StoredFile.objects.create(id=file_id or uuid.uuid4(), name=tidy_name(name))
    digest, head = hashlib.sha256(), b""
    for position, chunk in enumerate(_chunks(pieces)):
        head = head or chunk[:HEAD_BYTES]
        digest.update(chunk)
        _write(file, position, chunk)
        file.size += len(chunk)
    file.sha256, file.media_type = digest.hexdigest(), media_type(head)
    file.save(update_fields=["size", "sha256", "media_type"])
    events.record(events.FileKept(sha256=file.sha256, size=file.size, stack=stack), actor, file=file)
    return file


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        yield bytes(waiting)


def read(file: StoredFile) -> Iterator[bytes]:
    """The bytes, chunk by chunk, in memory of one chunk."""
    chunks = list(file.chunks.order_by("position").values_list("pk", flat=True))
    for pk in chunks:
        with _binary() as cursor:
            cursor.execute("SELECT data FROM casework_chunk WHERE id = %s", (pk,), binary=True)
            row = cursor.fetchone()
        if row is None:
            raise Chunk.DoesNotExist
        yield row[0]


def _write(file: StoredFile, position: int, data: bytes) -> None:
    with _binary() as cursor:
        cursor.execute(
            "INSERT INTO casework_chunk (file_id, position, data) VALUES (%s, %s, %b)",
            (file.pk, position, data),
        )


@contextmanager
def _binary() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor that sends and gets bytes as they are.

    Django's writes them into the statement as hexadecimal text: twice the size, quoted and parsed again;
    that was half the processor time of a submission.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def hash_read_back(file: StoredFile) -> str:
    digest = hashlib.sha256()
    for chunk in read(file):
        digest.update(chunk)
    return digest.hexdigest()


def write_to(file: StoredFile, path: Path) -> None:
    """Copy to a file, for a child process to open."""
    with path.open("wb") as target:
        for chunk in read(file):
            target.write(chunk)
