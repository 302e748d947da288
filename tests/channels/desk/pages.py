"""What is typed into the desk's pages."""

import uuid
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casework.models import Person
from channels.desk.papers import FIRST_ROWS
from tests import files


def search(desk: Client, text: str) -> Any:
    return desk.post(reverse("desk:start"), {"text": text}, follow=True)


def handover(**changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "who": "self",
        "language": "de",
        "rows": str(FIRST_ROWS),
        "do": "send",
        **changes,
    }


def photo(name: str = "ausweis.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.jpeg() if content is None else content, "image/jpeg")


def record_url(person: Person) -> str:
    return reverse("desk:record", args=[person.public_id])


def case_of(person: Person) -> str:
    return str(person.cases.get().public_id)


def given(**changes: str) -> dict[str, str]:
    born = {"birth_date_day": "3", "birth_date_month": "7", "birth_date_year": "1991"}
    return {"given_name": "Amira", "family_name": "Haddad", **born, **changes}


def day(name: str, value: date) -> dict[str, str]:
    return {f"{name}_day": str(value.day), f"{name}_month": str(value.month), f"{name}_year": str(value.year)}
