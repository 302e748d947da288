"""What the mailroom does with a letter beside scanning it. Each is one transaction: the change and its event.

Nothing is deleted: a letter that is not ours is handed on and told so, one registered by mistake keeps its
number, its entry in the register and its receipt.
"""

from datetime import date

from django.db import transaction

from casework import belonging, events
from casework.catalogue import catalogue
from casework.clock import database_now
from casework.envelope import Actor
from casework.models import Batch, Part, SetAsidePage, Submission, Trouble, User
from casework.models.post import TROUBLE_OUTCOMES
from casework.workflow import SUBMISSION, DocumentState, SubmissionState, after

# Why a letter should not have been registered; the words are the template's (counter/_mistake.html).
MISTAKES = ("twice", "no_letter", "training", "other")


class HasPapers(Exception):
    """Pages belong to this letter; they have to go back to their stack first."""


def _locked(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",)).select_related("case")
    return rows.get(pk=submission.pk)


def _move(submission: Submission, event: events.Event, actor: Actor, fields: list[str]) -> None:
    submission.state = after(SUBMISSION, submission.state, event.kind)
    submission.save(update_fields=["state", *fields])
    events.record(event, actor, submission=submission)


# --- not ours


@transaction.atomic
def forward(submission: Submission, to: str, on: date, actor: Actor) -> None:
    """Hand an unassigned letter on to the right office (SGB I § 16 (2)); `to` is its name as text.

    Its day of arrival stays: receipt at the wrong office counts. Errors: IllegalTransition.
    """
    submission = _locked(submission)
    submission.forwarded_to, submission.forwarded_on = to, on
    _move(submission, events.Forwarded(on.isoformat()), actor, ["forwarded_to", "forwarded_on"])
    _settle_trouble_of(submission, "other_way", actor)


@transaction.atomic
def undo_forward(submission: Submission, actor: Actor) -> None:
    """It was not handed on after all, or came back. Errors: IllegalTransition."""
    submission = _locked(submission)
    submission.forwarded_to, submission.forwarded_on = "", None
    _move(submission, events.ForwardingUndone(), actor, ["forwarded_to", "forwarded_on"])


# --- registered by mistake


@transaction.atomic
def mark_mistaken(submission: Submission, reason: str, actor: Actor) -> None:
    """The letter should not have been registered; `reason` is one of MISTAKES.

    In a case it is separated first. Errors: HasPapers; IllegalTransition; ValueError (reason).
    """
    if reason not in MISTAKES:
        raise ValueError(reason)
    submission = _locked(submission)
    if submission.documents.exists():
        raise HasPapers
    if submission.state == SubmissionState.IN_CASE:
        belonging.separate(submission, "mistake", actor)
    submission.mistake = reason
    _move(submission, events.RegisteredByMistake(reason), actor, ["mistake"])
    _settle_trouble_of(submission, "nothing_to_do", actor)


@transaction.atomic
def undo_mistaken(submission: Submission, actor: Actor) -> None:
    submission = _locked(submission)
    submission.mistake = ""
    _move(submission, events.MistakeUndone(), actor, ["mistake"])


# --- counting


@transaction.atomic
def recount(submission: Submission, sheets: int | None, actor: Actor) -> None:
    """The sheets of a letter were counted again. Figures of a closed day stay; the next sheet says it."""
    submission = _locked(submission)
    before = submission.sheets
    if before == sheets:
        return
    submission.sheets = sheets
    submission.save(update_fields=["sheets"])
    recounted = events.SheetsRecounted(before, sheets)
    events.record(recounted, actor, case=submission.case, submission=submission)


@transaction.atomic
def recount_batch(batch: Batch, sheets: int | None, actor: Actor) -> None:
    batch = Batch.objects.select_for_update(of=("self",)).select_related("file").get(pk=batch.pk)
    before = batch.sheets
    if before == sheets:
        return
    batch.sheets = sheets
    batch.save(update_fields=["sheets"])
    events.record(events.SheetsRecounted(before, sheets, batch.pk), actor, file=batch.file)


# --- troubles


@transaction.atomic
def report_trouble(submission: Submission, problem: str, actor: Actor) -> Trouble:
    """Something is wrong with a letter; it then stands in the list until somebody settles it.

    Errors: UnknownEntry if the catalogue has no such problem.
    """
    catalogue().problem(problem)
    submission = _locked(submission)
    trouble = Trouble.objects.select_for_update().filter(submission=submission).first()
    if trouble is None:
        trouble = Trouble(submission=submission)
    trouble.problem, trouble.since = problem, database_now()
    trouble.outcome, trouble.note, trouble.done_at, trouble.done_by = "", "", None, None
    trouble.copy_asked_at = None
    trouble.save()
    events.record(events.TroubleFound(problem), actor, case=submission.case, submission=submission)
    return trouble


@transaction.atomic
def take_trouble(trouble: Trouble | Batch, user: User, actor: Actor) -> Trouble:
    """ "I look after it": whoever says it last has it."""
    found = _trouble(trouble)
    found.taken_by, found.taken_at = user, database_now()
    found.save(update_fields=["taken_by", "taken_at"])
    _record(events.TroubleTaken(found.pk), found, actor)
    return found


@transaction.atomic
def ask_copy(trouble: Trouble, actor: Actor) -> None:
    """Ask the sender for a new copy; her status page says so at once, with what is wrong.

    Errors: ValueError for a stack: nobody knows yet whose letters are in it.
    """
    found = _trouble(trouble)
    if found.submission is None:
        raise ValueError("only the sender of a letter can be asked")
    if found.copy_asked_at is not None:
        return
    found.copy_asked_at = database_now()
    found.save(update_fields=["copy_asked_at"])
    _record(events.CopyAsked(found.problem), found, actor)


@transaction.atomic
def settle_trouble(trouble: Trouble | Batch, outcome: str, note: str, user: User, actor: Actor) -> None:
    """It is done, and how. Pages of a stack that still belong to no letter are set aside, so that it adds up.

    Errors: ValueError if there is no such outcome.
    """
    if outcome not in TROUBLE_OUTCOMES:
        raise ValueError(outcome)
    found = _trouble(trouble)
    found.outcome, found.note, found.done_by, found.done_at = outcome, note, user, database_now()
    found.save(update_fields=["outcome", "note", "done_by", "done_at"])
    if found.batch is not None:
        _set_rest_aside(found.batch)
    _record(events.TroubleSettled(found.pk, outcome), found, actor)


@transaction.atomic
def reopen_trouble(trouble: Trouble, actor: Actor) -> None:
    """It was not done after all; pages set aside with it lie in the stack again."""
    found = _trouble(trouble)
    if found.done_at is None:
        return
    found.outcome, found.done_by, found.done_at = "", None, None
    found.save(update_fields=["outcome", "done_by", "done_at"])
    if found.batch is not None:
        SetAsidePage.objects.filter(batch=found.batch, reason="unreadable").delete()
    _record(events.TroubleReopened(found.pk), found, actor)


def _trouble(thing: Trouble | Batch) -> Trouble:
    """The locked row; of an unreadable stack it is made now."""
    if isinstance(thing, Batch):
        batch = Batch.objects.select_for_update(of=("self",)).select_related("file").get(pk=thing.pk)
        since = batch.file.read_at or batch.scanned_at
        problem = batch.file.fault or "damaged"
        thing, _made = Trouble.objects.get_or_create(
            batch=batch, defaults={"problem": problem, "since": since}
        )
    rows = Trouble.objects.select_for_update(of=("self",))
    return rows.select_related("batch__file", "submission__case").get(pk=thing.pk)


def _record(event: events.Event, trouble: Trouble, actor: Actor) -> None:
    submission = trouble.submission
    events.record(
        event,
        actor,
        case=submission.case if submission else None,
        submission=submission,
        file=trouble.batch.file if trouble.batch else None,
    )


def _settle_trouble_of(submission: Submission, outcome: str, actor: Actor) -> None:
    trouble = Trouble.objects.filter(submission=submission, done_at=None).first()
    if trouble is not None and actor.user_id is not None:
        settle_trouble(trouble, outcome, "", User.objects.get(pk=actor.user_id), actor)


def _set_rest_aside(batch: Batch) -> None:
    taken: set[int] = set(batch.set_aside.values_list("page", flat=True))
    parts = Part.objects.filter(file_id=batch.file_id, first_page__isnull=False)
    for part in parts.exclude(document__state=DocumentState.WITHDRAWN):
        taken |= set(range(part.first_page or 1, (part.last_page or 0) + 1))
    SetAsidePage.objects.bulk_create(
        SetAsidePage(batch=batch, page=page, reason="unreadable")
        for page in range(1, batch.file.page_count + 1)
        if page not in taken
    )


# --- the original of a file, and the receipt


@transaction.atomic
def take_batch_file(batch: Batch, actor: Actor) -> None:
    """Somebody takes the file of a stack as it was received: no log row, no file."""
    events.record(events.OriginalTaken(), actor, file=batch.file)


@transaction.atomic
def mail_receipt_to(submission: Submission, email: str, actor: Actor) -> None:
    """The sender of a letter wants her receipt by e-mail."""
    submission = _locked(submission)
    submission.notice_email = email
    submission.save(update_fields=["notice_email"])
    events.record(events.ReceiptWanted(), actor, case=submission.case, submission=submission)


@transaction.atomic
def receipt_letter_made(submission: Submission, actor: Actor) -> None:
    events.record(events.ReceiptLetterMade(), actor, case=submission.case, submission=submission)
