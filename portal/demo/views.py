"""The demo's outbox: e-mails and letters as they would be sent. Outside the demo there is no such page."""

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from casework import covers
from casework.models import Notice

ROWS = 40
MARK = b"-" * 79  # what Django's file backend puts between e-mails


def only_in_demo(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(page)
    def guarded(request: HttpRequest, **given: UUID) -> HttpResponse:
        if settings.MODE != "demo":
            raise Http404
        return page(request, **given)

    return guarded


@only_in_demo
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    letters = Notice.objects.filter(way="letter").exclude(state="dropped").order_by("-pk")
    context = {
        "emails": emails(Path(settings.EMAIL_FILE_PATH)),
        "letters": letters.select_related("person").prefetch_related("items")[:ROWS],
    }
    return render(request, "pages/outbox.html", context)


@only_in_demo
@require_safe
def letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Notice, public_id=public_id, way="letter")
    if found.pdf is None:
        raise Http404
    return covers.as_file(bytes(found.pdf), "brief.pdf")


def emails(folder: Path) -> list[dict[str, str]]:
    """The newest e-mails the file backend kept, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)[:ROWS]
    found = []
    for path in files:
        for raw in path.read_bytes().split(MARK):
            if not raw.strip():
                continue
            mail = message_from_bytes(raw.strip(), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            body = mail.get_body(("plain",))
            text = body.get_content() if body is not None else ""
            found.append(
                {
                    "to": str(mail["To"]),
                    "subject": str(mail["Subject"]),
                    "at": str(mail["Date"]),
                    "text": text,
                }
            )
    return found[:ROWS]
