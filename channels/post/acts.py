"""What is done with one letter beside scanning it: forwarded, recounted, withdrawn, its receipt sent."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework import closing, mailroom, originals, receipts
from casework.clock import berlin_day
from casework.models import Submission
from casework.workflow import IllegalTransition
from channels.post import letters
from channels.post.act_forms import (
    AddressForm,
    EmailForm,
    ForwardForm,
    GiveBackForm,
    MistakeForm,
    OriginalForm,
    ReportForm,
    SheetsForm,
)
from channels.post.views import counter, staff


def _act(
    request: HttpRequest, letter: Submission, name: str, form: Any, act: Callable[[], None], done: str
) -> HttpResponse:
    """Do it if the form is right, else show the letter again with what is wrong."""
    if not form.is_valid():
        return letters.show(request, letter, **{name: form})
    try:
        act()
        messages.success(request, done)
    except IllegalTransition:
        messages.warning(request, _("Jemand hat den Brief inzwischen geändert. Bitte sehen Sie nach."))
    except mailroom.HasPapers:
        messages.warning(
            request, _("Zu dem Brief gehören schon Seiten. Legen Sie sie zuerst zurück in den Stapel.")
        )
    except originals.NotDue:
        messages.warning(request, _("Das Original ist nicht mehr hier."))
    return redirect("post:letter", letter.public_id)


@require_POST
def forward(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    form = ForwardForm(request.POST, arrived_on=berlin_day(found.received_at))

    def act() -> None:
        mailroom.forward(found, form.cleaned_data["to"], form.cleaned_data["on"], counter(request))

    return _act(request, found, "forward_form", form, act, _("Eingetragen: Der Brief ist weitergeleitet."))


@require_POST
def undo_forward(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    return _undo(
        request,
        found,
        lambda: mailroom.undo_forward(found, counter(request)),
        _("Der Brief ist wieder ohne Zuordnung."),
    )


@require_POST
def mistake(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    form = MistakeForm(request.POST)

    def act() -> None:
        mailroom.mark_mistaken(found, form.cleaned_data["reason"], counter(request))

    done = _("Eingetragen: aus Versehen registriert. Der Beleg bleibt gültig und sagt es.")
    return _act(request, found, "mistake_form", form, act, done)


@require_POST
def undo_mistake(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    return _undo(
        request, found, lambda: mailroom.undo_mistaken(found, counter(request)), _("Der Brief zählt wieder.")
    )


def _undo(request: HttpRequest, letter: Submission, act: Callable[[], None], done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except IllegalTransition:
        messages.warning(request, _("Jemand hat den Brief inzwischen geändert. Bitte sehen Sie nach."))
    return redirect("post:letter", letter.public_id)


@require_POST
def recount(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    form = SheetsForm(request.POST)

    def act() -> None:
        mailroom.recount(found, form.cleaned_data["sheets"], counter(request))

    return _act(request, found, "sheets_form", form, act, _("Die Zahl der Blätter ist geändert."))


@require_POST
def report(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    form = ReportForm(request.POST)

    def act() -> None:
        mailroom.report_trouble(found, form.cleaned_data["problem"], counter(request))

    return _act(request, found, "report_form", form, act, _("Der Brief steht jetzt bei den Störungen."))


@require_POST
def mail_receipt(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    form = EmailForm(request.POST)

    def act() -> None:
        mailroom.mail_receipt_to(found, form.cleaned_data["email"], counter(request))

    return _act(request, found, "email_form", form, act, _("Der Beleg geht per E-Mail hinaus."))


@require_POST
def receipt_letter(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    """The receipt as a letter for a window envelope; the address is only printed."""
    found = letters.letter_or_404(staff(request), letter)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return letters.show(request, found, address_form=form)
    receipt = receipts.receipt_of(found)
    pdf = closing.pdf_of(
        "letters/receipt_letter.html", {"receipt": receipt, "to": form.cleaned_data}, receipt.language
    )
    mailroom.receipt_letter_made(found, counter(request))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}-brief.pdf"'
    return response


# --- the paper


@require_POST
def keep_original(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    form = OriginalForm(request.POST)

    def act() -> None:
        given = form.cleaned_data
        originals.place([found], given["place"], counter(request), given["keep_until"])
        originals.ask_back(found, given["asked_back"], counter(request))

    return _act(request, found, "original_form", form, act, _("Die Aufbewahrung ist eingetragen."))


@require_POST
def give_back(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letters.letter_or_404(staff(request), letter)
    form = GiveBackForm(request.POST)

    def act() -> None:
        originals.give_back(found, form.cleaned_data["to"], form.cleaned_data["on"], counter(request))

    return _act(request, found, "back_form", form, act, _("Eingetragen: Das Original ist zurück."))
