"""The list of work: nothing is lost, nothing loops, everything may run twice."""

import socket
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.test import override_settings

from casework import filestore, outbox
from casework.models import Event, Outbox, Page, StoredFile
from casework.reactions import STACK, priority
from tests import cast, files
from tests.servers import database_url

pytestmark = pytest.mark.django_db


def work_off() -> None:
    while outbox.sweep():
        pass


def test_sweep_reads_a_file_into_page_pictures() -> None:
    cast.receive(cast.paper(content=files.pdf(3)))
    work_off()
    assert StoredFile.objects.get().page_count == Page.objects.count() == 3
    assert not Outbox.objects.exclude(state="done").exists()


def test_run_does_a_row_once() -> None:
    cast.receive(cast.paper())
    row = Outbox.objects.get(effect="read")
    assert outbox.run(row.pk) is True
    assert outbox.run(row.pk) is False
    assert Event.objects.filter(kind="file_read").count() == 1


def test_every_effect_may_run_again() -> None:
    cast.receive(cast.paper(), notice_email="amira@example.org")
    work_off()
    before = (Page.objects.count(), len(mail.outbox), Event.objects.count())
    Outbox.objects.update(state="due", attempts=0, due_at=Now())
    work_off()
    assert (Page.objects.count(), len(mail.outbox), Event.objects.count()) == before


def test_row_of_a_lost_worker_is_done_by_the_next_when_its_lease_is_over() -> None:
    cast.receive(cast.paper())
    row = Outbox.objects.get(effect="read")
    Outbox.objects.filter(pk=row.pk).update(state="running", lease_until=Now() + timedelta(minutes=1))
    assert outbox.run(row.pk) is False
    Outbox.objects.filter(pk=row.pk).update(lease_until=Now() - timedelta(seconds=1))
    assert outbox.run(row.pk) is True


def test_third_failure_becomes_a_notice_and_is_not_tried_again() -> None:
    cast.receive(cast.paper())
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    with override_settings(CLAMD_ADDRESS=address):
        for _ in range(4):
            Outbox.objects.filter(effect="scan").update(due_at=Now())
            work_off()
    row = Outbox.objects.get(effect="scan")
    assert (row.state, row.attempts) == ("failed", 3)
    assert "ConnectionRefusedError" in row.last_error
    assert [e.data["effect"] for e in Event.objects.filter(kind="effect_failed")] == ["scan"]


def lose_worker(row: Outbox) -> None:
    """As if the process that does this row had been killed, and its lease had run out."""
    Outbox.objects.filter(pk=row.pk).update(state="running", lease_until=Now() - timedelta(seconds=1))


def test_file_that_kills_its_worker_each_time_is_told_as_unreadable() -> None:
    cast.receive(cast.paper())
    row = Outbox.objects.get(effect="read")
    Outbox.objects.filter(pk=row.pk).update(deaths=outbox.MAX_DEATHS - 1)
    lose_worker(row)
    work_off()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.deaths) == ("failed", 0, outbox.MAX_DEATHS)
    assert StoredFile.objects.get().problem == "crashed"
    assert Event.objects.filter(kind="file_unreadable").count() == 1


def test_worker_killed_three_times_is_no_failure_of_the_file() -> None:
    cast.receive(cast.paper())
    row = Outbox.objects.get(effect="read")
    Outbox.objects.filter(pk=row.pk).update(attempts=2, deaths=3)
    lose_worker(row)
    work_off()
    assert StoredFile.objects.get().problem == ""
    assert not Event.objects.filter(kind="effect_failed").exists()


def test_deaths_are_forgotten_when_another_page_gets_done() -> None:
    file = StoredFile.objects.get(pk=stack(pages=3).subject)
    row = Outbox.objects.get(effect="read")
    Outbox.objects.filter(pk=row.pk).update(deaths=outbox.MAX_DEATHS - 2)
    lose_worker(row)
    work_off()
    row.refresh_from_db()
    assert (row.state, row.deaths) == ("done", 0)
    assert file.pages.count() == 3


def test_reading_goes_on_behind_the_pages_an_earlier_worker_drew() -> None:
    row = stack(pages=4)
    file = StoredFile.objects.get(pk=row.subject)
    for number in (1, 2, 3):
        Page.objects.create(file=file, number=number, width=1, height=1, picture=b"kept", thumbnail=b"kept")
    assert outbox.run(row.pk)
    kept = [bytes(page.picture) == b"kept" for page in file.pages.order_by("number")]
    # The last one is drawn again to tell whether the file's end is missing, but not kept again: it may have
    # been recognised and put upright meanwhile.
    assert kept == [True, True, True, False]
    file.refresh_from_db()
    assert (file.page_count, file.problem) == (4, "")


def test_lost_database_is_no_failure_of_the_file(transactional_db: None) -> None:
    row = stack(pages=2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_page RENAME TO casework_page_gone")
    try:
        # A table that is missing is our mistake and counts; a connection that ends does not.
        assert outbox.run(row.pk) is False
    finally:
        with connection.cursor() as cursor:  # the failure may have closed the connection
            cursor.execute("ALTER TABLE casework_page_gone RENAME TO casework_page")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.deaths) == ("due", 1, 0)
    Outbox.objects.filter(pk=row.pk).update(due_at=Now())
    with psycopg.connect(database_url(), autocommit=True) as other:
        for _ in range(4):
            cut = threading.Thread(target=cut_connection, args=(other,))
            cut.start()
            assert outbox.run(row.pk) is False
            cut.join()
            Outbox.objects.filter(pk=row.pk).update(lease_until=Now() - timedelta(seconds=1))
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("running", 1)


def cut_connection(other: psycopg.Connection) -> None:
    """End the backend of this process as soon as it reads pages."""
    wanted = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    wanted += " AND datname = current_database() AND query LIKE '%casework_page%'"
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if other.execute(wanted).fetchall():
            return
        time.sleep(0.01)


def test_trying_again_reads_a_file_that_was_only_given_up() -> None:
    cast.receive(cast.paper())
    row = Outbox.objects.get(effect="read")
    Outbox.objects.filter(pk=row.pk).update(deaths=outbox.MAX_DEATHS - 1)
    lose_worker(row)
    work_off()
    outbox.retry(row.pk)
    work_off()
    row.refresh_from_db()
    assert (row.state, StoredFile.objects.get().problem, Page.objects.count()) == ("done", "", 1)


def test_ring_without_a_broker_does_not_stand_in_the_way(transactional_db: None) -> None:
    with override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0"):
        assert cast.receive(cast.paper()).number


def test_receipt_by_mail_names_nobody_and_no_file(mailoutbox: list) -> None:
    cast.receive(cast.paper(name="Haddad_Lohn.jpg"), notice_email="amira@example.org")
    work_off()
    (message,) = mailoutbox
    everything = message.subject + message.body + message.alternatives[0].content
    for personal in ("Haddad", "Amira", "Lohn", "jpg", "1991"):
        assert personal not in everything
    assert cast.Submission.objects.get().number[:4] in message.subject


def test_sender_is_told_at_once_that_a_file_cannot_be_opened(mailoutbox: list) -> None:
    cast.receive(cast.paper(content=files.encrypted_pdf()), notice_email="amira@example.org")
    work_off()
    assert StoredFile.objects.get().problem == "encrypted"
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("reply", "state"), [(b"stream: OK\0", "clean"), (b"stream: Eicar FOUND\0", "found")]
)
def test_scan_takes_what_clamd_says(reply: bytes, state: str) -> None:
    """A listener that speaks clamd's INSTREAM; the daemon itself needs signatures from outside."""
    server = socket.create_server(("127.0.0.1", 0))
    got = bytearray()

    def serve() -> None:
        peer, _ = server.accept()
        with peer:
            assert peer.recv(10, socket.MSG_WAITALL) == b"zINSTREAM\0"
            while size := int.from_bytes(peer.recv(4, socket.MSG_WAITALL)):
                got.extend(peer.recv(size, socket.MSG_WAITALL))
            peer.sendall(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    data = files.jpeg()
    cast.receive(cast.paper(content=data))
    with override_settings(CLAMD_ADDRESS=f"127.0.0.1:{server.getsockname()[1]}"):
        work_off()
    thread.join(5)
    server.close()
    assert bytes(got) == data
    assert StoredFile.objects.get().virus == state


# --- in which order, and by whom


def stack(pages: int = 2) -> Outbox:
    """A scanned stack came in; the row that reads it."""
    file = filestore.keep([files.pdf(pages)], "stapel.pdf", cast.Actor(cast.Role.COUNTER), stack=True)
    return Outbox.objects.get(effect="read", subject=str(file.pk))


def test_photo_that_came_after_a_stack_is_read_before_it() -> None:
    first = stack()
    cast.receive(cast.paper())
    photo = Outbox.objects.exclude(pk=first.pk).get(effect="read")
    assert (photo.priority, first.priority) == (0, 5)
    assert outbox.sweep(limit=1) == 1
    photo.refresh_from_db()
    first.refresh_from_db()
    assert (photo.state, first.state) == ("done", "due")


def test_sweep_looks_again_before_each_pick() -> None:
    """A row that becomes due while others are being done is not put behind a list made before."""
    stack()
    second = stack()
    assert outbox.sweep(limit=1) == 1
    cast.receive(cast.paper())
    assert outbox.sweep(limit=1) == 1
    second.refresh_from_db()
    assert second.state == "due"
    assert Event.objects.filter(kind="file_read").count() == 2


def test_sweep_leaves_to_others_what_it_is_told_to() -> None:
    waiting = stack()
    cast.receive(cast.paper())
    while outbox.sweep(leave=STACK):
        pass
    assert list(Outbox.objects.filter(state="due").values_list("pk", flat=True)) == [waiting.pk]
    work_off()
    assert not Outbox.objects.exclude(state="done").exists()


def test_sweep_takes_what_a_lost_worker_left_by_its_priority() -> None:
    lost = stack()
    lose_worker(lost)
    cast.receive(cast.paper())
    assert outbox.sweep(limit=1) == 1
    lost.refresh_from_db()
    assert lost.state == "running"
    assert outbox.sweep(limit=1, leave=STACK) == 1
    work_off()
    lost.refresh_from_db()
    assert lost.state == "done"


def test_sweep_with_grace_leaves_what_has_just_become_due() -> None:
    cast.receive(cast.paper())
    assert outbox.sweep(grace=60) == 0
    Outbox.objects.update(due_at=Now() - timedelta(seconds=61))
    assert outbox.sweep(grace=60) > 0


def test_follow_up_of_a_stack_stays_behind_what_people_wait_for() -> None:
    assert [priority("recognise", stack=stack) for stack in (False, True)] == [20, 30]
    assert priority("mail_receipt", stack=True) == priority("mail_receipt", stack=False)


def test_effect_that_has_more_to_do_lets_the_more_urgent_go_first() -> None:
    file = filestore.keep([files.pdf(30)], "stapel.pdf", cast.Actor(cast.Role.COUNTER), stack=True)
    assert outbox.run(Outbox.objects.get(effect="read", subject=str(file.pk)).pk)
    text = Outbox.objects.filter(effect="recognise", subject=str(file.pk)).earliest("pk")
    cast.receive(cast.paper())
    assert outbox.run(text.pk)
    text.refresh_from_db()
    recognised = Page.objects.filter(file=file, recognised_at__isnull=False)
    assert (text.state, text.lease) == ("due", None)
    assert 0 < recognised.count() < 30
    work_off()
    assert recognised.count() == 30
    assert Event.objects.filter(kind="file_recognised", file=file.pk).count() == 1
