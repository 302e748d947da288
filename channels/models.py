"""What has not been sent yet. A draft is not an application; it becomes a submission by `intake.receive`."""

import uuid
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from casework.codes import new_number
from casework.models import StoredFile


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
