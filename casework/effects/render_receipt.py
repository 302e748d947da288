"""Make the PDF of a receipt ready before somebody asks for it. Subject: a submission."""

from casework.models import Submission
from casework.receipts import pdf


def run(subject: str) -> None:
    submission = Submission.objects.filter(pk=subject).first()
    if submission is not None:
        pdf(submission)
