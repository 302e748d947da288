"""Every address of the caseworkers × everybody: the table is made from the address list itself."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from casework import appointments, details
from casework.clock import database_now
from casework.envelope import Actor, Channel, Role
from casework.models import (
    AddressChange,
    Appointment,
    CallBack,
    Case,
    Document,
    Event,
    Outbox,
    Slot,
    Submission,
    Trouble,
)
from casework.review.urls import urlpatterns
from tests import cast

# Papers that are alike have their tests of access in test_likeness.py.
ALIKE = {"likeness", "likeness_answer", "likeness_figures"}
NAMES = [
    str(pattern.name)
    for pattern in urlpatterns
    if isinstance(pattern, URLPattern) and pattern.name not in ALIKE
]
LISTS = {"inbox", "tray", "search", "failures", "talks"}
# The tray is everybody's until somebody links what lies in it; these are about submissions in a case.
IN_THE_TRAY = {"link", "link_case", "link_new_case", "link_new_person"}
POST_ONLY = {
    *("assign", "reopen", "waive", "confirm_join", "accept", "reject", "undo", "kind"),
    *("link_case", "link_new_case", "link_new_person", "retry", "trouble"),
    *("address_confirm", "address_refuse", "call_done", "appointment_cancel", "slot_withdraw"),
    "choose_answer",
}


@pytest.fixture
def addresses(case: Case, payslip: Document) -> dict[str, str]:
    """One address for every name, all about Amira's case."""
    submission = payslip.submission
    requirement = case.requirements.first()
    assert requirement is not None
    cause = Event.objects.filter(submission=submission.pk, kind="received").get()
    failed = Outbox.objects.filter(event=cause.pk).first()
    assert failed is not None
    Trouble.objects.create(submission=submission, problem="damaged", since=cause.at)
    Outbox.objects.filter(pk=failed.pk).update(state="failed", attempts=3, last_error="Amira Haddad")
    new = ("Neuer Weg 1", "12345", "Musterstadt", date(2026, 12, 1))
    moved = details.tell_address(case, submission, *new, cast.CLAIMANT)
    call = appointments.ask_call(case, "0151 1", "any", "", cast.CLAIMANT)
    own = {"team": cast.deniz().team, "minutes": 30, "way": "office", "made_by": cast.deniz()}
    slots = [Slot.objects.create(starts_at=database_now() + timedelta(days=n), **own) for n in (2, 3)]
    talk = appointments.book(case, slots[0], cast.CLAIMANT)
    arguments: dict[str, tuple[Any, ...]] = {
        **dict.fromkeys(
            ("case", "assign", "close", "reopen", "request", "covers", "messages", "choose_answer"),
            (case.public_id,),
        ),
        "waive": (requirement.public_id,),
        **dict.fromkeys(("separate", "confirm_join", *IN_THE_TRAY), (submission.public_id,)),
        **dict.fromkeys(("document", "accept", "reject", "undo", "kind"), (payslip.public_id,)),
        "page": (payslip.public_id, 1),
        "original": (payslip.public_id, 0),
        "retry": (failed.pk,),
        **dict.fromkeys(("address_confirm", "address_refuse"), (moved.public_id,)),
        "call_done": (call.public_id,),
        "appointment_cancel": (talk.public_id,),
        "slot_withdraw": (slots[1].public_id,),
        "trouble": (submission.public_id, "nehmen"),
    }
    return {name: reverse(f"review:{name}", args=arguments.get(name, ())) for name in NAMES}


def log_and_rows() -> tuple[Any, ...]:
    return (
        Event.objects.count(),
        list(Case.objects.values()),
        list(Document.objects.values_list("state", "kind")),
        list(Submission.objects.values_list("case", "state")),
        list(Outbox.objects.values_list("state")),
        list(AddressChange.objects.values()),
        list(CallBack.objects.values()),
        list(Slot.objects.values()),
        list(Appointment.objects.values()),
    )


def everybody() -> dict[str, Callable[[], Any]]:
    return {"bernd": cast.bernd, "carla": cast.carla, "emil": cast.emil}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_to_the_case_sees_and_changes_nothing(
    name: str, method: str, addresses: dict[str, str]
) -> None:
    """Emil of the other team gets lists without Amira, and 404 for everything of hers."""
    client = Client()
    client.force_login(cast.emil())
    before = log_and_rows()
    response = getattr(client, method)(addresses[name])
    if method == "get" and name in LISTS:
        assert response.status_code == 200
        assert "Amira" not in response.content.decode()
        assert "Haddad" not in response.content.decode()
    elif method == "post" and name == "talks":  # of his own team; an empty form offers no time
        assert response.status_code == 400
    elif (method == "get" and name in POST_ONLY) or (method == "post" and name not in POST_ONLY):
        assert response.status_code in (404, 405)
    else:
        assert response.status_code == 404
    assert log_and_rows() == before


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", ["bernd", "carla"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_roles_are_refused(who: str, name: str, method: str, addresses: dict[str, str]) -> None:
    client = Client()
    client.force_login(everybody()[who]())
    before = log_and_rows()
    assert getattr(client, method)(addresses[name]).status_code == 403
    assert log_and_rows() == before


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_is_sent_to_sign_in(name: str, method: str, addresses: dict[str, str]) -> None:
    before = log_and_rows()
    response = getattr(Client(), method)(addresses[name])
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/konto/login/")
    assert log_and_rows() == before


@pytest.mark.parametrize("name", sorted(set(NAMES) - POST_ONLY - {"page", "link"}))
def test_caseworker_of_the_team_gets_every_page(name: str, addresses: dict[str, str]) -> None:
    client = Client()
    client.force_login(cast.deniz())
    assert client.get(addresses[name]).status_code == 200


@pytest.mark.parametrize("name", sorted(POST_ONLY))
def test_acts_cannot_be_done_by_a_link(name: str, addresses: dict[str, str]) -> None:
    client = Client()
    client.force_login(cast.deniz())
    assert client.get(addresses[name]).status_code == 405


def test_caseworker_who_is_at_the_desk_too_reviews_only_her_teams_cases(case: Case) -> None:
    """Emil took Amira's paper in at the desk: he may see it there for a day, but not decide on it."""
    emil = cast.emil()
    emil.roles = ["caseworker", "desk"]
    emil.save()
    ack = cast.receive(
        cast.paper("lease"),
        service="PAPERS",
        number=case.code,
        channel=Channel.DESK,
        actor=Actor(Role.DESK, emil.pk),
    )
    document = Document.objects.get(submission__public_id=ack.submission_id)
    assert document.submission.case == case
    client = Client()
    client.force_login(emil)
    assert client.get(reverse("review:document", args=[document.public_id])).status_code == 404
    assert client.post(reverse("review:accept", args=[document.public_id])).status_code == 404
    document.refresh_from_db()
    assert document.state == "in_case"
