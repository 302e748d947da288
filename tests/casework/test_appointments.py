"""Times for talks: offered by a team, taken once, cancelled, reminded of; and asking to be called."""

import threading
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models import F

from casework import appointments as talks
from casework import notices, outbox
from casework.clock import BERLIN, database_now
from casework.envelope import Actor, Role
from casework.models import Appointment, Case, Event, Notice, Outbox, Slot
from tests import cast

pytestmark = pytest.mark.django_db
CLAIMANT = Actor(Role.CLAIMANT)
# Somebody else in every respect: whoever is like Amira waits until a person has looked.
JONAS = cast.amira(given_name="Jonas", family_name="Becker", birth_date=date(1984, 2, 29), street="Am Ring 7")


def deniz() -> Actor:
    return Actor(Role.CASEWORKER, cast.deniz().pk)


@pytest.fixture
def case() -> Case:
    cast.teams()
    return cast.case_of(cast.receive())


def slot(ahead: timedelta = timedelta(days=3), **more: object) -> Slot:
    given = {"team": cast.deniz().team, "minutes": 30, "way": "office", "made_by": cast.deniz()}
    return Slot.objects.create(**{**given, "starts_at": database_now() + ahead, **more})


def test_a_time_that_is_taken_is_free_for_nobody_else_until_it_is_cancelled(case: Case) -> None:
    other = cast.case_of(cast.receive(sender=JONAS))
    offered = slot()
    booked = talks.book(case, offered, CLAIMANT)
    assert list(talks.free_slots(other)) == []
    with pytest.raises(talks.Taken):
        talks.book(other, offered, CLAIMANT)
    talks.cancel(booked, CLAIMANT)
    assert talks.book(other, offered, CLAIMANT).case == other


def test_a_case_has_one_appointment_at_a_time(case: Case) -> None:
    talks.book(case, slot(), CLAIMANT)
    with pytest.raises(talks.Taken):
        talks.book(case, slot(timedelta(days=4)), CLAIMANT)


@pytest.mark.parametrize("ahead", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_time_that_is_over_or_about_to_begin_is_not_offered(case: Case, ahead: timedelta) -> None:
    soon = slot(ahead)
    assert list(talks.free_slots(case)) == []
    with pytest.raises(talks.Taken):
        talks.book(case, soon, CLAIMANT)


def test_times_of_another_team_are_not_offered(case: Case) -> None:
    foreign = slot(team=cast.emil().team)
    for_all = slot(team=None)
    assert list(talks.free_slots(case)) == [for_all]
    with pytest.raises(talks.Taken):
        talks.book(case, foreign, CLAIMANT)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_gets_it() -> None:
    cast.teams()
    cases = [cast.case_of(cast.receive(sender=sender)) for sender in (cast.AMIRA, JONAS)]
    offered = slot()
    start = threading.Barrier(2)
    got: list[str] = []

    def take(case: Case) -> None:
        start.wait()
        try:
            talks.book(case, offered, CLAIMANT)
            got.append("booked")
        except talks.Taken:
            got.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["booked", "taken"]
    assert Appointment.objects.filter(slot=offered, cancelled_at=None).count() == 1


def test_who_cancels_decides_whether_it_is_news(case: Case) -> None:
    case.person.contact_wish = "none"
    case.person.save()
    offered = slot()
    talks.cancel(talks.book(case, offered, CLAIMANT), CLAIMANT)
    while outbox.sweep():
        pass
    assert not Notice.objects.exists()
    again = talks.book(case, offered, CLAIMANT)
    talks.cancel(again, deniz())
    talks.cancel(again, deniz())
    while outbox.sweep():
        pass
    (notice,) = Notice.objects.all()  # she wants no notices, but nobody may come for nothing
    assert [item.kind for item in notice.items.all()] == ["appointment_cancelled"]
    assert Event.objects.filter(kind="appointment_cancelled").count() == 2


def test_she_is_reminded_a_day_before_unless_it_was_cancelled(case: Case) -> None:
    booked = talks.book(case, slot(), CLAIMANT)
    row = Outbox.objects.get(effect="remind")
    assert row.due_at == booked.slot.starts_at - timedelta(days=1)
    assert not Event.objects.filter(kind="appointment_near").exists()
    Outbox.objects.filter(pk=row.pk).update(due_at=F("due_at") - timedelta(days=3))
    while outbox.sweep():
        pass
    Outbox.objects.filter(pk=row.pk).update(state="due")
    while outbox.sweep():
        pass
    assert Event.objects.filter(kind="appointment_near").count() == 1
    talks.cancel(booked, CLAIMANT)
    other = talks.book(case, slot(timedelta(days=5)), CLAIMANT)
    talks.cancel(other, CLAIMANT)
    Outbox.objects.filter(effect="remind").update(due_at=database_now(), state="due", attempts=0)
    while outbox.sweep():
        pass
    assert Event.objects.filter(kind="appointment_near").count() == 1


def test_an_appointment_for_tomorrow_needs_no_reminder(case: Case) -> None:
    talks.book(case, slot(timedelta(hours=20)), CLAIMANT)
    assert not Outbox.objects.filter(effect="remind").exists()


def test_times_are_offered_one_after_the_other_and_the_same_ones_once() -> None:
    user, day = cast.deniz(), date(2027, 3, 28)  # the clocks go forward this night
    made = talks.offer(user, day, time(9), time(10, 40), 30, "office", "Raum 2")
    assert [one.starts_at.astimezone(BERLIN).time() for one in made] == [time(9), time(9, 30), time(10)]
    assert made[0].starts_at == datetime(2027, 3, 28, 9, tzinfo=BERLIN)
    assert talks.offer(user, day, time(9), time(10, 40), 30, "office", "Raum 2") == []
    assert len(talks.offer(user, day, time(0), time(23, 59), 5, "phone", "")) == talks.MOST_SLOTS


def test_a_time_somebody_has_or_had_cannot_be_taken_back(case: Case) -> None:
    free, taken = slot(), slot(timedelta(days=4))
    talks.cancel(talks.book(case, taken, CLAIMANT), CLAIMANT)
    talks.withdraw(free)
    with pytest.raises(talks.Taken):
        talks.withdraw(taken)
    assert list(Slot.objects.all()) == [taken]


def test_asking_again_to_be_called_changes_the_one_that_waits(case: Case) -> None:
    first = talks.ask_call(case, "0151 1", "any", "", CLAIMANT)
    assert talks.ask_call(case, "0151 22222", "morning", "Arabisch", CLAIMANT) == first
    call = case.calls.get()
    assert (call.phone, call.at, call.about) == ("0151 22222", "morning", "Arabisch")
    talks.call_done(call, deniz())
    talks.call_done(call, deniz())
    assert Event.objects.filter(kind="call_done").count() == 1
    assert talks.ask_call(case, "0151 1", "any", "", CLAIMANT) != first
    assert "0151" not in str(list(Event.objects.values_list("data", flat=True)))


def test_talks_and_times_are_seen_by_the_team_only(case: Case) -> None:
    talks.book(case, slot(), CLAIMANT)
    talks.ask_call(case, "0151 1", "any", "", CLAIMANT)
    for visible in (talks.appointments_visible_to, talks.calls_visible_to, talks.slots_visible_to):
        assert visible(cast.deniz()).count() == 1
        for stranger in (cast.emil(), cast.carla(), cast.bernd()):
            assert visible(stranger).count() == 0


def test_the_table_of_notices_knows_appointments() -> None:
    assert notices.NOTICES["appointment_cancelled"].must
