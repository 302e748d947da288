"""Tell the sender at once that a file cannot be opened (SGB I § 36a (3)), by e-mail if she left one.

Subject: a file. The status page and the receipt say it in any case; a draft not yet sent says it itself.
"""

import uuid

from django.db import transaction

from casework import events
from casework.effects.mail_receipt import send
from casework.envelope import SYSTEM
from casework.models import Event, Submission


def run(subject: str) -> None:
    submissions = Submission.objects.filter(
        documents__parts__file=uuid.UUID(subject), documents__parts__first_page=None
    )
    for submission in submissions.exclude(notice_email="").distinct():
        with transaction.atomic():
            Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
            told = Event.objects.filter(kind=events.UnreadableMailed.kind, submission=submission.pk)
            if told.exists():  # one e-mail a submission; the status page lists every file
                continue
            send(submission, "unreadable")
            events.record(events.UnreadableMailed(), SYSTEM, case=submission.case, submission=submission)
