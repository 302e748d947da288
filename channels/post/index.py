"""Whose is it? One letter after the other, by keyboard: page, suggestion, Enter. Plain forms too."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework import actions, queries
from casework.catalogue import Service, catalogue
from casework.codes import grouped
from casework.lookup import find_people
from casework.matching.suggest import MOST, Certainty, Evidence, Fact
from casework.models import Batch, Case, Document, Person, Requirement, Submission, User
from casework.regrouping import NotThere
from casework.whose import LetterPage, likely, pages_of_letter
from casework.workflow import CaseState, IllegalTransition
from channels.post import adapter
from channels.post.views import counter, staff

KEYS_OFF = "post_keys_off"  # in the session: single keys do nothing (WCAG 2.1.4)
SHOWN_FIELDS = ("customer_number", "household_number", "birth_date", "family_name", "given_name", "name")


@dataclass(frozen=True)
class Choice:
    """A case the letter may belong to, as it stands beside the page; `key` is its number key."""

    key: int | None  # None: there is no open case to choose
    person: Person
    case: Case | None
    service: Service | None
    certainty: Certainty | None  # None: searched for
    evidence: tuple[Evidence, ...] = ()
    against: tuple[Fact, ...] = ()
    requirement: Requirement | None = None
    chosen: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    user = staff(request)
    waiting = queries.letters_to_index(user)
    letter = _wanted(request, user) or queries.with_documents(waiting).first()
    if letter is None:
        empty = {"section": "post", "keys": not request.session.get(KEYS_OFF), "done": _done(request, user)}
        return render(request, "counter/index.html", empty)
    pages = pages_of_letter(letter)
    page = _page(pages, request.GET.get("seite", ""))
    typed = request.GET.get("suche", "").strip()[:200]
    choices = _choices(letter, pages, user, typed)
    before, after = queries.beside_in_index(waiting, letter)
    context = {
        "section": "post",
        "letter": letter,
        "pages": pages,
        "page": page,
        "marks": page.marks(_shown_facts(page, choices)) if page else [],
        "previous": pages[page.position - 2] if page and page.position > 1 else None,
        "next": pages[page.position] if page and page.position < len(pages) else None,
        "letter_before": before,
        "letter_after": after,
        "ahead": _ahead(pages, page, after),
        "waiting": waiting.count(),
        "choices": choices,
        "sure": any(choice.chosen for choice in choices),
        "has_cases": any(choice.case for choice in choices),
        "typed": typed,
        "can_divide": _can_divide(pages, page),
        "key": uuid.uuid4(),
        "keys": not request.session.get(KEYS_OFF),
        "done": _done(request, user),
    }
    return render(request, "counter/index.html", context)


@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Switch single keys on or off for this session (WCAG 2.1.4)."""
    request.session[KEYS_OFF] = "off" in request.POST
    return redirect(f"{reverse('post:index')}?{urlencode(_same(request))}")


def _act(request: HttpRequest) -> HttpResponse:
    user = staff(request)
    if request.POST.get("act") == "undo":
        return _undo(request, user)
    letter = get_object_or_404(queries.letters_in_tray(user), public_id=_uuid(request.POST.get("letter", "")))
    after = queries.beside_in_index(queries.letters_to_index(user), letter)[1]
    try:
        if request.POST.get("act") == "divide":
            return _divide(request, queries.with_documents(Submission.objects.filter(pk=letter.pk)).get())
        if request.POST.get("act") == "unsure":
            actions.leave_unassigned(letter, counter(request))
        elif not request.POST.get("case"):
            messages.warning(request, _("Bitte wählen Sie zuerst, zu wem der Brief gehört."))
            return redirect(f"{reverse('post:index')}?{urlencode(_same(request))}")
        else:
            cases = Case.objects.filter(person__in=queries.people_visible_to(user))
            actions.link(
                letter,
                get_object_or_404(cases, public_id=_uuid(request.POST["case"])),
                counter(request),
            )
    except IllegalTransition:
        messages.warning(request, _("Jemand hat den Brief inzwischen schon zugeordnet."))
    query = {"zuletzt": str(letter.public_id), **({"brief": str(after.public_id)} if after else {})}
    return redirect(f"{reverse('post:index')}?{urlencode(query)}")


def _undo(request: HttpRequest, user: User) -> HttpResponse:
    """Take back what was said of the letter before; it is shown again."""
    visible = queries.submissions_visible_to(user).filter(queries.ON_PAPER)
    letter = get_object_or_404(visible, public_id=_uuid(request.POST.get("done", "")))
    try:
        if letter.case_id is not None:
            actions.separate(letter, counter(request))
        else:
            actions.look_again(letter, counter(request))
    except IllegalTransition:
        messages.warning(request, _("Jemand hat den Brief inzwischen geändert. Bitte sehen Sie nach."))
    return redirect(f"{reverse('post:index')}?{urlencode({'brief': str(letter.public_id)})}")


def _divide(request: HttpRequest, letter: Submission) -> HttpResponse:
    """With the page shown another letter begins. The one before it stays on the screen."""
    pages = pages_of_letter(letter)
    page = _page(pages, request.POST.get("page", ""))
    later: dict[Document, list[int]] = {}
    for one in pages:
        if page and one.position >= page.position:
            later.setdefault(one.document, []).append(one.number)
    key = _uuid(request.POST.get("key", "")) or uuid.uuid4()
    try:
        if not _can_divide(pages, page):
            raise NotThere
        ack = adapter.begin_letter(letter, list(later.items()), counter(request), key=key)
    except NotThere:
        messages.warning(request, _("Hier lässt sich der Brief nicht teilen."))
    else:
        said = _("Die Seiten ab hier sind jetzt ein eigener Brief: %(number)s.")
        messages.success(request, said % {"number": grouped(ack.number)})
    return redirect(f"{reverse('post:index')}?{urlencode({'brief': str(letter.public_id)})}")


def _can_divide(pages: Sequence[LetterPage], page: LetterPage | None) -> bool:
    """Not before the first page, and only pages of scanned stacks."""
    if page is None or page.position == 1:
        return False
    files = {one.file for one in pages if one.position >= page.position}
    return Batch.objects.filter(file__in=files).count() == len(files)


def _wanted(request: HttpRequest, user: User) -> Submission | None:
    """The letter of the address, as long as it is in the tray; else the oldest one comes."""
    wanted = _uuid(request.GET.get("brief", ""))
    if wanted is None:
        return None
    return queries.with_documents(queries.letters_in_tray(user)).filter(public_id=wanted).first()


def _page(pages: Sequence[LetterPage], number: str) -> LetterPage | None:
    """The page of this number (from 1), or the nearest there is."""
    at = int(number) if number.isdecimal() and len(number) < 6 else 1
    return pages[min(max(at, 1), len(pages)) - 1] if pages else None


def _choices(letter: Submission, pages: Sequence[LetterPage], user: User, typed: str) -> list[Choice]:
    """What was searched for; else what the letter says. Only a clear suggestion is chosen beforehand."""
    if typed:
        return _numbered(
            Choice(None, person, case, _service(case), None)
            for person in find_people(user, typed)
            for case in _open_cases(person) or (None,)
        )
    return _numbered(
        Choice(
            None,
            one.person,
            one.case,
            _service(one.case),
            one.certainty,
            one.evidence,
            one.against,
            one.requirement,
            chosen=one.certainty == Certainty.CLEAR and one.case is not None,
        )
        for one in likely(letter, pages, user)
    )


def _open_cases(person: Person) -> list[Case]:
    return [case for case in person.cases.all() if case.state == CaseState.OPEN]


def _numbered(choices: Any) -> list[Choice]:
    numbered, key = [], 0
    for choice in choices:
        key += choice.case is not None
        fields = {**vars(choice), "key": key if choice.case is not None and key <= MOST else None}
        numbered.append(Choice(**{**fields, "chosen": choice.chosen and key == 1}))
    return numbered


def _service(case: Case | None) -> Service | None:
    return catalogue().service(case.service, version=case.service_version) if case else None


def _shown_facts(page: LetterPage, choices: Sequence[Choice]) -> list[Fact]:
    """What is marked on the page: what speaks for a choice, and the other fields that name people."""
    evidence = [evidence.fact for choice in choices for evidence in choice.evidence]
    fields = [fact for fact in page.facts if fact.name in SHOWN_FIELDS]
    return list(dict.fromkeys([*evidence, *fields]))


def _ahead(
    pages: Sequence[LetterPage], page: LetterPage | None, after: Submission | None
) -> list[tuple[uuid.UUID, int]]:
    """Pictures that are wanted next: file and number of the next page, and of the next letter's first."""
    found = [(one.file, one.number) for one in pages if page and one.position == page.position + 1]
    part = queries.first_part(after) if after else None
    return [*found, (part.file_id, part.first_page or 1)] if part else found


def _done(request: HttpRequest, user: User) -> Submission | None:
    """The letter dealt with before this one, for going back to it."""
    number = _uuid(request.GET.get("zuletzt", ""))
    if number is None:
        return None
    visible = queries.submissions_visible_to(user).select_related("case__person")
    return visible.filter(public_id=number).first()


def _same(request: HttpRequest) -> dict[str, str]:
    """The address of the letter and page a form was sent from."""
    letter, page = _uuid(request.POST.get("letter", "")), request.POST.get("page", "")
    return {"brief": str(letter or ""), "seite": page if page.isdecimal() else "1"}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
