"""Helpers of a case: invited, taking it up under their own names, ending. Each act with its event.

A helper is let in by an invitation of the claimant's (or of the desk, on her word). She signs with her own
name, may do only what the scope says (casework.helpscope), until a last day, and can be stopped at once.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet

from casework import events
from casework.clock import berlin_day, database_now
from casework.codes import is_number, tidy
from casework.envelope import Actor, Role
from casework.helpscope import Act, Scope, may
from casework.models import Case, CaseHelper, Companion, HelperPerson, Submission, User

INVITATION = timedelta(days=14)
LONGEST = timedelta(days=366)
MOST_HELPERS = 10  # open at a time, for one case
MOST_PEOPLE = 30  # of one organisation


class NotPossible(Exception):
    """The invitation is over, used up or taken back; nothing was changed."""


@transaction.atomic
def invite(
    case: Case,
    *,
    name: str,
    relation: str,
    organisation: bool,
    scope: Scope,
    ends_on: date,
    actor: Actor,
    is_agent: bool = False,
) -> CaseHelper:
    """Let somebody help; she takes it up with the code. `is_agent` is for the desk, which saw the paper.

    Errors: NotPossible if there are too many already; ValueError for a last day that is past or too far off.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    now = database_now()
    today = berlin_day(now)
    if not today <= ends_on <= today + LONGEST:
        raise ValueError("the last day lies within a year from today")
    if is_agent and actor.role not in (Role.DESK, Role.CASEWORKER):
        raise ValueError("only the office sees a power of attorney")
    if open_ones(case).count() >= MOST_HELPERS:
        raise NotPossible
    helper = CaseHelper.objects.create(
        case=case,
        name=name,
        relation=relation,
        organisation=organisation,
        scope=scope,
        is_agent=is_agent,
        ends_on=ends_on,
        code_until=now + INVITATION,
    )
    event = events.HelperInvited(helper.pk, scope.value, ends_on.isoformat(), is_agent)
    events.record(event, actor, case=case)
    return helper


def invitation(code: str) -> CaseHelper | None:
    """An invitation that can still be taken up. The same query whether the code exists or not."""
    found = CaseHelper.objects.filter(code=tidy(code)).select_related("case").first()
    return found if found is not None and is_number(tidy(code)) and _can_be_taken_up(found) else None


def _can_be_taken_up(helper: CaseHelper) -> bool:
    now = database_now()
    over = helper.revoked_at is not None or helper.code_until < now or helper.ends_on < berlin_day(now)
    people = helper.people.count()
    return not over and people < (MOST_PEOPLE if helper.organisation else 1)


@transaction.atomic
def take_up(helper: CaseHelper, name: str, user: User | None) -> HelperPerson:
    """Somebody takes up an invitation under her own name; with an account it is bound to that.

    A second time from the same account gives the same person. Errors: NotPossible if it is over, taken back,
    or (of one person) was taken up already; ValueError for staff.
    """
    if user is not None and not user.claimant:
        raise ValueError("staff act by their role")
    helper = CaseHelper.objects.select_for_update(of=("self",)).select_related("case").get(pk=helper.pk)
    if user is not None:
        known = helper.people.filter(user=user, ended_at=None).first()
        if known is not None and is_active(known):
            return known
    if not _can_be_taken_up(helper):
        raise NotPossible
    try:
        with transaction.atomic():
            person = HelperPerson.objects.create(helper=helper, name=name, user=user)
    except IntegrityError as error:  # this account left before
        raise NotPossible from error
    actor = Actor(Role.HELPER, user.pk if user else None)
    events.record(events.HelperJoined(helper.pk, person.pk), actor, case=helper.case)
    return person


@transaction.atomic
def revoke(helper: CaseHelper, actor: Actor) -> None:
    """At once, for everybody who took it up. Twice is the same as once."""
    helper = CaseHelper.objects.select_for_update(of=("self",)).select_related("case").get(pk=helper.pk)
    if helper.revoked_at is not None:
        return
    helper.revoked_at = database_now()
    helper.save(update_fields=["revoked_at"])
    events.record(events.HelperRevoked(helper.pk), actor, case=helper.case)


@transaction.atomic
def leave(person: HelperPerson) -> None:
    """The helper gives it up herself."""
    person = (
        HelperPerson.objects.select_for_update(of=("self",)).select_related("helper__case").get(pk=person.pk)
    )
    if person.ended_at is not None:
        return
    person.ended_at = database_now()
    person.save(update_fields=["ended_at"])
    event = events.HelperLeft(person.helper_id, person.pk)
    events.record(event, Actor(Role.HELPER, person.user_id), case=person.helper.case)


@transaction.atomic
def note_companion(case: Case, name: str, relation: str, actor: Actor) -> Companion:
    """Somebody was there with the person at the desk: noted, without any right (SGB X § 13 (4))."""
    assert actor.user_id is not None, "somebody of the desk saw the companion"
    companion = Companion.objects.create(
        case=case,
        name=name,
        relation=relation,
        on=berlin_day(database_now()),
        recorded_by_id=actor.user_id,
    )
    events.record(events.CompanionPresent(companion.pk), actor, case=case)
    return companion


# --- asking


def is_active(person: HelperPerson) -> bool:
    helper = person.helper
    today = berlin_day(database_now())
    return person.ended_at is None and helper.revoked_at is None and helper.ends_on >= today


def person_who_may(public_id: UUID | str, act: Act | None = None) -> HelperPerson | None:
    """The helper behind an id, if she is one now and her scope allows the act. Ask anew at every request."""
    people = HelperPerson.objects.select_related("helper__case__person", "user")
    person = people.filter(public_id=public_id).first()
    if person is None or not is_active(person):
        return None
    return person if act is None or may(person.helper.scope, act) else None


def by_code(code: str) -> HelperPerson | None:
    """The helper who comes back with her own code; not if it is bound to an account."""
    people = HelperPerson.objects.select_related("helper__case")
    person = people.filter(code=tidy(code), user=None).first()
    return person if person is not None and is_number(tidy(code)) and is_active(person) else None


def of_account(user: User) -> list[HelperPerson]:
    """Whom this account helps now."""
    people = user.helping.filter(ended_at=None, helper__revoked_at=None)
    people = people.filter(helper__ends_on__gte=berlin_day(database_now()))
    return list(people.select_related("helper__case__person").order_by("joined_at"))


def open_ones(case: Case) -> QuerySet[CaseHelper]:
    """Invited or helping now."""
    today = berlin_day(database_now())
    return case.helpers.filter(revoked_at=None, ends_on__gte=today)


def all_of(cases: Sequence[Case]) -> list[CaseHelper]:
    """Every helper these cases ever had, with the people, open ones first."""
    people = HelperPerson.objects.order_by("joined_at")
    helpers = CaseHelper.objects.filter(case__in=cases).prefetch_related(Prefetch("people", people))
    return sorted(helpers.select_related("case"), key=lambda h: (not is_open(h), -h.pk))


def companions_of(cases: Sequence[Case]) -> list[Companion]:
    """Who came along to the desk lately."""
    return list(Companion.objects.filter(case__in=cases).select_related("case")[:20])


def link_of(helper: CaseHelper) -> str:
    """The address of the invitation; whoever has it can take it up once (an organisation: several)."""
    return f"{settings.PUBLIC_URL}/helfen/einladung/{helper.code}/"


def is_open(helper: CaseHelper) -> bool:
    return helper.revoked_at is None and helper.ends_on >= berlin_day(database_now())


def has_ended(submission: Submission) -> bool:
    """Whether a helper sent it who may not help any more."""
    person = submission.sent_by
    return person is not None and not is_active(person)


def sent_by(person: HelperPerson) -> QuerySet[Submission]:
    """What this helper sent herself, newest first."""
    return Submission.objects.filter(sent_by=person).order_by("-received_at", "-pk")
