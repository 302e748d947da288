"""The inbox: the open cases of the team in the order their first paper arrived, whatever the channel (F2)."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework import queries
from casework.deadlines import Clock, inaction_clock
from casework.failures import failures_visible_to
from casework.lookup import find_people
from casework.models import Case, User
from casework.review.common import today, user_of
from casework.review.forms import FilterForm

ROWS = 50
MOST_PEOPLE = 500


@dataclass(frozen=True)
class Row:
    case: Case
    clock: Clock | None


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    user, day = user_of(request), today()
    form = FilterForm(request.GET)
    form.is_valid()  # an unknown value in the address counts as none
    whose = form.chosen("wer") or "all"
    cases = _filtered(user, form)
    page = Paginator(queries.in_order_of_arrival(_of(cases, whose, user)), ROWS).get_page(
        request.GET.get("page")
    )
    rows = [Row(case, inaction_clock(case.application_day, "application", day)) for case in page]
    filtered = any(form.chosen(name) for name in ("q", "leistung", "stand", "wer"))
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "whose": whose,
        "whose_is_all": whose == "all",
        "whose_is_mine": whose == "mine",
        "whose_is_nobody": whose == "nobody",
        "filtered": filtered,
        "unread": queries.in_state(queries.cases_visible_to(user), "message").count(),
        "failures": len(failures_visible_to(user)),
        "troubles": queries.file_troubles(user).filter(done_at=None).count(),
        "section": "inbox",
    }
    return render(request, "review/inbox.html", context)


def _filtered(user: User, form: FilterForm) -> QuerySet[Case]:
    cases = queries.in_state(queries.cases_visible_to(user), form.chosen("stand"))
    if service := form.chosen("leistung"):
        cases = cases.filter(service=service)
    if text := form.chosen("q"):
        cases = cases.filter(person__in=find_people(user, text, most=MOST_PEOPLE))
    return cases


def _of(cases: QuerySet[Case], whose: str, user: User) -> QuerySet[Case]:
    if whose == "mine":
        return cases.filter(assigned_to=user)
    return cases.filter(assigned_to=None) if whose == "nobody" else cases
