"""Names of people on a page: where letters and forms put them. Pure.

No list of names: people's names are more than any list. What counts is the place: behind "Name, Vorname",
"Kontoinhaber" or "Herr", in the first line of a block that ends in a postcode and a town, under the greeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casework.reading.fieldfinder import Line
    from casework.reading.recognised import Word

_BEFORE = r"(?:(?:von|van|de|der|den|zu|zur|vom|al|el|bin|ibn|da|dos|del|di)\s)*"
_PART = rf"{_BEFORE}[^\W\d_]+(?:['’`-][^\W\d_]+)*"
_TITLE = r"(?:(?:Prof|Dr|Dipl|Ing|med)\.?-?\s*)*"
_GIVEN_FAMILY = re.compile(rf"{_TITLE}({_PART}(?:\s{_PART}){{1,3}})")
_FAMILY_GIVEN = re.compile(rf"({_PART}(?:\s{_PART})?)\s?,\s?({_PART}(?:\s{_PART}){{0,2}})")
_FAMILY = re.compile(rf"{_TITLE}({_PART})")
_ONE_NAME = re.compile(rf"{_PART}(?:\s{_PART})?")

_LABEL_BOTH_TURNED = re.compile(
    r"^\W*(?:name|familienname|nachname)\s?,?\s?(?:und\s)?vorname(?:n|\(n\))?\b[^:]{0,30}?:?[\W_]+(?=\w)"
    r"|^\W*name\s+der\s+versicherten\s+person[\W_]+",
    re.IGNORECASE,
)
_LABEL_BOTH = re.compile(
    r"\b(?:vor-?\s?und\s(?:nach|familien|zu)name|kontoinhaber(?:in)?|mieter(?:in)?(?:\s?/\s?mieter(?:in)?)?|versicherte\sperson"
    r"|arbeitnehmer(?:in)?|antragsteller(?:in)?|schüler(?:in)?|name\sdes\skindes|patient(?:in)?|inhaber(?:in)?)\b[\W_]+(?=[^\W\d_])",
    re.IGNORECASE,
)
_LABEL_GIVEN = re.compile(r"^\W*(?:vorname(?:n|\(n\))?|rufname|given\snames?)\s*:?\s+(?=\S)", re.IGNORECASE)
_LABEL_FAMILY = re.compile(r"^\W*(?:familienname|nachname|zuname|surname)\s*:?\s+(?=\S)", re.IGNORECASE)
_ADDRESSED = re.compile(r"\b(?:Herrn?|Frau)\s+(?=\S)")
_TOWN = re.compile(r"^\W*(?:D-)?\d{5}\s+[^\W\d_]")
_STREET_AND_TOWN = re.compile(r"\d{1,4}\s?[a-zA-Z]?\s?[,·|]\s?(?:D-)?\d{5}\s+[^\W\d_]")
_STREET = re.compile(r"\d{1,4}\s?[a-zA-Z]?\s*$|postfach", re.IGNORECASE)
_GREETING = re.compile(
    r"mit\sfreundlich\w*\sgr|hochachtungsvoll|viele\sgrüße|freundliche\sgrüße", re.IGNORECASE
)

# Offices and firms stand where names stand.
_NO_PERSON = re.compile(
    r"\b(?:gmbh|ggmbh|kg|ohg|ag|eg|e\.?\s?v|e\.?\s?k|mbh|co|jobcenter|agentur|amt|abteilung|stadt|kreis|sparkasse|bank|volksbank"
    r"|kasse|krankenkasse|versicherung|praxis|hausverwaltung|verwaltung|stadtwerke|schule|gesellschaft|genossenschaft|wohnbau"
    r"|immobilien|pflegedienst|gasthof|bäckerei|zentrum|aok|firma|straße|weg|platz|allee|gasse|postfach|seite|anlage|antrag"
    r"|leistungsabteilung|damen|herren|unterschrift|datum|ort|betreff|nummer|name|vorname|euro|betrag)\b"
    r"|verwaltung|versicherung|gesellschaft|abteilung|sparkasse|straße\b",
    re.IGNORECASE,
)

Found = tuple[str, str, "list[Word]", float]


def names_in(lines: Sequence[Line]) -> Iterator[Found]:
    """Name of the field, value, its words and how much the place is worth."""
    for at, line in enumerate(lines):
        yield from _labelled(line)
        yield from _addressed(line)
        if _TOWN.match(line.text) or _STREET_AND_TOWN.search(line.text):
            yield from _address(lines, at)
        if _GREETING.search(line.text):
            yield from _signed(lines, at)


def _labelled(line: Line) -> Iterator[Found]:
    if label := _LABEL_BOTH_TURNED.search(line.text):
        if found := _FAMILY_GIVEN.match(line.text, label.end()):
            yield from _person(line, found.span(2), found.span(1), 0.95)
    elif label := _LABEL_BOTH.search(line.text):
        if found := _FAMILY_GIVEN.match(line.text, label.end()):
            yield from _person(line, found.span(2), found.span(1), 0.85)
        elif found := _GIVEN_FAMILY.match(line.text, label.end()):
            yield from _given_family(line, found.span(1), 0.9)
    for name, pattern in (("given_name", _LABEL_GIVEN), ("family_name", _LABEL_FAMILY)):
        label = pattern.search(line.text)
        found = _ONE_NAME.match(line.text, label.end()) if label else None
        if found and not _NO_PERSON.search(found[0]):
            yield name, found[0], line.words_at(*found.span()), 0.9


def _addressed(line: Line) -> Iterator[Found]:
    for label in _ADDRESSED.finditer(line.text):
        if found := _GIVEN_FAMILY.match(line.text, label.end()):
            yield from _given_family(line, found.span(1), 0.85)
            continue
        found = _FAMILY.match(line.text, label.end())
        if found and found[1][0].isupper() and not _NO_PERSON.search(found[1]):
            yield "family_name", found[1], line.words_at(*found.span(1)), 0.8


def _address(lines: Sequence[Line], town: int) -> Iterator[Found]:
    """The lines above a postcode: street, then the name."""
    for at in range(town - 1, max(-1, town - 4), -1):
        text = lines[at].text.strip()
        if _STREET.search(text) and at == town - 1:
            continue
        found = _GIVEN_FAMILY.fullmatch(re.sub(r"^(?:Herrn?|Frau)\s+", "", text))
        if found and not _NO_PERSON.search(text):
            start = lines[at].text.find(found[1])
            yield from _given_family(lines[at], (start, start + len(found[1])), 0.85)
            return


def _signed(lines: Sequence[Line], greeting: int) -> Iterator[Found]:
    # What was read of the signature itself may look like a name, too, but is never read as surely.
    best: list[Found] = []
    for line in lines[greeting + 1 : greeting + 6]:
        found = (
            list(_given_family(line, (0, len(line.text)), 0.8)) if _GIVEN_FAMILY.fullmatch(line.text) else []
        )
        if found and (not best or _weakest(found) > _weakest(best)):
            best = found
    yield from best


def _weakest(found: Sequence[Found]) -> float:
    return min(word.confidence for _, _, words, _ in found for word in words)


def _given_family(line: Line, span: tuple[int, int], share: float) -> Iterator[Found]:
    """The last word is the family name, with "von" and the like before it."""
    text = line.text[span[0] : span[1]]
    found = re.fullmatch(rf"(.+?)\s({_PART})", text)
    if found:
        at = span[0]
        yield from _person(
            line, (at + found.start(1), at + found.end(1)), (at + found.start(2), at + found.end(2)), share
        )


def _person(line: Line, given: tuple[int, int], family: tuple[int, int], share: float) -> Iterator[Found]:
    first, last = line.text[slice(*given)].strip(), line.text[slice(*family)].strip()
    capital = all(part[:1].isupper() for part in (*first.split(), last.split()[-1]))
    if not capital or len(first) < 2 or len(last) < 2 or _NO_PERSON.search(f"{first} {last}"):
        return
    first_words, last_words = line.words_at(*given), line.words_at(*family)
    yield "given_name", first, first_words, share
    yield "family_name", last, last_words, share
    yield "name", f"{first} {last}", [*first_words, *last_words], share
