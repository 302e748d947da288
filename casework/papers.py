"""Papers that came before, on whatever channel: judged from their pages, answered by people, counted.

Nothing is hidden, joined or deleted for a judgement; each submission keeps its dates, the earliest counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from casework import events, outbox, prints
from casework.envelope import SYSTEM, Actor
from casework.matching.documents import PageFact, PaperJudgement, compare_papers
from casework.matching.outcome import Answer, Outcome, Subject
from casework.matching.pages import Judgement, Reason, Verdict
from casework.models import Document, Page, PageMatch, PagePrint, PaperLikeness, Part, StoredFile

MOST_PAGES = 60  # of one paper; of longer ones the first pages are compared


def compare_file(file: UUID) -> bool:
    """Compare the pages of a file that were not compared yet, then judge the papers they belong to.

    Whether there is more to do: it stops in between when something more urgent waits. One page is compared
    each time, because what is more urgent may be left to another worker, and this row be taken again at once.
    """
    waiting = PagePrint.objects.filter(page__file=file, compared_at=None).order_by("page__number")
    for done, pk in enumerate(list(waiting.values_list("pk", flat=True))):
        if done and outbox.more_urgent_waits():
            return True
        prints.compare(PagePrint.objects.select_related("page").only("page__file").get(pk=pk))
        outbox.came_on()
    _judge(Document.objects.filter(parts__file=file))
    return False


def judge_submission(submission: int) -> None:
    """Judge the papers of a submission by what is known of their pages."""
    _judge(Document.objects.filter(submission=submission))


def _judge(documents: QuerySet[Document]) -> None:
    for document in documents.select_related("submission").distinct().order_by("pk"):
        mine = pages_of(document)
        for other in _alike(document, mine):
            _judge_pair(document, other)


def pages_of(document: Document) -> list[Page]:
    """The pages of a paper in order, without their pictures."""
    found: list[Page] = []
    for part in document.parts.order_by("position"):
        pages = Page.objects.filter(file=part.file_id).defer(
            "picture", "thumbnail", "search", "words", "fields"
        )
        if part.first_page is not None and part.last_page is not None:
            pages = pages.filter(number__range=(part.first_page, part.last_page))
        found += pages.order_by("number")
    return found[:MOST_PAGES]


def _alike(document: Document, pages: list[Page]) -> list[Document]:
    """Other papers some page of which was found like one of these."""
    near = set()
    for page in pages:
        known = prints.same_as(page.pk)
        pairs = PageMatch.objects.filter(Q(later__in=known) | Q(earlier__in=known))
        near |= known | {one for pair in pairs.values_list("later", "earlier") for one in pair}
    near -= {page.pk for page in pages}
    places = Page.objects.filter(pk__in=near).values_list("file", "number")
    wanted = Q(pk__in=[])
    for file, number in places:
        wanted |= Q(file=file) & (Q(first_page=None) | Q(first_page__lte=number, last_page__gte=number))
    parts = Part.objects.filter(wanted).exclude(document__submission=document.submission_id)
    others = Document.objects.filter(pk__in=parts.values("document"))
    return list(others.select_related("submission").order_by("pk")[:50])


def _judge_pair(one: Document, other: Document) -> None:
    later, earlier = sorted((one, other), key=_arrival, reverse=True)
    said = _compared(later, earlier)
    if said.outcome is Outcome.NEW:
        return
    with transaction.atomic():
        known = PaperLikeness.objects.select_for_update().filter(document=later, earlier=earlier).first()
        if known is not None and (known.answer or known.relation == said.relation):
            return  # a person's word stands
        PaperLikeness.objects.update_or_create(
            document=later,
            earlier=earlier,
            defaults={
                "relation": said.relation,
                "outcome": said.outcome,
                "score": said.score,
                "reasons": list(said.reasons),
            },
        )
        event = events.LikenessJudged(Subject.PAPER, said.outcome, earlier.pk, said.reasons, said.score)
        events.record(event, SYSTEM, case=later.submission.case, submission=later.submission, document=later)


def _arrival(document: Document) -> tuple[datetime, int]:
    return document.submission.received_at, document.pk


def _compared(later: Document, earlier: Document) -> PaperJudgement:
    mine, theirs = pages_of(later), pages_of(earlier)
    own = dict(
        PagePrint.objects.filter(page__in=[page.pk for page in (*mine, *theirs)]).values_list(
            "page_id", "own"
        )
    )
    judged: dict[tuple[int, int], Judgement] = {}
    for a, page in enumerate(mine, start=1):
        known = prints.same_as(page.pk)
        doubt = len(known) > 2 and prints.at_odds(known)
        for b, other in enumerate(theirs, start=1):
            if page.file_id == other.file_id and page.pk == other.pk:
                continue
            match = _match(page.pk, other.pk)
            if other.pk in known and doubt:
                judged[a, b] = Judgement(
                    Verdict.MAYBE, match.score if match else 0.5, (Reason.UNCLEAR_FIGURES,)
                )
            elif other.pk in known:
                judged[a, b] = Judgement(Verdict.SAME, match.score if match else 1.0, (Reason.PRINT_AGREES,))
            elif match is not None:
                verdict, reasons = Verdict(match.verdict), tuple(Reason(code) for code in match.reasons)
                if verdict is Verdict.MAYBE and prints.surely_others(page.pk, other.pk):
                    verdict = Verdict.CORRECTED
                judged[a, b] = Judgement(verdict, match.score, reasons)
    return compare_papers(_facts(mine, own), _facts(theirs, own), judged)


def _facts(pages: list[Page], own: dict[int, bool]) -> list[PageFact]:
    return [
        PageFact(number, blank=page.blank or page.empty, own=own.get(page.pk, True))
        for number, page in enumerate(pages, start=1)
    ]


def _match(one: int, other: int) -> PageMatch | None:
    both = Q(later=one, earlier=other) | Q(later=other, earlier=one)
    return PageMatch.objects.filter(both, denied=False).first()


# --- what people say


@transaction.atomic
def answer(likeness: PaperLikeness, said: Answer, actor: Actor) -> None:
    """A person says whether it is the same paper, or takes her answer back. The last word counts."""
    likeness = PaperLikeness.objects.select_for_update().get(pk=likeness.pk)
    stands = "" if said in (Answer.UNDONE, Answer.SEPARATED) else str(said)
    if likeness.answer == stands:
        return
    likeness.answer, likeness.answered_by_id, likeness.answered_at = stands, actor.user_id, Now()
    likeness.save(update_fields=["answer", "answered_by", "answered_at"])
    mine = [page.pk for page in pages_of(likeness.document)]
    theirs = [page.pk for page in pages_of(likeness.earlier)]
    pairs = Q(later__in=mine, earlier__in=theirs) | Q(later__in=theirs, earlier__in=mine)
    PageMatch.objects.filter(pairs).update(denied=stands == Answer.NOT_SAME)
    document = likeness.document
    event = events.LikenessAnswered(
        Subject.PAPER, said, likeness.earlier_id, likeness.outcome, tuple(likeness.reasons)
    )
    events.record(
        event, actor, case=document.submission.case, submission=document.submission, document=document
    )


# --- what is shown


def likenesses_of(document: Document, visible: QuerySet[Document]) -> list[PaperLikeness]:
    """Papers like this one that may be seen, earlier and later ones; the surest first."""
    both = Q(document=document, earlier__in=visible) | Q(earlier=document, document__in=visible)
    found = PaperLikeness.objects.filter(both).exclude(answer=Answer.NOT_SAME)
    return list(
        found.select_related("document__submission", "earlier__submission").order_by(
            "outcome", "-score", "pk"
        )
    )


def earlier_of(documents: Iterable[Document], visible: QuerySet[Document]) -> dict[int, PaperLikeness]:
    """By document: the surest word that it came before, where nobody denied it."""
    rows = (
        PaperLikeness.objects.filter(
            document__in=[document.pk for document in documents], earlier__in=visible
        )
        .exclude(answer=Answer.NOT_SAME)
        .select_related("earlier__submission")
        .order_by("-outcome", "earlier__submission__received_at", "-score", "pk")  # link before ask
    )
    found: dict[int, PaperLikeness] = {}
    for row in rows:
        found.setdefault(row.document_id, row)
    return found


def to_look_at(visible: QuerySet[Document]) -> QuerySet[PaperLikeness]:
    """What waits for a person's word; the newest first."""
    waiting = PaperLikeness.objects.filter(
        outcome=Outcome.ASK, answer="", document__in=visible, earlier__in=visible
    )
    people = ("document__submission__case__person", "earlier__submission__case__person")
    return waiting.select_related(*people).order_by("-document__submission__received_at", "-pk")


@dataclass(frozen=True)
class CameBefore:
    """For the claimant: a paper of hers that the office had already."""

    document: Document
    earlier: Document

    @property
    def first_day(self) -> datetime:
        return self.earlier.submission.received_at


def came_before(documents: Iterable[Document]) -> dict[int, CameBefore]:
    """By document: the earliest paper of the same case or person that is surely the same.

    Papers of other cases are never named: that somebody else sent the same letter is nobody's business.
    """
    mine = [document.pk for document in documents]
    rows = (
        PaperLikeness.objects.filter(document__in=mine, relation__in=("same", "fewer"))
        .filter(Q(answer=Answer.SAME) | Q(answer="", outcome=Outcome.LINK))
        .filter(
            Q(
                document__submission__case__isnull=False,
                document__submission__case=F("earlier__submission__case"),
            )
            | Q(
                document__submission__person__isnull=False,
                document__submission__person=F("earlier__submission__person"),
            )
        )
        .select_related("document", "earlier__submission")
        .order_by("earlier__submission__received_at", "pk")
    )
    found: dict[int, CameBefore] = {}
    for row in rows:
        found.setdefault(row.document_id, CameBefore(row.document, row.earlier))
    return found


def seen_before(file: StoredFile, case: int | None) -> Document | None:
    """Before sending: the earliest paper of this case that is this file, or whose pages it repeats.

    What is known without waiting: the same bytes at once, the same pages as soon as the draft was read.
    """
    if case is None:
        return None
    standing = Document.objects.filter(submission__case=case).select_related("submission")
    by_time = standing.order_by("submission__received_at", "pk")
    if file.sha256:
        same_bytes = by_time.filter(parts__file__sha256=file.sha256, parts__first_page=None)
        if (found := same_bytes.exclude(parts__file=file).first()) is not None:
            return found
    pages = list(Page.objects.filter(file=file, blank=False).values_list("pk", flat=True))
    if not pages or len(pages) > MOST_PAGES:
        return None
    groups = [prints.same_as(page) for page in pages]
    if any(prints.at_odds(group) for group in groups):
        return None
    for document in by_time.filter(parts__file__pages__in=set().union(*groups)).distinct():
        theirs = {page.pk for page in pages_of(document)} - set(pages)
        if all(group & theirs for group in groups):
            return document
    return None


@dataclass(frozen=True)
class Figures:
    papers: int
    repeated: int
    asked: int
    undone: int
    by_channels: list[dict[str, object]]
    """later channel, earlier channel, number."""

    @property
    def minutes(self) -> int:
        """Time saved: a paper that need not be looked at again takes a caseworker about two minutes."""
        return self.repeated * MINUTES_A_PAPER


MINUTES_A_PAPER = 2


def figures(visible: QuerySet[Document], since: datetime) -> Figures:
    """How many papers came more than once, on which channels, since a day; only of what may be seen."""
    rows = PaperLikeness.objects.filter(document__in=visible, document__submission__received_at__gte=since)
    same = rows.filter(relation__in=("same", "fewer")).filter(
        Q(answer=Answer.SAME) | Q(answer="", outcome=Outcome.LINK)
    )
    by_channels = (
        same.values(later=F("document__submission__channel"), first=F("earlier__submission__channel"))
        .annotate(number=Count("document", distinct=True))
        .order_by("-number", "later", "first")
    )
    return Figures(
        papers=visible.filter(submission__received_at__gte=since).count(),
        repeated=same.values("document").distinct().count(),
        asked=rows.filter(answer="", outcome=Outcome.ASK).count(),
        undone=rows.filter(outcome=Outcome.LINK, answer=Answer.NOT_SAME).count(),
        by_channels=[dict(row) for row in by_channels],
    )
