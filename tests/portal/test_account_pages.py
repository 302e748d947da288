"""The pages around signing in and the error pages: in our layout, in German, without a way to sign up."""

import pytest
from django.test import Client

from casework.envelope import Role
from casework.models import User

PASSWORD = "Kaffee-und-Kuchen-2026"


@pytest.fixture
def deniz(db: None) -> User:
    return User.objects.create_user(
        "deniz@example.org", PASSWORD, first_name="Deniz", last_name="Yıldız", roles=[Role.CASEWORKER.value]
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/konto/login/", "Anmelden für Beschäftigte"),
        ("/konto/password/reset/", "Passwort vergessen"),
        ("/konto/password/reset/done/", "Wir haben eine E-Mail gesendet"),
        ("/konto/password/reset/key/1-falsch/", "Der Link gilt nicht mehr"),
        ("/konto/inactive/", "Dieses Konto ist gesperrt"),
        ("/konto/signup/", "Hier kann man kein Konto anlegen"),
    ],
)
def test_a_page_around_signing_in_has_our_layout(db: None, address: str, words: str) -> None:
    html = Client().get(address, follow=True).content.decode()
    assert f"<h1>{words}</h1>" in html
    for_claimants_too = address == "/konto/inactive/"
    assert ('class="staff"' in html) is not for_claimants_too


def test_a_wrong_password_is_said_in_summary_and_title(deniz: User) -> None:
    html = Client().post("/konto/login/", {"login": deniz.email, "password": "falsch"}).content.decode()
    assert "<title>Fehler: Anmelden" in html
    assert 'class="errors"' in html
    assert f'value="{deniz.email}"' in html  # what was typed stays


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/konto/password/change/", "Passwort ändern"),
        ("/konto/2fa/", "Zweiter Schritt bei der Anmeldung"),
        ("/konto/logout/", "Abmelden"),
    ],
)
def test_a_page_of_ones_own_account_has_our_layout(deniz: User, address: str, words: str) -> None:
    client = Client()
    client.post("/konto/login/", {"login": deniz.email, "password": PASSWORD})
    html = client.get(address).content.decode()
    assert f"<h1>{words}</h1>" in html
    assert "Deniz Yıldız" in html


def test_setting_up_the_second_step_asks_for_the_password_again(deniz: User) -> None:
    client = Client()
    client.force_login(deniz, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/konto/2fa/totp/activate/", follow=True).content.decode()
    assert "<h1>Bitte bestätigen Sie, dass Sie es sind</h1>" in page
    address = "/konto/reauthenticate/?next=/konto/2fa/totp/activate/"
    page = client.post(address, {"password": PASSWORD}, follow=True).content.decode()
    assert "<h1>Zweiten Schritt einrichten</h1>" in page
    assert 'src="data:image/svg+xml' in page


def test_an_unknown_address_says_that_nothing_is_lost(db: None) -> None:
    answer = Client().get("/gibt-es-nicht/")
    assert answer.status_code == 404
    assert "Es ist nichts verloren." in answer.content.decode()
    assert "Mit einem Menschen sprechen" in answer.content.decode()


def test_the_page_for_our_own_mistakes_needs_nothing_else() -> None:
    from django.template.loader import get_template

    html = get_template("500.html").render()
    assert "Sie haben nichts falsch gemacht." in html
    assert "{#" not in html


@pytest.mark.parametrize(
    ("role", "entries"),
    [
        (Role.CASEWORKER, ["Eingang", "Gespräche", "Zuordnung", "Mehrfach", "Briefe"]),
        (Role.COUNTER, ["Posteingang", "Briefe"]),
        (Role.DESK, ["Schalter"]),
    ],
)
def test_staff_see_the_entries_of_their_role(deniz: User, role: Role, entries: list[str]) -> None:
    import re

    deniz.roles = [role.value]
    deniz.save()
    client = Client()
    client.force_login(deniz, backend="django.contrib.auth.backends.ModelBackend")
    html = client.get("/konto/logout/").content.decode()
    nav = html[html.index('<nav class="nav"') : html.index("</nav>")]
    assert re.findall(r">([^<>]+)</a>", nav) == entries
