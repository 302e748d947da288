"""What a visitor may see of a case, and why. One place decides it; pages only ask.

A receipt's secret shows the state of what it stands for, as the paper in somebody's hand does. Everything
else (messages, files, addresses, who looked) needs the birth date as well: a receipt lies on tables, and the
birth date does not stand on it. A receipt that may not open its case (see casework.placing) never does.
"""

from dataclasses import dataclass

from casework.envelope import Actor, Role
from casework.helpscope import Scope
from casework.models import Case, Submission

CLAIMANT = Actor(Role.CLAIMANT)


@dataclass(frozen=True)
class Sight:
    """One visitor before one case; `key` stands in the addresses of her pages."""

    key: str
    submission: Submission  # the one whose receipt was shown, or the case's first
    case: Case | None  # None: not in a case yet, or this visitor may not see the rest of it
    actor: Actor = CLAIMANT
    scope: Scope = Scope.EVERYTHING
    confirmed: bool = False  # she named the birth date as well, or is signed in
    helper: int | None = None  # which helper looks, if it is one; told to the claimant

    @property
    def full(self) -> bool:
        """Whether messages, files, appointments and personal data of the case may be shown and changed."""
        return self.case is not None and self.confirmed and self.scope == Scope.EVERYTHING


def case_shown_by(submission: Submission) -> Case | None:
    """The case the holder of this submission's receipt may see; None if there is none or she may not."""
    return submission.case if submission.shows_case else None


def of_receipt(submission: Submission, *, confirmed: bool = False) -> Sight:
    """What whoever holds this receipt may see; `confirmed`: she named the birth date, too."""
    return Sight(submission.secret, submission, case_shown_by(submission), confirmed=confirmed)
