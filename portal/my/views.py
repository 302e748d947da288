"""The claimant's answers, without an account: did it arrive, what is it now, what is still missing?"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from casework import covers, guessing, helping, papers
from casework.clock import berlin_day, database_now
from casework.deadlines import inaction_clock
from casework.envelope import Actor, Role
from casework.messages import unread_by_claimant
from casework.models import Submission
from casework.receipts import pdf, receipt_of
from casework.status import by_secret, find, status_of
from portal.my import correcting, visit
from portal.my.forms import LookupForm

PAPERS = ("a4", "80mm")


def lookup(request: HttpRequest) -> HttpResponse:
    """Receipt number (or case code) and birth date. Unknown and wrong get the same answer."""
    form = LookupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number, address = form.cleaned_data["number"], guessing.address_of(request)
        wait = guessing.pause(number, address)
        submission = None if wait else find(number, form.cleaned_data["birth_date"])
        if submission is not None:
            guessing.right(number)
            visit.confirm(request, submission)
            return redirect("my:status", submission.secret)
        if not wait:
            guessing.wrong(number, address)
        minutes = -(-wait // 60)
        return render(
            request,
            "citizen/lookup.html",
            {"form": form, "unknown": not wait, "minutes": minutes},
            status=404,
        )
    return render(request, "citizen/lookup.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
def status(request: HttpRequest, key: str) -> HttpResponse:
    seen = visit.sight_or_404(request, key)
    if helping.has_ended(seen.submission):  # a helper keeps her receipt, not the view of what becomes of it
        return redirect("my:receipt", key)
    found = status_of(seen.submission)
    known = papers.came_before(found.documents)
    for document in found.documents:
        document.came_before = known.get(document.pk)  # type: ignore[attr-defined]
    day = berlin_day(database_now())
    context = {
        "status": found,
        "seen": seen,
        "unread": unread_by_claimant(found.case).count() if found.case else 0,
        "clock": inaction_clock(found.case.application_day, "application", day) if found.case else None,
    }
    return render(request, "citizen/status.html", context)


@require_safe
def receipt(request: HttpRequest, secret: str) -> HttpResponse:
    submission = _submission(secret)
    shown = {"receipt": receipt_of(submission), "correctable": correcting.possible(submission)}
    return render(request, "citizen/receipt.html", shown)


@require_safe
def receipt_pdf(request: HttpRequest, secret: str) -> HttpResponse:
    submission = _submission(secret)
    response = HttpResponse(pdf(submission), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{submission.number}.pdf"'
    return response


@require_safe
def receipt_print(request: HttpRequest, secret: str, paper: str) -> HttpResponse:
    """For the printer at the desk: A4, or an 80 mm roll."""
    if paper not in PAPERS:
        raise Http404
    return render(
        request, "citizen/receipt_print.html", {"receipt": receipt_of(_submission(secret)), "paper": paper}
    )


@require_safe
def cover_sheets(request: HttpRequest, secret: str) -> HttpResponse:
    """A sheet for each paper still missing, to lay on it; only if this receipt shows the case.

    Asked for again, the same sheets come again.
    """
    found = status_of(_submission(secret))
    if found.case is None or not found.to_do:
        raise Http404
    return covers.printed(found.case, found.to_do, Actor(Role.CLAIMANT))


def _submission(secret: str) -> Submission:
    """Errors: Http404. The secret has 130 bits: guessing it needs no counter."""
    submission = by_secret(secret)
    if submission is None:
        raise Http404
    return submission
