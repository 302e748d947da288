"""What has not been sent yet. A draft is not an application; it becomes a submission by `intake.receive`."""

import uuid
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from casework.codes import new_number
from casework.models import Batch, StoredFile, User


class Draft(models.Model):
    """Answers and papers collected before sending; resumed by its code. `key` makes sending repeatable."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.CharField(max_length=20)
    service_version = models.PositiveIntegerField()
    answers = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Case code or receipt number this adds to; checked together with the birth date among the answers.
    number = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, default="de")
    notice_email = models.EmailField(blank=True)
    helper_name = models.CharField(max_length=120, blank=True)
    helper_relation = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    secret = models.CharField(max_length=26, blank=True)  # of the receipt, once sent: a reload shows it again

    def __str__(self) -> str:
        return f"{self.service} {self.public_id}"


class DraftPaper(models.Model):
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.kind


class DraftFile(models.Model):
    """A file of a paper, kept byte for byte from the moment it was chosen."""

    paper = models.ForeignKey(DraftPaper, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="drafts")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.file.name


NOTE_KINDS = (
    "taken",  # a batch now
    "duplicate",  # the same bytes came before: the same batch, read once
    "too_large",  # nothing kept; the file lies apart
    "refused",  # a link or another thing that is no file
    "unreadable",  # the portal may not open it
    "stuck",  # kept, but it cannot be moved away
    "unfinished",  # begun long ago and never finished
    "stranger",  # a mail from an address that is not allowed
    "nothing",  # a mail without a scan
    "partly",  # a mail of which some parts are no scans
)


class InletNote(models.Model):
    """What happened to one thing that came by itself: a file in a folder, a mail, a stack in a scanner.

    `key` is made from that thing, so that whoever looks again after a crash writes no second note.
    """

    key = models.UUIDField(unique=True, editable=False)
    source = models.CharField(max_length=12)  # folder, mail or scanner
    place = models.CharField(max_length=200, blank=True)  # folder below the watched one, address, scanner
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in NOTE_KINDS])
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.CASCADE, related_name="inlet_notes"
    )
    at = models.DateTimeField(auto_now_add=True)
    # What asks for a person is settled by one; what went as it should never needs it.
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["kind"], condition=models.Q(settled_at=None), name="inlet_note_open")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
