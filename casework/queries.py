"""Every reusable queryset. What a member of staff may see starts at a `…_visible_to(user)`."""

from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Now

from casework.clock import start_of_day
from casework.envelope import Channel, Role
from casework.matching.names import without_marks
from casework.models import (
    Batch,
    Case,
    Document,
    Event,
    Message,
    Outbox,
    Page,
    Part,
    Person,
    Requirement,
    SetAsidePage,
    StoredFile,
    Submission,
    Trouble,
    User,
)
from casework.workflow import CaseState, DocumentState, SubmissionState

STANDING = Document.objects.filter(submission=OuterRef("pk"))
# Paper taken at the desk to be scanned later: a document without files whose pages are still to come.
TO_SCAN = STANDING.filter(
    parts=None, shown=False, state__in=(DocumentState.RECEIVED, DocumentState.IN_CASE, DocumentState.OPENED)
)
GONE = (SubmissionState.FORWARDED, SubmissionState.MISTAKEN)  # nothing is to be scanned or placed any more
ON_PAPER = Q(channel=Channel.POST) | Q(channel=Channel.DESK, sheets__isnull=False)
# Files of stacks that somebody has to look after (StoredFile.fault).
BROKEN = ~Q(file__problem="") | Q(file__cut_off=True) | Q(file__virus="found")
UNFINISHED = Q(file__read_at=None) | (BROKEN & Q(trouble__done_at=None)) | Q(left_over__gt=0)
BATCHES_SEEN = timedelta(days=60)


def cases_visible_to(user: User) -> QuerySet[Case]:
    """A caseworker sees the cases of her team and those no team is responsible for."""
    if not user.is_active or Role.CASEWORKER not in user.roles:
        return Case.objects.none()
    own = Q(team__isnull=True)
    if user.team_id is not None:
        own |= Q(team_id=user.team_id)
    return Case.objects.filter(own)


def submissions_visible_to(user: User) -> QuerySet[Submission]:
    """Caseworkers: their cases' and the unassigned tray. Counter: the post not yet in a case and of the
    last day, or in trouble, and the desk's paper to be scanned. Desk: what it recorded itself today.
    """
    if not user.is_active:
        return Submission.objects.none()
    seen = Q(pk__in=[])
    recent = Q(recorded_at__gte=Now() - timedelta(days=1))
    if Role.CASEWORKER in user.roles:
        seen |= Q(case__in=cases_visible_to(user)) | Q(state=SubmissionState.UNASSIGNED)
    if Role.COUNTER in user.roles:
        in_trouble = Q(trouble__isnull=False, trouble__done_at=None)
        lately_gone = Q(state__in=GONE, recorded_at__gte=Now() - BATCHES_SEEN)
        open_post = Q(state=SubmissionState.UNASSIGNED) | ~Exists(STANDING) | in_trouble | lately_gone
        seen |= Q(channel=Channel.POST) & (open_post | recent)
        scanned = STANDING.filter(
            parts__file__batch__isnull=False, recorded_at__gte=Now() - timedelta(days=1)
        )
        seen |= Q(channel=Channel.DESK, sheets__isnull=False) & (_unscanned() | Q(Exists(scanned)))
    if Role.DESK in user.roles:
        seen |= Q(channel=Channel.DESK, recorded_by=user) & recent
    return Submission.objects.filter(seen).distinct()


def documents_visible_to(user: User) -> QuerySet[Document]:
    return Document.objects.filter(submission__in=submissions_visible_to(user))


def batches_visible_to(user: User) -> QuerySet[Batch]:
    if not user.is_active or Role.COUNTER not in user.roles:
        return Batch.objects.none()
    lately = Q(scanned_at__gte=Now() - BATCHES_SEEN)
    batches = Batch.objects.alias(left_over=_open_pages()).filter(lately | UNFINISHED)
    return batches.select_related("file", "scanned_by")


def unfinished(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Still being read, with pages left over, or with a file that could not be read and nobody settled."""
    return batches.alias(left_over=_open_pages()).filter(UNFINISHED)


def people_visible_to(user: User) -> QuerySet[Person]:
    """Desk, counter and caseworkers look people up to find where a paper belongs."""
    if not user.is_active or not user.roles:
        return Person.objects.none()
    if set(user.roles) <= {Role.CASEWORKER}:
        return Person.objects.filter(Q(cases__in=cases_visible_to(user)) | Q(cases__isnull=True)).distinct()
    return Person.objects.all()


def files_visible_to(user: User) -> QuerySet[StoredFile]:
    """Files of documents, and for the counter those of batches."""
    seen = Q(parts__document__in=documents_visible_to(user))
    if Role.COUNTER in user.roles:
        seen |= Q(Exists(batches_visible_to(user).filter(file=OuterRef("pk"))))
    return StoredFile.objects.filter(seen).distinct()


# --- lists


def with_documents(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Submissions with documents, parts and files, in a fixed number of queries."""
    parts = Part.objects.select_related("file").order_by("position")
    documents = Document.objects.order_by("position").prefetch_related(Prefetch("parts", parts))
    return submissions.select_related("case", "person", "recorded_by").prefetch_related(
        Prefetch("documents", documents)
    )


WORK_STATES = ("open", "new", "message", "missing", "complete", "closed")


def in_state(cases: QuerySet[Case], state: str) -> QuerySet[Case]:
    """Cases by what is to be done: one of WORK_STATES; all but `closed` and `message` are open cases."""
    if state == "closed":
        return cases.filter(state=CaseState.CLOSED)
    if state == "message":  # also of a closed case: nobody would see it otherwise
        return cases.filter(Exists(unread_messages()))
    cases = cases.filter(state=CaseState.OPEN)
    if state == "new":
        unopened = Document.objects.filter(submission__case=OuterRef("pk"), state=DocumentState.IN_CASE)
        return cases.filter(Exists(unopened))
    if state == "missing":
        return cases.filter(Exists(waiting_requirements().filter(case=OuterRef("pk"))))
    if state == "complete":
        return cases.filter(complete_on__isnull=False)
    return cases


def waiting_requirements() -> QuerySet[Requirement]:
    """Missing, from someone else, or to be sent again: the same as workflow.requirement_state says."""
    usable = Document.objects.filter(requirement=OuterRef("pk")).exclude(state=DocumentState.RESEND)
    return Requirement.objects.filter(~Exists(usable), waived=False)


def unread_messages() -> QuerySet[Message]:
    """Messages from outside that nobody at the office has read, of the case of an outer query."""
    outside = (Role.CLAIMANT, Role.HELPER)
    return Message.objects.filter(case=OuterRef("pk"), read_at=None, role__in=outside)


def in_order_of_arrival(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases as the inbox shows them, the first that arrived first, whatever the channel (F2).

    Each row knows `channels` (list), `new_documents`, `missing_papers` and `new_messages`, without further
    queries.
    """
    documents = Document.objects.filter(submission__case=OuterRef("pk"), state=DocumentState.IN_CASE)
    missing = waiting_requirements().filter(case=OuterRef("pk"))
    channels = Submission.objects.filter(case=OuterRef("pk")).order_by("channel")
    return (
        cases.select_related("person", "team", "assigned_to")
        .annotate(
            channels=ArraySubquery(channels.values("channel").distinct()),
            new_documents=Coalesce(
                Subquery(documents.order_by().values("submission__case").annotate(n=Count("pk")).values("n")),
                0,
            ),
            missing_papers=Coalesce(
                Subquery(missing.order_by().values("case").annotate(n=Count("pk")).values("n")), 0
            ),
            new_messages=Exists(unread_messages()),
        )
        .order_by("received_at", "pk")
    )


def colleagues(user: User, case: Case) -> QuerySet[User]:
    """Whom a case can be given to: caseworkers of its team, or of the user's own if it has none."""
    team = case.team_id or user.team_id
    found = User.objects.filter(is_active=True, roles__contains=[Role.CASEWORKER.value], team=team)
    return found.order_by("last_name", "first_name", "pk")


LOOKING = timedelta(minutes=10)


def others_looking(case: Case, user: User) -> list[User]:
    """Who else opened this case or one of its documents in the last minutes (F20)."""
    kinds = ("case_viewed", "document_viewed")
    seen = Event.objects.filter(case=case.pk, kind__in=kinds, at__gte=Now() - LOOKING)
    staff = User.objects.filter(claimant=False, pk__in=seen.values("actor_user"))
    return list(staff.exclude(pk=user.pk).order_by("pk"))


def recently_opened(document: Document, user: User) -> bool:
    """Whether the log holds that this user opened the document; its pictures are shown only then."""
    seen = Event.objects.filter(document=document.pk, kind="document_viewed", actor_user=user.pk)
    return seen.filter(at__gte=Now() - timedelta(hours=10)).exists()


def last_decision(document: Document) -> Event | None:
    kinds = ("document_accepted", "document_rejected", "decision_undone")
    return Event.objects.filter(document=document.pk, kind__in=kinds).order_by("-id").first()


def tray(user: User) -> QuerySet[Submission]:
    """What nobody has assigned yet, oldest first."""
    unassigned = submissions_visible_to(user).filter(state=SubmissionState.UNASSIGNED)
    return with_documents(unassigned).order_by("received_at", "pk")


def requirements_of(case: Case) -> list[Requirement]:
    documents = Document.objects.select_related("submission").order_by("pk")
    return list(case.requirements.prefetch_related(Prefetch("documents", documents)))


def search_pages(user: User, text: str, *, documents: QuerySet[Document] | None = None) -> QuerySet[Page]:
    """Pages whose text holds these words (as web searches take them), best first.

    Only of papers the user may see, or of `documents`. Each knows `document_id`, `sheet` (its number within
    the paper's file part) and `headline`, the words around what was found.
    """
    seen = documents_visible_to(user) if documents is None else documents
    within = Q(first_page=None) | Q(first_page__lte=OuterRef("number"), last_page__gte=OuterRef("number"))
    parts = (
        Part.objects.filter(within, file=OuterRef("file"), document__in=seen.values("pk"))
        .exclude(document__state=DocumentState.WITHDRAWN)
        .order_by("pk")
    )
    query = SearchQuery(text, config="german", search_type="websearch")
    if (plain := without_marks(text)) != text:  # as a reader that knows German only takes foreign letters
        query |= SearchQuery(plain, config="german", search_type="websearch")
    return (
        Page.objects.filter(search=query)
        .exclude(file__virus="found")
        .alias(rank=SearchRank(F("search"), query))
        .annotate(
            document_id=Subquery(parts.values("document")[:1]),
            sheet=F("number") - Coalesce(Subquery(parts.values("first_page")[:1]), 1) + 1,
            headline=SearchHeadline(
                "text", query, config="german", start_sel="", stop_sel="", max_words=30, min_words=15
            ),
        )
        .filter(document_id__isnull=False)
        .only("file", "number", "language")
        .order_by("-rank", "-pk")
    )


def failed_effects() -> QuerySet[Outbox]:
    return Outbox.objects.filter(state="failed").order_by("pk")


# What a person looked at in vain: somebody else has to find out, it does not come up again by itself.
LOOKED_IN_VAIN = "nobody_found"


def letters_in_tray(user: User) -> QuerySet[Submission]:
    """Letters that belong to no case yet, as the mailroom sees them."""
    if not user.is_active or Role.COUNTER not in user.roles:
        return Submission.objects.none()
    return Submission.objects.filter(ON_PAPER, state=SubmissionState.UNASSIGNED)


def letters_to_index(user: User) -> QuerySet[Submission]:
    """Letters with pages that nobody looked at yet to say whose they are, oldest first.

    In order of the index (state, received_at), so that the next one costs the same whatever waits behind it.
    """
    pages = Part.objects.filter(document__submission=OuterRef("pk"))
    standing = pages.exclude(document__state=DocumentState.WITHDRAWN)
    letters = letters_in_tray(user).exclude(unclear=LOOKED_IN_VAIN)
    return letters.filter(Exists(standing)).order_by("received_at", "pk")


def beside_in_index(
    waiting: QuerySet[Submission], letter: Submission
) -> tuple[Submission | None, Submission | None]:
    """The letter before and the one after this one, in the order of `letters_to_index`."""
    at = letter.received_at
    before = waiting.filter(Q(received_at__lt=at) | Q(pk__lt=letter.pk), received_at__lte=at)
    after = waiting.filter(Q(received_at__gt=at) | Q(pk__gt=letter.pk), received_at__gte=at)
    return before.order_by("-received_at", "-pk").first(), after.first()


def first_part(letter: Submission) -> Part | None:
    """The first file, or span of pages, of a letter."""
    parts = Part.objects.filter(document__submission=letter).exclude(document__state=DocumentState.WITHDRAWN)
    return parts.order_by("document__position", "position").first()


def letters_without_scan(user: User) -> QuerySet[Submission]:
    """Letters registered whose papers have not been scanned, and paper from the desk; oldest first."""
    letters = submissions_visible_to(user).filter(ON_PAPER & _unscanned()).exclude(state__in=GONE)
    return letters.select_related("person", "case").order_by("received_at", "pk")


def _unscanned() -> Q:
    return Q(~Exists(STANDING)) | Q(Exists(TO_SCAN))


def letters_of_day(day: date) -> QuerySet[Submission]:
    """All paper that arrived on a day (Berlin): letters, and what was taken at the desk to be scanned."""
    arrived = Q(received_at__gte=start_of_day(day), received_at__lt=start_of_day(day + timedelta(days=1)))
    return Submission.objects.filter(arrived & ON_PAPER).order_by("recorded_at", "pk")


def letter_troubles(user: User) -> QuerySet[Trouble]:
    """What is wrong with letters and paper from the desk, also what is settled; the mailroom sees to it."""
    if not user.is_active or Role.COUNTER not in user.roles:
        return Trouble.objects.none()
    letters = Submission.objects.filter(ON_PAPER).values("pk")
    found = Trouble.objects.filter(submission__in=letters)
    return found.select_related("submission__person", "submission__case", "taken_by", "done_by")


def file_troubles(user: User) -> QuerySet[Trouble]:
    """Files sent by web or taken at the desk that cannot be opened; whoever has the case sees to it."""
    if not user.is_active or Role.CASEWORKER not in user.roles:
        return Trouble.objects.none()
    own = Q(case__in=cases_visible_to(user)) | Q(state=SubmissionState.UNASSIGNED)
    sent = Submission.objects.filter(own).exclude(ON_PAPER).values("pk")
    found = Trouble.objects.filter(submission__in=sent)
    return found.select_related("submission__case", "taken_by", "done_by")


def unreadable_batches(user: User) -> QuerySet[Batch]:
    """Stacks whose file could not be read, or lacks its end, and that nobody settled; oldest first."""
    found = batches_visible_to(user).filter(BROKEN, trouble__done_at=None)
    return found.select_related("trouble__taken_by", "file", "scanned_by").order_by("pk")


def standing_parts(batch: Batch) -> QuerySet[Part]:
    """Which pages of a batch belong to which paper, in the order of the pages."""
    parts = Part.objects.filter(file_id=batch.file_id).exclude(document__state=DocumentState.WITHDRAWN)
    return parts.select_related("document__submission__person").order_by("first_page", "pk")


def open_batches(user: User) -> QuerySet[Batch]:
    """Batches read to the end, with pages left over, oldest first; each knows `open_pages`."""
    batches = batches_visible_to(user).filter(file__read_at__isnull=False)
    return batches.annotate(open_pages=_open_pages()).filter(open_pages__gt=0).order_by("pk")


def _open_pages() -> CombinedExpression:
    """How many pages of a batch belong to no letter yet and are not set aside."""
    spans = (
        Part.objects.filter(file=OuterRef("file"), first_page__isnull=False)
        .exclude(document__state=DocumentState.WITHDRAWN)
        .order_by()
        .values("file")
        .annotate(pages=Sum(F("last_page") - F("first_page") + 1))
        .values("pages")
    )
    aside = (
        SetAsidePage.objects.filter(batch=OuterRef("pk"))
        .order_by()
        .values("batch")
        .annotate(pages=Count("pk"))
        .values("pages")
    )
    return (
        F("file__page_count")
        - Coalesce(Subquery(spans, output_field=IntegerField()), 0)
        - Coalesce(Subquery(aside, output_field=IntegerField()), 0)
    )
