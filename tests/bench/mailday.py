"""A day in the mailroom with every process of it, so that any of them may be killed in the middle.

Stacks are put into the watched folder and uploaded by a clerk, letters are registered, photos come in by web;
whoever does it tries again with the same key until it is answered, as a browser does.
"""

import http.client
import io
import os
import random
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pikepdf
import psutil

from portal import processes
from tests import files
from tests.casework.reading import sheets
from tests.servers import Redis
from tests.visitor import Visitor

PATIENCE = 120.0  # seconds until somebody who tries again and again gives up
WITH_TEXT = 0.8  # of the pages, because the processes are the subject and not the reader


@dataclass
class Stack:
    """One PDF. `tags`: what stands on each of its pages; "" on separators, cover sheets and blank pages."""

    name: str
    content: bytes
    tags: list[str]


def stacks(
    count: int, pages: int, covers: Sequence[bytes], separator: bytes, rng: random.Random, name: str
) -> list[Stack]:
    """Stacks with separators, each with one of the cover sheets (PDFs of a page) while there are any."""
    left = list(covers)
    return [
        _stack(f"{name}-{number:02}", pages, left.pop() if left else None, separator, rng)
        for number in range(1, count + 1)
    ]


def _stack(name: str, pages: int, cover: bytes | None, separator: bytes, rng: random.Random) -> Stack:
    whole, tags = pikepdf.new(), []
    cover_at = pages // 2 if cover else 0
    for number in range(1, pages + 1):
        if number == cover_at and cover:
            part, tag = cover, ""
        elif number % 5 == 1:
            part, tag = separator, ""
        else:
            tag = f"{name}-seite-{number:03}"
            part = _text_page(tag) if rng.random() < WITH_TEXT else _scanned_page(tag)
        with pikepdf.open(io.BytesIO(part)) as document:
            whole.pages.append(document.pages[0])
        tags.append(tag)
    target = io.BytesIO()
    whole.save(target)
    return Stack(f"{name}.pdf", target.getvalue(), tags)


def _text_page(tag: str) -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    page = document.pages[0]
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
    lines = "".join(f"(Zeile {n} von {tag}, mit etwas Text dazu) Tj T* " for n in range(1, 25))
    page.Contents = document.make_stream(f"BT /F1 12 Tf 20 TL 60 780 Td {lines}ET".encode())
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _scanned_page(tag: str) -> bytes:
    picture = sheets.with_code(sheets.sheet(sheets.LETTER[12:]), tag, "qr", at=(600, 1300))
    target = io.BytesIO()
    picture.save(target, "PDF", resolution=sheets.DPI, quality=75)
    return target.getvalue()


# --- the processes


class House(processes.Keeper):
    """All processes of the portal; one that was killed is started again at once, as a supervisor does."""

    LONGEST_PAUSE = 0.5

    def __init__(self, folder: Path, redis_server: Redis, inbox: Path) -> None:
        self.port = processes.free_port()
        self.redis = redis_server
        celery = [sys.executable, "-m", "celery", "-A", "portal.celery", "worker", "--concurrency", "2"]
        celery += ["--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
        commands = {
            "web": processes.web_command("127.0.0.1", self.port, workers=2),
            "worker": [*celery, "--queues", "celery", "--hostname", "worker@%h"],
            "stacks": [*celery, "--queues", "stack", "--hostname", "stacks@%h"],
            "sweeper": processes.manage_command("sweep", "--pause", "0.5", "--grace", "3"),
            "watcher": processes.manage_command("watch_folder", "--pause", "0.5", "--settle", "1"),
        }
        environment = {
            **os.environ,
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "CELERY_BROKER_URL": redis_server.url,
            "OUTBOX_LEASE_SECONDS": "4",
            "MAIL_FOLDER": str(inbox),
            "PYTHONUNBUFFERED": "1",
        }
        super().__init__(commands, environment, (folder / "processes.log").open("ab"))

    def look(self) -> list[str]:
        news = super().look()
        if not self.redis.answers() and (self.redis.process is None or self.redis.process.poll() is not None):
            self.redis.start()
        return news

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Killer:
    """Kills one process after the other, of a kind drawn by lot, wherever it stands at that moment."""

    def __init__(self, house: House, postmaster: int, rng: random.Random) -> None:
        self.house, self.postmaster, self.rng = house, postmaster, rng
        self.killed: list[str] = []

    def kill_one(self) -> str:
        found = self.living()
        kind = self.rng.choice(sorted(found))
        victim = self.rng.choice(found[kind])
        with suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGKILL)
            self.killed.append(kind)
        return kind

    def living(self) -> dict[str, list[psutil.Process]]:
        found: dict[str, list[psutil.Process]] = {}
        for name, process in self.house.running.items():
            with suppress(psutil.NoSuchProcess):
                main = psutil.Process(process.pid)
                found.setdefault(name, []).append(main)
                for child in main.children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        reads = "casework.reading.child" in " ".join(child.cmdline())
                        found.setdefault("reading child" if reads else f"{name} child", []).append(child)
        if self.house.redis.process is not None and self.house.redis.process.poll() is None:
            found["redis"] = [psutil.Process(self.house.redis.process.pid)]
        with suppress(psutil.NoSuchProcess):
            backends = [
                child
                for child in psutil.Process(self.postmaster).children()
                if " angekommen_bench " in " ".join(child.cmdline())
            ]
            if backends:
                found["database backend"] = backends
        return found


# --- those who work there


@dataclass
class People:
    """Threads that put stacks into the folder, upload, register and send photos."""

    house: House
    inbox: Path
    session: str
    today: date
    registered: list[str] = field(default_factory=list)  # keys
    photos: list[str] = field(default_factory=list)  # receipt numbers shown
    failures: list[str] = field(default_factory=list)
    tries_again: int = 0
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, work: Callable[..., object], *given: Any) -> None:
        thread = threading.Thread(target=self._careful, args=(work, *given), daemon=True)
        self.threads.append(thread)
        thread.start()

    def _careful(self, work: Callable[..., object], *given: Any) -> None:
        try:
            work(*given)
        except Exception as error:
            self.failures.append(f"{work.__name__}: {error!r}")

    @property
    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)

    def scanner(self, waiting: Sequence[Stack], pause: float) -> None:
        """Writes slowly into the folder; some under a name for unfinished files, some twice."""
        for n, stack in enumerate(waiting):
            unfinished = n % 3 == 2
            path = self.inbox / (f"{stack.name}.part" if unfinished else stack.name)
            with path.open("wb") as file:
                half = len(stack.content) // 2
                file.write(stack.content[:half])
                file.flush()
                time.sleep(min(1.0, pause / 2))
                file.write(stack.content[half:])
            if unfinished:
                path.rename(self.inbox / stack.name)
            if n % 5 == 4:
                (self.inbox / f"noch-einmal-{stack.name}").write_bytes(stack.content)
            time.sleep(pause)

    def uploader(self, waiting: Sequence[Stack], pause: float) -> None:
        for stack in waiting:
            form = {"key": str(uuid.uuid4()), "arrived_on": f"{self.today:%d.%m.%Y}"}
            body, kind = _multipart(form, stack.name, stack.content)
            self._until_done("POST", "/post/stapel/neu/", body, kind)
            time.sleep(pause)

    def registrar(self, count: int, pause: float) -> None:
        for n in range(count):
            form = {"key": str(uuid.uuid4()), "arrived_on": f"{self.today:%d.%m.%Y}", "sheets": "2"}
            form |= {"family_name": f"Beispiel-{n}", "service": "PAPERS"}
            self.post("/post/brief/neu/", form)
            self.registered.append(form["key"])
            time.sleep(pause)

    def phones(self, count: int, pause: float) -> None:
        with Visitor(self.house.port) as visitor:
            for n in range(count):
                key, photo = uuid.uuid4(), files.jpeg(f"Foto {n}", size=(300, 420))
                self.photos.append(self._again(partial(_receipt, visitor, key, photo)))
                time.sleep(pause)

    def post(self, path: str, form: Mapping[str, str]) -> str:
        return self._until_done("POST", path, urlencode(form).encode(), "application/x-www-form-urlencoded")

    def _until_done(self, method: str, path: str, body: bytes, kind: str) -> str:
        return self._again(lambda: self._ask(method, path, body, kind))

    def _again(self, act: Callable[[], str]) -> str:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except (OSError, http.client.HTTPException, Busy):
                assert time.monotonic() < end, "no answer for too long"
                self.tries_again += 1
                time.sleep(0.3)

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> str:
        token = "k" * 32
        head = {
            "Cookie": f"sessionid={self.session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": kind,
            "Accept-Language": "de",
        }
        line = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=30)
        try:
            line.request(method, path, body, head)
            answer = line.getresponse()
            said = answer.read()
        finally:
            line.close()
        if answer.status >= 500:
            raise Busy(answer.status)
        assert answer.status == 302, (path, answer.status, said[:3000].decode(errors="replace"))
        return answer.headers["Location"] or ""


class Busy(Exception):
    """The portal says that it cannot answer just now."""


def _receipt(visitor: Visitor, key: uuid.UUID, photo: bytes) -> str:
    answer = visitor.send_paper(key, "foto.jpg", photo)
    if answer.status >= 500:
        raise Busy(answer.status)
    assert answer.status == 302, (answer.status, answer.body[:500])
    page = visitor.get(answer.location)
    if page.status >= 500:
        raise Busy(page.status)
    return page.receipt_number


def _multipart(form: Mapping[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    mark = "----angekommen51c2"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in form.items()
    ]
    parts.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/pdf\r\n\r\n".encode()
    )
    return b"".join(
        [*parts, content, f"\r\n--{mark}--\r\n".encode()]
    ), f"multipart/form-data; boundary={mark}"


def left_in(inbox: Path) -> Iterator[Path]:
    """Files that are still in the folder, apart from those taken."""
    for path in inbox.rglob("*"):
        if path.is_file() and "erledigt" not in path.relative_to(inbox).parts[:1]:
            yield path


def wait_for_port(port: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
