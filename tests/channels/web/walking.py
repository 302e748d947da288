"""Amira on her way through the web pages, without a browser: the same requests, only faster."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casework.models import Submission
from channels.models import Draft

AMIRA = {
    "given_name": "Amira",
    "family_name": "Haddad",
    "birth_date_day": "3",
    "birth_date_month": "7",
    "birth_date_year": "1991",
}
# What an adapter gets: the same answers, cleaned.
ANSWERS = {"given_name": "Amira", "family_name": "Haddad", "birth_date": "1991-07-03"}


def begin(client: Client, service: str = "VAEM") -> Draft:
    answer = client.post(f"/antrag/neu/{service}/", {"key": form_key(client, f"/antrag/neu/{service}/")})
    assert answer.status_code == 302
    return Draft.objects.get(public_id=answer["Location"].strip("/").split("/")[-1])


def form_key(client: Client, address: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text(client.get(address)))
    assert found
    return found[1]


def at(draft: Draft, page: str = "") -> str:
    return f"/antrag/{draft.public_id}/{page}"


def file(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def receipt_of(answer: Any) -> Submission:
    """The submission whose receipt this answer leads to."""
    found = re.fullmatch(r"/beleg/(\w+)/", answer["Location"])
    assert found, answer["Location"]
    return Submission.objects.get(secret=found[1])
