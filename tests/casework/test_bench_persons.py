"""The bench runs the product's code on files and leaves nothing behind."""

import csv
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from casework.models import Person
from tests.bench import people as invented

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_bench_links_invented_people_to_themselves_and_leaves_no_database(tmp_path: Path) -> None:
    invented.make(tmp_path, people=400, records=150, seed=3)
    before = _databases()
    out = tmp_path / "links.csv"
    names = {"population": tmp_path / "population.csv", "incoming": tmp_path / "incoming.csv", "out": out}
    printed = StringIO()
    call_command("bench_persons", **names, truth=tmp_path / "truth.csv", stdout=printed)
    truth = {row["record_id"]: row for row in _read(tmp_path / "truth.csv")}
    links = [row for row in _read(out) if row["decision"] == "link"]
    own = {key: row["entity_id"] for key, row in truth.items()}
    assert len(links) > 60
    assert [row for row in links if own.get(row["target"], row["target"]) != own[row["record_id"]]] == []
    assert "0 wrong automatic links (0 into another case)" in printed.getvalue()
    assert "stranger, relative: recall, wrong (another case)" in printed.getvalue()
    assert (_databases(), Person.objects.count()) == (before, 0)


@pytest.mark.parametrize("command", ["bench_persons", "bench_documents"])
def test_benches_of_matching_need_no_secrets(command: str) -> None:
    """They are run by whoever has the files, on a machine with nothing set."""
    bare = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres:///none"}
    run = [sys.executable, str(ROOT / "manage.py"), command, "--help"]
    done = subprocess.run(run, env=bare, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def _databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {row[0] for row in cursor.fetchall() if row[0].startswith("bench_persons")}
