"""A day in the mailroom in which processes are killed at random; `make bench-mail-kills` in short."""

import os
import subprocess
import sys

from portal.processes import ROOT


def test_pages_in_are_pages_out_whatever_is_killed() -> None:
    """In a process and on a PostgreSQL of its own, because its backends are killed too."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    kills = ["--kills", "4", "--stacks", "2", "--pages", "6", "--seed", "4"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.kills", *kills],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert "4 kills" in done.stdout
