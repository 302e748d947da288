"""What claimants and the office say to each other beside papers. Texts stand here, events hold ids only."""

import uuid
from typing import ClassVar

from django.db import models

from casework.envelope import Role
from casework.models.cases import Case
from casework.models.people import Person, Team, User
from casework.models.submissions import Submission


class Message(models.Model):
    """One message of the thread of a case. Never changed once written."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True, editable=False)  # the same key is the same message
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    text = models.TextField()
    role = models.CharField(max_length=12, choices=[(r, r) for r in Role])
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    helper = models.BigIntegerField(null=True, blank=True)  # which helper wrote it, if one did
    # Papers that came with it: they arrived through the web's door, with a receipt of their own.
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)  # by the other side, for the first time

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["case", "written_at"]),
            models.Index(
                fields=["case"],
                condition=models.Q(read_at=None, role__in=["claimant", "helper"]),
                name="message_unread_by_office",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.written_at:%d.%m.%Y}"

    @property
    def of_office(self) -> bool:
        return self.role not in (Role.CLAIMANT, Role.HELPER)


NOTICE_STATES = (
    "collecting",  # an e-mail that waits some minutes for more of the same
    "sent",  # the mail server accepted it
    "to_print",  # a letter; more is added until it is printed
    "printed",
    "posted",
    "failed",  # see problem
    "returned",  # it came back; see problem
    "dropped",  # what it should have told is no longer so
)
NOTICE_PROBLEMS = ("", "refused", "unreachable", "no_address", "unknown_address", "moved", "not_taken")


class Notice(models.Model):
    """One e-mail or letter to a person: what happened lately in one case."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    way = models.CharField(max_length=6, choices=[("email", "email"), ("letter", "letter")])
    state = models.CharField(max_length=10, choices=[(s, s) for s in NOTICE_STATES])
    problem = models.CharField(max_length=16, blank=True, choices=[(p, p) for p in NOTICE_PROBLEMS])
    language = models.CharField(max_length=12, default="de")
    email = models.EmailField(blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # when it came into this state
    posted_on = models.DateField(null=True, blank=True)
    pdf = models.BinaryField(null=True, blank=True)  # the letter as it was printed

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["case", "made_at"]),
            models.Index(fields=["state", "made_at"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "way"],
                condition=models.Q(state__in=["collecting", "to_print"]),
                name="one_open_notice_a_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.public_id} ({self.state})"


class NoticeItem(models.Model):
    """One thing a notice tells: an event of the log."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=40)
    event = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "event"], name="one_item_an_event")
        ]

    def __str__(self) -> str:
        return self.kind


class AddressChange(models.Model):
    """A new address a claimant told, with what it was before; it counts once staff confirmed it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="address_changes")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="address_changes")
    # It arrived like everything else, with a number and a receipt.
    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="address_change")
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=10)
    city = models.CharField(max_length=100)
    valid_from = models.DateField()
    state = models.CharField(
        max_length=10, default="asked", choices=[(s, s) for s in ("asked", "confirmed", "refused")]
    )
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(default=dict)  # street, postcode and city until it was confirmed

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.valid_from} ({self.state})"


class Slot(models.Model):
    """A time at which somebody of a team is free for a talk; the office's data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=6, choices=[("office", "office"), ("phone", "phone")])
    place = models.CharField(max_length=120, blank=True)  # e.g. room 2.14
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["starts_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["team", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.starts_at:%d.%m.%Y %H:%M}"


class Appointment(models.Model):
    """A slot somebody took. Cancelled ones stay; a slot has at most one that stands."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="appointments")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appointments")
    phone = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=300, blank=True)
    booked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["slot__starts_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["slot"], condition=models.Q(cancelled_at=None), name="one_appointment_a_slot"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.slot}"


CALL_TIMES = ("any", "morning", "afternoon")


class CallBack(models.Model):
    """Somebody asks to be called."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="calls")
    phone = models.CharField(max_length=40)
    at = models.CharField(max_length=10, choices=[(t, t) for t in CALL_TIMES], default="any")
    about = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(done_at=None), name="one_open_call_a_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_at:%d.%m.%Y}"


class Feedback(models.Model):
    """What somebody thinks of a page, and what became of it. Who wrote it is not kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(unique=True, editable=False)
    rating = models.CharField(max_length=8, choices=[(r, r) for r in ("good", "bad", "idea")])
    text = models.TextField(blank=True)
    page = models.CharField(max_length=80)  # name of the view: no secret, no number
    language = models.CharField(max_length=12)
    screen = models.CharField(max_length=12, blank=True)  # 360x740
    of_staff = models.BooleanField(default=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, default="new", choices=[(s, s) for s in ("new", "seen", "done")])
    # In the office's words, so that nothing personal stands on the board.
    about = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=600, blank=True)
    on_board = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "feedback"
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "-id"])]

    def __str__(self) -> str:
        return f"{self.page} {self.rating}"
