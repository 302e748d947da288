"""The log of looks: every look of staff is told to the claimant, with role and purpose."""

import pytest

from casework import access, actions
from casework.access import record_access
from casework.catalogue import catalogue
from casework.envelope import Actor, Channel, Role
from casework.models import Event, Submission
from tests import cast

pytestmark = pytest.mark.django_db
HELPER = Actor(Role.HELPER)


def told(first: Submission) -> list[tuple[str, str, str, int]]:
    assert first.case is not None
    found = access.looks(first.case, list(first.case.submissions.all()))
    return [(look.what, look.role, look.purpose, look.times) for look in found]


def test_looks_of_staff_and_helpers_are_told_with_role_and_purpose_newest_first() -> None:
    first = cast.submission(cast.receive(cast.paper()))
    case, document = first.case, first.documents.get()
    assert case is not None
    actions.view_case(case, Actor(Role.CASEWORKER, cast.deniz().pk))
    actions.open_document(document, Actor(Role.CASEWORKER, cast.deniz().pk))
    actions.look_at(document, Actor(Role.COUNTER, cast.bernd().pk))
    actions.view_case(case, Actor(Role.DESK, cast.carla().pk))
    actions.take_original(document, Actor(Role.CASEWORKER, cast.deniz().pk))
    record_access("case", HELPER, case=case, helper=7)
    assert told(first) == [
        ("case", "helper", "help", 1),
        ("original", "caseworker", "decide", 1),
        ("case", "desk", "desk", 1),
        ("document", "counter", "place", 1),
        ("document", "caseworker", "decide", 1),
        ("case", "caseworker", "decide", 1),
    ]


def test_the_same_look_on_the_same_day_is_one_line_with_its_number() -> None:
    first = cast.submission(cast.receive(cast.paper()))
    assert first.case is not None
    for _ in range(3):
        actions.view_case(first.case, Actor(Role.CASEWORKER, cast.deniz().pk))
    assert told(first) == [("case", "caseworker", "decide", 3)]


def test_a_look_in_the_unassigned_tray_is_told_as_placing_once_it_is_in_the_case() -> None:
    first = cast.submission(cast.receive())
    nobody = cast.amira(given_name="A", birth_date=None, street="", postcode="", city="")
    stray = cast.submission(cast.receive(cast.paper(), service="PAPERS", sender=nobody))
    actions.open_document(stray.documents.get(), Actor(Role.CASEWORKER, cast.deniz().pk))
    assert told(first) == []
    assert first.case is not None
    actions.link(stray, first.case, Actor(Role.CASEWORKER, cast.deniz().pk))
    assert told(first) == [("document", "caseworker", "place", 1)]


def test_looks_at_what_was_separated_are_no_longer_told_in_the_case() -> None:
    first = cast.submission(cast.receive())
    assert first.case is not None
    second = cast.submission(cast.receive(cast.paper(), service="PAPERS", number=first.number))
    actions.open_document(second.documents.get(), Actor(Role.CASEWORKER, cast.deniz().pk))
    actions.separate(second, Actor(Role.CASEWORKER, cast.deniz().pk))
    assert told(first) == []
    second.refresh_from_db()
    assert [look.what for look in access.looks(None, [second])] == ["document"]


def test_a_row_without_purpose_counts_as_what_its_role_looks_for() -> None:
    first = cast.submission(cast.receive())
    assert first.case is not None
    assert access._purpose(Event(actor_role="desk", data={})) == "desk"


@pytest.mark.parametrize("shown", [True, False])
def test_names_of_staff_are_told_only_if_the_office_wants_it(
    shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cast.submission(cast.receive())
    assert first.case is not None
    actions.view_case(first.case, Actor(Role.CASEWORKER, cast.deniz().pk))
    changed = catalogue().model_copy(
        update={"office": catalogue().office.model_copy(update={"staff_names": shown})}
    )
    monkeypatch.setattr(access, "catalogue", lambda: changed)
    (look,) = access.looks(first.case, [first])
    assert look.staff == (cast.deniz() if shown else None)


def test_every_purpose_of_a_role_has_its_words() -> None:
    from django.template.loader import render_to_string

    words = {
        p: render_to_string("citizen/purpose.html", {"purpose": p}).strip() for p in access.PURPOSES.values()
    }
    assert all(words.values())
    assert len(set(words.values())) == len(words)


def test_a_letter_looked_at_by_the_mailroom_is_told() -> None:
    first = cast.submission(cast.receive())
    letter = cast.submission(
        cast.receive(cast.paper(), service="PAPERS", channel=Channel.POST, number=first.number)
    )
    actions.look_at(letter.documents.get(), Actor(Role.COUNTER, cast.bernd().pk))
    assert told(first) == [("document", "counter", "place", 1)]
