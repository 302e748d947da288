"""How long a clerk waits for the next letter: python -m tests.bench.index [--pages 10000] [--letters 100]

From Enter (the form is sent) to the last byte of the next letter's page, over real HTTP, one clerk, while
so many pages wait. The picture comes beside it; its own time is printed too. Prints a line a figure.
"""

import argparse
import http.client
import os
import random
import re
import statistics
import time
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from tests.bench import ground
from tests.bench.ground import Server

INDEX = "/post/zuordnen/"
PAGES_A_LETTER = 3
WORDS_A_PAGE = 250


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.index", description="Figures of placing letters.")
    parser.add_argument("--pages", type=int, default=10_000, help="pages that wait (default 10000)")
    parser.add_argument("--letters", type=int, default=100, help="letters placed (default 100)")
    chosen = parser.parse_args()
    with ground.database():
        ground.prepare()
        session = fill(chosen.pages)
        with ground.servers() as (portal, _):
            clerk = Clerk(portal, session)
            clerk.place(10)  # templates and connections; not counted
            found = clerk.place(chosen.letters)
        left = waiting()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{chosen.pages} pages waited, {left} letters still do; {os.cpu_count()} cores, load {load}")
    for name, samples in found.items():
        ordered = sorted(samples)
        p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
        print(
            f"{name}: median {statistics.median(ordered) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms,"
            f" longest {ordered[-1] * 1000:.0f} ms, n {len(ordered)}"
        )


class Clerk:
    """Presses Enter again and again."""

    def __init__(self, server: Server, session: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.cookies = {"sessionid": session}
        self.html = self._ask("GET", INDEX)[1]

    def place(self, letters: int) -> dict[str, list[float]]:
        """Seconds of each letter placed, and of each picture."""
        found: dict[str, list[float]] = {"next letter": [], "its picture": [], "with picture": []}
        for _ in range(letters):
            fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.html))
            case = re.search(r'name="case" value="([^"]+)"', self.html)
            assert case, "no case is suggested"
            begin = time.perf_counter()
            head, _ = self._ask("POST", INDEX, {**fields, "case": case[1], "act": "link"})
            _, self.html = self._ask("GET", head["Location"])
            page = time.perf_counter() - begin
            picture = re.search(r'<image href="([^"]+)"', self.html)
            assert picture, self.html[:2000]
            self._ask("GET", picture[1])
            whole = time.perf_counter() - begin
            found["next letter"].append(page)
            found["its picture"].append(whole - page)
            found["with picture"].append(whole)
        return found

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[Any, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self.line.request(method, path, urlencode(form) if form else None, headers)
        answer = self.line.getresponse()
        body = answer.read()
        assert answer.status in (200, 302), (answer.status, path, body[:500])
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.headers, body.decode("utf-8", "replace")


def waiting() -> int:
    from casework import queries
    from tests import cast

    return queries.letters_to_index(cast.bernd()).count()


def fill(pages: int) -> str:
    """Stacks of letters that wait, each leading to one of as many people; the clerk's session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from casework import people
    from casework.catalogue import catalogue
    from casework.models import Batch, Case, Document, Page, Part, Person, StoredFile, Submission
    from tests import cast, files

    bernd, chance, now = cast.bernd(), random.Random(1), timezone.now()
    service, papers = catalogue().service("HA"), catalogue().service("PAPERS")
    letters = -(-pages // PAGES_A_LETTER)
    picture = files.jpeg("Lohnabrechnung", size=(1240, 1754))
    names = [
        f"{a}{b}" for a in ("Ber", "Kra", "Mei", "Sch", "Wag", "Ho") for b in ("ger", "mer", "ner", "ler")
    ]
    found = Person.objects.bulk_create(
        Person(
            given_name=chance.choice(("Amira", "Jonas", "Lena", "Samir")),
            family_name=f"{chance.choice(names)}-{n}",
            birth_date=now.date() - timedelta(days=7000 + n % 15000),
            customer_number=f"{n % 1000:03}A{n:06}",
        )
        for n in range(letters)
    )
    for person in found:
        person.name_key = people.name_key(person.given_name, person.family_name)
    Person.objects.bulk_update(found, ["name_key"], batch_size=2000)
    Case.objects.bulk_create(
        Case(person=person, service=service.key, service_version=service.version) for person in found
    )
    for start in range(0, letters, 100):  # a stack of a hundred letters
        some = found[start : start + 100]
        file = StoredFile.objects.create(
            name="stapel.pdf",
            page_count=len(some) * PAGES_A_LETTER,
            read_at=now,
            media_type="application/pdf",
        )
        Batch.objects.create(key=uuid.uuid4(), file=file, arrived_on=now.date(), scanned_by=bernd)
        rows = Submission.objects.bulk_create(
            Submission(
                key=uuid.uuid4(),
                channel="post",
                service=papers.key,
                service_version=papers.version,
                unclear="no_number",
                sender={},
                actor_role="counter",
                recorded_by=bernd,
                received_at=now - timedelta(days=3) + timedelta(minutes=start + n),
                recorded_at=now,
            )
            for n in range(len(some))
        )
        documents = Document.objects.bulk_create(
            Document(submission=row, kind="payslip", position=0, recorded_at=now) for row in rows
        )
        Part.objects.bulk_create(
            Part(
                document=document,
                file=file,
                position=0,
                first_page=n * PAGES_A_LETTER + 1,
                last_page=(n + 1) * PAGES_A_LETTER,
            )
            for n, document in enumerate(documents)
        )
        Page.objects.bulk_create(
            [
                Page(
                    file=file,
                    number=n * PAGES_A_LETTER + side + 1,
                    width=1240,
                    height=1754,
                    picture=picture,
                    thumbnail=picture[:4000],
                    recognised_at=now,
                    words=_words(chance),
                    text="Lohnabrechnung Monat Betrag " * 40,
                    fields=_fields(person) if side == 0 else [],
                )
                for n, person in enumerate(some)
                for side in range(PAGES_A_LETTER)
            ]
        )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    session = SessionStore()
    session[SESSION_KEY] = str(bernd.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = bernd.get_session_auth_hash()
    session.create()
    connection.close()
    return str(session.session_key)


def _words(chance: random.Random) -> list[list[Any]]:
    def place() -> list[float]:
        return [round(chance.random(), 4) for _ in range(4)]

    return [[f"Wort{n}", *place(), 0.9] for n in range(WORDS_A_PAGE)]


def _fields(person: Any) -> list[dict[str, Any]]:
    values = {
        "customer_number": person.customer_number,
        "birth_date": person.birth_date.isoformat(),
        "family_name": person.family_name,
        "given_name": person.given_name,
    }
    return [
        {"name": name, "value": value, "place": [0.1, 0.1 * n, 0.3, 0.02], "confidence": 0.94}
        for n, (name, value) in enumerate(values.items())
    ]


if __name__ == "__main__":
    main()
