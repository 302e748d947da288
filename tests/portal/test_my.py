"""Did my document arrive? Status page, receipt and look-up, as the claimant meets them."""

import contextlib
import hashlib
import io
import re
import socket
import threading
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework import actions, outbox
from casework.catalogue import catalogue
from casework.envelope import Actor, Channel, Helper, Paper, Role
from casework.receipts import pdf, receipt_of
from casework.status import status_of
from tests import cast, files
from tests.cast import amira

pytestmark = pytest.mark.django_db
BIRTH = {"birth_date_day": "3", "birth_date_month": "7", "birth_date_year": "1991"}


def words(response: Any) -> str:
    """The text a person reads, without tags."""
    text = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(text.split())


def lookup(client: Client, number: str, **birth: str) -> Any:
    return client.post(reverse("my:lookup"), {"number": number, **(birth or BIRTH)})


def test_lookup_by_receipt_number_and_birth_date_leads_to_the_status(client: Client) -> None:
    ack = cast.receive(cast.paper())
    answer = lookup(client, f"{ack.number[:4]} {ack.number[4:8]}-{ack.number[8:].lower()}")
    assert (answer.status_code, answer["Location"]) == (302, reverse("my:status", args=[ack.secret]))


def test_lookup_by_case_code_leads_to_the_status_of_the_case(client: Client) -> None:
    ack = cast.receive()
    assert lookup(client, cast.case_of(ack).code).status_code == 302


def test_lookup_gives_one_answer_for_unknown_number_and_wrong_birth_date(client: Client) -> None:
    ack = cast.receive()
    other = cast.receive(service="PAPERS", sender=amira(given_name="Jonas"))
    unknown = other.number
    wrong = lookup(client, ack.number, birth_date_day="4", birth_date_month="7", birth_date_year="1991")
    cast.Submission.objects.filter(number=unknown).delete()
    missing = lookup(client, unknown)
    assert wrong.status_code == missing.status_code == 404
    blank = re.compile(r'value="[^"]*"|name="csrfmiddlewaretoken"')
    assert blank.sub("", wrong.content.decode()) == blank.sub("", missing.content.decode())


def test_lookup_does_the_same_work_for_unknown_number_and_wrong_birth_date(client: Client) -> None:
    ack = cast.receive()
    from casework.codes import new_number

    def queries(number: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            lookup(client, number, birth_date_day="4", birth_date_month="7", birth_date_year="1991")
        return len(captured)

    assert queries(ack.number) == queries(new_number())


def test_lookup_pauses_after_five_wrong_tries_even_for_the_right_birth_date(client: Client) -> None:
    ack = cast.receive()
    for _ in range(5):
        lookup(client, ack.number, birth_date_day="4", birth_date_month="7", birth_date_year="1991")
    answer = lookup(client, ack.number)
    assert answer.status_code == 404
    assert "Minute" in words(answer)


@pytest.mark.parametrize("number", ["", "123", "AAAA-BBBB-CCCC", "<script>alert(1)</script>"])
def test_lookup_explains_a_mistyped_number_and_keeps_what_was_typed(client: Client, number: str) -> None:
    answer = lookup(client, number)
    assert answer.status_code == 400
    assert "Fehler:" in answer.content.decode()
    assert 'value="1991"' in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_status_of_an_unknown_secret_is_not_found(client: Client) -> None:
    assert client.get(reverse("my:status", args=["X" * 26])).status_code == 404


def test_status_shows_every_channel_of_the_case_in_plain_words(client: Client) -> None:
    first = cast.receive(cast.paper("payslip"), cast.paper("identity_card"))
    cast.receive(cast.paper("bank_statement"), service="PAPERS", channel=Channel.POST, number=first.number)
    desk = Actor(Role.DESK, cast.carla().pk)
    cast.receive(
        Paper("lease", shown=True), service="PAPERS", channel=Channel.DESK, number=first.number, actor=desk
    )
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    payslip, card = cast.submission(first).documents.all()
    actions.accept(payslip, deniz)
    actions.reject(card, "unreadable", date(2026, 12, 6), deniz)
    text = words(client.get(reverse("my:status", args=[first.secret])))
    for expected in (
        "über das Internet",
        "mit der Post",
        "am Schalter",
        "Geprüft, alles gut",
        "Bitte noch einmal schicken",
        "6. Dezember 2026",
        "gezeigt, nicht kopiert",
        "In Ihrem Fall",
    ):
        assert expected in text
    assert "Demir" not in text  # the role, not the name


def test_status_says_when_staff_opened_a_document(client: Client) -> None:
    ack = cast.receive(cast.paper())
    actions.open_document(cast.submission(ack).documents.get(), Actor(Role.CASEWORKER, cast.deniz().pk))
    assert "Eine Person hat geöffnet: Lohnabrechnung" in words(
        client.get(reverse("my:status", args=[ack.secret]))
    )


def test_status_of_an_unassigned_submission_says_that_it_arrived_and_is_being_placed(client: Client) -> None:
    ack = cast.receive(cast.paper(), service="PAPERS")
    text = words(client.get(reverse("my:status", args=[ack.secret])))
    assert "Ja, Ihr Dokument ist angekommen." in text
    assert "ordnet es noch Ihrem Fall zu" in text


def test_status_of_a_submission_joined_by_customer_number_alone_shows_nothing_of_the_case(
    client: Client,
) -> None:
    cast.receive(cast.paper("bank_statement"), sender=amira(customer_number="123A456789"))
    stranger = cast.receive(
        cast.paper("payslip"), service="PAPERS", sender=amira(customer_number="123A456789")
    )
    text = words(client.get(reverse("my:status", args=[stranger.secret])))
    assert "Lohnabrechnung" in text
    assert "Kontoausz" not in text
    assert cast.case_of(stranger).code not in text.replace("-", "")


def test_status_of_a_separated_submission_no_longer_shows_in_the_case() -> None:
    first = cast.receive(cast.paper())
    second = cast.receive(cast.paper("lease"), service="PAPERS", number=first.number)
    actions.separate(cast.submission(second), Actor(Role.CASEWORKER, cast.deniz().pk))
    shown = status_of(cast.submission(first))
    assert [d.kind for d in shown.documents] == ["payslip"]
    assert all(line.submission is None or line.submission.number == first.number for line in shown.lines)


def test_status_names_a_file_that_cannot_be_opened_and_what_to_do(client: Client) -> None:
    ack = cast.receive(cast.paper(content=files.encrypted_pdf()), service="PAPERS")
    while outbox.sweep():
        pass
    text = words(client.get(reverse("my:status", args=[ack.secret])))
    problem = catalogue().problem("encrypted")
    assert problem.words.get("de") in text
    assert problem.what_to_do.get("de") in text


def test_status_tells_of_joining_only_when_it_was_not_part_of_the_arrival() -> None:
    first = cast.receive()
    assert "joined" not in [line.kind for line in status_of(cast.submission(first)).lines]
    late = cast.receive(cast.paper(), service="PAPERS", sender=cast.amira(birth_date=None))
    actions.link(cast.submission(late), cast.case_of(first), Actor(Role.CASEWORKER, cast.deniz().pk))
    assert "joined" in [line.kind for line in status_of(cast.submission(first)).lines]


def test_status_needs_few_queries_however_many_documents() -> None:
    first = cast.receive(cast.paper())
    with CaptureQueriesContext(connection) as one:
        status_of(cast.submission(first))
    cast.receive(*[cast.paper() for _ in range(5)], service="PAPERS", number=first.number)
    with CaptureQueriesContext(connection) as many:
        status_of(cast.submission(first))
    assert len(many) <= len(one) + 1


def test_receipt_holds_everything_that_proves_the_arrival(client: Client) -> None:
    data = files.jpeg()
    ack = cast.receive(cast.paper("payslip", data, "lohn.jpg"), helper=Helper("Samira Nasser", "family"))
    while outbox.sweep():
        pass
    receipt = receipt_of(cast.submission(ack))
    text = words(client.get(reverse("my:receipt", args=[ack.secret])))

    for expected in (
        f"{ack.number[:4]}-{ack.number[4:8]}-{ack.number[8:]}",
        "Uhr (ME",
        "über das Internet",
        "Amira Haddad",
        "Samira Nasser",
        "lohn.jpg",
        "1 Seite",
        hashlib.sha256(data).hexdigest(),
        "Ausweis",
        "Beispielallee 12",
        receipt.signature,
    ):
        assert expected in text


def test_receipt_of_a_letter_names_the_day_and_no_invented_hour(client: Client) -> None:
    midnight = datetime(2026, 11, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    ack = cast.receive(channel=Channel.POST, service="PAPERS", received_at=midnight, sheets=3)
    text = words(client.get(reverse("my:receipt", args=[ack.secret])))
    assert "12. November 2026" in text
    assert "00:00" not in text


def test_receipt_is_the_same_until_its_content_changes() -> None:
    ack = cast.receive(cast.paper())
    submission = cast.submission(ack)
    first = pdf(submission)
    assert pdf(submission) == first
    assert submission.receipt_files.count() == 1
    actions.request_paper(
        cast.case_of(ack),
        "lease",
        "needed_for_decision",
        date(2026, 12, 6),
        Actor(Role.CASEWORKER, cast.deniz().pk),
    )
    assert pdf(cast.submission(ack)) != first


def test_receipt_pdf_is_tagged_and_says_its_language_and_title() -> None:

    ack = cast.receive(cast.paper())
    with pikepdf.open(io.BytesIO(pdf(cast.submission(ack)))) as document:
        assert str(document.Root.Lang) == "de"
        assert bool(document.Root.MarkInfo.Marked)
        assert ack.number[:4] in str(document.docinfo["/Title"])
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_receipt_pdf_fetches_nothing_that_a_name_asks_for() -> None:

    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(2)
    hits: list[object] = []

    def listen() -> None:
        with contextlib.suppress(TimeoutError):
            hits.append(server.accept())

    thread = threading.Thread(target=listen)
    thread.start()
    address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
    evil = f'<img src="{address}"><link rel=attachment href="file:///etc/hostname">'
    pdf(cast.submission(cast.receive(sender=amira(given_name=evil[:100]), note=evil)))
    thread.join()
    server.close()
    assert hits == []


def test_receipt_keeps_the_birth_date_to_itself_because_it_opens_the_case(client: Client) -> None:
    ack = cast.receive(cast.paper())
    for name, *more in (("my:receipt",), ("my:receipt_print", "a4"), ("my:receipt_print", "80mm")):
        shown = client.get(reverse(name, args=[ack.secret, *more])).content.decode()
        assert "1991" not in shown
        assert "angegeben" in shown
    with pdfium.PdfDocument(pdf(cast.submission(ack))) as document:
        assert "1991" not in "".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("paper", ["a4", "80mm"])
def test_receipt_can_be_printed_on_both_papers(client: Client, paper: str) -> None:
    ack = cast.receive(cast.paper())
    answer = client.get(reverse("my:receipt_print", args=[ack.secret, paper]))
    assert ack.number[:4] in words(answer)
    assert client.get(reverse("my:receipt_print", args=[ack.secret, "a5"])).status_code == 404


def test_personal_pages_are_kept_in_no_cache(client: Client) -> None:
    ack = cast.receive()
    for name in ("my:status", "my:receipt", "my:receipt_pdf"):
        assert "no-store" in client.get(reverse(name, args=[ack.secret]))["Cache-Control"]
