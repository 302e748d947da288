"""Fronts and backs scanned one after the other: one stack in the order of the sheets, both files kept."""

import io
import uuid
from datetime import timedelta

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework import filestore
from casework.effects import read
from casework.models import Batch, BatchPass, StoredFile
from channels.drafts import forget_old
from channels.post import passes
from tests import files
from tests.channels.post import mail

pytestmark = pytest.mark.django_db


def numbered(*widths: int) -> bytes:
    """A PDF whose pages can be told apart by their width."""
    target = io.BytesIO()
    with pikepdf.new() as document:
        for width in widths:
            document.add_blank_page(page_size=(width, 100))
        document.save(target)
    return target.getvalue()


def order(batch: Batch) -> list[int]:
    with pikepdf.open(io.BytesIO(b"".join(filestore.read(batch.file)))) as document:
        return [int(page.mediabox[2]) for page in document.pages]


def keep(fronts: bytes, backs: bytes, *, key: uuid.UUID | None = None, turned: bool = True) -> passes.Kept:
    return passes.keep_both(
        mail.uploaded(fronts, "vorn.pdf"),
        mail.uploaded(backs, "hinten.pdf"),
        mail.ARRIVED,
        None,
        mail.actor(),
        key=key or uuid.uuid4(),
        backs_reversed=turned,
    )


def test_backs_of_the_stack_turned_over_come_behind_their_fronts() -> None:
    kept = keep(numbered(101, 102, 103), numbered(203, 202, 201))
    assert (order(kept.batch), kept.counts) == ([101, 201, 102, 202, 103, 203], (3, 3))


def test_backs_in_the_same_order() -> None:
    kept = keep(numbered(101, 102), numbered(201, 202), turned=False)
    assert order(kept.batch) == [101, 201, 102, 202]


def test_both_files_are_kept_as_they_came_and_not_read_twice() -> None:
    fronts, backs = files.pdf(2), files.pdf(2, "Rückseite")
    batch = keep(fronts, backs).batch
    kept = {one.side: one.file for one in batch.passes.select_related("file")}
    assert b"".join(filestore.read(kept["fronts"])) == fronts
    assert b"".join(filestore.read(kept["backs"])) == backs
    for file in StoredFile.objects.all():
        read.run(str(file.pk))
    assert StoredFile.objects.exclude(read_at=None).get() == batch.file
    StoredFile.objects.update(created_at=timezone.now() - timedelta(days=30))
    forget_old()
    assert BatchPass.objects.count() == 2


def test_the_same_upload_twice_is_one_stack() -> None:
    key = uuid.uuid4()
    first = keep(numbered(101), numbered(201), key=key)
    assert keep(numbered(101), numbered(201), key=key).batch == first.batch
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("broken", [files.EMPTY, files.broken_pdf(), files.encrypted_pdf(), files.jpeg()])
def test_file_that_cannot_be_put_together_becomes_a_stack_of_its_own(broken: bytes) -> None:
    kept = keep(numbered(101), broken)
    assert kept.counts is None
    assert {batch.file.name for batch in Batch.objects.all()} == {"vorn.pdf", "hinten.pdf"}


def typed(**given: object) -> dict[str, object]:
    today = timezone.localdate().strftime("%d.%m.%Y")
    return {"key": str(uuid.uuid4()), "arrived_on": today, **given}


@pytest.fixture
def bernd() -> Client:
    return mail.browser()


def test_counter_sends_both_files_in_one_form(bernd: Client) -> None:
    sent = typed(file=mail.uploaded(numbered(101, 102)), backs=mail.uploaded(numbered(202, 201)))
    bernd.post(reverse("post:batch_add"), sent)
    assert order(Batch.objects.get()) == [101, 201, 102, 202]


def test_passes_of_different_length_are_told(bernd: Client) -> None:
    sent = typed(file=mail.uploaded(numbered(101, 102)), backs=mail.uploaded(numbered(202)))
    page = bernd.post(reverse("post:batch_add"), sent, follow=True).content.decode()
    assert "Vorderseiten: 2, Rückseiten: 1." in page
    assert order(Batch.objects.get()) == [101, 102, 202]


def test_both_files_stay_though_the_date_is_wrong(bernd: Client) -> None:
    sent = typed(file=mail.uploaded(numbered(101)), backs=mail.uploaded(numbered(201)), arrived_on="x")
    page = bernd.post(reverse("post:batch_add"), sent).content.decode()
    assert "Die Rückseiten sind schon gespeichert" in page
    again = {**typed(), "key": sent["key"]}
    bernd.post(reverse("post:batch_add"), again)
    assert order(Batch.objects.get()) == [101, 201]
