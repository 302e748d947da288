"""An effect that is given up becomes a notice that staff see."""

from casework import events, notices, unreadable
from casework.envelope import SYSTEM
from casework.models import Case, Outbox, StoredFile, Submission
from casework.models import Event as EventRow


def notice(row: Outbox) -> None:
    """Record the failure beside what it is about, as far as the cause names it."""
    cause = EventRow.objects.filter(pk=row.event or 0).first() or EventRow()
    submission = Submission.objects.filter(pk=cause.submission or 0).first()
    case = Case.objects.filter(pk=cause.case or 0).first()
    file = StoredFile.objects.filter(pk=cause.file).first() if cause.file else None
    if submission is not None and case is None:
        case = submission.case
    event = events.EffectFailed(effect=row.effect, outbox=row.pk)
    events.record(event, SYSTEM, case=case, submission=submission, file=file)
    if row.effect == "read" and file is not None and file.read_at is None:
        _unreadable(file)
    if row.effect == "deliver":
        notices.give_up(int(row.subject))


def _unreadable(file: StoredFile) -> None:
    """Reading killed its worker again and again: the file is kept, people are told it cannot be opened."""
    from django.db.models.functions import Now

    file.read_at, file.problem = Now(), "crashed"
    file.save(update_fields=["read_at", "problem"])
    events.record(events.FileUnreadable("crashed"), SYSTEM, file=file)
    unreadable.note_file(file)


def take_back(row: Outbox) -> None:
    """Somebody wants it tried again: a file that was only given up has not been read yet, after all."""
    if row.effect == "read":
        given_up = StoredFile.objects.filter(pk=row.subject, problem="crashed", pages__isnull=True)
        given_up.update(read_at=None, problem="")
