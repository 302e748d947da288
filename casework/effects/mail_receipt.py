"""Send the receipt by e-mail, if the person wants it. Subject: a submission.

No names, no file names, no kinds of paper: number, time, count and the address of the status page.
"""

from django.db import transaction

from casework import events, mailing
from casework.envelope import SYSTEM
from casework.models import Event, Submission
from casework.receipts import receipt_of


def run(subject: str) -> None:
    submission = Submission.objects.filter(pk=subject).exclude(notice_email="").first()
    if submission is None:
        return
    with transaction.atomic():
        submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
        if Event.objects.filter(kind=events.ReceiptMailed.kind, submission=submission.pk).exists():
            return
        # Sent inside the transaction: a failure leaves no event and is tried again; the worst case is
        # a second e-mail, never none.
        send(submission, "receipt")
        events.record(events.ReceiptMailed(), SYSTEM, case=submission.case, submission=submission)


def send(submission: Submission, name: str) -> None:
    """One of the e-mails about a receipt, to the address given with the submission."""
    mailing.send(submission.notice_email, name, {"receipt": receipt_of(submission)}, submission.language)
