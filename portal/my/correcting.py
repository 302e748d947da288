"""Putting right what was sent, without starting again: a new submission in the same case."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from casework.envelope import Channel
from casework.models import Submission
from casework.sight import Scope
from channels.web import drafts
from channels.web.access import grant
from channels.web.forms import KeyForm
from portal.my import visit


def possible(submission: Submission) -> bool:
    """Answers were sent, and the birth date among them says who may see them again."""
    by_form = submission.channel in (Channel.WEB, Channel.DESK) and submission.service != "PAPERS"
    return by_form and bool(submission.answers) and submission.given.birth_date is not None


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, key: str) -> HttpResponse:
    """Only for who named the birth date, too: the answers are shown. Nothing changes before it is sent."""
    seen = visit.sight_or_404(request, key)
    if not possible(seen.submission) or seen.scope != Scope.EVERYTHING:
        raise Http404
    if not seen.confirmed:
        return redirect(reverse("my:confirm", args=[key]) + "?seite=correct")
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        draft = drafts.begin_correction(
            seen.submission, form.cleaned_data["key"], get_language() or seen.submission.language
        )
        grant(request, draft)
        return redirect("web:check", draft.public_id)
    return render(request, "citizen/correct.html", {"form": form, "seen": seen, "key": key})
