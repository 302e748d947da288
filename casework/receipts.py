"""The receipt: a pure function of the committed rows, and its renderings.

Proof for the person that something arrived (F1): number, exact time with zone, channel, person as given,
service, every document by name with pages, size and SHA-256, what is missing, what happens next.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from casework.catalogue import Text, catalogue
from casework.catalogue.flow import needed_papers
from casework.models import Document, ReceiptFile, RegisterEntry, Submission
from casework.queries import requirements_of
from casework.sight import case_shown_by
from casework.workflow import RequirementState, SubmissionState


@dataclass(frozen=True)
class ReceiptFileLine:
    name: str
    size: int
    sha256: str
    problem: str  # code of the catalogue; empty: could be opened, or not read yet
    first_page: int | None = None
    last_page: int | None = None


@dataclass(frozen=True)
class ReceiptDocument:
    kind: str
    name: Text
    pages: int | None  # None: not counted yet
    shown: bool
    files: tuple[ReceiptFileLine, ...]


@dataclass(frozen=True)
class MissingPaper:
    kind: str
    name: Text
    due_on: date | None
    comes_from: str
    again: bool  # was sent, has to be sent again


@dataclass(frozen=True)
class Receipt:
    number: str
    secret: str
    status_url: str
    lookup_url: str
    case_code: str  # empty unless this receipt may open its case
    channel: str
    service: str
    service_name: Text
    received_at: datetime
    day_only: bool  # only the day of arrival is known (a letter), not the hour
    recorded_at: datetime
    application_day: date | None
    sender: dict[str, Any]
    helper_name: str
    helper_relation: str
    by_helper: bool  # sent by a helper of the case, for the person
    recorded_by_role: str
    language: str
    corrects: str  # number of the receipt it corrects
    note: str
    sheets: int | None
    postmark_on: date | None
    emptied_at: datetime | None
    other_office: str
    other_office_on: date | None
    forwarded_to: str  # not ours: handed on (SGB I § 16 (2))
    forwarded_on: date | None
    mistaken: bool  # registered by mistake; the receipt stays and says so
    documents: tuple[ReceiptDocument, ...]
    missing: tuple[MissingPaper, ...]
    what_next: Text | None
    waiting_days: int | None
    seq: int  # of the register entry
    entry_hash: str
    signature: str

    @property
    def name(self) -> str:
        return f"{self.sender.get('given_name', '')} {self.sender.get('family_name', '')}".strip()

    @property
    def birth_date(self) -> date | None:
        given = self.sender.get("birth_date")
        return date.fromisoformat(given) if given else None

    @property
    def file_count(self) -> int:
        return sum(len(document.files) for document in self.documents)

    @property
    def fingerprint(self) -> str:
        """Changes whenever the receipt would read differently."""
        with translation.override(self.language):  # not of whoever looks at it
            content = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(f"4:{content}".encode()).hexdigest()


def receipt_of(submission: Submission) -> Receipt:
    entry = RegisterEntry.objects.filter(number=submission.number).order_by("seq").first()
    assert entry is not None, "a submission without a register entry cannot exist: one transaction"
    cat = catalogue()
    service = cat.service(submission.service, version=submission.service_version)
    documents = submission.documents.prefetch_related("parts__file").order_by("position")
    case = case_shown_by(submission)
    return Receipt(
        number=submission.number,
        secret=submission.secret,
        status_url=f"{settings.PUBLIC_URL}/s/{submission.secret}",
        lookup_url=f"{settings.PUBLIC_URL}/status/",
        case_code=case.code if case is not None else "",
        channel=submission.channel,
        service=submission.service,
        service_name=service.name,
        received_at=submission.received_at,
        day_only=submission.day_only,
        recorded_at=submission.recorded_at,
        application_day=submission.application_day,
        sender=submission.sender,
        helper_name=submission.helper_name,
        helper_relation=submission.helper_relation,
        by_helper=submission.sent_by_id is not None,
        recorded_by_role=submission.actor_role,
        language=submission.language,
        corrects=submission.corrects,
        note=submission.note,
        sheets=submission.sheets,
        postmark_on=submission.postmark_on,
        emptied_at=submission.emptied_at,
        other_office=submission.other_office,
        other_office_on=submission.other_office_on,
        forwarded_to=submission.forwarded_to,
        forwarded_on=submission.forwarded_on,
        mistaken=submission.state == SubmissionState.MISTAKEN,
        documents=tuple(_document(d) for d in documents),
        missing=tuple(_missing(submission)),
        what_next=cat.office.what_next.get(submission.service),
        waiting_days=cat.office.waiting_days.get(submission.service),
        seq=entry.seq,
        entry_hash=entry.hash,
        signature=entry.signature,
    )


def _document(document: Document) -> ReceiptDocument:
    files = tuple(
        ReceiptFileLine(
            part.file.name,
            part.file.size,
            part.file.sha256,
            part.file.problem,
            part.first_page,
            part.last_page,
        )
        for part in document.parts.all()
    )
    name = catalogue().document_kind(document.kind).name
    return ReceiptDocument(document.kind, name, document.page_count, document.shown, files)


def _missing(submission: Submission) -> list[MissingPaper]:
    """Of the whole case if this receipt may open it, else only what follows from its own answers."""
    cat = catalogue()
    case = case_shown_by(submission)
    if case is not None:
        wanted = (RequirementState.MISSING, RequirementState.ELSEWHERE, RequirementState.RESEND)
        return [
            MissingPaper(
                r.kind,
                cat.document_kind(r.kind).name,
                r.due_on,
                r.comes_from,
                again=r.state == RequirementState.RESEND,
            )
            for r in requirements_of(case)
            if r.state in wanted
        ]
    service = cat.service(submission.service, version=submission.service_version)
    sent = set(submission.documents.values_list("kind", flat=True))
    return [
        MissingPaper(p.kind, cat.document_kind(p.kind).name, None, p.comes_from, again=False)
        for p in needed_papers(service, submission.answers)
        if p.required and p.kind not in sent
    ]


# --- renderings


def pdf(submission: Submission) -> bytes:
    """The receipt as PDF/UA; rendered once per content, then kept."""
    receipt = receipt_of(submission)
    kept = ReceiptFile.objects.filter(submission=submission, fingerprint=receipt.fingerprint).first()
    if kept is not None:
        return bytes(kept.data)
    data = render_pdf(receipt)
    with transaction.atomic():
        ReceiptFile.objects.filter(submission=submission).delete()
        ReceiptFile.objects.get_or_create(
            submission=submission, fingerprint=receipt.fingerprint, defaults={"data": data}
        )
    return data


def render_pdf(receipt: Receipt) -> bytes:
    """A4, tagged (PDF/UA-1), in the person's language and in German. It may fetch nothing."""
    from weasyprint import HTML  # slow to load; only workers and the first request pay for it

    with translation.override(receipt.language):
        html = render_to_string("letters/receipt.html", {"receipt": receipt, "office": catalogue().office})
    rendered = HTML(string=html, url_fetcher=only_data()).write_pdf(
        pdf_variant="pdf/ua-1", font_config=_fonts()
    )
    assert isinstance(rendered, bytes)
    return rendered


@lru_cache(maxsize=1)
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def only_data() -> Any:
    """A fetcher that refuses every address except data: (SSRF, local files)."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=["data"])
