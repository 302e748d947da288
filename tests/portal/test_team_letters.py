"""The print queue: who may use it, and that a letter is made, opened, posted and marked as returned."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from casework import actions, outbox
from casework.clock import berlin_day, database_now
from casework.envelope import Actor, Role
from casework.models import Case, Event, Notice, User
from tests import cast

pytestmark = pytest.mark.django_db
ACTS = ("letters_make", "letters_pdf", "letters_posted")
OF_ONE = ("letter_open", "letter_not_posted", "notice_back")


@pytest.fixture
def case() -> Case:
    cast.teams()
    case = cast.case_of(cast.receive(cast.paper()))
    case.person.contact_wish = "letter"
    case.person.save()
    due = berlin_day(database_now()) + timedelta(days=14)
    actions.request_paper(
        case, "bank_statement", "needed_for_decision", due, Actor(Role.CASEWORKER, cast.deniz().pk)
    )
    while outbox.sweep():
        pass
    return case


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("who", [cast.bernd, cast.deniz], ids=["mailroom", "caseworker"])
def test_letters_are_made_opened_and_posted(case: Case, who: Callable[[], User]) -> None:
    client = signed_in(who())
    assert "Amira Haddad" in client.get(reverse("team:letters")).content.decode()
    client.post(reverse("team:letters_make"))
    letter = Notice.objects.get()
    assert letter.state == "printed"
    answer = client.post(reverse("team:letters_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert Event.objects.filter(kind="letter_printed", case=case.pk).count() == 1
    client.post(reverse("team:letters_posted"), {"letter": [str(letter.public_id)]})
    client.post(reverse("team:notice_back", args=[letter.public_id]), {"problem": "moved"})
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == ("returned", "moved")
    assert "Unbekannt verzogen." in client.get(reverse("team:letters")).content.decode()


def test_the_desk_and_other_teams_get_no_letters(case: Case) -> None:
    letter = Notice.objects.get()
    carla, emil = signed_in(cast.carla()), signed_in(cast.emil())
    for name in ("letters", *ACTS):
        method = carla.get if name == "letters" else carla.post
        assert method(reverse(f"team:{name}")).status_code == 403
    assert "Haddad" not in emil.get(reverse("team:letters")).content.decode()
    for name in ACTS:
        emil.post(reverse(f"team:{name}"), {"letter": [str(letter.public_id)]})
    for name in OF_ONE:
        assert emil.post(reverse(f"team:{name}", args=[letter.public_id])).status_code == 404
        assert carla.post(reverse(f"team:{name}", args=[letter.public_id])).status_code == 403
    letter.refresh_from_db()
    assert letter.state == "to_print"
    assert not Event.objects.filter(kind="letter_printed").exists()


def test_acts_need_a_form_and_known_letters(case: Case) -> None:
    bernd = signed_in(cast.bernd())
    for name in ACTS:
        assert bernd.get(reverse(f"team:{name}")).status_code == 405
    for typed in ("x", "", "../../etc", str(uuid.uuid4()) + "'"):
        assert bernd.post(reverse("team:letters_make"), {"letter": [typed]}).status_code == 404
    bernd.post(reverse("team:letters_make"), {"letter": [str(uuid.uuid4())]})
    assert Notice.objects.get().state == "to_print"


def test_strangers_are_sent_to_sign_in(case: Case) -> None:
    assert Client().get(reverse("team:letters")).status_code == 302
    assert Client().post(reverse("team:letters_make")).status_code == 302


def test_the_case_page_tells_staff_what_became_of_each_notice(case: Case) -> None:
    deniz = signed_in(cast.deniz())
    page = deniz.get(reverse("review:case", args=[case.public_id])).content.decode()
    assert "wartet auf den Druck" in page
    assert "Möchte Briefe." in page
