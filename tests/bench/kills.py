"""`make bench-mail-kills`: every process of the mailroom is killed at random; no page is lost, none is twice.

ARGS="--kills 50 --seed 1" says how often and in which order. A PostgreSQL of its own is used, because its
backends are killed too. Ends with status 1 if anything does not add up.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

PAUSE = (2.0, 5.0)  # seconds between two kills
SETTLE_SECONDS = 240.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-mail-kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stacks", type=int, default=14, help="stacks put into the watched folder")
    parser.add_argument("--pages", type=int, default=16, help="pages a stack; one is five times as long")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends its processes on the way out
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench-kills-") as folder:
        os.environ["ANGEKOMMEN_VAR"] = folder
        os.environ.pop("DATABASE_URL", None)
        os.environ["ANGEKOMMEN_MODE"] = "demo"
        from tests.bench import ground

        with ground.database():
            ground.prepare()
            wrong, report = day(Path(folder), chosen)
    print(f"{began:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load before {load:.1f}")
    print("\n".join(report))
    if wrong:
        print("\n".join(["", "NOT RIGHT:", *wrong]))
        sys.exit(1)
    print("Pages in = pages out, none twice, the folder is empty, the postbook adds up.")


def day(folder: Path, chosen: argparse.Namespace) -> tuple[list[str], list[str]]:
    """What is wrong at the end (nothing, one hopes), and what to tell."""
    import psutil
    from django.utils import timezone

    from tests.bench import mailday

    rng = random.Random(chosen.seed)
    inbox = folder / "posteingang"
    inbox.mkdir()
    covers, separator, session = people_and_sheets(chosen.stacks)
    put = mailday.stacks(chosen.stacks, chosen.pages, covers, separator, rng, "ordner")
    put += mailday.stacks(1, chosen.pages * 5, [], separator, rng, "lang")
    rng.shuffle(put)
    sent = mailday.stacks(max(1, chosen.stacks // 3), chosen.pages, [], separator, rng, "hoch")
    seconds = chosen.kills * sum(PAUSE) / 2
    postmaster = psutil.Process(backend_of_ours()).ppid()
    with redis_server(folder) as broker:
        house = mailday.House(folder, broker, inbox)
        house.start_all()
        people = mailday.People(house, inbox, session, timezone.localdate())
        try:
            mailday.wait_for_port(house.port, 60)
            people.begin(people.scanner, put, seconds / len(put))
            people.begin(people.uploader, sent, seconds / len(sent))
            people.begin(people.registrar, chosen.kills, seconds / chosen.kills)
            people.begin(people.phones, chosen.kills // 2 + 1, 2 * seconds / chosen.kills)
            killer = mailday.Killer(house, postmaster, rng)
            batches: list[Any] = []
            while len(killer.killed) < chosen.kills:
                end = time.monotonic() + rng.uniform(*PAUSE)
                while time.monotonic() < end:
                    house.look()
                    time.sleep(0.1)
                killer.kill_one()
                say(f"{len(killer.killed)}: {killer.killed[-1]}")
                if len(killer.killed) % 5 == 0:  # the clerk takes over what is proposed, in the middle of it
                    batches = again(open_batches)
                    if batches:
                        people.begin(people.post, f"/post/stapel/{rng.choice(batches)}/vorschlag/", {})
            say("Waiting until all is done …")
            settled = settle(house, people, inbox)
            for batch in again(open_batches):
                people.post(f"/post/stapel/{batch}/vorschlag/", {})
            day_url = f"/post/postbuch/{people.today.isoformat()}"
            people.post(f"{day_url}/abschliessen/", {"reason": "Briefe ohne Seiten"})
        finally:
            house.stop_all()
    wrong = [*people.failures, *([] if settled else ["work was still waiting at the end"])]
    wrong += again(lambda: faults([*put, *sent], people, inbox))
    figures = again(lambda: told(people))
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(Counter(killer.killed).items()))
    return wrong, [f"{len(killer.killed)} kills (seed {chosen.seed}): {kinds}", *figures]


def backend_of_ours() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def people_and_sheets(count: int) -> tuple[list[bytes], bytes, str]:
    """Cover sheets of open cases (one page each), a separator, and the session of a clerk."""
    from django.test import Client

    from casework import actions, covers
    from casework.envelope import Actor, Role
    from tests import cast

    printed = []
    for n in range(count):
        sender = cast.amira(given_name=f"Amira-{n}", family_name=f"Haddad-{n}")
        case = cast.case_of(cast.receive(service="HA", sender=sender))
        wanted = covers.to_come(case)[:1]
        made = actions.print_cover_sheets(case, wanted, Actor(Role.CASEWORKER))
        printed.append(covers.cover_sheets_pdf(made[:1]))
    client = Client()
    client.force_login(cast.bernd())
    return printed, covers.separators_pdf(1), client.cookies["sessionid"].value


@contextmanager
def redis_server(folder: Path) -> Iterator[Any]:
    from tests.servers import Redis

    program = shutil.which("redis-server")
    if program is None:
        sys.exit("redis-server is missing: run 'make setup'")
    server = Redis(program, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def again(ask: Callable[[], T]) -> T:
    """Ask the database, which may just be coming back from a kill."""
    from django.db import InterfaceError, OperationalError, connection

    end = time.monotonic() + 60
    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def open_batches() -> list[Any]:
    from casework.models import Batch

    return list(Batch.objects.filter(file__read_at__isnull=False).values_list("public_id", flat=True))


def settle(house: Any, people: Any, inbox: Path) -> bool:
    """Until nobody sends any more, the folder is empty and nothing waits in the list of work."""
    from casework.models import Outbox
    from tests.bench import mailday

    waiting = Outbox.objects.filter(state__in=("due", "running"))
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        house.look()
        if not people.busy and not list(mailday.left_in(inbox)) and not again(waiting.exists):
            return True
        time.sleep(0.3)
    return False


# --- does it add up?


def faults(stacks: list[Any], people: Any, inbox: Path) -> list[str]:
    from casework import closing, filestore, postbook, register
    from casework.models import Batch, Outbox, Page, Part, SetAsidePage, Submission
    from tests.bench import mailday

    wrong = [f"left in the folder: {path.name}" for path in mailday.left_in(inbox)]
    batches = {batch.file.sha256: batch for batch in Batch.objects.select_related("file")}
    if Batch.objects.count() != len(stacks):
        wrong.append(f"{len(stacks)} stacks came in, {Batch.objects.count()} are there")
    for stack in stacks:
        batch = batches.get(hashlib.sha256(stack.content).hexdigest())
        if batch is None:
            wrong.append(f"{stack.name} is missing")
            continue
        if filestore.hash_read_back(batch.file) != batch.file.sha256:
            wrong.append(f"{stack.name}: its bytes are not those that came")
        drawn = Page.objects.filter(file=batch.file).defer("picture", "thumbnail")
        pages = {page.number: page for page in drawn}
        if (batch.file.page_count, sorted(pages)) != (len(stack.tags), list(range(1, len(stack.tags) + 1))):
            wrong.append(f"{stack.name}: {len(stack.tags)} pages in, {sorted(pages)} out")
            continue
        if batch.file.problem:
            wrong.append(f"{stack.name}: told as {batch.file.problem}")
        for number, tag in enumerate(stack.tags, 1):
            page = pages[number]
            said = page.text + " ".join(str(code["content"]) for code in page.codes)
            if page.recognised_at is None or tag not in said:
                wrong.append(f"{stack.name}, page {number}: not read")
        spans = Part.objects.filter(file=batch.file).exclude(document__state="withdrawn")
        placed = [n for part in spans for n in range(part.first_page or 1, (part.last_page or 0) + 1)]
        placed += SetAsidePage.objects.filter(batch=batch).values_list("page", flat=True)
        twice = [page for page, count in Counter(placed).items() if count > 1]
        if twice:
            wrong.append(f"{stack.name}: pages {twice} are in two places")
    figures = postbook.figures_of(people.today)
    totals = figures.totals
    if totals["pages"] != totals["in_letters"] + totals["aside"] + totals["left_over"]:
        wrong.append(f"the postbook does not add up: {totals}")
    if totals["pages"] != sum(len(stack.tags) for stack in stacks):
        wrong.append(f"the postbook has {totals['pages']} pages")
    names = {f"Beispiel-{n}" for n in range(len(people.registered))}
    letters = Submission.objects.filter(sender__family_name__in=names)
    if letters.count() != len(people.registered):
        wrong.append(f"{len(people.registered)} letters registered, {letters.count()} are there")
    shown = Submission.objects.filter(channel="web", number__in=people.photos).count()
    kept = Part.objects.filter(file__name="foto.jpg").count()
    if not shown == kept == len(people.photos):
        wrong.append(f"{len(people.photos)} receipts for photos, {shown} of them are there, {kept} photos")
    wrong += [f"given up: {row}: {row.last_error}" for row in Outbox.objects.filter(state="failed")]
    wrong += [f"register: {fault}" for fault in register.verify()]
    wrong += [f"postbook: {fault}" for fault in closing.verify()]
    if not closing.sheets_of(people.today):
        wrong.append("the day is not closed")
    return wrong


def told(people: Any) -> list[str]:
    from casework import postbook
    from casework.models import Outbox

    totals = postbook.figures_of(people.today).totals
    deaths = Outbox.objects.filter(deaths__gt=0).count()
    return [
        f"{totals['batches']} stacks, {totals['pages']} pages = {totals['in_letters']} in letters"
        f" + {totals['aside']} beside + {totals['left_over']} left over;"
        f" {len(people.registered)} letters, {len(people.photos)} photos",
        f"{people.tries_again} tries again by people; {deaths} rows whose last worker had died",
    ]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
