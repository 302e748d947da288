"""Changing the way into an account: another address by proof, and an e-mail about everything that changed."""

import re

import pytest
from django.core import mail
from django.test import Client, override_settings

from casework import accounts
from casework.models import Event, User
from portal.accounts import security
from tests import cast
from tests.channels.web.walking import text
from tests.portal.accounts.signing_in import ADDRESS, an_hour_passes, code_in, sign_in

pytestmark = pytest.mark.django_db
NEW = "neu@example.org"


def ask(client: Client, email: str = NEW) -> None:
    mail.outbox.clear()
    answer = client.post("/konto/e-mail/", {"email": email})
    assert answer.status_code == 302, text(answer)


def page_of_the_code(client: Client) -> str:
    return re.sub(r'value="[^"]{60,}"', "", text(client.get("/konto/e-mail/code/")))


def change(client: Client, email: str = NEW) -> None:
    ask(client, email)
    client.post("/konto/e-mail/code/", {"code": code_in(mail.outbox[-1])})


def test_another_address_counts_once_its_code_was_typed_and_the_old_one_is_told(
    client: Client, amira: User
) -> None:
    ask(client)
    assert [message.to for message in mail.outbox] == [[NEW]]
    amira.refresh_from_db()
    assert amira.email == ADDRESS
    client.post("/konto/e-mail/code/", {"code": code_in(mail.outbox[-1])})
    amira.refresh_from_db()
    assert amira.email == NEW
    assert mail.outbox[-1].to == [ADDRESS]
    assert "Diese hier öffnet es nicht mehr." in str(mail.outbox[-1].body)
    assert NEW not in str(mail.outbox[-1].body)
    assert sign_in(Client(), NEW).pk == amira.pk
    assert sign_in(Client()).pk != amira.pk
    assert Event.objects.get(kind="account_email_changed").data == {"account": amira.pk}


def test_a_wrong_code_changes_nothing(client: Client, amira: User) -> None:
    ask(client)
    right = code_in(mail.outbox[-1])
    answer = client.post(
        "/konto/e-mail/code/", {"code": "0000 0000" if right != "0000 0000" else "1111 1111"}
    )
    assert answer.status_code == 400
    amira.refresh_from_db()
    assert amira.email == ADDRESS


@pytest.mark.parametrize("taken", ["leila@example.org", "deniz@example.org"], ids=["claimant", "staff"])
def test_an_address_of_somebody_else_gets_the_same_page_and_a_mail_without_a_code(
    client: Client, amira: User, taken: str
) -> None:
    sign_in(Client(), "leila@example.org")
    cast.deniz()
    ask(client)
    free = page_of_the_code(client)
    ask(client, taken)
    assert page_of_the_code(client).replace(taken, "") == free.replace(NEW, "")
    assert mail.outbox[-1].to == [taken]
    with pytest.raises(AssertionError):
        code_in(mail.outbox[-1])
    with pytest.raises(accounts.Taken):
        accounts.change_email(amira, taken)


def test_the_code_of_a_new_address_signs_nobody_in(client: Client, amira: User) -> None:
    ask(client)
    code = code_in(mail.outbox[-1])
    client.post("/konto/logout/")
    assert client.post("/konto/anmelden/code/", {"code": code}).status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_device_left_lying_about_changes_no_address(client: Client, amira: User) -> None:
    an_hour_passes(client)
    mail.outbox.clear()
    assert "Bitte melden Sie sich noch einmal an" in text(client.post("/konto/e-mail/", {"email": NEW}))
    assert mail.outbox == []


@pytest.mark.parametrize("changed", sorted(security.CHANGES))
def test_every_change_has_words_and_names_nobody(amira: User, changed: str) -> None:
    mail.outbox.clear()
    security.tell(amira, changed)
    [message] = mail.outbox
    assert message.to == [ADDRESS]
    assert "geändert:\n\n\n" not in str(message.body)
    assert ADDRESS not in str(message.body)


def test_staff_get_no_mail_about_their_sign_in() -> None:
    security.tell(cast.deniz(), "app_on")
    assert mail.outbox == []


def test_a_mail_server_that_is_down_undoes_nothing(client: Client, amira: User) -> None:
    ask(client)
    code = code_in(mail.outbox[-1])
    with override_settings(EMAIL_BACKEND="tests.casework.test_notices.Down"):
        assert client.post("/konto/e-mail/code/", {"code": code}).status_code == 302
    amira.refresh_from_db()
    assert amira.email == NEW


@pytest.mark.parametrize(
    ("language", "words"), [("ar", "تطبيق رموز تسجيل الدخول"), ("tr", "Giriş kodları uygulaması")]
)
def test_security_pages_speak_the_language_of_the_claimant(
    client: Client, amira: User, language: str, words: str
) -> None:
    client.cookies["django_language"] = language
    assert words in text(client.get("/konto/2fa/"))
    answer = client.get("/konto/2fa/totp/activate/", follow=True)
    assert f'lang="{language}"' in answer.content.decode()
