"""The same people everywhere: Amira sends, Bernd and Carla take in, Deniz decides, Emil sees nothing."""

import uuid
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from casework import filestore, intake
from casework.catalogue import catalogue
from casework.envelope import Ack, Actor, Channel, Envelope, Keys, Paper, Role, Sender, Upload
from casework.models import Case, Submission, Team, User
from tests import files

AMIRA = Sender(
    given_name="Amira",
    family_name="Haddad",
    birth_date=date(1991, 7, 3),
    street="Lindenweg 4",
    postcode="12345",
    city="Musterstadt",
)
CLAIMANT = Actor(Role.CLAIMANT)
PASSWORD = "correct horse battery staple"


def amira(**changes: Any) -> Sender:
    return replace(AMIRA, **changes)


def teams() -> tuple[Team, Team]:
    north, _ = Team.objects.get_or_create(name="Team Nord", first_letter="A", last_letter="K")
    south, _ = Team.objects.get_or_create(name="Team Süd", first_letter="L", last_letter="Z")
    return north, south


def _staff(email: str, first: str, last: str, roles: list[str], team: Team | None) -> User:
    existing = User.objects.filter(email=email).first()
    if existing:
        return existing
    return User.objects.create_user(email, PASSWORD, first_name=first, last_name=last, roles=roles, team=team)


def bernd() -> User:
    return _staff("bernd@example.org", "Bernd", "Brandt", [Role.COUNTER.value], teams()[0])


def carla() -> User:
    return _staff("carla@example.org", "Carla", "Conti", [Role.DESK.value], teams()[0])


def deniz() -> User:
    return _staff("deniz@example.org", "Deniz", "Demir", [Role.CASEWORKER.value], teams()[0])


def emil() -> User:
    """A caseworker of the other team: Amira's case must never show up for him."""
    return _staff("emil@example.org", "Emil", "Ebert", [Role.CASEWORKER.value], teams()[1])


def paper(kind: str = "payslip", content: bytes | None = None, name: str = "papier.jpg") -> Paper:
    """A paper of one file, kept as a channel would keep it."""
    data = files.jpeg() if content is None else content
    file = filestore.keep([data], name, CLAIMANT)
    return Paper(kind, (Upload(file.pk, file.sha256),))


def envelope(
    *papers: Paper,
    sender: Sender = AMIRA,
    channel: Channel = Channel.WEB,
    service: str = "HA",
    actor: Actor = CLAIMANT,
    number: str = "",
    key: uuid.UUID | None = None,
    received_at: datetime | None = None,
    **more: Any,
) -> Envelope:
    return Envelope(
        key=key or uuid.uuid4(),
        channel=channel,
        actor=actor,
        service=service,
        service_version=catalogue().service(service).version,
        sender=sender,
        keys=more.pop("keys", Keys(number=number)),
        papers=papers,
        received_at=received_at,
        **more,
    )


def receive(*papers: Paper, **given: Any) -> Ack:
    """Something arrives; by default Amira's first application on the web."""
    return intake.receive(envelope(*papers, **given))


def submission(ack: Ack) -> Submission:
    return Submission.objects.get(public_id=ack.submission_id)


def case_of(ack: Ack) -> Case:
    found = submission(ack).case
    assert found is not None
    return found
