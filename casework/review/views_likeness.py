"""Two papers side by side that may be one: what agrees, what differs, and a person's word on it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from casework import actions, papers
from casework.clock import database_now
from casework.matching.outcome import Answer
from casework.models import Document, Page, PageMatch, PaperLikeness
from casework.reading.recognised import Place, turned_place
from casework.review.common import actor_of, caseworkers_documents, document_or_404, say, to, user_of

FIGURES_DAYS = 30
WAITING = 50  # shown at once
_ROOM = 8  # pixels of a picture 1240 wide
_ANSWERS = {"same": Answer.SAME, "not_same": Answer.NOT_SAME, "undone": Answer.UNDONE}


@dataclass(frozen=True)
class Marked:
    """A page as it is drawn: its picture, and places on it in pixels."""

    document: Document
    number: int
    page: Page
    differing: list[tuple[float, float, float, float]]
    added: list[tuple[float, float, float, float]]


@dataclass(frozen=True)
class Pair:
    verdict: str
    reasons: list[str]
    mine: Marked
    theirs: Marked | None


@require_safe
def likeness(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """Both papers count as opened: whoever compares them reads them."""
    found, shown = _likeness_or_404(request, public_id, pk)
    for document in (shown.document, shown.earlier):
        actions.open_document(document, actor_of(request))
    context = {
        "document": found,
        "likeness": shown,
        "case": found.submission.case,
        "section": "inbox" if found.submission.case else "tray",
        "pairs": _pairs(shown),
    }
    return render(request, "review/likeness.html", context)


@require_POST
def answer(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    found, shown = _likeness_or_404(request, public_id, pk)
    said = _ANSWERS.get(request.POST.get("answer", ""))
    if said is None:
        raise Http404
    papers.answer(shown, said, actor_of(request))
    say(request, f"likeness_{said}")
    return to("likeness", found.public_id, pk)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """What waits for an answer; how many papers came more than once, and how. Only of what she may see."""
    since = database_now() - timedelta(days=FIGURES_DAYS)
    visible = caseworkers_documents(user_of(request))
    context = {
        "figures": papers.figures(visible, since),
        "waiting": papers.to_look_at(visible)[:WAITING],
        "days": FIGURES_DAYS,
        "minutes": papers.MINUTES_A_PAPER,
        "section": "likeness",
    }
    return render(request, "review/likeness_figures.html", context)


def _likeness_or_404(request: HttpRequest, public_id: UUID, pk: int) -> tuple[Document, PaperLikeness]:
    """Only when both papers may be seen; one of them is the paper of the address."""
    found = document_or_404(request, public_id)
    visible = caseworkers_documents(user_of(request))
    rows = PaperLikeness.objects.select_related(
        "document__submission__case__person", "earlier__submission__case__person", "answered_by"
    )
    shown = rows.filter(pk=pk, document__in=visible, earlier__in=visible).first()
    if shown is None or found.pk not in (shown.document_id, shown.earlier_id):
        raise Http404
    infected = shown.document.parts.filter(file__virus="found") | shown.earlier.parts.filter(
        file__virus="found"
    )
    if infected.exists():
        raise Http404
    return found, shown


def _pairs(shown: PaperLikeness) -> list[Pair]:
    """Each page of the later paper with the page of the earlier one that is most like it."""
    mine, theirs = papers.pages_of(shown.document), papers.pages_of(shown.earlier)
    rows = PageMatch.objects.filter(
        later__in=[page.pk for page in (*mine, *theirs)], earlier__in=[page.pk for page in (*mine, *theirs)]
    )
    best: dict[tuple[int, int], tuple[PageMatch, bool]] = {}
    for row in rows:
        best[row.later_id, row.earlier_id] = (row, False)
        best[row.earlier_id, row.later_id] = (row, True)
    pairs = []
    for number, page in enumerate(mine, start=1):
        like = [
            (best[page.pk, other.pk], at, other)
            for at, other in enumerate(theirs, start=1)
            if (page.pk, other.pk) in best
        ]
        if not like:
            pairs.append(Pair("new", [], Marked(shown.document, number, page, [], []), None))
            continue
        (match, swapped), at, other = max(
            like, key=lambda one: (one[0][0].verdict == "same", one[0][0].score)
        )
        here, there = (1, 0) if swapped else (0, 1)
        pairs.append(
            Pair(
                match.verdict,
                list(match.reasons),
                _marked(shown.document, number, page, match, here),
                _marked(shown.earlier, at, other, match, there),
            )
        )
    return pairs


def _marked(document: Document, number: int, page: Page, match: PageMatch, side: int) -> Marked:
    printed = page.print
    turn = (page.turned - printed.turned) % 360  # put right by hand since
    added = match.added[side] if len(match.added) == 2 else []
    return Marked(
        document,
        number,
        page,
        [_in_pixels(pair[side], turn, page) for pair in match.differing],
        [_in_pixels(box, turn, page) for box in added],
    )


def _in_pixels(box: list[float], turn: int, page: Page) -> tuple[float, float, float, float]:
    """With some room around, so that the frame does not lie on what it marks."""
    place = turned_place(Place(*box), turn)
    return (
        round(place.x * page.width - _ROOM, 1),
        round(place.y * page.height - _ROOM, 1),
        round(place.w * page.width + 2 * _ROOM, 1),
        round(place.h * page.height + 2 * _ROOM, 1),
    )
