"""Cover sheets for the papers a case still needs."""

from uuid import UUID

from django.http import HttpResponse
from django.http.request import HttpRequest
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from casework import actions, covers
from casework.review.common import actor_of, case_or_404
from casework.review.forms import CoversForm


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = case_or_404(request, public_id)
    requirements = covers.to_come(found)
    form = CoversForm(request.POST if request.method == "POST" else None, requirements=requirements)
    if form.is_valid():
        return covers.printed(found, form.chosen(), actor_of(request))
    actions.view_case(found, actor_of(request))
    context = {"case": found, "form": form, "any": requirements, "section": "inbox"}
    return render(request, "review/covers.html", context, status=400 if form.errors else 200)
