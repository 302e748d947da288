"""What the portal itself could not do: effects that failed three times and wait for a person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from casework import outbox
from casework.failures import failures_visible_to
from casework.review.common import say, to, user_of


@require_safe
def failures(request: HttpRequest) -> HttpResponse:
    context = {"failures": failures_visible_to(user_of(request)), "section": "failures"}
    return render(request, "review/failures.html", context)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    if pk not in {failure.row.pk for failure in failures_visible_to(user_of(request))}:
        raise Http404
    outbox.retry(pk)
    say(request, "tried_again")
    return to("failures")
