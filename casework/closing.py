"""Closing a day of the postbook: canonical figures, hashed, chained, signed, and a signed sheet as PDF/UA.

The figures hold no names; the sheet does, so it has a signature of its own and may be deleted without
breaking the chain. Every closing is in the frozen log with both hashes.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from casework import events, locks, postbook, register
from casework.catalogue import catalogue
from casework.clock import database_now
from casework.envelope import Actor
from casework.models import Event, PostbookDay, User


class PointsOpen(Exception):
    """The day does not add up, and no reason was given for closing it all the same."""


class NothingNew(Exception):
    """The last sheet of the day says exactly this already."""


@dataclass(frozen=True)
class SheetLine:
    """A letter on a sheet: new since the sheet before, changed since then, or neither."""

    letter: postbook.LetterLine
    since: str  # "", "new", "changed"


def sheets_of(day: date) -> list[PostbookDay]:
    return list(
        PostbookDay.objects.filter(day=day).defer("pdf").select_related("closed_by").order_by("sheet")
    )


def is_current(figures: postbook.DayFigures, last: PostbookDay | None) -> bool:
    """Whether the last closed sheet of the day says what the figures say."""
    if last is None:
        return False
    return bool(json.loads(last.text)["figures"] == json.loads(register.canonical(figures.figures())))


def close(day: date, reason: str, user: User, actor: Actor) -> PostbookDay:
    """Close the day as it stands now; a day closed before gets its next sheet.

    Errors: PointsOpen if it does not add up and there is no reason; NothingNew.
    """
    with transaction.atomic():
        locks.hold("postbook")
        figures = postbook.figures_of(day)
        before = PostbookDay.objects.filter(day=day).order_by("-sheet").first()
        if is_current(figures, before):
            raise NothingNew
        if figures.open_points and not reason:
            raise PointsOpen
        return _close(figures, before, reason if figures.open_points else "", user, actor)


def _close(
    figures: postbook.DayFigures, before: PostbookDay | None, reason: str, user: User, actor: Actor
) -> PostbookDay:
    last = PostbookDay.objects.order_by("-pk").first()
    key = register.private_key()
    sheet = before.sheet + 1 if before else 1
    now = database_now()
    text = register.canonical(
        {
            "v": 1,
            "sheet": sheet,
            "previous": last.hash if last else register.GENESIS,
            "closed_at": now.astimezone(UTC).isoformat(),
            "closed_by": user.pk,
            "reason": hashlib.sha256(reason.encode()).hexdigest() if reason else "",
            "key": register.key_id(key.public_key()),
            "figures": figures.figures(),
        }
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    row = PostbookDay(
        day=figures.day,
        sheet=sheet,
        closed_by=user,
        text=text,
        hash=digest,
        signature=key.sign(bytes.fromhex(digest)).hex(),
        reason=reason,
    )
    row.closed_at = now
    row.pdf = render_pdf(row, figures, lines_since(figures, before), before)
    row.pdf_sha256 = hashlib.sha256(row.pdf).hexdigest()
    row.pdf_signature = key.sign(bytes.fromhex(row.pdf_sha256)).hex()
    row.save()
    PostbookDay.objects.filter(pk=row.pk).update(closed_at=now)  # the moment that is signed
    closed = events.DayClosed(figures.day.isoformat(), sheet, digest, row.pdf_sha256)
    events.record(closed, actor)
    return row


def lines_since(figures: postbook.DayFigures, before: PostbookDay | None) -> list[SheetLine]:
    """Every letter of the day, with what changed since the sheet before."""
    if before is None:
        return [SheetLine(letter, "") for letter in figures.letters]
    old = {line["number"]: line for line in json.loads(before.text)["figures"]["letters"]}
    lines = []
    for letter in figures.letters:
        known = old.get(letter.number)
        same = known == json.loads(register.canonical(letter.figures()))
        lines.append(SheetLine(letter, "new" if known is None else "" if same else "changed"))
    return lines


def render_pdf(
    row: PostbookDay,
    figures: postbook.DayFigures,
    lines: list[SheetLine],
    before: PostbookDay | None,
) -> bytes:
    """The sheet: A4 across, tagged (PDF/UA-1), German. It may fetch nothing."""
    context = {
        "row": row,
        "figures": figures,
        "totals": figures.totals,
        "lines": lines,
        "before": before,
        "key": register.key_id(register.private_key().public_key()),
    }
    return pdf_of("letters/postbook.html", context)


def pdf_of(template: str, context: dict[str, Any], language: str = settings.LANGUAGE_CODE) -> bytes:
    """A template as PDF/UA-1. WeasyPrint may fetch nothing but data of ours."""
    from weasyprint import HTML  # slow to load

    from casework.receipts import only_data

    with translation.override(language):
        html = render_to_string(template, {"office": catalogue().office, **context})
    rendered = HTML(string=html, url_fetcher=only_data()).write_pdf(pdf_variant="pdf/ua-1")
    assert isinstance(rendered, bytes)
    return rendered


# --- checking


@dataclass(frozen=True)
class DayFault:
    day: date
    sheet: int
    what: str  # hash, signature, chain, content, pdf, pdf_signature, unknown_key, log, missing


def verify(public: Ed25519PublicKey | None = None) -> Iterator[DayFault]:
    """Every closed sheet: hash, chain, signature, the PDF's hash and signature, what the log says of it."""
    public = public or register.private_key().public_key()
    told = {
        (event.data["day"], event.data["sheet"]): event.data
        for event in Event.objects.filter(kind="day_closed")
    }
    previous = register.GENESIS
    for row in PostbookDay.objects.order_by("pk").iterator(chunk_size=50):
        said = json.loads(row.text)
        faults = []
        if hashlib.sha256(row.text.encode()).hexdigest() != row.hash:
            faults.append("hash")
        if said["previous"] != previous:
            faults.append("chain")
        if (said["figures"]["day"], said["sheet"]) != (row.day.isoformat(), row.sheet):
            faults.append("content")
        if said["key"] != register.key_id(public):
            faults.append("unknown_key")
        elif not _signed(public, row.signature, row.hash):
            faults.append("signature")
        if hashlib.sha256(row.pdf).hexdigest() != row.pdf_sha256:
            faults.append("pdf")
        elif said["key"] == register.key_id(public) and not _signed(
            public, row.pdf_signature, row.pdf_sha256
        ):
            faults.append("pdf_signature")
        event = told.pop((row.day.isoformat(), row.sheet), None)
        if event is None or (event["hash"], event["pdf_sha256"]) != (row.hash, row.pdf_sha256):
            faults.append("log")
        yield from (DayFault(row.day, row.sheet, fault) for fault in faults)
        previous = row.hash
    for day, sheet in sorted(told):
        yield DayFault(date.fromisoformat(day), sheet, "missing")


def _signed(public: Ed25519PublicKey, signature: str, digest: str) -> bool:
    try:
        public.verify(bytes.fromhex(signature), bytes.fromhex(digest))
    except (InvalidSignature, ValueError):
        return False
    return True
