"""Every reusable queryset. What a member of staff may see starts at a `…_visible_to(user)`."""

from datetime import timedelta

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Now

from casework.envelope import Channel, Role
from casework.models import (
    Batch,
    Case,
    Document,
    Outbox,
    Part,
    Person,
    Requirement,
    StoredFile,
    Submission,
    User,
)
from casework.workflow import CaseState, SubmissionState


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
        seen |= Q(channel=Channel.POST) & (
            Q(state=SubmissionState.UNASSIGNED) | Q(documents__isnull=True) | recent
        )
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


def tray(user: User) -> QuerySet[Submission]:
    """What nobody has assigned yet, oldest first."""
    unassigned = submissions_visible_to(user).filter(state=SubmissionState.UNASSIGNED)
    return with_documents(unassigned).order_by("received_at", "pk")


def requirements_of(case: Case) -> list[Requirement]:
    documents = Document.objects.order_by("pk")
    return list(case.requirements.prefetch_related(Prefetch("documents", documents)))


def failed_effects() -> QuerySet[Outbox]:
    return Outbox.objects.filter(state="failed").order_by("pk")
