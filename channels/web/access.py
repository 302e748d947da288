"""Which drafts a visitor may open: those her session began or resumed. The session holds their ids only."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from channels.models import Draft
from channels.web.drafts import AlreadySent
from channels.web.forms import ResumeForm

SESSION_KEY = "drafts"
AT_MOST = 20


def grant(request: HttpRequest, draft: Draft) -> None:
    held = request.session.get(SESSION_KEY, [])
    if not held:
        request.session.cycle_key()  # a session somebody else prepared must not open this draft
    mine = str(draft.public_id)
    request.session[SESSION_KEY] = [*[one for one in held if one != mine], mine][-AT_MOST:]


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
        mine = str(draft) in request.session.get(SESSION_KEY, [])
        row = Draft.objects.filter(public_id=draft).first() if mine else None
        if row is None:
            return lost(request)
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
