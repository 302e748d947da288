"""The papers of a draft: the list, one page per paper, its files and their pictures."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework import guessing, pictures
from casework.catalogue import UnknownEntry, catalogue
from casework.reading.handwork import HandworkFailed
from channels.incoming import Full, unfinished
from channels.models import Draft, DraftFile
from channels.uploads import full_words
from channels.web import adapter, drafts, journey
from channels.web.access import with_draft
from channels.web.forms import FilesForm, KindForm, NumberForm
from channels.web.wanted import files_of, one_paper, wanted_papers


@with_draft
def overview(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = KindForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        drafts.want(draft, form.cleaned_data["kind"])
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
            "case": case,
            "unfinished": unfinished(draft, kind),
            "form": form,
        },
    )


def attach_all(request: HttpRequest, draft: Draft, kind: str, files: list[UploadedFile]) -> None:
    address = guessing.address_of(request)
    for uploaded in files:
        try:
            if not drafts.attach(draft, kind, uploaded, address):
                messages.info(request, _("„%(name)s“ ist schon da.") % {"name": uploaded.name})
        except Full:
            messages.error(request, f"„{uploaded.name}“: {full_words()}")


@require_POST
@with_draft
def change(request: HttpRequest, draft: Draft, kind: str) -> HttpResponse:
    """One of the buttons beside a kept file: remove it, put it one place forward, turn a page of it."""
    for act, name in ((drafts.detach, "remove"), (drafts.move_forward, "forward")):
        if (kept := request.POST.get(name, "")).isdecimal():
            act(draft, int(kept))
    kept, _dot, page = request.POST.get("turn", "").partition(".")
    if kept.isdecimal() and page.isdecimal():
        try:
            drafts.turn(draft, int(kept), int(page))
        except HandworkFailed:
            messages.warning(request, _("Das Bild ließ sich nicht drehen. Die Datei ist gespeichert."))
        if "view" in request.POST:
            return redirect("web:view", draft.public_id, kind, kept, page)
    return redirect("web:paper", draft.public_id, kind)


@require_safe
@with_draft
def view(request: HttpRequest, draft: Draft, kind: str, kept: int, page: int) -> HttpResponse:
    """One page large: can you read it? The next one follows, also that of the next file."""
    files = files_of(draft).get(kind, [])
    pages = [(file, picture) for file in files for picture in file["pictures"]]
    here = next(
        (place for place, (file, one) in enumerate(pages) if (file["id"], one["page"]) == (kept, page)), None
    )
    if here is None:
        return redirect("web:paper", draft.public_id, kind)
    following = pages[here + 1] if here + 1 < len(pages) else None
    file, picture = pages[here]
    return render(
        request,
        "citizen/view.html",
        {
            "draft": draft,
            "kind": catalogue().document_kind(kind),
            "file": file,
            "picture": picture,
            "number": here + 1,
            "count": len(pages),
            "following": following and (following[0]["id"], following[1]["page"]),
        },
    )


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
    if draft.service != "PAPERS" or draft.sent_by_id is not None:
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
