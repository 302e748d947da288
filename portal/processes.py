"""Starting, watching and ending the processes of the portal: one place for demo, tests and benches.

A process is always ended by its own id, never by a name: other people's servers run on the same machine.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 15
WEB_THREADS = 16


def web_command(
    host: str,
    port: int,
    *,
    workers: int = 1,
    threads: int = WEB_THREADS,
    application: str = "portal.wsgi:application",
) -> list[str]:
    """The web server: threads, because most of a request waits for the disk of PostgreSQL."""
    return [
        *(sys.executable, "-m", "gunicorn", application),
        *("--bind", f"{host}:{port}", "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", str(threads)),
        # 60 MB over a slow line takes minutes; with threads this is no limit on a single request.
        *("--timeout", "120", "--graceful-timeout", str(GRACE_SECONDS - 5), "--keep-alive", "30"),
        *("--log-level", "warning", "--no-control-socket"),
    ]


def manage_command(*arguments: str) -> list[str]:
    """One of Django's commands, with the Python that runs now."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def start(
    command: list[str], environment: Mapping[str, str], output: IO[str] | IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start a child in a group of its own, so that Ctrl-C reaches only the parent, which ends it in order."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
    )


def stop(process: "subprocess.Popen[bytes]", seconds: float = GRACE_SECONDS) -> None:
    """Ask a child to end; after the grace period (seconds) end its whole group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill(process)
    process.wait()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a child and the children it started at once, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def port_is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(host: str = "127.0.0.1", wanted: int = 0) -> int:
    """The wanted port or the next free one after it (at most 50 on); without a wish any free port.

    Errors: RuntimeError if none of them is free.
    """
    if not wanted:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
            return int(probe.getsockname()[1])
    for port in range(wanted, wanted + 51):
        if port_is_free(host, port):
            return port
    raise RuntimeError(f"no free port on {host} from {wanted} to {wanted + 50}")


def is_healthy(url: str) -> bool:
    """Whether the portal at this address (scheme, host, port) says of itself that it works."""
    try:
        with urllib.request.urlopen(f"{url}/health/", timeout=5) as answer:  # noqa: S310  our own address
            return bool(json.load(answer).get("status") == "ok")
    except (OSError, ValueError, urllib.error.HTTPError):
        return False


def wait_until_healthy(url: str, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    """Wait for the first good answer. Errors: RuntimeError if the process ends or time runs out."""
    end = time.monotonic() + seconds
    while not is_healthy(url):
        if process.poll() is not None:
            raise RuntimeError(f"the web server ended at once with code {process.returncode}")
        if time.monotonic() > end:
            raise RuntimeError(f"the web server did not answer at {url}/health/ within {seconds:.0f} seconds")
        time.sleep(0.1)


class Keeper:
    """Keeps a few children running: starts a dead one again, a little later each time it dies."""

    LONGEST_PAUSE = 30.0

    def __init__(
        self,
        commands: Mapping[str, list[str]],
        environment: Mapping[str, str],
        output: IO[bytes] | None = None,
    ) -> None:
        self.commands = dict(commands)
        self.environment = dict(environment)
        self.output = output  # where they write to; None: where this process does
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths = dict.fromkeys(self.commands, 0)
        self.start_again_at: dict[str, float] = {}

    def start_all(self) -> None:
        for name, command in self.commands.items():
            self.running[name] = start(command, self.environment, self.output)

    def look(self) -> list[str]:
        """Look once after every child; return a sentence for each that ended or was started again."""
        news = []
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                kill(process)  # what it had started itself must not live on beside its successor
                pause = min(float(2 ** self.deaths[name]), self.LONGEST_PAUSE)
                self.deaths[name] += 1
                self.start_again_at[name] = time.monotonic() + pause
                del self.running[name]
                news.append(f"{name} ended with code {process.returncode}, starting again in {pause:.0f} s")
        for name, moment in list(self.start_again_at.items()):
            if time.monotonic() >= moment:
                del self.start_again_at[name]
                self.running[name] = start(self.commands[name], self.environment, self.output)
                news.append(f"{name} runs again (process {self.running[name].pid})")
        return news

    def stop_all(self) -> None:
        """End all children, side by side, so that nobody waits for the slowest twice."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            stop(process)
        self.running.clear()
        self.start_again_at.clear()
