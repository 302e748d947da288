"""Signing in by an identity provider: what the portal checks before it believes one."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings

from casework import accounts
from casework.models import Identity, User
from portal import checks
from tests import cast
from tests.channels.web.walking import text
from tests.portal.accounts.signing_in import code_in, sign_in
from tests.portal.accounts.strict_provider import CLIENT_ID, CLIENT_SECRET, Provider

pytestmark = pytest.mark.django_db
AMIRA = {
    "sub": "amira-1",
    "given_name": "AMIRA",
    "family_name": "Haddad",
    "birthdate": "1991-07-03",
    "address": {"street_address": "Lindenweg 4", "postal_code": "12345"},
    "acr": "high",
    "email": "deniz@example.org",
    "email_verified": True,
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    cache.clear()
    running = Provider()
    running.claims = dict(AMIRA)
    names = {"OIDC_NAME": "BundID", "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}
    with override_settings(OIDC_ISSUER=running.url, OIDC_STRONG_LEVELS=["high"], **names):
        yield running
    running.stop()


def there(client: Client) -> str:
    """To the provider and back: the address the visitor comes back to, with code and state."""
    away = client.get("/konto/anmelden/ausweis/")["Location"]
    back = requests.get(away, allow_redirects=False, timeout=5)
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    return f"{parts.path}?{parts.query}"


def visit(client: Client) -> Any:
    return client.get(there(client))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_an_account_is_made_at_the_first_visit_and_found_again(client: Client, provider: Provider) -> None:
    assert visit(client)["Location"] == "/konto/"
    user = User.objects.get()
    assert (user.claimant, user.email, user.roles) == (True, None, [])
    assert Identity.objects.get().subject == "amira-1"
    visit(Client())
    assert User.objects.count() == 1
    assert provider.refusals == []


def test_nothing_the_provider_says_is_kept_in_the_database(client: Client, provider: Provider) -> None:
    visit(client)
    user = User.objects.get()
    assert (user.first_name, user.last_name) == ("", "")


def test_an_address_the_provider_names_leads_to_nobodys_account(client: Client, provider: Provider) -> None:
    deniz = cast.deniz()
    other = Client()
    amira = sign_in(other)
    provider.claims["email"] = amira.email
    visit(client)
    assert int(client.session["_auth_user_id"]) not in (deniz.pk, amira.pk)


def test_pkce_state_and_nonce_are_new_each_time(client: Client, provider: Provider) -> None:
    asked = [parse_qs(urlsplit(client.get("/konto/anmelden/ausweis/")["Location"]).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    assert asked[0]["code_challenge_method"] == ["S256"]


@pytest.mark.parametrize(
    "lie",
    [
        "wrong_nonce",
        "no_nonce",
        "other_issuer",
        "other_audience",
        "expired",
        "no_subject",
        "no_id_token",
        "other_key",
        "unsigned",
        "symmetric",
    ],
)
def test_a_provider_that_lies_signs_nobody_in(client: Client, provider: Provider, lie: str) -> None:
    provider.lies = {lie}
    answer = visit(client)
    assert answer["Location"] == "/konto/anmelden/"
    assert "hat nicht geklappt" in text(client.get("/konto/anmelden/"))
    assert not signed_in(client)
    assert not User.objects.exists()


def test_a_document_that_names_another_issuer_is_not_followed(client: Client, provider: Provider) -> None:
    provider.lies = {"other_issuer_in_metadata"}
    assert client.get("/konto/anmelden/ausweis/")["Location"] == "/konto/anmelden/"


def test_an_answer_counts_once(client: Client, provider: Provider) -> None:
    back = there(client)
    client.get(back)
    client.post("/konto/logout/")
    assert client.get(back)["Location"] == "/konto/anmelden/"
    assert not signed_in(client)


def test_an_answer_counts_only_in_the_browser_that_asked(client: Client, provider: Provider) -> None:
    back = there(client)
    victim = Client()
    assert victim.get(back)["Location"] == "/konto/anmelden/"
    assert not signed_in(victim)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=x",
        "?state=x",
        "?code=x&state=y",
        "?error=access_denied",
        "?error=x&error_description=<b>",
        "?code=%00&state=%00",
    ],
)
def test_a_hostile_answer_signs_nobody_in(client: Client, provider: Provider, query: str) -> None:
    client.get("/konto/anmelden/ausweis/")
    answer = client.get(f"/konto/anmelden/ausweis/antwort/{query}")
    assert answer["Location"] == "/konto/anmelden/"
    assert not signed_in(client)


def test_a_code_of_somebody_else_does_not_fit_this_visit(client: Client, provider: Provider) -> None:
    """PKCE: a stolen code is worth nothing without the verifier that never left the portal."""
    stolen = parse_qs(urlsplit(there(Client())).query)["code"][0]
    state = parse_qs(urlsplit(there(client)).query)["state"][0]
    answer = client.get("/konto/anmelden/ausweis/antwort/", {"code": stolen, "state": state})
    assert answer["Location"] == "/konto/anmelden/"
    assert "verifier" in provider.refusals


def test_a_provider_that_is_down_costs_only_this_way(client: Client, provider: Provider) -> None:
    with override_settings(OIDC_ISSUER="http://127.0.0.1:9"):
        assert client.get("/konto/anmelden/ausweis/")["Location"] == "/konto/anmelden/"
    assert "Es ist nichts verloren" in text(client.get("/konto/anmelden/"))


def test_without_a_provider_there_is_no_button_and_no_way(client: Client) -> None:
    assert "ausweis" not in text(client.get("/konto/anmelden/"))
    for address in ("/konto/anmelden/ausweis/", "/konto/anmelden/ausweis/antwort/?code=x&state=y"):
        assert client.get(address).status_code == 404


def test_a_strong_identity_finds_the_case_of_its_person(client: Client, provider: Provider) -> None:
    case = cast.case_of(cast.receive(cast.paper()))
    visit(client)
    assert "BundID" in text(client.get("/konto/fall-hinzufuegen/"))
    client.post("/konto/fall-hinzufuegen/", {"identity": "1", "customer_number": ""})
    assert [held.case for held in accounts.held_by(User.objects.get())] == [case]


def test_details_that_only_the_userinfo_has_are_fetched_there(client: Client, provider: Provider) -> None:
    provider.lies = {"details_in_userinfo"}
    visit(client)
    assert "AMIRA Haddad" in text(client.get("/konto/fall-hinzufuegen/"))


def test_a_userinfo_of_somebody_else_is_not_believed(client: Client, provider: Provider) -> None:
    provider.lies = {"details_in_userinfo", "other_userinfo"}
    visit(client)
    assert "Meine Fälle suchen" not in text(client.get("/konto/fall-hinzufuegen/"))


@pytest.mark.parametrize(
    "change", [{"acr": "low"}, {"acr": None}, {"birthdate": "1991"}, {"family_name": ""}]
)
def test_a_weak_or_partial_identity_finds_nothing(
    client: Client, provider: Provider, change: dict[str, Any]
) -> None:
    cast.receive(cast.paper())
    provider.claims |= change
    visit(client)
    client.post("/konto/fall-hinzufuegen/", {"identity": "1", "customer_number": ""})
    assert accounts.held_by(User.objects.get()) == []


def test_an_identity_of_one_session_serves_no_other_account(client: Client, provider: Provider) -> None:
    cast.receive(cast.paper())
    visit(client)
    client.post("/konto/logout/")
    sign_in(client)
    assert "Meine Fälle suchen" not in text(client.get("/konto/fall-hinzufuegen/"))


@pytest.mark.parametrize("missing", ["OIDC_NAME", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_a_provider_is_refused_at_the_start(missing: str) -> None:
    whole = {
        "OIDC_NAME": "BundID",
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "x",
        "OIDC_CLIENT_SECRET": "y",
    }
    with override_settings(**whole):
        assert checks.identity_provider_is_whole(None) == []
    with override_settings(**{**whole, missing: ""}):
        assert [message.id for message in checks.identity_provider_is_whole(None)] == ["portal.E008"]


def test_the_secret_alone_switches_nothing_on() -> None:
    with override_settings(OIDC_NAME="", OIDC_ISSUER="", OIDC_CLIENT_ID="", OIDC_CLIENT_SECRET="y"):
        assert checks.identity_provider_is_whole(None) == []


def test_who_came_by_an_identity_gives_an_address_and_can_then_add_a_passkey(
    client: Client, provider: Provider
) -> None:
    visit(client)
    assert "/konto/passkeys/neu/" not in text(client.get("/konto/2fa/"))
    client.post("/konto/e-mail/", {"email": "amira@example.org"})
    client.post("/konto/e-mail/code/", {"code": code_in(mail.outbox[-1])})
    assert User.objects.get().email == "amira@example.org"
    assert "Diese E-Mail-Adresse öffnet jetzt Ihr Konto." in str(mail.outbox[-1].body)
    assert "/konto/passkeys/neu/" in text(client.get("/konto/2fa/"))
    again = Client()
    visit(again)
    assert (signed_in(again), User.objects.count()) == (True, 1)
