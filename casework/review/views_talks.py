"""Talking with people: who wants to be called, which appointments come, and the times the team offers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from casework import appointments as talks
from casework.clock import database_now
from casework.review.common import actor_of, say, to, today, user_of
from casework.review.forms import SlotsForm

ROWS = 100


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = SlotsForm(request.POST if request.method == "POST" else None, today=today())
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        made = talks.offer(
            user, given["day"], given["begin"], given["end"], given["minutes"], given["way"], given["place"]
        )
        say(request, "slots_made", n=len(made))
        return to("talks")
    now = database_now()
    coming = talks.appointments_visible_to(user).filter(cancelled_at=None, slot__starts_at__gte=now)
    free = talks.slots_visible_to(user).filter(~talks.Exists(talks.STANDING), starts_at__gte=now)
    context = {
        "calls": talks.calls_visible_to(user).filter(done_at=None)[:ROWS],
        "coming": coming[:ROWS],
        "free": free.select_related("made_by")[:ROWS],
        "form": form,
        "section": "talks",
    }
    return render(request, "review/talks.html", context, status=400 if form.errors else 200)


@require_POST
def call_done(request: HttpRequest, public_id: UUID) -> HttpResponse:
    call = get_object_or_404(talks.calls_visible_to(user_of(request)), public_id=public_id)
    talks.call_done(call, actor_of(request))
    say(request, "call_done")
    return to("talks")


@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The office cannot keep it: the person is told, whatever she wishes."""
    found = get_object_or_404(talks.appointments_visible_to(user_of(request)), public_id=public_id)
    talks.cancel(found, actor_of(request))
    say(request, "appointment_cancelled")
    return to("talks")


@require_POST
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    slot = get_object_or_404(talks.slots_visible_to(user_of(request)), public_id=public_id)
    try:
        talks.withdraw(slot)
        say(request, "slot_withdrawn")
    except talks.Taken:
        say(request, "slot_taken", level=messages.WARNING)
    return to("talks")
