"""Accounts of claimants and of staff never mix, not even by mistake."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from casework import queries
from casework.models import User
from portal.access import ACCESS, BARE, CLAIMANT, STAFF, groups_of
from tests import cast
from tests.portal.accounts.signing_in import ADDRESS, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "change",
    [{"roles": ["caseworker"]}, {"is_staff": True}, {"is_superuser": True}],
)
def test_the_database_refuses_a_right_of_staff_for_a_claimant(
    client: Client, change: dict[str, object]
) -> None:
    user = sign_in(client)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(**change)


def test_the_database_refuses_a_team_for_a_claimant(client: Client) -> None:
    user = sign_in(client)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(team=cast.teams()[0])


def test_the_database_refuses_to_make_staff_a_claimant() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=cast.deniz().pk).update(claimant=True)


def test_the_database_refuses_staff_without_an_address() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("", cast.PASSWORD, roles=["desk"])


def test_a_role_written_by_mistake_in_memory_still_opens_nothing(client: Client) -> None:
    user = sign_in(client)
    user.roles = ["caseworker"]
    assert groups_of(user) == {CLAIMANT}


def test_a_claimant_sees_no_rows_of_staff(client: Client) -> None:
    cast.receive(cast.paper())
    user = sign_in(client)
    assert not queries.cases_visible_to(user).exists()
    assert not queries.submissions_visible_to(user).exists()
    assert not queries.people_visible_to(user).exists()
    assert not queries.files_visible_to(user).exists()
    assert not queries.batches_visible_to(user).exists()


@pytest.mark.parametrize("address", ["/team/", "/faelle/", "/post/", "/schalter/"])
def test_a_claimant_is_refused_on_the_pages_of_staff(client: Client, address: str) -> None:
    sign_in(client)
    assert [client.get(address).status_code, client.post(address).status_code] == [403, 403]


def test_staff_are_refused_on_the_pages_of_an_account(client: Client) -> None:
    client.force_login(cast.deniz(), backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/konto/", "/konto/fall-hinzufuegen/", "/konto/daten/", "/konto/loeschen/"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/konto/email/",
        "/konto/password/set/",
        "/konto/confirm-email/",
        "/konto/2fa/webauthn/",
        "/konto/2fa/webauthn/add/",
        "/konto/2fa/webauthn/login/",
        "/konto/login/code/confirm/",
    ],
)
def test_what_is_not_offered_is_closed_to_everybody(client: Client, address: str) -> None:
    assert client.get(address).status_code == 403
    sign_in(client)
    assert [client.get(address).status_code, client.post(address).status_code] == [403, 403]
    client.force_login(cast.deniz(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 403


def test_a_claimant_cannot_sign_in_with_a_password(client: Client) -> None:
    sign_in(client)
    for typed in ("", "!", "password"):
        visitor = Client()
        visitor.post("/konto/login/", {"login": ADDRESS, "password": typed})
        assert "_auth_user_id" not in visitor.session


def test_a_claimant_gets_no_password_by_resetting_it(client: Client) -> None:
    sign_in(client)
    mail.outbox.clear()
    unknown = Client().post("/konto/password/reset/", {"email": "nobody@example.org"})
    known = Client().post("/konto/password/reset/", {"email": ADDRESS})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail.outbox == []


def test_staff_still_reset_a_password(client: Client) -> None:
    client.post("/konto/password/reset/", {"email": cast.deniz().email})
    assert [message.to for message in mail.outbox] == [["deniz@example.org"]]


def test_a_claimant_cannot_change_or_confirm_a_password(client: Client) -> None:
    sign_in(client)
    for address in ("/konto/password/change/", "/konto/reauthenticate/"):
        assert client.get(address).status_code == 403


def test_every_view_of_allauth_says_who_may() -> None:
    assert {group for groups in BARE.values() for group in groups} <= {"everyone", STAFF, CLAIMANT}
    assert ACCESS["account"] == {CLAIMANT}
