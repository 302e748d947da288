"""Whose is a letter? What was found on its pages and typed, the people and cases this leads to, and the pages
themselves with what is marked on them. The judgement is casework.matching.suggest; nothing is joined here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q

from casework import people, queries
from casework.codes import is_number, tidy
from casework.matching.suggest import Certainty, Evidence, Fact, Matter, Somebody, suggest
from casework.models import Case, CoverSheet, Document, Page, Person, Requirement, Submission, User
from casework.reading.splitting import sheet_code
from casework.workflow import CaseState

SURE_KIND = 0.5  # a kind of paper suggested with less confidence says nothing
MOST_PEOPLE = 60
_SECRET = re.compile(r"/([0-9A-HJKMNP-TV-Z]{26})/?$")
_GROUPED = re.compile(r"[0-9A-Z]{4}[-\u2010-\u2015][0-9A-Z]{4}[-\u2010-\u2015][0-9A-Z]{4}", re.IGNORECASE)
_FIELDS = ("customer_number", "household_number", "birth_date", "date", "family_name", "given_name", "name")


@dataclass(frozen=True)
class Mark:
    """A fact with its place on the picture, in the picture's own units (pixels)."""

    fact: Fact
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class LetterPage:
    """One page of a letter, in the letter's order."""

    position: int  # from 1
    file: UUID
    number: int  # within its file
    width: int
    height: int
    document: Document
    recognised: bool
    facts: tuple[Fact, ...]
    words: tuple[Fact, ...]

    def marks(self, shown: Iterable[Fact]) -> list[Mark]:
        """Those of the facts that stand on this page."""
        found = []
        for fact in shown:
            if fact.page == self.position and fact.place is not None:
                x, y, width, height = fact.place
                found.append(
                    Mark(
                        fact,
                        round(x * self.width),
                        round(y * self.height),
                        max(1, round(width * self.width)),
                        max(1, round(height * self.height)),
                    )
                )
        return found


@dataclass(frozen=True)
class Likely:
    """A suggestion with its rows."""

    person: Person
    case: Case | None
    requirement: Requirement | None
    certainty: Certainty
    evidence: tuple[Evidence, ...]
    against: tuple[Fact, ...]


def pages_of_letter(letter: Submission) -> list[LetterPage]:
    """All pages of a letter that can be shown, in its order. `letter` as from queries.with_documents."""
    spans = [
        (document, part.file_id, part.first_page or 1, part.last_page or part.file.page_count)
        for document in letter.documents.all()
        for part in document.parts.all()
    ]
    rows: dict[tuple[UUID, int], Page] = {}
    if spans:
        wanted = Q(pk__in=[])
        for _, file, first, last in spans:
            wanted |= Q(file=file, number__gte=first, number__lte=last)
        found = Page.objects.filter(wanted).defer("picture", "thumbnail", "text", "search", "fingerprint")
        rows = {(page.file_id, page.number): page for page in found}
    pages: list[LetterPage] = []
    for document, file, first, last in spans:
        for number in range(first, last + 1):
            if (file, number) in rows:
                pages.append(_letter_page(len(pages) + 1, document, rows[file, number]))
    return pages


def likely(letter: Submission, pages: Sequence[LetterPage], user: User) -> list[Likely]:
    """Ranked suggestions among the people this user may see, the surest first."""
    facts = [*_typed(letter), *(fact for page in pages for fact in page.facts)]
    named = _cases_named(facts)
    rows = (
        queries.people_visible_to(user)
        .filter(_led_to(facts) | Q(pk__in={case.person_id for case in named}))
        .select_related("household")
        .prefetch_related(Prefetch("cases", _with_waiting()))[:MOST_PEOPLE]
    )
    by_pk = {person.pk: person for person in rows}
    cases = {case.pk: case for person in rows for case in person.cases.all()}
    words = _words_worth(pages, by_pk.values())
    found = suggest(
        [*facts, *words],
        [_somebody(person) for person in rows],
        [_matter(case, named.get(case, frozenset())) for case in cases.values()],
    )
    return [
        Likely(
            by_pk[one.person],
            case := cases[one.case] if one.case is not None else None,
            _requirement(case, one.requirement),
            one.certainty,
            one.evidence,
            one.against,
        )
        for one in found
    ]


# --- facts


def _letter_page(position: int, document: Document, page: Page) -> LetterPage:
    facts = [
        Fact(field["name"], field["value"], position, _place(field.get("place")), field.get("confidence", 0))
        for field in page.fields
        if field.get("name") in _FIELDS
    ]
    for code in page.codes:
        place, content = _place(code.get("place")), str(code.get("content", ""))
        if sheet := sheet_code(content):
            facts.append(Fact("cover_sheet", sheet, position, place))
        elif found := _SECRET.search(content):
            facts.append(Fact("secret", found[1], position, place))
        elif is_number(tidy(content)):
            facts.append(Fact("number", tidy(content), position, place))
    words = tuple(Fact("word", str(w[0]), position, _place(w[1:5]), float(w[5])) for w in page.words)
    for word in words:
        if _GROUPED.search(word.value) and is_number(tidy(word.value)):
            facts.append(Fact("number", tidy(word.value), position, word.place, word.confidence))
    kinds = {document.kind: 1.0}
    if page.kind and page.kind_confidence >= SURE_KIND:
        kinds.setdefault(page.kind, page.kind_confidence)
    facts += [Fact("kind", kind, position, None, confidence) for kind, confidence in kinds.items()]
    return LetterPage(
        position,
        page.file_id,
        page.number,
        page.width,
        page.height,
        document,
        page.recognised_at is not None,
        tuple(facts),
        words,
    )


def _typed(letter: Submission) -> list[Fact]:
    """What the counter typed when the letter was registered."""
    given = letter.given
    typed = {
        "customer_number": given.customer_number,
        "household_number": given.household_number,
        "birth_date": given.birth_date.isoformat() if given.birth_date else "",
        "family_name": given.family_name,
        "given_name": given.given_name,
        "number": tidy(str(letter.answers.get("number", ""))),
    }
    return [Fact(name, value) for name, value in typed.items() if value]


def _words_worth(pages: Iterable[LetterPage], found: Iterable[Person]) -> list[Fact]:
    """Of all the words of a letter those that are part of the name of somebody found."""
    names = {
        part.casefold()
        for person in found
        for name in (person.given_name, person.family_name, person.birth_name)
        for part in (name, *name.split())
    }
    return [
        Fact("word", text, word.page, word.place, word.confidence)
        for page in pages
        for word in page.words
        if (text := word.value.strip(".,;:()")).casefold() in names
    ]


def _place(place: Any) -> tuple[float, float, float, float] | None:
    return (place[0], place[1], place[2], place[3]) if place and len(place) == 4 else None


# --- rows


def _values(facts: Iterable[Fact], *names: str) -> list[str]:
    return sorted({fact.value for fact in facts if fact.name in names})


def _led_to(facts: Sequence[Fact]) -> Q:
    """The people that numbers, birth dates and whole names lead to."""
    wanted = Q(customer_number__in=_values(facts, "customer_number"))
    wanted |= Q(household__number__in=_values(facts, "household_number"))
    wanted |= Q(birth_date__in=_values(facts, "birth_date"))
    keys = set()
    for page in {fact.page for fact in facts}:
        here = [fact for fact in facts if fact.page == page]
        pairs = product(_values(here, "given_name"), _values(here, "family_name"))
        keys |= {people.name_key(given, family) for given, family in pairs}
        for name in _values(here, "name"):
            parts = name.replace(",", " ").split()
            if len(parts) >= 2:
                keys |= {people.name_key(parts[0], parts[-1]), people.name_key(parts[-1], parts[0])}
    return wanted | Q(name_key__in=keys)


def _cases_named(facts: Sequence[Fact]) -> dict[Case, frozenset[str]]:
    """Cases whose code, receipts or cover sheets stand on the letter, each with what names it."""
    numbers, secrets = _values(facts, "number"), _values(facts, "secret")
    sheets = _values(facts, "cover_sheet")
    found: dict[Case, set[str]] = {}
    if numbers:
        for case in Case.objects.filter(code__in=numbers):
            found.setdefault(case, set()).add(case.code)
    if numbers or secrets:
        receipts = Submission.objects.filter(
            Q(number__in=numbers) | Q(secret__in=secrets), case__isnull=False
        )
        for receipt in receipts.select_related("case"):
            assert receipt.case is not None
            found.setdefault(receipt.case, set()).update({receipt.number, receipt.secret})
    if sheets:
        for sheet in CoverSheet.objects.filter(code__in=sheets).select_related("case"):
            found.setdefault(sheet.case, set()).add(sheet.code)
    return {case: frozenset(keys) for case, keys in found.items()}


def _with_waiting() -> Any:
    waiting = Prefetch("requirements", queries.waiting_requirements(), to_attr="waiting")
    return Case.objects.select_related("team").prefetch_related(waiting).order_by("received_at", "pk")


def _somebody(person: Person) -> Somebody:
    household = person.household.number if person.household else ""
    return Somebody(people.known(person), person.customer_number or "", household)


def _matter(case: Case, keys: frozenset[str]) -> Matter:
    waiting = tuple((requirement.pk, requirement.kind) for requirement in _waiting(case))
    return Matter(case.pk, case.person_id, keys, case.state == CaseState.OPEN, waiting)


def _waiting(case: Case) -> list[Requirement]:
    return getattr(case, "waiting", [])


def _requirement(case: Case | None, pk: int | None) -> Requirement | None:
    return next((one for one in _waiting(case) if one.pk == pk), None) if case else None
