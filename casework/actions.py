"""What staff do. Each is one transaction: the change and its event, together or not at all.

A stale decision (somebody else decided meanwhile) raises IllegalTransition and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction

from casework import belonging, events, judging, likeness, people, unreadable
from casework.access import record_access
from casework.catalogue import catalogue
from casework.clock import berlin_day, database_now
from casework.envelope import Actor, Sender
from casework.models import (
    Batch,
    Case,
    CoverSheet,
    Document,
    Event,
    HelperPerson,
    Part,
    Person,
    Requirement,
    SetAsidePage,
    Submission,
    User,
)
from casework.workflow import (
    CASE,
    DOCUMENT,
    SUBMISSION,
    DocumentState,
    IllegalTransition,
    RequirementState,
    SubmissionState,
    after,
)


def _locked(document: Document) -> Document:
    return (
        Document.with_withdrawn.select_for_update(of=("self",))
        .select_related("submission__case")
        .get(pk=document.pk)
    )


def _move(document: Document, event: events.Event, actor: Actor) -> None:
    document.state = after(DOCUMENT, document.state, event.kind)
    document.save(update_fields=["state", "reject_reason"])
    submission = document.submission
    events.record(event, actor, case=submission.case, submission=submission, document=document)


# --- looking


def view_case(case: Case, actor: Actor, *, helper: HelperPerson | None = None) -> None:
    """No log row, no view: call before anything of the case is shown. `helper`: who of the helpers looks."""
    record_access("case", actor, case=case, helper=helper.pk if helper else None)


@transaction.atomic
def open_document(document: Document, actor: Actor) -> None:
    """Somebody looks at a document; the first look is told to the claimant."""
    document = _locked(document)
    submission = document.submission
    if document.state == DocumentState.IN_CASE:
        _move(document, events.DocumentOpened(), actor)
    purpose = "" if submission.case is not None else "place"
    record_access(
        "document", actor, purpose=purpose, case=submission.case, submission=submission, document=document
    )


def look_at(document: Document, actor: Actor) -> None:
    """The mailroom or the desk looks to see where a paper belongs: logged, but nobody works on it yet."""
    submission = document.submission
    record_access("document", actor, case=submission.case, submission=submission, document=document)


def take_original(document: Document, actor: Actor) -> None:
    submission = document.submission
    record_access("original", actor, case=submission.case, submission=submission, document=document)


# --- deciding


@transaction.atomic
def accept(document: Document, actor: Actor) -> None:
    document = _locked(document)
    _move(document, events.DocumentAccepted(), actor)
    unreadable.settle_decided(document, "nothing_to_do", actor)
    _complete_if_all_there(document.submission.case, actor)


@transaction.atomic
def reject(document: Document, reason: str, due_on: date, actor: Actor) -> None:
    """Ask for the document again, with a reason from the catalogue (UnknownEntry if there is none)."""
    catalogue().reject_reason(reason)
    document = _locked(document)
    document.reject_reason = reason
    _move(document, events.DocumentRejected(reason, due_on.isoformat()), actor)
    unreadable.settle_decided(document, "other_way", actor)
    if document.requirement is None and document.submission.case is not None:
        document.requirement = Requirement.objects.create(
            case=document.submission.case, kind=document.kind, requested_at=database_now()
        )
        document.save(update_fields=["requirement"])
    if document.requirement is not None:
        document.requirement.due_on = due_on
        document.requirement.save(update_fields=["due_on"])


@transaction.atomic
def undo_decision(document: Document, actor: Actor, *, seen: str = "") -> None:
    """Take back the decision; `seen` is the state the caseworker saw: nobody undoes what she has not seen."""
    document = _locked(document)
    if seen and document.state != seen:
        raise IllegalTransition(document.state, events.DecisionUndone.kind)
    document.reject_reason = ""
    _move(document, events.DecisionUndone(), actor)
    case = document.submission.case
    if case is not None and case.complete_on is not None:
        case.complete_on = None
        case.save(update_fields=["complete_on"])


@transaction.atomic
def correct_kind(document: Document, kind: str, actor: Actor) -> None:
    """The paper is of another kind than given; it then answers the requirement of that kind."""
    catalogue().document_kind(kind)
    document = _locked(document)
    before, case = document.kind, document.submission.case
    if before == kind:
        return
    document.kind = kind
    document.requirement = belonging.requirement_for(case, kind) if case else None
    document.save(update_fields=["kind", "requirement"])
    event = events.KindCorrected(before, kind)
    events.record(event, actor, case=case, submission=document.submission, document=document)


def _complete_if_all_there(case: Case | None, actor: Actor) -> None:
    """*Complete* (vollständig am) is the day the last needed paper arrived, known once all are accepted."""
    if case is None or case.complete_on is not None:
        return
    requirements = list(case.requirements.prefetch_related("documents"))
    done = (RequirementState.ACCEPTED, RequirementState.WAIVED)
    if not requirements or any(r.state not in done for r in requirements):
        return
    accepted = Document.objects.filter(requirement__case=case, state=DocumentState.ACCEPTED)
    days = [berlin_day(d.submission.received_at) for d in accepted.select_related("submission")]
    if not days:
        return
    case.complete_on = max(days)
    case.save(update_fields=["complete_on"])
    events.record(events.CaseComplete(case.complete_on.isoformat()), actor, case=case)


# --- asking


@transaction.atomic
def request_paper(
    case: Case,
    kind: str,
    reason: str,
    due_on: date,
    actor: Actor,
    *,
    note: str = "",
    comes_from: str = "self",
) -> Requirement:
    """Ask for one paper, with why and until when (SGB I §§ 60, 65). Errors: UnknownEntry."""
    catalogue().document_kind(kind)
    catalogue().request_reason(reason)
    case = Case.objects.select_for_update().get(pk=case.pk)
    open_one = belonging.requirement_for(case, kind)
    if open_one is None or open_one.state in (RequirementState.ACCEPTED, RequirementState.RECEIVED):
        open_one = Requirement(case=case, kind=kind)
    open_one.comes_from, open_one.reason, open_one.note = comes_from, reason, note
    open_one.due_on, open_one.requested_at, open_one.waived = due_on, database_now(), False
    open_one.save()
    if case.complete_on is not None:
        case.complete_on = None
        case.save(update_fields=["complete_on"])
    event = events.PaperRequested(open_one.pk, kind, reason, due_on.isoformat())
    events.record(event, actor, case=case)
    return open_one


@transaction.atomic
def waive(requirement: Requirement, actor: Actor) -> None:
    """The paper is not needed after all."""
    requirement = (
        Requirement.objects.select_for_update(of=("self",)).select_related("case").get(pk=requirement.pk)
    )
    if requirement.waived:
        return
    requirement.waived = True
    requirement.save(update_fields=["waived"])
    events.record(events.PaperWaived(requirement.pk, requirement.kind), actor, case=requirement.case)
    _complete_if_all_there(requirement.case, actor)


@transaction.atomic
def print_cover_sheets(case: Case, requirements: Sequence[Requirement], actor: Actor) -> list[CoverSheet]:
    """A cover sheet for each paper asked for, in that order; one not used yet is given out again.

    Errors: ValueError if one of them belongs to another case.
    """
    if any(requirement.case_id != case.pk for requirement in requirements):
        raise ValueError("a cover sheet leads to the case its paper was asked for")
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    used = {e.data["sheet"] for e in Event.objects.filter(case=case.pk, kind=events.CoverSheetUsed.kind)}
    unused = case.cover_sheets.exclude(pk__in=used).order_by("-pk")
    known = {sheet.requirement_id: sheet for sheet in unused if sheet.requirement_id is not None}
    new = [requirement for requirement in requirements if requirement.pk not in known]
    for requirement in new:
        known[requirement.pk] = CoverSheet.objects.create(
            case=case, requirement=requirement, kind=requirement.kind, printed_by_id=actor.user_id
        )
    if new:
        event = events.CoverSheetsPrinted(tuple(requirement.kind for requirement in new))
        events.record(event, actor, case=case)
    return [known[requirement.pk] for requirement in requirements]


# --- belonging


@transaction.atomic
def declare_application(submission: Submission, service: str, actor: Actor) -> None:
    """A letter taken for papers turns out to be an application: the day it arrived becomes the day of
    application (SGB X § 9: an application is formless). Receipt at another office counts (SGB I § 16).

    Errors: UnknownEntry; ValueError if `service` opens no case or the submission is in a case already.
    """
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    found = catalogue().service(service)
    if not found.opens_case or submission.state != SubmissionState.UNASSIGNED:
        raise ValueError("only an unassigned submission can be declared an application")
    if submission.service == service:
        return
    before, submission.service, submission.service_version = submission.service, found.key, found.version
    days = [berlin_day(submission.received_at), submission.other_office_on]
    day = min(day for day in days if day is not None)
    submission.application_day = day
    submission.save(update_fields=["service", "service_version", "application_day"])
    event = events.ServiceCorrected(before, found.key, day.isoformat())
    events.record(event, actor, submission=submission)


@transaction.atomic
def link(submission: Submission, case: Case, actor: Actor) -> None:
    """Staff say where an unassigned submission belongs. Errors: IllegalTransition if it was linked."""
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    case = Case.objects.select_for_update(of=("self",)).select_related("person").get(pk=case.pk)
    belonging.join(submission, case, "staff", actor, shows_case=True)
    judging.answer_by_choice(submission, case.person, actor)


@transaction.atomic
def leave_unassigned(submission: Submission, actor: Actor) -> None:
    """Somebody looked and cannot say whose it is: it stays in the tray, for others to find out.

    Errors: IllegalTransition if it was linked meanwhile.
    """
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    after(SUBMISSION, submission.state, events.Joined.kind)  # only what could still be joined
    submission.unclear = "nobody_found"
    submission.save(update_fields=["unclear"])
    events.record(events.LookedInVain(), actor, submission=submission)


@transaction.atomic
def look_again(submission: Submission, actor: Actor) -> None:
    """Take back that nobody could say whose it is: it comes up again. Otherwise nothing happens."""
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    if submission.state != SubmissionState.UNASSIGNED or submission.unclear != "nobody_found":
        return
    submission.unclear = "no_number"
    submission.save(update_fields=["unclear"])
    events.record(events.LookAgain(), actor, submission=submission)


@transaction.atomic
def link_to_new_case(submission: Submission, person: Person, service: str, actor: Actor) -> Case:
    """Open a case of `service` (a key that opens cases) for a person and link the submission to it."""
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    found = catalogue().service(service, on=berlin_day(database_now()))
    version = submission.service_version if submission.service == service else found.version
    case = belonging.open_case(person, found.opens_case_of or service, version, actor)
    belonging.join(submission, case, "staff", actor, shows_case=True)
    judging.answer_by_choice(submission, person, actor)
    return case


@transaction.atomic
def link_to_new_person(submission: Submission, service: str, actor: Actor) -> Case:
    """Make a person of the sender as given, open a case of `service` for her and link the submission to it.

    A customer number that another person holds is not given to the new one; the submission keeps it as given.
    """
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    after(SUBMISSION, submission.state, events.Joined.kind)  # no person is made for what was linked meanwhile
    sender = submission.given
    if people.by_customer_number(sender.customer_number) is not None:
        sender = replace(sender, customer_number="")
    person = people.create(sender, submission.language, iban=likeness.iban_in(submission.answers))
    return link_to_new_case(submission, person, service, actor)


@transaction.atomic
def separate(
    submission: Submission, actor: Actor, reason: str = "staff", *, case: Case | None = None
) -> None:
    """Undo a join; nothing is lost, the submission goes back to the unassigned tray.

    `case` is the one it was seen in. Errors: IllegalTransition if it is not there any more.
    """
    submission = (
        Submission.objects.select_for_update(of=("self",)).select_related("case").get(pk=submission.pk)
    )
    if case is not None and submission.case_id != case.pk:
        raise IllegalTransition(submission.state, events.Separated.kind)
    person = submission.person
    belonging.separate(submission, reason, actor)
    if person is not None:
        judging.answer_by_separating(submission, person, actor)


@transaction.atomic
def confirm_join(submission: Submission, actor: Actor) -> None:
    """Staff looked: it is the same person, so her receipt may show the whole case."""
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    if submission.case is None or submission.shows_case or submission.sent_by_id is not None:
        return
    submission.shows_case = True
    submission.save(update_fields=["shows_case"])
    events.record(events.JoinConfirmed(), actor, case=submission.case, submission=submission)
    judging.answer_by_confirming(submission, submission.case.person, actor)


def create_person(sender: Sender, language: str = "de") -> Person:
    return people.create(sender, language)


# --- the case


@transaction.atomic
def assign(case: Case, user: User | None, actor: Actor) -> None:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.assigned_to_id == (user.pk if user else None):
        return
    case.assigned_to = user
    case.save(update_fields=["assigned_to"])
    events.record(events.CaseAssigned(user.pk if user else None), actor, case=case)


@transaction.atomic
def close_case(case: Case, actor: Actor) -> None:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    case.state = after(CASE, case.state, events.CaseClosed.kind)
    case.save(update_fields=["state"])
    events.record(events.CaseClosed(), actor, case=case)


@transaction.atomic
def reopen_case(case: Case, actor: Actor) -> None:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    case.state = after(CASE, case.state, events.CaseReopened.kind)
    case.save(update_fields=["state"])
    events.record(events.CaseReopened(), actor, case=case)


# --- the mailroom


@transaction.atomic
def set_aside(batch: Batch, page: int, reason: str = "blank") -> None:
    """A page that belongs to no letter. Does nothing if it is set aside or belongs to a letter already."""
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    taken = Part.objects.filter(file_id=batch.file_id, first_page__lte=page, last_page__gte=page)
    if taken.exclude(document__state=DocumentState.WITHDRAWN).exists():
        return
    SetAsidePage.objects.get_or_create(batch=batch, page=page, defaults={"reason": reason})


@transaction.atomic
def put_back(batch: Batch, page: int) -> None:
    """A page set aside by mistake lies in the batch again."""
    SetAsidePage.objects.filter(batch=batch, page=page).delete()


@transaction.atomic
def withdraw_scan(document: Document, actor: Actor) -> None:
    """Take pages out of a letter they were scanned into by mistake; they lie in their batch again.

    Document, parts, events and the entry in the register stay; it only stands in no list any more
    (`Document.with_withdrawn` has it). The letter itself and its date of arrival stay what they are.
    Errors: IllegalTransition if it was decided on (or withdrawn) already; ValueError if its pages are
    not from a batch: what somebody sent is never taken away.
    """
    document = _locked(document)
    parts = list(document.parts.select_related("file__batch"))
    if not parts or any(part.first_page is None or not hasattr(part.file, "batch") for part in parts):
        raise ValueError("only pages of a batch can go back to it")
    document.requirement = None
    document.save(update_fields=["requirement"])
    _move(document, events.ScanWithdrawn(), actor)
