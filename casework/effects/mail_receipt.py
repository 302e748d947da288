"""Send the receipt by e-mail, if the person wants it. Subject: a submission.

No names, no file names, no kinds of paper: number, time, count and the address of the status page.
"""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from casework import events
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
    """Render templates/emails/<name>.{subject.txt,txt,html} in the person's language and send it."""
    with translation.override(submission.language):
        context = {"receipt": receipt_of(submission), "public_url": settings.PUBLIC_URL}
        subject = " ".join(render_to_string(f"emails/{name}.subject.txt", context).split())
        message = EmailMultiAlternatives(
            subject, render_to_string(f"emails/{name}.txt", context), to=[submission.notice_email]
        )
        message.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
    message.send()
