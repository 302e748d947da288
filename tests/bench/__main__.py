"""`make bench`: one table, with the conditions under which it was taken. ARGS="--rounds 9" or "--quick"."""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

from portal.processes import WEB_THREADS
from tests.bench import blocks, ground
from tests.bench.blocks import Acts, Sample
from tests.bench.ground import Known, Server

RUN_SECONDS = 150.0  # no new round after that


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Figures, taken turn by turn with anchors."
    )
    parser.add_argument("--rounds", type=int, default=5, help="turns of all blocks (default 5)")
    parser.add_argument("--quick", action="store_true", help="two short rounds: only to see that it runs")
    chosen = parser.parse_args()
    rounds, scale = (2, 0.2) if chosen.quick else (max(1, chosen.rounds), 1.0)
    began, load = time.monotonic(), os.getloadavg()[0]
    with ground.database():
        ground.prepare()
        say("Making cases and a photo …")
        known, content = ground.cases(8), blocks.photo()
        with ground.servers() as (portal, bare):
            acts = Acts(portal, content, known)
            plan = blocks_of(portal, bare, acts, scale)
            warm_up(plan)
            samples: dict[str, list[Sample]] = defaultdict(list)
            done = 0
            while done < rounds and time.monotonic() - began < RUN_SECONDS:
                for name, block in plan.items():
                    samples[name].append(block())
                done += 1
                say(f"Round {done} of {rounds}")
            rows = tables(samples) + single(portal, acts, known[0], quick=chosen.quick)
        conditions = describe(done, content, load, time.monotonic() - began)
    print("\n".join([*conditions, "", *markdown(rows)]))


def blocks_of(portal: Server, bare: Server, acts: Acts, scale: float) -> dict[str, Callable[[], Sample]]:
    """One round, in this order: ours and its anchors next to each other."""

    def times(count: int) -> int:
        return max(4, round(count * scale))

    def block(server: Server, visitors: int, count: int, act: blocks.Act) -> Callable[[], Sample]:
        return lambda: blocks.hammer(server, visitors, times(count), act)

    return {
        "submit 1": block(portal, 1, 20, acts.submit),
        "bare 1": block(bare, 1, 20, acts.bare_upload),
        "store 1": lambda: blocks.store(1, times(20), acts.content),
        "submit 8": block(portal, 8, 48, acts.submit),
        "bare 8": block(bare, 8, 48, acts.bare_upload),
        "store 8": lambda: blocks.store(8, times(80), acts.content),
        "see 1": block(portal, 1, 16, acts.submit_and_see),
        "see 8": block(portal, 8, 40, acts.submit_and_see),
        "status": block(portal, 8, 120, acts.status),
        "page": block(bare, 8, 240, acts.bare_page),
        "look up": block(portal, 8, 80, acts.look_up),
    }


def warm_up(plan: dict[str, Callable[[], Sample]]) -> None:
    """First requests load templates, catalogues and connections; they are not counted."""
    for block in plan.values():
        block()


Row = tuple[str, str, str, str]


def tables(samples: dict[str, list[Sample]]) -> list[Row]:
    """Medians over the rounds; ratios round by round, then their median."""

    def rate(name: str) -> str:
        return f"{statistics.median(s.rate for s in samples[name]):.1f}/s"

    def cpu(name: str) -> str:
        return f"{statistics.median(s.cpu_ms for s in samples[name]):.1f} ms"

    def ratio(name: str, anchor: str, of: Callable[[Sample], float]) -> str:
        pairs = zip(samples[name], samples[anchor], strict=True)
        found = [of(ours) / of(theirs) for ours, theirs in pairs if of(theirs)]
        return f"{statistics.median(found):.2f}" if found else "–"

    def rates(name: str, anchor: str) -> tuple[str, str, str]:
        return rate(name), f"{anchor}: {rate(anchor)}", ratio(name, anchor, lambda s: s.rate)

    def cpus(name: str, anchor: str) -> tuple[str, str, str]:
        return cpu(name), f"{anchor}: {cpu(anchor)}", ratio(name, anchor, lambda s: s.cpu_ms)

    def seen(name: str) -> Row:
        times = [t for sample in samples[name] for t in sample.times]
        label = f"last byte to receipt page, c={name[-1]}, p50 / p99 (n={len(times)})"
        return label, f"{percentile(times, 50):.0f} / {percentile(times, 99):.0f} ms", "–", "–"

    rows: list[Row] = []
    for c in ("1", "8"):
        rows.append((f"submissions of 2 MB, c={c}", *rates(f"submit {c}", f"bare {c}")))
        rows.append((f"  beside the durable store alone, c={c}", *rates(f"submit {c}", f"store {c}")))
        rows.append((f"  processor of the web server each, c={c}", *cpus(f"submit {c}", f"bare {c}")))
    rows += [seen("see 1"), seen("see 8")]
    rows.append(("status page of a case with 4 submissions, by QR code, c=8", *rates("status", "page")))
    rows.append(("  processor of the web server each", *cpus("status", "page")))
    rows.append(("look-up by number and birth date, c=8", *rates("look up", "page")))
    rows.append(("  processor of the web server each", *cpus("look up", "page")))
    return rows


def single(portal: Server, acts: Acts, known: Known, *, quick: bool) -> list[Row]:
    """Figures without an anchor."""
    count, size = blocks.queries(f"/s/{known.secret}")
    by_number, _ = blocks.queries("/status/", known)
    cpu = blocks.receipt_cpu_ms(known, 3 if quick else 15)
    blocks.forget_work()
    with ground.worker():
        blocks.until_visible(portal, acts, 1)
        visible = blocks.until_visible(portal, acts, 2 if quick else 8)
    return [
        ("status page: queries, size with gzip", f"{count}, {size / 1000:.1f} kB", "page: 1", f"{count:.0f}"),
        ("look-up: queries until the redirect", str(by_number), "–", "–"),
        ("receipt as PDF, warm, processor", f"{cpu:.0f} ms", "–", "–"),
        (
            f"receipt to picture of a 12-megapixel page, p50 / worst (n={len(visible)})",
            f"{percentile(visible, 50):.0f} / {1000 * max(visible):.0f} ms",
            "–",
            "–",
        ),
    ]


def percentile(times: list[float], which: int) -> float:
    """In milliseconds; the nearest value that was measured."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, round(which / 100 * (len(ordered) - 1)))]


def describe(rounds: int, content: bytes, load_before: float, seconds: float) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), "
            "current_setting('full_page_writes'), current_setting('synchronous_commit')"
        )
        postgres, fsync, pages, commit = cursor.fetchone()
    names = ("django", "psycopg", "gunicorn", "weasyprint", "pillow")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    return [
        f"Taken {datetime.now(UTC):%Y-%m-%d %H:%M} UTC at commit {git_commit()}: "
        f"{rounds} rounds in {seconds:.0f} s",
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}; "
        f"load {load_before:.1f} before, {os.getloadavg()[0]:.1f} after "
        "(visitors, servers and database share the cores)",
        f"Python {platform.python_version()}, {packages}, PostgreSQL {postgres} "
        f"(fsync {fsync}, full_page_writes {pages}, synchronous_commit {commit})",
        f"Both web servers: gunicorn, 1 process, {WEB_THREADS} threads, no TLS; "
        f"photo of {len(content) / 1e6:.2f} MB",
        "Medians over the rounds; a ratio is taken within each round. c = visitors at once.",
    ]


def git_commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + (
        " + changes" if git("status", "--short") else ""
    )


def markdown(rows: list[Row]) -> list[str]:
    table = [("Figure", "Value", "Anchor of the same run", "Ratio"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in table
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
