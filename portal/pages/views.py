"""Start, help, legal pages, health, and what people see when a form has expired."""

from cryptography.hazmat.primitives import serialization
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from casework import register
from casework.catalogue import catalogue


def start(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/start.html", {"benefit": catalogue().benefit_name()})


def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html")


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that stood open too long, or cookies switched off: say what to do, lose nothing silently."""
    return render(request, "pages/csrf_failure.html", status=403)


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """For health checks of containers: whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


def register_key(request: HttpRequest) -> HttpResponse:
    """The public key that receipts are signed with (Ed25519, PEM), so that anybody can check one."""
    public = register.private_key().public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return HttpResponse(pem, content_type="application/x-pem-file")
