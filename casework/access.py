"""Who opened a file: the log of looks, and what the claimant reads of it (GDPR Art. 15, F4).

Whatever shows a case, a paper or a file to somebody calls `record_access` before it shows anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Q

from casework import events
from casework.catalogue import catalogue
from casework.clock import berlin_day
from casework.envelope import Actor, Role
from casework.models import Case, Document, Event, HelperPerson, Submission, User

Object = Literal["case", "document", "original", "download", "letter"]
OBJECTS: Mapping[Object, type[events.Looked]] = {
    "case": events.CaseViewed,
    "document": events.DocumentViewed,
    "original": events.OriginalTaken,
    "download": events.EverythingTaken,
    "letter": events.LetterPrinted,
}
KINDS = tuple(event.kind for event in OBJECTS.values())
# What a look is for if nothing else is said; the words stand in templates/citizen/purpose.html.
PURPOSES: Mapping[str, str] = {
    Role.CASEWORKER: "decide",
    Role.COUNTER: "place",
    Role.DESK: "desk",
    Role.CLAIMANT: "own",
    Role.HELPER: "help",
    Role.SYSTEM: "automatic",
}


@transaction.atomic
def record_access(
    what: Object,
    actor: Actor,
    *,
    purpose: str = "",
    case: Case | None = None,
    submission: Submission | None = None,
    document: Document | None = None,
    helper: int | None = None,
) -> None:
    """One line for the person concerned: who looked at what, as what, and what for.

    `purpose`: a code of templates/citizen/purpose.html, by default that of the role. `helper`: which helper.
    """
    event = OBJECTS[what](purpose=purpose or PURPOSES[actor.role], helper=helper)
    events.record(event, actor, case=case, submission=submission, document=document)


@dataclass(frozen=True)
class Look:
    """The looks of one day by one person at one thing, as one line; `at` is the newest."""

    at: datetime
    what: Object
    role: str
    purpose: str
    document: Document | None
    staff: User | None  # only if the office shows names
    helper: HelperPerson | None
    times: int


def looks(case: Case | None, submissions: list[Submission]) -> list[Look]:
    """Who opened this case and these submissions, newest first. Names only if the office wants them shown."""
    about = Q(submission__in=[submission.pk for submission in submissions])
    if case is not None:
        about |= Q(case=case.pk, submission=None)  # of what was separated only its own receipt tells
    rows = list(Event.objects.filter(about, kind__in=KINDS).order_by("-id"))
    documents = Document.with_withdrawn.in_bulk([row.document for row in rows if row.document])
    staff: dict[int, User] = {}
    if catalogue().office.staff_names:
        named = [row.actor_user for row in rows if row.actor_user]
        staff = User.objects.filter(claimant=False).in_bulk(named)
    people = {row.data["helper"] for row in rows if row.data.get("helper")}
    helpers = HelperPerson.objects.select_related("helper").in_bulk(people) if people else {}
    names = {event.kind: what for what, event in OBJECTS.items()}
    grouped: dict[tuple[object, ...], list[Event]] = {}
    for row in rows:
        line = (berlin_day(row.at), row.kind, row.actor_role, row.actor_user, row.document, _purpose(row))
        grouped.setdefault((*line, row.data.get("helper")), []).append(row)
    return [
        Look(
            at=group[0].at,
            what=names[group[0].kind],
            role=group[0].actor_role,
            purpose=_purpose(group[0]),
            document=documents.get(group[0].document or 0),
            staff=staff.get(group[0].actor_user or 0),
            helper=helpers.get(group[0].data.get("helper") or 0),
            times=len(group),
        )
        for group in grouped.values()
    ]


def _purpose(row: Event) -> str:
    """Older rows say none: then it is that of the role."""
    return row.data.get("purpose") or PURPOSES.get(row.actor_role, "automatic")
