"""The postbook: days, what came in and what was read in of it, and closing a day with a signed sheet."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework import closing, originals, queries
from casework import postbook as figures
from casework.models import PostbookDay, Submission
from channels.post.act_forms import CloseForm, PlaceForm
from channels.post.views import counter, staff

SHOWN_DAYS = 31


@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """Days with post, newest first, and which of them are closed."""
    today = timezone.localdate()
    found = figures.days_with_post(today - timedelta(days=queries.BATCHES_SEEN.days), today)
    return render(request, "counter/days.html", {"section": "post", "days": found[:SHOWN_DAYS]})


@require_safe
def day(request: HttpRequest, day: str) -> HttpResponse:
    return _show(request, _day(day))


def _show(request: HttpRequest, found: date, **wrong: Any) -> HttpResponse:
    book = figures.figures_of(found)
    sheets = closing.sheets_of(found)
    visible = queries.submissions_visible_to(staff(request)).filter(
        public_id__in=[letter.public_id for letter in book.letters]
    )
    stacks = queries.batches_visible_to(staff(request)).filter(arrived_on=found)
    context = {
        "section": "post",
        "day": found,
        "book": book,
        "totals": book.totals,
        "figures": book,
        "sheets": sheets,
        "is_current": closing.is_current(book, sheets[-1] if sheets else None),
        "in_sight": {str(pk) for pk in visible.values_list("public_id", flat=True)}
        | {str(pk) for pk in stacks.values_list("public_id", flat=True)},
        "form": CloseForm(needs_reason=bool(book.open_points)),
        "place_form": PlaceForm(),
        "before": found - timedelta(days=1),
        "after": found + timedelta(days=1) if found < timezone.localdate() else None,
        **wrong,
        "wrong": next(iter(wrong.values()), None),
    }
    return render(request, "counter/day.html", context)


@require_POST
def close(request: HttpRequest, day: str) -> HttpResponse:
    found = _day(day)
    form = CloseForm(request.POST, needs_reason=bool(figures.figures_of(found).open_points))
    if not form.is_valid():
        return _show(request, found, form=form)
    try:
        row = closing.close(found, form.cleaned_data["reason"], staff(request), counter(request))
        done = _("Der Tag ist abgeschlossen. Blatt %(n)d ist unterschrieben.")
        messages.success(request, done % {"n": row.sheet})
    except closing.PointsOpen:
        messages.warning(request, _("Inzwischen ist ein Punkt offen. Bitte sehen Sie nach."))
    except closing.NothingNew:
        messages.info(request, _("Seit dem letzten Blatt hat sich nichts geändert."))
    return redirect("post:day", found.isoformat())


@require_safe
def sheet(request: HttpRequest, day: str, sheet: int) -> HttpResponse:
    """The signed sheet, byte for byte as it was signed."""
    row = get_object_or_404(PostbookDay, day=_day(day), sheet=sheet)
    response = HttpResponse(bytes(row.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="postbuch-{row.day.isoformat()}-{row.sheet}.pdf"'
    return response


@require_POST
def shelve(request: HttpRequest, day: str) -> HttpResponse:
    """Where the papers of a day lie; letters for which something else is written down keep that."""
    found = _day(day)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _show(request, found, place_form=form)
    letters: list[Submission] = [
        letter
        for letter in queries.letters_of_day(found).select_related("original", "case")
        if originals.is_here(letter) and not getattr(getattr(letter, "original", None), "place", "")
    ]
    originals.place(letters, form.cleaned_data["place"], counter(request))
    messages.success(request, _("Eingetragen, wo die Papiere des Tages liegen."))
    return redirect("post:day", found.isoformat())


def _day(text: str) -> date:
    """Errors: Http404, also for a day to come."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if found > timezone.localdate():
        raise Http404
    return found
