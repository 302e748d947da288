"""Uploads over a line that is cut: python -m tests.bench.badline [--rounds 100] [--client ours|tus] [--slow]

Each round sends one file of 10 MB from real Chromium through a proxy and cuts the line once, at a random
moment of that upload. Counted: rounds complete, hashes equal, bytes sent again. --slow: how quickly other
people's pages come while twelve uploads trickle.
"""

import argparse
import hashlib
import os
import random
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.badline import BadLine
from tests.bench import ground
from tests.conftest import CHROMIUM_FLAGS

MB = 1_000_000
SIZE = 10 * MB
A_DRAFT = 20  # files; then a new draft, whose bytes are limited


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.badline", description="Uploads over a bad line.")
    parser.add_argument("--rounds", type=int, default=100, help="uploads, each cut once (default 100)")
    parser.add_argument("--client", choices=["ours", "tus"], default="ours")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", action="store_true", help="pages of others during slow uploads instead")
    chosen = parser.parse_args()
    with ground.database():
        ground.prepare()
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # see tests/conftest.py
        with ground.servers() as (portal, _):
            if chosen.slow:
                slow(portal.port)
            else:
                cuts(portal.port, chosen.rounds, chosen.client, chosen.seed)
    print(f"{os.cpu_count()} cores, load {', '.join(f'{value:.1f}' for value in os.getloadavg())}")


def cuts(port: int, rounds: int, client: str, seed: int) -> None:
    chance = random.Random(seed)
    again, complete, equal = [], 0, 0
    started = time.monotonic()
    with sync_playwright() as playwright, BadLine(port) as line:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        context = browser.new_context(locale="de-DE", bypass_csp=client == "tus")
        page = context.new_page()
        for number in range(rounds):
            if number % A_DRAFT == 0:
                from tests import sending  # needs Django set up

                sending.open_paper(page, line)
            name, data = f"{number}.pdf", random.Random(number).randbytes(SIZE)
            resent = _one(page, line, client, name, data, number % A_DRAFT + 1, chance)
            complete += 1
            equal += sending.sha256_here(name) == hashlib.sha256(data).hexdigest()
            (Path(sending.FOLDER.name) / name).unlink()
            again.append(resent)
        browser.close()
    kib = [bytes_ / 1024 for bytes_ in again]
    print(
        f"{client}: {complete} of {rounds} complete, {equal} hashes equal, {line.cuts} cuts in "
        f"{time.monotonic() - started:.0f} s; sent again each, heads of requests counted: "
        f"median {statistics.median(kib):.0f} KiB, most {max(kib):.0f} KiB"
    )


def _one(
    page: Page, line: BadLine, client: str, name: str, data: bytes, count: int, chance: random.Random
) -> int:
    """Bytes sent more than the file has, heads of requests included."""
    from tests import sending

    before = line.sent
    line.cut_at = before + chance.randrange(len(data))
    if client == "ours":
        sending.choose(page, name, data)
        sending.kept(page, count, seconds=120)
    else:
        sending.send_foreign(page, name, data)
    return line.sent - before - len(data)


def slow(port: int) -> None:
    """Twelve phones at 64 kB/s; meanwhile somebody opens pages one after the other."""
    from tests import sending
    from tests.visitor import Visitor

    with sync_playwright() as playwright, BadLine(port, rate=64_000) as line:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        for number in range(12):
            page = browser.new_context(locale="de-DE").new_page()
            line.rate = 0
            sending.open_paper(page, line)
            sending.choose(page, f"{number}.pdf", random.Random(number).randbytes(4 * MB))
        line.rate = 64_000
        page.wait_for_timeout(3000)
        times = []
        with Visitor(port) as visitor:
            for _ in range(200):
                times.append(visitor.get("/antrag/").seconds)
                time.sleep(0.05)
        browser.close()
    ordered = sorted(times)
    print(
        f"pages of others during 12 slow uploads: median {1000 * statistics.median(ordered):.0f} ms, "
        f"p95 {1000 * ordered[189]:.0f} ms, longest {1000 * ordered[-1]:.0f} ms, n {len(ordered)}"
    )


if __name__ == "__main__":
    main()
