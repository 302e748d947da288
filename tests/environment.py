"""Loaded by pytest before anything else (see addopts in pyproject.toml): where the tests run.

Django's settings are read from the environment once, so mode, database and folder have to stand before
pytest-django imports them. The embedded PostgreSQL is started by the controller only; workers of
pytest-xdist inherit its address, and pytest-django gives each of them a database of its own on it.
"""

import os
from pathlib import Path

from portal import embedded

IN_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def prepare() -> None:
    """Set the environment for the tests. What they write goes to the folder test inside the var folder."""
    os.environ["ANGEKOMMEN_MODE"] = "test"
    embedded.ensure_database_url()
    folder = embedded.data_folder().parent / "test"
    (folder / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing folder
    os.environ["ANGEKOMMEN_VAR"] = str(folder)
    # A developer's own shell must not change what the tests see.
    for name in ("CELERY_BROKER_URL", "CLAMD_ADDRESS", "EMAIL_HOST", "DEBUG", "PUBLIC_URL", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)


def screenshot_folder() -> Path:
    """var/screenshots of the var folder in use; made when missing."""
    folder = Path(os.environ["ANGEKOMMEN_VAR"]).parent / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if not IN_XDIST_WORKER:
    prepare()
