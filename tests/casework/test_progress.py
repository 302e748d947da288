"""How far a stack is: counted from what is stored, never guessed."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework import outbox
from casework.envelope import Actor, Role
from casework.models import Batch, Outbox, Page, StoredFile
from casework.progress import Progress, batches_in_work, progress_of, seconds_left
from channels.post import adapter
from tests import cast, files

pytestmark = pytest.mark.django_db


def stack(pages: int = 4) -> Batch:
    scanned = SimpleUploadedFile("stapel.pdf", files.pdf(pages))
    actor = Actor(Role.COUNTER, cast.bernd().pk)
    return adapter.keep_batch(scanned, timezone.localdate(), None, actor, key=uuid.uuid4())


def test_stack_not_looked_at_yet_is_in_work_without_a_number_of_pages() -> None:
    found = stack()
    assert batches_in_work() == [found]
    assert progress_of([found])[found.pk] == Progress(0, 0, 0, None)


def test_pages_are_counted_while_the_stack_is_still_being_read() -> None:
    found = stack()
    Outbox.objects.filter(subject=str(found.file_id)).exclude(effect="read").delete()
    row = Outbox.objects.get(effect="read")
    outbox.run(row.pk)
    Page.objects.filter(number__gt=2).delete()  # as it stood half way through
    Outbox.objects.filter(pk=row.pk).update(state="running")
    StoredFile.objects.update(read_at=None)
    found.file.refresh_from_db()
    progress = progress_of([found])[found.pk]
    assert (progress.pages, progress.pictures, progress.recognised) == (4, 2, 0)
    assert progress.percent == 25


def test_seconds_left_follow_the_pace_of_recognising() -> None:
    found = stack(10)
    outbox.run(Outbox.objects.get(effect="read").pk)
    outbox.add("recognise", str(found.file_id), priority=30)
    for n in range(1, 6):
        at = Now() - timedelta(seconds=2 * (5 - n))
        Page.objects.filter(number=n).update(recognised_at=at)
    found.file.refresh_from_db()
    progress = progress_of([found])[found.pk]
    assert progress.recognised == 5
    assert progress.seconds_left is not None
    assert 10 <= progress.seconds_left <= 12


@pytest.mark.parametrize(
    ("left", "done", "taken", "said"), [(10, 2, 5, None), (10, 3, 4, 20), (0, 10, 9, 0), (297, 4, 3, 297)]
)
def test_seconds_left(left: int, done: int, taken: int, said: int | None) -> None:
    assert seconds_left(left, done, timedelta(seconds=taken)) == said


def test_stack_that_is_done_is_not_in_work() -> None:
    found = stack()
    while outbox.sweep():
        pass
    assert batches_in_work() == []
    assert progress_of([found]) == {}


def test_progress_of_many_stacks_takes_as_many_questions_as_of_one() -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            stack(1)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert progress_of(batches_in_work())
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6
