"""The postbook: what came in on a day, what was read in of it, and whether the two agree.

The day of a letter is the day it reached the office. A letter registered later for a day that is closed
makes a further sheet of that day. One sheet of paper has one or two pages; a page set aside counts for the
letter whose pages lie before it in the stack.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from casework import queries
from casework.clock import BERLIN, start_of_day
from casework.envelope import Channel
from casework.models import Batch, Document, Part, PostbookDay, Submission, Trouble
from casework.queries import GONE
from casework.workflow import SubmissionState


@dataclass(frozen=True)
class LetterLine:
    """One letter of a day. `check`: "", "too_few" or "too_many" pages for the sheets counted."""

    number: str
    public_id: str
    channel: str
    name: str  # of the sender, as given; shown on the sheet, never part of the signed figures
    customer_number: str
    emptied_at: datetime | None
    received_at: datetime
    recorded_at: datetime
    sheets: int | None
    pages: int
    aside: int
    state: str
    case_code: str
    registered_first: bool  # False: it was registered while its stack was split
    not_scanned: bool
    in_trouble: bool
    mistake: str
    forwarded_to: str
    forwarded_on: date | None

    @property
    def check(self) -> str:
        return "" if self.not_scanned or self.is_gone else sheet_fault(self.sheets, self.pages, self.aside)

    @property
    def is_gone(self) -> bool:
        return self.state in GONE

    @property
    def day_only(self) -> bool:
        """As of a submission: only the day of arrival is known."""
        return self.channel == Channel.POST and self.emptied_at != self.received_at

    def figures(self) -> dict[str, object]:
        """What is signed of it: no names."""
        return {
            "number": self.number,
            "channel": self.channel,
            "received_at": self.received_at.isoformat(),
            "emptied_at": self.emptied_at.isoformat() if self.emptied_at else None,
            "sheets": self.sheets,
            "pages": self.pages,
            "aside": self.aside,
            "state": self.state,
            "case": self.case_code,
            "registered_first": self.registered_first,
        }


@dataclass(frozen=True)
class BatchLine:
    """One stack of a day: its pages are in letters, set aside, or left over."""

    public_id: str
    name: str
    sha256: str
    source: str
    scanned_at: datetime
    sheets: int | None
    pages: int
    in_letters: int
    aside: int
    being_read: bool
    problem: str  # of the catalogue
    settled: bool  # the problem was looked after

    @property
    def left_over(self) -> int:
        return self.pages - self.in_letters - self.aside

    @property
    def unreadable(self) -> bool:
        return bool(self.problem) and not self.settled

    @property
    def check(self) -> str:
        if self.being_read or self.problem:
            return ""
        return sheet_fault(self.sheets, self.pages, 0)

    def figures(self) -> dict[str, object]:
        return {
            "file": self.sha256,
            "source": self.source,
            "scanned_at": self.scanned_at.isoformat(),
            "sheets": self.sheets,
            "pages": self.pages,
            "in_letters": self.in_letters,
            "aside": self.aside,
            "left_over": self.left_over,
            "problem": self.problem,
            "settled": self.settled,
        }


@dataclass(frozen=True)
class DayFigures:
    """Everything of one day, as it is now."""

    day: date
    letters: tuple[LetterLine, ...] = ()
    batches: tuple[BatchLine, ...] = ()

    @property
    def counted(self) -> list[LetterLine]:
        """Letters without those registered by mistake: they were no letters."""
        return [letter for letter in self.letters if letter.state != SubmissionState.MISTAKEN]

    @property
    def not_scanned(self) -> list[LetterLine]:
        return [letter for letter in self.letters if letter.not_scanned and not letter.is_gone]

    @property
    def not_registered(self) -> list[LetterLine]:
        """Made while a stack was split: nobody had registered them before."""
        return [letter for letter in self.counted if not letter.registered_first]

    @property
    def wrong_count(self) -> list[LetterLine]:
        return [letter for letter in self.letters if letter.check]

    @property
    def in_trouble(self) -> list[LetterLine]:
        return [letter for letter in self.letters if letter.in_trouble]

    @property
    def unassigned(self) -> list[LetterLine]:
        return [letter for letter in self.letters if letter.state == SubmissionState.UNASSIGNED]

    @property
    def being_read(self) -> list[BatchLine]:
        return [batch for batch in self.batches if batch.being_read]

    @property
    def unreadable(self) -> list[BatchLine]:
        return [batch for batch in self.batches if batch.unreadable]

    @property
    def with_rest(self) -> list[BatchLine]:
        return [batch for batch in self.batches if batch.left_over and not batch.unreadable]

    @property
    def wrong_stack(self) -> list[BatchLine]:
        return [batch for batch in self.batches if batch.check]

    @property
    def open_points(self) -> dict[str, int]:
        """What stands in the way of the day adding up, as codes with how many; empty: it adds up."""
        found = {
            "not_scanned": len(self.not_scanned),
            "wrong_count": len(self.wrong_count),
            "in_trouble": len(self.in_trouble),
            "being_read": len(self.being_read),
            "unreadable": len(self.unreadable),
            "with_rest": len(self.with_rest),
            "wrong_stack": len(self.wrong_stack),
        }
        return {code: count for code, count in found.items() if count}

    @property
    def totals(self) -> dict[str, int]:
        batches = self.batches
        return {
            "letters": len(self.counted),
            "mistaken": len(self.letters) - len(self.counted),
            "forwarded": sum(letter.state == SubmissionState.FORWARDED for letter in self.letters),
            "unassigned": len(self.unassigned),
            "sheets": sum(letter.sheets or 0 for letter in self.counted),
            "letter_pages": sum(letter.pages for letter in self.counted),
            "batches": len(batches),
            "pages": sum(batch.pages for batch in batches),
            "in_letters": sum(batch.in_letters for batch in batches),
            "aside": sum(batch.aside for batch in batches),
            "left_over": sum(batch.left_over for batch in batches),
            "files_with_problem": sum(bool(batch.problem) for batch in batches),
            "unreadable": len(self.unreadable),
        }

    def figures(self) -> dict[str, object]:
        """What is signed: numbers, counts, hashes; no names."""
        return {
            "day": self.day.isoformat(),
            "letters": [letter.figures() for letter in self.letters],
            "batches": [batch.figures() for batch in self.batches],
            "totals": self.totals,
            "open": self.open_points,
        }


def sheet_fault(sheets: int | None, pages: int, aside: int) -> str:
    """ "too_few" or "too_many" pages for the sheets counted by hand; empty if they fit or nobody counted."""
    if not sheets:
        return ""
    if pages + aside < sheets:
        return "too_few"
    return "too_many" if pages > 2 * sheets else ""


def follow(owners: Mapping[int, int], aside: Iterable[int]) -> dict[int, int]:
    """How many pages set aside lie behind the pages of each letter.

    owners: page number -> letter, of one stack; aside: numbers of pages set aside. Pages before the first
    letter belong to none.
    """
    counts: dict[int, int] = defaultdict(int)
    letter: int | None = None
    aside_pages = set(aside)
    for page in sorted({*owners, *aside_pages}):
        if page in owners:
            letter = owners[page]
        elif letter is not None:
            counts[letter] += 1
    return dict(counts)


# --- from the rows


def figures_of(day: date) -> DayFigures:
    """The day as it stands in the database now."""
    letters = _lines(list(queries.with_documents(queries.letters_of_day(day))))
    return DayFigures(day, tuple(letters), tuple(_batch_lines(day)))


@dataclass(frozen=True)
class DayLine:
    """A day in the list of days: how many letters and stacks it has, and its last closed sheet."""

    day: date
    letters: int
    batches: int
    sheet: int  # 0: not closed


def days_with_post(first: date, last: date) -> list[DayLine]:
    """Days on which something arrived, newest first."""
    arrived = Submission.objects.filter(queries.ON_PAPER, received_at__gte=start_of_day(first))
    by_day = arrived.annotate(day=TruncDate("received_at", tzinfo=BERLIN)).values("day").order_by()
    letters = dict(by_day.annotate(n=Count("pk")).values_list("day", "n"))
    stacks = Batch.objects.filter(arrived_on__gte=first).order_by().values("arrived_on")
    batches = dict(stacks.annotate(n=Count("pk")).values_list("arrived_on", "n"))
    closed = PostbookDay.objects.filter(day__gte=first).order_by().values("day")
    sheets = dict(closed.annotate(n=Max("sheet")).values_list("day", "n"))
    days = sorted({*letters, *batches, *sheets}, reverse=True)
    return [DayLine(d, letters.get(d, 0), batches.get(d, 0), sheets.get(d, 0)) for d in days if d <= last]


def line_of(submission: Submission) -> LetterLine:
    """One letter, as a line of its day."""
    return _lines(list(queries.with_documents(Submission.objects.filter(pk=submission.pk))))[0]


def _lines(letters: list[Submission]) -> list[LetterLine]:
    aside = _aside_of(letters)
    pks = [letter.pk for letter in letters]
    in_trouble = set(
        Trouble.objects.filter(submission__in=pks, done_at=None).values_list("submission", flat=True)
    )
    together = _scanned_with_registering(letters)
    return [
        LetterLine(
            number=letter.number,
            public_id=str(letter.public_id),
            channel=letter.channel,
            name=letter.given.name,
            customer_number=letter.given.customer_number or letter.given.household_number,
            emptied_at=letter.emptied_at,
            received_at=letter.received_at,
            recorded_at=letter.recorded_at,
            sheets=letter.sheets,
            pages=_pages(letter),
            aside=aside.get(letter.pk, 0),
            state=letter.state,
            case_code=letter.case.code if letter.case else "",
            registered_first=letter.pk not in together,
            not_scanned=_waits_for_scan(letter),
            in_trouble=letter.pk in in_trouble,
            mistake=letter.mistake,
            forwarded_to=letter.forwarded_to,
            forwarded_on=letter.forwarded_on,
        )
        for letter in letters
    ]


def _pages(letter: Submission) -> int:
    """Pages read in for it; of a file that came by itself (desk, no stack) its pages too."""
    return sum(document.page_count or 0 for document in letter.documents.all())


def _waits_for_scan(letter: Submission) -> bool:
    """The same as queries.letters_without_scan says."""
    documents = list(letter.documents.all())
    waiting = ("received", "in_case", "opened")
    placeholder = any(not d.shown and d.state in waiting and not d.parts.all() for d in documents)
    return not documents or placeholder


def _scanned_with_registering(letters: list[Submission]) -> set[int]:
    """Letters whose first papers were written down in the same moment as themselves: not registered first."""
    moments = {letter.pk: letter.recorded_at for letter in letters if letter.channel == Channel.POST}
    rows = Document.with_withdrawn.filter(submission__in=moments).values_list("submission", "recorded_at")
    return {pk for pk, at in rows if moments[pk] == at}


def _aside_of(letters: list[Submission]) -> dict[int, int]:
    files = {part.file_id for letter in letters for d in letter.documents.all() for part in d.parts.all()}
    counts: dict[int, int] = defaultdict(int)
    for batch in Batch.objects.filter(file__in=files).prefetch_related("set_aside"):
        owners: dict[int, int] = {}
        for part in queries.standing_parts(batch):
            pages = range(part.first_page or 1, (part.last_page or 0) + 1)
            owners.update(dict.fromkeys(pages, part.document.submission_id))
        for pk, count in follow(owners, [row.page for row in batch.set_aside.all()]).items():
            counts[pk] += count
    return counts


def _batch_lines(day: date) -> Iterable[BatchLine]:
    batches = Batch.objects.filter(arrived_on=day).select_related("file").order_by("pk")
    for batch in batches.prefetch_related("set_aside"):
        trouble = getattr(batch, "trouble", None)
        parts: Iterable[Part] = queries.standing_parts(batch)
        in_letters = sum((part.last_page or 0) - (part.first_page or 1) + 1 for part in parts)
        yield BatchLine(
            public_id=str(batch.public_id),
            name=batch.file.name,
            sha256=batch.file.sha256,
            source=batch.source,
            scanned_at=batch.scanned_at,
            sheets=batch.sheets,
            pages=batch.file.page_count,
            in_letters=in_letters,
            aside=len(batch.set_aside.all()),
            being_read=batch.file.read_at is None,
            problem=batch.file.fault,
            settled=trouble is not None and trouble.done_at is not None,
        )
