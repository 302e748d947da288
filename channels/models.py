"""What has not been sent yet. A draft is not an application; it becomes a submission by `intake.receive`."""

import uuid
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from casework.codes import new_number
from casework.models import Batch, HelperPerson, StoredFile, User


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
    corrects = models.CharField(max_length=12, blank=True)  # receipt number whose answers are put right
    language = models.CharField(max_length=12, default="de")
    notice_email = models.EmailField(blank=True)
    helper_name = models.CharField(max_length=120, blank=True)
    helper_relation = models.CharField(max_length=40, blank=True)
    # Resumed by this account as well as by its code.
    account = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts")
    # Papers that a helper sends into the case she helps with.
    sent_by = models.ForeignKey(
        HelperPerson, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts"
    )
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


HINTS = ("blurred", "dark", "cut")


class DraftFile(models.Model):
    """A file of a paper, kept byte for byte from the moment it was chosen."""

    paper = models.ForeignKey(DraftPaper, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="drafts")
    position = models.PositiveIntegerField(default=0)  # among the pages of the paper; may be changed
    announced = models.CharField(max_length=64, blank=True)  # SHA-256 the browser found, if it could
    hints = models.CharField(max_length=40, blank=True)  # of HINTS: what the phone saw; never a refusal
    address = models.CharField(max_length=40, blank=True)  # a keyed hash of where it came from, for limits

    class Meta:
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.file.name


class IncomingFile(models.Model):
    """A file on its way to a paper, piece by piece; the bytes that are here are those of `file`.

    Once it is complete the paper has it as a DraftFile; this row stays to say so to a browser that did
    not hear the last answer.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="incoming")
    kind = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="incoming")
    length = models.BigIntegerField()
    position = models.PositiveIntegerField(default=0)
    announced = models.CharField(max_length=64, blank=True)
    hints = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=40, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.file.name} {self.file.size}/{self.length}"

    @property
    def complete(self) -> bool:
        return bool(self.file.sha256)


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
