import uuid
from typing import ClassVar

from django.db import models

from casework.models.submissions import Submission


class RegisterEntry(models.Model):
    """One link of the register of arrivals. Frozen by a trigger; checked by `verify_register`.

    It holds salted hashes only, so it can stay when a document has to be deleted.
    """

    seq = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without gaps
    number = models.CharField(max_length=12, db_index=True)  # receipt number
    text = models.TextField()  # the canonical text that is hashed
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)  # Ed25519 over the hash, hexadecimal
    key_id = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.seq} {self.number}"


class RegisterHead(models.Model):
    """The one row that a new entry locks: entries are written one after the other."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.seq)


class Event(models.Model):
    """What happened. Frozen by a trigger; written only by `casework.events.record`.

    Holds ids, hashes and codes: no names, no free text. Plain numbers instead of foreign keys, so that
    the log outlives what it speaks of.
    """

    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor_role = models.CharField(max_length=12)
    actor_user = models.BigIntegerField(null=True)
    case = models.BigIntegerField(null=True)
    submission = models.BigIntegerField(null=True)
    document = models.BigIntegerField(null=True)
    file = models.UUIDField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["case", "id"]),
            models.Index(fields=["submission", "id"]),
            models.Index(fields=["document", "id"]),
            models.Index(fields=["kind", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"


class Outbox(models.Model):
    """One effect still to be done, or done. PostgreSQL is the list of work; Celery only rings."""

    effect = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)  # id of what it is about; each effect knows of what kind
    event = models.BigIntegerField(null=True)
    state = models.CharField(
        max_length=8,
        default="due",
        choices=[("due", "due"), ("running", "running"), ("done", "done"), ("failed", "failed")],
    )
    # Smaller is sooner. What a person waits for comes before what a stack waits for.
    priority = models.PositiveSmallIntegerField(default=10)
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True, default=None)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)  # tries that failed by themselves
    deaths = models.PositiveIntegerField(default=0)  # tries cut off: worker or database went away
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes: ClassVar = [
            models.Index(
                fields=["priority", "due_at"], condition=models.Q(state="due"), name="outbox_due_by_priority"
            ),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"), name="outbox_running"),
            models.Index(fields=["effect", "subject"]),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.subject} ({self.state})"

    @property
    def tries(self) -> int:
        return self.attempts + self.deaths


class ReceiptFile(models.Model):
    """A rendered receipt, kept because rendering is slow. `fingerprint` is that of its content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="receipt_files")
    fingerprint = models.CharField(max_length=64)
    data = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "fingerprint"], name="one_rendering_a_content")
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.fingerprint[:8]}"
