"""Which helpers a visitor is: those her session took up or came back as, and those of her account."""

from functools import wraps
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casework import helping
from casework.helpscope import Act
from casework.models import HelperPerson, User

SESSION_KEY = "helping"
AT_MOST = 20


def account_of(request: HttpRequest) -> User | None:
    user = request.user
    return user if isinstance(user, User) and user.claimant and user.is_active else None


def remember(request: HttpRequest, person: HelperPerson) -> None:
    held = request.session.get(SESSION_KEY, [])
    if not held:
        request.session.cycle_key()  # a session somebody else prepared must not become hers
    mine = str(person.public_id)
    request.session[SESSION_KEY] = [*[one for one in held if one != mine], mine][-AT_MOST:]


def is_mine(request: HttpRequest, person: HelperPerson) -> bool:
    """Bound to an account: only when signed in to that. Else: only in a session that had her code."""
    if person.user_id is not None:
        return person.user_id == request.user.pk and account_of(request) is not None
    return str(person.public_id) in request.session.get(SESSION_KEY, [])


class View(Protocol):
    def __call__(self, request: HttpRequest, person: HelperPerson, **rest: Any) -> HttpResponse: ...


def as_helper(act: Act | None = None) -> Any:
    """Gives the view its helper if she is this visitor, may help now, and her scope allows the act.

    Unknown, somebody else's, ended, taken back, and out of scope look the same.
    """

    def decorate(view: View) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest, person: UUID, **rest: Any) -> HttpResponse:
            found = helping.person_who_may(person, act)
            if found is None or not is_mine(request, found):
                return render(request, "helping/ended.html", status=404)
            return view(request, person=found, **rest)

        return guarded

    return decorate
