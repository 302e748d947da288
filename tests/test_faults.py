"""Processes die and the broker goes away while people send: every receipt they saw holds.

The visitors are threads that speak plain HTTP to the real servers and try again with the same page, as a
browser does. Cutting the power is not part of this.
"""

import hashlib
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db.models import Max

from casework import filestore, register
from casework.models import Chunk, Document, Event, Outbox, Page, RegisterEntry, StoredFile, Submission
from portal import processes
from tests import files
from tests.servers import CeleryPortal, Portal, Redis
from tests.visitor import Answer, Visitor

LETTERS = 100
VISITORS = 6
PICTURE = files.jpeg(size=(200, 280))


@dataclass
class Letter:
    """One page with one file, sent as often as needed; `shown` are the receipt numbers its sender saw."""

    n: int
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    shown: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds from the last byte to the answer, of tries that were answered

    @property
    def is_photo(self) -> bool:
        """Every tenth. The others are files nobody can open: kept and answered all the same, sooner done."""
        return self.n % 10 == 0

    @property
    def name(self) -> str:
        return "brief.jpg" if self.is_photo else "brief.txt"

    @property
    def content(self) -> bytes:
        # A picture ends where its last marker stands.
        return (PICTURE if self.is_photo else b"Sehr geehrte Damen und Herren, ") + b"%06d" % self.n

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Crowd:
    """Visitors who share a pile of letters and send them one after the other."""

    def __init__(self, port: int, letters: int = LETTERS, *, patience: float = 50, pause: float = 0) -> None:
        self.port, self.patience, self.pause = port, patience, pause
        self.letters = [Letter(n) for n in range(letters)]
        self.waiting = list(reversed(self.letters))
        self.failures: list[str] = []
        self.retries = 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._visit, daemon=True) for _ in range(VISITORS)]

    def begin(self) -> None:
        for thread in self.threads:
            thread.start()

    def wait_for(self, receipts: int) -> None:
        """Until so many letters have a receipt. Errors: AssertionError if a visitor gave up."""
        wait_until(lambda: self.failures or self.arrived >= receipts, self.patience + 10)
        assert not self.failures, self.failures[:3]

    @property
    def arrived(self) -> int:
        return sum(1 for letter in self.letters if letter.shown)

    @property
    def slowest(self) -> float:
        return max(letter.slowest for letter in self.letters)

    def end(self) -> None:
        self.wait_for(len(self.letters))
        for thread in self.threads:
            thread.join(30)

    def _visit(self) -> None:
        with Visitor(self.port) as visitor:
            while True:
                with self.lock:
                    if not self.waiting or self.failures:
                        return
                    letter = self.waiting.pop()
                try:
                    self._send(visitor, letter)
                except Exception as error:
                    self.failures.append(f"letter {letter.n}: {error!r}")
                    return
                time.sleep(self.pause)

    def _send(self, visitor: Visitor, letter: Letter) -> None:
        tunnel = letter.n % 7 == 3  # the answer to the first try never reaches the phone
        double = letter.n % 11 == 5  # sent from a second tab at the same moment
        end = time.monotonic() + self.patience
        if double:
            other = threading.Thread(target=self._try_once, args=(letter,), daemon=True)
            other.start()
        while True:
            try:
                if tunnel:
                    tunnel = False
                    visitor.send_paper_and_hang_up(letter.key, letter.name, letter.content)
                    continue
                answer = visitor.send_paper(letter.key, letter.name, letter.content)
                letter.slowest = max(letter.slowest, answer.seconds)
                assert answer.status == 302, (answer.status, answer.body[:500])
                letter.shown.append(self._receipt(visitor, answer, end))
                break
            except OSError:
                assert time.monotonic() < end, "no answer for too long"
                with self.lock:
                    self.retries += 1
                time.sleep(0.1)
        if double:
            other.join(30)

    def _receipt(self, visitor: Visitor, answer: Answer, end: float) -> str:
        """Follow to the receipt page, reloading it until it is there."""
        while True:
            try:
                page = visitor.get(answer.location)
            except OSError:
                assert time.monotonic() < end, "no receipt page for too long"
                time.sleep(0.1)
                continue
            assert page.status == 200, page.status
            return page.receipt_number

    def _try_once(self, letter: Letter) -> None:
        with Visitor(self.port) as visitor:
            try:
                answer = visitor.send_paper(letter.key, letter.name, letter.content)
                assert answer.status == 302
                letter.shown.append(visitor.get(answer.location).receipt_number)
            except OSError:
                pass  # the first tab goes on
            except Exception as error:
                self.failures.append(f"second tab of letter {letter.n}: {error!r}")


def wait_until(condition: Callable[[], object], seconds: float) -> float:
    """Seconds until the condition held. Errors: AssertionError if it never did."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() < start + seconds, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - start


def check_arrivals(letters: list[Letter]) -> None:
    """Every shown receipt has its document, every document its receipt, none doubled, the register whole."""
    for letter in letters:
        assert len(set(letter.shown)) == 1, (letter.n, letter.shown)
        submission = Submission.objects.get(number=letter.shown[0])
        document = Document.objects.get(submission=submission)
        part = document.parts.select_related("file").get()
        assert part.file.sha256 == letter.sha256
        assert filestore.hash_read_back(part.file) == letter.sha256
    count = len(letters)
    assert Submission.objects.count() == Document.objects.count() == StoredFile.objects.count() == count
    assert Chunk.objects.count() == count
    assert Event.objects.filter(kind="received").count() == count
    entries = list(RegisterEntry.objects.order_by("seq").values_list("seq", "number"))
    assert [seq for seq, _ in entries] == list(range(1, count + 1))
    assert sorted(number for _, number in entries) == sorted(letter.shown[0] for letter in letters)
    assert list(register.verify()) == []


def torn_work() -> list[int]:
    """What the worker was doing when it was killed."""
    return list(Outbox.objects.filter(state="running").values_list("pk", flat=True))


def check_effects(
    letters: Sequence[Letter], torn: Iterable[int] = (), *, relieved_within: float = 40
) -> None:
    """Everything that follows an arrival gets done, once, and never stands still.

    How long all of it takes depends on the machine; work torn out of a killed worker's hands must not
    wait for the rest.
    """
    undone = Outbox.objects.exclude(state="done")
    end = time.monotonic() + relieved_within
    wait_until(lambda: not undone.filter(pk__in=list(torn)).exists(), relieved_within)
    left, progress = undone.count(), time.monotonic()
    while left:
        time.sleep(0.2)
        now = undone.count()
        if now < left:
            left, progress = now, time.monotonic()
        if time.monotonic() > max(end, progress + 25):
            what = Counter(undone.values_list("effect", "state", "attempts", "deaths", "last_error"))
            raise AssertionError(f"nothing has been done for 25 seconds: {what}")
    count, photos = len(letters), sum(letter.is_photo for letter in letters)
    each = ("read", "recognise", "scan", "mail_receipt", "render_receipt", "compare_papers")
    wanted = dict.fromkeys(each, count)
    wanted |= {"tell_unreadable": count - photos, "suggest": photos, "compare_pages": photos}
    assert +Counter(Outbox.objects.values_list("effect", flat=True)) == +Counter(wanted)
    assert Event.objects.filter(kind="file_read").count() == photos
    assert Event.objects.filter(kind="file_unreadable").count() == count - photos
    assert Page.objects.count() == photos
    assert not Event.objects.filter(kind="effect_failed").exists()


@pytest.fixture
def celery_portal(transactional_db: None, redis_server: Redis, tmp_path: Path) -> Iterator[CeleryPortal]:
    """Web server, Redis, Celery worker and sweeper; every one of them may be killed."""
    cache.clear()
    if not redis_server.answers():
        redis_server.start()
    redis_server.flush()
    portal = CeleryPortal(tmp_path, redis_server.url, OUTBOX_LEASE_SECONDS="3")
    portal.begin()
    yield portal
    portal.stop()
    if not redis_server.answers():
        redis_server.start()
    cache.clear()


def test_killed_web_server_and_worker_lose_and_double_nothing(portal_server: Portal) -> None:
    crowd = Crowd(portal_server.port)
    crowd.begin()
    torn: list[int] = []
    for receipts in (15, 45, 75):
        crowd.wait_for(receipts)
        portal_server.kill_web()
        portal_server.kill_worker()
        torn += torn_work()
        portal_server.start_worker()
        portal_server.start_web()
    crowd.end()
    assert crowd.retries, "nobody noticed that the server had gone"
    check_arrivals(crowd.letters)
    check_effects(crowd.letters, torn)


def test_killed_web_server_worker_and_redis_lose_and_double_nothing(
    celery_portal: CeleryPortal, redis_server: Redis
) -> None:
    celery_portal.start_sweeper()
    crowd = Crowd(celery_portal.port, letters=60)
    crowd.begin()
    crowd.wait_for(8)
    redis_server.kill()
    crowd.wait_for(16)
    celery_portal.kill_worker()
    celery_portal.kill_web()
    torn = torn_work()
    celery_portal.start_web()
    redis_server.start()
    celery_portal.start_worker()
    crowd.wait_for(32)
    redis_server.flush()
    celery_portal.kill_worker()
    celery_portal.start_worker()
    crowd.wait_for(46)
    celery_portal.kill_web()
    celery_portal.start_web()
    crowd.end()
    assert crowd.retries, "nobody noticed that the server had gone"
    check_arrivals(crowd.letters)
    check_effects(crowd.letters, torn)


def test_web_server_rings_the_worker_through_redis(celery_portal: CeleryPortal, redis_server: Redis) -> None:
    celery_portal.kill_worker()
    crowd = Crowd(celery_portal.port, letters=1)
    crowd.begin()
    crowd.end()
    assert redis_server.rings() == Outbox.objects.count() == 5
    celery_portal.start_worker()
    check_effects(crowd.letters)  # without a sweeper


@pytest.mark.parametrize("fault", ["off", "frozen"])
def test_receipts_do_not_wait_for_redis(celery_portal: CeleryPortal, redis_server: Redis, fault: str) -> None:
    before = Crowd(celery_portal.port, letters=2)  # the web server has a line to Redis already
    before.begin()
    before.end()
    if fault == "off":
        redis_server.kill()
    else:
        redis_server.freeze()
    try:
        crowd = Crowd(celery_portal.port, letters=12)
        crowd.begin()
        crowd.end()
    finally:
        if fault == "frozen":
            redis_server.thaw()
    assert crowd.slowest < 5
    celery_portal.kill_worker()
    celery_portal.start_sweeper()  # alone
    check_effects([*before.letters, *crowd.letters])


def test_flushed_redis_is_made_good_by_the_sweeper(celery_portal: CeleryPortal, redis_server: Redis) -> None:
    celery_portal.kill_worker()
    crowd = Crowd(celery_portal.port, letters=10)
    crowd.begin()
    crowd.end()
    assert redis_server.rings() == Outbox.objects.count() == 50
    redis_server.flush()
    celery_portal.start_worker()
    celery_portal.start_sweeper()
    check_arrivals(crowd.letters)
    check_effects(crowd.letters)


def test_worker_killed_while_it_reads_is_relieved_within_seconds(
    celery_portal: CeleryPortal, redis_server: Redis
) -> None:
    key, pages = uuid.uuid4(), 20
    with Visitor(celery_portal.port) as visitor:
        assert visitor.send_paper(key, "stapel.pdf", files.pdf(pages)).status == 302
    wait_until(lambda: Page.objects.count() >= 3, 30)
    celery_portal.kill_worker()
    row = Outbox.objects.get(effect="read")
    assert (row.state, row.tries) == ("running", 0)
    assert Page.objects.aggregate(last=Max("number"))["last"] < pages
    celery_portal.start_worker()  # its ring is gone with the first one
    celery_portal.start_sweeper()
    wait_until(lambda: Outbox.objects.filter(effect="read", state="done").exists(), 40)
    assert Event.objects.filter(kind="effect_failed").count() == 0
    assert Page.objects.count() == pages
    assert Event.objects.filter(kind="file_read").count() == 1


def test_living_worker_keeps_its_row_longer_than_one_lease(celery_portal: CeleryPortal) -> None:
    celery_portal.start_sweeper()  # would take the row once the lease of 3 seconds is over
    with Visitor(celery_portal.port) as visitor:
        assert visitor.send_paper(uuid.uuid4(), "stapel.pdf", files.pdf(60)).status == 302
    reading = Outbox.objects.filter(effect="read", state="running")
    wait_until(reading.exists, 20)
    seconds = wait_until(lambda: not reading.exists(), 60)
    assert seconds > 3, "too short to say anything"
    assert Outbox.objects.get(effect="read").tries == 0


def test_pages_are_answered_while_twelve_phones_send_slowly(portal_server: Portal) -> None:
    with Visitor(portal_server.port) as first:  # whoever comes first waits for the server to load its pages
        assert first.get("/status/").status == 200
    slow = [Visitor(portal_server.port) for _ in range(12)]
    answers: list[Answer] = []

    def upload(visitor: Visitor) -> None:
        with visitor:
            body, content_type = visitor.paper(uuid.uuid4(), "brief.jpg", PICTURE.ljust(320_000, b"\0"))
            answers.append(
                visitor.trickle("/antrag/unterlagen/", body, content_type, piece=16_000, pause=0.25)
            )

    threads = [threading.Thread(target=upload, args=(visitor,), daemon=True) for visitor in slow]
    for thread in threads:
        thread.start()
    time.sleep(1)
    times: list[float] = []
    with Visitor(portal_server.port, seconds=5) as other:
        while any(thread.is_alive() for thread in threads) and len(times) < 40:
            page = other.get("/status/")
            assert page.status == 200
            times.append(page.seconds)
            time.sleep(0.05)
    meanwhile = sum(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join(40)
    assert len(times) == 40
    assert meanwhile == 12, "the uploads were too fast to say anything"
    assert max(times) < 5
    assert [answer.status for answer in answers] == [302] * 12
    assert Submission.objects.count() == 12


def test_web_server_is_healthy_without_redis(celery_portal: CeleryPortal, redis_server: Redis) -> None:
    redis_server.kill()
    assert processes.is_healthy(celery_portal.url)
