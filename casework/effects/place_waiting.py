"""A case was opened: submissions that waited for it in the unassigned tray may now find it. Subject: a case.

Only by strong keys, and only if nothing contradicts (casework.matching.strong).
"""

from django.db import transaction
from django.db.models import Q

from casework import placing
from casework.envelope import SYSTEM
from casework.models import Case, Submission
from casework.workflow import SubmissionState

# "separated" is not among them: what a person took apart, no machine joins again.
WAITING_FOR = ("number_unknown", "no_open_case", "nobody_found")


def run(subject: str) -> None:
    case = Case.objects.filter(pk=subject).select_related("person__household").first()
    if case is None:
        return
    keys = Q(sender__customer_number=case.person.customer_number or "-")
    if case.person.household:
        keys |= Q(sender__household_number=case.person.household.number)
    waiting = Submission.objects.filter(keys, state=SubmissionState.UNASSIGNED, unclear__in=WAITING_FOR)
    for pk in waiting.values_list("pk", flat=True):
        with transaction.atomic():
            submission = Submission.objects.select_for_update(of=("self",)).get(pk=pk)
            if submission.state == SubmissionState.UNASSIGNED:
                placing.place(submission, placing.envelope_of(submission, SYSTEM))
