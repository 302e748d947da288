import uuid
from typing import ClassVar

from django.db import models

from casework.codes import new_number
from casework.models.cases import Case, Requirement
from casework.models.files import StoredFile
from casework.models.people import User
from casework.models.submissions import Submission

BATCH_SOURCES = ("upload", "folder", "mail", "scanner")


class Batch(models.Model):
    """A stack of paper scanned in one go. Each page goes to a letter or is set aside."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True, editable=False)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="batch")
    arrived_on = models.DateField()  # the day the letters reached the office, not the day of scanning
    sheets = models.PositiveIntegerField(null=True, blank=True)  # counted by hand
    # None: it came by itself, from a watched folder, a mailbox or a network scanner.
    scanned_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="batches"
    )
    source = models.CharField(max_length=12, default="upload", choices=[(s, s) for s in BATCH_SOURCES])
    scanned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "batches"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.file.name


class BatchPass(models.Model):
    """One of the two one-sided passes a double-sided stack was scanned in, as it came."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="passes")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="batch_pass")
    side = models.CharField(max_length=6, choices=[("fronts", "fronts"), ("backs", "backs")])

    class Meta:
        verbose_name_plural = "batch passes"
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "side"], name="one_pass_a_side")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.side}"


class SetAsidePage(models.Model):
    """A page that belongs to no letter, e.g. a blank back. Kept and shown, never deleted."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="set_aside")
    page = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, default="blank")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "page"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} p. {self.page}"


class CoverSheet(models.Model):
    """A sheet with a QR code that says whose the papers behind it are, and which paper was asked for."""

    code = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="cover_sheets")
    requirement = models.ForeignKey(
        Requirement, null=True, blank=True, on_delete=models.SET_NULL, related_name="cover_sheets"
    )
    kind = models.CharField(max_length=40, blank=True)
    printed_at = models.DateTimeField(auto_now_add=True)
    printed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.code


class Original(models.Model):
    """Where the paper itself is, until when it is kept, and what became of it."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="original")
    place = models.CharField(max_length=120, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    returned_on = models.DateField(null=True, blank=True)
    returned_to = models.CharField(max_length=120, blank=True)
    destroyed_on = models.DateField(null=True, blank=True)
    asked_back = models.BooleanField(default=False)  # the sender wants it; it is not destroyed then

    def __str__(self) -> str:
        return self.place


class PostbookDay(models.Model):
    """A closed day of the postbook: its signed sheet, which adds up. Later additions make a further sheet."""

    day = models.DateField()
    sheet = models.PositiveSmallIntegerField(default=1)
    closed_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()  # the canonical figures that are hashed and signed
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    pdf = models.BinaryField()
    # The sheet itself is signed too: it shows names, which the figures do not.
    pdf_sha256 = models.CharField(max_length=64, default="")
    pdf_signature = models.CharField(max_length=128, default="")
    reason = models.CharField(max_length=300, blank=True)  # why it was closed although points were open

    class Meta:
        ordering: ClassVar = ["-day", "-sheet"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "sheet"], name="one_sheet_a_number")]

    def __str__(self) -> str:
        return f"{self.day} ({self.sheet})"


TROUBLE_OUTCOMES = ("scanned_again", "copy_came", "other_way", "nothing_to_do")


class Trouble(models.Model):
    """A stack or a letter that cannot go its usual way: who looks after it, and how it ended. Never deleted.

    A stack whose file could not be read is in trouble by itself; its row is made when somebody takes it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.OneToOneField(
        Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="trouble"
    )
    submission = models.OneToOneField(
        Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="trouble"
    )
    problem = models.CharField(max_length=20)  # a problem of the catalogue
    since = models.DateTimeField()
    taken_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    copy_asked_at = models.DateTimeField(null=True, blank=True)  # said on the claimant's status page
    outcome = models.CharField(max_length=20, blank=True, choices=[(o, o) for o in TROUBLE_OUTCOMES])
    note = models.CharField(max_length=300, blank=True)  # the counter's own words
    done_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(batch__isnull=True) ^ models.Q(submission__isnull=True),
                name="trouble_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.problem} ({self.outcome or 'open'})"
