"""The mailroom in English: every page says all it says in English, also where something is wrong."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework import actions, closing, mailroom
from channels.post import adapter
from tests import cast, files
from tests.channels.post import mail
from tests.channels.post.unplaced import NUMBER, amiras_case, letter
from tests.test_wording import GERMAN, english, heard

pytestmark = pytest.mark.django_db


@pytest.fixture
def bernd() -> Client:
    return mail.browser()


def german(client: Client, name: str, *args: object) -> list[str]:
    """German words on a page asked for in English."""
    return GERMAN.findall(english(client, reverse(f"post:{name}", args=args)))


def refused(client: Client, name: str, *args: object, **data: str) -> list[str]:
    """German words on a page that comes back because something is missing or wrong."""
    answer = client.post(reverse(f"post:{name}", args=args), data, headers={"accept-language": "en"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<title>Error: " in html
    return GERMAN.findall(heard(html))


@pytest.mark.parametrize(
    "name",
    [
        "start",
        "index",
        "register",
        "batch_add",
        "scan",
        "inlets",
        "separators",
        "troubles",
        "days",
        "originals",
    ],
)
def test_mailroom_in_english_keeps_no_german_words_without_post(bernd: Client, name: str) -> None:
    assert german(bernd, name) == []


def test_letter_in_english_keeps_no_german_words_in_any_state(bernd: Client) -> None:
    amiras_case()
    sure = mail.registered(sender=cast.amira(customer_number=NUMBER))
    forwarded, mistaken, in_trouble = (mail.registered(sender=cast.amira(given_name="Jonas")) for _ in "123")
    actor = mail.actor()
    mailroom.forward(forwarded, "Wohngeldstelle Musterstadt", timezone.localdate(), actor)
    mailroom.mark_mistaken(mistaken, "twice", actor)
    mailroom.report_trouble(in_trouble, "letter_damaged", actor)
    for one in (sure, forwarded, mistaken, in_trouble):
        assert german(bernd, "letter", one.public_id) == []
    assert german(bernd, "start") == []
    assert german(bernd, "troubles") == []


def test_stack_in_english_keeps_no_german_words_open_and_divided(bernd: Client) -> None:
    stack = mail.batch(sheets=1)
    one = mail.registered()
    assert german(bernd, "batch", stack.public_id) == []
    adapter.split(stack, mail.scan("payslip", 1, 2, 3), one, mail.actor())
    actions.set_aside(stack, 5)
    assert german(bernd, "batch", stack.public_id) == []
    assert german(bernd, "batch_page", stack.public_id, 1) == []
    assert german(bernd, "correct", one.documents.get().public_id) == []
    assert german(bernd, "batch_file", stack.public_id) == []


@pytest.mark.parametrize("data", [files.encrypted_pdf(), files.broken_pdf(), files.EMPTY, files.WORD])
def test_unreadable_stack_in_english_keeps_no_german_words(bernd: Client, data: bytes) -> None:
    stack = mail.batch(data)
    assert german(bernd, "batch", stack.public_id) == []
    assert german(bernd, "troubles") == []


def test_postbook_in_english_keeps_no_german_words_open_and_closed(bernd: Client) -> None:
    today = timezone.localdate()
    mail.registered()
    mail.batch(arrived_on=today, sheets=9)
    assert german(bernd, "day", today.isoformat()) == []
    closing.close(today, "Holiday tomorrow", cast.bernd(), mail.actor())
    for page in (("day", today.isoformat()), ("days",), ("start",)):
        assert german(bernd, *page) == []


def test_matching_letters_in_english_keeps_no_german_words(bernd: Client) -> None:
    amiras_case()
    letter(2, number=NUMBER, born="1991-07-03")
    assert german(bernd, "index") == []


def test_errors_of_the_mailroom_in_english_keep_no_german_words(bernd: Client) -> None:
    one = mail.registered(arrived_on=date(2026, 10, 31), sender=cast.amira(given_name="Jonas"))
    assert refused(bernd, "register") == []
    assert refused(bernd, "batch_add") == []
    for act in ("forward", "mistake", "report", "mail_receipt", "receipt_letter", "give_back"):
        assert refused(bernd, act, one.public_id) == [], act
