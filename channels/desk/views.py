"""The desk's screens: find the person, record what she brings, give her the receipt."""

import secrets
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import actions, covers, finding, people, queries
from casework.catalogue import Service, UnknownEntry, catalogue
from casework.envelope import Actor, Role
from casework.models import Case, Person, Submission, User
from casework.workflow import CaseState
from channels.desk import adapter
from channels.desk.forms import PersonForm, SearchForm
from channels.desk.recording import Recording
from channels.desk.search import Wanted, wanted
from channels.fields import month_names

FEW = 20  # results; with more of them the clerk asks for the birth date
SEARCHES = 20  # kept per session


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "portal.access lets only the desk in"
    return request.user


def _actor(request: HttpRequest) -> Actor:
    return Actor(Role.DESK, _user(request).pk)


def _person(request: HttpRequest, person_id: UUID) -> Person:
    visible = queries.people_visible_to(_user(request)).select_related("household")
    return get_object_or_404(visible, public_id=person_id)


# --- finding


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The search is kept in the session: names and birth dates do not belong into addresses and logs."""
    searches: dict[str, str] = request.session.get("desk_searches", {})
    if request.method == "POST":
        form = SearchForm(request.POST)
        if form.is_valid():
            key = secrets.token_urlsafe(6)
            kept = [*searches.items(), (key, form.cleaned_data["text"])][-SEARCHES:]
            request.session["desk_searches"] = dict(kept)
            return redirect(f"{reverse('desk:start')}?suche={key}")
        return render(request, "desk/start.html", _start(request, form))
    key = request.GET.get("suche", "")
    if key not in searches:
        form = SearchForm()
        form.fields["text"].widget.attrs["autofocus"] = True  # a number may be scanned at once
        return render(request, "desk/start.html", _start(request, form))
    text = searches[key]
    meant = _meant(text)
    holders, similar = _found(_user(request), meant)
    if len(holders) == 1:
        return redirect("desk:person", holders[0].public_id)
    found = holders + [person for person in similar if person not in holders]
    context = _start(request, SearchForm(initial={"text": text})) | {
        "searched": text,
        "search": key,
        "meant": meant,
        "found": found[:FEW],
        "more": len(found) > FEW,
        "waiting": finding.unassigned_with(_user(request), number=meant.number, secret=meant.secret),
    }
    return render(request, "desk/start.html", context)


def _start(request: HttpRequest, form: SearchForm) -> dict[str, object]:
    return {"section": "desk", "form": form, "today": finding.recorded_today(_user(request))[:50]}


def _meant(text: str) -> Wanted:
    return wanted(text, timezone.localdate(), month_names())


def _found(user: User, meant: Wanted) -> tuple[list[Person], list[Person]]:
    """Holders of a number typed, and those whose name or birth date fits."""
    holders = finding.people_with_key(
        user,
        customer_number=meant.customer_number,
        household_number=meant.household_number,
        number=meant.number,
        secret=meant.secret,
    )
    similar = finding.people_like(user, meant.words, meant.birth_dates)
    return list(holders[: FEW + 1]), list(similar[: FEW + 1])


# --- people


@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Somebody the office does not know yet. Whoever has the same name and birth date is shown first."""
    context: dict[str, object] = {"section": "desk"}
    if request.method == "POST":
        form = PersonForm(request.POST)
        if form.is_valid():
            others = _uuids(request.POST.getlist("other"))
            try:
                made = people.create_unless_known(form.sender(), "de", others=others)
            except people.PersonKnown as error:
                context |= {"known": error.known, "number_taken": error.number_taken}
            else:
                return redirect("desk:person", made.public_id)
    else:
        text = request.session.get("desk_searches", {}).get(request.GET.get("suche", ""), "")
        form = PersonForm(initial=_as_typed(_meant(text)) if text else None)
    return render(request, "desk/new_person.html", context | {"form": form})


def _as_typed(meant: Wanted) -> dict[str, object]:
    given, family = meant.names
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": meant.birth_dates[0] if len(meant.birth_dates) == 1 else None,
        "customer_number": meant.customer_number,
        "household_number": meant.household_number,
    }


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@require_safe
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    found = _person(request, person_id)
    cases = _cases_seen(request, found)
    context = {
        "section": "desk",
        "person": found,
        "cases": _with_papers(cases),
        "recommended": _services("recommended"),
        "services": _services("offered"),
        "search": request.GET.get("suche", ""),
    }
    return render(request, "desk/person.html", context)


def _cases_seen(request: HttpRequest, person: Person) -> list[Case]:
    """The person's cases, after the log says that the desk looked at the open ones (F4)."""
    cases = finding.cases_of(_user(request), person)
    for case in cases:
        if case.state == CaseState.OPEN:
            actions.view_case(case, _actor(request))
    return cases


def _with_papers(cases: list[Case]) -> list[dict[str, object]]:
    further = finding.further_papers(cases)
    return [
        {
            "case": case,
            "service": catalogue().service(case.service, version=case.service_version),
            "requirements": [
                {"requirement": requirement, "kind": catalogue().document_kind(requirement.kind)}
                for requirement in case.requirements.all()
            ],
            "sheets": case.state == CaseState.OPEN and bool(covers.to_come(case)),
            "further": [
                {"document": document, "kind": catalogue().document_kind(document.kind)}
                for document in further.get(case.pk, [])
            ],
        }
        for case in cases
    ]


def _services(offer: str) -> list[Service]:
    """What one can apply for at this desk, as the office wants it (F16)."""
    return [s for s in catalogue().services() if s.opens_case and s.channels.desk == offer]


@require_POST
def print_covers(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """A cover sheet for every paper the case still needs, as one PDF."""
    found = _person(request, person_id)
    case = next((c for c in finding.cases_of(_user(request), found) if c.public_id == case_id), None)
    requirements = covers.to_come(case) if case is not None else []
    if case is None or not requirements:
        raise Http404
    return covers.printed(case, requirements, _actor(request))


# --- recording


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, person_id: UUID, service: str = adapter.PAPERS) -> HttpResponse:
    found = _person(request, person_id)
    try:
        chosen = catalogue().service(service)
    except UnknownEntry as error:
        raise Http404 from error
    if not chosen.opens_case and service != adapter.PAPERS:
        raise Http404
    return _record(request, found, chosen)


@require_http_methods(["GET", "HEAD", "POST"])
def record_unnamed(request: HttpRequest) -> HttpResponse:
    """Somebody who does not say her name. It is received all the same and goes to the unassigned tray."""
    return _record(request, None, catalogue().service(adapter.PAPERS))


def _record(request: HttpRequest, found: Person | None, service: Service) -> HttpResponse:
    cases = finding.cases_of(_user(request), found) if found is not None else []
    sent = request.method == "POST"
    recording = Recording(
        actor=_actor(request),
        person=found,
        cases=cases,
        service=service,
        language=found.language if found is not None else "de",
        data=request.POST if sent else None,
        files=request.FILES if sent else None,
    )
    if recording.is_valid():
        ack = recording.receive()
        if ack is not None:
            again = "?schon=1" if ack.repeated else ""
            return redirect(reverse("desk:done", args=[ack.submission_id]) + again)
    context = {
        "section": "desk",
        "person": found,
        "service": service,
        "recording": recording,
        "cases": _with_papers(cases),
    }
    return render(request, "desk/record.html", context)


@require_safe
def done(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The receipt's number and the ways to print it; only for who recorded it, within a day."""
    visible = queries.with_documents(queries.submissions_visible_to(_user(request)))
    submission = get_object_or_404(visible, public_id=submission_id)
    context = {
        "section": "desk",
        "submission": submission,
        "papers": [
            {"document": document, "kind": catalogue().document_kind(document.kind)}
            for document in submission.documents.all()
        ],
        "unclear": _unclear(submission),
        "repeated": "schon" in request.GET,
    }
    return render(request, "desk/done.html", context)


def _unclear(submission: Submission) -> object:
    return catalogue().unclear_reason(submission.unclear) if submission.unclear else None
