"""What the desk hands to the office: people and cases chosen by staff, dates, who was there, who typed."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from casework import filestore
from casework.clock import BERLIN
from casework.envelope import Ack, Actor, Helper, Paper, Role, Upload
from casework.models import Case, Event, Person, Submission
from casework.queries import requirements_of
from channels.desk import adapter
from tests import cast, files

pytestmark = pytest.mark.django_db


@pytest.fixture
def carla() -> Actor:
    return Actor(Role.DESK, cast.carla().pk)


@pytest.fixture
def amira() -> Person:
    """Known from her application on the web."""
    return cast.case_of(cast.receive(service="FORMLESS")).person


Record = Callable[..., Ack]


@pytest.fixture
def record(carla: Actor) -> Record:
    def take(**given: Any) -> Ack:
        return adapter.record(**{"actor": carla, "key": uuid.uuid4(), **given})

    return take


def test_papers_of_a_chosen_person_join_her_open_case(record: Record, amira: Person) -> None:
    ack = record(person_id=amira.public_id, papers=[Paper("identity_card", shown=True)])
    found = cast.submission(ack)
    assert found.case == amira.cases.get()
    assert found.join_reason == "staff"
    assert found.shows_case
    assert found.channel == "desk"


def test_paper_shown_at_the_desk_answers_its_requirement_without_a_file(
    record: Record, amira: Person
) -> None:
    ack = record(person_id=amira.public_id, papers=[Paper("identity_card", shown=True)])
    document = cast.submission(ack).documents.get()
    assert document.shown
    assert not document.parts.exists()
    states = {r.kind: r.state for r in requirements_of(amira.cases.get())}
    assert states["identity_card"] == "received"


def test_papers_join_the_case_that_was_chosen_among_several(record: Record, amira: Person) -> None:
    record(service="VAEM", person_id=amira.public_id)
    other = Case.objects.create(person=amira, service="WBA", service_version=1)
    ack = record(person_id=amira.public_id, case_id=other.public_id, papers=[Paper("letter")])
    assert cast.submission(ack).case == other


def test_papers_without_a_named_person_go_to_the_tray_with_a_receipt(record: Record) -> None:
    ack = record(papers=[Paper("other")], sheets=2, note="will keinen Namen sagen")
    found = cast.submission(ack)
    assert (found.case, found.state, found.unclear) == (None, "unassigned", "no_number")
    assert found.sheets == 2
    assert len(ack.number) == 12
    assert len(ack.secret) == 26


def test_papers_of_a_person_without_a_case_go_to_the_tray(record: Record) -> None:
    nobody = Person.objects.create(given_name="Zoe", family_name="Zander", birth_date=date(1980, 1, 1))
    ack = record(person_id=nobody.public_id, sender=adapter.sender_of(nobody), papers=[Paper("letter")])
    assert cast.submission(ack).unclear == "no_open_case"
    assert cast.submission(ack).sender["family_name"] == "Zander"


def test_formless_application_opens_a_case_that_needs_an_identity_card(record: Record) -> None:
    new = Person.objects.create(given_name="Zoe", family_name="Zander", birth_date=date(1980, 1, 1))
    ack = record(service="FORMLESS", person_id=new.public_id, sender=adapter.sender_of(new))
    case = cast.case_of(ack)
    assert (case.person, case.service) == (new, "HA")
    assert "identity_card" in [r.kind for r in requirements_of(case)]


def test_day_of_an_application_told_by_phone_is_kept_beside_the_day_of_receipt(
    record: Record, amira: Person
) -> None:
    told = date(2026, 10, 30)
    ack = record(service="VAEM", person_id=amira.public_id, application_day=told)
    assert cast.submission(ack).application_day == told
    assert cast.submission(ack).received_at.date() > told


def test_papers_left_yesterday_keep_that_date(record: Record, amira: Person) -> None:
    yesterday = datetime.now(BERLIN) - timedelta(days=1)
    ack = record(person_id=amira.public_id, papers=[Paper("letter")], received_at=yesterday)
    assert ack.received_at == yesterday
    assert cast.submission(ack).recorded_at > yesterday


def test_who_typed_and_who_was_there_are_recorded(record: Record, amira: Person, carla: Actor) -> None:
    helper = Helper("Sami Haddad", "Sohn")
    ack = record(person_id=amira.public_id, papers=[Paper("letter")], helper=helper)
    found = cast.submission(ack)
    assert (found.helper_name, found.helper_relation) == ("Sami Haddad", "Sohn")
    assert (found.actor_role, found.recorded_by_id) == ("desk", carla.user_id)
    received = Event.objects.get(kind="received", submission=found.pk)
    assert (received.actor_role, received.actor_user) == ("desk", carla.user_id)


def test_same_key_is_one_submission_with_the_same_receipt(record: Record, amira: Person) -> None:
    key = uuid.uuid4()
    first = record(key=key, person_id=amira.public_id, papers=[Paper("letter")])
    second = record(key=key, person_id=amira.public_id, papers=[Paper("letter")])
    assert (second.number, second.repeated) == (first.number, True)
    assert Submission.objects.filter(channel="desk").count() == 1


def test_copied_paper_keeps_its_files_in_order(record: Record, amira: Person, carla: Actor) -> None:
    pages = [filestore.keep([files.jpeg(f"Seite {n}")], f"{n}.jpg", carla) for n in (1, 2)]
    paper = Paper("lease", tuple(Upload(page.pk) for page in pages))
    ack = record(person_id=amira.public_id, papers=[paper])
    parts = cast.submission(ack).documents.get().parts.all()
    assert [part.file for part in parts] == pages


def test_sender_of_a_person_holds_everything_known_of_her(amira: Person) -> None:
    assert adapter.sender_of(amira) == cast.AMIRA
