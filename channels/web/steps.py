"""Answering: one step of the catalogue a page, saved at every POST."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casework.catalogue import Step, UnknownEntry
from casework.catalogue.flow import person_name
from channels.forms import StepForm, form_class, may_add_entry
from channels.models import Draft
from channels.web import drafts, journey
from channels.web.access import with_draft

# Buttons beside "go on"; for them an answer may be missing.
LATER, SKIP, BACK = "later", "skip", "back"
BY_ITSELF = "save"  # the script's, when a field is left


@require_safe
@with_draft
def go_on(request: HttpRequest, draft: Draft) -> HttpResponse:
    return redirect(journey.where_it_stopped(draft))


@with_draft
def step(request: HttpRequest, draft: Draft, step: str) -> HttpResponse:
    chosen = _step(draft, step)
    if journey.position(draft, chosen) is None:
        return redirect(journey.after(draft, chosen))
    if chosen.repeat:
        return _entries(request, draft, chosen)
    form = form_class(chosen, draft.answers)(request.POST if request.method == "POST" else None)
    if form.is_bound and BY_ITSELF in request.POST:
        drafts.save_answers(draft, form)
        return HttpResponse(status=204)
    if form.is_bound and _saved(request, draft, form):
        return redirect(_onward(request, draft, chosen))
    return _page(request, draft, chosen, form)


@with_draft
def entry(request: HttpRequest, draft: Draft, step: str, number: int | None = None) -> HttpResponse:
    """One entry of a repeated step: a new one, or number so-and-so (from 1)."""
    chosen = _step(draft, step)
    entries = reverse("web:step", args=[draft.public_id, chosen.key])
    count = len(draft.answers.get(chosen.key) or [])
    known = may_add_entry(chosen, draft.answers) if number is None else 1 <= number <= count
    if not chosen.repeat or not known or journey.position(draft, chosen) is None:
        return redirect(entries)
    index = None if number is None else number - 1
    form = form_class(chosen, draft.answers, entry=index)(request.POST if request.method == "POST" else None)
    if form.is_bound and _saved(request, draft, form):
        leaving = _leaving(request)
        return redirect(_onward(request, draft, chosen) if leaving else f"{entries}{_query(request)}")
    return _page(request, draft, chosen, form, among_others=count > 0)


@require_safe
@with_draft
def saved(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The code to go on with, big and printable."""
    return render(request, "citizen/saved.html", {"draft": draft, "service": drafts.service_of(draft)})


def _step(draft: Draft, key: str) -> Step:
    try:
        return drafts.service_of(draft).step(key)
    except UnknownEntry as error:
        raise Http404 from error


def _entries(request: HttpRequest, draft: Draft, step: Step) -> HttpResponse:
    """The list of a repeated step. Empty: straight to the first entry."""
    if request.method == "POST":
        if marked := request.POST.get("remove"):
            drafts.remove_entry(draft, step, marked)
            return redirect(f"{request.path}{_query(request)}")
        return redirect(_onward(request, draft, step))
    given = draft.answers.get(step.key) or []
    if not given:
        return redirect(reverse("web:entry_new", args=[draft.public_id, step.key]) + _query(request))
    people = any(question.key == "given_name" for question in step.questions)
    return render(
        request,
        "citizen/entries.html",
        {
            **_frame(request, draft, step),
            "people": people,
            "entries": [
                {"name": person_name(one), "mark": drafts.mark(one), "number": number}
                for number, one in enumerate(given, start=1)
            ],
            "may_add": may_add_entry(step, draft.answers),
        },
    )


def _saved(request: HttpRequest, draft: Draft, form: StepForm) -> bool:
    """Keep what can be read; true if the visitor may go where she wants to go.

    Nothing that was typed is dropped: what cannot be read holds her on the page, whatever button it was.
    """
    complete = form.is_valid()
    fine = complete or (_leaving(request) and drafts.is_missing_only(form))
    if not form.step.repeat or (fine and form.cleaned_answers()):
        drafts.save_answers(draft, form)
    return fine


def _leaving(request: HttpRequest) -> bool:
    return any(button in request.POST for button in (LATER, SKIP, BACK))


def _onward(request: HttpRequest, draft: Draft, step: Step) -> str:
    if LATER in request.POST:
        return reverse("web:saved", args=[draft.public_id])
    if BACK in request.POST:
        return journey.before(draft, step)
    if _query(request):
        return reverse("web:check", args=[draft.public_id])
    return journey.after(draft, step)


def _query(request: HttpRequest) -> str:
    """Kept on the way: whoever came from the check page returns there."""
    return "?pruefen" if "pruefen" in request.GET else ""


def _page(
    request: HttpRequest, draft: Draft, step: Step, form: StepForm, *, among_others: bool = False
) -> HttpResponse:
    """among_others: an entry of a list that can be gone back to."""
    skippable = any(field.required for field in form.fields.values())
    more = {"form": form, "among_others": among_others, "skippable": skippable}
    return render(request, "citizen/step.html", {**_frame(request, draft, step), **more})


def _frame(request: HttpRequest, draft: Draft, step: Step) -> dict[str, object]:
    return {
        "draft": draft,
        "service": drafts.service_of(draft),
        "step": step,
        "position": journey.position(draft, step),
        "length": journey.length(draft),
        "checking": bool(_query(request)),
    }
