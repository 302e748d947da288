from typing import ClassVar

from django.db import models

from casework.models.cases import Case
from casework.models.people import User
from casework.models.submissions import Submission

# How somebody proved that a case or a receipt is hers.
PROOFS = (
    "case_code",  # case code and birth date
    "receipt_number",  # receipt number and birth date
    "receipt_link",  # the secret in the QR code of a receipt
    "sent",  # sent while signed in to this account
    "identity",  # a strong electronic identity and the customer number, or the address
)


class Holding(models.Model):
    """What an account may see: a case, or a receipt and whatever that receipt may show."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="holdings")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="holdings")
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="holdings"
    )
    proof = models.CharField(max_length=20, choices=[(proof, proof) for proof in PROOFS])
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "case"], name="a_case_once_in_an_account"),
            models.UniqueConstraint(fields=["user", "submission"], name="a_receipt_once_in_an_account"),
            models.CheckConstraint(
                name="a_case_or_a_receipt",
                condition=models.Q(case__isnull=False, submission__isnull=True)
                | models.Q(case__isnull=True, submission__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.proof}"


class Identity(models.Model):
    """Who an account is at an identity provider (OpenID Connect). Nothing else of what it said is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_an_identity")
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"
