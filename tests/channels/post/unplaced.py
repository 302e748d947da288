"""Letters nobody has placed yet, with pages on which something was read."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from casework.models import Page, Submission
from channels.post import adapter
from tests import cast, files
from tests.channels.post import mail

NUMBER = "123A456789"
FIELDS: dict[str, tuple[str, list[float]]] = {
    "number": ("customer_number", [0.1, 0.1, 0.3, 0.02]),
    "born": ("birth_date", [0.1, 0.2, 0.3, 0.02]),
    "family": ("family_name", [0.1, 0.3, 0.2, 0.02]),
    "given": ("given_name", [0.4, 0.3, 0.2, 0.02]),
}


def letter(
    pages: int = 1, *, arrived_on: date | None = None, kind: str = "payslip", **read: str
) -> Submission:
    """A letter from a scanned stack without a sender; `read` was found on its first page (see FIELDS)."""
    stack = mail.batch(files.pdf(pages))
    ack = adapter.split_new_letter(
        stack,
        mail.scan(kind, *range(1, pages + 1)),
        adapter.Letter(arrived_on=arrived_on or timezone.localdate()),
        mail.actor(),
        key=uuid.uuid4(),
    )
    found(stack.file_id, [(*FIELDS[name], value) for name, value in read.items()])
    return Submission.objects.get(public_id=ack.submission_id)


def found(file: Any, fields: Sequence[tuple[str, list[float], str]], number: int = 1) -> None:
    """As recognising stores it."""
    Page.objects.filter(file=file, number=number).update(
        recognised_at=timezone.now(),
        fields=[
            {"name": name, "value": value, "place": place, "confidence": 0.93}
            for name, place, value in fields
        ],
    )


def amiras_case(**changes: Any) -> Any:
    """Amira applied on the web; the office knows her customer number."""
    return cast.case_of(cast.receive(sender=cast.amira(**{"customer_number": NUMBER, **changes})))
