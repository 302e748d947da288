"""Kinds of events as frozen values, and `record`, the only writer of the log.

The log holds ids, hashes and codes: no names, no free text. What a reader sees is written in
templates/timeline/<audience>/<kind>.html.
"""

from dataclasses import asdict, dataclass
from typing import ClassVar
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from casework import outbox
from casework.envelope import Actor
from casework.models import Batch, Case, Document, StoredFile, Submission
from casework.models import Event as Row
from casework.reactions import PRIORITIES, REACTIONS, priority

KINDS: dict[str, type["Event"]] = {}
LONG_PAGES = 20  # a file of more pages is worked on like a stack, whoever sent it


@dataclass(frozen=True)
class Event:
    kind: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        if cls.kind:  # one that others share fields of has none
            KINDS[cls.kind] = cls


# --- arrival


@dataclass(frozen=True)
class Received(Event):
    """A submission arrived; in the same transaction it gets its entry in the register."""

    kind = "received"
    channel: str
    documents: tuple[int, ...]


@dataclass(frozen=True)
class Scanned(Event):
    """Scanned pages were added to a letter that had been registered before."""

    kind = "scanned"
    documents: tuple[int, ...]


@dataclass(frozen=True)
class ScanWithdrawn(Event):
    """Pages were scanned into the wrong letter: it is taken out, its pages lie in the batch again."""

    kind = "scan_withdrawn"


@dataclass(frozen=True)
class BatchScanned(Event):
    kind = "batch_scanned"
    batch: int


@dataclass(frozen=True)
class CoverSheetUsed(Event):
    """Papers arrived behind a cover sheet of ours; the next time it comes a person looks."""

    kind = "cover_sheet_used"
    sheet: int


@dataclass(frozen=True)
class PageTurned(Event):
    """Somebody put the picture of a page the right way up; `degrees` clockwise."""

    kind = "page_turned"
    batch: int
    page: int
    degrees: int


@dataclass(frozen=True)
class FileKept(Event):
    """All bytes of a file are kept. Not yet sent: a draft may still be thrown away.

    `stack`: the pages of a scanned stack, which nobody waits for one by one.
    """

    kind = "file_kept"
    sha256: str
    size: int
    stack: bool = False


@dataclass(frozen=True)
class FileRead(Event):
    kind = "file_read"
    pages: int


@dataclass(frozen=True)
class FileRecognised(Event):
    """Text, codes, kinds and fields of its pages are known, as far as they can be."""

    kind = "file_recognised"
    pages: int


@dataclass(frozen=True)
class FileUnreadable(Event):
    """SGB I § 36a (3): the sender is told at once, with the reason."""

    kind = "file_unreadable"
    problem: str


@dataclass(frozen=True)
class VirusFound(Event):
    kind = "virus_found"


# --- belonging


@dataclass(frozen=True)
class CaseOpened(Event):
    kind = "case_opened"
    service: str
    service_version: int


@dataclass(frozen=True)
class Joined(Event):
    kind = "joined"
    reason: str


@dataclass(frozen=True)
class Separated(Event):
    kind = "separated"
    reason: str


@dataclass(frozen=True)
class JoinConfirmed(Event):
    """Staff looked: it is the same person, so her receipt may show the whole case."""

    kind = "join_confirmed"


@dataclass(frozen=True)
class LeftUnassigned(Event):
    kind = "left_unassigned"
    reason: str


@dataclass(frozen=True)
class LookedInVain(Event):
    """Somebody looked through a letter and could not say whose it is; it stays in the unassigned tray."""

    kind = "looked_in_vain"


@dataclass(frozen=True)
class LookAgain(Event):
    """Taken back: the letter waits again for somebody to say whose it is."""

    kind = "look_again"


# --- likeness: the same person, the same paper (casework.matching)


@dataclass(frozen=True)
class LikenessJudged(Event):
    """The machine found something like what arrived. The codes: casework.matching.outcome.

    `other` is what it found (a person, or a document), `reasons` the codes of the evidence. `score` is in
    the units of that judge: to compare judgements of one subject, not more.
    """

    kind = "likeness_judged"
    subject: str
    outcome: str
    other: int
    reasons: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class LikenessAnswered(Event):
    """Somebody said whether it is the same. `outcome` and `reasons` are what the machine had said of it:
    `manage.py matching_report` counts how often people disagree, by reason.
    """

    kind = "likeness_answered"
    subject: str
    answer: str
    other: int
    outcome: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class AnswerChosen(Event):
    """The answers of several submissions to one question differ: a caseworker said which holds, that of the
    submission of this event. `question` is its key in the catalogue (or that of a repeated step), `among` the
    submissions with an answer she saw: one that comes later and says something else is asked about anew.
    """

    kind = "answer_chosen"
    question: str
    among: tuple[int, ...]


@dataclass(frozen=True)
class AnswerChoiceUndone(Event):
    """The choice was taken back; the question is open again."""

    kind = "answer_choice_undone"
    question: str


# --- work on a case


@dataclass(frozen=True)
class CaseAssigned(Event):
    kind = "case_assigned"
    user: int | None


@dataclass(frozen=True)
class CaseComplete(Event):
    """All papers the case needs are there; `on` is the day the last one arrived (ISO date)."""

    kind = "case_complete"
    on: str


@dataclass(frozen=True)
class CaseClosed(Event):
    kind = "case_closed"


@dataclass(frozen=True)
class CaseReopened(Event):
    kind = "case_reopened"


@dataclass(frozen=True)
class DocumentOpened(Event):
    """Somebody at the office looked at it for the first time."""

    kind = "document_opened"


@dataclass(frozen=True)
class DocumentAccepted(Event):
    kind = "document_accepted"


@dataclass(frozen=True)
class DocumentRejected(Event):
    kind = "document_rejected"
    reason: str
    due_on: str


@dataclass(frozen=True)
class DecisionUndone(Event):
    kind = "decision_undone"


@dataclass(frozen=True)
class KindCorrected(Event):
    kind = "kind_corrected"
    before: str
    after: str


@dataclass(frozen=True)
class ServiceCorrected(Event):
    """A letter taken for papers is an application, or another one; `day` is its day of application (ISO)."""

    kind = "service_corrected"
    before: str
    after: str
    day: str


@dataclass(frozen=True)
class PaperRequested(Event):
    """SGB I § 60: names the paper, why and until when."""

    kind = "paper_requested"
    requirement: int
    paper: str
    reason: str
    due_on: str


@dataclass(frozen=True)
class CoverSheetsPrinted(Event):
    """Sheets with a code were made, to be laid on the papers asked for."""

    kind = "cover_sheets_printed"
    papers: tuple[str, ...]


@dataclass(frozen=True)
class PaperWaived(Event):
    kind = "paper_waived"
    requirement: int
    paper: str


# --- talking with each other


@dataclass(frozen=True)
class MessageWritten(Event):
    """The claimant or her helper wrote; the text stands in the message."""

    kind = "message_written"
    message: int


@dataclass(frozen=True)
class MessageAnswered(Event):
    """The office wrote to the claimant, as an answer or by itself."""

    kind = "message_answered"
    message: int


@dataclass(frozen=True)
class CallAsked(Event):
    """Somebody wants to be called back."""

    kind = "call_asked"
    call: int


@dataclass(frozen=True)
class CallDone(Event):
    kind = "call_done"
    call: int


@dataclass(frozen=True)
class AppointmentBooked(Event):
    kind = "appointment_booked"
    appointment: int


@dataclass(frozen=True)
class AppointmentCancelled(Event):
    """By the claimant, or by the office (then she is told, whatever she wishes)."""

    kind = "appointment_cancelled"
    appointment: int
    by_office: bool


@dataclass(frozen=True)
class AppointmentNear(Event):
    """An appointment is tomorrow."""

    kind = "appointment_near"
    appointment: int


# --- address and wishes


@dataclass(frozen=True)
class AddressTold(Event):
    """The claimant told a new address; it arrived as a submission, staff have to confirm it."""

    kind = "address_told"
    change: int


@dataclass(frozen=True)
class AddressConfirmed(Event):
    kind = "address_confirmed"
    change: int


@dataclass(frozen=True)
class AddressRefused(Event):
    """Staff found that the address is not hers, or is wrong."""

    kind = "address_refused"
    change: int


@dataclass(frozen=True)
class ContactWishChanged(Event):
    """How she wants to hear of news: email, letter or none."""

    kind = "contact_wish_changed"
    wish: str


# --- notices (casework.notices)


@dataclass(frozen=True)
class DeadlineNear(Event):
    """A paper is still missing some days before it is due (ISO date)."""

    kind = "deadline_near"
    requirement: int
    paper: str
    due_on: str


@dataclass(frozen=True)
class NoticeSent(Event):
    """The mail server accepted an e-mail to the person."""

    kind = "notice_sent"
    notice: int


@dataclass(frozen=True)
class NoticeFailed(Event):
    """An e-mail or letter did not reach the person; `problem` says why, as a code."""

    kind = "notice_failed"
    notice: int
    problem: str


@dataclass(frozen=True)
class LetterPosted(Event):
    kind = "letter_posted"
    notice: int
    on: str


@dataclass(frozen=True)
class LetterNotPosted(Event):
    """It was marked as posted by mistake."""

    kind = "letter_not_posted"
    notice: int


# --- who looked (GDPR Art. 15)


@dataclass(frozen=True)
class Looked(Event):
    """What every look says: what for (a code of templates/citizen/purpose.html), and which helper it was.

    Told to her by casework.access.looks; most are written by its record_access.
    """

    purpose: str = ""
    helper: int | None = None


@dataclass(frozen=True)
class CaseViewed(Looked):
    kind = "case_viewed"


@dataclass(frozen=True)
class DocumentViewed(Looked):
    kind = "document_viewed"


@dataclass(frozen=True)
class OriginalTaken(Looked):
    """The file as received was downloaded, not only its pictures looked at."""

    kind = "original_taken"


@dataclass(frozen=True)
class EverythingTaken(Looked):
    """Everything there is of a case was downloaded at once."""

    kind = "everything_taken"


@dataclass(frozen=True)
class LetterPrinted(Looked):
    """A letter to the person was printed; whoever does it can read it."""

    kind = "letter_printed"
    notice: int = 0


# --- accounts and helpers


@dataclass(frozen=True)
class CaseGathered(Event):
    """An account shows the case (or receipt) from now on; `proof` is one of models.accounts.PROOFS."""

    kind = "case_gathered"
    proof: str


@dataclass(frozen=True)
class CaseLetGo(Event):
    """It was taken out of an account again, or the account was deleted."""

    kind = "case_let_go"


@dataclass(frozen=True)
class AccountOpened(Event):
    """`way`: "email" or "identity"."""

    kind = "account_opened"
    account: int
    way: str


@dataclass(frozen=True)
class AccountEmailChanged(Event):
    """Another address opens the account; neither of them stands in the log."""

    kind = "account_email_changed"
    account: int


@dataclass(frozen=True)
class AccountDeleted(Event):
    kind = "account_deleted"
    account: int


@dataclass(frozen=True)
class HelperInvited(Event):
    """By the claimant, or at the desk on her word (SGB X § 13); the names stand in CaseHelper."""

    kind = "helper_invited"
    helper: int
    scope: str
    ends_on: str
    is_agent: bool


@dataclass(frozen=True)
class HelperJoined(Event):
    """Somebody took up the invitation under her own name (`person`: HelperPerson)."""

    kind = "helper_joined"
    helper: int
    person: int


@dataclass(frozen=True)
class HelperLeft(Event):
    """A helper gave it up herself."""

    kind = "helper_left"
    helper: int
    person: int


@dataclass(frozen=True)
class HelperRevoked(Event):
    kind = "helper_revoked"
    helper: int


@dataclass(frozen=True)
class CompanionPresent(Event):
    """Somebody accompanied the person to the desk; that gives no right (SGB X § 13 (4))."""

    kind = "companion_present"
    companion: int


# --- the mailroom


@dataclass(frozen=True)
class ReplacedByScan(Event):
    """Paper taken at the desk without files has been scanned: the scanned document stands in its place."""

    kind = "replaced_by_scan"


@dataclass(frozen=True)
class Forwarded(Event):
    """Not ours: handed on to the right office (SGB I § 16 (2)); its name stands in the submission."""

    kind = "forwarded"
    on: str


@dataclass(frozen=True)
class ForwardingUndone(Event):
    kind = "forwarding_undone"


@dataclass(frozen=True)
class RegisteredByMistake(Event):
    """The letter should not have been registered; the entry in the register and the receipt stay."""

    kind = "registered_by_mistake"
    reason: str


@dataclass(frozen=True)
class MistakeUndone(Event):
    kind = "mistake_undone"


@dataclass(frozen=True)
class SheetsRecounted(Event):
    """The sheets of a letter, or of a stack (`batch`), were counted again."""

    kind = "sheets_recounted"
    before: int | None
    after: int | None
    batch: int | None = None


@dataclass(frozen=True)
class TroubleFound(Event):
    """Staff noticed that something is wrong with a letter; `problem` is a code of the catalogue."""

    kind = "trouble_found"
    problem: str


@dataclass(frozen=True)
class TroubleTaken(Event):
    """Somebody looks after it."""

    kind = "trouble_taken"
    trouble: int


@dataclass(frozen=True)
class TroubleSettled(Event):
    kind = "trouble_settled"
    trouble: int
    outcome: str


@dataclass(frozen=True)
class TroubleReopened(Event):
    kind = "trouble_reopened"
    trouble: int


@dataclass(frozen=True)
class CopyAsked(Event):
    """The sender is asked for a new copy (SGB I § 36a (3)); the status page says so."""

    kind = "copy_asked"
    problem: str


@dataclass(frozen=True)
class OriginalPlaced(Event):
    """Where the paper lies was written down, or until when it is kept."""

    kind = "original_placed"
    keep_until: str


@dataclass(frozen=True)
class OriginalAskedBack(Event):
    """The sender wants the paper back (or, with False, no longer)."""

    kind = "original_asked_back"
    wanted: bool


@dataclass(frozen=True)
class OriginalReturned(Event):
    kind = "original_returned"
    on: str


@dataclass(frozen=True)
class OriginalDestroyed(Event):
    kind = "original_destroyed"
    on: str


@dataclass(frozen=True)
class DayClosed(Event):
    """A day of the postbook was closed: the hashes of its figures and of its sheet."""

    kind = "day_closed"
    day: str
    sheet: int
    hash: str
    pdf_sha256: str


@dataclass(frozen=True)
class ReceiptWanted(Event):
    """The sender of a letter wants the receipt by e-mail."""

    kind = "receipt_wanted"


@dataclass(frozen=True)
class ReceiptLetterMade(Event):
    """The receipt was printed as a letter, to be posted."""

    kind = "receipt_letter_made"


# --- effects


@dataclass(frozen=True)
class ReceiptMailed(Event):
    kind = "receipt_mailed"


@dataclass(frozen=True)
class UnreadableMailed(Event):
    kind = "unreadable_mailed"


@dataclass(frozen=True)
class EffectFailed(Event):
    """An effect failed three times; staff see it, nothing is tried in a loop."""

    kind = "effect_failed"
    effect: str
    outbox: int


def record(
    event: Event,
    actor: Actor,
    *,
    case: Case | None = None,
    submission: Submission | None = None,
    document: Document | None = None,
    file: StoredFile | None = None,
) -> Row:
    """Write `event` and the outbox rows of its effects; must run inside the transaction of the change.

    Errors: RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded together with its change, in one transaction")
    row = Row.objects.create(
        kind=event.kind,
        at=Now(),
        actor_role=actor.role.value,
        actor_user=actor.user_id,
        case=case.pk if case else None,
        submission=submission.pk if submission else None,
        document=document.pk if document else None,
        file=file.pk if file else None,
        data=asdict(event),
    )
    subjects: dict[str, int | UUID | None] = {
        "case": row.case,
        "submission": row.submission,
        "document": row.document,
        "file": row.file,
        "event": row.pk,
    }
    for effect, subject in REACTIONS.get(event.kind, ()):
        target = subjects[subject]
        if target is not None:
            stack = effect in PRIORITIES and _of_stack(event, file)
            outbox.add(effect, str(target), event=row.pk, priority=priority(effect, stack=stack))
    return row


def _of_stack(event: Event, file: StoredFile | None) -> bool:
    """Whether it is about the pages of a scanned stack, or about a file as long as one."""
    if isinstance(event, FileKept):  # nothing else is known of the file yet
        return event.stack
    if file is None:
        return False
    return file.page_count > LONG_PAGES or Batch.objects.filter(file=file).exists()
