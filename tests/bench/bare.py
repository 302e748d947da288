"""The bare Django: the least a view can do for an upload, and for a page with one query."""

import os

from django.core.files.uploadedfile import UploadedFile
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.bare_settings")


def upload(request: HttpRequest) -> HttpResponse:
    """Parse the form, touch every byte of the file, insert one row. The bytes themselves are not kept."""
    file = request.FILES["files"]
    assert isinstance(file, UploadedFile)
    size = sum(len(piece) for piece in file.chunks())
    with connection.cursor() as cursor:
        row = (request.POST["key"], file.name, size)
        cursor.execute("INSERT INTO bench_upload (key, name, size) VALUES (%s, %s, %s)", row)
    return _sized(HttpResponse(status=302, headers={"Location": "/page/x"}))


def page(request: HttpRequest, secret: str) -> HttpResponse:
    """One row by an indexed column, one template of about 1.3 kB."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, channel, received_at FROM casework_submission WHERE secret = %s", [secret]
        )
        row = cursor.fetchone()
    return _sized(render(request, "page.html", {"row": row}))


def healthy(request: HttpRequest) -> HttpResponse:
    return _sized(HttpResponse('{"status": "ok"}', content_type="application/json"))


def _sized(response: HttpResponse) -> HttpResponse:
    """What Django's CommonMiddleware does otherwise: without a length the connection cannot be kept."""
    response["Content-Length"] = str(len(response.content))
    return response


urlpatterns = [path("upload/", upload), path("page/<str:secret>", page), path("health/", healthy)]
application = get_wsgi_application()
