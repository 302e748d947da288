"""Where the figures are taken: a database of our own, the portal, the bare Django, some cases to look at."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from portal import embedded, processes

DATABASE = "angekommen_bench"
BORN = (3, 7, 1991)


@dataclass(frozen=True)
class Server:
    """A web server under measurement."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time it and its children have used so far."""
        parent = psutil.Process(self.pid)
        times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
        return float(sum(t.user + t.system for t in times))


@dataclass(frozen=True)
class Known:
    """A receipt to look up."""

    number: str
    secret: str


@contextmanager
def database() -> Iterator[None]:
    """An empty database for this run, dropped at the end; sets the environment for Django and servers."""
    server = os.environ.get("DATABASE_URL") or embedded.start()
    url = make_conninfo(server, dbname=DATABASE)
    _drop(server)
    _execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            (Path(folder) / "static").mkdir()  # WhiteNoise warns of a missing folder
            os.environ.update(ANGEKOMMEN_MODE="demo", ANGEKOMMEN_VAR=folder, DATABASE_URL=url)
            for name in ("CELERY_BROKER_URL", "CLAMD_ADDRESS", "DEBUG", "PUBLIC_URL", "ALLOWED_HOSTS"):
                os.environ.pop(name, None)
            yield
    finally:
        os.environ["DATABASE_URL"] = server  # what is measured next makes its own
        _drop(server)


def _drop(server: str) -> None:
    _execute(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def _execute(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def prepare() -> None:
    """Tables of the portal, and those of the anchors."""
    import django
    from django.core.management import call_command
    from django.db import connection

    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_upload (id bigserial PRIMARY KEY, key uuid, name text, size bigint)"
        )
        cursor.execute("CREATE TABLE bench_chunk (upload bigint, position int, data bytea)")
        cursor.execute("ALTER TABLE bench_chunk ALTER COLUMN data SET STORAGE EXTERNAL")


def cases(count: int) -> list[Known]:
    """People with an open case and three more papers in it, sent through the web's own adapter."""
    from channels.web import adapter
    from tests import files

    found = []
    for n in range(count):
        day, month, year = BORN
        who = {
            "given_name": "Amira",
            "family_name": f"Haddad-{n}",
            "birth_date": f"{year}-{month:02}-{day:02}",
        }
        first = adapter.send(service="FORMLESS", answers=who)
        for kind in ("payslip", "lease", "bank_statement"):
            adapter.send(
                service="PAPERS",
                answers=who,
                papers=[(kind, [("papier.jpg", files.jpeg(size=(300, 420)))])],
                number=first.number,
            )
        found.append(Known(first.number, first.secret))
    return found


@contextmanager
def servers() -> Iterator[tuple[Server, Server]]:
    """The portal and the bare Django, each one process with as many threads as the portal has."""
    applications = {
        "portal.settings": "portal.wsgi:application",
        "tests.bench.bare_settings": "tests.bench.bare:application",
    }
    ports = [processes.free_port() for _ in applications]
    running = []
    try:
        for port, (settings, application) in zip(ports, applications.items(), strict=True):
            command = processes.web_command("127.0.0.1", port, application=application)
            running.append(processes.start(command, {**os.environ, "DJANGO_SETTINGS_MODULE": settings}))
        for port, process in zip(ports, running, strict=True):
            processes.wait_until_healthy(f"http://127.0.0.1:{port}", process)
        portal, bare = (Server(port, process.pid) for port, process in zip(ports, running, strict=True))
        yield portal, bare
    finally:
        for process in running:
            processes.stop(process)


@contextmanager
def worker() -> Iterator[None]:
    process = processes.start(processes.manage_command("work"), os.environ)
    try:
        yield
    finally:
        processes.stop(process)
