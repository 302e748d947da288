import uuid
from typing import ClassVar

from django.db import models

from casework.models.files import StoredFile
from casework.models.people import User


class Batch(models.Model):
    """A stack of paper scanned in one go. Each page goes to a letter or is set aside."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True, editable=False)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="batch")
    arrived_on = models.DateField()  # the day the letters reached the office, not the day of scanning
    sheets = models.PositiveIntegerField(null=True, blank=True)  # counted by hand
    scanned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batches")
    scanned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "batches"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.file.name


class SetAsidePage(models.Model):
    """A page that belongs to no letter, e.g. a blank back. Kept and shown, never deleted."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="set_aside")
    page = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, default="blank")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "page"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} p. {self.page}"
