"""The papers of a draft: the list, one page per paper, its files and their pictures."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework import guessing, pictures
from casework.catalogue import UnknownEntry, catalogue
from channels.models import Draft, DraftFile
from channels.web import adapter, drafts, journey
from channels.web.access import with_draft
from channels.web.forms import FilesForm, KindForm, NumberForm
from channels.web.wanted import files_of, one_paper, wanted_papers


@with_draft
def overview(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = KindForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return redirect("web:paper", draft.public_id, form.cleaned_data["kind"])
    case = adapter.case_of(draft)
    papers = wanted_papers(draft, case)
    return render(
        request,
        "citizen/papers.html",
        {
            "draft": draft,
            "service": drafts.service_of(draft),
            "case": case,
            "papers": papers,
            "any_file": any(paper.files for paper in papers),
            "back": journey.last_step(draft),
            "position": journey.length(draft) - 1,
            "length": journey.length(draft),
            "form": form,
        },
    )


@with_draft
def paper(request: HttpRequest, draft: Draft, kind: str) -> HttpResponse:
    """One paper and its files. Every file is kept as it is; what is wrong with it is said beside it."""
    try:
        chosen = catalogue().document_kind(kind)
    except UnknownEntry as error:
        raise Http404 from error
    form = FilesForm(request.POST, request.FILES) if request.method == "POST" else FilesForm()
    if form.is_bound:
        complete = form.is_valid()
        attach_all(request, draft, kind, form.fitting)
        if complete:
            return redirect("web:paper", draft.public_id, kind)
    case = adapter.case_of(draft)
    return render(
        request,
        "citizen/paper.html",
        {
            "draft": draft,
            "service": drafts.service_of(draft),
            "paper": one_paper(draft, case, chosen),
            "form": form,
        },
    )


def attach_all(request: HttpRequest, draft: Draft, kind: str, files: list[UploadedFile]) -> None:
    for uploaded in files:
        if not drafts.attach(draft, kind, uploaded):
            messages.info(request, _("„%(name)s“ ist schon da.") % {"name": uploaded.name})


@require_POST
@with_draft
def remove(request: HttpRequest, draft: Draft, kind: str) -> HttpResponse:
    kept = request.POST.get("remove", "")
    if kept.isdecimal():
        drafts.detach(draft, int(kept))
    return redirect("web:paper", draft.public_id, kind)


@require_safe
@with_draft
def picture(
    request: HttpRequest, draft: Draft, kept: int, page: int, thumbnail: bool = False
) -> HttpResponse:
    found = DraftFile.objects.filter(paper__draft=draft, pk=kept).select_related("file").first()
    if found is None:
        raise Http404
    return pictures.page_picture(found.file, page, thumbnail=thumbnail)


@with_draft
def number(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Give, correct or leave out the number of a draft that sends papers."""
    if draft.service != "PAPERS":
        raise Http404
    initial = {"number": draft.number, "birth_date": draft.answers.get("birth_date")}
    form = NumberForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and number_fits(request, form):
        drafts.set_number(draft, form.cleaned_data["number"], form.cleaned_data["birth_date"] or "")
        return redirect("web:draft", draft.public_id)
    return render(request, "citizen/number.html", {"draft": draft, "form": form, "files": files_of(draft)})


def number_fits(request: HttpRequest, form: NumberForm) -> bool:
    """True without a number too. Else the form says why not, always in the same words."""
    if not form.cleaned_data["number"]:
        return True
    try:
        if adapter.fits(
            form.cleaned_data["number"],
            drafts.day(form.cleaned_data["birth_date"]),
            guessing.address_of(request),
        ):
            return True
        form.say_unknown()
    except adapter.Wait as wait:
        form.say_wait(wait.seconds)
    return False
