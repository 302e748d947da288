"""Messages between a claimant and the office: one thread a case, both sides see when it was read (F1)."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from casework import events
from casework.clock import database_now
from casework.envelope import Actor, Role
from casework.models import Case, Message, Submission

LIMIT = 4000  # characters
FROM_OUTSIDE = (Role.CLAIMANT, Role.HELPER)
# So many messages from outside in an hour, then a pause: nobody can bury a case under them.
MOST_IN_AN_HOUR = 12


class TooMany(Exception):
    """So many messages came for this case within the hour that the next one has to wait."""


@transaction.atomic
def write(
    case: Case,
    text: str,
    actor: Actor,
    *,
    key: UUID,
    submission: Submission | None = None,
    helper: int | None = None,
) -> Message:
    """Add a message to the thread; the same key again gives the same message.

    Errors: TooMany (from outside only); ValueError for an empty or too long text.
    """
    if not text.strip() or len(text) > LIMIT:
        raise ValueError("a message has between 1 and 4000 characters")
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    known = Message.objects.filter(key=key, case=case).first()
    if known is not None:
        return known
    outside = actor.role in FROM_OUTSIDE
    if outside and _lately(case) >= MOST_IN_AN_HOUR:
        raise TooMany
    message = Message.objects.create(
        key=key,
        case=case,
        text=text.strip(),
        role=actor.role,
        user_id=actor.user_id,
        helper=helper,
        submission=submission,
        written_at=database_now(),
    )
    if outside:
        events.record(events.MessageWritten(message.pk), actor, case=case)
    else:
        unread_by_office(case).update(read_at=Now())  # who answers has read what was there
        events.record(events.MessageAnswered(message.pk), actor, case=case)
    return message


def _lately(case: Case) -> int:
    hour = case.messages.filter(written_at__gte=Now() - timedelta(hours=1))
    return hour.filter(role__in=FROM_OUTSIDE).count()


def may_write(case: Case) -> bool:
    """Whether another message from outside is taken now."""
    return _lately(case) < MOST_IN_AN_HOUR


def unread_by_office(case: Case) -> QuerySet[Message]:
    return case.messages.filter(read_at=None, role__in=FROM_OUTSIDE)


def unread_by_claimant(case: Case) -> QuerySet[Message]:
    return case.messages.filter(read_at=None).exclude(role__in=FROM_OUTSIDE)


def read_by_office(case: Case) -> None:
    """A caseworker has the thread before her."""
    unread_by_office(case).update(read_at=Now())


def read_by_claimant(case: Case) -> None:
    """The claimant, or a helper who may see everything, has the thread before her."""
    unread_by_claimant(case).update(read_at=Now())


def thread(case: Case) -> list[Message]:
    """All messages, oldest first, with who wrote and what papers came along."""
    return list(case.messages.select_related("user", "submission").prefetch_related("submission__documents"))
