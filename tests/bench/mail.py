"""`make bench-mail`: what reading paper costs, how well and how soon, beside Tesseract alone, same pages.

ARGS="--letters DIR" takes a folder with truth.json (documents with file, person and pages with their text;
stacks with their sheets); without it a few letters are made here. ARGS="--pages 20" takes fewer, spread over
all. ARGS="--only reading,stack,codes,index" takes some of the figures.
"""

import argparse
import contextlib
import io
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

# Read when the libraries load: the anchor gets one thread, too, which costs it less.
os.environ["OMP_THREAD_LIMIT"] = "1"

import psutil

from tests.bench import ground, letters
from tests.bench.truth import Stack, Truth, in_fields, quality, read_stacks, read_truth, some

CPU_RATIO, ERRORS, FIELDS, MEMORY_MIB = 1.15, 0.018, 0.975, 300
WALL_RATIO, FIRST_PAGE, PHOTO, NEXT_LETTER = 1.25, 3.0, 10.0, 200
STACK_PAGES, PHOTOS = 300, 3
FIGURES = ("reading", "stack", "codes", "index")

Row = tuple[str, str, str, str, bool | None]
"""Name, ours, Tesseract alone, aim, whether it is met."""


@dataclass
class Result:
    """What was read and what it cost."""

    texts: dict[tuple[Path, int], str] = field(default_factory=dict)
    fields: dict[tuple[Path, int], set[str]] = field(default_factory=dict)
    cpu: float = 0.0
    database_cpu: float = 0.0
    wall: float = 0.0
    memory_mib: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-mail", description=__doc__)
    parser.add_argument("--letters", type=Path, help="folder with truth.json")
    parser.add_argument("--pages", type=int, default=0, help="so many pages only")
    parser.add_argument("--only", default=",".join(FIGURES), help=f"some of {', '.join(FIGURES)}")
    chosen = parser.parse_args()
    wanted = set(chosen.only.split(","))
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with TemporaryDirectory(prefix="bench-mail-") as made:
        folder = chosen.letters or letters.make(Path(made))
        truths = some(read_truth(folder), chosen.pages)
        stack = joined([(truth.file, truth.number) for truth in truths], Path(made) / "stack.pdf")
        rows: list[Row] = []
        with ground.database():
            ground.prepare()
            if "reading" in wanted:
                rows += reading_rows(truths, stack)
            if "stack" in wanted:
                rows += stack_rows(stack, len(truths), Path(made))
        if "codes" in wanted:
            rows += code_rows(read_stacks(folder))
        if "index" in wanted:
            rows += index_rows()
    print("\n".join([*conditions(chosen.letters, truths, began, load), "", *table(rows)]))


def joined(pages: list[tuple[Path, int]], target: Path) -> Path:
    """One file of these pages, their pictures untouched."""
    import pikepdf

    with pikepdf.Pdf.new() as whole:
        for file, number in pages:
            with pikepdf.open(file) as source:
                whole.pages.append(source.pages[number - 1])
        whole.save(target)
    return target


def as_scanned(pages: Path, target: Path) -> Path:
    """The same pages with their pictures as grey JPEGs of 300 dpi and usual quality."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pages)
    pictures = (document[n].render(scale=300 / 72, grayscale=True).to_pil() for n in range(len(document)))
    first = next(pictures)
    first.save(target, "PDF", save_all=True, append_images=pictures, resolution=300, quality=75)
    return target


# --- cost and quality


def reading_rows(truths: list[Truth], stack: Path) -> list[Row]:
    say(f"{len(truths)} pages. Tesseract alone …")
    anchor = alone(truths, stack)
    say("The whole way, from the folder …")
    ours = from_folder(truths, stack)
    pages = len(truths)
    (wrong, found), (their_wrong, their_found) = quality(truths, ours.texts), quality(truths, anchor.texts)
    named = in_fields(truths, ours.fields)
    ratio, longest = (ours.cpu + ours.database_cpu) / anchor.cpu, WALL_RATIO * anchor.cpu / 2
    return [
        (
            "processor seconds a page",
            f"{ours.cpu / pages:.2f} and {ours.database_cpu / pages:.2f} of the database",
            f"{anchor.cpu / pages:.2f}",
            f"ratio ≤ {CPU_RATIO}",
            ratio <= CPU_RATIO,
        ),
        ("  ratio", f"{ratio:.2f}", "1", "", None),
        ("wrong letters", f"{wrong:.2%}", f"{their_wrong:.2%}", f"≤ {ERRORS:.1%}", wrong <= ERRORS),
        ("facts right in the text", f"{found:.1%}", f"{their_found:.1%}", f"≥ {FIELDS:.1%}", found >= FIELDS),
        ("facts found as fields", f"{named:.1%}", "–", f"≥ {FIELDS:.1%}", named >= FIELDS),
        (
            "memory of the largest child",
            f"{ours.memory_mib:.0f} MiB",
            "–",
            f"< {MEMORY_MIB}",
            ours.memory_mib < MEMORY_MIB,
        ),
        (
            f"{pages} pages from folder to searchable, seconds",
            f"{ours.wall:.1f}",
            f"{anchor.wall:.1f}, {anchor.cpu / 2:.1f} half of its processor time",
            f"≤ {longest:.1f}",
            ours.wall <= longest,
        ),
    ]


def alone(truths: list[Truth], stack: Path) -> Result:
    """Tesseract with its defaults on the full picture, one process a core; its processor time is without
    loading the engine and the PDF.
    """
    cores = os.cpu_count() or 1
    shares = [list(range(first, len(truths), cores)) for first in range(cores)]
    result, began = Result(), time.monotonic()
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        for numbers, (texts, cpu) in zip(shares, pool.map(alone_on, [stack] * cores, shares), strict=True):
            result.cpu += cpu
            result.texts |= {truths[n].key: text for n, text in zip(numbers, texts, strict=True)}
    result.wall = time.monotonic() - began
    return result


def alone_on(stack: Path, numbers: list[int]) -> tuple[list[str], float]:
    """Texts of these pages (from 0) and the processor seconds they took."""
    import pypdfium2
    import tesserocr

    from casework.reading.recognise import tessdata

    texts, cpu = [], 0.0
    document = pypdfium2.PdfDocument(stack)
    with tesserocr.PyTessBaseAPI(path=tessdata(), lang="deu", psm=tesserocr.PSM.AUTO) as engine:
        for number in numbers:
            image = next(iter(document[number].get_objects())).get_bitmap().to_pil().convert("L")
            started = time.process_time()
            engine.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
            engine.SetSourceResolution(300)
            texts.append(engine.GetUTF8Text())
            cpu += time.process_time() - started
    return texts, cpu


def from_folder(truths: list[Truth], stack: Path) -> Result:
    """The file lies in the folder: take in, keep, draw, recognise, store, suggest; as `ingest_folder`."""
    from casework.models import Page
    from channels.post.inlets.folder import Folder
    from channels.post.inlets.ingest import ingest

    with TemporaryDirectory(prefix="bench-folder-") as folder:
        shutil.copyfile(stack, Path(folder) / "stapel.pdf")
        clock, cpu, database = time.monotonic(), spent(), database_spent()
        with peak_of_children() as peak:
            report = ingest(Folder(Path(folder), settle=0), jobs=os.cpu_count() or 1)
        result = Result(
            cpu=spent() - cpu,
            database_cpu=database_spent() - database,
            wall=time.monotonic() - clock,
            memory_mib=max(peak),
        )
    assert not report.failed, report
    rows = list(Page.objects.filter(recognised_at__isnull=False).defer("picture", "thumbnail"))
    assert len(rows) == len(truths), f"{len(rows)} of {len(truths)} pages were recognised"
    for truth, page in zip(truths, sorted(rows, key=lambda page: page.number), strict=True):
        result.texts[truth.key] = page.text
        result.fields[truth.key] = {str(one["value"]) for one in page.fields}
    return result


@contextlib.contextmanager
def peak_of_children() -> Iterator[list[float]]:
    """The most memory (MiB) any reading child held, looked at five times a second.

    Not `ru_maxrss`, which counts for a child what its parent held when it was started.
    """
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(OSError, psutil.Error, StopIteration):
                    if "casework.reading.child" in " ".join(child.cmdline()):
                        lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
                        held = next(line for line in lines if line.startswith("VmHWM"))
                        peak.append(int(held.split()[1]) / 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def spent() -> float:
    """Processor seconds of this process and its children so far."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def database_spent() -> float:
    """Those of the database server; 0 where it runs on another machine or belongs to somebody else."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    try:
        server = psutil.Process(backend).parent()
        if server is None or "postgres" not in server.name():
            return 0.0
        # Backends that have ended are counted in their parent's children.
        ended = server.cpu_times()
        living = [process.cpu_times() for process in server.children()]
        own = ended.user + ended.system + ended.children_user + ended.children_system
        return own + sum(times.user + times.system for times in living)
    except psutil.Error:
        return 0.0


# --- how soon


def stack_rows(stack: Path, pages: int, made: Path) -> list[Row]:
    """A stack of 300 pages lies in the watched folder, and photos come in by web while it is read.

    Its pages are JPEGs of 300 dpi, as office scanners write them; letters given may be many times as large.
    """
    from casework.clock import database_now
    from casework.models import Page
    from portal import processes

    times = -(-STACK_PAGES // pages)
    scanned = as_scanned(stack, made / "scanned.pdf")
    big = joined(
        [(scanned, number + 1) for _ in range(times) for number in range(pages)][:STACK_PAGES],
        made / "big.pdf",
    )
    megabytes = round(big.stat().st_size / 1e6)
    folder = made / "hot"
    folder.mkdir()
    say(f"A stack of {STACK_PAGES} pages, and photos by web meanwhile …")
    with ground.servers() as (portal, _), ground.worker():
        watcher = processes.start(processes.manage_command("watch_folder", str(folder)), os.environ)
        try:
            time.sleep(3)  # until all have started
            drawn = Page.objects.filter(file__created_at__gt=database_now())
            shutil.copyfile(big, folder / "stapel.pdf")
            first = wait_for(drawn.exists, 60)
            photos = [photo_read(portal, made) for _ in range(PHOTOS)]
            assert drawn.filter(recognised_at=None).exists(), "the stack was read before the photos came"
        finally:
            processes.stop(watcher)
    return [
        (
            f"first page of the stack ({megabytes} MB) to be seen, seconds",
            f"{first:.1f}",
            "–",
            f"≤ {FIRST_PAGE:.0f}",
            first <= FIRST_PAGE,
        ),
        (
            "photo by web meanwhile, text read, seconds",
            f"{statistics.median(photos):.1f}, longest {max(photos):.1f}",
            "–",
            f"≤ {PHOTO:.0f}",
            max(photos) <= PHOTO,
        ),
    ]


def photo_read(portal: ground.Server, made: Path) -> float:
    """Seconds from the receipt until the text of a photographed letter can be searched."""
    import pypdfium2

    from casework.models import Page, StoredFile
    from tests.visitor import Visitor

    picture = pypdfium2.PdfDocument(made / "stack.pdf")[0].render(scale=3).to_pil().convert("RGB")
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=80)
    with Visitor(portal.port) as visitor:
        answer = visitor.send_paper(uuid.uuid4(), "foto.jpg", target.getvalue() + uuid.uuid4().bytes)
        assert answer.status == 302, answer.status
        file = StoredFile.objects.latest("created_at").pk
        return wait_for(lambda: Page.objects.filter(file=file, recognised_at__isnull=False).exists(), 120)


def wait_for(condition: Callable[[], bool], seconds: float) -> float:
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise RuntimeError("waited in vain")
        time.sleep(0.02)
    return time.monotonic() - began


# --- codes and the next letter


def code_rows(stacks: list[Stack]) -> list[Row]:
    """Codes on the pages of stacks with sheets that divide them."""
    from casework.reading.recognise import recognise

    say(f"Codes in {len(stacks)} stacks …")
    wanted = found = invented = pages = 0
    for stack in stacks:
        for page in recognise(stack.file).pages:
            pages += 1
            right = stack.codes.get(page.number)
            contents = {code.content for code in page.codes}
            wanted, found = wanted + (right is not None), found + (right in contents)
            invented += len(contents - {right})
    if not wanted:
        return []
    met = found == wanted and not invented
    name = f"codes found on {pages} pages of stacks"
    return [(name, f"{found} of {wanted}, {invented} invented", "–", "all, none", met)]


def index_rows() -> list[Row]:
    """In a process of its own: it has a database of its own."""
    say("The next letter, 10,000 pages waiting …")
    command = [sys.executable, "-m", "tests.bench.index"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:  # the figures before it are worth seeing all the same
        say(done.stderr)
        return [
            ("next letter after Enter", "the bench ended with an error", "–", f"p95 ≤ {NEXT_LETTER}", False)
        ]
    said = done.stdout
    line = next(line for line in said.splitlines() if line.startswith("next letter:"))
    middle, longest = (int(line.split(f"{word} ")[1].split(" ms")[0]) for word in ("median", "p95"))
    name = "next letter after Enter, milliseconds"
    return [(name, f"p95 {longest}, median {middle}", "–", f"p95 ≤ {NEXT_LETTER}", longest <= NEXT_LETTER)]


# --- the table


def table(rows: list[Row]) -> list[str]:
    lines = ["| | Angekommen | Tesseract alone | aim | |", "|---|---|---|---|---|"]
    for name, one, other, aim, met in rows:
        mark = "" if met is None else "met" if met else "**missed**"
        lines.append(f"| {name} | {one} | {other} | {aim} | {mark} |")
    return lines


def conditions(given: Path | None, truths: list[Truth], began: datetime, load: float) -> list[str]:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("tesserocr", "zxing-cpp", "pillow", "pypdfium2")
    )
    return [
        f"{began:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, "
        f"load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end",
        f"Python {platform.python_version()}, {packages}",
        f"{len(truths)} pages: {'letters given' if given else 'letters made here'}. One thread a page.",
        "Ours: one file in the folder; take in, keep the bytes, open, pictures and thumbnails, codes, text,",
        "fields, fingerprint, rows, suggestions; all processes, those of the database apart.",
        "Tesseract alone: its defaults on the decoded full-size picture, engine loaded before.",
    ]


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
