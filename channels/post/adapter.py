"""Post -> the one door. Cleaned data and an actor in, never a request: seed and tests call this too."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.files import File
from django.db import transaction

from casework import intake, locks, queries, regrouping
from casework.catalogue import UnknownEntry, catalogue
from casework.clock import berlin_day, start_of_day
from casework.envelope import Ack, Actor, BytesDiffer, Channel, Envelope, Keys, Paper, Sender, Upload
from casework.intake import PagesTaken
from casework.models import Batch, Document, StoredFile, Submission
from channels import uploads
from channels.post.sheets import spans

__all__ = [
    "PAPERS",
    "BytesDiffer",
    "Letter",
    "PagesTaken",
    "ScannedPaper",
    "begin_letter",
    "keep_batch",
    "keep_file",
    "received_at",
    "register_letter",
    "split",
    "split_new_letter",
]

PAPERS = "PAPERS"
NOBODY = Sender()


@dataclass(frozen=True)
class Letter:
    """One envelope as the counter registers it, before or while it is scanned.

    `arrived_on` is the day it reached the office: this day counts, never the day of scanning. `number` is a
    case code or receipt number on the letter. `service` other than PAPERS: the letter is an application.
    """

    arrived_on: date
    emptied_at: datetime | None = None
    sender: Sender = NOBODY
    number: str = ""
    sheets: int | None = None
    postmark_on: date | None = None
    other_office: str = ""
    other_office_on: date | None = None
    service: str = PAPERS
    person_id: uuid.UUID | None = None
    case_id: uuid.UUID | None = None


@dataclass(frozen=True)
class ScannedPaper:
    """Pages of one batch (numbers from 1) that are one paper of a kind from the catalogue."""

    kind: str
    pages: tuple[int, ...]


def received_at(arrived_on: date, emptied_at: datetime | None) -> datetime:
    """The emptying of the letterbox if it was on the day of arrival, else the beginning of that day.

    A letterbox emptied on the 1st may hold letters that arrived on the last day of the month.
    """
    if emptied_at is not None and berlin_day(emptied_at) == arrived_on:
        return emptied_at
    return start_of_day(arrived_on)


def register_letter(letter: Letter, actor: Actor, *, key: uuid.UUID) -> Ack:
    """Register a letter that will be scanned later; the same key again gives the same receipt."""
    return intake.receive(_envelope(letter, (), actor, key))


def keep_batch(
    scanned: "File[bytes] | StoredFile",
    arrived_on: date,
    sheets: int | None,
    actor: Actor,
    *,
    key: uuid.UUID,
    source: str = "upload",
    sha256: str = "",
) -> Batch:
    """Keep a scanned stack, whatever is in the file; the same key again gives the same batch.

    Bytes and batch are one transaction: a process that dies leaves both or neither. `source` is one of
    BATCH_SOURCES. `sha256` is what the bytes have to hash to, where that is known before.

    Errors: uploads.TooLarge, BytesDiffer; nothing is kept then.
    """
    with transaction.atomic():
        locks.hold(f"batch:{key}")
        known = Batch.objects.filter(key=key).first()
        if known is not None:
            return known
        file = scanned if isinstance(scanned, StoredFile) else keep_file(scanned, actor, sha256)
        return intake.receive_batch(key, file.pk, arrived_on, sheets, actor, source=source)


def keep_file(uploaded: "File[bytes]", actor: Actor, sha256: str = "") -> StoredFile:
    """Keep the file of a stack before everything about it is known. Errors: uploads.TooLarge."""
    return uploads.keep(uploaded, actor, limit=settings.MAX_BATCH_BYTES, stack=True, sha256=sha256)


def split(batch: Batch, papers: Sequence[ScannedPaper], letter: Submission, actor: Actor) -> None:
    """Pages of a batch become papers of a letter registered before; done already: nothing happens.

    Errors: PagesTaken if one of the pages belongs to another paper or was set aside.
    """
    try:
        intake.add_scan(letter, _papers(batch, papers), actor)
    except PagesTaken:
        if not _holds(letter, batch, papers):
            raise


def split_new_letter(
    batch: Batch, papers: Sequence[ScannedPaper], letter: Letter, actor: Actor, *, key: uuid.UUID
) -> Ack:
    """Register a letter together with its pages, in one transaction.

    Errors: PagesTaken; no letter is registered then.
    """
    return intake.receive(_envelope(letter, _papers(batch, papers), actor, key))


def begin_letter(
    letter: Submission, later: Sequence[tuple[Document, Sequence[int]]], actor: Actor, *, key: uuid.UUID
) -> Ack:
    """Two letters were taken for one: the pages named are a letter of their own, of the same day.

    `later`: papers of `letter` and their pages, by number within the stack. One transaction. Errors:
    regrouping.NotThere if somebody changed the papers meanwhile, or they come from no stack.
    """
    with transaction.atomic():
        arrived = Letter(berlin_day(letter.received_at), letter.emptied_at, postmark_on=letter.postmark_on)
        ack = register_letter(arrived, actor, key=key)
        begun = Submission.objects.get(public_id=ack.submission_id)
        for document, pages in later:
            regrouping.move(document, pages, begun, document.kind, actor)
    return ack


def _envelope(letter: Letter, papers: tuple[Paper, ...], actor: Actor, key: uuid.UUID) -> Envelope:
    # A number proves nothing without the birth date: other evidence must then still be looked at. What a
    # person chose stands above both.
    chosen = letter.person_id or letter.case_id
    provable = letter.number if letter.sender.birth_date and not chosen else ""
    return Envelope(
        key=key,
        channel=Channel.POST,
        actor=actor,
        service=letter.service,
        service_version=_version(letter.service, letter.arrived_on),
        sender=letter.sender,
        keys=Keys(number=provable, case_id=letter.case_id, person_id=letter.person_id),
        answers={"number": letter.number} if letter.number else {},
        papers=papers,
        received_at=received_at(letter.arrived_on, letter.emptied_at),
        sheets=letter.sheets,
        postmark_on=letter.postmark_on,
        emptied_at=letter.emptied_at,
        other_office=letter.other_office,
        other_office_on=letter.other_office_on,
    )


def _version(service: str, arrived_on: date) -> int:
    """The version valid when the letter arrived; of a service younger than the letter, today's."""
    try:
        return catalogue().service(service, on=arrived_on).version
    except UnknownEntry:
        return catalogue().service(service).version


def _papers(batch: Batch, papers: Sequence[ScannedPaper]) -> tuple[Paper, ...]:
    return tuple(
        Paper(paper.kind, tuple(Upload(batch.file_id, "", a, b) for a, b in spans(paper.pages)))
        for paper in papers
    )


def _holds(letter: Submission, batch: Batch, papers: Sequence[ScannedPaper]) -> bool:
    """Whether the letter has exactly these papers already (a double click)."""
    wanted = {(paper.kind, span) for paper in papers for span in spans(paper.pages)}
    parts = queries.standing_parts(batch).filter(document__submission=letter)
    return wanted <= {(part.document.kind, (part.first_page, part.last_page)) for part in parts}
