"""What the caseworkers' views share: who acts, which rows she may see, where she goes next."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from casework import queries
from casework.clock import berlin_day, database_now
from casework.envelope import Actor, Role
from casework.models import Case, Document, Requirement, Submission, User
from casework.workflow import SubmissionState


def user_of(request: HttpRequest) -> User:
    """Only caseworkers get here (the table of who may use which part of the portal)."""
    assert isinstance(request.user, User)
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    return Actor(Role.CASEWORKER, user_of(request).pk)


def case_or_404(request: HttpRequest, public_id: UUID) -> Case:
    cases = queries.cases_visible_to(user_of(request)).select_related(
        "person__household", "team", "assigned_to"
    )
    return get_object_or_404(cases, public_id=public_id)


def submission_or_404(request: HttpRequest, public_id: UUID) -> Submission:
    return get_object_or_404(caseworkers_submissions(user_of(request)), public_id=public_id)


def caseworkers_submissions(user: User) -> QuerySet[Submission]:
    """Those of her cases and of the tray. What the same person may see in another role is not for here."""
    own = Q(case__in=queries.cases_visible_to(user)) | Q(state=SubmissionState.UNASSIGNED)
    return queries.with_documents(queries.submissions_visible_to(user).filter(own))


def caseworkers_documents(user: User) -> QuerySet[Document]:
    return Document.objects.filter(submission__in=caseworkers_submissions(user).values("pk"))


def document_or_404(request: HttpRequest, public_id: UUID) -> Document:
    documents = caseworkers_documents(user_of(request)).select_related(
        "submission__case__person", "submission__case__team", "submission__person", "requirement"
    )
    return get_object_or_404(documents, public_id=public_id)


def requirement_or_404(request: HttpRequest, public_id: UUID) -> Requirement:
    cases = queries.cases_visible_to(user_of(request))
    return get_object_or_404(
        Requirement.objects.filter(case__in=cases).select_related("case"), public_id=public_id
    )


def say(request: HttpRequest, message: str, *, level: int = messages.SUCCESS, **context: object) -> None:
    """One of the sentences of templates/review/messages.html, shown on the next page."""
    words = " ".join(render_to_string("review/messages.html", {"message": message, **context}).split())
    messages.add_message(request, level, mark_safe(words))  # noqa: S308  escaped by the template


def to(name: str, *args: object) -> HttpResponseRedirect:
    """To a page of ours; the focus goes to its beginning, where the message stands."""
    return HttpResponseRedirect(f"{reverse(f'review:{name}', args=args)}#main")


def today() -> date:
    return berlin_day(database_now())


def uuid_or_404(text: str) -> UUID:
    """An id from a form of ours; anything else names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
