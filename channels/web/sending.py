"""Check and send; and the two doors that need one request only: formless, and papers with files at once."""

import json
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework import accounts
from casework.catalogue import catalogue
from casework.catalogue.flow import missing_answers, summary
from casework.envelope import Ack, BytesDiffer, Helper
from casework.models import Submission
from channels.forms import form_class
from channels.incoming import unfinished
from channels.models import Draft
from channels.web import adapter, drafts, journey
from channels.web.access import account_of, forget_when_closed, grant, with_draft
from channels.web.forms import FormlessForm, HelperForm, PapersForm, SendForm
from channels.web.papers import attach_all, number_fits
from channels.web.wanted import files_of, wanted_papers


@with_draft
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    initial = {name: getattr(draft, name) for name in ("notice_email", "helper_name", "helper_relation")}
    form = SendForm(request.POST if request.method == "POST" else None, initial=initial)
    case = adapter.case_of(draft)
    papers = wanted_papers(draft, case)
    nothing = draft.service == "PAPERS" and not any(paper.files for paper in papers)
    broken = False
    if form.is_bound and form.is_valid():
        drafts.set_sending(draft, **form.cleaned_data, language=get_language() or "de")
        if nothing and not draft.answers.get("message"):
            form.add_error(None, _("Es ist noch keine Datei dabei. Wählen Sie zuerst eine Datei aus."))
        else:
            try:
                ack = adapter.submit(draft)
                forget_when_closed(request)
                return _to_receipt(request, ack)
            except BytesDiffer:
                broken = True
            except adapter.HelpEnded:
                return render(request, "helping/ended.html", status=403)
    service = drafts.service_of(draft)
    return render(
        request,
        "citizen/check.html",
        {
            "draft": draft,
            "service": service,
            "case": case,
            "sections": _sections(draft),
            "papers": [paper for paper in papers if paper.files],
            "unfinished": unfinished(draft),
            "missing_papers": [paper for paper in papers if paper.open],
            "missing": [] if draft.number or draft.sent_by_id else missing_answers(service, draft.answers),
            "nobody": not (draft.number or draft.sent_by_id or _says_who(draft.answers)),
            "position": journey.length(draft),
            "length": journey.length(draft),
            "form": form,
            "broken": broken,
        },
    )


def _says_who(answers: dict[str, Any]) -> bool:
    """Whether the office can tell who sends this: a name and the birth date, or a number of its own."""
    named = answers.get("family_name") or answers.get("given_name")
    known = answers.get("customer_number") or answers.get("household_number")
    return bool((named and answers.get("birth_date")) or known)


def _sections(draft: Draft) -> list[dict[str, Any]]:
    """Answers as people read them, each with the way back to its question."""
    if draft.number or draft.sent_by_id:
        return []

    def change(step: str) -> str:
        return reverse("web:step", args=[draft.public_id, step]) + "?pruefen"

    found = summary(drafts.service_of(draft), draft.answers, get_language() or "de")
    return [
        {
            "title": section.title,
            "rows": [
                {"key": row.label, "value": row.answer, "change": change(row.step)} for row in section.rows
            ],
        }
        for section in found
    ]


def formless(request: HttpRequest) -> HttpResponse:
    """An application needs no form (SGB X § 9): one page, sent at once."""
    service = catalogue().service("FORMLESS")
    step = service.steps[0]
    data = request.POST if request.method == "POST" else None
    form, more = form_class(step)(data), FormlessForm(data)
    gaps = False
    if data is not None:
        complete, fine = form.is_valid(), more.is_valid()
        if (
            more.cleaned_data.get("by_email")
            and "email" not in form.errors
            and not form.cleaned_data["email"]
        ):
            form.add_error(
                "email",
                _("Geben Sie Ihre E-Mail-Adresse an, oder nehmen Sie den Haken für den Beleg weg."),
            )
            complete = False
        gaps = not complete and drafts.is_missing_only(form)
        if fine and (complete or (gaps and "anyway" in data)):
            ack = adapter.send(
                service=service.key,
                answers=form.cleaned_answers(),
                key=_key_of(more.cleaned_data["key"], {**form.cleaned_answers(), **more.cleaned_data}),
                language=get_language() or "de",
                notice_email=form.cleaned_data["email"] or "" if more.cleaned_data["by_email"] else "",
                helper=_helper(more),
            )
            return _to_receipt(request, ack)
    return render(
        request,
        "citizen/formless.html",
        {"service": service, "step": step, "form": form, "more": more, "gaps": gaps},
    )


def papers(request: HttpRequest) -> HttpResponse:
    """Sending papers: number and birth date, then paper by paper; or files and all at once.

    A file that came with a mistake elsewhere on the page is not lost: a draft keeps it.
    """
    service = catalogue().service("PAPERS")
    if request.method != "POST":
        return render(
            request, "citizen/number.html", {"form": PapersForm(), "service": service, "first": True}
        )
    form = PapersForm(request.POST, request.FILES)
    at_once = "send" in request.POST
    fine = form.is_valid() and number_fits(request, form)
    if fine and at_once and not form.fitting:
        form.add_error("files", _("Wählen Sie eine Datei aus oder machen Sie ein Foto."))
        fine = False
    if fine and at_once:
        return _send_at_once(request, form)
    if not fine and not form.fitting:
        return render(request, "citizen/number.html", {"form": form, "service": service, "first": True})
    number = form.cleaned_data["number"] if fine else ""
    key = form.cleaned_data.get("key") or form["key"].initial
    draft = drafts.begin(service, key, get_language() or "de", form.answers(), number)
    grant(request, draft)
    attach_all(request, draft, form.sent_kind, form.fitting)
    if fine:
        return redirect("web:draft", draft.public_id)
    return render(request, "citizen/number.html", {"draft": draft, "form": form, "files": files_of(draft)})


def _send_at_once(request: HttpRequest, form: PapersForm) -> HttpResponse:
    files = form.fitting
    content = {
        **{name: str(value) for name, value in form.answers().items()},
        "number": form.cleaned_data["number"],
        "kind": form.sent_kind,
        "files": [[file.name, drafts.sha256_of(file)] for file in files],
    }
    ack = adapter.send(
        service="PAPERS",
        answers=form.answers(),
        papers=[(form.sent_kind, [(file.name or "", _pieces(file)) for file in files])],
        key=_key_of(form.cleaned_data["key"], content),
        number=form.cleaned_data["number"],
        language=get_language() or "de",
    )
    return _to_receipt(request, ack)


def _to_receipt(request: HttpRequest, ack: Ack) -> HttpResponse:
    """What she sent while signed in stands in her account, and shows there what its receipt may show."""
    account = account_of(request)
    submission = Submission.objects.get(public_id=ack.submission_id) if account is not None else None
    if account is not None and submission is not None and submission.sent_by_id is None:
        accounts.gather(account, "sent", submission=submission)
    return redirect("my:receipt", ack.secret)


def _pieces(file: UploadedFile) -> Any:
    return file.chunks()


def _key_of(page: UUID, content: dict[str, Any]) -> UUID:
    """The same page sent twice with the same content is one submission; with another content, another.

    Whoever goes back and sends other files from the same page must not get the first receipt for them.
    """
    return uuid5(page, json.dumps(content, sort_keys=True, default=str))


def _helper(form: HelperForm) -> Helper | None:
    name = form.cleaned_data["helper_name"]
    return Helper(name, form.cleaned_data["helper_relation"]) if name else None
