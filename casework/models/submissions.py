import uuid
from datetime import date
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from casework.codes import new_number, new_secret
from casework.envelope import Channel, Role, Sender
from casework.models.cases import Case, Requirement
from casework.models.files import StoredFile, new_salt
from casework.models.people import Person, User
from casework.workflow import DocumentState, SubmissionState


class Submission(models.Model):
    """Something that arrived, on one channel, at one time. Joined or not, it keeps its own dates."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True, editable=False)  # the same key is the same submission
    number = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    secret = models.CharField(max_length=26, unique=True, default=new_secret, editable=False)
    salt = models.BinaryField(default=new_salt, editable=False)

    channel = models.CharField(max_length=8, choices=[(c, c) for c in Channel])
    service = models.CharField(max_length=20)
    service_version = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, default=SubmissionState.UNASSIGNED, choices=[(s, s) for s in SubmissionState]
    )
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="submissions"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="submissions"
    )
    unclear = models.CharField(max_length=40, blank=True)  # why it lies in the unassigned tray
    join_reason = models.CharField(max_length=40, blank=True)
    # Whether this receipt also opens the rest of the case. Not when a customer number alone joined it:
    # that number stands on every letter and proves nothing about who is looking.
    shows_case = models.BooleanField(default=False)

    sender = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # casework.envelope.Sender, as given
    answers = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    note = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="de")
    notice_email = models.EmailField(blank=True)
    helper_name = models.CharField(max_length=120, blank=True)
    helper_relation = models.CharField(max_length=40, blank=True)
    # Sent by a helper of the case. Its receipt never opens the case: it is hers, not the claimant's.
    sent_by = models.ForeignKey(
        "HelperPerson", null=True, blank=True, on_delete=models.PROTECT, related_name="submissions"
    )
    actor_role = models.CharField(max_length=12, choices=[(r, r) for r in Role])
    recorded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    received_at = models.DateTimeField()  # reached the office
    recorded_at = models.DateTimeField()  # clock of the database when it was written down
    application_day = models.DateField(null=True, blank=True)
    complete_on = models.DateField(null=True, blank=True)

    corrects = models.CharField(max_length=12, blank=True)  # receipt number of what these answers put right
    sheets = models.PositiveIntegerField(null=True, blank=True)  # counted by hand, paper only
    postmark_on = models.DateField(null=True, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)  # when the letterbox was emptied
    other_office = models.CharField(max_length=200, blank=True)
    other_office_on = models.DateField(null=True, blank=True)
    forwarded_to = models.CharField(max_length=200, blank=True)  # not ours: handed on (SGB I § 16 (2))
    forwarded_on = models.DateField(null=True, blank=True)
    # Why it should not have been registered (casework.mailroom.MISTAKES); it is never deleted.
    mistake = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "received_at"]),
            models.Index(fields=["channel", "received_at"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def day_only(self) -> bool:
        """Whether only the day of arrival is known: a letter without the hour the letterbox was emptied."""
        return self.channel == Channel.POST and self.emptied_at != self.received_at

    @property
    def given(self) -> Sender:
        """The sender as given."""
        fields = dict(self.sender)
        born = fields.get("birth_date")
        return Sender(**{**fields, "birth_date": date.fromisoformat(born) if born else None})


class Standing(models.Manager["Document"]):
    """Without what was withdrawn: pages scanned into the wrong letter must not show on anybody's page."""

    def get_queryset(self) -> models.QuerySet["Document"]:
        return super().get_queryset().exclude(state=DocumentState.WITHDRAWN)


class Document(models.Model):
    """One paper of a submission: a kind, a state, and the files or pages it consists of."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    shown = models.BooleanField(default=False)  # seen at the desk and handed back, no copy kept
    state = models.CharField(
        max_length=10, default=DocumentState.RECEIVED, choices=[(s, s) for s in DocumentState]
    )
    reject_reason = models.CharField(max_length=40, blank=True)
    requirement = models.ForeignKey(
        Requirement, null=True, blank=True, on_delete=models.SET_NULL, related_name="documents"
    )
    salt = models.BinaryField(default=new_salt, editable=False)
    recorded_at = models.DateTimeField()

    objects = Standing()
    with_withdrawn = models.Manager()  # noqa: DJ012  the default manager has to come first

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "position"], name="one_document_a_position")
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"

    @property
    def page_count(self) -> int | None:
        """Pages, or None while a file has not been read yet."""
        total = 0
        for part in self.parts.all():
            if part.first_page is not None and part.last_page is not None:
                total += part.last_page - part.first_page + 1
            elif part.file.read_at is None:
                return None
            else:
                total += part.file.page_count
        return total

    @property
    def problem(self) -> str:
        """The first thing reading could not do with its files, as a code of the catalogue; usually empty."""
        return next((part.file.problem for part in self.parts.all() if part.file.problem), "")


class Part(models.Model):
    """A file of a document, or the pages of a scanned batch that belong to it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="parts")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveIntegerField()
    first_page = models.PositiveIntegerField(null=True, blank=True)
    last_page = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "position"], name="one_part_a_position")
        ]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.position}"
