"""Every address of the staff, asked for by everybody who has no business there. Made from the URLconf."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from casework import accounts
from casework.models import User
from portal.access import ACCESS, CLAIMANT, EVERYONE, STAFF
from tests import cast

pytestmark = pytest.mark.django_db

CLOSED = sorted(name for name, roles in ACCESS.items() if not roles.intersection({EVERYONE, STAFF, CLAIMANT}))
SAMPLES = {"uuid": uuid.UUID(int=7), "int": 7, "str": "a4", "slug": "a", "path": "a"}
WHO = {"bernd": cast.bernd, "carla": cast.carla, "deniz": cast.deniz}


def addresses(namespace: str, resolver: URLResolver | None = None, inside: str = "") -> list[str]:
    """One address for each view of a namespace, with invented ids."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            found += addresses(namespace, entry, entry.namespace or inside)
        elif isinstance(entry, URLPattern) and inside == namespace and entry.name:
            values = {}
            for key, converter in entry.pattern.converters.items():
                kind = type(converter).__name__.removesuffix("Converter").lower()
                values[key] = SAMPLES["str" if kind == "string" else kind]
            found.append(reverse(f"{namespace}:{entry.name}", kwargs=values))
    return found


ALL = [(namespace, address) for namespace in CLOSED for address in addresses(namespace)]


def test_there_are_addresses_to_ask_for() -> None:
    assert {namespace for namespace, _ in ALL} == set(CLOSED)
    assert len(ALL) > 40


@pytest.mark.parametrize(("namespace", "address"), ALL)
def test_visitor_is_sent_to_sign_in(client: Client, namespace: str, address: str) -> None:
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/konto/login/?next=")


@pytest.mark.parametrize(("namespace", "address"), ALL)
def test_other_roles_are_refused(client: Client, namespace: str, address: str) -> None:
    for make in WHO.values():
        user = make()
        if ACCESS[namespace].intersection(user.roles):
            continue
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert [client.get(address).status_code, client.post(address).status_code] == [403, 403]


@pytest.mark.parametrize(("namespace", "address"), ALL)
def test_somebody_without_a_role_and_a_locked_account_are_refused(
    client: Client, namespace: str, address: str
) -> None:
    nobody = User.objects.create_user("niemand@example.org", cast.PASSWORD)
    client.force_login(nobody, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 403
    gone = User.objects.create_user(
        "weg@example.org", cast.PASSWORD, roles=["counter", "desk", "caseworker"], is_active=False
    )
    client.force_login(gone, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code in (302, 403)


@pytest.mark.parametrize(("namespace", "address"), [a for a in ALL if str(SAMPLES["uuid"]) in a[1]])
def test_unknown_object_is_not_found_for_those_who_may_come_here(
    client: Client, namespace: str, address: str
) -> None:
    (role,) = ACCESS[namespace]
    user = next(make() for make in WHO.values() if role in make().roles)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code in (404, 405)
    assert client.post(address).status_code in (404, 405)


OF_ACCOUNTS = addresses("account")


@pytest.mark.parametrize("address", OF_ACCOUNTS)
def test_pages_of_an_account_are_for_claimants_who_are_signed_in(client: Client, address: str) -> None:
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/konto/anmelden/?next=")
    for make in WHO.values():
        client.force_login(make(), backend="django.contrib.auth.backends.ModelBackend")
        assert [client.get(address).status_code, client.post(address).status_code] == [403, 403]


@pytest.mark.parametrize(
    "address", [address for address in OF_ACCOUNTS if re.search(r"/(7|a4|0.*7)/", address)]
)
def test_what_another_account_holds_is_not_found(client: Client, address: str) -> None:
    user = accounts.open_by_email("amira@example.org")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code in (302, 404, 405)
    assert client.post(address).status_code in (302, 404, 405)
