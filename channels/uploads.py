"""Keeping files as they come in, for all three channels: first kept, then sent."""

from django.conf import settings
from django.core.files import File

from casework import filestore
from casework.envelope import Actor
from casework.models import StoredFile


class TooLarge(Exception):
    """More bytes than one file may have; the message names sizes in bytes."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"{size} bytes, at most {limit}")
        self.size, self.limit = size, limit


def keep(
    uploaded: "File[bytes]", actor: Actor, *, limit: int | None = None, stack: bool = False
) -> StoredFile:
    """Keep a file as it comes in, byte for byte. Errors: TooLarge (nothing is kept then)."""
    limit = limit or settings.MAX_FILE_BYTES
    if uploaded.size is not None and uploaded.size > limit:
        raise TooLarge(uploaded.size, limit)
    return filestore.keep(uploaded.chunks(), uploaded.name or "", actor, stack=stack)
