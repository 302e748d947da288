"""Everything as ZIP: byte for byte what she sent, nothing of others, names that unpack anywhere."""

import io
import json
import uuid
import zipfile
from datetime import date
from pathlib import PurePosixPath

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from casework import everything, outbox
from casework.envelope import Actor, Channel, Role
from casework.models import Batch, StoredFile
from channels.post import adapter as post
from tests import cast, files


@given(st.text(max_size=300))
def test_a_safe_name_is_one_plain_file_name(name: str) -> None:
    safe = everything.safe_name(name)
    assert everything.SAFE.sub("", safe) == safe
    assert PurePosixPath(safe).name == safe
    assert safe not in ("", ".", "..")
    assert not safe.startswith((".", "-"))
    assert len(safe) <= everything.LONGEST_NAME + 11


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\x.exe", "C-Windows-x.exe"),
        ("Übersicht Größe.pdf", "Uebersicht-Groesse.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("مستند.jpg", "jpg"),
        ("", "datei"),
        (".htaccess", "htaccess"),
        ("a\x00b.jpg", "a-b.jpg"),
    ],
)
def test_hostile_names_become_harmless(given_name: str, safe: str) -> None:
    assert everything.safe_name(given_name) == safe


def opened(ack: object, *, whole: bool = True) -> zipfile.ZipFile:
    submission = cast.submission(ack)  # type: ignore[arg-type]
    data = b"".join(everything.zipped(submission, submission.case if whole else None, "de"))
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


@pytest.mark.django_db
def test_it_holds_what_she_sent_byte_for_byte_with_receipts_and_a_list() -> None:
    photo = files.jpeg() + bytes(3_000_000)  # more than one chunk
    first = cast.receive(cast.paper("payslip", photo, "../../böse <script>.jpg"))
    cast.receive(cast.paper("lease", files.pdf(2, "Miete"), "m.pdf"), service="PAPERS", number=first.number)
    archive = opened(first)
    names = archive.namelist()
    assert len([name for name in names if name.endswith("beleg.pdf")]) == 2
    (kept,) = [name for name in names if name.endswith(".jpg")]
    assert archive.read(kept) == photo
    assert all(".." not in name and not name.startswith("/") for name in names)
    told = json.loads(archive.read("inhalt.json"))
    assert [line["papers"] for line in told["submissions"]] == [["Lohnabrechnung"], ["Mietvertrag"]]
    assert told["submissions"][0]["files"][0]["file"] == kept
    assert "<script>" not in archive.read("inhalt.html").decode()


@pytest.mark.django_db
def test_of_a_scanned_stack_only_her_own_pages_are_in_it() -> None:
    first = cast.receive()
    bernd = Actor(Role.COUNTER, cast.bernd().pk)
    letter = cast.submission(cast.receive(channel=Channel.POST, service="PAPERS", number=first.number))
    batch = cast_batch(bernd)
    while outbox.sweep():
        pass
    post.split(batch, [post.ScannedPaper("lease", (2, 3))], letter, bernd)
    archive = opened(first)
    assert len([name for name in archive.namelist() if name.endswith(".webp")]) == 2
    assert not [name for name in archive.namelist() if name.endswith("stapel.pdf")]


def cast_batch(bernd: Actor) -> Batch:
    stack = SimpleUploadedFile("stapel.pdf", files.pdf(4, "Stapel"), "application/pdf")
    return post.keep_batch(stack, date(2026, 11, 20), 4, bernd, key=uuid.uuid4())


@pytest.mark.django_db
def test_a_file_with_a_virus_is_named_but_not_given_out() -> None:
    ack = cast.receive(cast.paper("payslip", name="boese.jpg"))
    StoredFile.objects.update(virus="found")
    archive = opened(ack)
    assert not [name for name in archive.namelist() if name.endswith(".jpg")]
    assert "boese.jpg" in archive.read("inhalt.html").decode()


@pytest.mark.django_db
def test_without_the_case_only_this_submission_is_in_it() -> None:
    first = cast.receive(cast.paper())
    second = cast.receive(cast.paper("lease"), service="PAPERS", number=first.number)
    told = json.loads(opened(second, whole=False).read("inhalt.json"))
    assert [line["papers"] for line in told["submissions"]] == [["Mietvertrag"]]
