"""The mailroom's pages: who may see them, what is said beside a field, what stays typed."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework import actions, outbox
from casework.models import Batch, Event, Person, StoredFile, Submission
from casework.workflow import SubmissionState
from channels.post import adapter
from tests import cast, files
from tests.channels.post import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def bernd() -> Client:
    return mail.browser()


def today(days: int = 0) -> str:
    return (timezone.localdate() + timedelta(days=days)).strftime("%d.%m.%Y")


def typed(**given: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "arrived_on": today(), "service": "PAPERS", **given}


def register(client: Client, **given: str) -> str:
    """Send the form and follow it; the page that comes."""
    response = client.post(reverse("post:register"), typed(**given), follow=True)
    return response.content.decode()


def field_error(page: str, name: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'id="id_{name}_error".*?</div>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0].partition(">")[2]).split()) if found else ""


# --- who


@pytest.mark.parametrize("name", ["post:start", "post:register", "post:batch_add", "post:troubles"])
def test_page_is_closed_to_everybody_but_the_counter(name: str) -> None:
    assert Client().get(reverse(name)).status_code == 302
    for other in ("carla@example.org", "deniz@example.org", "emil@example.org"):
        assert mail.browser(other).get(reverse(name)).status_code == 403
    assert mail.browser().get(reverse(name)).status_code == 200


def test_submission_of_another_channel_is_not_found(bernd: Client) -> None:
    ack = cast.receive(cast.paper())
    assert bernd.get(reverse("post:letter", args=[ack.submission_id])).status_code == 404
    file = cast.submission(ack).documents.get().parts.get().file_id
    assert bernd.get(reverse("post:page", args=[file, 1, "klein"])).status_code == 404


def test_page_of_a_batch_is_a_picture_for_the_counter_only(bernd: Client) -> None:
    address = reverse("post:page", args=[mail.batch().file_id, 1, "gross"])
    response = bernd.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert mail.browser("emil@example.org").get(address).status_code == 403
    assert bernd.get(address.replace("gross", "riesig")).status_code == 404


# --- registering


def test_letter_registered_shows_its_number_and_keeps_the_arrival(bernd: Client) -> None:
    page = register(bernd, family_name="Haddad", sheets="3", arrived_on=today(-1))
    letter = Submission.objects.get()
    assert letter.sheets == 3
    assert "-".join(re.findall("....", letter.number)) in page
    assert reverse("my:receipt_print", args=[letter.secret, "80mm"]) in page
    assert f'name="arrived_on" class="kern-form-input__input" value="{today(-1)}"' in page
    assert 'name="family_name" class="kern-form-input__input"' in page
    assert 'value="Haddad"' not in page


def test_emptying_of_the_letterbox_is_kept_for_the_next_letter(bernd: Client) -> None:
    page = register(bernd, emptied_on=today(-1), emptied_time="7:30", arrived_on=today(-1))
    letter = Submission.objects.get()
    assert letter.emptied_at is not None
    assert timezone.localtime(letter.emptied_at).strftime("%H:%M") == "07:30"
    assert 'value="7:30"' in page


def test_double_click_makes_one_letter(bernd: Client) -> None:
    given = typed(family_name="Haddad")
    for _ in range(2):
        assert bernd.post(reverse("post:register"), given).status_code == 302
    assert Submission.objects.count() == 1


def test_arrival_in_the_future_is_refused_beside_the_field_and_typing_stays(bernd: Client) -> None:
    page = register(bernd, arrived_on=today(1), family_name="Haddad")
    assert field_error(page, "arrived_on") == "Prüfen Sie das Datum. Der Tag liegt in der Zukunft."
    assert "<title>Fehler: " in page
    assert 'value="Haddad"' in page
    assert Submission.objects.count() == 0


def test_arrival_long_ago_asks_and_is_taken_once_confirmed(bernd: Client) -> None:
    page = register(bernd, arrived_on=today(-61))
    assert "mehr als 60 Tage" in field_error(page, "arrived_on")
    assert 'name="confirm_old"' in page
    assert Submission.objects.count() == 0
    register(bernd, arrived_on=today(-61), confirm_old="on")
    assert Submission.objects.count() == 1


def test_arrival_60_days_ago_needs_no_confirmation(bernd: Client) -> None:
    register(bernd, arrived_on=today(-60))
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "name", "said"),
    [
        ({"arrived_on": ""}, "arrived_on", "Geben Sie ein, wann der Brief angekommen ist."),
        ({"arrived_on": "31.2."}, "arrived_on", "Geben Sie ein Datum ein, zum Beispiel 03.11.2026."),
        ({"emptied_on": "1.11.2026"}, "emptied_time", "Geben Sie auch die Uhrzeit ein."),
        ({"emptied_time": "7:30"}, "emptied_on", "Geben Sie auch den Tag ein."),
        ({"emptied_time": "25:00"}, "emptied_time", "Geben Sie eine Uhrzeit ein, zum Beispiel 7:30."),
        ({"birth_date": "3.7."}, "birth_date", "Geben Sie ein Datum ein, zum Beispiel 03.11.2026."),
        (
            {"customer_number": "12"},
            "customer_number",
            "Geben Sie drei Ziffern, einen Buchstaben und sechs Ziffern ein, zum Beispiel 123A456789.",
        ),
        (
            {"number": "A7K2-9QXM-3TFX"},
            "number",
            "Vergleichen Sie die Nummer mit dem Brief. Ein Zeichen fehlt oder ist anders.",
        ),
        ({"sheets": "drei"}, "sheets", "Geben Sie eine ganze Zahl ein, zum Beispiel 2."),
        (
            {"other_office": "Rathaus"},
            "other_office_on",
            "Geben Sie auch ein, wann der Brief dort angekommen ist.",
        ),
        (
            {"other_office_on": "1.11.2026"},
            "other_office",
            "Geben Sie auch ein, bei welcher Stelle der Brief war.",
        ),
    ],
)
def test_mistake_is_said_beside_its_field(bernd: Client, given: dict[str, str], name: str, said: str) -> None:
    page = register(bernd, **given)
    assert field_error(page, name) == said
    assert Submission.objects.count() == 0


def test_letterbox_emptied_before_the_arrival_is_asked_about(bernd: Client) -> None:
    page = register(bernd, emptied_on=today(-2), emptied_time="7:30", arrived_on=today(-1))
    assert field_error(page, "emptied_on").startswith("Prüfen Sie den Tag.")


def test_postmark_after_the_arrival_is_asked_about(bernd: Client) -> None:
    page = register(bernd, postmark_on=today(), arrived_on=today(-1))
    assert field_error(page, "postmark_on") == "Prüfen Sie das Datum. Es liegt nach dem Eingang bei uns."


def test_short_date_means_the_last_one_there_was(bernd: Client) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    register(bernd, arrived_on=f"{yesterday.day}.{yesterday.month}.")
    assert timezone.localtime(Submission.objects.get().received_at).date() == yesterday


def test_search_shows_people_and_registers_nothing_yet(bernd: Client) -> None:
    case = cast.case_of(cast.receive())
    page = register(bernd, find="haddad 3.7.1991", sheets="4")
    assert Submission.objects.filter(channel="post").count() == 0
    assert f'value="case:{case.public_id}"' in page
    assert 'value="4"' in page
    register(bernd, find="haddad 3.7.1991", found_for="haddad 3.7.1991", about=f"case:{case.public_id}")
    letter = Submission.objects.get(channel="post")
    assert (letter.case, letter.join_reason) == (case, "staff")


def test_letter_known_by_its_numbers_says_why(bernd: Client) -> None:
    cast.receive(sender=cast.amira(customer_number="123A456789"))
    page = register(bernd, customer_number="123a 456789", birth_date="03.07.1991", family_name="Haddad")
    assert "weil Kundennummer und Geburtsdatum stimmen." in page


# --- batches


def keep(client: Client, data: bytes, **given: str) -> str:
    sent = {"key": str(uuid.uuid4()), "arrived_on": today(), "file": mail.uploaded(data), **given}
    return client.post(reverse("post:batch_add"), sent, follow=True).content.decode()


def test_batch_is_kept_and_its_page_waits_for_pictures(bernd: Client) -> None:
    page = keep(bernd, files.pdf(2), sheets="2")
    batch = Batch.objects.get()
    assert (batch.sheets, batch.file.size > 0) == (2, True)
    assert "Die Seiten werden gelesen" in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_batch_without_a_file_says_so(bernd: Client) -> None:
    page = bernd.post(reverse("post:batch_add"), {"arrived_on": today()}).content.decode()
    assert field_error(page, "file") == "Wählen Sie die Datei vom Scanner aus."


def test_file_is_not_sent_again_for_a_mistake_in_the_date(bernd: Client) -> None:
    key = str(uuid.uuid4())
    page = keep(bernd, files.pdf(2), key=key, arrived_on=today(1))
    assert "Die Datei ist schon gespeichert" in page
    assert Batch.objects.count() == 0
    bernd.post(reverse("post:batch_add"), {"key": key, "arrived_on": today()})
    assert Batch.objects.get().file.size == len(files.pdf(2))
    assert StoredFile.objects.count() == 1


def test_kept_file_belongs_to_its_own_form_only(bernd: Client) -> None:
    keep(bernd, files.pdf(2), arrived_on=today(1))
    page = bernd.post(reverse("post:batch_add"), {"key": str(uuid.uuid4()), "arrived_on": today()})
    assert field_error(page.content.decode(), "file") == "Wählen Sie die Datei vom Scanner aus."


def test_batch_that_is_too_large_says_so(bernd: Client, settings: object) -> None:
    settings.MAX_BATCH_BYTES = 1_000_000  # type: ignore[attr-defined]
    page = keep(bernd, b"%PDF-" + b"0" * 1_000_001)
    assert field_error(page, "file").startswith("Die Datei ist zu groß. Es passen höchstens 1 MB.")
    assert StoredFile.objects.count() == 0


def test_empty_batch_is_kept_and_listed_as_unreadable(bernd: Client) -> None:
    batch = mail.batch(files.EMPTY)
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Die Datei ist angekommen, aber sie ist leer." in page
    assert "Datei ist leer" in bernd.get(reverse("post:troubles")).content.decode()
    assert reverse("post:troubles") in bernd.get(reverse("post:start")).content.decode()


def test_batch_with_fewer_pages_than_sheets_warns(bernd: Client) -> None:
    batch = mail.batch(files.pdf(2), sheets=5)
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Blätter gezählt: 5. Seiten eingelesen: 2." in page


def split(client: Client, batch: Batch, **given: object) -> str:
    sent = {"key": str(uuid.uuid4()), "kind": "payslip", **given}
    response = client.post(reverse("post:batch", args=[batch.public_id]), sent, follow=True)
    return response.content.decode()


def test_ticked_pages_become_a_paper_and_the_rest_is_shown(bernd: Client) -> None:
    letter, batch = mail.registered(), mail.batch()
    page = split(bernd, batch, page=["1", "2"], letter=str(letter.public_id))
    assert "3 Seiten noch nicht zugeordnet" in page
    document = letter.documents.get()
    assert (document.kind, document.page_count) == ("payslip", 2)
    assert f'<option value="{letter.public_id}" selected>' in page


def test_pages_from_to_become_a_paper(bernd: Client) -> None:
    letter, batch = mail.registered(), mail.batch()
    split(bernd, batch, first="2", last="4", letter=str(letter.public_id))
    assert letter.documents.get().page_count == 3


def test_new_letter_is_registered_with_the_day_of_its_batch(bernd: Client) -> None:
    batch = mail.batch(arrived_on=mail.ARRIVED)
    given = {"new-family_name": "Haddad", "new-service": "FORMLESS", "new-birth_date": "3.7.1991"}
    split(bernd, batch, page="1", letter="new", **given, **{"new-given_name": "Amira"})
    letter = Submission.objects.get()
    assert letter.application_day == mail.ARRIVED
    assert letter.documents.get().kind == "payslip"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"letter": "new"}, "Wählen Sie mindestens eine Seite aus."),
        ({"letter": "new", "first": "4", "last": "2"}, "Die letzte Seite liegt vor der ersten."),
        ({"letter": "new", "first": "4", "last": "9"}, "Der Stapel hat nur 5 Seiten."),
        ({"letter": "new", "last": "2"}, "Geben Sie auch die erste Seite ein."),
        ({"page": "1"}, "Wählen Sie aus, zu welchem Brief das Papier gehört."),
        ({"page": "1", "letter": "new", "kind": ""}, "Wählen Sie aus, was für ein Papier das ist."),
    ],
)
def test_split_that_cannot_be_is_said(bernd: Client, given: dict[str, str], said: str) -> None:
    batch = mail.batch()
    assert said in split(bernd, batch, **given)
    assert Submission.objects.count() == 0


def test_page_taken_by_another_clerk_is_said_and_typing_stays(bernd: Client) -> None:
    first, second, batch = mail.registered(), mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1), first, mail.actor())
    page = split(bernd, batch, page=["1", "2"], letter=str(second.public_id), kind="lease")
    assert "ist inzwischen zugeordnet oder beiseite gelegt" in page
    assert '<option value="lease" selected>' in page
    assert second.documents.count() == 0


def test_letter_of_somebody_elses_channel_cannot_be_chosen(bernd: Client) -> None:
    batch = mail.batch()
    ack = cast.receive(cast.paper())
    split(bernd, batch, page="1", letter=str(ack.submission_id))
    assert cast.submission(ack).documents.count() == 1


def test_empty_pages_are_set_aside_and_put_back(bernd: Client) -> None:
    batch = mail.batch()
    bernd.post(reverse("post:aside", args=[batch.public_id]), {"empty": "1"})
    assert list(batch.set_aside.values_list("page", flat=True)) == [5]
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Beiseite gelegt" in page
    bernd.post(reverse("post:put_back", args=[batch.public_id, 5]))
    assert batch.set_aside.count() == 0


def test_ticked_pages_are_set_aside_without_a_kind(bernd: Client) -> None:
    batch = mail.batch()
    bernd.post(reverse("post:aside", args=[batch.public_id]), {"page": ["1", "3"]})
    assert sorted(batch.set_aside.values_list("page", flat=True)) == [1, 3]


def test_batch_without_open_pages_is_done_and_gone_from_the_start_page(bernd: Client) -> None:
    letter, batch = mail.registered(), mail.batch()
    address = reverse("post:batch", args=[batch.public_id])
    assert address in bernd.get(reverse("post:start")).content.decode()
    adapter.split(batch, mail.scan("payslip", 1, 2, 3, 4, 5), letter, mail.actor())
    assert "Der Stapel ist fertig" in bernd.get(address).content.decode()
    while outbox.sweep():  # until its text is read, it stands there as being worked on
        pass
    assert address not in bernd.get(reverse("post:start")).content.decode()


def test_letter_with_fewer_pages_than_sheets_warns_in_its_batch(bernd: Client) -> None:
    letter, batch = mail.registered(sheets=5), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1, 2, 3), letter, mail.actor())
    page = bernd.get(reverse("post:batch", args=[batch.public_id])).content.decode()
    assert "Blätter gezählt: 5. Seiten eingelesen: 3." in page


def test_withdrawn_paper_lies_in_the_batch_again(bernd: Client) -> None:
    letter, batch = mail.registered(), mail.batch()
    adapter.split(batch, mail.scan("payslip", 1), letter, mail.actor())
    address = reverse("post:withdraw", args=[letter.documents.get().public_id])
    page = bernd.post(address, follow=True).content.decode()
    assert "Die Seiten liegen wieder im Stapel" in page
    assert "5 Seiten noch nicht zugeordnet" in page


def test_large_page_leads_to_its_neighbours(bernd: Client) -> None:
    batch = mail.batch()
    page = bernd.get(reverse("post:batch_page", args=[batch.public_id, 2])).content.decode()
    assert 'rel="prev"' in page
    assert 'rel="next"' in page
    assert bernd.get(reverse("post:batch_page", args=[batch.public_id, 6])).status_code == 404


# --- one letter


def test_letter_is_linked_to_the_case_found_and_separated_again(bernd: Client) -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(sender=cast.amira(birth_date=None))
    address = reverse("post:letter", args=[letter.public_id])
    assert str(case.public_id) in bernd.get(address).content.decode()
    bernd.post(reverse("post:link", args=[letter.public_id]), {"case": case.public_id})
    letter.refresh_from_db()
    assert (letter.case, letter.join_reason) == (case, "staff")
    assert "weil eine Person bei uns ihn zugeordnet hat." in bernd.get(address).content.decode()
    bernd.post(reverse("post:separate", args=[letter.public_id]))
    letter.refresh_from_db()
    assert letter.state == SubmissionState.UNASSIGNED


def test_letter_linked_meanwhile_is_said(bernd: Client) -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(case_id=case.public_id)
    address = reverse("post:link", args=[letter.public_id])
    page = bernd.post(address, {"case": case.public_id}, follow=True).content.decode()
    assert "Jemand hat den Brief inzwischen schon zugeordnet." in page


def test_unknown_sender_of_an_application_becomes_a_person_with_a_case(bernd: Client) -> None:
    letter = mail.registered(sender=adapter.NOBODY, service="FORMLESS")
    given = {"family_name": "Haddad", "given_name": "Amira", "birth_date": "3.7.1991"}
    bernd.post(reverse("post:new_person", args=[letter.public_id]), given)
    letter.refresh_from_db()
    assert letter.person is not None
    assert (letter.person.name, letter.case is not None) == ("Amira Haddad", True)


def test_person_with_a_number_that_another_has_is_not_made(bernd: Client) -> None:
    cast.receive(sender=cast.amira(customer_number="123A456789"))
    letter = mail.registered(sender=adapter.NOBODY)
    given = {"family_name": "Anders", "customer_number": "123A456789"}
    page = bernd.post(reverse("post:new_person", args=[letter.public_id]), given).content.decode()
    assert "Diese Kundennummer hat schon eine andere Person." in page
    assert Person.objects.count() == 1


def test_papers_that_are_an_application_count_as_one(bernd: Client) -> None:
    letter = mail.registered(sender=adapter.NOBODY, arrived_on=mail.ARRIVED)
    bernd.post(reverse("post:application", args=[letter.public_id]), {"service": "FORMLESS"})
    letter.refresh_from_db()
    assert letter.application_day == mail.ARRIVED


def test_looking_at_papers_in_a_case_is_logged(bernd: Client) -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(case_id=case.public_id)
    adapter.split(mail.batch(), mail.scan("payslip", 1), letter, mail.actor())
    bernd.get(reverse("post:letter", args=[letter.public_id]))
    seen = Event.objects.get(kind="document_viewed")
    assert (seen.actor_role, seen.document) == ("counter", letter.documents.get().pk)
    assert letter.documents.get().state == "in_case"


def test_kind_of_a_paper_is_corrected(bernd: Client) -> None:
    letter = mail.registered()
    adapter.split(mail.batch(), mail.scan("payslip", 1), letter, mail.actor())
    document = letter.documents.get()
    address = reverse("post:kind", args=[document.public_id])
    bernd.post(address, {f"{document.pk}-kind": "lease"})
    assert letter.documents.get().kind == "lease"


def test_paper_decided_on_stays_where_it_is(bernd: Client) -> None:
    case = cast.case_of(cast.receive())
    letter = mail.registered(case_id=case.public_id)
    adapter.split(mail.batch(), mail.scan("payslip", 1), letter, mail.actor())
    actions.accept(letter.documents.get(), mail.actor())
    address = reverse("post:withdraw", args=[letter.documents.get().public_id])
    page = bernd.post(address, follow=True).content.decode()
    assert "Über dieses Papier ist schon entschieden." in page
    assert letter.documents.count() == 1


def test_start_page_is_clear_when_there_is_nothing(bernd: Client) -> None:
    page = bernd.get(reverse("post:start")).content.decode()
    for sentence in (
        "Kein Stapel ist offen",
        "Alle Briefe sind eingelesen",
        "Jeder Brief gehört zu einem Fall",
    ):
        assert sentence in page


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_lists_need_as_many_queries_for_three_letters_as_for_one(bernd: Client) -> None:
    batch = mail.batch(files.pdf(4))
    addresses = [reverse("post:start"), reverse("post:batch", args=[batch.public_id])]
    counted = []
    for number in (1, 2, 3):
        mail.registered(sender=adapter.NOBODY)
        adapter.split(batch, mail.scan("payslip", number), mail.registered(), mail.actor())
        counted.append([queries_of(bernd, address) for address in addresses])
    assert counted[0] == counted[2]
