"""What goes wrong without anybody looking: files that cannot be opened, and what the portal could not do."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from casework import mailroom, outbox, queries
from casework.failures import failures_visible_to
from casework.models.post import TROUBLE_OUTCOMES
from casework.review.common import actor_of, say, to, user_of

SETTLED_SHOWN = 20


@require_safe
def failures(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    troubles = queries.file_troubles(user)
    context = {
        "troubles": troubles.filter(done_at=None).order_by("since", "pk"),
        "settled": troubles.exclude(done_at=None).order_by("-done_at")[:SETTLED_SHOWN],
        "outcomes": TROUBLE_OUTCOMES,
        "failures": failures_visible_to(user),
        "section": "failures",
    }
    return render(request, "review/failures.html", context)


@require_POST
def trouble(request: HttpRequest, public_id: UUID, what: str) -> HttpResponse:
    """ "nehmen", "kopie", "erledigt" or "offen", about a submission whose file cannot be opened."""
    user, actor = user_of(request), actor_of(request)
    found = get_object_or_404(queries.file_troubles(user), submission__public_id=public_id)
    if what == "nehmen":
        mailroom.take_trouble(found, user, actor)
        say(request, "trouble_taken")
    elif what == "kopie":
        mailroom.ask_copy(found, actor)
        say(request, "copy_asked")
    elif what == "erledigt":
        outcome = request.POST.get("outcome", "")
        if outcome not in TROUBLE_OUTCOMES:
            raise Http404
        note = request.POST.get("note", "").replace("\0", "").strip()[:300]
        mailroom.settle_trouble(found, outcome, note, user, actor)
        say(request, "trouble_settled")
    elif what == "offen":
        mailroom.reopen_trouble(found, actor)
        say(request, "trouble_reopened")
    else:
        raise Http404
    return to("failures")


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    if pk not in {failure.row.pk for failure in failures_visible_to(user_of(request))}:
        raise Http404
    outbox.retry(pk)
    say(request, "tried_again")
    return to("failures")
