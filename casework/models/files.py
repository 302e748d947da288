import secrets
import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models

CHUNK_BYTES = 1024 * 1024


class StoredFile(models.Model):
    """A file as it came in, byte for byte; the bytes are its chunks. Never changed once complete."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, blank=True)  # as given; text only, never a path
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=80, blank=True)  # by content, not by name
    created_at = models.DateTimeField(auto_now_add=True)
    # What reading found (casework.reading); read_at is empty until it has been read.
    read_at = models.DateTimeField(null=True, blank=True)
    page_count = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=20, blank=True)
    cut_off = models.BooleanField(default=False)
    virus = models.CharField(
        max_length=12,
        default="unchecked",
        choices=[("unchecked", "unchecked"), ("clean", "clean"), ("found", "found")],
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sha256"])]

    def __str__(self) -> str:
        return self.name or str(self.id)

    @property
    def fault(self) -> str:
        """Why a person has to look after this file, as a problem of the catalogue; usually empty."""
        if self.virus == "found":
            return "infected"
        return self.problem or ("damaged" if self.cut_off else "")


class Chunk(models.Model):
    """At most 1 MiB of a file. Stored out of line and uncompressed (see the migration)."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "position"], name="one_chunk_a_position")
        ]

    def __str__(self) -> str:
        return f"{self.file_id} #{self.position}"


class Page(models.Model):
    """A picture we made of one page; staff see this, not the file."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()  # from 1
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    empty = models.BooleanField(default=False)  # one colour: may be a blank page or a failed scan
    picture = models.BinaryField()
    thumbnail = models.BinaryField()

    # What recognising found (casework.reading.recognise); empty until then. Places are fractions of the
    # upright page: x, y, width, height from 0 to 1.
    recognised_at = models.DateTimeField(null=True, blank=True)
    turned = models.PositiveSmallIntegerField(default=0)  # degrees clockwise to make the picture upright
    blank = models.BooleanField(default=False)  # nothing on it, beyond scanner shadow and show-through
    language = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=40, blank=True)  # a document kind of the catalogue, suggested
    kind_confidence = models.FloatField(default=0)
    text = models.TextField(blank=True)
    words = models.JSONField(default=list, blank=True)  # [text, x, y, width, height, confidence]
    codes = models.JSONField(default=list, blank=True)  # {"format", "content", "place": [x, y, w, h]}
    fields = models.JSONField(default=list, blank=True)  # {"name", "value", "place", "confidence"}
    fingerprint = models.BinaryField(null=True, blank=True)
    search = models.GeneratedField(
        expression=SearchVector("text", config="german"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [GinIndex(fields=["search"], name="page_search")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="one_picture_a_page")
        ]

    def __str__(self) -> str:
        return f"{self.file_id} p. {self.number}"


def new_salt() -> bytes:
    return secrets.token_bytes(16)
