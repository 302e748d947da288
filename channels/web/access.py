"""Which drafts a visitor may open: those her session began or resumed. The session holds their ids only.

Begun or resumed while she is signed in, a draft is found in her account too, on any device.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from casework import helping
from casework.helpscope import Act
from casework.models import User
from channels.drafts import AlreadySent
from channels.models import Draft
from channels.web.drafts import keep_in_account
from channels.web.forms import ResumeForm

SESSION_KEY = "drafts"
AT_MOST = 20


def grant(request: HttpRequest, draft: Draft) -> None:
    held = request.session.get(SESSION_KEY, [])
    if not held:
        request.session.cycle_key()  # a session somebody else prepared must not open this draft
    mine = str(draft.public_id)
    request.session[SESSION_KEY] = [*[one for one in held if one != mine], mine][-AT_MOST:]
    if (account := account_of(request)) is not None:
        keep_in_account(draft, account)


def account_of(request: HttpRequest) -> User | None:
    """The claimant's account this visitor is signed in to; never one of staff."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) and user.claimant and user.is_active else None


def held(request: HttpRequest, draft: UUID) -> Draft | None:
    """The draft if this visitor may open it."""
    found = _in_session(request, draft)
    return found if found is not None and may_go_on(found) else None


def _in_session(request: HttpRequest, draft: UUID) -> Draft | None:
    mine = str(draft) in request.session.get(SESSION_KEY, [])
    return Draft.objects.filter(public_id=draft).select_related("sent_by").first() if mine else None


def may_go_on(draft: Draft) -> bool:
    """False for the draft of a helper who may not send (any more); asked anew at every request."""
    if draft.sent_by is None or draft.sent_at is not None:
        return True
    return helping.person_who_may(draft.sent_by.public_id, Act.SEND) is not None


def keep_when_closed(request: HttpRequest) -> None:
    """While files are on their way a phone may close the browser: its session lives on for some hours.

    Not for staff, whose session ends with the browser; `forget_when_closed` takes it back once it is sent.
    """
    if not request.user.is_authenticated:
        request.session.set_expiry(settings.SESSION_COOKIE_AGE)


def forget_when_closed(request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        request.session.set_expiry(0)


def forget(request: HttpRequest) -> None:
    """She is done on this device: drafts are opened by their codes again."""
    request.session.pop(SESSION_KEY, None)
    forget_when_closed(request)


def to_receipt(draft: Draft) -> HttpResponse:
    return redirect("my:receipt", draft.secret)


def _too_late() -> str:
    return _(
        "Diese Sendung war schon abgesendet. Die neue Datei gehört nicht dazu. "
        "Schicken Sie sie bitte über „Unterlagen schicken“."
    )


def lost(request: HttpRequest) -> HttpResponse:
    """A draft of somebody else, one that does not exist, or an expired session: all look the same.

    What was typed on the page that came too late is shown again, so that it can be copied.
    """
    typed = [
        str(value)
        for name, value in request.POST.items()
        if str(value).strip() and name not in ("csrfmiddlewaretoken", "key")
    ]
    context = {"form": ResumeForm(), "lost": True, "typed": typed}
    return render(request, "citizen/resume.html", context, status=404)


def with_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view its draft; a sent one always leads to its receipt."""

    @wraps(view)
    def opened(request: HttpRequest, draft: UUID, **rest: Any) -> HttpResponse:
        row = held(request, draft)
        if row is None:
            over = _in_session(request, draft)
            return lost(request) if over is None else render(request, "helping/ended.html", status=403)
        try:
            if row.sent_at is not None:
                raise AlreadySent
            return view(request, row, **rest)
        except AlreadySent:
            row.refresh_from_db()
            if request.FILES:
                messages.warning(request, _too_late())
            return to_receipt(row)

    return opened
