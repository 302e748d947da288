"""Joining a submission to a case, and separating it again. Each is one transaction with its events.

Nothing is merged away: a submission keeps its own dates, the case shows the earliest.
"""

from datetime import timedelta

from django.db.models import Min

from casework import events, likeness
from casework.catalogue import catalogue
from casework.catalogue.flow import needed_papers
from casework.clock import berlin_day
from casework.envelope import SYSTEM, Actor
from casework.models import Case, Document, Person, Requirement, Submission
from casework.people import team_for
from casework.workflow import CASE, DOCUMENT, SUBMISSION, CaseState, RequirementState, after


def open_case(person: Person, service: str, service_version: int, actor: Actor) -> Case:
    case = Case.objects.create(
        person=person,
        service=service,
        service_version=service_version,
        team=team_for(person),
        state=after(CASE, "", events.CaseOpened.kind),
    )
    events.record(events.CaseOpened(service, service_version), actor, case=case)
    return case


def join(submission: Submission, case: Case, reason: str, actor: Actor, *, shows_case: bool) -> None:
    """Move an unassigned submission and its documents into a case. Errors: IllegalTransition.

    The receipt of a helper never shows the case, whoever joins it: it is not the claimant who holds it.
    """
    shows_case = shows_case and submission.sent_by_id is None
    submission.state = after(SUBMISSION, submission.state, events.Joined.kind)
    submission.case, submission.person = case, case.person
    submission.join_reason, submission.unclear, submission.shows_case = reason, "", shows_case
    submission.save(update_fields=["state", "case", "person", "join_reason", "unclear", "shows_case"])
    events.record(events.Joined(reason), actor, case=case, submission=submission)
    likeness.forget_waiting(submission)
    if case.state == CaseState.CLOSED:
        # Late papers count (SGB I § 67): in a closed case nobody would see them.
        case.state = after(CASE, case.state, events.CaseReopened.kind)
        case.save(update_fields=["state"])
        events.record(events.CaseReopened(), SYSTEM, case=case)
    add_requirements(case, submission)
    for document in submission.documents.all():
        take_in(document, case)
    refresh_dates(case)


def take_in(document: Document, case: Case) -> None:
    """A document becomes part of the case and answers the requirement it is for, if there is one."""
    document.state = after(DOCUMENT, document.state, events.Joined.kind)
    document.requirement = requirement_for(case, document.kind)
    document.save(update_fields=["state", "requirement"])


def requirement_for(case: Case, kind: str) -> Requirement | None:
    """The requirement of that kind that most needs a document."""
    waiting = (RequirementState.MISSING, RequirementState.RESEND, RequirementState.ELSEWHERE)
    same = list(case.requirements.filter(kind=kind).prefetch_related("documents"))
    urgent = [r for r in same if r.state in waiting]
    return next(iter(urgent or same), None)


def separate(submission: Submission, reason: str, actor: Actor) -> None:
    """Take a submission out of its case again, back to the unassigned tray. Errors: IllegalTransition."""
    case = submission.case
    submission.state = after(SUBMISSION, submission.state, events.Separated.kind)
    assert case is not None
    submission.case = submission.person = None
    submission.join_reason, submission.unclear, submission.shows_case = "", "separated", False
    submission.save(update_fields=["state", "case", "person", "join_reason", "unclear", "shows_case"])
    for document in submission.documents.all():
        document.state = after(DOCUMENT, document.state, events.Separated.kind)
        document.requirement, document.reject_reason = None, ""
        document.save(update_fields=["state", "requirement", "reject_reason"])
    case.complete_on = None  # known again once what is needed is accepted
    case.save(update_fields=["complete_on"])
    events.record(events.Separated(reason), actor, case=case, submission=submission)
    likeness.index_waiting(submission)
    refresh_dates(case)


def add_requirements(case: Case, submission: Submission) -> None:
    """The checklist that follows from the answers of an application, beside what is asked for already."""
    service = catalogue().service(case.service, version=case.service_version)
    if submission.service not in (case.service, "FORMLESS"):
        return
    present = set(case.requirements.values_list("kind", flat=True))
    for paper in needed_papers(service, submission.answers):
        if paper.kind in present or not paper.required:
            continue
        Requirement.objects.create(
            case=case,
            kind=paper.kind,
            comes_from=paper.comes_from,
            due_on=berlin_day(submission.received_at)
            + timedelta(days=paper.due_days or catalogue().office.due_days),
        )


def refresh_dates(case: Case) -> None:
    """The earliest of the submissions counts (SGB II § 37); nobody's own date is moved."""
    earliest = case.submissions.aggregate(received=Min("received_at"), day=Min("application_day"))
    case.received_at, case.application_day = earliest["received"], earliest["day"]
    case.save(update_fields=["received_at", "application_day"])
