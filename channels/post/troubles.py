"""One list of what cannot go its usual way: what it is, since when, who has it, what next."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import mailroom, queries
from casework.catalogue import Reason, catalogue
from casework.models import Batch, Submission, Trouble
from casework.pictures import original
from channels.post.act_forms import OUTCOME_WORDS, SettleForm, SheetsForm
from channels.post.views import counter, staff

SHOWN = 200
SETTLED_SHOWN = 30


@dataclass(frozen=True)
class Line:
    """One trouble, whatever it is about; its row is missing while nobody has touched an unreadable stack."""

    problem: Reason
    since: datetime
    batch: Batch | None
    letter: Submission | None
    trouble: Trouble | None
    form: SettleForm

    @property
    def key(self) -> str:
        """Of its place on the page and of its forms."""
        thing = self.batch or self.letter
        return str(thing.public_id) if thing else ""

    @property
    def outcome_words(self) -> str:
        return str(OUTCOME_WORDS.get(self.trouble.outcome, "")) if self.trouble else ""


@require_safe
def troubles(request: HttpRequest) -> HttpResponse:
    return _list(request)


def _list(request: HttpRequest, wrong: SettleForm | None = None, about: str = "") -> HttpResponse:
    user = staff(request)
    lines = [_of_batch(batch) for batch in queries.unreadable_batches(user)[:SHOWN]]
    open_ones = queries.letter_troubles(user).filter(done_at=None).order_by("since", "pk")
    lines += [_of_letter(trouble) for trouble in open_ones[:SHOWN]]
    lines = [
        Line(line.problem, line.since, line.batch, line.letter, line.trouble, wrong)
        if wrong is not None and line.key == about
        else line
        for line in sorted(lines, key=lambda line: line.since)
    ]
    of_stacks = Trouble.objects.filter(batch__isnull=False).values("pk")
    of_letters = queries.letter_troubles(user).values("pk")
    settled = Trouble.objects.filter(Q(pk__in=of_stacks) | Q(pk__in=of_letters)).exclude(done_at=None)
    settled = settled.select_related("batch__file", "submission", "taken_by", "done_by")
    context = {
        "section": "post",
        "lines": lines,
        "form": wrong,
        "settled": [
            _of_batch(row.batch) if row.batch else _of_letter(row)
            for row in settled.order_by("-done_at")[:SETTLED_SHOWN]
        ],
    }
    return render(request, "counter/troubles.html", context)


def _of_batch(batch: Batch) -> Line:
    trouble: Trouble | None = getattr(batch, "trouble", None)
    problem = catalogue().problem(batch.file.fault or (trouble.problem if trouble else "damaged"))
    since = batch.file.read_at or batch.scanned_at
    form = SettleForm(prefix=str(batch.public_id))
    return Line(problem, since, batch, None, trouble, form)


def _of_letter(trouble: Trouble) -> Line:
    letter = trouble.submission
    assert letter is not None
    form = SettleForm(prefix=str(letter.public_id))
    return Line(catalogue().problem(trouble.problem), trouble.since, None, letter, trouble, form)


@require_POST
def act(request: HttpRequest, thing: uuid.UUID, what: str) -> HttpResponse:
    """ "nehmen", "kopie", "erledigt" or "offen", about a stack or a letter by its public id."""
    user, actor = staff(request), counter(request)
    subject = _subject(request, thing)
    if what == "nehmen":
        mailroom.take_trouble(subject, user, actor)
        messages.success(request, _("Notiert: Sie kümmern sich darum."))
    elif what == "erledigt":
        form = SettleForm(request.POST, prefix=str(thing))
        if not form.is_valid():
            return _list(request, form, str(thing))
        given = form.cleaned_data
        mailroom.settle_trouble(subject, given["outcome"], given["note"], user, actor)
        messages.success(request, _("Die Störung ist erledigt."))
    elif isinstance(subject, Trouble):
        if what == "kopie" and subject.submission is not None:
            mailroom.ask_copy(subject, actor)
            messages.success(
                request, _("Die Bitte um eine neue Kopie steht jetzt beim Stand der Unterlagen.")
            )
        elif what == "offen":
            mailroom.reopen_trouble(subject, actor)
            messages.success(request, _("Die Störung ist wieder offen."))
    return redirect("post:troubles")


def _subject(request: HttpRequest, thing: uuid.UUID) -> Trouble | Batch:
    """Errors: Http404."""
    user = staff(request)
    found = queries.letter_troubles(user).filter(submission__public_id=thing).first()
    found = found or Trouble.objects.filter(batch__public_id=thing).first()
    if found is not None:
        return found
    return get_object_or_404(queries.unreadable_batches(user), public_id=thing)


@require_http_methods(["GET", "HEAD", "POST"])
def take_file(request: HttpRequest, batch: uuid.UUID) -> HttpResponseBase:
    """The file of a stack as the scanner wrote it: behind an extra step, and written down."""
    found = get_object_or_404(queries.batches_visible_to(staff(request)), public_id=batch)
    if request.method != "POST":
        return render(request, "counter/take_file.html", {"section": "post", "batch": found})
    mailroom.take_batch_file(found, counter(request))
    return original(found.file)


@require_POST
def recount(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """The sheets of a stack were counted again."""
    found = get_object_or_404(queries.batches_visible_to(staff(request)), public_id=batch)
    form = SheetsForm(request.POST)
    context: dict[str, Any] = {"section": "post", "batch": found, "form": form}
    if not form.is_valid():
        return render(request, "counter/recount.html", context)
    mailroom.recount_batch(found, form.cleaned_data["sheets"], counter(request))
    messages.success(request, _("Die Zahl der Blätter ist geändert."))
    return redirect("post:day", found.arrived_on.isoformat())
