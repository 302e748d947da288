"""Choosing a service, beginning, and going on with a code."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from casework import guessing
from casework.catalogue import UnknownEntry, catalogue
from casework.catalogue.flow import needed_papers
from channels.models import Draft
from channels.web.access import grant
from channels.web.drafts import begin
from channels.web.forms import KeyForm, ResumeForm

# Services with a page of their own.
OWN_PAGES = {"FORMLESS": "web:formless", "PAPERS": "web:papers"}


def start(request: HttpRequest) -> HttpResponse:
    offered = [service for service in catalogue().services() if service.channels.web != "silent"]
    services = [service for service in offered if service.key not in OWN_PAGES]
    own = {service.key: service for service in offered if service.key in OWN_PAGES}
    return render(request, "citizen/start.html", {"services": services, **own})


def intro(request: HttpRequest, service: str) -> HttpResponse:
    if service in OWN_PAGES:
        return redirect(OWN_PAGES[service])
    try:
        chosen = catalogue().service(service)
    except UnknownEntry as error:
        raise Http404 from error
    form = KeyForm(request.POST or None)
    if request.method == "POST":
        key = form.cleaned_data["key"] if form.is_valid() else uuid.uuid4()
        draft = begin(chosen, key, get_language() or "de", {})
        grant(request, draft)
        return redirect("web:draft", draft.public_id)
    always = [catalogue().document_kind(paper.kind) for paper in needed_papers(chosen, {}) if paper.required]
    return render(request, "citizen/intro.html", {"service": chosen, "kinds": always, "form": form})


def resume(request: HttpRequest) -> HttpResponse:
    """Whoever has the code goes on; wrong codes are counted."""
    form = ResumeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, address = form.cleaned_data["code"], guessing.address_of(request)
        if seconds := guessing.pause(code, address):
            form.say_wait(seconds)
        elif draft := Draft.objects.filter(code=code, sent_by=None).first():
            guessing.right(code)
            grant(request, draft)
            return redirect("web:draft", draft.public_id)
        else:
            guessing.wrong(code, address)
            form.say_unknown()
    return render(request, "citizen/resume.html", {"form": form})
