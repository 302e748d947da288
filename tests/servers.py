"""Real servers for tests and benches: Redis, and the portal with its HTTP door and worker."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import redis
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal import processes


class Redis:
    """A Redis server of our own on a loopback port. It keeps its port when it is killed and started again."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.port = processes.free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait for the first answer. Errors: RuntimeError if none comes within 10 seconds."""
        command = [
            *(self.program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)),
            *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
        ]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = processes.start(command, os.environ, log)
        end = time.monotonic() + 10
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"redis-server did not start, see {self.folder / 'redis.log'}")
            time.sleep(0.05)

    def answers(self) -> bool:
        with redis.Redis(port=self.port, socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def flush(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def kill(self) -> None:
        """As if the machine had gone."""
        if self.process is not None:
            processes.kill(self.process)

    def freeze(self) -> None:
        """It accepts connections and answers nothing, as behind a broken network."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def rings(self) -> int:
        """How many rings wait for a Celery worker."""
        with redis.Redis(port=self.port) as client:
            return int(client.llen("celery"))

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)


class Portal:
    """gunicorn and the worker as processes of their own, on the database of the running test."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "PUBLIC_URL": self.url,
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.broken = ""  # why it never came up: the next test need not wait for the same

    @property
    def mail_folder(self) -> Path:
        """Where e-mails end up, one file each (Django's file backend)."""
        return Path(self.environment["ANGEKOMMEN_VAR"]) / "mail"

    def begin(self) -> None:
        """Bring up what is not running and forget what earlier tests logged."""
        if self.broken:
            raise RuntimeError(self.broken)
        for name in ("web", "worker"):
            self._log(name).write_bytes(b"")
        shutil.rmtree(self.mail_folder, ignore_errors=True)
        self.start_web()
        self.start_worker()

    def start_web(self) -> None:
        if self.web is None or self.web.poll() is not None:
            self.web = self._start("web", processes.web_command("127.0.0.1", self.port))
        try:
            processes.wait_until_healthy(self.url, self.web)
        except RuntimeError as error:
            self.broken = f"{error}\n{self.log('web')[-4000:]}"
            raise RuntimeError(self.broken) from None

    def start_worker(self) -> None:
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self._start("worker", processes.manage_command("work"))

    def kill_web(self) -> None:
        if self.web is not None:
            processes.kill(self.web)

    def kill_worker(self) -> None:
        if self.worker is not None:
            processes.kill(self.worker)

    def finish(self) -> None:
        """End the worker; fail if a process ended on its own or wrote a traceback.

        A process the test killed (negative code) is the test's own affair.
        """
        worker, self.worker = self.worker, None
        ended = worker.poll() if worker is not None else None
        if worker is not None:
            processes.stop(worker)
        assert ended is None or ended < 0, f"the worker ended by itself ({ended}):\n{self.log('worker')}"
        for name in ("web", "worker"):
            assert "Traceback (most recent call last)" not in self.log(name), self.log(name)

    def stop(self) -> None:
        for process in (self.worker, self.web):
            if process is not None:
                processes.stop(process)

    def log(self, name: str) -> str:
        """What the web server ("web") or the worker ("worker") wrote during this test."""
        path = self._log(name)
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _start(self, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
        with self._log(name).open("ab") as log:
            return processes.start(command, self.environment, log)


class CeleryPortal(Portal):
    """The portal as in production: rung by Redis, done by a Celery worker, with the sweeper beside it.

    Ends with its test. Redis going away is shown with tracebacks by Celery, so only the web server's
    log is held against it.
    """

    def __init__(self, folder: Path, broker: str, **environment: str) -> None:
        super().__init__(folder, CELERY_BROKER_URL=broker, **environment)
        self.sweeper: subprocess.Popen[bytes] | None = None

    def start_worker(self) -> None:
        if self.worker is None or self.worker.poll() is not None:
            quiet = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle")
            command = [sys.executable, "-m", "celery", "-A", "portal.celery", "worker", "--concurrency", "2"]
            self.worker = self._start("worker", [*command, *quiet])

    def start_sweeper(self) -> None:
        """With less patience than in production, so that tests need not wait."""
        command = processes.manage_command("sweep", "--pause", "0.5", "--grace", "2")
        self.sweeper = self._start("sweeper", command)

    def stop(self) -> None:
        if self.sweeper is not None:
            processes.stop(self.sweeper)
        super().stop()
        assert "Traceback (most recent call last)" not in self.log("web"), self.log("web")


def database_url() -> str:
    """The address of the database Django is connected to now (the test's, not the settings')."""
    settings = connection.settings_dict
    wanted = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "dbname": settings["NAME"],
    }
    return make_conninfo(**{name: value for name, value in wanted.items() if value})
