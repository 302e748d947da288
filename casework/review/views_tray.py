"""The unassigned tray: what no strong key could place, oldest first, and where staff say it belongs."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from casework import actions, queries
from casework.candidates import candidates, likely_service, opening_services, teams_elsewhere, waiting_alike
from casework.models import Case, Submission
from casework.review.common import actor_of, case_or_404, say, submission_or_404, to, user_of, uuid_or_404
from casework.review.forms import ServiceForm
from casework.workflow import IllegalTransition

ROWS = 50


@require_safe
def tray(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.tray(user_of(request)), ROWS).get_page(request.GET.get("page"))
    return render(request, "review/tray.html", {"page": page, "section": "tray"})


@require_safe
def link(request: HttpRequest, public_id: UUID) -> HttpResponse:
    submission = submission_or_404(request, public_id)
    if submission.case is not None:
        say(request, "linked_meanwhile", level=messages.WARNING)
        return to("case", submission.case.public_id)
    return _choices(request, submission)


def _choices(
    request: HttpRequest, submission: Submission, *, form: ServiceForm | None = None, person: str = ""
) -> HttpResponse:
    user = user_of(request)
    typed = request.GET.get("q", "")[:120]
    likely = likely_service(submission)
    found = candidates(submission, user, typed)
    rows = [
        (
            candidate,
            form
            if form is not None and person == str(candidate.person.public_id)
            else ServiceForm(
                services=[(s.key, str(s.name)) for s in candidate.new_services],
                likely=likely,
                prefix=str(candidate.person.public_id),
            ),
        )
        for candidate in found
    ]
    context = {
        "submission": submission,
        "sender": submission.given,
        "typed": typed,
        "rows": rows,
        "elsewhere": teams_elsewhere(submission, user),
        "waiting_alike": waiting_alike(submission, user),
        "new_person": form if form is not None and not person else _new_person_form(likely=likely),
        "likely": likely,
        "form": form,
        "section": "tray",
    }
    return render(request, "review/link.html", context, status=400 if form is not None else 200)


def _new_person_form(*args: object, likely: str = "") -> ServiceForm:
    services = [(s.key, str(s.name)) for s in opening_services()]
    return ServiceForm(*args, services=services, likely=likely, prefix="new")


def _linked(request: HttpRequest, submission: Submission, act: Callable[[], Case]) -> HttpResponse:
    """Link, then to the case; or to the tray if the case is another team's."""
    try:
        case = act()
    except IllegalTransition:
        say(request, "linked_meanwhile", level=messages.WARNING)
        return to("tray")
    if queries.cases_visible_to(user_of(request)).filter(pk=case.pk).exists():
        say(request, "linked", submission=submission)
        return to("case", case.public_id)
    say(request, "linked_elsewhere", submission=submission, team=case.team)
    return to("tray")


@require_POST
def link_case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    submission = submission_or_404(request, public_id)
    case = case_or_404(request, uuid_or_404(request.POST.get("case", "")))

    def act() -> Case:
        actions.link(submission, case, actor_of(request))
        return case

    return _linked(request, submission, act)


@require_POST
def link_new_case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    submission = submission_or_404(request, public_id)
    person_id = uuid_or_404(request.POST.get("person", ""))
    person = get_object_or_404(queries.people_visible_to(user_of(request)), public_id=person_id)
    services = [(s.key, str(s.name)) for s in opening_services()]
    form = ServiceForm(request.POST, services=services, prefix=str(person.public_id))
    if not form.is_valid():
        return _choices(request, submission, form=form, person=str(person.public_id))
    service = form.cleaned_data["service"]
    return _linked(
        request, submission, lambda: actions.link_to_new_case(submission, person, service, actor_of(request))
    )


@require_POST
def link_new_person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    submission = submission_or_404(request, public_id)
    form = _new_person_form(request.POST)
    if not form.is_valid():
        return _choices(request, submission, form=form)
    service = form.cleaned_data["service"]
    return _linked(
        request, submission, lambda: actions.link_to_new_person(submission, service, actor_of(request))
    )
