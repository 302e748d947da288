"""Accounts and helpers on a phone: each way in, a case gathered, somebody who helps. axe on every page."""

import base64
import hmac
import json
import os
import re
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from casework.models import Submission, User
from channels.models import DraftFile
from portal import processes
from tests import cast, files
from tests.browser.test_components import SMALL_TARGETS, violations
from tests.browser.test_web import born, press
from tests.browsing import PHONE, Pages
from tests.servers import Portal

ADDRESS = "amira@example.org"


@pytest.fixture
def visitor(pages: Pages) -> Page:
    return pages.open(PHONE, bypass_csp=True)


def look(pages: Pages, page: Page, name: str) -> None:
    """Nothing for axe, nothing too small or too wide; and a picture for those who look."""
    assert violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE.width, name
    assert page.evaluate(SMALL_TARGETS) == [], name
    pages.shot(page, name)


def code_mailed(portal: Portal) -> str:
    newest = max(portal.mail_folder.iterdir(), key=lambda path: path.stat().st_mtime)
    found = re.findall(r"^(\d{4} \d{4})$", newest.read_text(encoding="utf-8"), re.M)
    return found[-1]


def sign_in(page: Page, portal: Portal, email: str = ADDRESS) -> None:
    page.get_by_label("E-Mail-Adresse").fill(email)
    press(page, "Code schicken")
    page.get_by_label("Code aus der E-Mail").fill(code_mailed(portal))
    press(page, "Weiter")


def app_code(secret: str) -> str:
    """What an app for codes shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def test_an_account_by_a_code_gathers_a_case_and_goes_again(
    pages: Pages, visitor: Page, portal_server: Portal
) -> None:
    pages.expect("400")  # what is missing or wrong
    case = cast.case_of(cast.receive(cast.paper()))
    page = visitor
    page.goto("/")
    page.get_by_role("link", name="Anmelden", exact=True).click()
    look(pages, page, "sign-in")
    expect(page.get_by_role("link", name="Ohne Konto weiter")).to_be_visible()
    press(page, "Code schicken")
    look(pages, page, "sign-in-error")
    page.get_by_label("E-Mail-Adresse").fill(ADDRESS)
    press(page, "Code schicken")
    look(pages, page, "code")
    page.get_by_label("Code aus der E-Mail").fill("1234 5678")
    press(page, "Weiter")
    look(pages, page, "code-wrong")
    page.get_by_label("Code aus der E-Mail").fill(code_mailed(portal_server))
    press(page, "Weiter")
    expect(page.get_by_role("heading", name="Meine Fälle")).to_be_visible()
    look(pages, page, "empty")
    page.get_by_role("link", name="Fall hinzufügen").click()
    page.get_by_label("Eingangs-Nummer oder Fall-Code").fill(case.code)
    born(page)
    look(pages, page, "gather")
    press(page, "Hinzufügen")
    look(pages, page, "cases")
    page.get_by_role("link", name="Erster Antrag").or_(page.locator(".cards h2 a")).first.click()
    expect(page.get_by_text("Das steht in Ihrem Konto.")).to_be_visible()
    page.goto("/konto/")
    page.get_by_role("link", name="Konto löschen").click()
    look(pages, page, "delete")
    page.get_by_label("Ja, mein Konto soll gelöscht werden.").check()
    press(page, "Konto löschen")
    expect(page.get_by_role("heading", name="Ihr Konto ist gelöscht")).to_be_visible()
    assert not User.objects.filter(email=ADDRESS).exists()


def test_signing_in_works_without_javascript(pages: Pages, portal_server: Portal) -> None:
    page = pages.open(PHONE, javascript=False)
    page.goto("/konto/anmelden/")
    expect(page.get_by_role("button", name="Mit Passkey anmelden")).to_be_hidden()
    sign_in(page, portal_server)
    expect(page.get_by_role("heading", name="Meine Fälle")).to_be_visible()


def test_a_passkey_is_added_and_opens_the_account(pages: Pages, portal_server: Portal) -> None:
    pages.expect("request to another host: http://localhost")  # passkeys need a name, not an address
    pages.url = portal_server.url.replace("127.0.0.1", "localhost")
    page = pages.open(PHONE)
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/konto/anmelden/")
    sign_in(page, portal_server)
    page.get_by_role("link", name="Anmeldung und Sicherheit").click()
    pages.shot(page, "security")
    page.get_by_role("link", name="Passkey anlegen").click()
    page.get_by_label("Name für diesen Passkey").fill("mein Telefon")
    pages.shot(page, "passkey")
    press(page, "Passkey anlegen")
    expect(page.get_by_text("mein Telefon", exact=True)).to_be_visible()
    pages.shot(page, "security-with-passkey")
    page.goto("/konto/")
    press(page, "Abmelden")
    page.goto("/konto/anmelden/")
    press(page, "Mit Passkey anmelden")
    expect(page.get_by_role("heading", name="Meine Fälle")).to_be_visible()
    assert User.objects.get(email=ADDRESS).claimant
    page.goto("/konto/2fa/")
    page.get_by_role("link", name=re.compile("Entfernen.*mein Telefon")).click()
    expect(page.get_by_role("heading", name="Bitte bestätigen Sie, dass Sie es sind")).to_be_visible()
    page.get_by_role("link", name=re.compile("Passkey|Sicherheitsschlüssel|security key|key", re.I)).or_(
        page.get_by_role("button", name="Mit Passkey bestätigen")
    ).first.click()
    if page.get_by_role("button", name="Mit Passkey bestätigen").count():
        press(page, "Mit Passkey bestätigen")
    press(page, "Entfernen")
    expect(page.get_by_text("Sie haben noch keinen Passkey.")).to_be_visible()


def test_codes_of_an_app_are_asked_for_after_the_code_by_mail(
    pages: Pages, visitor: Page, portal_server: Portal
) -> None:
    page = visitor
    page.goto("/konto/anmelden/")
    sign_in(page, portal_server)
    page.get_by_role("link", name="Anmeldung und Sicherheit").click()
    look(pages, page, "security")
    page.get_by_role("link", name="Einrichten").click()
    look(pages, page, "app")
    secret = page.locator("code").first.inner_text()
    page.get_by_role("textbox").first.fill(app_code(secret))
    press(page, "Einschalten")
    page.wait_for_url(lambda url: "activate" not in url)
    page.goto("/konto/2fa/")
    expect(page.get_by_text("eingeschaltet", exact=True)).to_be_visible()
    page.goto("/konto/")
    press(page, "Abmelden")
    page.goto("/konto/anmelden/")
    sign_in(page, portal_server)
    expect(page.get_by_role("heading", name="Zweiter Schritt")).to_be_visible()
    look(pages, page, "second-step")
    page.goto("/konto/")
    expect(page.get_by_role("heading", name="Anmelden", exact=True)).to_be_visible()  # not in yet
    page.goto("/konto/2fa/authenticate/")
    time.sleep(31 - time.time() % 30)  # a code of the app counts once
    page.get_by_role("textbox").first.fill(app_code(secret))
    press(page, "Anmelden")
    expect(page.get_by_role("heading", name="Meine Fälle")).to_be_visible()


def test_somebody_helps_under_her_own_name_until_she_is_stopped(pages: Pages, visitor: Page) -> None:
    pages.expect("400|404")  # what is missing, and what is over
    ack = cast.receive(cast.paper())
    page = visitor
    page.goto(f"/s/{ack.secret}")
    page.get_by_role("link", name="Wer mir helfen darf").click()
    born(page)
    page.locator("main form button[type=submit]").first.click()
    look(pages, page, "helpers-empty")
    press(page, "Einladung machen")
    look(pages, page, "helpers-error")
    page.get_by_label("Wer soll helfen?").fill("Samir")
    page.get_by_label("Unterlagen schicken und den Stand sehen").check()
    press(page, "Einladung machen")
    look(pages, page, "invitation-made")
    link = page.locator(".hash bdi").inner_text()

    samir = pages.open(PHONE, bypass_csp=True)
    samir.goto(link)
    look(pages, samir, "invitation")
    samir.get_by_label("Ihr eigener Name").fill("Samir Haddad")
    press(samir, "Ich helfe")
    look(pages, samir, "own-code")
    samir.get_by_role("link", name="Weiter", exact=True).click()
    expect(samir.get_by_role("heading", name="Sie helfen Amira Haddad")).to_be_visible()
    look(pages, samir, "helping")
    press(samir, "Unterlagen schicken")
    samir.get_by_label("Was ist das für ein Dokument?").select_option("payslip")
    samir.locator("main form").filter(has=samir.get_by_label("Was ist das für ein Dokument?")).get_by_role(
        "button"
    ).first.click()
    samir.get_by_label("fotografieren").or_(samir.get_by_label("Foto aufnehmen")).first.set_input_files(
        FilePayload(name="lohn.jpg", mimeType="image/jpeg", buffer=files.jpeg("Lohn"))
    )
    expect(samir.get_by_text("lohn.jpg").first).to_be_visible()
    end = time.monotonic() + 15
    while not DraftFile.objects.exists():  # every byte has arrived
        assert time.monotonic() < end
        samir.wait_for_timeout(200)
    samir.goto(re.sub(r"/unterlagen/.*", "/pruefen/", samir.url))
    look(pages, samir, "check")
    press(samir, "Jetzt absenden")
    samir.wait_for_url("**/beleg/*/")
    expect(samir.get_by_text("Samir Haddad für Amira Haddad")).to_be_visible()
    assert Submission.objects.latest("pk").helper_name == "Samir Haddad"

    page.goto(f"/s/{ack.secret}")
    expect(page.get_by_text("Geschickt von Samir Haddad für Amira Haddad.")).to_be_visible()
    page.goto(f"/s/{ack.secret}/hilfe/")
    look(pages, page, "helpers")
    page.get_by_role("button", name="Sofort beenden Samir").click()
    expect(page.get_by_text("Samir darf ab sofort nicht mehr helfen.")).to_be_visible()

    samir.goto("/helfen/")
    look(pages, samir, "enter")
    samir.go_back()
    samir.goto(f"/helfen/fuer/{Submission.objects.latest('pk').sent_by.public_id}/")  # type: ignore[union-attr]
    expect(samir.get_by_role("heading", name="Hier können Sie gerade nicht helfen")).to_be_visible()
    look(pages, samir, "ended")


# --- an identity provider of somebody else's making


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[str]:
    """oidc-provider-mock: built on Authlib's server side, as a process of its own."""
    port = processes.free_port()
    amira = {
        "sub": "amira-1",
        "given_name": "Amira",
        "family_name": "Haddad",
        "birthdate": "1991-07-03",
        "address": {"street_address": "Lindenweg 4", "postal_code": "12345"},
        "acr": "high",
    }
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--require-nonce", "true", "--user-claims", json.dumps(amira)]
    with (tmp_path / "provider.log").open("wb") as log:
        process = processes.start(command, os.environ, log)
    end = time.monotonic() + 30
    while processes.port_is_free("127.0.0.1", port):
        assert process.poll() is None, (tmp_path / "provider.log").read_text()
        assert time.monotonic() < end, "the provider did not start"
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    processes.stop(process)


@pytest.fixture
def portal_with_provider(transactional_db: None, provider: str, tmp_path: Path) -> Iterator[Portal]:
    settings = {"OIDC_NAME": "BundID", "OIDC_ISSUER": provider, "OIDC_CLIENT_ID": "angekommen"}
    portal = Portal(
        tmp_path,
        **settings,
        OIDC_CLIENT_SECRET="a secret",
        OIDC_STRONG_LEVELS="high",
        OIDC_SCOPES="openid profile address",
    )
    portal.begin()
    yield portal
    portal.finish()
    portal.stop()


def test_an_identity_provider_signs_in_and_finds_the_case(
    chromium: object, portal_with_provider: Portal, provider: str, pages: Pages
) -> None:
    cast.receive(cast.paper())
    pages.url = portal_with_provider.url
    pages.expect("request to another host: http://127.0.0.1")
    pages.expect("jsdelivr|favicon")  # the page of the provider, not ours
    page = pages.open(PHONE, bypass_csp=True)
    page.goto("/konto/anmelden/")
    look(pages, page, "sign-in-with-provider")
    page.get_by_role("link", name="Mit BundID anmelden").click()
    assert page.url.startswith(provider)
    page.get_by_role("button", name="amira-1").click()
    expect(page.get_by_role("heading", name="Meine Fälle")).to_be_visible()
    page.get_by_role("link", name="Fall hinzufügen").click()
    look(pages, page, "gather-by-identity")
    press(page, "Meine Fälle suchen")
    expect(page.get_by_text("Der Fall ist jetzt in Ihrem Konto.")).to_be_visible()
    look(pages, page, "cases-by-identity")
