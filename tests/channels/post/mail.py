"""What the tests of the mailroom need: Bernd, letters, and batches whose pages have been read."""

import uuid
from datetime import date
from typing import Any

import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from casework.effects import read
from casework.envelope import Actor, Role
from casework.models import Batch, Submission
from channels.post import adapter
from tests import cast, files

ARRIVED = date(2026, 10, 31)


def actor() -> Actor:
    return Actor(Role.COUNTER, cast.bernd().pk)


def browser(email: str = "bernd@example.org") -> Client:
    """Somebody signed in, without a browser."""
    users = {"bernd": cast.bernd, "carla": cast.carla, "deniz": cast.deniz, "emil": cast.emil}
    client = Client()
    client.force_login(users[email.split("@")[0]](), backend="django.contrib.auth.backends.ModelBackend")
    return client


def registered(**given: Any) -> Submission:
    """A letter registered today, by default from Amira."""
    letter = adapter.Letter(
        **{"arrived_on": timezone.localdate(), "sender": cast.amira(), "sheets": 2, **given}
    )
    ack = adapter.register_letter(letter, actor(), key=uuid.uuid4())
    return Submission.objects.get(public_id=ack.submission_id)


def uploaded(data: bytes | None = None, name: str = "stapel.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.pdf(5, blank=[5]) if data is None else data)


def batch(data: bytes | None = None, *, arrived_on: date = ARRIVED, sheets: int | None = None) -> Batch:
    """A batch of five pages, the last one empty, already read."""
    kept = adapter.keep_batch(uploaded(data), arrived_on, sheets, actor(), key=uuid.uuid4())
    read.run(str(kept.file_id))
    kept.refresh_from_db()
    kept.file.refresh_from_db()
    return kept


def scan(kind: str, *pages: int) -> list[adapter.ScannedPaper]:
    return [adapter.ScannedPaper(kind, pages)]


def text_of(pdf: bytes | memoryview) -> str:
    """The text of a PDF, page after page, without line breaks inside words."""
    document = pypdfium2.PdfDocument(bytes(pdf))
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.replace("\r", "").replace("\ufffe\n", "").split())


def desk() -> Actor:
    return Actor(Role.DESK, cast.carla().pk)
