"""Messages with the claimant of one case."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from casework import actions
from casework import messages as messaging
from casework.review.common import actor_of, case_or_404, say, to
from casework.review.forms import MessageForm


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Reading is logged, and the claimant sees that her message was read."""
    found = case_or_404(request, public_id)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        messaging.write(found, form.cleaned_data["text"], actor_of(request), key=form.cleaned_data["key"])
        say(request, "message_sent")
        return to("messages", public_id)
    actions.view_case(found, actor_of(request))
    shown = messaging.thread(found)  # before they count as read: new ones are marked on this page
    messaging.read_by_office(found)
    context = {"case": found, "thread": shown, "form": form, "section": "inbox"}
    return render(request, "review/thread.html", context, status=400 if form.errors else 200)
