"""`make bench-mail`: what reading paper costs and how well it reads, beside Tesseract alone, same pages.

ARGS="--letters DIR" takes a folder with truth.json (documents with file, person and pages with their text);
without it a few letters are made here. ARGS="--pages 20" takes fewer, spread over all.
"""

import argparse
import json
import os
import platform
import re
import resource
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

# Read when the libraries load: the anchor gets one thread, too, which costs it less.
os.environ["OMP_THREAD_LIMIT"] = "1"

from tests.bench import ground, letters

CPU_RATIO, ERRORS, FIELDS, MEMORY_MIB = 1.15, 0.018, 0.975, 300


@dataclass(frozen=True)
class Truth:
    """A page as it was written."""

    file: Path
    number: int
    text: str
    names: tuple[str, ...]


@dataclass
class Result:
    """Texts of the pages and what they cost."""

    texts: dict[tuple[Path, int], str] = field(default_factory=dict)
    cpu: float = 0.0
    engine: float = 0.0
    wall: float = 0.0
    memory_mib: float = 0.0
    found: dict[tuple[Path, int], set[str]] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-mail", description=__doc__)
    parser.add_argument("--letters", type=Path, help="folder with truth.json")
    parser.add_argument("--pages", type=int, default=0, help="so many pages only")
    chosen = parser.parse_args()
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with TemporaryDirectory(prefix="bench-mail-") as made, ground.database():
        ground.prepare()
        folder = chosen.letters or letters.make(Path(made))
        truths = some(read_truth(folder), chosen.pages)
        with TemporaryDirectory(prefix="bench-pages-") as work:
            single = [one_page(truth, Path(work), at) for at, truth in enumerate(truths)]
            say(f"{len(truths)} pages. Tesseract alone …")
            anchor = alone(truths, single)
            say("The whole way …")
            ours = whole_way(truths, single)
    print("\n".join([*conditions(chosen.letters, truths, began, load), "", *table(truths, ours, anchor)]))


def read_truth(folder: Path) -> list[Truth]:
    truths = []
    for document in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["documents"]:
        who = document["person"]
        names = (
            *(f"{who['first']} {who['last']}", f"{who['last']}, {who['first']}"),
            *(who["bg"], who["kunde"], who["iban"]),
        )
        truths += [
            Truth(folder / document["file"], page["n"], page["text"], names) for page in document["pages"]
        ]
    return truths


def some(truths: list[Truth], most: int) -> list[Truth]:
    if not most or most >= len(truths):
        return truths
    return [truths[at * len(truths) // most] for at in range(most)]


def one_page(truth: Truth, folder: Path, at: int) -> Path:
    """The page as a file of its own, its picture untouched."""
    import pikepdf

    path = folder / f"{at:04}.pdf"
    with pikepdf.open(truth.file) as whole, pikepdf.Pdf.new() as single:
        single.pages.append(whole.pages[truth.number - 1])
        single.save(path)
    return path


# --- the two ways


def alone(truths: list[Truth], files: list[Path]) -> Result:
    """Tesseract with its defaults on the full picture; loading the engine and the PDF is not counted."""
    import pypdfium2
    import tesserocr

    from casework.reading.recognise import tessdata

    result = Result()
    with tesserocr.PyTessBaseAPI(path=tessdata(), lang="deu", psm=tesserocr.PSM.AUTO) as engine:
        for truth, file in zip(truths, files, strict=True):
            image = (
                next(iter(pypdfium2.PdfDocument(file)[0].get_objects())).get_bitmap().to_pil().convert("L")
            )
            started = time.process_time()
            engine.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
            engine.SetSourceResolution(300)
            result.texts[truth.file, truth.number] = engine.GetUTF8Text()
            result.cpu += time.process_time() - started
    return result


def whole_way(truths: list[Truth], files: list[Path]) -> Result:
    """Keep the files, make pictures, recognise, store, until it can be searched: everything but the server of
    the database. Files of several pages as they came, so that the engine is loaded once for some pages.
    """
    import pikepdf
    from django.db import connections

    from casework import filestore, outbox
    from casework.envelope import SYSTEM
    from casework.models import Outbox, Page, StoredFile

    result = Result()
    with TemporaryDirectory(prefix="bench-stack-") as folder:
        stack = Path(folder) / "stack.pdf"
        with pikepdf.Pdf.new() as whole:
            for file in files:
                with pikepdf.open(file) as single:
                    whole.pages.extend(single.pages)
            whole.save(stack)
        halves = split(stack, Path(folder))
        clock, cpu = time.monotonic(), spent()
        kept: list[StoredFile] = []
        for half in halves:
            with half.open("rb") as source:
                kept.append(filestore.keep(pieces(source), half.name, SYSTEM))

        def work(_: int) -> None:
            try:
                while outbox.sweep(1):
                    pass
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as workers:
            # Two workers, as `manage.py work` has them; each round takes what the round before gave rise to.
            while Outbox.objects.filter(state="due").exists():
                list(workers.map(work, range(2)))
        result.cpu, result.wall = spent() - cpu, time.monotonic() - clock
    pages = Page.objects.filter(file__in=kept, recognised_at__isnull=False)
    order = {file.pk: at for at, file in enumerate(kept)}
    rows = sorted(pages.defer("picture", "thumbnail"), key=lambda page: (order[page.file_id], page.number))
    assert len(rows) == len(truths), f"{len(rows)} of {len(truths)} pages were recognised"
    for truth, page in zip(truths, rows, strict=True):
        result.texts[truth.file, truth.number] = page.text
        result.found[truth.file, truth.number] = {str(f["value"]) for f in page.fields}
    result.memory_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return result


def pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(1 << 20):
        yield piece


def split(stack: Path, folder: Path) -> list[Path]:
    """Two files of half the pages each: one for each worker."""
    import pikepdf

    halves = []
    with pikepdf.open(stack) as whole:
        middle = (len(whole.pages) + 1) // 2
        for at, pages in enumerate((whole.pages[:middle], whole.pages[middle:])):
            if pages:
                with pikepdf.Pdf.new() as half:
                    half.pages.extend(pages)
                    half.save(folder / f"half-{at}.pdf")
                halves.append(folder / f"half-{at}.pdf")
    return halves


def spent() -> float:
    """Processor seconds of this process and its children so far."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


# --- how well


def even(text: str) -> str:
    return " ".join(text.split())


def edits(one: str, other: str) -> int:
    """Letters to insert, delete or change to make one text the other (Levenshtein; Myers 1999)."""
    if not one or not other:
        return len(one) + len(other)
    places: dict[str, int] = {}
    for at, sign in enumerate(one):
        places[sign] = places.get(sign, 0) | 1 << at
    all_ones, last, score = (1 << len(one)) - 1, 1 << len(one) - 1, len(one)
    up, down = all_ones, 0
    for sign in other:
        same = places.get(sign, 0)
        vertical = same | down
        horizontal = (((same & up) + up) ^ up) | same
        more = down | ~(horizontal | up) & all_ones
        less = up & horizontal
        score += bool(more & last) - bool(less & last)
        more, less = (more << 1 | 1) & all_ones, less << 1 & all_ones
        up, down = less | ~(vertical | more) & all_ones, more & vertical
    return score


def facts(truth: Truth) -> Iterator[str]:
    """Names, numbers, dates and amounts that are written on the page."""
    text = even(truth.text)
    yield from re.findall(r"\b\d\d\.\d\d\.\d{4}\b", text)
    yield from re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{3})*,\d\d\b", text)
    yield from (name for name in truth.names if name in text)


def quality(truths: Iterable[Truth], result: Result) -> tuple[float, float]:
    """Share of wrong letters, and of facts found exactly in the text."""
    wrong = letters = found = wanted = 0
    for truth in truths:
        text, right = even(result.texts[truth.file, truth.number]), even(truth.text)
        wrong, letters = wrong + edits(right, text), letters + len(right)
        for fact in facts(truth):
            found, wanted = found + (fact in text), wanted + 1
    return wrong / max(1, letters), found / max(1, wanted)


def in_fields(truths: Iterable[Truth], result: Result) -> float:
    """Share of the facts that are fields of the page, in their normal form."""
    found = wanted = 0
    for truth in truths:
        known = result.found[truth.file, truth.number]
        for fact in facts(truth):
            found, wanted = found + (normal(fact) in known), wanted + 1
    return found / max(1, wanted)


def normal(fact: str) -> str:
    if date := re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", fact):
        return f"{date[3]}-{date[2]}-{date[1]}"
    if re.fullmatch(r"[\d.]+,\d\d", fact):
        return fact.replace(".", "").replace(",", ".")
    if re.fullmatch(r"[A-Z]{2}\d\d[\d ]+", fact):
        return fact.replace(" ", "")
    family, comma, given = fact.partition(", ")
    return f"{given} {family}" if comma else fact


# --- the table


def table(truths: list[Truth], ours: Result, anchor: Result) -> list[str]:
    pages = len(truths)
    (wrong, found), (their_wrong, their_found) = quality(truths, ours), quality(truths, anchor)
    ratio = ours.cpu / anchor.cpu
    rows = [
        (
            "processor seconds a page",
            f"{ours.cpu / pages:.2f}",
            f"{anchor.cpu / pages:.2f}",
            f"ratio ≤ {CPU_RATIO}",
            ratio <= CPU_RATIO,
        ),
        ("  ratio", f"{ratio:.2f}", "1", "", None),
        ("wrong letters", f"{wrong:.2%}", f"{their_wrong:.2%}", f"≤ {ERRORS:.1%}", wrong <= ERRORS),
        ("facts right in the text", f"{found:.1%}", f"{their_found:.1%}", f"≥ {FIELDS:.1%}", found >= FIELDS),
        ("facts found as fields", f"{in_fields(truths, ours):.1%}", "–", "", None),
        (
            "memory of the largest child",
            f"{ours.memory_mib:.0f} MiB",
            "–",
            f"< {MEMORY_MIB}",
            ours.memory_mib < MEMORY_MIB,
        ),
        (
            "wall seconds, two workers",
            f"{ours.wall:.0f}",
            f"{anchor.cpu / 2:.0f} (half of its processor time)",
            "",
            None,
        ),
    ]
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
        "Ours: keep the bytes, open, pictures and thumbnails, codes, text, fields, fingerprint, rows; "
        "without the database server's own time.",
        "Tesseract alone: its defaults on the decoded full-size picture, engine loaded before.",
    ]


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
