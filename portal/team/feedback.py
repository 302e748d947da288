"""The office's list of feedback: what came in, who looks after it, what became of it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from casework import feedback
from casework.models import Feedback, User

ROWS = 50


class AfterForm(forms.Form):
    use_required_attribute = False

    state = forms.ChoiceField(
        label=gettext_lazy("Stand"),
        choices=[
            ("new", gettext_lazy("Neu")),
            ("seen", gettext_lazy("Angesehen")),
            ("done", gettext_lazy("Erledigt")),
        ],
        widget=forms.RadioSelect,
    )
    about = forms.CharField(
        label=gettext_lazy("Worum es geht, in Ihren Worten"),
        help_text=gettext_lazy("Das steht auf der öffentlichen Tafel. Bitte keine Namen."),
        required=False,
        max_length=200,
    )
    outcome = forms.CharField(
        label=gettext_lazy("Was daraus geworden ist"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    on_board = forms.BooleanField(label=gettext_lazy("Auf der Tafel zeigen"), required=False)

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("on_board") and not given.get("about"):
            self.add_error("about", _("Schreiben Sie, worum es geht, damit es auf der Tafel stehen kann."))
        return given


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "portal.access lets only staff in"
    return request.user


@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    seen = feedback.visible_to(_user(request))
    state = request.GET.get("stand", "")
    found = seen.filter(state=state) if state in feedback.STATES else seen
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    counts = {one: seen.filter(state=one).count() for one in feedback.STATES}
    context = {"page": page, "state": state, "counts": counts, "all": seen.count(), "section": "feedback"}
    return render(request, "team/feedback.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(feedback.visible_to(_user(request)), public_id=public_id)
    form = AfterForm(request.POST if request.method == "POST" else None, initial=_now(found))
    if form.is_bound and form.is_valid():
        feedback.look_after(found, **form.cleaned_data)
        messages.success(request, _("Gespeichert."))
        return redirect("team:feedback")
    status = 400 if form.errors else 200
    return render(
        request, "team/feedback_one.html", {"row": found, "form": form, "section": "feedback"}, status=status
    )


def _now(found: Feedback) -> dict[str, object]:
    return {name: getattr(found, name) for name in ("state", "about", "outcome", "on_board")}
