"""Feedback from every page: no secret comes along, spam is bounded, the office says what became of it."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from casework import feedback
from casework.models import Feedback, User
from tests import cast

pytestmark = pytest.mark.django_db
FORM = "/rueckmeldung/"


def give(client: Client, **more: object) -> object:
    return client.post(FORM, {"rating": "bad", "text": "Zu klein", "key": str(uuid.uuid4()), **more})


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_link_on_a_page_with_a_secret_names_the_page_and_not_the_secret(client: Client) -> None:
    ack = cast.receive(cast.paper())
    page = client.get(f"/s/{ack.secret}").content.decode()
    assert "/rueckmeldung/?seite=my%3Astatus" in page
    link = page[page.index("/rueckmeldung/") :].split('"')[0]
    assert ack.secret not in link


@pytest.mark.parametrize(
    "address", ["/", "/hilfe/", "/barrierefreiheit/", "/status/", "/antrag/", "/konto/login/"]
)
def test_every_page_has_the_statement_and_the_way_to_say_something(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    assert 'href="/barrierefreiheit/"' in page
    assert 'href="/rueckmeldung/?seite=' in page


def test_staff_pages_have_it_too() -> None:
    page = signed_in(cast.deniz()).get("/faelle/").content.decode()
    assert "/rueckmeldung/?seite=review%3Ainbox" in page
    assert 'href="/barrierefreiheit/"' in page


def test_it_is_kept_with_page_language_and_screen_and_nothing_else(client: Client) -> None:
    give(client, page="my:status", screen="360x740")
    row = Feedback.objects.get()
    assert (row.page, row.language, row.screen, row.of_staff) == ("my:status", "de", "360x740", False)


@pytest.mark.parametrize(
    ("page", "screen"), [("/s/GEHEIM", "1e9x1"), ("my:nothing", "<b>x</b>"), ("x" * 5000, ""), ("\x00", "1x")]
)
def test_whatever_else_is_sent_as_page_or_screen_is_not_kept(client: Client, page: str, screen: str) -> None:
    give(client, page=page, screen=screen)
    for row in Feedback.objects.all():
        assert (row.page, row.screen) == ("", "")


def test_a_program_that_fills_in_the_trap_gets_thanks_and_is_not_kept(client: Client) -> None:
    answer = give(client, website="https://spam.example")
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert not Feedback.objects.exists()


def test_after_six_from_one_address_the_next_one_waits_and_staff_do_not(client: Client) -> None:
    for _ in range(feedback.MOST):
        give(client)
    answer = give(client, text="Noch etwas")
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "Noch etwas" in answer.content.decode()  # type: ignore[attr-defined]
    give(signed_in(cast.carla()))
    assert Feedback.objects.count() == feedback.MOST + 1


def test_a_double_click_is_one_and_too_much_text_is_said(client: Client) -> None:
    key = str(uuid.uuid4())
    give(client, key=key)
    give(client, key=key)
    assert Feedback.objects.count() == 1
    assert give(client, text="x" * 2001).status_code == 400  # type: ignore[attr-defined]
    assert give(client, rating="").status_code == 400  # type: ignore[attr-defined]


def test_every_role_sees_the_list_and_says_what_became_of_it(client: Client) -> None:
    give(client, text="<script>alert(1)</script>")
    row = Feedback.objects.get()
    address = reverse("team:feedback_one", args=[row.public_id])
    for user in (cast.bernd(), cast.carla(), cast.deniz()):
        page = signed_in(user).get(reverse("team:feedback") + "?stand=new")
        assert page.status_code == 200
        assert "&lt;script&gt;" in page.content.decode()
    carla = signed_in(cast.carla())
    assert carla.post(address, {"state": "done", "on_board": "on"}).status_code == 400  # in whose words?
    done = {"state": "done", "about": "Schrift zu klein", "outcome": "Jetzt größer.", "on_board": "on"}
    assert carla.post(address, done).status_code == 302
    board = client.get("/rueckmeldung/tafel/").content.decode()
    assert "Schrift zu klein" in board
    assert "Jetzt größer." in board
    assert "script&gt;" not in board  # never the words that came in


def test_strangers_do_not_see_the_list(client: Client) -> None:
    give(client)
    row = Feedback.objects.get()
    assert client.get(reverse("team:feedback")).status_code == 302
    assert (
        client.post(reverse("team:feedback_one", args=[row.public_id]), {"state": "done"}).status_code == 302
    )
    row.refresh_from_db()
    assert row.state == "new"


def test_claimants_see_their_own_part_of_the_board_and_staff_all_of_it(client: Client) -> None:
    give(client)
    give(signed_in(cast.bernd()))
    for row in Feedback.objects.all():
        about = "Aus dem Amt" if row.of_staff else "Von draußen"
        feedback.look_after(row, state="seen", about=about, outcome="", on_board=True)
    outside = client.get("/rueckmeldung/tafel/").content.decode()
    inside = signed_in(cast.deniz()).get("/rueckmeldung/tafel/").content.decode()
    assert "Von draußen" in outside
    assert "Aus dem Amt" not in outside
    assert "Von draußen" in inside
    assert "Aus dem Amt" in inside
