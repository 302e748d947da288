"""The door of an account: one way in for known and unknown addresses, and never for those of staff."""

import time

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.models import Event, User
from portal.accounts import code
from tests import cast
from tests.portal.accounts.signing_in import ADDRESS, ask, code_in, sign_in

pytestmark = pytest.mark.django_db


def test_an_account_is_made_by_the_first_code_and_opened_by_the_next(client: Client) -> None:
    first = sign_in(client)
    assert (first.claimant, first.roles, first.has_usable_password()) == (True, [], False)
    assert client.get("/konto/").status_code == 200
    assert sign_in(Client()) == first
    opened = Event.objects.get(kind="account_opened")
    assert opened.data == {"account": first.pk, "way": "email"}


def test_asking_for_a_code_makes_no_account(client: Client) -> None:
    ask(client)
    assert not User.objects.exists()


def test_capital_letters_in_an_address_make_no_second_account(client: Client) -> None:
    assert sign_in(client, "Amira@Example.org") == sign_in(Client(), ADDRESS)
    assert User.objects.count() == 1


def answers_for(email: str) -> list[tuple[int, str, str]]:
    """What somebody sees who types this address and then a wrong code, without what she typed herself."""
    client = Client()
    asked = ask(client, email)
    page = client.get("/konto/anmelden/code/")
    wrong = client.post("/konto/anmelden/code/", {"code": "0000 0000"})
    seen = [(asked.status_code, asked["Location"], "")]
    for answer in (page, wrong):
        html = answer.content.decode().replace(email, "…")
        html = "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)
        seen.append((answer.status_code, "", html))
    return seen


def test_known_unknown_and_staff_addresses_get_the_same_answers_and_one_mail_each(client: Client) -> None:
    sign_in(client)
    cast.deniz()
    mail.outbox.clear()
    everybody = [answers_for(email) for email in (ADDRESS, "nobody@example.org", "deniz@example.org")]
    assert everybody[0] == everybody[1] == everybody[2]
    assert [message.to for message in mail.outbox] == [
        [ADDRESS],
        ["nobody@example.org"],
        ["deniz@example.org"],
    ]
    known, unknown, staff = mail.outbox
    assert str(known.body).replace(code_in(known), "") == str(unknown.body).replace(code_in(unknown), "")
    assert "/konto/login/" in str(staff.body)


def test_known_and_unknown_addresses_cost_the_same_queries(client: Client) -> None:
    sign_in(client)
    cast.deniz()
    asked = []
    for email in (ADDRESS, "nobody@example.org", "deniz@example.org"):
        visitor = Client()
        visitor.get("/konto/anmelden/")
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            ask(visitor, email)
        asked.append(len(queries))
    assert asked[0] == asked[1] == asked[2]


def test_no_code_opens_an_account_with_an_address_of_staff(client: Client) -> None:
    cast.deniz()
    ask(client, "deniz@example.org")
    assert not any(char.isdigit() for char in str(mail.outbox[0].body).replace("127.0.0.1:8000", ""))
    for typed in ("", "0000 0000", "12345678"):
        client.post("/konto/anmelden/code/", {"code": typed})
    assert "_auth_user_id" not in client.session
    assert User.objects.get().claimant is False


def test_an_address_that_became_one_of_staff_meanwhile_opens_nothing(client: Client) -> None:
    ask(client, "deniz@example.org")
    cast.deniz()
    answer = client.post("/konto/anmelden/code/", {"code": code_in(mail.outbox[0])})
    assert answer["Location"] == "/konto/anmelden/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("typed", ["{} ", "  {}", "{}\u00a0", "\u200e{}"])
def test_a_code_counts_however_it_was_copied(client: Client, typed: str) -> None:
    ask(client)
    code = code_in(mail.outbox[0])
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for way in (code, code.replace(" ", ""), arabic):
        visitor = Client()
        ask(visitor)
        fresh = code_in(mail.outbox[-1])
        if way == arabic:
            fresh = fresh.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        elif " " not in way:
            fresh = fresh.replace(" ", "")
        visitor.post("/konto/anmelden/code/", {"code": typed.format(fresh)})
        assert "_auth_user_id" in visitor.session
        cache.clear()


def test_a_code_counts_only_in_the_browser_that_asked(client: Client) -> None:
    ask(client)
    other = Client()
    ask(other, "other@example.org")
    other.post("/konto/anmelden/code/", {"code": code_in(mail.outbox[0])})
    assert "_auth_user_id" not in other.session


def test_a_code_counts_once(client: Client) -> None:
    sign_in(client)
    again = client.post("/konto/anmelden/code/", {"code": code_in(mail.outbox[-1])})
    assert again["Location"] == "/konto/anmelden/"


def test_a_new_code_ends_the_old_one(client: Client) -> None:
    ask(client)
    client.post("/konto/anmelden/code/", {"again": "1"})
    old, new = (code_in(message) for message in mail.outbox)
    assert old != new
    client.post("/konto/anmelden/code/", {"code": old})
    assert "_auth_user_id" not in client.session
    client.post("/konto/anmelden/code/", {"code": new})
    assert "_auth_user_id" in client.session


def test_a_code_is_dead_after_a_quarter_of_an_hour(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(client)
    later = time.time() + code.VALID_SECONDS + 1
    monkeypatch.setattr(code.time, "time", lambda: later)
    assert client.get("/konto/anmelden/code/")["Location"] == "/konto/anmelden/"


def test_a_code_is_dead_after_five_wrong_tries(client: Client) -> None:
    ask(client)
    right = code_in(mail.outbox[0])
    wrong = "0000 0000" if right != "0000 0000" else "1111 1111"
    for _ in range(5):
        client.post("/konto/anmelden/code/", {"code": wrong})
    answer = client.post("/konto/anmelden/code/", {"code": right}, follow=True)
    assert "_auth_user_id" not in client.session
    assert "zu oft falsch oder ist zu alt" in answer.content.decode()


def test_a_stolen_session_of_the_same_code_has_no_tries_of_its_own(client: Client) -> None:
    """Wrong tries are counted in PostgreSQL: many requests at once do not each begin at none."""
    ask(client)
    right = code_in(mail.outbox[0])
    twin = Client()
    twin.cookies = client.cookies
    before = dict(client.session)
    for _ in range(5):
        session = client.session
        session.update(before)  # as a request that read the session before the others wrote it
        session.save()
        client.post("/konto/anmelden/code/", {"code": "9" * 8 if right != "9999 9999" else "8" * 8})
    session = client.session
    session.update(before)
    session.save()
    client.post("/konto/anmelden/code/", {"code": right})
    assert "_auth_user_id" not in client.session


def test_mails_to_an_address_are_limited_whoever_asks() -> None:
    cast.deniz()
    for email in (ADDRESS, "deniz@example.org"):
        answers = [ask(Client(), email) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [302] * 6 + [400]
        assert "viele Codes angefordert" in answers[-1].content.decode()
    assert len(mail.outbox) == 12


def test_mails_from_a_network_are_limited() -> None:
    answers = [ask(Client(), f"somebody{n}@example.org").status_code for n in range(61)]
    assert answers == [302] * 60 + [400]


@pytest.mark.parametrize(
    "email",
    ["", "amira", "a@b\nBcc: x@example.org", "a@" + "x" * 300, "<script>@example.org", "\x00@example.org"],
)
def test_what_is_no_address_gets_no_mail(client: Client, email: str) -> None:
    assert ask(client, email).status_code == 400
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/konto/loeschen/", "/konto/loeschen/"),
        ("https://evil.example/", "/konto/"),
        ("//evil.example/", "/konto/"),
        ("javascript:alert(1)", "/konto/"),
    ],
)
def test_signing_in_leads_on_only_inside_the_portal(client: Client, wanted: str, lands: str) -> None:
    client.get("/konto/anmelden/", {"next": wanted})
    ask(client)
    answer = client.post("/konto/anmelden/code/", {"code": code_in(mail.outbox[-1])})
    assert answer["Location"] == lands


def test_a_session_prepared_by_somebody_else_does_not_become_the_account(client: Client) -> None:
    client.get("/konto/anmelden/")
    ask(client)
    before = client.session.session_key
    client.post("/konto/anmelden/code/", {"code": code_in(mail.outbox[-1])})
    assert client.session.session_key != before


def test_a_locked_account_stays_locked(client: Client) -> None:
    user = sign_in(client)
    user.is_active = False
    user.save()
    visitor = Client()
    ask(visitor)
    answer = visitor.post("/konto/anmelden/code/", {"code": code_in(mail.outbox[-1])})
    assert answer["Location"] == "/konto/inactive/"
    assert "_auth_user_id" not in visitor.session
    assert client.get("/konto/").status_code == 302


def test_signing_out_ends_the_session(client: Client) -> None:
    sign_in(client)
    client.post("/konto/logout/")
    assert client.get("/konto/")["Location"] == "/konto/anmelden/?next=/konto/"
