"""Where could an unassigned submission belong? People and cases to choose from, with why each is shown.

Nothing is decided here: staff look and choose (casework.actions.link and its sisters).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from casework import likeness, people
from casework.catalogue import Service, catalogue
from casework.lookup import MOST, find_people
from casework.models import Case, Person, Submission, Team, User
from casework.queries import cases_visible_to, people_visible_to, submissions_visible_to
from casework.workflow import CaseState


@dataclass(frozen=True)
class Candidate:
    person: Person
    reasons: tuple[str, ...]  # codes of evidence for and against; empty: searched for
    cases: tuple[Case, ...]  # open ones the user may see, oldest first
    new_services: tuple[Service, ...]  # services this person has no open case of


def candidates(submission: Submission, user: User, typed: str = "") -> list[Candidate]:
    """Who is like the sender or holds a number given; with `typed`, those searched for. Likeliest first."""
    reasons = _reasons(submission)
    wanted = [person.pk for person in find_people(user, typed)] if typed.strip() else list(reasons)
    own = cases_visible_to(user).filter(state=CaseState.OPEN).order_by("received_at", "pk")
    rows = (
        people_visible_to(user)
        .filter(pk__in=wanted)
        .select_related("household")
        .prefetch_related(Prefetch("cases", own.select_related("team", "assigned_to")))
        .order_by("family_name", "given_name", "pk")[:MOST]
    )
    found = [_candidate(person, reasons.get(person.pk, ())) for person in rows]
    place = {pk: n for n, pk in enumerate(wanted)}
    return sorted(found, key=lambda candidate: place[candidate.person.pk])


def _reasons(submission: Submission) -> dict[int, tuple[str, ...]]:
    """People (pk), the likeliest first, each with codes of templates/review/_evidence.html."""
    sender = submission.given
    reasons: dict[int, tuple[str, ...]] = {}
    for one in likeness.find_for(submission).candidates:
        if one.person is not None:
            reasons[one.person] = one.compared.codes
    holder = people.by_customer_number(sender.customer_number)
    for reason, known in (
        ("customer_equal", [holder] if holder else []),
        ("household_equal", people.by_household_number(sender.household_number)),
    ):
        for somebody in known:
            if reason not in reasons.get(somebody.person, ()):
                reasons[somebody.person] = (*reasons.get(somebody.person, ()), reason)
    return reasons


def waiting_alike(submission: Submission, user: User) -> list[Submission]:
    """Others in the tray that seem to be from the same sender, the likeliest first."""
    found = [one.submission for one in likeness.find_for(submission).candidates if one.submission]
    seen = submissions_visible_to(user).in_bulk(found)
    return [seen[pk] for pk in found if pk in seen]


def _candidate(person: Person, reasons: Iterable[str]) -> Candidate:
    cases = tuple(person.cases.all())
    taken = {case.service for case in cases}
    return Candidate(
        person, tuple(reasons), cases, tuple(s for s in opening_services() if s.key not in taken)
    )


def opening_services() -> list[Service]:
    """The services a case can be opened of."""
    return [s for s in catalogue().services() if s.opens_case and s.opens_case_of is None]


def likely_service(submission: Submission) -> str:
    """The service a new case would be of, from what was sent; empty if it is only papers."""
    service = catalogue().service(submission.service, version=submission.service_version)
    return service.case_service if service.opens_case else ""


def teams_elsewhere(submission: Submission, user: User) -> list[Team]:
    """Teams that know a fitting person whom this user may not see: they should link it, not she."""
    fitting = set(_reasons(submission))
    hidden = fitting - set(people_visible_to(user).filter(pk__in=fitting).values_list("pk", flat=True))
    return list(Team.objects.filter(cases__person__in=hidden).distinct().order_by("name"))
