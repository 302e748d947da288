"""`ingest_folder` as a process of its own: it ends when all is read, and it may be killed at any moment."""

import os
import random
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo

from casework.models import Batch, Outbox, Page, StoredFile
from channels.models import InletNote
from channels.post.inlets.folder import Folder
from channels.post.inlets.ingest import FILE_EFFECTS, ingest
from portal import processes
from tests import files
from tests.channels.post.inlets.test_folder import names, put
from tests.servers import database_url

pytestmark = pytest.mark.django_db(transaction=True)


def environment() -> dict[str, str]:
    """This test's database; what a killed process held is free again soon."""
    return {**os.environ, "DATABASE_URL": database_url(), "OUTBOX_LEASE_SECONDS": "1"}


def ingest_command(root: Path, *options: str) -> list[str]:
    return processes.manage_command("ingest_folder", str(root), "--settle", "0", *options)


def run(root: Path, *options: str, **changed: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ingest_command(root, *options),
        env=environment() | changed,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_empty_database_gets_its_tables_first(tmp_path: Path) -> None:
    put(tmp_path, "brief.pdf", files.pdf(1))
    name = "test_angekommen_empty"
    empty = make_conninfo(database_url(), dbname=name)
    with psycopg.connect(database_url(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
        try:
            done = run(tmp_path, DATABASE_URL=empty, ANGEKOMMEN_MODE="demo")
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert done.returncode == 0, done.stdout + done.stderr
    assert figures(done.stdout)["pages"] == 1


def figures(output: str) -> dict[str, float]:
    columns, row = output.strip().splitlines()[-2:]
    return dict(zip(columns.split(), map(float, row.split()), strict=True))


def test_command_ends_when_all_is_read_and_prints_its_table(tmp_path: Path) -> None:
    letters = [files.pdf(2, text=f"Brief {number}, Seite") for number in range(3)]
    for number, letter in enumerate(letters):
        put(tmp_path, f"{number}.pdf", letter)
    put(tmp_path, "bild.tif", files.tiff(3))
    put(tmp_path, "doppelt.pdf", letters[0])
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = figures(done.stdout)
    assert found.pop("seconds") > 0
    assert found == {"files": 5, "pages": 9, "letters": 0, "unassigned": 0, "failed": 0}
    assert done.stderr.splitlines() == ["duplicate: doppelt.pdf"]
    assert (Page.objects.count(), names(tmp_path)) == (9, [])
    assert not Outbox.objects.filter(state__in=["due", "running"], effect="read").exists()
    assert not StoredFile.objects.filter(read_at=None).exists()


def test_command_fails_where_a_file_cannot_be_read(tmp_path: Path) -> None:
    put(tmp_path, "gut.pdf", files.pdf())
    put(tmp_path, "kaputt.pdf", files.broken_pdf(), age=100)
    done = run(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert figures(done.stdout)["failed"] == 1
    assert Batch.objects.exclude(file__problem="").get().file.name == "kaputt.pdf"
    assert names(tmp_path) == []


def test_command_says_that_a_folder_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path / "nirgends")
    assert done.returncode == 1
    assert "nirgends" in done.stderr
    assert "Traceback" not in done.stderr


def test_empty_folder_is_done_at_once(tmp_path: Path) -> None:
    report = ingest(Folder(tmp_path, settle=0))
    assert (report.files, report.pages, report.failed) == (0, 0, 0)


def test_file_that_is_not_ready_is_waited_for(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf", files.pdf(2))
    report = ingest(Folder(tmp_path, settle=0.5))
    assert (report.files, report.pages, report.failed) == (1, 2, 0)
    assert report.seconds >= 0.3


def test_what_a_killed_run_took_in_is_read_by_the_next(tmp_path: Path) -> None:
    put(tmp_path, "scan.pdf", files.pdf(2))
    assert [outcome.kind for outcome in Folder(tmp_path, settle=0).look()] == ["taken"]
    report = ingest(Folder(tmp_path, settle=0))
    assert (report.files, report.pages, report.failed) == (1, 2, 0)


def test_killed_at_any_moment_no_page_is_lost_or_doubled(tmp_path: Path) -> None:
    """Kill -9 while files are taken in and read, then once more to the end: pages in = pages out.

    Each file is there for two kills at most: an effect that loses its worker three times is given up.
    """
    chance = random.Random()  # other moments in every run
    expected = 0
    for turn in range(2):
        for number in range(3):
            pages = 1 + number % 3
            put(tmp_path, f"{turn}-{number}.pdf", files.pdf(pages, text=f"Brief {turn}.{number} Seite"))
            expected += pages
        for _kill in range(2):
            kill_while_it_works(tmp_path, chance.uniform(0, 0.4))
        done = run(tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert names(tmp_path) == []
    assert not Outbox.objects.filter(state__in=["due", "running"], effect__in=FILE_EFFECTS).exists()
    assert (Batch.objects.count(), StoredFile.objects.count()) == (6, 6)
    assert sum(StoredFile.objects.values_list("page_count", flat=True)) == Page.objects.count() == expected
    assert not InletNote.objects.exclude(kind="taken").exists()
    put_away = [path for path in (tmp_path / "erledigt").rglob("*.pdf") if path.stat().st_size]
    assert len(put_away) == 6


def kill_while_it_works(root: Path, seconds: float) -> None:
    """Start it, wait until it has done something, and kill it so many seconds later."""
    before, end = progress(), time.monotonic() + 15
    process = processes.start(ingest_command(root), environment())
    while progress() == before and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(seconds)
    processes.kill(process)


def progress() -> tuple[int, int]:
    return Batch.objects.count(), Outbox.objects.exclude(state="due").count()
