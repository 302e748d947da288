"""An environment as an office would give it, every value invented, made anew each time.

python -m tests.production <command of manage.py> runs a command under it (bin/check uses this).
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ROOT = Path(__file__).resolve().parent.parent
# Only these of the surrounding shell are handed on: nothing of a developer's own settings.
HANDED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


def register_key() -> str:
    """A new key for the register of arrivals (Ed25519, PEM)."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def environment(database_url: str, **more: str) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in HANDED_ON if name in os.environ},
        "ANGEKOMMEN_MODE": "production",
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_urlsafe(60),
        "REGISTER_KEY": register_key(),
        "ALLOWED_HOSTS": "portal.example",
        "PUBLIC_URL": "https://portal.example",
        "CELERY_BROKER_URL": "redis://redis:6379/0",
        "CLAMD_ADDRESS": "clamd:3310",
        "EMAIL_HOST": "mail.example",
        "DEFAULT_FROM_EMAIL": "angekommen@office.example",
        "OIDC_NAME": "BundID",
        "OIDC_ISSUER": "https://id.example/realms/buerger",
        "OIDC_CLIENT_ID": "angekommen",
        "OIDC_CLIENT_SECRET": secrets.token_urlsafe(30),
        "OIDC_STRONG_LEVELS": "substantial,high",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


if __name__ == "__main__":
    command = [sys.executable, str(ROOT / "manage.py"), *sys.argv[1:]]
    sys.exit(subprocess.run(command, env=environment("postgres:///none"), check=False).returncode)
