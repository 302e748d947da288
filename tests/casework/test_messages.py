"""Messages of a case: who wrote, who read, and that nothing of the text stands in the log."""

import json
import uuid
from datetime import date, timedelta

import pytest
from django.db.models import F

from casework import messages
from casework.envelope import Actor, Role
from casework.models import Case, Event, Message
from tests import cast

pytestmark = pytest.mark.django_db
CLAIMANT = Actor(Role.CLAIMANT)
JONAS = cast.amira(given_name="Jonas", family_name="Becker", birth_date=date(1984, 2, 29), street="Am Ring 7")


@pytest.fixture
def case() -> Case:
    return cast.case_of(cast.receive(cast.paper()))


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


def say(case: Case, text: str = "Wann bekomme ich Bescheid?", actor: Actor = CLAIMANT) -> Message:
    return messages.write(case, text, actor, key=uuid.uuid4())


def test_a_message_stands_in_the_thread_and_the_log_holds_its_id_only(case: Case) -> None:
    written = say(case, "Mein Sohn Karim ist krank.")
    answered = say(case, "Danke für die Auskunft.", deniz())
    assert messages.thread(case) == [written, answered]
    rows = Event.objects.filter(case=case.pk, kind__startswith="message_").order_by("pk")
    assert [(row.kind, row.data, row.actor_role) for row in rows] == [
        ("message_written", {"message": written.pk}, "claimant"),
        ("message_answered", {"message": answered.pk}, "caseworker"),
    ]
    assert "Karim" not in json.dumps([row.data for row in Event.objects.all()])


def test_the_same_key_is_the_same_message(case: Case) -> None:
    key = uuid.uuid4()
    first = messages.write(case, "Hallo", CLAIMANT, key=key)
    assert messages.write(case, "Hallo", CLAIMANT, key=key) == first
    assert case.messages.count() == 1


def test_the_key_of_another_cases_message_shows_nothing_of_it(case: Case) -> None:
    other = cast.case_of(cast.receive(sender=JONAS))
    key = messages.write(other, "Geheim", CLAIMANT, key=uuid.uuid4()).key
    with pytest.raises(Exception, match="unique"):
        messages.write(case, "Hallo", CLAIMANT, key=key)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_an_empty_or_too_long_message_is_no_message(case: Case, text: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        say(case, text)
    assert not case.messages.exists()


def test_each_side_counts_what_the_other_wrote_and_reading_is_remembered_once(case: Case) -> None:
    written, answered = say(case), say(case, "Bald.", deniz())
    written.refresh_from_db()
    assert written.read_at is not None  # who answers has read it
    assert list(messages.unread_by_claimant(case)) == [answered]
    messages.read_by_claimant(case)
    answered.refresh_from_db()
    before = answered.read_at
    assert before is not None
    messages.read_by_claimant(case)
    answered.refresh_from_db()
    assert answered.read_at == before


def test_reading_ones_own_message_does_not_count_as_read_by_the_other_side(case: Case) -> None:
    say(case)
    messages.read_by_claimant(case)
    assert messages.unread_by_office(case).count() == 1


def test_after_a_dozen_in_an_hour_the_next_one_waits_but_the_office_may_always_answer(case: Case) -> None:
    for _ in range(messages.MOST_IN_AN_HOUR):
        say(case)
    assert not messages.may_write(case)
    with pytest.raises(messages.TooMany):
        say(case)
    say(case, "Wir melden uns.", deniz())
    case.messages.update(written_at=F("written_at") - timedelta(hours=1, seconds=1))
    say(case)
