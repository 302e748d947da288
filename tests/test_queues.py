"""A big stack is being read and a photo comes in: real worker processes."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from casework import filestore
from casework.envelope import Actor, Role
from casework.models import Event, Outbox, Page, StoredFile
from portal import processes
from tests import cast, files
from tests.servers import Portal

STACK_PAGES = 150
PHOTO_SECONDS = 10


@pytest.fixture
def stacks(transactional_db: None, tmp_path: Path) -> Iterator[tuple[Portal, StoredFile, StoredFile]]:
    """Two workers, one of them the reserve; as many stacks as there are workers."""
    cache.clear()
    data = files.pdf(STACK_PAGES)
    kept = [filestore.keep([data], f"{n}.pdf", Actor(Role.COUNTER), stack=True) for n in (1, 2)]
    portal = Portal(tmp_path, OUTBOX_LEASE_SECONDS="3")
    portal.worker = portal._start("worker", processes.manage_command("work", "--jobs", "2"))
    yield portal, kept[0], kept[1]
    portal.stop()


def wait_until(file: StoredFile, pages: int, seconds: float) -> float:
    start = time.monotonic()
    while Page.objects.filter(file=file).count() < pages:
        assert time.monotonic() < start + seconds, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - start


def test_photo_is_read_while_a_stack_is_and_a_kill_loses_no_page(
    stacks: tuple[Portal, StoredFile, StoredFile],
) -> None:
    portal, first, second = stacks
    wait_until(first, 3, 30)
    photo = StoredFile.objects.get(pk=cast.paper().uploads[0].file_id)
    assert wait_until(photo, 1, PHOTO_SECONDS) < PHOTO_SECONDS
    # The photo's page is there a moment before its reading is done.
    reading = Outbox.objects.filter(effect="read").exclude(state="done").exclude(subject=photo.pk)
    assert set(reading.values_list("subject", flat=True)) == {str(first.pk), str(second.pk)}
    # One worker only takes stacks; the other is the reserve.
    assert reading.filter(state="running").count() == 1
    assert not Page.objects.filter(file=second).exists()

    portal.kill_worker()
    portal.start_worker()
    wait_until(first, STACK_PAGES, 240)
    wait_until(second, STACK_PAGES, 240)
    end = time.monotonic() + 20
    while Event.objects.filter(kind="file_read").count() < 3:
        assert time.monotonic() < end
        time.sleep(0.1)
    for file in (first, second):
        assert list(Page.objects.filter(file=file).values_list("number", flat=True)) == list(
            range(1, STACK_PAGES + 1)
        )
