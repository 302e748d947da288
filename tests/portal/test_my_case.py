"""My case: what the receipt alone shows, and what only number and birth date together open."""

import io
import time
import uuid
import zipfile
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casework import actions, messages
from casework.clock import database_now
from casework.codes import new_secret
from casework.envelope import Ack, Actor, Role
from casework.models import AddressChange, Event, Slot
from portal.my import case, visit
from portal.my.urls import urlpatterns
from tests import cast, files
from tests.cast import amira

pytestmark = pytest.mark.django_db
# Somebody else in every respect: whoever is like Amira waits until a person has looked.
JONAS = amira(
    given_name="Jonas",
    family_name="Becker",
    birth_date=date(1984, 2, 29),
    street="Am Ring 7",
    postcode="54321",
)
BIRTH_OF_JONAS = {"birth_date_day": "29", "birth_date_month": "2", "birth_date_year": "1984"}
BIRTH = {"birth_date_day": "3", "birth_date_month": "7", "birth_date_year": "1991"}
WRONG = {"birth_date_day": "4", "birth_date_month": "7", "birth_date_year": "1991"}
# What the receipt alone shows, and what asks for the birth date itself.
OPEN = {"lookup", "status", "confirm", "leave", "receipt", "receipt_pdf", "receipt_print", "covers"}
OPEN |= {"correct"}  # of one's own answers, with rules of its own: tests of correcting
OPEN |= {"helper", "helper_revoke"}  # of one helper: tests/portal/helping
CLOSED = sorted({str(pattern.name) for pattern in urlpatterns} - OPEN)


def at(name: str, ack: Ack) -> str:
    return reverse(f"my:{name}", args=[ack.secret])


def confirmed(ack: Ack, **birth: str) -> Client:
    client = Client()
    answer = client.post(at("confirm", ack), birth or BIRTH)
    assert (answer.status_code, answer["Location"]) == (302, at("status", ack))
    return client


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_receipt_alone_leads_to_the_question_for_the_birth_date(name: str, method: str) -> None:
    ack = cast.receive(cast.paper())
    answer = getattr(Client(), method)(at(name, ack))
    assert (answer.status_code, answer["Location"]) == (302, f"{at('confirm', ack)}?seite={name}")


@pytest.mark.parametrize("name", CLOSED)
def test_a_receipt_that_may_not_open_its_case_never_does(name: str) -> None:
    """Joined by the customer number, which stands on every letter."""
    cast.receive(cast.paper("bank_statement"), sender=amira(customer_number="123A456789"))
    stranger = cast.receive(
        cast.paper("payslip"), service="PAPERS", sender=amira(customer_number="123A456789")
    )
    assert cast.submission(stranger).case is not None
    client = Client()
    assert client.get(at(name, stranger)).status_code == 404
    client.post(at("confirm", stranger), BIRTH)
    assert client.get(at(name, stranger)).status_code == 404
    assert client.post(at(name, stranger)).status_code == 404


@pytest.mark.parametrize("name", CLOSED)
def test_an_unknown_key_opens_nothing(name: str) -> None:
    assert Client().get(reverse(f"my:{name}", args=[new_secret()])).status_code == 404


@pytest.mark.parametrize("name", CLOSED)
def test_who_confirmed_one_case_sees_nothing_of_another(name: str) -> None:
    own = cast.receive(cast.paper())
    other = cast.receive(cast.paper(), sender=JONAS)
    client = confirmed(own)
    assert client.get(at(name, other)).status_code == 302
    assert client.get(at(name, own)).status_code in (200, 405)


def test_every_closed_page_may_be_the_one_after_the_birth_date() -> None:
    assert set(case.PAGES) == {*CLOSED, "correct"}


def test_the_birth_date_leads_to_the_page_that_was_wanted_and_to_no_other_address() -> None:
    ack = cast.receive(cast.paper())
    client = Client()
    answer = client.post(at("confirm", ack) + "?seite=opened", BIRTH)
    assert answer["Location"] == at("opened", ack)
    for evil in ("//evil.example", "https://evil.example/", "leave", "receipt_print", "\0", "x" * 5000):
        answer = Client().post(at("confirm", ack), BIRTH, query_params={"seite": evil})
        assert answer["Location"] == at("status", ack)


def test_a_wrong_birth_date_opens_nothing_and_five_of_them_pause() -> None:
    ack = cast.receive(cast.paper())
    client = Client()
    for _ in range(5):
        assert client.post(at("confirm", ack), WRONG).status_code == 403
        assert client.get(at("opened", ack)).status_code == 302
    answer = client.post(at("confirm", ack), BIRTH)
    assert answer.status_code == 403
    assert "Minute" in answer.content.decode()
    assert client.get(at("opened", ack)).status_code == 302


def test_without_a_birth_date_it_says_what_to_do() -> None:
    ack = cast.receive(cast.paper())
    answer = Client().post(at("confirm", ack), {})
    assert answer.status_code == 400
    assert "Geben Sie das Geburtsdatum ein." in answer.content.decode()


def test_looking_up_by_number_and_birth_date_counts_as_naming_it() -> None:
    ack = cast.receive(cast.paper())
    client = Client()
    client.post(reverse("my:lookup"), {"number": ack.number, **BIRTH})
    assert client.get(at("opened", ack)).status_code == 200


def test_it_is_forgotten_after_two_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    now = time.time()
    monkeypatch.setattr(visit.time, "time", lambda: now + visit.LASTS_SECONDS + 1)
    assert client.get(at("opened", ack)).status_code == 302


def test_it_is_forgotten_at_once_on_a_shared_device() -> None:
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    assert client.get(reverse("my:leave")).status_code == 405
    client.post(reverse("my:leave"))
    assert client.get(at("opened", ack)).status_code == 302


def test_confirming_changes_the_session_so_that_a_prepared_one_does_not_become_hers() -> None:
    ack = cast.receive(cast.paper())
    client = Client()
    session = client.session
    session["x"] = 1
    session.save()
    prepared = str(session.session_key)
    client.cookies["sessionid"] = prepared
    client.post(at("confirm", ack), BIRTH)
    assert client.cookies["sessionid"].value != prepared


def test_separating_closes_the_pages_at_once() -> None:
    first = cast.receive(cast.paper())
    second = cast.receive(cast.paper("lease"), service="PAPERS", number=first.number)
    client = confirmed(second)
    assert client.get(at("opened", second)).status_code == 200
    actions.separate(cast.submission(second), Actor(Role.CASEWORKER, cast.deniz().pk))
    assert client.get(at("opened", second)).status_code == 404


def test_who_opened_my_file_names_role_purpose_and_no_name() -> None:
    ack = cast.receive(cast.paper("payslip"))
    client = confirmed(ack)
    assert "Bisher hat niemand Ihren Fall geöffnet." in client.get(at("opened", ack)).content.decode()
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    actions.view_case(cast.case_of(ack), deniz)
    actions.open_document(cast.submission(ack).documents.get(), deniz)
    shown = client.get(at("opened", ack)).content.decode()
    for expected in ("Sachbearbeitung", "um Ihren Fall zu bearbeiten", "Papier angesehen: Lohnabrechnung"):
        assert expected in shown
    assert "Demir" not in shown


def test_the_clock_of_the_law_is_shown_to_the_claimant() -> None:
    ack = cast.receive(cast.paper())
    shown = Client().get(at("status", ack)).content.decode()
    assert "§ 88 SGG" in shown


# --- messages


def write(client: Client, ack: Ack, text: str = "Wann bekomme ich Bescheid?", **more: object) -> object:
    return client.post(at("messages", ack), {"text": text, "key": str(uuid.uuid4()), **more})


def test_a_message_reaches_the_office_and_the_answer_comes_back() -> None:
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    answer = write(client, ack, "<script>alert(1)</script> Wann?")
    assert (answer.status_code, answer["Location"]) == (302, at("messages", ack))  # type: ignore[attr-defined,index]
    shown = client.get(at("messages", ack)).content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert "Noch nicht gelesen" in shown
    messages.write(
        cast.case_of(ack), "Bis Ende der Woche.", Actor(Role.CASEWORKER, cast.deniz().pk), key=uuid.uuid4()
    )
    assert "1 neue" in client.get(at("status", ack)).content.decode()
    shown = client.get(at("messages", ack)).content.decode()
    assert "Bis Ende der Woche." in shown
    assert "Demir" not in shown
    assert "Gelesen:" in shown
    assert "1 neue" not in client.get(at("status", ack)).content.decode()


def test_papers_of_a_message_arrive_with_a_receipt_in_the_same_case() -> None:
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    key = str(uuid.uuid4())
    for _ in range(2):  # a double click
        file = SimpleUploadedFile("../../etc/passwd.pdf", files.pdf(1, "Bescheinigung"), "application/pdf")
        client.post(at("messages", ack), {"text": "Siehe Anlage", "key": key, "files": file})
    message = cast.case_of(ack).messages.get()
    assert message.submission is not None
    assert message.submission.case == cast.case_of(ack)
    assert message.submission.channel == "web"
    assert message.submission.documents.get().parts.get().file.name == "passwd.pdf"
    assert (
        reverse("my:receipt", args=[message.submission.secret])
        in client.get(at("messages", ack)).content.decode()
    )


@pytest.mark.parametrize("text", ["", "x" * 4001])
def test_a_message_that_cannot_be_sent_says_why_and_keeps_what_was_typed(text: str) -> None:
    ack = cast.receive(cast.paper())
    answer = write(confirmed(ack), ack, text)
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "Fehler:" in answer.content.decode()  # type: ignore[attr-defined]
    assert text in answer.content.decode()  # type: ignore[attr-defined]
    assert not cast.case_of(ack).messages.exists()


def test_too_many_messages_are_asked_to_wait_and_the_text_is_kept() -> None:
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    for _ in range(messages.MOST_IN_AN_HOUR):
        write(client, ack)
    answer = write(client, ack, "Noch eine Frage")
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "Noch eine Frage" in answer.content.decode()  # type: ignore[attr-defined]


def test_messages_of_a_case_are_for_its_team_only() -> None:
    cast.teams()
    ack = cast.receive(cast.paper())
    write(confirmed(ack), ack, "Nur für Deniz")
    address = reverse("review:messages", args=[cast.case_of(ack).public_id])
    inbox = {}
    for name, user in (("emil", cast.emil()), ("deniz", cast.deniz())):
        client = Client()
        client.force_login(user)
        inbox[name] = client.get(reverse("review:inbox") + "?stand=message").content.decode()
        answer = client.get(address)
        assert answer.status_code == (200 if name == "deniz" else 404)
    assert "Amira Haddad" in inbox["deniz"]
    assert "noch niemand gelesen" in inbox["deniz"]
    assert "Amira Haddad" not in inbox["emil"]
    assert "noch niemand gelesen" not in inbox["emil"]
    assert not messages.unread_by_office(cast.case_of(ack)).exists()


def test_staff_answer_once_even_if_they_press_twice() -> None:
    ack = cast.receive(cast.paper())
    client = Client()
    client.force_login(cast.deniz())
    address = reverse("review:messages", args=[cast.case_of(ack).public_id])
    key = str(uuid.uuid4())
    for _ in range(2):
        assert client.post(address, {"text": "Guten Tag", "key": key}).status_code == 302
    assert cast.case_of(ack).messages.count() == 1
    assert client.post(address, {"text": " "}).status_code == 400


# --- address, wishes, appointments, everything


def test_a_new_address_arrives_with_a_receipt_and_waits_for_staff() -> None:
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    given = {
        "street": "Neuer Weg 1",
        "postcode": "54321",
        "city": "Neustadt",
        "valid_from_day": "1",
        "valid_from_month": "12",
        "valid_from_year": "2026",
        "key": str(uuid.uuid4()),
    }
    for _ in range(2):
        assert client.post(at("details", ack), given).status_code == 302
    change = AddressChange.objects.get()
    assert (change.submission.service, change.submission.case) == ("VAEM", cast.case_of(ack))
    assert "wird geprüft" in client.get(at("details", ack)).content.decode()
    deniz = Client()
    deniz.force_login(cast.deniz())
    deniz.post(reverse("review:address_confirm", args=[change.public_id]))
    shown = client.get(at("details", ack)).content.decode()
    assert "Neuer Weg 1, 54321 Neustadt" in shown
    assert "übernommen" in shown


@pytest.mark.parametrize(
    "wrong", [{"postcode": "5432"}, {"street": ""}, {"valid_from_month": "13"}, {"postcode": "５４３２１x"}]
)
def test_an_address_that_cannot_be_right_is_asked_again(wrong: dict[str, str]) -> None:
    ack = cast.receive(cast.paper())
    given = {"street": "Neuer Weg 1", "postcode": "54321", "city": "Neustadt", "valid_from_day": "1"}
    given |= {"valid_from_month": "12", "valid_from_year": "2026", **wrong}
    assert confirmed(ack).post(at("details", ack), given).status_code == 400
    assert not AddressChange.objects.exists()


def test_wishes_are_kept_and_email_needs_an_address() -> None:
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    assert client.post(at("details", ack), {"wish": "email"}).status_code == 400
    assert client.post(at("details", ack), {"wish": "pigeon"}).status_code == 400
    assert client.post(at("details", ack), {"wish": "none"}).status_code == 302
    assert cast.case_of(ack).person.contact_wish == "none"


def test_an_appointment_is_booked_and_cancelled_and_a_taken_time_says_so() -> None:
    cast.teams()
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    assert "Im Moment ist keine Zeit frei" in client.get(at("appointments", ack)).content.decode()
    slot = Slot.objects.create(
        team=cast.deniz().team,
        starts_at=database_now() + timedelta(days=3),
        minutes=30,
        way="phone",
        made_by=cast.deniz(),
    )
    book = {"act": "book", "slot": str(slot.public_id)}
    assert client.post(at("appointments", ack), book).status_code == 400  # which number shall be called?
    assert client.post(at("appointments", ack), {**book, "phone": "<b>"}).status_code == 400
    assert client.post(at("appointments", ack), {**book, "phone": "0151 123"}).status_code == 302
    shown = client.get(at("appointments", ack)).content.decode()
    assert "Wir rufen Sie an: 0151 123" in shown
    other = cast.receive(cast.paper(), sender=JONAS)
    answer = confirmed(other, **BIRTH_OF_JONAS).post(at("appointments", other), {**book, "phone": "0151 9"})
    assert answer.status_code == 400
    assert client.post(at("appointments", ack), {"act": "cancel"}).status_code == 302
    assert client.post(at("appointments", ack), {"act": "cancel"}).status_code == 302


def test_asking_to_be_called_reaches_the_team() -> None:
    cast.teams()
    ack = cast.receive(cast.paper())
    client = confirmed(ack)
    assert client.post(at("appointments", ack), {"act": "call", "phone": "", "at": "any"}).status_code == 400
    assert (
        client.post(at("appointments", ack), {"act": "call", "phone": "0151 77", "at": "any"}).status_code
        == 302
    )
    pages = {}
    for name, user in (("deniz", cast.deniz()), ("emil", cast.emil())):
        staff = Client()
        staff.force_login(user)
        pages[name] = staff.get(reverse("review:talks")).content.decode()
    assert "0151 77" in pages["deniz"]
    assert "0151 77" not in pages["emil"]


def test_everything_is_downloaded_as_zip_and_that_is_logged() -> None:
    ack = cast.receive(cast.paper("payslip", files.jpeg(), "lohn.jpg"))
    client = confirmed(ack)
    assert client.get(at("download", ack)).status_code == 200
    assert not Event.objects.filter(kind="everything_taken").exists()
    answer = client.post(at("download", ack), headers={"accept-encoding": "gzip"})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert "inhalt.html" in archive.namelist()
    assert "Alles heruntergeladen" in client.get(at("opened", ack)).content.decode()
