"""Feedback in one tap from every page, and the board of what became of it (F18)."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from casework import feedback, guessing
from channels.fields import TextField
from channels.web.forms import KeyForm

SCREEN = re.compile(r"^\d{1,5}x\d{1,5}$")
ROWS = 100


class FeedbackForm(KeyForm):
    rating = forms.ChoiceField(
        label=gettext_lazy("Wie war diese Seite?"),
        choices=[
            ("good", gettext_lazy("Gut")),
            ("bad", gettext_lazy("Etwas klappt nicht oder ist unklar")),
            ("idea", gettext_lazy("Ich habe einen Vorschlag")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Wählen Sie aus, wie die Seite war.")},
    )
    text = TextField(
        limit=feedback.LIMIT,
        required=False,
        label=gettext_lazy("Möchten Sie mehr dazu sagen?"),
        help_text=gettext_lazy("Bitte keine Namen und Nummern. Hier liest niemand, der Ihren Fall kennt."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    screen = forms.CharField(required=False, widget=forms.HiddenInput({"data-screen": ""}))
    # Nobody sees it; programs fill it in.
    website = forms.CharField(
        required=False, widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"})
    )

    def clean_page(self) -> str:
        return page_name(self.cleaned_data["page"])

    def clean_screen(self) -> str:
        given = str(self.cleaned_data["screen"])
        return given if SCREEN.match(given) else ""


def page_name(given: str) -> str:
    """The name of a view of ours, which holds no secret and no number; anything else is none."""
    return given if given in _names() else ""


def _names() -> set[str]:
    def walk(resolver: URLResolver, namespace: str = "") -> set[str]:
        found: set[str] = set()
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                found |= walk(pattern, pattern.namespace or namespace)
            elif isinstance(pattern, URLPattern) and pattern.name:
                found.add(f"{namespace}:{pattern.name}" if namespace else str(pattern.name))
        return found

    return walk(get_resolver())


def is_staff(request: HttpRequest) -> bool:
    return request.user.is_authenticated and bool(getattr(request.user, "roles", []))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Where it came from is the name of the page only: never its address, never what stood on it."""
    sent = request.POST if request.method == "POST" else None
    form = FeedbackForm(sent, initial={"page": page_name(request.GET.get("seite", ""))})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            if not given["website"]:
                _keep(request, given)
        except feedback.TooOften:
            form.add_error(None, _("Das war gerade sehr viel auf einmal. Bitte warten Sie zehn Minuten."))
        else:
            messages.success(request, _("Danke. Ihre Rückmeldung ist bei uns angekommen."))
            return redirect("pages:feedback_board")
    context = {"form": form, "base": _base(request)}
    return render(request, "pages/feedback.html", context, status=400 if form.errors else 200)


def _keep(request: HttpRequest, given: dict[str, Any]) -> None:
    feedback.give(
        key=given["key"],
        rating=given["rating"],
        text=given["text"],
        page=given["page"],
        language=get_language() or "de",
        screen=given["screen"],
        of_staff=is_staff(request),
        address=guessing.address_of(request),
    )


def _base(request: HttpRequest) -> str:
    return "base_staff.html" if is_staff(request) else "base.html"


@never_cache
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What people suggested and what became of it, in the office's words."""
    rows = feedback.board(of_staff=is_staff(request))[:ROWS]
    return render(request, "pages/feedback_board.html", {"rows": rows, "base": _base(request)})
