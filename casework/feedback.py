"""What people think of a page, and what the office made of it (F18). Nobody's name or address is kept."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from casework import guessing
from casework.clock import database_now
from casework.models import Feedback, User

LIMIT = 2000
RATINGS = ("good", "bad", "idea")
STATES = ("new", "seen", "done")
MOST = 6  # from one address
WINDOW_SECONDS = 600


class TooOften(Exception):
    """So much feedback came from this address within ten minutes that the next one has to wait."""


@transaction.atomic
def give(
    *, key: UUID, rating: str, text: str, page: str, language: str, screen: str, of_staff: bool, address: str
) -> Feedback:
    """Keep it; the same key again is the same. Errors: TooOften."""
    known = Feedback.objects.filter(key=key).first()
    if known is not None:
        return known
    if not of_staff and not guessing.within("feedback", address, MOST, WINDOW_SECONDS):
        raise TooOften
    return Feedback.objects.create(
        key=key,
        rating=rating,
        text=text[:LIMIT],
        page=page,
        language=language,
        screen=screen,
        of_staff=of_staff,
        at=database_now(),
    )


def visible_to(user: User) -> QuerySet[Feedback]:
    """All of it, for everybody who works here."""
    return Feedback.objects.all() if user.is_active and user.roles else Feedback.objects.none()


def board(*, of_staff: bool) -> QuerySet[Feedback]:
    """What the office made public of it: staff see everything on it, claimants their own part."""
    shown = Feedback.objects.filter(on_board=True).exclude(about="")
    return shown if of_staff else shown.filter(of_staff=False)


@transaction.atomic
def look_after(feedback: Feedback, *, state: str, about: str, outcome: str, on_board: bool) -> None:
    """What it is about in the office's own words, what became of it, and whether it stands on the board."""
    if state not in STATES:
        raise ValueError(state)
    found = Feedback.objects.select_for_update().get(pk=feedback.pk)
    found.state, found.about, found.outcome, found.on_board = state, about, outcome, on_board and bool(about)
    found.save(update_fields=["state", "about", "outcome", "on_board"])
