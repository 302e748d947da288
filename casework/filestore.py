"""Bytes in PostgreSQL: written in chunks of at most 1 MiB, read back before anything is promised.

A default file storage does not reach the disk before the receipt does; rows in the same transaction do
(docs/decisions/0002).
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import Max

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
    sha256: str = "",
) -> StoredFile:
    """Store the bytes as they come and return the file. Empty and broken files are kept too.

    `stack`: a scanned stack of letters; its pages are read after what people at a screen wait for.
    `sha256`: where the bytes were hashed before; reading back tells whether it is true.
    """
    file = begin(name, file_id=file_id)
    digest, head = hashlib.sha256(), b""
    for position, chunk in enumerate(_chunks(pieces)):
        head = head or chunk[:HEAD_BYTES]
        if not sha256:
            digest.update(chunk)
        _write(file, position, chunk)
        file.size += len(chunk)
    _complete(file, sha256 or digest.hexdigest(), head, actor, stack=stack)
    return file


def begin(name: str, *, file_id: uuid.UUID | None = None) -> StoredFile:
    """A file none of whose bytes are here yet; until it is complete it counts for nothing."""
    return StoredFile.objects.create(id=file_id or uuid.uuid4(), name=tidy_name(name))


def append(file: StoredFile, chunk: bytes) -> None:
    """Write the next bytes, at most 1 MiB. The caller has locked what the file belongs to."""
    assert len(chunk) <= CHUNK_BYTES, "a chunk has at most 1 MiB"
    assert not file.sha256, "a complete file is never changed"
    last = file.chunks.aggregate(last=Max("position"))["last"]
    _write(file, 0 if last is None else last + 1, chunk)
    file.size += len(chunk)
    file.save(update_fields=["size"])


def empty(file: StoredFile) -> None:
    """Throw away the bytes of a file that is not complete: its sender begins again."""
    assert not file.sha256, "a complete file is never changed"
    file.chunks.all().delete()
    file.size = 0
    file.save(update_fields=["size"])


def complete(file: StoredFile, sha256: str, actor: Actor) -> None:
    """All bytes are here and read back to this hash. From now on the file is read and never changed."""
    _complete(file, sha256, next(read(file), b"")[:HEAD_BYTES], actor)


def _complete(file: StoredFile, sha256: str, head: bytes, actor: Actor, *, stack: bool = False) -> None:
    file.sha256, file.media_type = sha256, media_type(head)
    file.save(update_fields=["size", "sha256", "media_type"])
    events.record(events.FileKept(sha256=file.sha256, size=file.size, stack=stack), actor, file=file)


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        if not waiting and len(piece) == CHUNK_BYTES:
            yield piece
            continue
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
    _pass_on(file, digest.update)
    return digest.hexdigest()


def write_to(file: StoredFile, path: Path) -> None:
    """Copy to a file, for a child process to open."""
    with path.open("wb") as target:
        _pass_on(file, target.write)


def _pass_on(file: StoredFile, take: Callable[[bytes], object]) -> None:
    """Chunk after chunk, while the database fetches the next; `take` must not ask it for anything."""
    chunks = "SELECT data FROM casework_chunk WHERE file_id = %s ORDER BY position"
    with _binary() as cursor, cursor.copy(f"COPY ({chunks}) TO STDOUT (FORMAT BINARY)", (file.pk,)) as copy:
        copy.set_types(["bytea"])
        for (chunk,) in copy.rows():
            take(chunk)
