"""Pictures of pages as HTTP answers. Staff see what we rendered; the file as received is an attachment."""

from collections.abc import Iterator

from django.http import Http404, HttpResponse, StreamingHttpResponse

from casework import filestore
from casework.models import Page, StoredFile


def page_picture(file: StoredFile, number: int, *, thumbnail: bool = False) -> HttpResponse:
    """One page as WebP; the caller has checked that this file may be seen. Errors: Http404."""
    field = "thumbnail" if thumbnail else "picture"
    data = Page.objects.filter(file=file, number=number).values_list(field, flat=True).first()
    if data is None:
        raise Http404
    response = HttpResponse(bytes(data), content_type="image/webp")
    # A page never changes, but only who may see it now may see it from the browser's own cache.
    response["Cache-Control"] = "private, max-age=600"
    return response


def original(file: StoredFile) -> StreamingHttpResponse:
    """The file byte for byte, as an attachment that no browser opens by itself."""

    def pieces() -> Iterator[bytes]:
        yield from filestore.read(file)

    response = StreamingHttpResponse(pieces(), content_type="application/octet-stream")
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = f'attachment; filename="{file.pk}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response
