"""Where one letter ends and the next begins: a proposal for a scanned stack, from what its pages say. Pure.

Only codes divide: our cover sheets, our separator sheets, the patch code scanners know. What a page looks
like never makes a new letter here, at most a new paper within one; a guess from it is made by `openings`,
and stays a guess. Every page is in the proposal exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

PREFIX = "ANGK1:"
SEPARATOR = "TRENNBLATT"
PATCH = "PATCHT"

# Why a page lies beside the letters.
BLANK, SEPARATOR_SHEET, COVER_SHEET = "blank", "separator", "cover_sheet"
# What somebody should look at.
FOREIGN_CODE, UNKNOWN_SHEET, SHEET_TWICE = "foreign_code", "unknown_sheet", "sheet_twice"
TWO_SHEETS, NOT_READ, NOTHING_BEHIND = "two_sheets", "not_read", "nothing_behind"
WORN_SHEET = "worn_sheet"  # by its words a sheet of ours, but its code cannot be read
# What codes of others are, as far as their form tells.
PAYMENT, WEB, ARCHIVE, OTHER_SEPARATOR, OTHER = "payment", "web", "archive", "separator", "other"


@dataclass(frozen=True, slots=True)
class PageSeen:
    """What was read of one page. `codes` are the contents of all codes on it, in any direction."""

    number: int
    blank: bool = False
    codes: tuple[str, ...] = ()
    kind: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    turned: int = 0
    read: bool = True  # False: no picture, or not looked at yet
    worn: str = ""  # by its words a sheet of ours: "separator" or "cover_sheet"; see `sheet_by_words`


@dataclass(frozen=True, slots=True)
class Sheet:
    """A cover sheet of ours: `about` tells cases apart, `kind` is the paper asked for."""

    about: str
    kind: str = ""
    open: bool = True  # whether the case still takes papers without a person looking
    used: bool = False  # papers came with it before


@dataclass(frozen=True, slots=True)
class ProposedPaper:
    kind: str
    pages: tuple[int, ...]
    sheet: str = ""  # code of the cover sheet in front
    sheet_page: int = 0  # where it lies


@dataclass(frozen=True, slots=True)
class ProposedLetter:
    papers: tuple[ProposedPaper, ...]
    about: str = ""  # the case its cover sheets point to; empty: unknown
    certain: bool = False

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(number for paper in self.papers for number in paper.pages)

    @property
    def sheets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(paper.sheet for paper in self.papers if paper.sheet))


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look at. `detail`: a cover sheet's code, or of what kind a code or sheet is; never the
    content of somebody else's code.
    """

    page: int
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`aside`: page and reason. `left_over`: pages nothing is known about; a person decides."""

    letters: tuple[ProposedLetter, ...] = ()
    aside: tuple[tuple[int, str], ...] = ()
    left_over: tuple[int, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Every page of the proposal, as often as it stands in it."""
        placed = [number for letter in self.letters for number in letter.pages]
        return (*placed, *(number for number, _ in self.aside), *self.left_over)


def is_separator(content: str) -> bool:
    return content.strip().upper() in (PREFIX + SEPARATOR, PATCH)


def sheet_code(content: str) -> str:
    """The code of a cover sheet in a code's content; empty if it is none of ours."""
    content = content.strip().upper()
    code = content.removeprefix(PREFIX)
    return code if code and code != content and code != SEPARATOR else ""


def kind_of_code(content: str) -> str:
    """What a code of somebody else is for, by its form: PAYMENT, WEB, ARCHIVE, OTHER_SEPARATOR or OTHER."""
    plain = content.strip().upper()
    if plain.startswith(("BCD\n", "BCD\r\n", "SPC\n", "SPC\r\n", "BANK://", "UNAV;")):
        return PAYMENT
    if plain.startswith(("HTTP://", "HTTPS://", "WWW.")):
        return WEB
    if plain.startswith("ASN") and plain.removeprefix("ASN").strip().isdigit():
        return ARCHIVE
    if plain.startswith(("PATCH", "ANGK")) or any(word in plain for word in _SEPARATING):
        return OTHER_SEPARATOR
    return OTHER


_SEPARATING = ("TRENN", "SEPARATOR", "NEXTDOC", "DECKBLATT", "COVERSHEET")


def sheet_by_words(text: str) -> str:
    """Whether a page is a sheet of ours by what is printed on it, whatever became of its code."""
    words = " ".join(text.split()).casefold()
    if "trennblatt" in words and "zwischen zwei briefe" in words:
        return SEPARATOR_SHEET
    if "deckblatt" in words and "legen sie dieses blatt auf" in words:
        return COVER_SHEET
    return ""


def propose(pages: Iterable[PageSeen], sheets: Mapping[str, Sheet]) -> Proposal:
    """Split a stack. `sheets`: every cover sheet of ours whose code is on these pages, by its code."""
    work = _Work(sheets)
    for page in sorted(pages, key=lambda page: page.number):
        work.take(page)
    return work.done()


@dataclass
class _Letter:
    about: str = ""
    papers: list[ProposedPaper] = field(default_factory=list)
    clear: bool = True


@dataclass
class _Work:
    sheets: Mapping[str, Sheet]
    letters: list[_Letter] = field(default_factory=lambda: [_Letter()])
    aside: list[tuple[int, str]] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    left_over: list[int] = field(default_factory=list)
    sheet: str = ""
    sheet_page: int = 0
    fresh: bool = True  # the next page begins a paper
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, page: PageSeen) -> None:
        ours = list(dict.fromkeys(code for code in map(sheet_code, page.codes) if code in self.sheets))
        self._flag_strangers(page)
        if not page.read:
            # It may be anything, a separator too: what follows is not certain.
            self.left_over.append(page.number)
            self.flags.append(Flag(page.number, NOT_READ))
            self.letters[-1].clear = False
        elif len(ours) == 1:
            self._cover(page, ours[0])
        elif any(map(is_separator, page.codes)) and not ours:
            self.aside.append((page.number, SEPARATOR_SHEET))
            self._close_sheet()
            self._new_letter("")
        elif ours:
            # Two of ours on one page: a picture of several sheets, or one stuck on another.
            self.flags.append(Flag(page.number, TWO_SHEETS))
            self._page(page)
            self.letters[-1].clear = False
        elif page.worn:
            # Something ends here, but not what: neither what lies before nor what follows is certain.
            self.flags.append(Flag(page.number, WORN_SHEET, page.worn))
            self.letters[-1].clear = False
            self._page(page)
        elif page.blank:
            self.aside.append((page.number, BLANK))
        else:
            self._page(page)

    def _flag_strangers(self, page: PageSeen) -> None:
        for content in page.codes:
            code = sheet_code(content)
            if code and code not in self.sheets:
                self.flags.append(Flag(page.number, UNKNOWN_SHEET))
            elif not code and not is_separator(content):
                self.flags.append(Flag(page.number, FOREIGN_CODE, kind_of_code(content)))

    def _cover(self, page: PageSeen, code: str) -> None:
        self._close_sheet()
        sheet = self.sheets[code]
        self.aside.append((page.number, COVER_SHEET))
        if self.letters[-1].about != sheet.about:
            self._new_letter(sheet.about)
        letter = self.letters[-1]
        letter.clear = letter.clear and sheet.open and not sheet.used
        if sheet.used or code in self.seen:
            self.flags.append(Flag(page.number, SHEET_TWICE, code))
            letter.clear = False
            for other in self.letters:  # which of the two is the right one, a person says
                other.clear = other.clear and code not in {paper.sheet for paper in other.papers}
        self.seen[code] = page.number
        self.sheet, self.sheet_page, self.fresh = code, page.number, True

    def _close_sheet(self) -> None:
        if self.sheet and self.fresh:
            self.flags.append(Flag(self.sheet_page, NOTHING_BEHIND, self.sheet))
        self.sheet = ""

    def _new_letter(self, about: str) -> None:
        self.letters.append(_Letter(about))
        self.fresh = True

    def _page(self, page: PageSeen) -> None:
        papers = self.letters[-1].papers
        asked = self.sheets[self.sheet].kind if self.sheet else ""
        last = papers[-1] if papers and not self.fresh else None
        other_kind = last is not None and not asked and page.kind and last.kind and page.kind != last.kind
        if last is None or other_kind:
            papers.append(
                ProposedPaper(
                    asked or page.kind,
                    (page.number,),
                    self.sheet,
                    self.sheet_page if self.sheet else 0,
                )
            )
        else:
            papers[-1] = replace(last, kind=last.kind or page.kind, pages=(*last.pages, page.number))
        self.fresh = False

    def done(self) -> Proposal:
        self._close_sheet()
        if len(self.letters) == 1:
            # Nothing divides this stack: whether it is one letter or twenty, a person sees.
            self.left_over += [number for paper in self.letters[0].papers for number in paper.pages]
            self.letters[0].papers = []
        letters = tuple(
            ProposedLetter(tuple(one.papers), one.about, bool(one.about) and one.clear)
            for one in self.letters
            if one.papers
        )
        return Proposal(letters, tuple(self.aside), tuple(sorted(self.left_over)), tuple(self.flags))


def spans(pages: Iterable[int]) -> list[tuple[int, int]]:
    """Page numbers as spans from–to, both included: 1, 2, 3, 7 -> (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for page in sorted(set(pages)):
        if found and found[-1][1] == page - 1:
            found[-1] = (found[-1][0], page)
        else:
            found.append((page, page))
    return found


def interleave(fronts: int, backs: int, *, backs_reversed: bool = True) -> list[tuple[int, int]]:
    """The order of two one-sided passes of a double-sided stack: (pass, page), passes 1 and 2, pages from 1.

    `backs_reversed`: the stack was turned over as a whole, so that the last sheet's back came first. Where
    one pass has fewer pages, those sheets have one side only: no page is left out.
    """
    sheets = max(fronts, backs)
    order: list[tuple[int, int]] = []
    for sheet in range(1, sheets + 1):
        back = sheets - sheet + 1 if backs_reversed else sheet
        if sheet <= fronts:
            order.append((1, sheet))
        if back <= backs:
            order.append((2, back))
    return order
