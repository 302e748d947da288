"""One case: who she is, the three dates, what is there, what is missing, what happened, what can be done."""

from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import access, actions, applications, helping, judging, notices, papers, queries, timeline
from casework import appointments as talks
from casework import messages as messaging
from casework.catalogue import catalogue
from casework.catalogue.flow import SummarySection, summary
from casework.deadlines import inaction_clock
from casework.models import Case, Document, Notice, Submission
from casework.review.common import (
    actor_of,
    case_or_404,
    caseworkers_documents,
    requirement_or_404,
    say,
    submission_or_404,
    to,
    today,
    user_of,
    uuid_or_404,
)
from casework.review.forms import RequestForm
from casework.workflow import DocumentState, IllegalTransition, RequirementState

UNDECIDED = (DocumentState.IN_CASE, DocumentState.OPENED)
TO_COME = (RequirementState.MISSING, RequirementState.RESEND, RequirementState.ELSEWHERE)


@dataclass(frozen=True)
class Arrival:
    """A submission with what was said in it."""

    submission: Submission
    answers: list[SummarySection]
    to_confirm: bool  # joined by what proves nothing about who sent it
    evidence: tuple[str, ...]  # if joined by likeness: why (templates/review/_evidence.html)


@dataclass(frozen=True)
class Group:
    state: str  # open, resend, accepted
    documents: list[Document]


@require_safe
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = case_or_404(request, public_id)
    actions.view_case(found, actor_of(request))
    return render(request, "review/case.html", _everything(request, found))


def _everything(request: HttpRequest, case: Case) -> dict[str, object]:
    user = user_of(request)
    submissions = list(queries.with_documents(case.submissions.all()).order_by("received_at", "pk"))
    documents = [document for submission in submissions for document in submission.documents.all()]
    earlier = papers.earlier_of(documents, caseworkers_documents(user))
    for document in documents:
        document.likeness = earlier.get(document.pk)  # type: ignore[attr-defined]  # for its row in the template
    lines = timeline.for_staff(case, submissions)
    requirements = queries.requirements_of(case)
    evidence = judging.why_linked(submissions)
    return {
        "case": case,
        "section": "inbox",
        "clock": inaction_clock(case.application_day, "application", today()),
        "others": queries.others_looking(case, user),
        "colleagues": queries.colleagues(user, case),
        "requirements": requirements,
        "message_count": case.messages.count(),
        "unread": messaging.unread_by_office(case).count(),
        "changes": list(case.person.address_changes.filter(case=case)),
        "call": case.calls.filter(done_at=None).first(),
        "appointment": talks.standing(case),
        "notices": _notices(case),
        "wish": notices.wish_of(case),
        "notice_email": notices.email_of(case),
        "no_address": not notices.has_address(case.person),
        "helpers": [helper for helper in helping.all_of([case]) if helping.is_open(helper)],
        "waiting": sum(requirement.state in TO_COME for requirement in requirements),
        "today": today(),
        "groups": _groups(documents),
        "first": next((document for document in documents if document.state in UNDECIDED), None),
        "comparison": applications.compare(case, submissions, get_language() or "de"),
        "arrivals": [_arrival(submission, evidence) for submission in submissions],
        "lines": [line for line in lines if line.kind not in access.KINDS],
        "looks": _without_repeats([line for line in lines if line.kind in access.KINDS]),
    }


def _notices(case: Case) -> list[Notice]:
    """The newest first; older ones stand in the story."""
    return list(case.notices.defer("pdf").prefetch_related("items").order_by("-pk")[:10])


def _groups(documents: list[Document]) -> list[Group]:
    """What has to be looked at comes first."""
    groups = [
        Group("open", [d for d in documents if d.state in UNDECIDED]),
        Group("resend", [d for d in documents if d.state == DocumentState.RESEND]),
        Group("accepted", [d for d in documents if d.state == DocumentState.ACCEPTED]),
    ]
    return [group for group in groups if group.documents]


def _arrival(submission: Submission, evidence: dict[int, tuple[str, ...]]) -> Arrival:
    service = catalogue().service(submission.service, version=submission.service_version)
    answers = summary(service, submission.answers, get_language() or "de") if submission.answers else []
    of_a_helper = submission.sent_by_id is not None
    to_confirm = submission.case is not None and not submission.shows_case and not of_a_helper
    return Arrival(submission, answers, to_confirm, evidence.get(submission.pk, ()))


def _without_repeats(lines: list[timeline.Line]) -> list[timeline.Line]:
    """Of the same look again and again only the newest of each day."""
    groups = groupby(lines, key=lambda line: (line.kind, line.user, line.document, line.at.date()))
    return [next(group) for _, group in groups]


# --- acting


@require_POST
def assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = case_or_404(request, public_id)
    chosen = request.POST.get("assignee", "")
    colleague = None
    if chosen != "nobody":
        candidates = queries.colleagues(user_of(request), found)
        colleague = get_object_or_404(candidates, pk=int(chosen) if chosen.isdecimal() else None)
    actions.assign(found, colleague, actor_of(request))
    say(request, "assigned" if colleague else "unassigned", colleague=colleague)
    return to("case", public_id)


@require_POST
def choose_answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which of the differing answers to a question holds; without one of them: none does any longer."""
    found = case_or_404(request, public_id)
    key, seen, chosen = (request.POST.get(name, "") for name in ("question", "seen", "submission"))
    try:
        if chosen:
            submission = get_object_or_404(found.submissions, public_id=uuid_or_404(chosen))
            applications.choose(found, key, submission, seen, actor_of(request))
        else:
            applications.take_back(found, key, seen, actor_of(request))
    except IllegalTransition:
        say(request, "answers_moved", level=messages.WARNING)
    else:
        say(request, "answer_chosen" if chosen else "answer_choice_undone")
    return to("case", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A page that says what closing means, then the act."""
    found = case_or_404(request, public_id)
    if request.method != "POST":
        actions.view_case(found, actor_of(request))
        requirements = queries.requirements_of(found)
        undecided = queries.documents_visible_to(user_of(request)).filter(
            submission__case=found, state__in=UNDECIDED
        )
        context = {
            "case": found,
            "section": "inbox",
            "undecided": undecided.count(),
            "waiting": sum(requirement.state in TO_COME for requirement in requirements),
        }
        return render(request, "review/close.html", context)
    try:
        actions.close_case(found, actor_of(request))
    except IllegalTransition:
        say(request, "already_closed", level=messages.WARNING)
    else:
        say(request, "closed")
    return to("case", public_id)


@require_POST
def reopen(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = case_or_404(request, public_id)
    try:
        actions.reopen_case(found, actor_of(request))
    except IllegalTransition:
        say(request, "already_open", level=messages.WARNING)
    else:
        say(request, "reopened")
    return to("case", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def request_paper(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = case_or_404(request, public_id)
    initial = {"kind": request.GET.get("papier", ""), "reason": request.GET.get("grund", "")}
    form = RequestForm(request.POST or None, today=today(), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        requirement = actions.request_paper(
            found,
            given["kind"],
            given["reason"],
            given["due_on"],
            actor_of(request),
            note=given["note"],
            comes_from="someone_else" if given["someone_else"] else "self",
        )
        say(request, "requested", requirement=requirement)
        return to("case", public_id)
    status = 400 if form.errors else 200
    actions.view_case(found, actor_of(request))
    return render(
        request, "review/request.html", {"case": found, "form": form, "section": "inbox"}, status=status
    )


@require_POST
def waive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    requirement = requirement_or_404(request, public_id)
    actions.waive(requirement, actor_of(request))
    say(request, "waived", requirement=requirement)
    return to("case", requirement.case.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def separate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A page that says what separating does, then the act; it can be linked again at once."""
    submission = submission_or_404(request, public_id)
    if submission.case is None:
        say(request, "already_separate", level=messages.WARNING)
        return to("link", public_id)
    if request.method != "POST":
        actions.view_case(submission.case, actor_of(request))
        others = submission.case.submissions.exclude(pk=submission.pk).count()
        context = {
            "submission": submission,
            "case": submission.case,
            "others": others,
            "section": "inbox",
        }
        return render(request, "review/separate.html", context)
    seen = case_or_404(request, uuid_or_404(request.POST.get("case", "")))
    try:
        actions.separate(submission, actor_of(request), case=seen)
    except IllegalTransition:
        say(request, "moved_meanwhile", level=messages.WARNING)
        return to("case", seen.public_id)
    say(request, "separated", submission=submission)
    return to("link", public_id)


@require_POST
def confirm_join(request: HttpRequest, public_id: UUID) -> HttpResponse:
    submission = submission_or_404(request, public_id)
    actions.confirm_join(submission, actor_of(request))
    if submission.case is None:
        return to("link", public_id)
    say(request, "confirmed", submission=submission)
    return to("case", submission.case.public_id)
