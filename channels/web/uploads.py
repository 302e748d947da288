"""Files of a draft that come piece by piece, from the browser that began or resumed the draft."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from casework import guessing
from casework.catalogue import UnknownEntry, catalogue
from channels import incoming, uploads
from channels.models import IncomingFile
from channels.web.access import held, keep_when_closed
from channels.web.adapter import CLAIMANT


def create(request: HttpRequest, draft: UUID, kind: str) -> HttpResponse:
    row = held(request, draft)
    if row is None:
        return _not_yours()
    try:
        catalogue().document_kind(kind)
    except UnknownEntry:
        return HttpResponse(status=404, content_type="text/plain; charset=utf-8")

    def locate(upload: IncomingFile) -> str:
        return reverse("web:upload", args=[row.public_id, upload.public_id])

    answer = uploads.collection(request, row, kind, CLAIMANT, guessing.address_of(request), locate)
    if answer.status_code == 201:
        keep_when_closed(request)
    return answer


def upload(request: HttpRequest, draft: UUID, upload: UUID) -> HttpResponse:
    row = held(request, draft)
    if row is None:
        return _not_yours()
    return uploads.one(request, row, incoming.find(row, upload), CLAIMANT)


def _not_yours() -> HttpResponse:
    """The same for a draft of somebody else, an unknown one and an expired session."""
    return HttpResponse(status=403, content_type="text/plain; charset=utf-8")
