"""One document: its pages as pictures we rendered, its facts, and the decision about it."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import actions, papers, pictures, queries
from casework.models import Document, Page, Part, User
from casework.review.common import actor_of, caseworkers_documents, document_or_404, say, to, today, user_of
from casework.review.forms import KindForm, RejectForm
from casework.workflow import DocumentState, IllegalTransition

UNDECIDED = (DocumentState.IN_CASE, DocumentState.OPENED)
DECIDED = (DocumentState.ACCEPTED, DocumentState.RESEND)


@dataclass(frozen=True)
class Sheet:
    """One page of a document; `page` is None while (or if) there is no picture of it."""

    number: int  # within the document, from 1
    part: Part
    in_file: int
    page: Page | None


@require_safe
def document(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = document_or_404(request, public_id)
    return _shown(request, found)


def _shown(
    request: HttpRequest,
    found: Document,
    *,
    reject: RejectForm | None = None,
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page of a document. Opening it is in the log before anything is shown."""
    actions.open_document(found, actor_of(request))
    found = document_or_404(request, found.public_id)
    user = user_of(request)
    parts = _parts(found)
    before, after = _neighbours(found, user)
    last = queries.last_decision(found)
    context = {
        "document": found,
        "submission": found.submission,
        "case": found.submission.case,
        "section": "inbox" if found.submission.case else "tray",
        "parts": parts,
        "sheets": [] if _infected(parts) else _sheets(parts),
        "infected": _infected(parts),
        "unread": any(part.file.read_at is None for part in parts),
        "undecided": found.state in UNDECIDED,
        "decided": found.state in DECIDED,
        "before": before,
        "after": after,
        "last": last,
        "decided_by": User.objects.filter(pk=last.actor_user or 0).first() if last else None,
        "reject": reject or RejectForm(today=today()),
        "rejecting": reject is not None,
        "kind_form": KindForm(today=today(), kind=found.kind),
        "form": reject,
        "stale": stale,
        "likenesses": papers.likenesses_of(found, caseworkers_documents(user)),
        "wanted": reject.cleaned_data if stale and reject is not None else None,
    }
    return render(request, "review/document.html", context, status=status)


def _parts(document: Document) -> list[Part]:
    return list(document.parts.select_related("file").order_by("position"))


def _infected(parts: list[Part]) -> bool:
    return any(part.file.virus == "found" for part in parts)


def _sheets(parts: list[Part]) -> list[Sheet]:
    rows = Page.objects.filter(file__in=[part.file_id for part in parts]).defer(
        "picture", "thumbnail", "words", "codes", "fields", "search", "fingerprint"
    )
    pages = {(page.file_id, page.number): page for page in rows}
    sheets: list[Sheet] = []
    for part, number in _numbered(parts):
        sheets.append(Sheet(len(sheets) + 1, part, number, pages.get((part.file_id, number))))
    return sheets


def _numbered(parts: list[Part]) -> list[tuple[Part, int]]:
    """Every page of a document with its number in its file, in order."""
    found: list[tuple[Part, int]] = []
    for part in parts:
        first = part.first_page or 1
        last = part.last_page or part.file.page_count
        found += [(part, number) for number in range(first, last + 1)]
    return found


def _siblings(document: Document, user: User) -> list[Document]:
    """All documents of the case in order of arrival; without a case, those of the submission."""
    visible = caseworkers_documents(user)
    if document.submission.case_id is not None:
        visible = visible.filter(submission__case=document.submission.case_id)
    else:
        visible = visible.filter(submission=document.submission_id)
    return list(visible.order_by("submission__received_at", "submission_id", "position"))


def _neighbours(document: Document, user: User) -> tuple[Document | None, Document | None]:
    siblings = _siblings(document, user)
    at = siblings.index(document)
    return (siblings[at - 1] if at else None), (siblings[at + 1] if at + 1 < len(siblings) else None)


def _next_to_check(document: Document, user: User) -> Document | None:
    """The next one nobody has decided on, after this one, then from the start."""
    siblings = _siblings(document, user)
    at = siblings.index(document)
    rest = siblings[at + 1 :] + siblings[:at]
    return next((one for one in rest if one.state in UNDECIDED), None)


@require_safe
def page(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """The picture of one page. No log row, no picture: whoever comes here directly opens the document."""
    found = document_or_404(request, public_id)
    parts = _parts(found)
    sheets = _numbered(parts)
    if _infected(parts) or not 1 <= number <= len(sheets):
        raise Http404
    if not queries.recently_opened(found, user_of(request)):
        actions.open_document(found, actor_of(request))
    part, in_file = sheets[number - 1]
    return pictures.page_picture(part.file, in_file)


# --- deciding


def _onwards(request: HttpRequest, found: Document) -> HttpResponse:
    """After a decision: the next document to check, else the case."""
    assert found.submission.case is not None  # a document outside a case cannot be decided on
    following = _next_to_check(found, user_of(request))
    if following is not None:
        return to("document", following.public_id)
    say(request, "all_checked")
    return to("case", found.submission.case.public_id)


@require_POST
def accept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = document_or_404(request, public_id)
    try:
        actions.accept(found, actor_of(request))
    except IllegalTransition:
        return _shown(request, found, stale=True, status=409)
    say(request, "accepted", document=found)
    return _onwards(request, found)


@require_POST
def reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = document_or_404(request, public_id)
    form = RejectForm(request.POST, today=today())
    if not form.is_valid():
        return _shown(request, found, reject=form, status=400)
    try:
        actions.reject(found, form.cleaned_data["reason"], form.cleaned_data["due_on"], actor_of(request))
    except IllegalTransition:
        return _shown(request, found, reject=form, stale=True, status=409)
    say(request, "rejected", document=found, due_on=form.cleaned_data["due_on"])
    return _onwards(request, found)


@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = document_or_404(request, public_id)
    try:
        actions.undo_decision(found, actor_of(request), seen=request.POST.get("seen", ""))
    except IllegalTransition:
        return _shown(request, found, stale=True, status=409)
    say(request, "undone", document=found)
    return to("document", public_id)


@require_POST
def correct_kind(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = document_or_404(request, public_id)
    form = KindForm(request.POST, today=today(), kind=found.kind)
    if form.is_valid():
        actions.correct_kind(found, form.cleaned_data["kind"], actor_of(request))
        say(request, "kind_corrected", kind=form.cleaned_data["kind"])
    else:
        say(request, "kind_unknown", level=messages.WARNING)
    return to("document", public_id)


# --- the file as received


@require_http_methods(["GET", "HEAD", "POST"])
def original(request: HttpRequest, public_id: UUID, position: int) -> HttpResponseBase:
    """The file byte for byte, behind a page that says what that means. Never one in which a virus was found,
    and never a scanned stack: it holds letters of other people.
    """
    found = document_or_404(request, public_id)
    part = next((part for part in _parts(found) if part.position == position), None)
    if part is None or part.first_page is not None or part.file.virus == "found":
        raise Http404
    if request.method != "POST":
        context = {"document": found, "part": part, "case": found.submission.case, "section": "inbox"}
        return render(request, "review/original.html", context)
    actions.take_original(found, actor_of(request))
    return pictures.original(part.file)
