"""What the portal refuses to run with."""

from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.checks import run_checks
from django.db import connection
from django.test import override_settings

from portal import checks
from tests import production

SAFE = {
    "PRODUCTION": True,
    "REGISTER_KEY": production.register_key(),
    "ALLOWED_HOSTS": ["portal.example"],
    "PUBLIC_URL": "https://portal.example",
    "LOG_MAY_BE_FLUSHED": False,
    "CELERY_BROKER_URL": "redis://redis:6379/0",
    "CLAMD_ADDRESS": "clamd:3310",
    "EMAIL_HOST": "mail.office.example",
    "DEFAULT_FROM_EMAIL": "angekommen@office.example",
}


@pytest.mark.django_db
def test_database_of_the_tests_is_durable() -> None:
    assert checks.durability_problems(connection) == []
    assert [message for message in run_checks(databases=["default"]) if message.id == "portal.E001"] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("value", ["off", "local", "remote_write"])
def test_database_is_refused_when_commits_do_not_wait_for_the_disk(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('synchronous_commit', %s, false)", [value])
    try:
        assert checks.durability_problems(connection) == [
            f"PostgreSQL runs with synchronous_commit = {value}, it must be on or remote_apply"
        ]
        assert [message.id for message in checks.database_is_durable(None, ["default"])] == ["portal.E001"]
    finally:
        connection.close()


def test_database_check_stays_silent_when_no_database_is_asked_for() -> None:
    assert checks.database_is_durable(None, None) == []


def test_channels_is_our_own_folder() -> None:
    assert checks.channels_is_our_folder(None) == []


def test_foreign_package_named_channels_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    foreign = ModuleType("channels")
    foreign.__file__ = str(tmp_path / "channels" / "__init__.py")
    monkeypatch.setattr(checks, "channels", foreign)
    assert [message.id for message in checks.channels_is_our_folder(None)] == ["portal.E002"]


def test_register_key_that_is_an_ed25519_key_is_accepted() -> None:
    with override_settings(REGISTER_KEY=production.register_key()):
        assert checks.register_key_is_readable(None) == []


def test_register_key_that_is_no_key_is_refused() -> None:
    with override_settings(REGISTER_KEY="not a key"):
        assert [message.id for message in checks.register_key_is_readable(None)] == ["portal.E003"]


def test_register_key_of_another_kind_is_refused() -> None:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with override_settings(REGISTER_KEY=pem):
        assert [message.id for message in checks.register_key_is_readable(None)] == ["portal.E003"]


def test_register_key_file_that_was_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"")
    with override_settings(REGISTER_KEY="", REGISTER_KEY_FILE=path):
        assert [message.id for message in checks.register_key_is_readable(None)] == ["portal.E003"]


def test_safe_production_values_are_accepted() -> None:
    with override_settings(**SAFE):
        assert checks.production_values_are_safe(None) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("REGISTER_KEY", "", "portal.E004"),
        ("ALLOWED_HOSTS", [], "portal.E005"),
        ("ALLOWED_HOSTS", ["*"], "portal.E005"),
        ("PUBLIC_URL", "http://portal.example", "portal.E006"),
        ("LOG_MAY_BE_FLUSHED", True, "portal.E007"),
        ("OIDC_ISSUER", "http://id.example", "portal.E009"),
        ("CELERY_BROKER_URL", "", "portal.W001"),
        ("CLAMD_ADDRESS", "", "portal.W002"),
        ("EMAIL_HOST", "", "portal.W003"),
        ("DEFAULT_FROM_EMAIL", "angekommen@example.org", "portal.W004"),
    ],
)
def test_unsafe_production_value_is_named(name: str, value: object, expected: str) -> None:
    with override_settings(**{**SAFE, name: value}):
        assert [message.id for message in checks.production_values_are_safe(None)] == [expected]


def test_values_of_a_demo_are_not_judged_as_production() -> None:
    with override_settings(**{**SAFE, "PRODUCTION": False, "ALLOWED_HOSTS": ["*"]}):
        assert checks.production_values_are_safe(None) == []
