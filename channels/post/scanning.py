"""Ways for scans, as the counter sees them: start a scanner, look at what came in by itself."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import fields
from channels.post.forms import ArrivalForm
from channels.post.inlets import notes, scanner
from channels.post.inlets.escl import ScannerError
from channels.post.views import arrival_kept, counter, keep_arrival, staff

# What to do when the scanner did not do it, by ScannerError.reason.
TROUBLE = {
    "unreachable": gettext_lazy("Der Scanner antwortet nicht. Ist er eingeschaltet?"),
    "busy": gettext_lazy("Der Scanner ist gerade beschäftigt. Versuchen Sie es gleich noch einmal."),
    "empty": gettext_lazy("Im Scanner liegt kein Papier. Legen Sie die Blätter ein."),
    "no_duplex": gettext_lazy("Dieser Scanner kann nur eine Seite lesen. Wählen Sie „nur Vorderseiten“."),
    "refused": gettext_lazy("Der Scanner hat abgebrochen. Sehen Sie nach, ob ein Blatt klemmt."),
    "too_large": gettext_lazy("Der Stapel ist zu groß. Teilen Sie ihn."),
    "protocol": gettext_lazy(
        "Der Scanner antwortet anders als erwartet. Lesen Sie den Stapel als Datei ein."
    ),
}


class ScanForm(ArrivalForm):
    scanner = forms.ChoiceField(
        label=gettext_lazy("Scanner"),
        error_messages={"invalid_choice": gettext_lazy("Wählen Sie einen Scanner aus.")},
    )
    sides = forms.ChoiceField(
        label=gettext_lazy("Seiten"),
        choices=[
            ("both", gettext_lazy("Vorder- und Rückseiten")),
            ("front", gettext_lazy("nur Vorderseiten")),
        ],
    )
    sheets = fields.ReadField(
        label=gettext_lazy("Blätter"),
        read=fields.whole_number(1, 5000),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(one.name, one.name) for one in scanner.scanners()]
        self.fields["scanner"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest) -> HttpResponse:
    """Scan what lies in a scanner of the office; the answer comes when the last sheet is through."""
    context = {"section": "post", "scanners": scanner.scanners()}
    if request.method != "POST":
        initial = {"arrived_on": arrival_kept(request)["arrived_on"], "key": uuid.uuid4()}
        return render(request, "counter/scan.html", {**context, "form": ScanForm(initial=initial)})
    form = ScanForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            batches = scanner.scan(
                given["scanner"],
                given["arrived_on"],
                given["sheets"],
                counter(request),
                duplex=given["sides"] == "both",
                job=form.cleaned_key(),
            )
        except ScannerError as error:
            form.add_error("scanner", TROUBLE[error.reason])
        else:
            keep_arrival(request, arrived_on=form["arrived_on"].data)
            if len(batches) > 1:
                messages.info(request, _("Der Scanner hat mehrere Dateien geschickt. Jede ist ein Stapel."))
            return redirect("post:batch", batches[0].public_id)
    return render(request, "counter/scan.html", {**context, "form": form})


@require_safe
def inlets(request: HttpRequest) -> HttpResponse:
    """What came in by itself, and what of it needs a person."""
    staff(request)
    context = {"section": "post", "waiting": notes.waiting(), "recent": notes.recent()}
    return render(request, "counter/inlets.html", context)


@require_POST
def settle(request: HttpRequest, note: int) -> HttpResponse:
    notes.settle(note, staff(request))
    return redirect("post:inlets")
