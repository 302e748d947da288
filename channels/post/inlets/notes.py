"""What happened at the ways for scans, as the counter sees it."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from casework.filestore import tidy_name
from casework.models import Batch, User
from channels.models import InletNote

if TYPE_CHECKING:
    from channels.post.inlets.taking import Thing

# Nothing is lost and nobody has to do anything; everything else waits for a person.
QUIET = ("taken", "duplicate")


def write(thing: "Thing", kind: str, batch: Batch | None = None) -> tuple[InletNote, bool]:
    """The note about this thing, and whether it is new. What was noted before stays as it was."""
    with transaction.atomic():
        return InletNote.objects.get_or_create(
            key=thing.key,
            defaults={
                "source": thing.source,
                "place": readable(thing.place),
                "name": tidy_name(readable(thing.name)),
                "kind": kind,
                "batch": batch,
            },
        )


def waiting() -> QuerySet[InletNote]:
    """Notes somebody has to look at, oldest first."""
    notes = InletNote.objects.select_related("batch")
    return notes.filter(settled_at=None).exclude(kind__in=QUIET).order_by("pk")


def recent(limit: int = 100) -> QuerySet[InletNote]:
    """What came by itself, newest first."""
    notes = InletNote.objects.select_related("batch__file", "settled_by")
    return notes.order_by("-pk")[:limit]


def settle(note_id: int, user: User) -> bool:
    """A person has dealt with it; whether it was open until now."""
    return bool(waiting().filter(pk=note_id).update(settled_at=Now(), settled_by=user))


def readable(name: str) -> str:
    """Names on disk are bytes: what is not UTF-8 is shown as such and kept on disk as it was."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "")[-200:]
