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


# --- who looked (GDPR Art. 15)


@dataclass(frozen=True)
class CaseViewed(Event):
    kind = "case_viewed"


@dataclass(frozen=True)
class DocumentViewed(Event):
    kind = "document_viewed"


@dataclass(frozen=True)
class OriginalTaken(Event):
    """The file as received was downloaded, not only its pictures looked at."""

    kind = "original_taken"


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
