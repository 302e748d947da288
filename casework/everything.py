"""Everything there is of a case as one ZIP, for the person herself (GDPR Art. 15, 20).

What she sent, byte for byte; pages of scanned letters as pictures, because a stack holds letters of others;
receipts as PDF; and a list of it all to read (HTML) and for programs (JSON). Written piece by piece.
"""

import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from casework import filestore, receipts
from casework.catalogue import catalogue
from casework.clock import BERLIN, database_now
from casework.codes import grouped
from casework.models import Case, Document, Page, Part, Submission
from casework.status import submissions_of

SAFE = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 80
UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}  # as Germans write them
)


def safe_name(name: str, fallback: str = "datei") -> str:
    """A name every system can unpack: no folder, no control character, not hidden, not too long."""
    name = name.translate(UMLAUTS)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, ending = SAFE.sub("-", plain).strip("-. ").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    stem = stem.strip("-. ")[:LONGEST_NAME] or fallback
    ending = ending.strip("-. ")[:10]
    return f"{stem}.{ending}" if ending else stem


class _Sink(io.RawIOBase):
    """What zipfile writes is taken out again at once; it cannot be sought in."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        whole, self.pieces = b"".join(self.pieces), []
        return whole


def zipped(submission: Submission, case: Case | None, language: str) -> Iterator[bytes]:
    """The ZIP in pieces; the caller has logged it and checked who may have it."""
    sink = _Sink()
    lines: list[dict[str, Any]] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for number, one in enumerate(submissions_of(submission, case), start=1):
            folder = f"{number:02d}-{one.received_at.astimezone(BERLIN):%Y-%m-%d}-{one.number}"
            files: list[dict[str, Any]] = []
            archive.writestr(f"{folder}/beleg.pdf", receipts.pdf(one))
            yield sink.taken()
            for document in one.documents.all():
                for part in document.parts.all():
                    for name, size, pieces in _contents(document, part):
                        entry = zipfile.ZipInfo(f"{folder}/{name}")
                        with archive.open(entry, "w", force_zip64=size > 1 << 30) as to:
                            for piece in pieces:
                                to.write(piece)
                                yield sink.taken()
                        files.append({"file": f"{folder}/{name}", "given_name": part.file.name, "size": size})
                    if part.file.virus == "found":
                        files.append({"file": "", "given_name": part.file.name, "size": part.file.size})
            lines.append(_line(one, folder, files))
        story = {
            "made_at": database_now().isoformat(),
            "case_code": grouped(case.code) if case else "",
            "submissions": lines,
            "messages": _messages(case),
        }
        archive.writestr("inhalt.json", json.dumps(story, ensure_ascii=False, indent=2))
        with translation.override(language):  # the request, and its language, are over by now
            page = render_to_string("citizen/everything.html", {**story, "made_at": database_now()})
        archive.writestr("inhalt.html", page)
        yield sink.taken()
    yield sink.taken()


def _contents(document: Document, part: Part) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """Name, size and bytes of what a part of a paper holds."""
    kind = safe_name(str(catalogue().document_kind(document.kind).name.get("de")), "papier")
    start = f"{document.position + 1:02d}-{kind}"
    if part.file.virus == "found":
        return
    if part.first_page is None:
        name = f"{start}-{part.position + 1}-{safe_name(part.file.name)}"
        yield name, part.file.size, filestore.read(part.file)
        return
    pages = Page.objects.filter(file=part.file, number__gte=part.first_page, number__lte=part.last_page or 0)
    for at, pk in enumerate(pages.order_by("number").values_list("pk", flat=True), start=1):
        picture = bytes(Page.objects.values_list("picture", flat=True).get(pk=pk))
        yield f"{start}-seite-{part.position + 1}-{at:03d}.webp", len(picture), iter([picture])


def _line(submission: Submission, folder: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "number": grouped(submission.number),
        "received_at": submission.received_at.isoformat(),
        "channel": submission.channel,
        "receipt": f"{folder}/beleg.pdf",
        "papers": [str(catalogue().document_kind(d.kind).name.get("de")) for d in submission.documents.all()],
        "answers": submission.answers,
        "files": files,
    }


def _messages(case: Case | None) -> list[dict[str, str]]:
    if case is None:
        return []
    return [
        {"at": one.written_at.isoformat(), "from": one.role, "text": one.text} for one in case.messages.all()
    ]
