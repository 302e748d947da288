"""From a recognised stack to letters: what its codes say is proposed, what is certain is done.

Certain is only a cover sheet of ours, used for the first time, whose case is open. Where no code divides a
stack, what its pages say gives a guess that a person accepts or not. Nothing proposed is kept in a table: it
follows from the pages, so it is never out of date.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Exists
from django.db.models.functions import Left

from casework import actions, arriving, events, queries
from casework.arriving import PagesTaken
from casework.catalogue import UnknownEntry, catalogue
from casework.clock import berlin_day, start_of_day
from casework.envelope import SYSTEM, Actor, Channel, Envelope, Keys, Paper, Sender, Upload
from casework.models import Batch, CoverSheet, Event, Page, Part, SetAsidePage, Submission
from casework.reading.openings import Guess, guess, look
from casework.reading.splitting import (
    COVER_SHEET,
    OTHER_SEPARATOR,
    PageSeen,
    Proposal,
    ProposedLetter,
    ProposedPaper,
    Sheet,
    kind_of_code,
    propose,
    sheet_by_words,
    sheet_code,
    spans,
)
from casework.workflow import CaseState, RequirementState

__all__ = [
    "PagesTaken",
    "Taken",
    "guesses_of",
    "known_kind",
    "open_proposal",
    "proposal_of",
    "take_certain",
    "take_guesses",
    "take_over",
]

PAPERS = "PAPERS"
OTHER = "other"
_TOP = 1500  # characters of a page that tell a sheet of ours


@dataclass(frozen=True)
class Taken:
    """What taking over a proposal did."""

    letters: tuple[Submission, ...]
    pages: int
    aside: int


def proposal_of(batch: Batch) -> Proposal:
    """How the whole stack divides, whatever was done with its pages already."""
    rows = Page.objects.filter(file_id=batch.file_id)
    found = {
        number: PageSeen(
            number,
            blank=blank,
            codes=tuple(str(code.get("content", "")) for code in codes),
            kind=known_kind(kind),
            turned=turned,
            worn="" if codes else sheet_by_words(text),
            # A page recognising failed on may be anything, a cover sheet too.
            read=recognised_at is not None and bool(blank or codes or text or fingerprint),
        )
        for number, blank, codes, kind, turned, recognised_at, text, fingerprint in rows.values_list(
            "number", "blank", "codes", "kind", "turned", "recognised_at", Left("text", _TOP), "fingerprint"
        )
    }
    last = max([batch.file.page_count, *found], default=0)
    pages = [found.get(number, PageSeen(number, read=False)) for number in range(1, last + 1)]
    return propose(pages, _sheets(batch, pages))


def guesses_of(batch: Batch) -> tuple[Guess, ...]:
    """Letters that the pages no code says anything about may be. Only for a stack that no code divides."""
    if proposal_of(batch).letters:
        return ()
    open_pages = set(open_proposal(batch).left_over)
    rows = Page.objects.filter(file_id=batch.file_id, number__in=open_pages, recognised_at__isnull=False)
    seen = []
    for number, kind, text, fields, codes in rows.order_by("number").values_list(
        "number", "kind", "text", "fields", "codes"
    ):
        facts = [(str(one.get("name", "")), str(one.get("value", ""))) for one in fields]
        marked = any(kind_of_code(str(code.get("content", ""))) == OTHER_SEPARATOR for code in codes)
        found = replace(look(text, facts), worn=bool(sheet_by_words(text[:_TOP])), marked=marked)
        seen.append((PageSeen(number, kind=known_kind(kind)), found))
    return guess(seen)


def known_kind(key: str) -> str:
    """A kind that was read and that the catalogue of this office has; else nothing."""
    try:
        return catalogue().document_kind(key).key if key else ""
    except UnknownEntry:
        return ""


def open_proposal(batch: Batch) -> Proposal:
    """What of the proposal is still to be done: without pages that belong to a paper or lie beside."""
    done = _done_pages(batch)
    whole = proposal_of(batch)
    return Proposal(
        tuple(letter for letter in (_without(one, done) for one in whole.letters) if letter.papers),
        tuple((page, why) for page, why in whole.aside if page not in done),
        tuple(page for page in whole.left_over if page not in done),
        tuple(flag for flag in whole.flags if flag.page not in done),
    )


def take_certain(batch: Batch) -> Taken:
    """Letters that are certain go to their case; blank pages and separators are laid aside. No more."""
    with transaction.atomic():
        batch = _locked(batch)
        touched = _touched_pages(batch)
        proposal = open_proposal(batch)
        certain = [
            letter for letter in proposal.letters if letter.certain and not touched.intersection(letter.pages)
        ]
        letters = tuple(_take(batch, letter, SYSTEM) for letter in certain)
        covers = {paper.sheet_page for letter in certain for paper in letter.papers}
        aside = [(page, why) for page, why in proposal.aside if why != COVER_SHEET or page in covers]
        _lay_aside(batch, aside)
        return Taken(letters, sum(len(letter.pages) for letter in certain), len(aside))


def take_over(batch: Batch, actor: Actor) -> Taken:
    """Everything the proposal says, because a person looked at it.

    Errors: PagesTaken; nothing is done then.
    """
    with transaction.atomic():
        batch = _locked(batch)
        proposal = open_proposal(batch)
        letters = tuple(_take(batch, letter, actor) for letter in proposal.letters)
        _lay_aside(batch, proposal.aside)
        pages = sum(len(letter.pages) for letter in proposal.letters)
        return Taken(letters, pages, len(proposal.aside))


def take_guesses(batch: Batch, chosen: Collection[tuple[int, ...]], actor: Actor) -> Taken:
    """The guessed letters with exactly these pages, because a person looked at them.

    Errors: PagesTaken if one of them is no longer guessed so; nothing is done then.
    """
    with transaction.atomic():
        batch = _locked(batch)
        wanted = [one.letter for one in guesses_of(batch) if one.letter.pages in chosen]
        if len(wanted) != len(chosen):
            raise PagesTaken
        letters = tuple(_take(batch, letter, actor) for letter in wanted)
        return Taken(letters, sum(len(letter.pages) for letter in wanted), 0)


# --- what is known


def _sheets(batch: Batch, pages: Iterable[PageSeen]) -> dict[str, Sheet]:
    codes = {sheet_code(content) for page in pages for content in page.codes} - {""}
    if not codes:
        return {}
    rows = list(CoverSheet.objects.filter(code__in=codes).select_related("case"))
    used = Event.objects.filter(kind=events.CoverSheetUsed.kind, case__in={row.case_id for row in rows})
    elsewhere = set(used.exclude(file=batch.file_id).values_list("data__sheet", flat=True))
    return {
        row.code: Sheet(
            str(row.case.public_id),
            row.kind,
            open=row.case.state == CaseState.OPEN,
            used=row.pk in elsewhere,
        )
        for row in rows
    }


def _done_pages(batch: Batch) -> set[int]:
    done = set(SetAsidePage.objects.filter(batch=batch).values_list("page", flat=True))
    for part in queries.standing_parts(batch):
        done.update(range(part.first_page or 1, (part.last_page or 0) + 1))
    return done


def _touched_pages(batch: Batch) -> set[int]:
    """Pages that were in a paper once: what a person took out again is not put back by itself."""
    parts = Part.objects.filter(file_id=batch.file_id, first_page__isnull=False)
    return {
        number
        for first, last in parts.values_list("first_page", "last_page")
        for number in range(first or 1, (last or 0) + 1)
    }


def _without(letter: ProposedLetter, done: set[int]) -> ProposedLetter:
    papers = [
        replace(paper, pages=tuple(page for page in paper.pages if page not in done))
        for paper in letter.papers
    ]
    whole = not done.intersection(letter.pages)
    return replace(
        letter, papers=tuple(paper for paper in papers if paper.pages), certain=letter.certain and whole
    )


# --- doing it


def _locked(batch: Batch) -> Batch:
    return Batch.objects.select_for_update(of=("self",)).select_related("file").get(pk=batch.pk)


def _take(batch: Batch, letter: ProposedLetter, actor: Actor) -> Submission:
    """One letter with its pages: a new one, or the one registered before that it can only be."""
    sheets = {sheet.code: sheet for sheet in CoverSheet.objects.filter(code__in=letter.sheets)}
    papers = tuple(_paper(batch, paper) for paper in letter.papers)
    key, known = _taken_before(batch, letter)
    known = known or _registered_before(batch, sheets.values())
    if known is None:
        ack = arriving.receive(_envelope(batch, letter, papers, actor, key))
        known = Submission.objects.get(public_id=ack.submission_id)
        documents = list(known.documents.order_by("position"))
    else:
        documents = arriving.add_scan(known, papers, actor)
    for document, paper in zip(documents, letter.papers, strict=True):
        sheet = sheets.get(paper.sheet)
        if sheet is None or known.case_id != sheet.case_id:
            continue
        asked = sheet.requirement
        if asked is not None and asked.kind == document.kind and asked.state != RequirementState.WAIVED:
            document.requirement = asked
            document.save(update_fields=["requirement"])
        event = events.CoverSheetUsed(sheet.pk)
        events.record(event, actor, case=sheet.case, submission=known, document=document, file=batch.file)
    return known


def _paper(batch: Batch, paper: ProposedPaper) -> Paper:
    return Paper(
        known_kind(paper.kind) or OTHER,
        tuple(Upload(batch.file_id, "", first, last) for first, last in spans(paper.pages)),
    )


def _taken_before(batch: Batch, letter: ProposedLetter) -> tuple[uuid.UUID, Submission | None]:
    """Taken over and taken out again: the same letter gets its pages back, unless it was handed on."""
    name = f"letter from page {letter.pages[0]}"
    key = uuid.uuid5(batch.key, name)
    known = Submission.objects.filter(key=key).first()
    while known is not None and known.state in queries.GONE:
        key = uuid.uuid5(key, name)
        known = Submission.objects.filter(key=key).first()
    return key, known


def _registered_before(batch: Batch, sheets: Iterable[CoverSheet]) -> Submission | None:
    """The one letter of that case registered for the day of the stack and not scanned yet; else None."""
    cases = {sheet.case_id for sheet in sheets}
    if len(cases) != 1:
        return None
    waiting = Submission.objects.filter(~Exists(queries.STANDING), channel=Channel.POST, case__in=cases)
    waiting = waiting.exclude(state__in=queries.GONE)
    same_day = [letter for letter in waiting if berlin_day(letter.received_at) == batch.arrived_on]
    return same_day[0] if len(same_day) == 1 else None


def _envelope(
    batch: Batch, letter: ProposedLetter, papers: tuple[Paper, ...], actor: Actor, key: uuid.UUID
) -> Envelope:
    """The name is the one printed on the cover sheet; a letter without one has no sender yet."""
    sheet = letter.sheets[0] if letter.sheets else ""
    sender, language = Sender(), "de"
    if sheet:
        person = CoverSheet.objects.select_related("case__person").get(code=sheet).case.person
        sender, language = Sender(person.given_name, person.family_name), person.language
    return Envelope(
        key=key,
        channel=Channel.POST,
        actor=actor,
        service=PAPERS,
        service_version=catalogue().service(PAPERS).version,
        sender=sender,
        keys=Keys(cover_sheet=sheet),
        papers=papers,
        received_at=start_of_day(batch.arrived_on),
        language=language,
    )


def _lay_aside(batch: Batch, pages: Iterable[tuple[int, str]]) -> None:
    for page, why in pages:
        actions.set_aside(batch, page, why)
