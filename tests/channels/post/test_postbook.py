"""The postbook: registration and scan agree or it is said where not; a closed day is signed and adds up."""

import io
import json
from datetime import timedelta
from io import StringIO

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework import actions, closing, mailroom, postbook, register
from casework.models import Event, PostbookDay, Submission
from channels.post import adapter
from tests import cast, files
from tests.channels.post import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def bernd() -> Client:
    return mail.browser()


def today() -> postbook.DayFigures:
    return postbook.figures_of(timezone.localdate())


def scanned_day() -> Submission:
    """A letter of four pages and a blank one in a stack of today: everything adds up."""
    letter = mail.registered(sheets=3)
    stack = mail.batch(arrived_on=timezone.localdate(), sheets=3)
    adapter.split(stack, mail.scan("payslip", 1, 2, 3, 4), letter, mail.actor())
    actions.set_aside(stack, 5)
    return letter


def close(reason: str = "") -> PostbookDay:
    return closing.close(timezone.localdate(), reason, cast.bernd(), mail.actor())


def page(client: Client) -> str:
    return client.get(reverse("post:day", args=[timezone.localdate().isoformat()])).content.decode()


# --- what agrees and what does not


@pytest.mark.parametrize(
    ("sheets", "pages", "aside", "fault"),
    [
        (None, 9, 0, ""),
        (2, 2, 0, ""),
        (2, 4, 0, ""),
        (2, 5, 0, "too_many"),
        (2, 1, 0, "too_few"),
        (2, 1, 1, ""),
        (1, 2, 7, ""),
    ],
)
def test_one_sheet_is_one_or_two_pages_and_blanks_count(
    sheets: int | None, pages: int, aside: int, fault: str
) -> None:
    assert postbook.sheet_fault(sheets, pages, aside) == fault


def test_blank_page_counts_for_the_letter_before_it() -> None:
    assert postbook.follow({2: 10, 3: 10, 5: 20}, [1, 4, 6, 7]) == {10: 1, 20: 2}


def test_letter_without_scan_is_named_as_registered_not_scanned() -> None:
    letter = mail.registered()
    assert [line.number for line in today().not_scanned] == [letter.number]
    assert today().open_points == {"not_scanned": 1}


def test_letter_made_while_splitting_is_named_as_not_registered() -> None:
    stack = mail.batch(arrived_on=timezone.localdate())
    letter = adapter.Letter(arrived_on=timezone.localdate(), sender=cast.amira())
    ack = adapter.split_new_letter(stack, mail.scan("lease", 1, 2), letter, mail.actor(), key=stack.key)
    assert [line.number for line in today().not_registered] == [ack.number]
    mail.registered()
    assert len(today().not_registered) == 1


def test_sheets_that_do_not_fit_the_pages_stand_in_the_way_until_recounted() -> None:
    letter = scanned_day()
    assert today().open_points == {}
    mailroom.recount(letter, 9, mail.actor())
    assert today().open_points == {"wrong_count": 1}
    mailroom.recount(letter, 4, mail.actor())
    assert today().open_points == {}


def test_pages_of_the_day_are_in_letters_set_aside_or_left_over() -> None:
    scanned_day()
    mail.batch(arrived_on=timezone.localdate())
    totals = today().totals
    assert totals["pages"] == totals["in_letters"] + totals["aside"] + totals["left_over"] == 10
    assert (totals["in_letters"], totals["aside"], totals["left_over"]) == (4, 1, 5)
    assert today().open_points == {"with_rest": 1}


def test_unreadable_stack_stands_in_the_way_until_settled() -> None:
    stack = mail.batch(files.encrypted_pdf(), arrived_on=timezone.localdate())
    assert today().open_points == {"unreadable": 1}
    mailroom.settle_trouble(stack, "scanned_again", "Neu gescannt", cast.bernd(), mail.actor())
    assert today().open_points == {}


# --- closing


def test_closed_day_is_signed_chained_and_in_the_log() -> None:
    scanned_day()
    first = close()
    said = json.loads(first.text)
    assert said["previous"] == register.GENESIS
    assert said["figures"]["totals"]["letters"] == 1
    event = Event.objects.get(kind="day_closed")
    assert (event.data["hash"], event.data["pdf_sha256"]) == (first.hash, first.pdf_sha256)
    mail.registered(sheets=1)
    second = close("Kommt morgen")
    assert (second.sheet, json.loads(second.text)["previous"]) == (2, first.hash)
    assert list(closing.verify()) == []


def test_figures_that_are_signed_hold_no_names() -> None:
    scanned_day()
    text = close().text
    assert "Haddad" not in text
    assert "Amira" not in text


def test_sheet_lists_every_letter_and_is_accessible_pdf() -> None:
    letter = scanned_day()
    row = close()
    with pikepdf.open(io.BytesIO(row.pdf)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "de"
        assert "pdfuaid:part" in document.Root.Metadata.read_bytes().decode()
    text = mail.text_of(row.pdf)
    for expected in ("-".join(letter.number[i : i + 4] for i in (0, 4, 8)), "Haddad", "noch offen", row.hash):
        assert expected in text
    assert "Alles passt zusammen." in text


def test_day_with_open_points_is_not_closed_without_a_reason(bernd: Client) -> None:
    mail.registered()
    with pytest.raises(closing.PointsOpen):
        close()
    address = reverse("post:close_day", args=[timezone.localdate().isoformat()])
    assert "Schreiben Sie kurz auf, warum." in bernd.post(address, {"reason": ""}).content.decode()
    assert not PostbookDay.objects.exists()
    assert bernd.post(address, {"reason": "Scanner kaputt"}).status_code == 302
    row = PostbookDay.objects.get()
    assert row.reason == "Scanner kaputt"
    assert "Scanner kaputt" in mail.text_of(row.pdf)
    assert "Scanner kaputt" not in row.text


def test_closing_again_without_news_makes_no_sheet() -> None:
    scanned_day()
    close()
    with pytest.raises(closing.NothingNew):
        close()
    assert PostbookDay.objects.count() == 1


def test_letter_registered_later_for_a_closed_day_makes_sheet_two(bernd: Client) -> None:
    scanned_day()
    close()
    assert "Der Tag ist abgeschlossen" in page(bernd)
    late = mail.registered(sheets=1)
    assert "Seit dem letzten Blatt hat sich etwas geändert" in page(bernd)
    row = close("Wird morgen eingelesen")
    lines = closing.lines_since(today(), PostbookDay.objects.get(sheet=1))
    assert [(line.letter.number, line.since) for line in lines if line.since] == [(late.number, "new")]
    assert "neu" in mail.text_of(row.pdf)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"text": '{"figures":{"day":"2026-01-01"},"key":"","previous":"","sheet":9}'}, "hash"),
        ({"signature": "00" * 64}, "signature"),
        ({"pdf": b"%PDF-1.7 forged"}, "pdf"),
        ({"pdf_signature": "00" * 64}, "pdf_signature"),
        ({"pdf_sha256": "0" * 64}, "log"),
    ],
)
def test_verify_register_finds_a_changed_sheet(change: dict, found: str) -> None:
    scanned_day()
    close()
    call_command("verify_register", stdout=StringIO())
    PostbookDay.objects.update(**change)
    assert found in {fault.what for fault in closing.verify()}
    with pytest.raises(CommandError):
        call_command("verify_register", stdout=StringIO(), stderr=StringIO())


def test_verify_register_misses_a_deleted_sheet() -> None:
    scanned_day()
    close()
    PostbookDay.objects.all().delete()
    assert [fault.what for fault in closing.verify()] == ["missing"]


# --- the pages


def test_pages_are_closed_to_everybody_but_the_counter() -> None:
    scanned_day()
    close()
    day = timezone.localdate().isoformat()
    for address in (
        reverse("post:days"),
        reverse("post:day", args=[day]),
        reverse("post:sheet", args=[day, 1]),
        reverse("post:originals"),
    ):
        assert mail.browser().get(address).status_code == 200
        for other in ("carla@example.org", "deniz@example.org", "emil@example.org"):
            assert mail.browser(other).get(address).status_code == 403


def test_day_to_come_and_no_day_are_not_found(bernd: Client) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    for text in (tomorrow, "gestern", "2026-13-01"):
        assert bernd.get(reverse("post:day", args=[text])).status_code == 404


def test_day_names_what_is_open_with_a_way_to_it(bernd: Client) -> None:
    letter = mail.registered()
    mail.batch(files.broken_pdf(), arrived_on=timezone.localdate())
    shown = page(bernd)
    assert "Ein Brief ist registriert, aber nicht eingelesen." in shown
    assert reverse("post:letter", args=[letter.public_id]) in shown
    assert "Eine Datei vom Scanner konnte nicht gelesen werden." in shown
    assert reverse("post:troubles") in shown


def test_sheet_comes_byte_for_byte_as_signed(bernd: Client) -> None:
    scanned_day()
    row = close()
    answer = bernd.get(reverse("post:sheet", args=[row.day.isoformat(), 1]))
    assert answer.content == bytes(PostbookDay.objects.get().pdf)
    assert answer["Content-Type"] == "application/pdf"
