"""Files people sent that cannot be opened stand in the list of troubles by themselves, until settled.

Reading may end before what it was sent with arrives (a draft), or after: both look, and the row of the file
is locked in between, so that one of them sees the other. Stacks of the mailroom are in trouble as a whole
(`casework.mailroom`).
"""

from collections.abc import Iterable

from casework import mailroom
from casework.envelope import SYSTEM, Actor
from casework.models import Document, StoredFile, Submission, Trouble, User
from casework.workflow import DocumentState


def note_file(file: StoredFile) -> None:
    """A file was read (its row is locked): what it was sent with is in trouble if it cannot be opened."""
    if file.fault:
        whole = Submission.objects.filter(documents__parts__file=file, documents__parts__first_page=None)
        for submission in whole.distinct():
            _note(submission, file.fault)


def note_arrival(submission: Submission, files: Iterable[object]) -> None:
    """Something arrived with these whole files, of which some may have been read before."""
    kept = StoredFile.objects.select_for_update().filter(pk__in=list(files)).order_by("pk")
    for file in kept:
        if file.fault:
            _note(submission, file.fault)


def settle_decided(document: Document, outcome: str, actor: Actor) -> None:
    """A caseworker decided about a paper: if nothing else of its submission waits, its trouble is over."""
    trouble = Trouble.objects.filter(submission=document.submission_id, done_at=None).first()
    if trouble is None or document.submission.channel == "post" or actor.user_id is None:
        return
    undecided = Document.objects.filter(
        submission=document.submission_id,
        state__in=(DocumentState.RECEIVED, DocumentState.IN_CASE, DocumentState.OPENED),
    )
    for file in StoredFile.objects.filter(parts__document__in=undecided.exclude(pk=document.pk)):
        if file.fault:
            return
    user = User.objects.get(pk=actor.user_id)
    mailroom.settle_trouble(trouble, outcome, "", user, actor)


def _note(submission: Submission, problem: str) -> None:
    if not Trouble.objects.filter(submission=submission, done_at=None).exists():
        mailroom.report_trouble(submission, problem, SYSTEM)
