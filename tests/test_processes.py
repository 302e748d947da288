"""Starting and ending processes, and the command that runs the whole portal on one machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from casework.reactions import STACK, STACK_TEXT
from portal import processes
from portal.working import Shift, shifts
from tests.servers import database_url

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_taken_port_leads_to_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < processes.free_port("127.0.0.1", port) <= port + 50


def test_free_port_is_kept() -> None:
    port = processes.free_port()
    assert processes.free_port("127.0.0.1", port) == port


def test_nothing_is_healthy_where_nobody_listens() -> None:
    assert not processes.is_healthy(f"http://127.0.0.1:{processes.free_port()}")


def test_process_that_ends_at_once_is_not_waited_for() -> None:
    process = processes.start([sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    with pytest.raises(RuntimeError, match="ended at once with code 3"):
        processes.wait_until_healthy(f"http://127.0.0.1:{processes.free_port()}", process)


@pytest.mark.parametrize(
    ("jobs", "left_to_others"),
    [
        (1, [set()]),
        (2, [STACK, set()]),
        (3, [STACK, STACK_TEXT, set()]),
        (5, [STACK, STACK_TEXT, set(), set(), set()]),
    ],
)
def test_somebody_is_kept_free_and_somebody_does_everything(
    jobs: int, left_to_others: list[set[int]]
) -> None:
    found = shifts(jobs, Shift(0.3))
    assert [set(shift.leave) for shift in found] == left_to_others
    assert [shift.tidies for shift in found].count(True) == 1


def test_process_deaf_to_terminate_is_killed_with_its_children() -> None:
    deaf = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True, text=False
    )
    assert process.stdout is not None
    with process.stdout:
        child = int(process.stdout.readline())
        processes.stop(process, seconds=0.2)
    assert process.returncode == -signal.SIGKILL
    wait_for(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie", 10)


def test_keeper_starts_a_dead_child_again_and_says_so() -> None:
    keeper = processes.Keeper({"sleeper": SLEEPER}, os.environ)
    keeper.start_all()
    try:
        assert keeper.look() == []
        first = keeper.running["sleeper"]
        processes.kill(first)
        assert keeper.look() == ["sleeper ended with code -9, starting again in 1 s"]
        news: list[str] = []

        def heard() -> list[str]:
            news.extend(keeper.look())
            return news

        wait_for(heard, 10)
        second = keeper.running["sleeper"]
        assert news == [f"sleeper runs again (process {second.pid})"]
        processes.kill(second)
        assert keeper.look() == ["sleeper ended with code -9, starting again in 2 s"]
    finally:
        keeper.stop_all()


def test_keeper_ends_all_children() -> None:
    keeper = processes.Keeper({"one": SLEEPER, "two": SLEEPER}, os.environ)
    keeper.start_all()
    children = list(keeper.running.values())
    keeper.stop_all()
    assert [child.returncode for child in children] == [-signal.SIGTERM, -signal.SIGTERM]


@pytest.mark.django_db(transaction=True)
@pytest.mark.django_db(transaction=True)
def test_workers_told_to_end_while_they_are_being_started_end() -> None:
    """The signal comes in the middle of a fork, where an exception would be lost."""
    script = """
import os, signal, django
django.setup()
from portal.working import Shift, work_together
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))
work_together(2, Shift(pause=600), print)
"""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_demo_command_survives_killed_children_and_ends_them_when_told(tmp_path: Path) -> None:
    port = processes.free_port()
    log = tmp_path / "demo.log"
    environment = {
        **os.environ,
        "ANGEKOMMEN_MODE": "demo",
        "DATABASE_URL": database_url(),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    environment.pop("HOST", None)
    with log.open("wb") as output:
        demo = processes.start(processes.manage_command("demo", "--no-seed"), environment, output)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: "Ctrl-C stops" in log.read_text() or demo.poll() is not None)
        assert url in log.read_text(), log.read_text()
        parent = psutil.Process(demo.pid)
        children = parent.children()
        assert len(children) == 3  # web server, worker, watcher of the folder
        for child in children:
            child.kill()
        wait_for(lambda: log.read_text().count("runs again") == 3)
        wait_for(lambda: processes.is_healthy(url))
        family = parent.children(recursive=True)
    finally:
        demo.terminate()
        demo.wait(40)
    assert "Stopped. Everything that arrived is in the database." in log.read_text()
    assert demo.returncode == 0
    assert [process.pid for process in family if process.is_running()] == []


def test_demo_command_refuses_production(tmp_path: Path) -> None:
    from tests import production

    done = subprocess.run(
        processes.manage_command("demo", "--no-seed"),
        env=production.environment("postgres:///none", ANGEKOMMEN_VAR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "In production use docker-compose.yml" in done.stderr
