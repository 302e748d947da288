"""One letter: what is in it, whose it is, and putting right what went wrong."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework import actions, queries
from casework.catalogue import UnknownEntry, catalogue
from casework.lookup import find_people
from casework.models import Case, Document, Submission, User
from casework.workflow import CaseState, IllegalTransition, SubmissionState
from channels.post.forms import KindForm, PersonForm, ServiceForm
from channels.post.more import context_of
from channels.post.sheets import sheet_check
from channels.post.views import counter, staff, written


@require_safe
def letter(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    return show(request, letter_or_404(staff(request), letter))


def show(
    request: HttpRequest, found: Submission, person_form: PersonForm | None = None, **wrong: Any
) -> HttpResponse:
    """The page of a letter; `wrong`: a form of its part "more" that was sent with mistakes, by its name."""
    user = staff(request)
    unassigned = found.state == SubmissionState.UNASSIGNED
    typed = request.GET.get("suche", "").strip()[:200]
    if unassigned and "suche" not in request.GET:
        typed = _first_guess(found)
    documents = list(found.documents.all())
    pages = sum(document.page_count or 0 for document in documents)
    if found.case is not None:
        for document in documents:
            actions.look_at(document, counter(request))
    service = catalogue().service(found.service, version=found.service_version)
    context = {
        "section": "post",
        "letter": found,
        "documents": [
            (
                document,
                _pictures(document),
                KindForm(initial={"kind": document.kind}, prefix=str(document.pk)),
            )
            for document in documents
        ],
        "pages": pages,
        "check": sheet_check(found.sheets, pages) if documents else "",
        "service": service,
        "case_service": _case_service(found.case) if found.case else None,
        "unassigned": unassigned,
        "unclear": _unclear(found) if unassigned else None,
        "typed": typed,
        "people": _people(user, typed) if unassigned and typed else [],
        "form": person_form or PersonForm(initial=_given(found)),
        "wrong_person": person_form is not None,
        "service_form": ServiceForm() if unassigned and not service.opens_case else None,
        **context_of(found, **wrong),
    }
    return render(request, "counter/letter.html", context)


@require_POST
def link(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    """To an open case ("case"), or to a new case of a person ("person")."""
    found = letter_or_404(staff(request), letter)
    people = queries.people_visible_to(staff(request))
    try:
        if request.POST.get("case"):
            cases = Case.objects.filter(person__in=people, state=CaseState.OPEN)
            actions.link(found, get_object_or_404(cases, public_id=_uuid(request, "case")), counter(request))
        else:
            person = get_object_or_404(people, public_id=_uuid(request, "person"))
            actions.link_to_new_case(found, person, found.service, counter(request))
        messages.success(request, _("Der Brief ist zugeordnet."))
    except IllegalTransition:
        messages.warning(request, _("Jemand hat den Brief inzwischen schon zugeordnet."))
    return redirect("post:letter", found.public_id)


@require_POST
def new_person(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    """Somebody the office does not know yet. An application then opens her case at once."""
    found = letter_or_404(staff(request), letter)
    form = PersonForm(request.POST)
    if not form.is_valid():
        return show(request, found, form)
    person = actions.create_person(form.sender(), found.language)
    service = catalogue().service(found.service, version=found.service_version)
    if not service.opens_case:
        messages.success(request, _("Die Person ist angelegt. Sie hat noch keinen offenen Fall."))
        return redirect("post:letter", found.public_id)
    try:
        actions.link_to_new_case(found, person, found.service, counter(request))
        messages.success(request, _("Die Person und ihr Fall sind angelegt. Der Brief ist zugeordnet."))
    except IllegalTransition:
        messages.warning(request, _("Jemand hat den Brief inzwischen schon zugeordnet."))
    return redirect("post:letter", found.public_id)


@require_POST
def separate(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    found = letter_or_404(staff(request), letter)
    try:
        actions.separate(found, counter(request))
        messages.success(
            request, _("Der Brief ist wieder ohne Zuordnung. Seine Daten und Papiere sind noch da.")
        )
    except IllegalTransition:
        messages.warning(request, _("Der Brief gehört inzwischen zu keinem Fall mehr."))
    return redirect("post:letter", found.public_id)


@require_POST
def application(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    """The letter is an application: the day it arrived counts."""
    found = letter_or_404(staff(request), letter)
    form = ServiceForm(request.POST)
    if form.is_valid() and found.state == SubmissionState.UNASSIGNED:
        actions.declare_application(found, form.cleaned_data["service"], counter(request))
        messages.success(request, _("Der Brief zählt jetzt als Antrag, vom Tag seines Eingangs an."))
    return redirect("post:letter", found.public_id)


@require_POST
def kind(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    found = _document(staff(request), document)
    form = KindForm(request.POST, prefix=str(found.pk))
    if form.is_valid():
        actions.correct_kind(found, form.cleaned_data["kind"], counter(request))
        messages.success(request, _("Die Art des Papiers ist geändert."))
    return redirect("post:letter", found.submission.public_id)


@require_POST
def withdraw(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """A paper scanned into the wrong letter: its pages go back to their batch."""
    found = _document(staff(request), document)
    batch = next((part.file.batch for part in found.parts.select_related("file__batch")), None)
    try:
        actions.withdraw_scan(found, counter(request))
        messages.success(request, _("Die Seiten liegen wieder im Stapel und können neu zugeordnet werden."))
    except IllegalTransition:
        messages.warning(
            request,
            _("Über dieses Papier ist schon entschieden. Bitte sprechen Sie mit der Sachbearbeitung."),
        )
    except ValueError:  # not from a stack: what somebody handed over is never taken away
        raise Http404 from None
    if batch is None or request.POST.get("back") == "letter":
        return redirect("post:letter", found.submission.public_id)
    return redirect("post:batch", batch.public_id)


def _pictures(document: Document) -> list[tuple[uuid.UUID, int]]:
    """File and number of every page of a paper, in its order."""
    return [
        (part.file_id, number)
        for part in document.parts.all()
        for number in range(part.first_page or 1, (part.last_page or part.file.page_count) + 1)
    ]


def _people(user: User, typed: str) -> list[dict[str, Any]]:
    """Those found, each with her open cases and what they are about."""
    return [
        {
            "person": person,
            "cases": [
                {"case": case, "service": _case_service(case)}
                for case in person.cases.all()
                if case.state == CaseState.OPEN
            ],
        }
        for person in find_people(user, typed)
    ]


def _case_service(case: Case) -> Any:
    return catalogue().service(case.service, version=case.service_version)


def _first_guess(found: Submission) -> str:
    """What to search first: the strongest thing the letter says."""
    given = found.sender
    number = found.answers.get("number") or given.get("customer_number") or given.get("household_number")
    if number:
        return str(number)
    return f"{given.get('family_name', '')} {given.get('given_name', '')}".strip()


def _given(found: Submission) -> dict[str, Any]:
    """The sender as the letter gave it, for a new person."""
    given = found.given
    return {
        "family_name": given.family_name,
        "given_name": given.given_name,
        "customer_number": given.customer_number,
        "household_number": given.household_number,
        "birth_date": written(given.birth_date) if given.birth_date else "",
    }


def _unclear(found: Submission) -> Any:
    try:
        return catalogue().unclear_reason(found.unclear)
    except UnknownEntry:
        return None


def _uuid(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        return None


def letter_or_404(user: User, public_id: uuid.UUID) -> Submission:
    letters = queries.with_documents(queries.submissions_visible_to(user).filter(queries.ON_PAPER))
    letters = letters.select_related("case__person", "recorded_by", "original", "trouble")
    return get_object_or_404(letters, public_id=public_id)


def _document(user: User, public_id: uuid.UUID) -> Document:
    documents = queries.documents_visible_to(user).filter(
        submission__in=Submission.objects.filter(queries.ON_PAPER)
    )
    return get_object_or_404(documents.select_related("submission"), public_id=public_id)
