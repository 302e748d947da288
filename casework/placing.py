"""Finding the case of a submission: by strong keys, then by likeness if that is certain.

Anything unclear stays in the unassigned tray, with whom it is like. Likeness joins a paper to a case for
staff; it proves nothing about who is looking, so it never shows the case to whoever sent it.
"""

import logging
from datetime import date

from django.db import transaction

from casework import belonging, events, judging, likeness, people
from casework.catalogue import catalogue
from casework.clock import berlin_day, database_now
from casework.codes import is_number, tidy
from casework.envelope import Actor, Channel, Envelope, Role, Sender
from casework.matching.strong import OpenCase, judge_case, judge_person
from casework.models import Case, Person, Submission
from casework.workflow import CaseState

log = logging.getLogger(__name__)
PROVES_NOTHING = ("customer_number", "household_number", "likeness")


def place(submission: Submission, envelope: Envelope) -> None:
    """Find the case by strong keys or certain likeness and join it, or leave the submission in the tray."""
    actor = envelope.actor
    case, reason, found = _find_case(envelope, submission)
    opened_it = case is not None and not case.submissions.exists()
    if found is not None:
        judging.record(found, submission, actor)
    if case is None:
        submission.unclear = reason
        submission.save(update_fields=["unclear"])
        events.record(events.LeftUnassigned(reason), actor, submission=submission)
        likeness.index_waiting(submission, [one.entry for one in found.candidates] if found else [])
        return
    # A customer number stands on every letter: it proves nothing about who is looking. A case that this
    # submission opened holds nothing else yet, but of somebody only recognised others' papers may follow.
    proven = reason not in PROVES_NOTHING or (opened_it and reason != "likeness")
    if reason == "receipt_number":  # what the first receipt may not open, its number does not open either
        proven = case_shown_by(envelope.keys.number, envelope.sender.birth_date) is not None
    belonging.join(submission, case, reason, actor, shows_case=proven or actor.role == Role.DESK)


def _find_case(envelope: Envelope, submission: Submission) -> tuple[Case | None, str, likeness.Found | None]:
    """The case, why, and what was found by likeness if it came to that."""
    keys, sender = envelope.keys, envelope.sender
    if keys.case_id is not None:
        by = "helper" if envelope.actor.role == Role.HELPER else "staff"
        return Case.objects.get(public_id=keys.case_id), by, None
    if keys.cover_sheet:  # printed from this case, for this person
        return Case.objects.get(cover_sheets__code=keys.cover_sheet), "cover_sheet", None
    if keys.number:
        return *_case_of_number(keys.number, sender.birth_date), None
    iban = likeness.iban_in(envelope.answers)
    people.lock(sender, iban)
    service = catalogue().service(envelope.service, version=envelope.service_version)
    if keys.person_id is not None:
        person = Person.objects.get(public_id=keys.person_id)
        return *_case_of_person(person, envelope, "staff"), None
    judged = judge_person(
        sender,
        customer=people.by_customer_number(sender.customer_number),
        household=people.by_household_number(sender.household_number),
        namesakes=people.namesakes(sender),
        may_be_new=service.opens_case,
    )
    if judged.person is not None:
        return *_case_of_person(Person.objects.get(pk=judged.person), envelope, judged.reason), None
    found = _alike(sender, iban, submission)
    if found is not None and found.person is not None:
        person = Person.objects.get(pk=found.person)
        return *_case_of_person(person, envelope, "likeness"), found
    if not judged.new:
        return None, judged.reason, found
    if found is None or any(one.person for one in found.candidates):
        return None, "somebody_alike", found
    person = people.create(sender, envelope.language, iban=iban)
    return *_case_of_person(person, envelope, judged.reason), found


def _alike(sender: Sender, iban: str, submission: Submission) -> likeness.Found | None:
    """None if comparing failed: what has arrived is kept all the same, and a person looks."""
    try:
        with transaction.atomic():
            return likeness.find(likeness.details_of_sender(sender, iban), but=submission.pk)
    except Exception:
        log.exception("comparing a sender with the register failed")
        return None


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


def case_shown_by(number: str, birth_date: date | None) -> Case | None:
    """The case that whoever has this number and birth date may see.

    A receipt that a customer number alone joined leads into the case, but shows nothing of it.
    """
    case = case_of_number(number, birth_date)
    if case is None or case.code == tidy(number):
        return case
    return case if Submission.objects.filter(number=tidy(number), shows_case=True).exists() else None


def _case_of_number(number: str, birth_date: date | None) -> tuple[Case | None, str]:
    number = tidy(number)
    if not is_number(number) or birth_date is None:
        return None, "number_unknown"
    # Both look-ups whatever the first one finds: unknown numbers must not be told by their time.
    case = Case.objects.filter(code=number).select_related("person").first()
    submission = Submission.objects.filter(number=number).select_related("case__person").first()
    reason = "case_code"
    if case is None:
        if submission is None:
            return None, "number_unknown"
        if submission.case is None:
            return None, "first_still_unassigned"
        case, reason = submission.case, "receipt_number"
    if case.person.birth_date != birth_date:
        return None, "number_and_birth_date_differ"
    return case, reason


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
        answers=submission.answers,
        language=submission.language,
    )
