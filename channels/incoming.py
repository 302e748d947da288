"""Files that come in piece by piece over a bad line: every piece that is acknowledged is committed.

Nothing here knows HTTP; channels/uploads.py speaks the protocol. Whoever calls has checked that the draft
may be used. Every change locks the draft, so that two lines never write into one file at once.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Sum
from django.utils.crypto import salted_hmac

from casework import filestore
from casework.envelope import Actor
from casework.models import StoredFile
from casework.models.files import CHUNK_BYTES
from channels.drafts import KEEP, changing
from channels.models import Draft, DraftFile, DraftPaper, IncomingFile

# Smaller pieces are not kept unless they end the file: a million rows of one byte would be a burden.
SMALLEST_PIECE = 16 * 1024
LARGEST_PIECE = CHUNK_BYTES


class Full(Exception):
    """More than one draft, or all unsent drafts of one address, may hold."""


class WrongOffset(Exception):
    """The piece does not begin where the bytes that are here end; `offset` says where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the next byte is number {offset}")
        self.offset = offset


class TooMuch(Exception):
    """More bytes than the file was said to have."""


class TooSmall(Exception):
    """A piece so small that it is not worth a row."""


class Differs(Exception):
    """The whole file does not hash to what its sender announced. Its bytes are gone; it begins again."""


def begin(
    draft: Draft,
    kind: str,
    name: str,
    length: int,
    actor: Actor,
    *,
    announced: str = "",
    hints: str = "",
    address: str = "",
) -> IncomingFile:
    """Expect a file of `length` bytes for a paper. Announced with the same hash again: the same one.

    A file the paper has already is complete at once. Errors: Full, AlreadySent.
    """
    with changing(draft) as locked:
        if announced and (known := _known(locked, kind, length, announced)):
            return known
        make_room(locked, length, address)
        incoming = IncomingFile.objects.create(
            draft=locked,
            kind=kind,
            file=filestore.begin(name),
            length=length,
            position=next_position(locked, kind),
            announced=announced,
            hints=hints,
            address=address,
        )
        if length == 0:
            _complete(incoming, filestore.hash_read_back(incoming.file), actor)
        return incoming


def _known(draft: Draft, kind: str, length: int, announced: str) -> IncomingFile | None:
    same = {"kind": kind, "length": length, "announced": announced}
    found = draft.incoming.select_related("file").filter(**same).first()
    if found is not None:
        return found
    kept = DraftFile.objects.filter(
        paper__draft=draft, paper__kind=kind, file__sha256=announced, file__size=length
    ).first()
    if kept is None:
        return None
    return IncomingFile.objects.create(draft=draft, file=kept.file, position=kept.position, **same)


def find(draft: Draft, public_id: UUID) -> IncomingFile | None:
    return draft.incoming.select_related("file").filter(public_id=public_id).first()


def expires(incoming: IncomingFile) -> datetime:
    """When the bytes that are here are forgotten, if no more come."""
    return incoming.updated_at + KEEP


def append(draft: Draft, public_id: UUID, offset: int, data: bytes, actor: Actor) -> int:
    """Keep a piece that begins at byte `offset`; return how many bytes are here once it is committed.

    Errors: WrongOffset, TooMuch, TooSmall, Differs, AlreadySent, IncomingFile.DoesNotExist.
    """
    differs = False
    with changing(draft) as locked:
        incoming = locked.incoming.select_related("file").get(public_id=public_id)
        file = incoming.file
        if offset != file.size:
            raise WrongOffset(file.size)
        end = offset + len(data)
        if end > incoming.length:
            raise TooMuch
        if data and end < incoming.length and len(data) < SMALLEST_PIECE:
            raise TooSmall
        if data and not incoming.complete:
            filestore.append(file, data)
            if end == incoming.length:
                sha256 = filestore.hash_read_back(file)
                if differs := incoming.announced not in ("", sha256):
                    filestore.empty(file)
                else:
                    _complete(incoming, sha256, actor)
            incoming.save(update_fields=["updated_at"])
            locked.save(update_fields=["updated_at"])
    if differs:
        raise Differs
    return end


def _complete(incoming: IncomingFile, sha256: str, actor: Actor) -> None:
    """The file becomes one of its paper; the same bytes a second time (nobody announced a hash) do not."""
    paper, _ = DraftPaper.objects.get_or_create(draft=incoming.draft, kind=incoming.kind)
    twin = paper.files.filter(file__sha256=sha256).select_related("file").first() if incoming.length else None
    if twin is not None:
        mine, incoming.file = incoming.file, twin.file
        incoming.save(update_fields=["file"])
        mine.delete()
        return
    filestore.complete(incoming.file, sha256, actor)
    DraftFile.objects.create(
        paper=paper,
        file=incoming.file,
        position=incoming.position,
        announced=incoming.announced,
        hints=incoming.hints,
        address=incoming.address,
    )


def withdraw(draft: Draft, public_id: UUID) -> None:
    """Throw away what is here of a file that is not complete. Twice is the same as once."""
    with changing(draft) as locked:
        StoredFile.objects.filter(incoming__draft=locked, incoming__public_id=public_id, sha256="").delete()


def unfinished(draft: Draft, kind: str = "") -> list[IncomingFile]:
    """What is only partly here; of one paper, or of all."""
    found = draft.incoming.filter(file__sha256="").select_related("file")
    return list(found.filter(kind=kind) if kind else found)


# --- order and limits, also for files that come whole


def next_position(draft: Draft, kind: str) -> int:
    """Behind all pages this paper has and all that are on their way."""
    here = DraftFile.objects.filter(paper__draft=draft, paper__kind=kind).aggregate(last=Max("position"))
    coming = draft.incoming.filter(kind=kind).aggregate(last=Max("position"))
    return max(here["last"] or 0, coming["last"] or 0) + 1


def make_room(draft: Draft, length: int, address: str) -> None:
    """Errors: Full. A stranger cannot fill the disk with what is never sent; what is sent counts no more."""
    kept = DraftFile.objects.filter(paper__draft__sent_at=None)
    coming = IncomingFile.objects.filter(draft__sent_at=None, file__sha256="")
    mine, mine_coming = kept.filter(paper__draft=draft), coming.filter(draft=draft)
    if mine.count() + mine_coming.count() >= settings.MAX_DRAFT_FILES:
        raise Full
    held = [(mine, mine_coming, settings.MAX_DRAFT_BYTES)]
    if address:
        of_address = (kept.filter(address=address), coming.filter(address=address))
        held.append((*of_address, settings.MAX_UNSENT_BYTES))
    for whole, partly, limit in held:
        here = whole.aggregate(bytes=Sum("file__size"))["bytes"] or 0
        expected = partly.aggregate(bytes=Sum("length"))["bytes"] or 0
        if here + expected + length > limit:
            raise Full


def hidden(address: str) -> str:
    """An address as limits know it: never in clear."""
    return salted_hmac("uploads", address, algorithm="sha256").hexdigest()[:40]
