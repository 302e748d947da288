"""What has to be true before the portal may run. `manage.py check` and the start of the demo ask this.

Checks of the database run with `migrate` and `check --database default` only, as Django does it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

import channels

# What PostgreSQL has to answer so that "committed" means "on the disk", even after a power cut.
DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
}


def durability_problems(connection: BaseDatabaseWrapper) -> list[str]:
    """Sentences on every setting of this PostgreSQL that could lose a receipted document; empty if none."""
    problems = []
    with connection.cursor() as cursor:
        for name, good in DURABLE.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            value = cursor.fetchone()[0]
            if value not in good:
                problems.append(f"PostgreSQL runs with {name} = {value}, it must be {' or '.join(good)}")
    return problems


@register(Tags.database)
def database_is_durable(
    app_configs: object, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    return [
        Error(problem, hint="A receipt would be given for bytes a power cut can take away.", id="portal.E001")
        for alias in databases or []
        for problem in durability_problems(connections[alias])
    ]


@register()
def channels_is_our_folder(app_configs: object, **options: Any) -> list[CheckMessage]:
    """django-channels has the same import name; installed beside us it would hide our folder."""
    expected = Path(settings.BASE_DIR) / "channels"
    if Path(channels.__file__ or "").resolve().parent == expected.resolve():
        return []
    return [
        Error(
            f"the module channels is {channels.__file__}, not our folder {expected}",
            hint="Remove the package 'channels' (django-channels) from this environment.",
            id="portal.E002",
        )
    ]


@register()
def register_key_is_readable(app_configs: object, **options: Any) -> list[CheckMessage]:
    """The key that signs arrivals: given as text, or (outside production) in a file made on first use."""
    pem = settings.REGISTER_KEY.encode()
    try:
        if not pem:
            if not settings.REGISTER_KEY_FILE.exists():
                return []  # production never gets here: there the setting must not be empty, see below
            pem = settings.REGISTER_KEY_FILE.read_bytes()
        key = load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError) as error:
        return [Error(f"REGISTER_KEY cannot be read: {error}", id="portal.E003")]
    if not isinstance(key, Ed25519PrivateKey):
        return [Error("REGISTER_KEY is no Ed25519 key", id="portal.E003")]
    return []


@register()
def identity_provider_is_whole(app_configs: object, **options: Any) -> list[CheckMessage]:
    """A provider needs all of its settings; half of them would show a button that leads nowhere."""
    names = ("OIDC_NAME", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    missing = [name for name in names if not getattr(settings, name)]
    # A secret alone (the file that bin/make-secrets keeps) switches nothing on.
    if not missing or set(names) - set(missing) <= {"OIDC_CLIENT_SECRET"}:
        return []
    return [Error(f"the identity provider lacks {', '.join(missing)}", id="portal.E008")]


@register(Tags.security)
def production_values_are_safe(app_configs: object, **options: Any) -> list[CheckMessage]:
    """What is good enough for a demo but not for an office."""
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if not settings.REGISTER_KEY:
        found.append(Error("REGISTER_KEY is empty", id="portal.E004"))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS must name the hosts of this portal", id="portal.E005"))
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https":
        found.append(Error("PUBLIC_URL must begin with https://", id="portal.E006"))
    if settings.LOG_MAY_BE_FLUSHED:
        found.append(Error("LOG_MAY_BE_FLUSHED must be off", id="portal.E007"))
    if settings.OIDC_ISSUER and urlsplit(settings.OIDC_ISSUER).scheme != "https":
        found.append(Error("OIDC_ISSUER must begin with https://", id="portal.E009"))
    if not settings.CELERY_BROKER_URL:
        found.append(
            Warning(
                "CELERY_BROKER_URL is empty: only the sweeper will find work, seconds later", id="portal.W001"
            )
        )
    if not settings.CLAMD_ADDRESS:
        found.append(Warning("CLAMD_ADDRESS is empty: no file is checked for viruses", id="portal.W002"))
    if not settings.EMAIL_HOST:
        found.append(Warning("EMAIL_HOST is empty: e-mails are only written to files", id="portal.W003"))
    if settings.DEFAULT_FROM_EMAIL.endswith("@example.org"):
        found.append(Warning("DEFAULT_FROM_EMAIL is an example address", id="portal.W004"))
    return found
