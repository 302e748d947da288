"""Putting a scanned stack right by hand: take over what is proposed, split, join, move pages, undo."""

import uuid
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from casework import queries, regrouping, suggestions
from casework.envelope import Channel
from casework.models import Batch, Document, Page, User
from casework.reading.handwork import HandworkFailed
from casework.regrouping import Change, Group, NotThere
from casework.turning import turn_page
from casework.workflow import IllegalTransition
from channels.post.batches import letter_choices, pages_of
from channels.post.move_form import MoveForm
from channels.post.proposals import pages_from
from channels.post.views import counter, staff

LAST = "post_correction"  # in the session: the last act, for undoing it


@require_POST
def take_over(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """One button for all that is proposed."""
    found = get_object_or_404(queries.batches_visible_to(staff(request)), public_id=batch)
    try:
        done = suggestions.take_over(found, counter(request))
    except suggestions.PagesTaken:
        messages.warning(
            request, _("Jemand hat den Stapel inzwischen geändert. Bitte sehen Sie noch einmal hin.")
        )
    else:
        _say_taken(request, found, done)
    return redirect("post:batch", found.public_id)


@require_POST
def take_guesses(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """The letters ticked of those the pages suggest."""
    found = get_object_or_404(queries.batches_visible_to(staff(request)), public_id=batch)
    chosen = {pages_from(key) for key in request.POST.getlist("guess")}
    if not chosen:
        messages.warning(request, _("Haken Sie mindestens einen Brief an."))
        return redirect(f"{reverse('post:batch', args=[found.public_id])}#vermutung")
    try:
        done = suggestions.take_guesses(found, chosen, counter(request))
    except suggestions.PagesTaken:
        messages.warning(
            request, _("Jemand hat den Stapel inzwischen geändert. Bitte sehen Sie noch einmal hin.")
        )
    else:
        _say_taken(request, found, done)
    return redirect("post:batch", found.public_id)


def _say_taken(request: HttpRequest, batch: Batch, done: suggestions.Taken) -> None:
    """What was taken over, and that it can be taken back."""
    taken = Document.objects.filter(submission__in=done.letters, parts__file=batch.file_id).distinct()
    _keep(request, Change(batch.pk, (), tuple(taken.values_list("pk", flat=True))))
    count = len(done.letters)
    said = ngettext("Übernommen: %(n)d Brief.", "Übernommen: %(n)d Briefe.", count) % {"n": count}
    messages.success(request, said)


@require_safe
def correct(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """The pages of one paper, and what can be done with them."""
    user = staff(request)
    found, batch = _paper(user, document)
    return render(request, "counter/correct.html", _context(user, found, batch, _form(user, found, batch)))


def _form(user: User, found: Document, batch: Batch, data: Any = None) -> MoveForm:
    numbers = list(regrouping.pages_of(found))
    return MoveForm(data, numbers=numbers, letters=letter_choices(user, batch))


def _context(user: User, found: Document, batch: Batch, form: MoveForm) -> dict[str, Any]:
    mine = set(regrouping.pages_of(found))
    return {
        "section": "post",
        "document": found,
        "batch": batch,
        "form": form,
        "pages": [page for page in pages_of(user, batch) if page.number in mine],
        "before": _paper_before(found, batch),
    }


def _paper_before(document: Document, batch: Batch) -> Document | None:
    """The paper of the same letter and stack that lies in front of it."""
    first = min(regrouping.pages_of(document))
    others = [
        part.document
        for part in queries.standing_parts(batch).filter(document__submission=document.submission_id)
        if part.document_id != document.pk and (part.last_page or 0) < first
    ]
    return others[-1] if others else None


@require_POST
def split(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """From the page chosen on it is another paper."""
    found, batch = _paper(staff(request), document)
    page = request.POST.get("page", "")
    return _act(
        request,
        batch,
        lambda: regrouping.split(found, int(page) if page.isdecimal() else 0, counter(request)),
    )


@require_POST
def join(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """One paper with the one in front of it."""
    found, batch = _paper(staff(request), document)
    before = _paper_before(found, batch)
    return _act(request, batch, lambda: regrouping.join(before or found, found, counter(request)))


@require_POST
def move(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """The pages ticked belong to another letter, or back into the stack."""
    user = staff(request)
    found, batch = _paper(user, document)
    form = _form(user, found, batch, request.POST)
    if not form.is_valid():
        return render(request, "counter/correct.html", _context(user, found, batch, form), status=400)
    given = form.cleaned_data
    letter = None
    if given["letter"] != MoveForm.STACK:
        letter = get_object_or_404(queries.submissions_visible_to(user), public_id=given["letter"])
    kind = given["kind"] or found.kind
    return _act(
        request, batch, lambda: regrouping.move(found, given["pages"], letter, kind, counter(request))
    )


@require_POST
def undo(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """Take back the last correction of this session; once more brings it back."""
    found = get_object_or_404(queries.batches_visible_to(staff(request)), public_id=batch)
    kept = request.session.get(LAST) or {}
    if kept.get("batch") != found.pk:
        messages.warning(request, _("Es gibt nichts, was sich rückgängig machen lässt."))
        return redirect("post:batch", found.public_id)
    change = Change(
        kept["batch"],
        tuple(Group(one["letter"], one["kind"], tuple(one["pages"])) for one in kept["before"]),
        tuple(kept["after"]),
    )
    return _act(request, found, lambda: regrouping.undo(change, counter(request)), undone=True)


def _act(request: HttpRequest, batch: Batch, act: Any, *, undone: bool = False) -> HttpResponse:
    try:
        change = act()
    except (NotThere, regrouping.PagesTaken, Document.DoesNotExist):
        messages.warning(
            request, _("Jemand hat den Stapel inzwischen geändert. Bitte sehen Sie noch einmal hin.")
        )
    except IllegalTransition:
        messages.warning(
            request,
            _("Über dieses Papier ist schon entschieden. Bitte sprechen Sie mit der Sachbearbeitung."),
        )
    else:
        _keep(request, change)
        messages.success(request, _("Rückgängig gemacht.") if undone else _("Geändert."))
    return redirect(f"{reverse('post:batch', args=[batch.public_id])}#zugeordnet")


def _keep(request: HttpRequest, change: Change) -> None:
    request.session[LAST] = asdict(change)


def _paper(user: User, public_id: uuid.UUID) -> tuple[Document, Batch]:
    """Errors: Http404 for what she may not see, and for papers that come from no stack."""
    documents = queries.documents_visible_to(user).filter(submission__channel=Channel.POST)
    found = get_object_or_404(
        documents.select_related("submission").prefetch_related("parts"), public_id=public_id
    )
    batch = regrouping.batch_of(found)
    return found, get_object_or_404(queries.batches_visible_to(user), pk=batch.pk if batch else None)


@require_POST
def turn(request: HttpRequest, batch: uuid.UUID, number: int) -> HttpResponse:
    """A page lay the wrong way round in the scanner. A quarter to the right unless said otherwise."""
    found = get_object_or_404(queries.batches_visible_to(staff(request)), public_id=batch)
    degrees = request.POST.get("degrees", "90")
    try:
        turn_page(found, number, int(degrees) if degrees.isdecimal() else 0, counter(request))
    except (Page.DoesNotExist, ValueError):
        raise Http404 from None
    except HandworkFailed:
        messages.warning(request, _("Die Seite ließ sich nicht drehen. Das Bild ist geblieben, wie es war."))
    return redirect("post:batch_page", found.public_id, number)
