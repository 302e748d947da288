"""Files sent by web or taken at the desk that cannot be opened: in the list of troubles, never silent."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from casework import actions, outbox, unreadable
from casework.envelope import Actor, Role
from casework.models import Case, Event, StoredFile, Submission, Trouble
from tests import cast, files
from tests.channels.post import mail

pytestmark = pytest.mark.django_db
DENIZ = "deniz@example.org"


def work_off() -> None:
    while outbox.sweep():
        pass


def caseworker(email: str = DENIZ) -> Client:
    cast.deniz(), cast.emil()
    return mail.browser(email)


def page(client: Client) -> str:
    return client.get(reverse("review:failures")).content.decode()


def do(client: Client, submission: Submission, what: str, **given: str) -> int:
    return client.post(reverse("review:trouble", args=[submission.public_id, what]), given).status_code


def sent_encrypted() -> Submission:
    cast.teams()  # a case nobody is responsible for is everybody's
    ack = cast.receive(cast.paper(content=files.encrypted_pdf()))
    work_off()
    return cast.submission(ack)


def test_unreadable_file_stands_in_the_list_of_its_caseworker_only() -> None:
    submission = sent_encrypted()
    trouble = Trouble.objects.get()
    assert (trouble.submission, trouble.problem) == (submission, "encrypted")
    shown = page(caseworker())
    for words in ("Mit Kennwort geschützt", "Noch niemand kümmert sich.", "Störung seit"):
        assert words in shown
    other = caseworker("emil@example.org")
    assert "Mit Kennwort geschützt" not in page(other)
    assert do(other, submission, "nehmen") == 404
    assert "Mit Kennwort geschützt" not in mail.browser().get(reverse("post:troubles")).content.decode()
    assert do(mail.browser(), submission, "nehmen") == 403


def test_file_read_before_it_was_sent_is_noted_when_it_arrives() -> None:
    """Files of a draft are read while the person still types."""
    paper = cast.paper(content=files.broken_pdf())
    work_off()
    assert not Trouble.objects.exists()
    cast.receive(paper)
    assert Trouble.objects.get().problem == "damaged"


def test_file_read_at_the_very_moment_it_arrives_is_noted(transactional_db: None) -> None:
    paper = cast.paper(content=files.broken_pdf())
    reading, arriving = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic():
            file = StoredFile.objects.select_for_update().get(pk=paper.uploads[0].file_id)
            reading.set()
            arriving.wait(1)  # the arrival waits for this row
            file.problem = "damaged"
            file.save(update_fields=["problem"])
            unreadable.note_file(file)
        connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    reading.wait(10)
    cast.receive(paper)
    arriving.set()
    thread.join(10)
    assert Trouble.objects.get().problem == "damaged"


def test_trouble_is_taken_asked_about_settled_and_opened_again() -> None:
    submission, deniz = sent_encrypted(), caseworker()
    assert do(deniz, submission, "nehmen") == 302
    assert "Deniz Demir kümmert sich" in page(deniz)
    assert do(deniz, submission, "kopie") == 302
    status = Client().get(reverse("my:status", args=[submission.secret])).content.decode()
    assert "mit einem Kennwort geschützt" in status
    assert do(deniz, submission, "erledigt", outcome="copy_came", note="per <b>Post</b>") == 302
    assert "per &lt;b&gt;Post&lt;/b&gt;" in page(deniz)
    assert "Noch niemand kümmert sich." not in page(deniz)
    assert do(deniz, submission, "offen") == 302
    assert Trouble.objects.get().done_at is None
    kinds = list(Event.objects.filter(kind__contains="trouble").order_by("id").values_list("kind", flat=True))
    assert kinds == ["trouble_found", "trouble_taken", "trouble_settled", "trouble_reopened"]


@pytest.mark.parametrize(("what", "given"), [("erledigt", {"outcome": "x"}), ("erledigt", {}), ("weg", {})])
def test_hostile_act_about_a_trouble_changes_nothing(what: str, given: dict[str, str]) -> None:
    submission = sent_encrypted()
    assert do(caseworker(), submission, what, **given) == 404
    assert Trouble.objects.get().done_at is None


def test_decision_about_the_paper_ends_its_trouble() -> None:
    ack = cast.receive(
        cast.paper(content=files.encrypted_pdf()), cast.paper("lease", content=files.broken_pdf())
    )
    work_off()
    first, second = cast.submission(ack).documents.order_by("position")
    actor = Actor(Role.CASEWORKER, cast.deniz().pk)
    actions.reject(first, "unreadable", date(2026, 12, 24), actor)
    assert Trouble.objects.get().done_at is None  # another file of it waits
    actions.reject(second, "unreadable", date(2026, 12, 24), actor)
    assert Trouble.objects.get().outcome == "other_way"


def test_inbox_says_that_files_cannot_be_opened() -> None:
    sent_encrypted()
    shown = caseworker().get(reverse("review:inbox")).content.decode()
    assert "Zu einer Sendung gibt es Dateien, die sich nicht öffnen lassen." in shown
    assert Case.objects.exists()
