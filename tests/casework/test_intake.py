"""The only door: what arrives is kept, once, whole, with its receipt."""

import threading
import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework import actions, filestore, intake, people, placing
from casework.codes import new_number
from casework.envelope import Actor, BytesDiffer, Channel, Keys, Paper, Role, Upload
from casework.models import (
    Case,
    Chunk,
    Document,
    Event,
    Outbox,
    Person,
    RegisterEntry,
    StoredFile,
    Submission,
)
from casework.models.files import CHUNK_BYTES
from tests import cast, files
from tests.cast import amira

BERLIN = ZoneInfo("Europe/Berlin")
pytestmark = pytest.mark.django_db


def test_receive_keeps_every_byte_in_chunks() -> None:
    data = files.jpeg() + bytes(3 * CHUNK_BYTES)
    ack = cast.receive(cast.paper(content=data))
    file = StoredFile.objects.get()
    assert b"".join(filestore.read(file)) == data
    assert [len(c.data) <= CHUNK_BYTES for c in Chunk.objects.all()] == [True] * 4
    assert Document.objects.get().submission == cast.submission(ack)


def test_receive_writes_submission_register_events_and_outbox_together() -> None:
    ack = cast.receive(cast.paper())
    assert RegisterEntry.objects.get().number == ack.number
    kinds = list(Event.objects.exclude(kind="file_kept").values_list("kind", flat=True))
    assert kinds == ["received", "case_opened", "joined"]
    assert set(Outbox.objects.values_list("effect", flat=True)) == {
        "read",
        "scan",
        "compare_papers",
        "mail_receipt",
        "render_receipt",
        "place_waiting",
        "notify",
    }


def test_receive_again_with_the_same_key_gives_the_same_receipt() -> None:
    key, paper = uuid.uuid4(), cast.paper()
    first, second = cast.receive(paper, key=key), cast.receive(paper, key=key)
    assert (second.number, second.secret, second.repeated) == (first.number, first.secret, True)
    assert Submission.objects.count() == RegisterEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_receive_at_the_same_moment_with_one_key_makes_one_submission() -> None:
    key, numbers = uuid.uuid4(), []

    def send() -> None:
        numbers.append(cast.receive(key=key).number)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 6
    assert len(set(numbers)) == 1
    assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_receive_the_same_person_at_the_same_moment_makes_one_person_and_one_case() -> None:
    acks = []

    def send() -> None:
        acks.append(cast.receive())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Submission.objects.count() == 4
    assert Case.objects.count() == Person.objects.count() == 1
    assert not Submission.objects.filter(state="unassigned").exists()


def test_receive_refuses_nothing_but_bytes_that_differ() -> None:
    file = filestore.keep([b"what arrived"], "a.txt", cast.CLAIMANT)
    with pytest.raises(BytesDiffer):
        cast.receive(Paper("letter", (Upload(file.pk, "0" * 64),)))
    assert Submission.objects.count() == RegisterEntry.objects.count() == 0


def test_receive_finds_bytes_that_changed_in_the_store() -> None:
    paper = cast.paper()
    Chunk.objects.update(data=b"something else")
    with pytest.raises(BytesDiffer):
        cast.receive(paper)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("content", [files.EMPTY, files.WORD, files.broken_pdf(), b"\xff\xd8\xff cut off"])
def test_receive_keeps_what_cannot_be_opened(content: bytes) -> None:
    ack = cast.receive(cast.paper(content=content))
    assert cast.submission(ack).documents.get().parts.get().file.size == len(content)


def test_receive_without_any_sender_lies_in_the_unassigned_tray() -> None:
    ack = cast.receive(
        cast.paper(), sender=amira(given_name="", family_name="", birth_date=None), service="PAPERS"
    )
    assert (cast.submission(ack).state, cast.submission(ack).unclear) == ("unassigned", "no_number")


def test_application_opens_a_case_with_its_checklist_and_team() -> None:
    north, _ = cast.teams()
    case = cast.case_of(cast.receive())
    assert (case.person.name, case.service, case.team) == ("Amira Haddad", "HA", north)
    assert "identity_card" in case.requirements.values_list("kind", flat=True)


def test_formless_application_opens_a_case_of_the_full_service() -> None:
    case = cast.case_of(cast.receive(service="FORMLESS"))
    assert case.service == "HA"
    assert case.requirements.count() > 0


def test_customer_number_with_the_same_birth_date_joins_the_open_case() -> None:
    first = cast.receive(sender=amira(customer_number="123A456789"))
    second = cast.receive(
        cast.paper(), service="PAPERS", sender=amira(customer_number="123A456789", given_name="A.")
    )
    assert cast.case_of(second) == cast.case_of(first)
    assert cast.submission(second).join_reason == "customer_number"


def test_customer_number_with_another_birth_date_is_unclear() -> None:
    cast.receive(sender=amira(customer_number="123A456789"))
    second = cast.receive(
        service="PAPERS", sender=amira(customer_number="123A456789", birth_date=date(1975, 11, 23))
    )
    assert cast.submission(second).unclear == "customer_number_contradicts"


def test_twin_with_her_sisters_customer_number_is_unclear() -> None:
    cast.receive(sender=amira(customer_number="123A456789"))
    twin = cast.receive(service="PAPERS", sender=amira(customer_number="123A456789", given_name="Zoe"))
    assert cast.submission(twin).unclear == "customer_number_contradicts"


def test_customer_number_alone_does_not_open_the_whole_case_to_its_receipt() -> None:
    cast.receive(sender=amira(customer_number="123A456789"))
    second = cast.receive(service="PAPERS", sender=amira(customer_number="123A456789"))
    assert cast.submission(second).shows_case is False


def test_household_number_with_birth_date_joins_the_right_member() -> None:
    cast.receive(sender=amira(household_number="12345//0001234"))
    son = amira(given_name="Karim", birth_date=date(2008, 1, 9), household_number="12345//0001234")
    ack = cast.receive(service="PAPERS", sender=amira(household_number="12345//0001234"))
    assert cast.submission(ack).join_reason == "household_number"
    stranger = cast.receive(service="PAPERS", sender=son)
    assert cast.submission(stranger).unclear == "household_unclear"


@pytest.mark.parametrize("what", ["receipt", "case"])
def test_number_with_birth_date_joins_and_opens_the_case(what: str) -> None:
    first = cast.receive()
    number = first.number if what == "receipt" else cast.case_of(first).code
    written = f"{number[:4]}-{number[4:8]} {number[8:].lower()}"
    second = cast.receive(cast.paper(), service="PAPERS", number=written)
    assert cast.case_of(second) == cast.case_of(first)
    assert cast.submission(second).shows_case is True


def test_number_with_another_birth_date_joins_nothing() -> None:
    first = cast.receive()
    second = cast.receive(service="PAPERS", number=first.number, sender=amira(birth_date=date(1990, 1, 1)))
    assert cast.submission(second).unclear == "number_and_birth_date_differ"


def test_same_name_birth_date_and_address_join_but_show_nothing_of_the_case() -> None:
    first, second = cast.receive(), cast.receive()
    assert cast.case_of(second) == cast.case_of(first)
    assert (cast.submission(second).join_reason, cast.submission(second).shows_case) == ("likeness", False)
    assert Person.objects.count() == 1


def test_two_of_the_same_name_and_birth_date_are_told_apart_by_a_person() -> None:
    for street in ("Lindenweg 4", "Hauptstraße 91"):
        people.create(amira(street=street))
    third = cast.receive(sender=amira(street="", postcode="", city=""))
    assert cast.submission(third).unclear == "same_name_and_birth_date"
    assert Person.objects.count() == 2


def test_several_open_cases_are_unclear() -> None:
    number = "123A456789"
    cast.receive(sender=amira(customer_number=number))
    cast.receive(sender=amira(customer_number=number), service="WBA")
    third = cast.receive(cast.paper(), service="PAPERS", sender=amira(customer_number=number))
    assert cast.submission(third).unclear == "several_cases"


def test_papers_that_came_before_the_case_join_when_it_is_opened() -> None:
    from casework import outbox

    early = cast.receive(cast.paper(), service="PAPERS", sender=amira(customer_number="123A456789"))
    assert cast.submission(early).unclear == "number_unknown"
    opened = cast.receive(sender=amira(customer_number="123A456789"))
    while outbox.sweep():
        pass
    assert cast.case_of(early) == cast.case_of(opened)


def test_case_shows_the_earliest_of_its_dates_and_submissions_keep_their_own() -> None:
    first = cast.receive(received_at=datetime(2026, 11, 12, 9, 30, tzinfo=BERLIN))
    earlier = datetime(2026, 10, 31, 23, 59, 59, tzinfo=BERLIN)
    second = cast.receive(
        service="FORMLESS",
        channel=Channel.POST,
        received_at=earlier,
        keys=Keys(case_id=cast.case_of(first).public_id),
        actor=Actor(Role.COUNTER, cast.bernd().pk),
    )
    case = cast.case_of(first)
    assert case.received_at == earlier
    assert case.application_day == date(2026, 10, 31)
    assert cast.submission(first).application_day == date(2026, 11, 12)
    assert cast.submission(second).application_day == date(2026, 10, 31)


def test_day_of_application_is_a_day_in_berlin_to_the_last_second() -> None:
    utc_evening = datetime(2026, 10, 31, 23, 30, tzinfo=ZoneInfo("UTC"))  # already 1 November in Berlin
    assert cast.submission(cast.receive(received_at=utc_evening)).application_day == date(2026, 11, 1)


def test_receipt_at_another_office_sets_the_day_of_application() -> None:
    ack = cast.receive(other_office="Rathaus Musterdorf", other_office_on=date(2026, 10, 30))
    assert cast.submission(ack).application_day == date(2026, 10, 30)


def test_papers_have_no_day_of_application() -> None:
    assert cast.submission(cast.receive(service="PAPERS")).application_day is None


def test_paper_answers_the_requirement_of_its_kind() -> None:
    first = cast.receive()
    cast.receive(cast.paper("identity_card"), service="PAPERS", number=first.number)
    requirement = cast.case_of(first).requirements.get(kind="identity_card")
    assert requirement.state == "received"


def test_scan_of_a_registered_letter_keeps_its_arrival_and_gets_its_own_register_entry() -> None:
    bernd = Actor(Role.COUNTER, cast.bernd().pk)
    arrived = datetime(2026, 11, 12, tzinfo=BERLIN)
    ack = cast.receive(channel=Channel.POST, service="PAPERS", received_at=arrived, sheets=2, actor=bernd)
    file = filestore.keep([files.pdf(3)], "stapel.pdf", bernd)
    batch = intake.receive_batch(uuid.uuid4(), file.pk, date(2026, 11, 12), 2, bernd)
    intake.add_scan(cast.submission(ack), [Paper("letter", (Upload(file.pk, "", 1, 2),))], bernd)
    assert cast.submission(ack).received_at == arrived
    assert cast.submission(ack).documents.get().page_count == 2
    assert RegisterEntry.objects.filter(number=ack.number).count() == 2
    assert batch.file == file


def test_page_of_a_batch_never_belongs_to_two_letters() -> None:
    bernd = Actor(Role.COUNTER, cast.bernd().pk)
    file = filestore.keep([files.pdf(3)], "stapel.pdf", bernd)
    intake.receive_batch(uuid.uuid4(), file.pk, date(2026, 11, 12), None, bernd)
    one, two = (cast.receive(channel=Channel.POST, service="PAPERS", actor=bernd) for _ in range(2))
    intake.add_scan(cast.submission(one), [Paper("letter", (Upload(file.pk, "", 1, 2),))], bernd)
    with pytest.raises(intake.PagesTaken):
        intake.add_scan(cast.submission(two), [Paper("letter", (Upload(file.pk, "", 2, 3),))], bernd)
    assert cast.submission(two).documents.count() == 0


def test_batch_again_with_the_same_key_is_the_same_batch() -> None:
    bernd = Actor(Role.COUNTER, cast.bernd().pk)
    file = filestore.keep([files.pdf(1)], "stapel.pdf", bernd)
    key = uuid.uuid4()
    first = intake.receive_batch(key, file.pk, date(2026, 11, 12), None, bernd)
    assert intake.receive_batch(key, file.pk, date(2026, 11, 12), None, bernd) == first


def test_papers_for_a_closed_case_open_it_again() -> None:
    first = cast.receive()
    deniz = Actor(Role.CASEWORKER, cast.deniz().pk)
    actions.close_case(cast.case_of(first), deniz)
    late = cast.receive(cast.paper(), service="PAPERS", number=first.number)
    assert cast.case_of(late).state == "open"
    assert Event.objects.filter(kind="case_reopened", case=cast.case_of(late).pk).count() == 1


def test_case_opened_with_a_customer_number_is_shown_by_the_receipt_that_opened_it() -> None:
    first = cast.receive(sender=amira(customer_number="123A456789"))
    actions.close_case(cast.case_of(first), Actor(Role.CASEWORKER, cast.deniz().pk))
    second = cast.receive(service="WBA", sender=amira(customer_number="123A456789"))
    assert cast.submission(second).join_reason == "customer_number"
    assert cast.submission(second).shows_case is True


def test_receipt_that_shows_no_case_passes_none_on() -> None:
    number = amira(customer_number="123A456789")
    cast.receive(sender=number)
    second = cast.receive(service="PAPERS", sender=number)
    third = cast.receive(cast.paper(), service="PAPERS", number=second.number)
    assert cast.submission(third).join_reason == "receipt_number"
    assert cast.submission(third).shows_case is False


def test_looking_up_a_number_takes_the_same_queries_whether_it_exists_or_not() -> None:
    first = cast.receive()
    wrong = date(1990, 1, 1)

    def queries(number: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            placing.case_of_number(number, wrong)
        return len(captured)

    assert queries(first.number) == queries(cast.case_of(first).code) == queries(new_number())
