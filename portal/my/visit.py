"""Who is visiting a page of "my case": the one place that turns an address and a session into a `Sight`.

A receipt's secret in the address opens its state. For everything else the session has to hold that the birth
date was named, too; that is forgotten after two hours, or at once on a shared device.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from casework import accounts, sight
from casework.models import Submission, User
from casework.sight import Sight
from casework.status import by_secret

SESSION_KEY = "confirmed"
LASTS_SECONDS = 2 * 60 * 60
AT_MOST = 20


def sight_or_404(request: HttpRequest, key: str) -> Sight:
    """What this visitor may see by this address. Errors: Http404.

    A secret has 130 bits: guessing it needs no counter.
    """
    submission = by_secret(key)
    if submission is None:
        raise Http404
    return sight.of_receipt(submission, confirmed=is_confirmed(request, submission))


def is_confirmed(request: HttpRequest, submission: Submission) -> bool:
    """She named the birth date in this session, or is signed in to an account that proved as much."""
    until = request.session.get(SESSION_KEY, {}).get(str(submission.pk), 0)
    if until > time.time():
        return True
    return isinstance(request.user, User) and accounts.confirms(request.user, submission)


def confirm(request: HttpRequest, submission: Submission) -> None:
    """She named a number and the birth date that belongs to it."""
    held = request.session.get(SESSION_KEY, {})
    if not held:
        request.session.cycle_key()  # a session somebody else prepared must not become hers
    now = time.time()
    live = [(pk, until) for pk, until in held.items() if until > now and pk != str(submission.pk)]
    request.session[SESSION_KEY] = dict([*live, (str(submission.pk), now + LASTS_SECONDS)][-AT_MOST:])


def forget(request: HttpRequest) -> None:
    """She is done on this device."""
    request.session.pop(SESSION_KEY, None)


Page = Callable[..., HttpResponseBase]


def whole_case(page: Page) -> Page:
    """Only for who may see everything of a case; who has not named the birth date yet is asked for it.

    The page gets the `Sight` instead of the key.
    """

    @wraps(page)
    def guarded(request: HttpRequest, key: str, **given: Any) -> HttpResponseBase:
        seen = sight_or_404(request, key)
        if seen.full:
            return page(request, seen, **given)
        match = request.resolver_match
        if seen.case is None or seen.confirmed or match is None:
            raise Http404  # naming the birth date would not open it
        return _ask(key, str(match.url_name))

    return guarded


def _ask(key: str, page: str) -> HttpResponse:
    return redirect(f"{reverse('my:confirm', args=[key])}?seite={page}")
