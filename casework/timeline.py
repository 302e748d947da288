"""Events -> lines, for the claimant and for staff. The words: templates/timeline/<audience>/."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from casework.models import Case, CaseHelper, Companion, Document, Event, HelperPerson, Submission, User

CLAIMANT_KINDS = (
    "received",
    "scanned",
    "scan_withdrawn",
    "joined",
    "separated",
    "left_unassigned",
    "case_opened",
    "case_assigned",
    "case_complete",
    "case_closed",
    "case_reopened",
    "document_opened",
    "document_accepted",
    "document_rejected",
    "decision_undone",
    "kind_corrected",
    "service_corrected",
    "paper_requested",
    "paper_waived",
    "receipt_mailed",
    "forwarded",
    "forwarding_undone",
    "registered_by_mistake",
    "mistake_undone",
    "copy_asked",
    "original_asked_back",
    "original_returned",
    "original_destroyed",
    "receipt_letter_made",
    "message_written",
    "message_answered",
    "notice_sent",
    "letter_posted",
    "letter_not_posted",
    "call_asked",
    "call_done",
    "appointment_booked",
    "appointment_cancelled",
    "address_told",
    "address_confirmed",
    "address_refused",
    "contact_wish_changed",
    "case_gathered",
    "case_let_go",
    "helper_invited",
    "helper_joined",
    "helper_left",
    "helper_revoked",
    "companion_present",
)
STAFF_KINDS = (
    *CLAIMANT_KINDS,
    "join_confirmed",
    "looked_in_vain",
    "look_again",
    "cover_sheets_printed",
    "case_viewed",
    "document_viewed",
    "original_taken",
    "everything_taken",
    "deadline_near",
    "appointment_near",
    "notice_failed",
    "letter_printed",
    "unreadable_mailed",
    "effect_failed",
    "replaced_by_scan",
    "sheets_recounted",
    "trouble_found",
    "trouble_taken",
    "trouble_settled",
    "trouble_reopened",
    "original_placed",
    "receipt_wanted",
    "likeness_judged",
    "likeness_answered",
    "answer_chosen",
    "answer_choice_undone",
)


@dataclass(frozen=True)
class Line:
    """One line; `template` renders it with this line as `line`."""

    at: datetime
    kind: str
    role: str
    template: str
    data: dict[str, Any]
    submission: Submission | None
    document: Document | None
    user: User | None  # staff only; claimants see the role
    assignee: User | None = None  # staff only: to whom the case was given
    helper: CaseHelper | None = None  # about whom it is
    helping: HelperPerson | None = None  # who of the helpers it was
    companion: Companion | None = None

    @property
    def shown_at(self) -> datetime:
        """An arrival is told for when it arrived, everything else for when it was done."""
        if self.kind == "received" and self.submission is not None and not self.submission.day_only:
            return self.submission.received_at
        return self.at

    @property
    def channel(self) -> str:
        return self.submission.channel if self.submission else ""


def for_claimant(case: Case | None, submissions: list[Submission]) -> list[Line]:
    """Newest first. Without a case: only what happened to these submissions.

    That something went into the case at the moment it arrived is no news of its own.
    """
    lines = _lines("claimant", CLAIMANT_KINDS, case, submissions)
    waited = {line.submission for line in lines if line.kind in ("left_unassigned", "separated")}
    return [line for line in lines if line.kind != "joined" or _is_news(line, waited)]


def _is_news(line: Line, waited: set[Submission | None]) -> bool:
    return line.submission in waited and line.document is None


def for_staff(case: Case | None, submissions: list[Submission]) -> list[Line]:
    return _lines("staff", STAFF_KINDS, case, submissions)


def _lines(
    audience: str, kinds: tuple[str, ...], case: Case | None, submissions: list[Submission]
) -> list[Line]:
    about = Q(submission__in=[s.pk for s in submissions])
    if case is not None:
        about |= Q(case=case.pk)
    events = list(Event.objects.filter(about, kind__in=kinds).order_by("-id"))
    by_id = {s.pk: s for s in submissions}
    documents = Document.with_withdrawn.in_bulk([e.document for e in events if e.document is not None])
    users: dict[int, User] = {}
    if audience == "staff":
        named = {e.actor_user for e in events} | {e.data.get("user") for e in events}
        staff = User.objects.filter(claimant=False)  # an account's address is nobody's business here
        users = staff.in_bulk([pk for pk in named if pk is not None])
    helpers, people, companions = _helpers_in(events)
    return [
        Line(
            at=e.at,
            kind=e.kind,
            role=e.actor_role,
            template=f"timeline/{audience}/{e.kind}.html",
            data=e.data,
            submission=by_id.get(e.submission or 0),
            document=documents.get(e.document or 0),
            user=users.get(e.actor_user or 0),
            assignee=users.get(e.data.get("user") or 0),
            helper=helpers.get(e.data.get("helper") or 0) if e.kind != "case_viewed" else None,
            helping=people.get(_person_in(e) or 0),
            companion=companions.get(e.data.get("companion") or 0),
        )
        for e in events
        # A submission that was separated is no longer part of this case's story, except for the separation.
        if e.submission is None or e.submission in by_id or (audience == "staff")
    ]


def _person_in(event: Event) -> int | None:
    """The helper (HelperPerson) an event names: who took it up, left, or looked at the case."""
    found: int | None = event.data.get("helper" if event.kind == "case_viewed" else "person")
    return found


def _helpers_in(
    events: list[Event],
) -> tuple[dict[int, CaseHelper], dict[int, HelperPerson], dict[int, Companion]]:
    """Whom the events speak of; asked for only if they speak of helpers at all."""
    about = [e for e in events if e.kind.startswith("helper_")]
    helpers = {e.data["helper"] for e in about}
    people = {pk for e in events if (pk := _person_in(e))}
    companions = {e.data["companion"] for e in events if e.kind == "companion_present"}
    return (
        CaseHelper.objects.in_bulk(helpers) if helpers else {},
        HelperPerson.objects.select_related("helper").in_bulk(people) if people else {},
        Companion.objects.in_bulk(companions) if companions else {},
    )
