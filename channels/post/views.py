"""The mailroom: today's post at a glance, registering letters, pictures of pages."""

import uuid
from datetime import date
from typing import Any

from django.db.models import Exists
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from casework import queries
from casework.clock import start_of_day
from casework.envelope import Actor, Channel, Role
from casework.models import User
from casework.pictures import page_picture
from casework.progress import batches_in_work, progress_of
from casework.workflow import SubmissionState
from channels.post import adapter
from channels.post.forms import RegisterForm
from channels.post.inlets import notes, scanner

SHOWN = 50  # lines of a list on the start page
KEPT = "post_arrival"  # in the session: arrival and emptying of the letter before


def staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # portal.access lets only staff in
    return request.user


def counter(request: HttpRequest) -> Actor:
    return Actor(Role.COUNTER, staff(request).pk)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What came today, and what is still to be done."""
    user = staff(request)
    letters = queries.submissions_visible_to(user).filter(channel=Channel.POST)
    today = letters.filter(recorded_at__gte=start_of_day(timezone.localdate())).exclude(
        state__in=queries.GONE
    )
    waiting = queries.letters_without_scan(user)
    working = batches_in_work()
    progress = progress_of(working)
    unassigned = queries.with_documents(letters.filter(state=SubmissionState.UNASSIGNED))
    registered = today.count()
    not_scanned = today.filter(~Exists(queries.STANDING)).count()
    context = {
        "section": "post",
        "registered": registered,
        "not_scanned": not_scanned,
        "scanned": registered - not_scanned,
        "waiting": waiting[:SHOWN],
        "waiting_count": waiting.count(),
        "batches": queries.open_batches(user)[:SHOWN],
        "in_work": [(one, progress[one.pk]) for one in working if one.pk in progress],
        "unassigned": unassigned.order_by("received_at", "pk")[:SHOWN],
        "unassigned_count": letters.filter(state=SubmissionState.UNASSIGNED).count(),
        "trouble_count": queries.unreadable_batches(user).count()
        + queries.letter_troubles(user).filter(done_at=None).count(),
        "inlet_count": notes.waiting().count(),
        "has_scanners": bool(scanner.scanners()),
        "today": timezone.localdate(),
    }
    return render(request, "counter/start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """One letter after the other; arrival and emptying stay for the next one."""
    user = staff(request)
    if request.method != "POST":
        form = RegisterForm(user=user, initial={"key": uuid.uuid4(), **arrival_kept(request)})
        return render(request, "counter/register.html", _register_context(request, form))
    form = RegisterForm(request.POST, user=user)
    searching = "look" in request.POST or form.has_to_choose
    if not form.is_valid() or searching:
        context = {**_register_context(request, form), "searching": searching}
        return render(request, "counter/register.html", context)
    ack = adapter.register_letter(form.whole_letter(), counter(request), key=form.cleaned_key())
    keep_arrival(
        request,
        arrived_on=form["arrived_on"].data,
        emptied=(form["emptied_on"].data, form["emptied_time"].data),
    )
    return redirect(f"{reverse('post:register')}?da={ack.submission_id}")


def _register_context(request: HttpRequest, form: RegisterForm) -> dict[str, Any]:
    done = None
    try:
        number = uuid.UUID(request.GET.get("da", ""))
    except ValueError:
        pass
    else:
        visible = queries.submissions_visible_to(staff(request)).select_related("case__person")
        done = visible.filter(public_id=number).first()
    return {"section": "post", "form": form, "done": done}


def arrival_kept(request: HttpRequest) -> dict[str, str]:
    """Arrival as typed for the letter before, if that was today; else today."""
    today = timezone.localdate()
    kept = request.session.get(KEPT) or {}
    if kept.get("day") != today.isoformat():
        return {"arrived_on": written(today)}
    return {name: kept.get(name, "") for name in ("arrived_on", "emptied_on", "emptied_time")}


def keep_arrival(request: HttpRequest, *, arrived_on: str, emptied: tuple[str, str] | None = None) -> None:
    kept = {**arrival_kept(request), "arrived_on": arrived_on, "day": timezone.localdate().isoformat()}
    if emptied is not None:
        kept["emptied_on"], kept["emptied_time"] = emptied
    request.session[KEPT] = kept


def written(day: date) -> str:
    """As typed here, in every language of the page: the field reads it again."""
    return day.strftime("%d.%m.%Y")


@require_safe
def picture(request: HttpRequest, file: uuid.UUID, number: int, size: str) -> HttpResponse:
    """A page as a picture: size "klein" or "gross"."""
    if size not in ("klein", "gross"):
        raise Http404
    found = get_object_or_404(queries.files_visible_to(staff(request)), pk=file)
    return page_picture(found, number, thumbnail=size == "klein")
