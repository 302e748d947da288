"""The only door. Channels hand over an `Envelope` and get an `Ack`; only their adapters may import this.

Bytes read back, submission, register entry, events and outbox rows are one transaction. Nothing that
arrived is refused: an unclear sender leads to the unassigned tray. No parser, scanner, matcher, mail or
broker stands between the last byte and the receipt.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from django.db import connection, transaction

from casework import belonging, events, filestore, people, register
from casework.catalogue import catalogue
from casework.clock import berlin_day, database_now
from casework.codes import is_number, tidy
from casework.envelope import Ack, Actor, BytesDiffer, Channel, Envelope, Paper, Role, Sender
from casework.matching.strong import OpenCase, judge_case, judge_person
from casework.models import Batch, Case, Document, Part, Person, SetAsidePage, StoredFile, Submission
from casework.workflow import DOCUMENT, SUBMISSION, CaseState, after


class PagesTaken(Exception):
    """Some of these pages of the batch belong to another letter already, or are set aside."""


def receive(envelope: Envelope) -> Ack:
    """Take in one submission; the same key again gives the same `Ack`.

    Errors: BytesDiffer if a file read back is not what the sender announced; nothing is received then.
    """
    with transaction.atomic():
        _lock(f"key:{envelope.key}")
        known = Submission.objects.filter(key=envelope.key).values_list("pk", flat=True).first()
        if known is None:
            _durable()
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
        actor_role=envelope.actor.role,
        recorded_by_id=envelope.actor.user_id,
        received_at=received_at,
        recorded_at=now,
        application_day=_application_day(envelope, received_at),
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
    place(submission, envelope)
    register.append(submission, documents, "arrival")
    return submission.pk


def add_scan(submission: Submission, papers: Sequence[Paper], actor: Actor) -> None:
    """Scanned pages of a letter that was registered before. Its date of arrival stays what it was.

    Errors: PagesTaken, so that no page ever belongs to two letters.
    """
    with transaction.atomic():
        _durable()
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
        register.append(submission, documents, "scan")


def receive_batch(
    key: uuid.UUID, file_id: uuid.UUID, arrived_on: date, sheets: int | None, actor: Actor
) -> Batch:
    """A scanned stack, before it is split into letters; the same key again gives the same batch."""
    with transaction.atomic():
        _lock(f"batch:{key}")
        known = Batch.objects.filter(key=key).first()
        if known is not None:
            return known
        _durable()
        file = StoredFile.objects.get(pk=file_id)
        if filestore.hash_read_back(file) != file.sha256:
            raise BytesDiffer(file.pk)
        batch = Batch.objects.create(
            key=key, file=file, arrived_on=arrived_on, sheets=sheets, scanned_by_id=actor.user_id
        )
        events.record(events.BatchScanned(batch=batch.pk), actor, file=file)
        return batch


# --- steps of the transaction


def _durable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")


def _lock(name: str) -> None:
    """Two arrivals about the same thing wait for each other until the first is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


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
        assert upload.first_page is not None and upload.last_page is not None
        span = {"first_page__lte": upload.last_page, "last_page__gte": upload.first_page}
        aside = SetAsidePage.objects.filter(
            batch=batch, page__gte=upload.first_page, page__lte=upload.last_page
        )
        if Part.objects.filter(file_id=upload.file_id, **span).exists() or aside.exists():
            raise PagesTaken


def _add_documents(
    submission: Submission, papers: Sequence[Paper], now: datetime, event: str
) -> list[Document]:
    start = submission.documents.count()
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
    if not service.opens_case:
        return None
    days = [envelope.application_day or berlin_day(received_at), envelope.other_office_on]
    return min(day for day in days if day is not None)


# --- whose is it


def place(submission: Submission, envelope: Envelope) -> None:
    """Find the case by strong keys and join it, or leave the submission in the unassigned tray."""
    actor = envelope.actor
    case, reason = _find_case(envelope)
    if case is None:
        submission.unclear = reason
        submission.save(update_fields=["unclear"])
        events.record(events.LeftUnassigned(reason), actor, submission=submission)
        return
    proven = reason not in ("customer_number", "household_number") or actor.role == Role.DESK
    belonging.join(submission, case, reason, actor, shows_case=proven)


def _find_case(envelope: Envelope) -> tuple[Case | None, str]:
    keys, sender = envelope.keys, envelope.sender
    if keys.case_id is not None:
        return Case.objects.get(public_id=keys.case_id), "staff"
    if keys.number:
        return _case_of_number(keys.number, sender.birth_date)
    _lock_person(sender)
    service = catalogue().service(envelope.service, version=envelope.service_version)
    if keys.person_id is not None:
        person, reason = Person.objects.get(public_id=keys.person_id), "staff"
    else:
        judged = judge_person(
            sender,
            customer=people.by_customer_number(sender.customer_number),
            household=people.by_household_number(sender.household_number),
            namesakes=people.namesakes(sender),
            may_be_new=service.opens_case,
        )
        if judged.new:
            person = people.create(sender, envelope.language)
        elif judged.person is not None:
            person = Person.objects.get(pk=judged.person)
        else:
            return None, judged.reason
        reason = judged.reason
    return _case_of_person(person, envelope, reason)


def _case_of_person(person: Person, envelope: Envelope, reason: str) -> tuple[Case | None, str]:
    Person.objects.select_for_update().get(pk=person.pk)  # one case, though two submissions come at once
    service = catalogue().service(envelope.service, version=envelope.service_version)
    target = service.opens_case_of or service.key
    found = judge_case(
        target,
        service.joins,
        [OpenCase(c.pk, c.service) for c in person.cases.filter(state=CaseState.OPEN)],
        opens=service.opens_case,
        reason=reason,
    )
    if found.case is not None:
        return Case.objects.get(pk=found.case), found.reason
    if found.new:
        version = (
            envelope.service_version
            if target == service.key
            else catalogue().service(target, on=berlin_day(database_now())).version
        )
        return belonging.open_case(person, target, version, envelope.actor), found.reason
    return None, found.reason


def case_of_number(number: str, birth_date: date | None) -> Case | None:
    """The open or closed case behind a case code or receipt number, if the birth date fits."""
    return _case_of_number(number, birth_date)[0]


def _case_of_number(number: str, birth_date: date | None) -> tuple[Case | None, str]:
    number = tidy(number)
    if not is_number(number) or birth_date is None:
        return None, "number_unknown"
    case = Case.objects.filter(code=number).select_related("person").first()
    reason = "case_code"
    if case is None:
        submission = Submission.objects.filter(number=number).select_related("case__person").first()
        if submission is None:
            return None, "number_unknown"
        if submission.case is None:
            return None, "first_still_unassigned"
        case, reason = submission.case, "receipt_number"
    if case.person.birth_date != birth_date:
        return None, "number_and_birth_date_differ"
    return case, reason


def _lock_person(sender: Sender) -> None:
    names = [f"customer:{sender.customer_number}"] if sender.customer_number else []
    if sender.name and sender.birth_date:
        key = people.name_key(sender.given_name, sender.family_name)
        names.append(f"person:{key}:{sender.birth_date}")
    for name in sorted(names):  # always in the same order: no deadlock
        _lock(name)


def envelope_of(submission: Submission, actor: Actor) -> Envelope:
    """The envelope a submission came in, as far as placing it needs it."""
    given = dict(submission.sender)
    if given.get("birth_date"):
        given["birth_date"] = date.fromisoformat(given["birth_date"])
    return Envelope(
        key=submission.key,
        channel=Channel(submission.channel),
        actor=actor,
        service=submission.service,
        service_version=submission.service_version,
        sender=Sender(**given),
        language=submission.language,
    )
