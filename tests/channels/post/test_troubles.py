"""Nothing is silent, nothing is deleted: troubles, forwarding, letters registered by mistake."""

import json
from datetime import timedelta

import pytest
from django.core import mail as sent
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework import actions, mailroom, outbox, queries
from casework.models import Batch, Event, RegisterEntry, Submission, Trouble
from casework.workflow import SUBMISSION, IllegalTransition, SubmissionState, replayed
from channels.post import adapter
from tests import cast, files
from tests.channels.post import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def bernd() -> Client:
    return mail.browser()


def trouble(client: Client, about: Batch | Submission, what: str, **given: str) -> None:
    address = reverse("post:trouble", args=[about.public_id, what])
    data = {f"{about.public_id}-{name}": value for name, value in given.items()}
    assert client.post(address, data).status_code == 302


def troubles(client: Client) -> str:
    return client.get(reverse("post:troubles")).content.decode()


def status(letter: Submission) -> str:
    return Client().get(reverse("my:status", args=[letter.secret])).content.decode()


def log(letter: Submission) -> list[str]:
    return list(Event.objects.filter(submission=letter.pk).order_by("id").values_list("kind", flat=True))


# --- the list


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (files.encrypted_pdf(), "Mit Kennwort geschützt"),
        (files.broken_pdf(), "Datei ist beschädigt"),
        (files.EMPTY, "Datei ist leer"),
        (files.WORD, "Dateiart unbekannt"),
    ],
)
def test_unreadable_stack_stands_in_the_list_with_what_it_is(bernd: Client, data: bytes, words: str) -> None:
    mail.batch(data)
    assert words in troubles(bernd)
    assert "Noch niemand kümmert sich." in troubles(bernd)
    assert reverse("post:troubles") in bernd.get(reverse("post:start")).content.decode()


def test_whoever_takes_it_is_named(bernd: Client) -> None:
    stack = mail.batch(files.EMPTY)
    trouble(bernd, stack, "nehmen")
    assert "Bernd Brandt kümmert sich" in troubles(bernd)
    assert Trouble.objects.get().taken_by == cast.bernd()


def test_settled_stack_leaves_the_list_keeps_its_file_and_can_be_reopened(bernd: Client) -> None:
    stack = mail.batch(files.EMPTY)
    trouble(bernd, stack, "erledigt", outcome="scanned_again", note="Zweiter Versuch ging")
    assert not queries.unreadable_batches(cast.bernd()).exists()
    assert "Zweiter Versuch ging" in troubles(bernd)
    assert Batch.objects.get(pk=stack.pk).file.chunks.count() == stack.file.chunks.count()
    trouble(bernd, stack, "offen")
    assert queries.unreadable_batches(cast.bernd()).get() == stack


def test_settling_needs_an_outcome_and_a_reason(bernd: Client) -> None:
    stack = mail.batch(files.EMPTY)
    page = bernd.post(reverse("post:trouble", args=[stack.public_id, "erledigt"])).content.decode()
    assert "Wählen Sie aus, wie es ausgegangen ist." in page
    assert "Schreiben Sie kurz auf, was geschehen ist." in page
    assert not Trouble.objects.filter(done_at__isnull=False).exists()


def test_pages_of_a_settled_stack_are_set_aside_and_come_back_with_it() -> None:
    stack = mail.batch()
    stack.file.cut_off = True
    stack.file.save(update_fields=["cut_off"])
    mailroom.settle_trouble(stack, "scanned_again", "neu", cast.bernd(), mail.actor())
    assert stack.set_aside.count() == 5
    mailroom.reopen_trouble(Trouble.objects.get(), mail.actor())
    assert stack.set_aside.count() == 0


def test_original_of_a_stack_is_behind_a_step_and_in_the_log(bernd: Client) -> None:
    stack = mail.batch(files.broken_pdf())
    address = reverse("post:batch_file", args=[stack.public_id])
    assert "Datei im Original herunterladen?" in bernd.get(address).content.decode()
    assert not Event.objects.filter(kind="original_taken").exists()
    answer = bernd.post(address)
    assert b"".join(answer.streaming_content) == files.broken_pdf()  # type: ignore[attr-defined]
    assert "attachment" in answer["Content-Disposition"]
    assert Event.objects.get(kind="original_taken").file == stack.file_id
    assert mail.browser("deniz@example.org").get(address).status_code == 403


def test_counter_sees_a_finished_stack_for_sixty_days_and_an_open_one_for_ever() -> None:
    done, left = mail.batch(), mail.batch()
    for number in range(1, 6):
        actions.set_aside(done, number)
    Batch.objects.update(scanned_at=timezone.now() - timedelta(days=61))
    assert set(queries.batches_visible_to(cast.bernd())) == {left}
    Batch.objects.filter(pk=done.pk).update(scanned_at=timezone.now() - timedelta(days=59))
    assert set(queries.batches_visible_to(cast.bernd())) == {left, done}
    Batch.objects.filter(pk=done.pk).update(scanned_at=timezone.now() - timedelta(days=61))
    address = reverse("post:page", args=[done.file_id, 1, "klein"])
    assert mail.browser().get(address).status_code == 404


# --- a letter in trouble


def test_asking_for_a_copy_is_said_on_the_claimants_page_until_settled(bernd: Client) -> None:
    letter = mail.registered()
    assert bernd.post(reverse("post:report", args=[letter.public_id]), {"problem": "letter_unreadable"})
    assert "wir können ihn nicht lesen" not in status(letter)
    trouble(bernd, letter, "kopie")
    assert "wir können ihn nicht lesen" in status(letter)
    assert "neue Kopie" in status(letter)
    trouble(bernd, letter, "erledigt", outcome="copy_came", note="Kopie kam mit der Post")
    assert "wir können ihn nicht lesen. Schicken" not in status(letter)
    assert log(letter)[-3:] == ["trouble_found", "copy_asked", "trouble_settled"]


def test_letter_in_trouble_stays_in_sight_of_the_counter(bernd: Client) -> None:
    case = cast.case_of(cast.receive(sender=cast.amira(customer_number="123A456789")))
    letter = mail.registered(sender=cast.amira(customer_number="123A456789"))
    stack = mail.batch()
    adapter.split(stack, mail.scan("payslip", 1), letter, mail.actor())
    Submission.objects.filter(pk=letter.pk).update(recorded_at=timezone.now() - timedelta(days=3))
    assert letter.case == case
    assert letter not in queries.submissions_visible_to(cast.bernd())
    mailroom.report_trouble(letter, "letter_damaged", mail.actor())
    assert letter in queries.submissions_visible_to(cast.bernd())


# --- not ours


def test_forwarded_letter_tells_the_claimant_where_and_when(bernd: Client) -> None:
    letter = mail.registered(sender=cast.amira())
    day = timezone.localdate().strftime("%d.%m.%Y")
    given = {"to": "Familienkasse Musterstadt", "on": day}
    assert bernd.post(reverse("post:forward", args=[letter.public_id]), given).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.forwarded_on) == (SubmissionState.FORWARDED, timezone.localdate())
    assert status(letter).count("weitergeleitet an: Familienkasse Musterstadt") == 2
    receipt = Client().get(reverse("my:receipt", args=[letter.secret])).content.decode()
    assert "Familienkasse Musterstadt" in receipt
    assert letter not in queries.tray(cast.bernd())
    assert letter not in queries.letters_without_scan(cast.bernd())
    data = json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert "Familienkasse" not in data


def test_forwarding_is_undone_to_the_tray_and_the_log_replays() -> None:
    letter = mail.registered()
    mailroom.forward(letter, "Rathaus", timezone.localdate(), mail.actor())
    with pytest.raises(IllegalTransition):
        mailroom.forward(letter, "Rathaus", timezone.localdate(), mail.actor())
    mailroom.undo_forward(letter, mail.actor())
    letter.refresh_from_db()
    assert (letter.state, letter.forwarded_to, letter.forwarded_on) == ("unassigned", "", None)
    assert replayed(SUBMISSION, log(letter)) == letter.state
    assert letter in queries.tray(cast.bernd())


def test_forwarding_before_arrival_is_refused_and_typing_stays(bernd: Client) -> None:
    letter = mail.registered()
    day = (timezone.localdate() - timedelta(days=2)).strftime("%d.%m.%Y")
    page = bernd.post(reverse("post:forward", args=[letter.public_id]), {"to": "Rathaus", "on": day})
    text = page.content.decode()
    assert "Es liegt vor dem Eingang bei uns." in text
    assert 'value="Rathaus"' in text
    assert "<title>Fehler: " in text


# --- by mistake


def test_letter_registered_by_mistake_keeps_number_receipt_and_register_entry(bernd: Client) -> None:
    letter = mail.registered()
    assert (
        bernd.post(reverse("post:mistake", args=[letter.public_id]), {"reason": "twice"}).status_code == 302
    )
    letter.refresh_from_db()
    assert letter.state == SubmissionState.MISTAKEN
    assert RegisterEntry.objects.filter(number=letter.number).exists()
    receipt = Client().get(reverse("my:receipt", args=[letter.secret])).content.decode()
    assert "aus Versehen eingetragen" in receipt
    assert "Der Beleg bleibt gültig" in receipt
    assert "aus Versehen eingetragen" in status(letter)
    assert letter not in queries.letters_without_scan(cast.bernd())
    assert bernd.post(reverse("post:undo_mistake", args=[letter.public_id])).status_code == 302
    letter.refresh_from_db()
    assert letter.state == SubmissionState.UNASSIGNED


def test_mistaken_letter_leaves_its_case() -> None:
    cast.receive(sender=cast.amira(customer_number="123A456789"))
    letter = mail.registered(sender=cast.amira(customer_number="123A456789"))
    assert letter.case is not None
    mailroom.mark_mistaken(letter, "twice", mail.actor())
    letter.refresh_from_db()
    assert (letter.case, letter.state) == (None, SubmissionState.MISTAKEN)
    assert replayed(SUBMISSION, log(letter)) == letter.state


def test_letter_with_pages_cannot_be_marked_as_mistaken(bernd: Client) -> None:
    letter = mail.registered()
    adapter.split(mail.batch(), mail.scan("payslip", 1), letter, mail.actor())
    page = bernd.post(reverse("post:mistake", args=[letter.public_id]), {"reason": "twice"}, follow=True)
    assert "Legen Sie sie zuerst zurück in den Stapel." in page.content.decode()
    letter.refresh_from_db()
    assert letter.state == SubmissionState.UNASSIGNED


# --- receipts for letters


def test_receipt_of_a_letter_goes_out_by_e_mail_when_wanted(bernd: Client) -> None:
    letter = mail.registered()
    given = {"email": "amira@example.org"}
    assert bernd.post(reverse("post:mail_receipt", args=[letter.public_id]), given).status_code == 302
    outbox.sweep()
    assert [message.to for message in sent.outbox] == [["amira@example.org"]]


def test_receipt_letter_shows_address_number_and_marks(bernd: Client) -> None:
    letter = mail.registered()
    given = {"name": "Amira Haddad", "street": "Lindenweg 4", "postcode": "12345", "city": "Musterstadt"}
    answer = bernd.post(reverse("post:receipt_letter", args=[letter.public_id]), given)
    text = mail.text_of(answer.content)
    for expected in ("Lindenweg 4", "12345 Musterstadt", "Beleg über den Eingang", letter.number[:4]):
        assert expected in text
    assert "receipt_letter_made" in log(letter)


def test_registered_letter_shows_at_once_and_again_when_read_in() -> None:
    letter = mail.registered(sheets=2)
    day = timezone.localdate()
    assert "Ja, Ihr Brief ist angekommen." in status(letter)
    assert f"Ihr Brief mit 2 Blättern ist am {day.day}." in status(letter)
    adapter.split(mail.batch(), mail.scan("payslip", 1, 2), letter, mail.actor())
    assert "Ein Dokument aus Ihrem Brief ist eingelesen." in status(letter)


def test_letter_without_counted_sheets_shows_at_once_too() -> None:
    letter = mail.registered(sheets=None)
    assert "Ihr Brief ist am" in status(letter)
