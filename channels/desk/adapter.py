"""From what was handed over at the desk to an `Envelope`. Cleaned data and an actor, never a request."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from casework import intake
from casework.catalogue import catalogue
from casework.envelope import Ack, Actor, Channel, Envelope, Helper, Keys, Paper, Sender
from casework.models import Person

PAPERS = "PAPERS"
NOBODY_NAMED = Sender()


def sender_of(person: Person) -> Sender:
    """What the office knows of a person, as the sender of what she hands over."""
    return Sender(
        given_name=person.given_name,
        family_name=person.family_name,
        birth_name=person.birth_name,
        birth_date=person.birth_date,
        customer_number=person.customer_number or "",
        household_number=person.household.number if person.household else "",
        street=person.street,
        postcode=person.postcode,
        city=person.city,
        email=person.email,
        phone=person.phone,
    )


def record(
    *,
    actor: Actor,
    key: UUID,
    service: str = PAPERS,
    sender: Sender = NOBODY_NAMED,
    person_id: UUID | None = None,
    case_id: UUID | None = None,
    papers: Sequence[Paper] = (),
    answers: Mapping[str, object] | None = None,
    received_at: datetime | None = None,
    application_day: date | None = None,
    note: str = "",
    helper: Helper | None = None,
    notice_email: str = "",
    language: str = "de",
    sheets: int | None = None,
) -> Ack:
    """Take in what somebody hands over or applies for at the desk.

    actor: Actor(Role.DESK, user.pk), the one who typed. person_id, case_id: public ids staff chose; without
    them and without numbers in `sender` it goes to the unassigned tray. received_at: only if it was left
    earlier, e.g. in the desk's box. sheets: paper kept to be scanned later. The same key gives the same Ack.
    Errors: BytesDiffer, UnknownEntry (service).
    """
    return intake.receive(
        Envelope(
            key=key,
            channel=Channel.DESK,
            actor=actor,
            service=service,
            service_version=catalogue().service(service).version,
            sender=sender,
            keys=Keys(case_id=case_id, person_id=person_id),
            answers=answers or {},
            papers=tuple(papers),
            received_at=received_at,
            application_day=application_day,
            note=note,
            language=language,
            helper=helper,
            notice_email=notice_email,
            sheets=sheets,
        )
    )
