"""One block = one kind of request, a given number of times or until its time is over."""

import io
import itertools
import os
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
from PIL import Image, ImageDraw

from tests.bench.ground import BORN, Known, Server
from tests.visitor import Visitor, multipart

BLOCK_SECONDS = 8.0
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Sample:
    count: int
    wall: float  # seconds
    cpu: float = 0.0  # seconds of the server
    times: list[float] = field(default_factory=list)  # seconds each

    @property
    def rate(self) -> float:
        return self.count / self.wall

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / self.count


# What one visitor does once; returns the seconds that count.
Act = Callable[[Visitor], float]


def photo(megabytes: float = 2.0) -> bytes:
    """A photo of a page with 12 million pixels, about so many megabytes large."""
    image = Image.effect_noise((4000, 3000), 14).convert("RGB")
    draw = ImageDraw.Draw(image)
    for line in range(40):
        draw.text((200, 60 + line * 70), f"Lohnabrechnung Zeile {line}", fill="black", font_size=48)
    best = b""
    for quality in range(20, 90, 5):
        target = io.BytesIO()
        image.save(target, "JPEG", quality=quality)
        if not best or abs(len(target.getvalue()) - megabytes * 1e6) < abs(len(best) - megabytes * 1e6):
            best = target.getvalue()
    return best


def different(content: bytes) -> bytes:
    """The same picture, other bytes: no two people send the same file."""
    return content + uuid.uuid4().bytes


def hammer(server: Server, visitors: int, count: int, act: Act) -> Sample:
    """`visitors` at once do `act`, `count` times in all; ends early when the block's time is over."""
    tickets = itertools.count()
    start = threading.Barrier(visitors + 1)
    times: list[float] = []
    errors: list[str] = []

    def visit() -> None:
        with Visitor(server.port) as visitor:
            start.wait()
            try:
                while next(tickets) < count and time.perf_counter() - began < BLOCK_SECONDS:
                    times.append(act(visitor))
            except Exception as error:
                errors.append(repr(error))

    threads = [threading.Thread(target=visit) for _ in range(visitors)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    cpu = server.cpu_seconds()
    began = time.perf_counter()
    start.wait()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    if errors:
        raise RuntimeError(errors[0])
    return Sample(len(times), wall, server.cpu_seconds() - cpu, times)


class Acts:
    """What visitors do. A token is fetched once and used by all: the form was opened before."""

    def __init__(self, portal: Server, content: bytes, known: list[Known]) -> None:
        self.content = content
        self.next_known = itertools.cycle(known)
        with Visitor(portal.port) as visitor:
            visitor.fetch_token()
            self.token, self.cookie = visitor.token, visitor.cookie

    def submit(self, visitor: Visitor) -> float:
        visitor.token, visitor.cookie = self.token, self.cookie
        answer = visitor.send_paper(uuid.uuid4(), "foto.jpg", different(self.content))
        assert answer.status == 302, (answer.status, answer.body[:300])
        return answer.seconds

    def submit_and_see(self, visitor: Visitor) -> float:
        """From the last byte until the receipt page is there, as for a visitor."""
        visitor.token, visitor.cookie = self.token, self.cookie
        sent = visitor.send_paper(uuid.uuid4(), "foto.jpg", different(self.content))
        began = time.perf_counter()
        receipt = visitor.get(sent.location)
        assert receipt.receipt_number
        return sent.seconds + time.perf_counter() - began

    def bare_upload(self, visitor: Visitor) -> float:
        fields = {"csrfmiddlewaretoken": self.token, "key": str(uuid.uuid4()), "kind": "payslip", "send": "1"}
        answer = visitor.post("/upload/", *multipart(fields, "foto.jpg", different(self.content)))
        assert answer.status == 302, answer
        return answer.seconds

    def status(self, visitor: Visitor) -> float:
        answer = visitor.get(f"/s/{next(self.next_known).secret}")
        assert answer.status == 200, answer
        return answer.seconds

    def bare_page(self, visitor: Visitor) -> float:
        answer = visitor.get(f"/page/{next(self.next_known).secret}")
        assert answer.status == 200, answer
        return answer.seconds

    def look_up(self, visitor: Visitor) -> float:
        visitor.token, visitor.cookie = self.token, self.cookie
        answer = visitor.look_up(next(self.next_known).number, *BORN)
        assert answer.status == 302, (answer.status, answer.body[:300])
        return answer.seconds


def store(writers: int, count: int, content: bytes) -> Sample:
    """What the disk allows: the same bytes as rows of 1 MiB, one row more, one durable commit; no HTTP."""
    tickets = itertools.count()
    start = threading.Barrier(writers + 1)
    times: list[float] = []

    def write() -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], options="-c synchronous_commit=on") as connection:
            start.wait()
            while next(tickets) < count and time.perf_counter() - began < BLOCK_SECONDS:
                data = different(content)
                moment = time.perf_counter()
                with connection.transaction():
                    row = connection.execute(
                        "INSERT INTO bench_upload (key, name, size) VALUES (%s, 'foto.jpg', %s) RETURNING id",
                        (uuid.uuid4(), len(data)),
                    ).fetchone()
                    assert row is not None
                    for position, at in enumerate(range(0, len(data), CHUNK)):
                        connection.execute(
                            "INSERT INTO bench_chunk VALUES (%b, %b, %b)",
                            (row[0], position, data[at : at + CHUNK]),
                        )
                times.append(time.perf_counter() - moment)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return Sample(len(times), time.perf_counter() - began, 0.0, times)


def receipt_cpu_ms(known: Known, count: int) -> float:
    """Processor milliseconds for one receipt as PDF, in a process that has made one before (median)."""
    from casework.models import Submission
    from casework.receipts import receipt_of, render_pdf

    receipt = receipt_of(Submission.objects.get(secret=known.secret))
    render_pdf(receipt)
    times = []
    for _ in range(count):
        began = time.process_time()
        render_pdf(receipt)
        times.append(time.process_time() - began)
    return 1000 * statistics.median(times)


def queries(path: str, known: Known | None = None) -> tuple[int, int]:
    """Number of queries of a page, and bytes of its answer as sent to a browser; warm.

    With `known`: the form is sent with its number and birth date.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"accept-encoding": "gzip", "accept-language": "de"})
    day, month, year = BORN
    form = {"birth_date_day": day, "birth_date_month": month, "birth_date_year": year}
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.post(path, {**form, "number": known.number}) if known else client.get(path)
        assert answer.status_code == (302 if known else 200), answer
    return len(captured), len(answer.content)


def forget_work() -> None:
    """Take what the blocks before left out of the worker's way."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE casework_outbox SET state = 'done', done_at = now() WHERE state <> 'done'")


def until_visible(server: Server, acts: Acts, count: int) -> list[float]:
    """Seconds from the receipt until the worker has made the page's picture."""
    from casework.models import StoredFile

    times = []
    with Visitor(server.port) as visitor:
        for _ in range(count):
            acts.submit(visitor)
            began = time.perf_counter()
            newest = StoredFile.objects.latest("created_at").pk
            while not StoredFile.objects.filter(pk=newest, read_at__isnull=False).exists():
                if time.perf_counter() - began > 60:
                    raise RuntimeError("the worker does not read")
                time.sleep(0.01)
            times.append(time.perf_counter() - began)
    return times
