"""The web's way to the office: cleaned data in, `Ack` out. Knows no request.

Journeys in the browser end in `submit`; seed, benches and the one-page doors call `send`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from casework import filestore, guessing, helping, intake, placing, status
from casework.catalogue import catalogue
from casework.catalogue.flow import Answers, relevant_answers
from casework.codes import tidy
from casework.envelope import Ack, Actor, Channel, Envelope, Helper, Keys, Paper, Role, Sender, Upload
from casework.helpscope import Act
from casework.models import Case, HelperPerson
from channels.models import Draft

CLAIMANT = Actor(Role.CLAIMANT)

# One file: its name and its bytes, whole or in pieces.
NamedBytes = tuple[str, bytes | Iterable[bytes]]


class HelpEnded(Exception):
    """This helper may not send into the case (any more); nothing was received."""


@dataclass(frozen=True)
class Wait(Exception):
    """Too many wrong numbers; `seconds` until the next try."""

    seconds: int


def submit(draft: Draft, actor: Actor = CLAIMANT) -> Ack:
    """Send a draft. Again, from a second tab or by a double click: the same `Ack`.

    Errors: BytesDiffer; then the draft stays as it is and can be sent again. HelpEnded.
    """
    with transaction.atomic():  # a file added in another tab waits, or is part of what is sent
        locked = Draft.objects.select_for_update(of=("self",)).select_related("sent_by").get(pk=draft.pk)
        ack = intake.receive(_envelope_of(locked, actor))
        if locked.sent_at is None:
            locked.sent_at, locked.secret = ack.received_at, ack.secret
            locked.save(update_fields=["sent_at", "secret", "updated_at"])
    return ack


def send(
    *,
    service: str,
    answers: Mapping[str, Any],
    papers: Sequence[tuple[str, Sequence[NamedBytes]]] = (),
    key: UUID | None = None,
    number: str = "",
    language: str = "de",
    notice_email: str = "",
    helper: Helper | None = None,
    actor: Actor = CLAIMANT,
    received_at: datetime | None = None,
) -> Ack:
    """Files and submission in one transaction, without a draft. The same key again: the same `Ack`.

    papers: kind from the catalogue, and its files in order. number: case code or receipt number, which
    counts together with the birth date among the answers. received_at: for histories; None means now.
    Errors: BytesDiffer, UnknownEntry (service or kind); nothing is kept then.
    """
    chosen = catalogue().service(service)
    for kind, _ in papers:
        catalogue().document_kind(kind)
    with transaction.atomic():
        ack = intake.receive(
            Envelope(
                key=key or uuid4(),
                channel=Channel.WEB,
                actor=actor,
                service=chosen.key,
                service_version=chosen.version,
                sender=_sender(answers),
                keys=Keys(number=tidy(number)),
                answers=relevant_answers(chosen, answers),
                papers=tuple(
                    Paper(kind, tuple(_keep(name, data, actor) for name, data in files))
                    for kind, files in papers
                ),
                received_at=received_at,
                language=language,
                helper=helper,
                notice_email=notice_email,
            )
        )
        if ack.repeated:  # the files of the first time are there; these would belong to nobody
            transaction.set_rollback(True)
    return ack


def _keep(name: str, data: bytes | Iterable[bytes], actor: Actor) -> Upload:
    file = filestore.keep([data] if isinstance(data, bytes) else data, name, actor)
    return Upload(file.pk, file.sha256)


def fits(number: str, birth_date: date, address: str) -> bool:
    """Whether a case code or receipt number and the birth date belong together; wrong tries are counted.

    An unknown number and a wrong birth date give the same answer after the same look-ups.
    Errors: Wait after too many wrong tries for this number or from this address.
    """
    number = tidy(number)
    if seconds := guessing.pause(number, address):
        raise Wait(seconds)
    case = placing.case_of_number(number, birth_date)
    # Also a receipt whose submission is still in the unassigned tray: staff see the two belong together.
    submission = status.find(number, birth_date)
    if case is None and submission is None:
        guessing.wrong(number, address)
        return False
    guessing.right(number)
    return True


def case_of(draft: Draft) -> Case | None:
    """The case this draft adds papers to, if its number may show one, or the helper may see it."""
    if draft.sent_by is not None:
        person = helping.person_who_may(draft.sent_by.public_id, Act.SEE)
        return person.helper.case if person else None
    birth_date = _sender(draft.answers).birth_date
    number = draft.number or draft.corrects
    return placing.case_shown_by(number, birth_date) if number else None


def _envelope_of(draft: Draft, actor: Actor) -> Envelope:
    service = catalogue().service(draft.service, version=draft.service_version)
    papers = draft.papers.prefetch_related("files__file")
    sender, keys = _sender(draft.answers), Keys(number=draft.number or draft.corrects)
    helper = Helper(draft.helper_name, draft.helper_relation) if draft.helper_name else None
    if draft.sent_by is not None:
        sender, keys, helper = _of_helper(draft, draft.sent_by)
        actor = Actor(Role.HELPER)
    return Envelope(
        key=draft.key,
        channel=Channel.WEB,
        actor=actor,
        service=draft.service,
        service_version=draft.service_version,
        sender=sender,
        keys=keys,
        corrects=draft.corrects,
        answers=relevant_answers(service, draft.answers),
        papers=tuple(
            Paper(paper.kind, tuple(Upload(kept.file.pk, kept.announced) for kept in paper.files.all()))
            for paper in papers
            if paper.files.all()
        ),
        language=draft.language,
        helper=helper,
        notice_email=draft.notice_email,
    )


def _of_helper(draft: Draft, who: HelperPerson) -> tuple[Sender, Keys, Helper]:
    """For whom a helper sends, where it belongs, and who she is.

    Only the name of the person: her receipt must tell a helper nothing she was not told. Errors: HelpEnded,
    unless it was sent already and the same receipt is asked for again.
    """
    person = helping.person_who_may(who.public_id, Act.SEND)
    if person is None and draft.sent_at is None:
        raise HelpEnded
    helper = who.helper
    named = helper.case.person
    sender = Sender(given_name=named.given_name, family_name=named.family_name)
    relation = "" if helper.organisation else helper.relation
    return sender, Keys(case_id=helper.case.public_id), Helper(who.signature, relation, who.pk)


def _sender(answers: Answers) -> Sender:
    """The person as given: the catalogue's shared questions carry the names of the sender's fields."""
    given = {field.name: answers.get(field.name) or "" for field in fields(Sender)}
    birth_date = given.pop("birth_date")
    return Sender(**given, birth_date=date.fromisoformat(birth_date) if birth_date else None)
