import uuid
from typing import ClassVar

from django.db import models

from casework.codes import new_number
from casework.helpscope import Scope
from casework.models.cases import Case
from casework.models.people import User


class CaseHelper(models.Model):
    """Somebody the claimant lets help with one case: family, a friend, an advice centre.

    A helper in the portal is a companion (SGB X § 13 (4)), not an agent, unless the desk saw a written
    power of attorney (§ 13 (1)).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="helpers")
    name = models.CharField(max_length=120)  # as the claimant or the desk calls her, or the organisation
    relation = models.CharField(max_length=40, blank=True)
    organisation = models.BooleanField(default=False)  # several people, each with her own name
    scope = models.CharField(max_length=12, choices=[(scope.value, scope.value) for scope in Scope])
    is_agent = models.BooleanField(default=False)  # a written power of attorney was seen at the desk
    ends_on = models.DateField()  # the last day, in Berlin
    code = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    code_until = models.DateTimeField()  # until then the invitation can be taken up
    invited_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.scope})"


class HelperPerson(models.Model):
    """One human being who took up an invitation, under her own name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    helper = models.ForeignKey(CaseHelper, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(max_length=120)
    # Without an account she comes back with this code.
    code = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="helping")
    joined_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["helper", "user"], name="an_account_helps_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def signature(self) -> str:
        """Her name as receipts show it; for an organisation with its name."""
        return f"{self.name}, {self.helper.name}"[:120] if self.helper.organisation else self.name


class Companion(models.Model):
    """Somebody who was there when the person came to the desk (SGB X § 13 (4)). Gives no right at all."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="companions")
    name = models.CharField(max_length=120)
    relation = models.CharField(max_length=40, blank=True)
    on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-on", "-id"]

    def __str__(self) -> str:
        return self.name
