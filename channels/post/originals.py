"""The run of destroying paper: what is due, what stands in its way, and two steps before it is done."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from casework import originals, queries
from casework.codes import grouped
from casework.models import Submission
from channels.post.views import counter, staff


def _due(request: HttpRequest) -> list[originals.Due]:
    """Of all letters: paper falls due long after its letter left the counter's own lists."""
    staff(request)
    return originals.due(Submission.objects.filter(queries.ON_PAPER), timezone.localdate())


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    found = _due(request)
    context = {
        "section": "post",
        "free": [line for line in found if not line.blocked],
        "blocked": [line for line in found if line.blocked],
    }
    return render(request, "counter/originals.html", context)


@require_POST
def destroy(request: HttpRequest) -> HttpResponse:
    """First the list to be compared with the paper, then, with "confirmed", the act."""
    chosen = {text for text in request.POST.getlist("letter") if _is_uuid(text)}
    lines = [line for line in _due(request) if not line.blocked and str(line.submission.public_id) in chosen]
    if not lines:
        messages.warning(request, _("Wählen Sie mindestens ein Original aus, das vernichtet werden darf."))
        return redirect("post:originals")
    if "confirmed" not in request.POST:
        return render(request, "counter/destroy.html", {"section": "post", "lines": lines})
    try:
        count = originals.destroy([line.submission for line in lines], counter(request))
        done = ngettext("%(n)d Original ist vernichtet.", "%(n)d Originale sind vernichtet.", count)
        messages.success(request, done % {"n": count})
    except originals.NotDue as error:
        message = _("Nichts ist eingetragen: Das Original zu %(number)s darf nicht mehr vernichtet werden.")
        messages.warning(request, message % {"number": grouped(error.number)})
    return redirect("post:originals")


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
