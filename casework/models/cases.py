import uuid
from typing import ClassVar

from django.db import models

from casework.codes import new_number
from casework.models.people import Person, Team, User
from casework.workflow import CaseState, RequirementState, requirement_state


class Case(models.Model):
    """One person's matter with the office for one service, whatever channels its papers came by."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    service = models.CharField(max_length=20)
    service_version = models.PositiveIntegerField()
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    assigned_to = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    state = models.CharField(max_length=10, default=CaseState.OPEN, choices=[(s, s) for s in CaseState])
    # The earliest of its submissions, moved together with joining and separating.
    received_at = models.DateTimeField(null=True)
    application_day = models.DateField(null=True)
    complete_on = models.DateField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["team", "state", "received_at"])]

    def __str__(self) -> str:
        return self.code


class Requirement(models.Model):
    """A paper the case needs: from the checklist of the answers, or asked for by a caseworker."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="requirements")
    kind = models.CharField(max_length=40)
    comes_from = models.CharField(max_length=20, default="self")
    reason = models.CharField(max_length=40, blank=True)  # a code of the catalogue's request reasons
    note = models.CharField(max_length=300, blank=True)  # the caseworker's own words to the claimant
    due_on = models.DateField(null=True, blank=True)
    requested_at = models.DateTimeField(null=True, blank=True)
    waived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"

    @property
    def state(self) -> RequirementState:
        states = [document.state for document in sorted(self.documents.all(), key=lambda d: d.pk)]
        return requirement_state(states, waived=self.waived, comes_from=self.comes_from)
