"""Scanned stacks: keep, read, split by hand. A batch is done when no page of it is left over."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import actions, queries, suggestions
from casework.catalogue import catalogue
from casework.codes import grouped
from casework.models import Batch, Document, Page, StoredFile, Submission, User
from casework.progress import progress_of
from channels import uploads
from channels.post import adapter
from channels.post.forms import NEW_LETTER, BatchForm, SenderForm, SplitForm
from channels.post.passes import keep_both
from channels.post.proposals import guessed, proposed, strange_codes
from channels.post.sheets import sheet_check
from channels.post.views import arrival_kept, counter, keep_arrival, staff

RECENT = timedelta(days=3)  # letters offered although they have papers already
OFFERED = 200
KEPT_FILE = "post_file"  # in the session: a file that came with a mistake in another field


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Keep a stack as the scanner wrote it, whatever is in the file."""
    if request.method != "POST":
        kept = {"arrived_on": arrival_kept(request)["arrived_on"], "key": uuid.uuid4()}
        return render(request, "counter/batch_add.html", {"section": "post", "form": BatchForm(initial=kept)})
    form = BatchForm(
        request.POST,
        request.FILES,
        kept=_kept_file(request, "file"),
        kept_backs=_kept_file(request, "backs"),
    )
    try:
        if form.is_valid():
            found = _keep(request, form)
            request.session.pop(KEPT_FILE, None)
            keep_arrival(request, arrived_on=form["arrived_on"].data)
            return redirect("post:batch", found.public_id)
        # Hundreds of megabytes are not sent twice for a slip in a date.
        if form.cleaned_data.get("file"):
            form.kept = adapter.keep_file(form.cleaned_data["file"], counter(request))
        if form.cleaned_data.get("backs"):
            form.kept_backs = adapter.keep_file(form.cleaned_data["backs"], counter(request))
        sent = {"file": form.kept, "backs": form.kept_backs}
        request.session[KEPT_FILE] = {
            "key": request.POST.get("key", ""),
            **{name: str(file.pk) for name, file in sent.items() if file is not None},
        }
    except uploads.TooLarge:
        form.too_large()
    return render(request, "counter/batch_add.html", {"section": "post", "form": form})


def _keep(request: HttpRequest, form: BatchForm) -> Batch:
    """The stack as one batch, also of two passes. Errors: uploads.TooLarge."""
    given = form.cleaned_data
    scanned, backs = given["file"] or form.kept, given["backs"] or form.kept_backs
    assert scanned is not None  # without a kept one the form insists on a file
    if backs is None:
        return adapter.keep_batch(
            scanned, given["arrived_on"], given["sheets"], counter(request), key=form.cleaned_key()
        )
    kept = keep_both(
        scanned,
        backs,
        given["arrived_on"],
        given["sheets"],
        counter(request),
        key=form.cleaned_key(),
        backs_reversed=not given["backs_in_order"],
    )
    if kept.counts is None:
        messages.warning(
            request,
            _("Die Seiten ließen sich nicht zusammenfügen. Jede Datei ist als eigener Stapel gespeichert."),
        )
    elif kept.counts[0] != kept.counts[1]:
        said = _("Vorderseiten: %(fronts)d, Rückseiten: %(backs)d. Prüfen Sie, ob die Seiten zusammenpassen.")
        messages.warning(request, said % {"fronts": kept.counts[0], "backs": kept.counts[1]})
    return kept.batch


def _kept_file(request: HttpRequest, name: str) -> StoredFile | None:
    """A file of an earlier try of the same form: "file" or "backs"."""
    kept = request.session.get(KEPT_FILE) or {}
    if name not in kept or kept["key"] != request.POST.get("key", ""):
        return None
    return StoredFile.objects.filter(pk=kept[name], batch=None, batch_pass=None).first()


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """All pages of a stack; what was chosen becomes one paper of a letter."""
    user = staff(request)
    found = _batch(user, batch)
    letters = letter_choices(user, found)
    pages = found.file.page_count
    kinds = {line.number: line.kind for line in pages_of(user, found)}
    if request.method != "POST":
        wanted = request.GET.get("brief", "")
        given = {"letter": wanted, "key": uuid.uuid4()}
        form = SplitForm(pages=pages, letters=letters, kinds=kinds, initial=given)
        new = SenderForm(prefix="new")
        return render(request, "counter/batch.html", _context(user, found, form, new))
    form = SplitForm(request.POST, pages=pages, letters=letters, kinds=kinds)
    for_new = request.POST.get("letter") == NEW_LETTER
    new = SenderForm(request.POST if for_new else None, prefix="new")
    if form.is_valid() and (not for_new or new.is_valid()):
        try:
            letter = _split(request, found, form, new)
        except adapter.PagesTaken:
            form.add_error(
                None,
                _("Eine dieser Seiten ist inzwischen zugeordnet oder beiseite gelegt. Bitte wählen Sie neu."),
            )
        else:
            return redirect(f"{reverse('post:batch', args=[found.public_id])}?brief={letter}")
    return render(request, "counter/batch.html", _context(user, found, form, new))


def _split(request: HttpRequest, found: Batch, form: SplitForm, new: SenderForm) -> str:
    """Do what the form says; the public id of the letter. Errors: PagesTaken."""
    given = form.cleaned_data
    papers = [adapter.ScannedPaper(given["kind"], given["pages"])]
    if given["letter"] == NEW_LETTER:
        letter = new.letter(found.arrived_on)
        ack = adapter.split_new_letter(found, papers, letter, counter(request), key=form.cleaned_key())
        public_id, number = str(ack.submission_id), ack.number
    else:
        visible = queries.submissions_visible_to(staff(request))
        known = get_object_or_404(visible, public_id=given["letter"])
        adapter.split(found, papers, known, counter(request))
        public_id, number = str(known.public_id), known.number
    said = ngettext(
        "%(count)d Seite gehört jetzt zum Brief %(number)s.",
        "%(count)d Seiten gehören jetzt zum Brief %(number)s.",
        len(given["pages"]),
    )
    messages.success(request, said % {"count": len(given["pages"]), "number": grouped(number)})
    return public_id


@require_POST
def aside(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """Set pages aside: those chosen, or all that are empty."""
    user = staff(request)
    found = _batch(user, batch)
    if "empty" in request.POST:
        pages: Iterable[int] = [p.number for p in pages_of(user, found) if p.is_open and p.empty]
    else:
        form = SplitForm(
            request.POST,
            pages=found.file.page_count,
            letters=letter_choices(user, found),
            kinds={line.number: line.kind for line in pages_of(user, found)},
            aside=True,
        )
        if not form.is_valid():
            new = SenderForm(prefix="new")
            return render(request, "counter/batch.html", _context(user, found, form, new))
        pages = form.cleaned_data["pages"]
    for number in pages:
        actions.set_aside(found, number)
    return redirect("post:batch", found.public_id)


@require_POST
def put_back(request: HttpRequest, batch: uuid.UUID, number: int) -> HttpResponse:
    found = _batch(staff(request), batch)
    actions.put_back(found, number)
    return redirect("post:batch", found.public_id)


@require_safe
def page(request: HttpRequest, batch: uuid.UUID, number: int) -> HttpResponse:
    """One page, large, with the way to the pages beside it."""
    user = staff(request)
    found = _batch(user, batch)
    pages = {one.number: one for one in pages_of(user, found)}
    if number not in pages:
        raise Http404
    numbers = sorted(pages)
    context = {
        "section": "post",
        "batch": found,
        "page": pages[number],
        "pages": numbers[-1],
        "previous": number - 1 if number - 1 in pages else None,
        "next": number + 1 if number + 1 in pages else None,
    }
    return render(request, "counter/page.html", context)


@dataclass(frozen=True)
class PageLine:
    """A page of a batch as the clerk sees it."""

    number: int
    has_picture: bool
    width: int | None
    height: int | None
    empty: bool
    set_aside: bool
    document: Document | None  # the paper it belongs to
    in_sight: bool  # whether that paper may be opened by this member of staff
    reason: str = ""  # why it was set aside
    turned: int = 0  # as its picture is now; in its address, so that a picture turned is fetched anew
    kind: str = ""  # of paper, as it was read; a suggestion
    wordless: bool = False  # looked at, and neither text nor code found: a photo, a black page, handwriting

    @property
    def is_open(self) -> bool:
        return self.document is None and not self.set_aside


def pages_of(user: User, batch: Batch) -> list[PageLine]:
    """Every page the file says it has, also those that could not be shown."""
    pictures = {
        p.number: p
        for p in Page.objects.filter(file=batch.file)
        .only(
            *("number", "width", "height", "empty", "turned", "file", "kind", "blank", "recognised_at"),
        )
        .annotate(has_text=Q(~Q(text="") | ~Q(codes=[])))
    }
    reasons = dict(batch.set_aside.values_list("page", "reason"))
    owner: dict[int, Document] = {}
    for part in queries.standing_parts(batch):
        owner.update(dict.fromkeys(range(part.first_page or 1, (part.last_page or 0) + 1), part.document))
    seen = set(
        queries.documents_visible_to(user)
        .filter(pk__in={document.pk for document in owner.values()})
        .values_list("pk", flat=True)
    )
    last = max([batch.file.page_count, *pictures]) if pictures else batch.file.page_count
    lines = []
    for number in range(1, last + 1):
        shown, document = pictures.get(number), owner.get(number)
        lines.append(
            PageLine(
                number,
                shown is not None,
                shown.width if shown else None,
                shown.height if shown else None,
                bool(shown and _is_blank(shown)),
                number in reasons,
                document,
                bool(document and document.pk in seen),
                reasons.get(number, ""),
                shown.turned if shown else 0,
                suggestions.known_kind(shown.kind) if shown else "",
                bool(shown and shown.recognised_at and not shown.blank and not shown.has_text),
            )
        )
    return lines


def _is_blank(page: Page) -> bool:
    """Blank by what was recognised. A page all of one colour may be black as well: then it is not."""
    return page.blank if page.recognised_at else page.empty


@dataclass(frozen=True)
class LetterLine:
    """A letter with papers from this batch."""

    letter: Submission
    papers: list[tuple[Document, list[int]]]
    pages: int  # of this letter, from all batches
    check: str  # see sheet_check
    in_sight: bool


def _letters(pages: list[PageLine]) -> list[LetterLine]:
    by_letter: dict[int, dict[int, list[int]]] = {}
    documents: dict[int, Document] = {}
    in_sight: dict[int, bool] = {}
    for line in pages:
        if line.document is not None:
            documents[line.document.pk] = line.document
            mine = by_letter.setdefault(line.document.submission_id, {})
            mine.setdefault(line.document.pk, []).append(line.number)
            in_sight[line.document.submission_id] = line.in_sight
    letters = queries.with_documents(Submission.objects.filter(pk__in=by_letter)).in_bulk()
    lines = []
    for pk, papers in by_letter.items():
        total = sum(document.page_count or 0 for document in letters[pk].documents.all())
        lines.append(
            LetterLine(
                letters[pk],
                [(documents[d], numbers) for d, numbers in papers.items()],
                total,
                sheet_check(letters[pk].sheets, total),
                in_sight[pk],
            )
        )
    return lines


def _context(user: User, found: Batch, form: SplitForm, new: SenderForm) -> dict[str, Any]:
    pages = pages_of(user, found)
    file = found.file
    return {
        "section": "post",
        "batch": found,
        "form": form,
        "new": new,
        "pages": pages,
        "open": [p for p in pages if p.is_open],
        "open_empty": [p for p in pages if p.is_open and p.empty],
        "set_aside": [p for p in pages if p.set_aside],
        "letters": _letters(pages),
        "reading": file.read_at is None,
        "proposal": proposed(found) if file.read_at else None,
        "guesses": guessed(found) if file.read_at else [],
        "strange_codes": strange_codes(found) if file.read_at else [],
        "progress": progress_of([found]).get(found.pk),
        "problem": catalogue().problem(file.problem) if file.problem else None,
        "check": sheet_check(found.sheets, file.page_count) if file.read_at and not file.problem else "",
    }


def letter_choices(user: User, batch: Batch) -> list[tuple[str, list[tuple[str, str]]]]:
    """Letters that pages may belong to: of this batch, not scanned yet, and the last days' others."""
    on_paper = queries.submissions_visible_to(user).filter(queries.ON_PAPER)
    visible = on_paper.exclude(state__in=queries.GONE)
    of_batch = visible.filter(pk__in=queries.standing_parts(batch).values("document__submission"))
    waiting = queries.letters_without_scan(user)
    recent = visible.filter(recorded_at__gte=timezone.now() - RECENT)
    groups, seen = [], set()
    for name, letters in (
        (_("Briefe aus diesem Stapel"), of_batch.order_by("pk")),
        (_("Noch nicht eingelesen"), waiting),
        (_("Schon eingelesen, letzte Tage"), recent.order_by("-pk")),
    ):
        lines = [letter for letter in letters[:OFFERED] if letter.pk not in seen]
        seen |= {letter.pk for letter in lines}
        if lines:
            groups.append((name, [(str(letter.public_id), letter_label(letter)) for letter in lines]))
    return groups


def letter_label(letter: Submission) -> str:
    """A letter in one line of a list: sender, sheets, day of arrival, number."""
    given = letter.sender
    name = ", ".join(part for part in (given.get("family_name"), given.get("given_name")) if part)
    parts = [name or given.get("customer_number") or given.get("household_number") or _("Ohne Absender")]
    if letter.sheets:
        parts.append(ngettext("%(n)d Blatt", "%(n)d Blätter", letter.sheets) % {"n": letter.sheets})
    parts += [timezone.localtime(letter.received_at).strftime("%d.%m."), grouped(letter.number)]
    return " · ".join(parts)


def _batch(user: User, public_id: uuid.UUID) -> Batch:
    return get_object_or_404(queries.batches_visible_to(user), public_id=public_id)
