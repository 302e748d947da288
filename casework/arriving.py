"""What happens when something arrives. Only the door (casework.intake) and the sorting of scanned
stacks (casework.suggestions, casework.regrouping) may import this.

Bytes read back, submission, register entry, events and outbox rows are one transaction. Nothing that
arrived is refused: an unclear sender leads to the unassigned tray. No parser, scanner, matcher, mail or
broker stands between the last byte and the receipt.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from django.db import connection, transaction

from casework import belonging, events, filestore, locks, placing, register, unreadable
from casework.catalogue import catalogue
from casework.clock import berlin_day, database_now
from casework.envelope import Ack, Actor, BytesDiffer, Envelope, Paper, Sender
from casework.models import Batch, Document, Part, SetAsidePage, StoredFile, Submission
from casework.workflow import DOCUMENT, SUBMISSION, DocumentState, after


class PagesTaken(Exception):
    """Some of these pages of the batch belong to another letter already, or are set aside."""


def receive(envelope: Envelope) -> Ack:
    """Take in one submission; the same key again gives the same `Ack`.

    Errors: BytesDiffer if a file read back is not what the sender announced; PagesTaken if pages of a
    scanned batch belong to another letter meanwhile. Nothing is received then (the batch keeps its pages).
    """
    with transaction.atomic():
        locks.hold(f"key:{envelope.key}")
        known = Submission.objects.filter(key=envelope.key).values_list("pk", flat=True).first()
        if known is None:
            durable()
            pk = _receive(envelope)
    if known is not None:
        return replace(acknowledge(known), repeated=True)
    return acknowledge(pk)


def acknowledge(submission_id: int) -> Ack:
    """What was committed, read again."""
    row = Submission.objects.only("public_id", "number", "secret", "received_at").get(pk=submission_id)
    return Ack(row.public_id, row.number, row.secret, row.received_at)


def _receive(envelope: Envelope) -> int:
    _verify(envelope.papers)
    _lock_pages(envelope.papers)
    now = database_now()
    received_at = envelope.received_at or now
    submission = Submission.objects.create(
        key=envelope.key,
        channel=envelope.channel,
        service=envelope.service,
        service_version=envelope.service_version,
        state=after(SUBMISSION, "", events.Received.kind),
        sender=_as_given(envelope.sender),
        answers=dict(envelope.answers),
        note=envelope.note,
        language=envelope.language,
        notice_email=envelope.notice_email,
        helper_name=envelope.helper.name if envelope.helper else "",
        helper_relation=envelope.helper.relation if envelope.helper else "",
        sent_by_id=envelope.helper.person_id if envelope.helper else None,
        actor_role=envelope.actor.role,
        recorded_by_id=envelope.actor.user_id,
        received_at=received_at,
        recorded_at=now,
        application_day=_application_day(envelope, received_at),
        corrects=envelope.corrects,
        sheets=envelope.sheets,
        postmark_on=envelope.postmark_on,
        emptied_at=envelope.emptied_at,
        other_office=envelope.other_office,
        other_office_on=envelope.other_office_on,
    )
    documents = _add_documents(submission, envelope.papers, now, events.Received.kind)
    events.record(
        events.Received(channel=envelope.channel, documents=tuple(d.pk for d in documents)),
        envelope.actor,
        submission=submission,
    )
    placing.place(submission, envelope)
    register.append(submission, documents, "arrival")
    whole = [u.file_id for paper in envelope.papers for u in paper.uploads if u.first_page is None]
    unreadable.note_arrival(submission, whole)
    return submission.pk


def add_scan(submission: Submission, papers: Sequence[Paper], actor: Actor) -> list[Document]:
    """Scanned pages of a letter that was registered before. Its date of arrival stays what it was.

    Errors: PagesTaken, so that no page ever belongs to two letters.
    """
    with transaction.atomic():
        durable()
        submission = Submission.objects.select_for_update().get(pk=submission.pk)
        _verify(papers)
        _lock_pages(papers)
        documents = _add_documents(submission, papers, database_now(), events.Scanned.kind)
        arrived = events.Scanned(documents=tuple(d.pk for d in documents))
        events.record(arrived, actor, submission=submission)
        if submission.case is not None:
            for document in documents:
                belonging.take_in(document, submission.case)
                joined = events.Joined("letter")
                events.record(joined, actor, case=submission.case, submission=submission, document=document)
        _replace_waiting(submission, documents, actor)
        register.append(submission, documents, "scan")
        return documents


def _replace_waiting(submission: Submission, scanned: Sequence[Document], actor: Actor) -> None:
    """Paper noted at the desk to be scanned later: its pages, of the same kind, stand in its place."""
    waiting = Document.objects.filter(submission=submission, parts=None, shown=False)
    for document in waiting.filter(kind__in={new.kind for new in scanned}):
        event = events.ReplacedByScan()
        if (document.state, event.kind) not in DOCUMENT:  # decided on the paper itself: it stays
            continue
        document.state = after(DOCUMENT, document.state, event.kind)
        document.requirement = None
        document.save(update_fields=["state", "requirement"])
        events.record(event, actor, case=submission.case, submission=submission, document=document)


# --- steps of the transaction


def durable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")


def _verify(papers: Sequence[Paper]) -> None:
    """Read every whole file back and compare it with what came in and with what the sender hashed."""
    uploads = {u.file_id: u for paper in papers for u in paper.uploads if u.first_page is None}
    for file in StoredFile.objects.filter(pk__in=uploads):
        announced = uploads[file.pk].sha256
        if filestore.hash_read_back(file) != file.sha256 or announced not in ("", file.sha256):
            raise BytesDiffer(file.pk)


def _lock_pages(papers: Sequence[Paper]) -> None:
    for upload in (u for paper in papers for u in paper.uploads if u.first_page is not None):
        batch = Batch.objects.select_for_update().get(file_id=upload.file_id)
        assert upload.first_page is not None
        assert upload.last_page is not None
        span = {"first_page__lte": upload.last_page, "last_page__gte": upload.first_page}
        aside = SetAsidePage.objects.filter(
            batch=batch, page__gte=upload.first_page, page__lte=upload.last_page
        )
        taken = Part.objects.filter(file_id=upload.file_id, **span)
        if taken.exclude(document__state=DocumentState.WITHDRAWN).exists() or aside.exists():
            raise PagesTaken


def _add_documents(
    submission: Submission, papers: Sequence[Paper], now: datetime, event: str
) -> list[Document]:
    start = Document.with_withdrawn.filter(submission=submission).count()
    documents = []
    for position, paper in enumerate(papers, start=start):
        document = Document.objects.create(
            submission=submission,
            kind=paper.kind,
            position=position,
            shown=paper.shown,
            state=after(DOCUMENT, "", event),
            recorded_at=now,
        )
        Part.objects.bulk_create(
            Part(
                document=document,
                file_id=upload.file_id,
                position=n,
                first_page=upload.first_page,
                last_page=upload.last_page,
            )
            for n, upload in enumerate(paper.uploads)
        )
        documents.append(document)
    return documents


def _as_given(sender: Sender) -> dict[str, object]:
    """The sender as JSON; the register binds it, so it is written in one way only."""
    return {
        **asdict(sender),
        "birth_date": sender.birth_date.isoformat() if sender.birth_date else None,
    }


def _application_day(envelope: Envelope, received_at: datetime) -> date | None:
    """The day of application, for services that are one. Receipt at another office counts (SGB I § 16)."""
    service = catalogue().service(envelope.service, version=envelope.service_version)
    if not service.opens_case or envelope.corrects:  # the day of what is corrected counts
        return None
    days = [envelope.application_day or berlin_day(received_at), envelope.other_office_on]
    return min(day for day in days if day is not None)
