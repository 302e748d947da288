"""Every reusable queryset. What a member of staff may see starts at a `…_visible_to(user)`."""

from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Now

from casework.envelope import Channel, Role
from casework.models import (
    Batch,
    Case,
    Document,
    Event,
    Outbox,
    Part,
    Person,
    Requirement,
    SetAsidePage,
    StoredFile,
    Submission,
    User,
)
from casework.workflow import CaseState, DocumentState, SubmissionState

STANDING = Document.objects.filter(submission=OuterRef("pk"))


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
    last day. Desk: what it recorded itself today and the tray's papers of the desk.
    """
    if not user.is_active:
        return Submission.objects.none()
    seen = Q(pk__in=[])
    recent = Q(recorded_at__gte=Now() - timedelta(days=1))
    if Role.CASEWORKER in user.roles:
        seen |= Q(case__in=cases_visible_to(user)) | Q(state=SubmissionState.UNASSIGNED)
    if Role.COUNTER in user.roles:
        seen |= Q(channel=Channel.POST) & (Q(state=SubmissionState.UNASSIGNED) | ~Exists(STANDING) | recent)
    if Role.DESK in user.roles:
        seen |= Q(channel=Channel.DESK, recorded_by=user) & recent
    return Submission.objects.filter(seen).distinct()


def documents_visible_to(user: User) -> QuerySet[Document]:
    return Document.objects.filter(submission__in=submissions_visible_to(user))


def batches_visible_to(user: User) -> QuerySet[Batch]:
    if not user.is_active or Role.COUNTER not in user.roles:
        return Batch.objects.none()
    return Batch.objects.select_related("file", "scanned_by")


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
        seen |= Q(batch__isnull=False)
    return StoredFile.objects.filter(seen).distinct()


# --- lists


def with_documents(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Submissions with documents, parts and files, in a fixed number of queries."""
    parts = Part.objects.select_related("file").order_by("position")
    documents = Document.objects.order_by("position").prefetch_related(Prefetch("parts", parts))
    return submissions.select_related("case", "person", "recorded_by").prefetch_related(
        Prefetch("documents", documents)
    )


def inbox(user: User) -> QuerySet[Case]:
    """Open cases in the order their first paper arrived, whatever the channel (F2)."""
    return (
        cases_visible_to(user)
        .filter(state=CaseState.OPEN)
        .select_related("person", "team", "assigned_to")
        .order_by("received_at", "pk")
    )


WORK_STATES = ("open", "new", "missing", "complete", "closed")


def in_state(cases: QuerySet[Case], state: str) -> QuerySet[Case]:
    """Cases by what is to be done: one of WORK_STATES; all but `closed` are open cases."""
    if state == "closed":
        return cases.filter(state=CaseState.CLOSED)
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


def in_order_of_arrival(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases as the inbox shows them, the first that arrived first, whatever the channel (F2).

    Each row knows `channels` (list), `new_documents` and `missing_papers`, without further queries.
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
    return list(User.objects.filter(pk__in=seen.values("actor_user")).exclude(pk=user.pk).order_by("pk"))


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
    documents = Document.objects.order_by("pk")
    return list(case.requirements.prefetch_related(Prefetch("documents", documents)))


def failed_effects() -> QuerySet[Outbox]:
    return Outbox.objects.filter(state="failed").order_by("pk")


def letters_without_scan(user: User) -> QuerySet[Submission]:
    """Letters registered whose papers have not been scanned, oldest first."""
    letters = submissions_visible_to(user).filter(~Exists(STANDING), channel=Channel.POST)
    return letters.select_related("person", "case").order_by("received_at", "pk")


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
