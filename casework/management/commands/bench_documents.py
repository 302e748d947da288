"""Read submissions, find the pages that came more than once, and write down the pairs.

manage.py bench_documents --submissions submissions.csv --files DIR --out links.csv

The very code of the product, in a database of its own that is dropped at the end. `links.csv`: page_a,
page_b, score, decision (dup: the machine is sure; review: a person would be asked). A page is
submission_id/number. With --truth truth_pages.csv (page_id, content_id, page_class, render) it also prints
how right that is, and what a lower threshold would find and confuse.
"""

import csv
import itertools
import os
import time
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from casework import prints
from casework.matching.pages import Verdict
from casework.matching.tradeoff import report
from casework.models import Page, PageMatch, PagePrint, StoredFile
from casework.reading.recognise import recognise
from casework.reading.recognised import PageReading, Recognition


class Command(BaseCommand):
    help = "Find pages that came more than once in a set of submissions; for checking the figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--submissions", type=Path, required=True)
        parser.add_argument("--files", type=Path, required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--truth", type=Path, help="truth_pages.csv: print how right the pairs are")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = _table(options["submissions"])
        truth = _table(options["truth"]) if options["truth"] else []
        with _own_database():
            bench = _Bench(options["files"])
            bench.run(rows)
            links = bench.links()
        with options["out"].open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(["page_a", "page_b", "score", "decision"])
            writer.writerows(links)
        pages, decisions = max(1, bench.pages), [link[3] for link in links]
        self.stdout.write(
            f"pages {bench.pages}, compared {bench.compared} pairs of pages\n"
            f"reading {bench.reading_seconds / pages:.3f} CPU s a page (in the children)\n"
            f"matching {bench.matching_seconds / pages:.3f} CPU s a page\n"
            f"all together {bench.wall_seconds:.1f} s on the clock\n"
            f"dup {decisions.count('dup')}, review {decisions.count('review')}"
        )
        if truth:
            told = [(a, b, float(score), decision == "dup") for a, b, score, decision in links]
            self.stdout.write("\n".join(report(truth, told)))


def _table(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as source:
            return list(csv.DictReader(source))
    except OSError as error:
        raise CommandError(str(error)) from error


class _Bench:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[int, str] = {}
        self.pages = self.compared = 0
        self.reading_seconds = self.matching_seconds = self.wall_seconds = 0.0

    def run(self, rows: list[dict[str, str]]) -> None:
        """Read ahead on all cores, compare in the order of arrival."""
        started = time.monotonic()
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            reading: list[tuple[dict[str, str], list[Future[Recognition]]]] = [
                (row, [pool.submit(self._read, name) for name in row["files"].split(";")]) for row in rows
            ]
            for row, files in reading:
                self._take(row["submission_id"], [future.result() for future in files])
        self.wall_seconds = time.monotonic() - started

    def _read(self, name: str) -> Recognition:
        return recognise(self._folder / Path(name).name, languages=settings.OCR_LANGUAGES)

    def _take(self, submission: str, files: list[Recognition]) -> None:
        number = 0
        kept: list[PagePrint] = []
        file = StoredFile.objects.create(name=submission)  # its pages are never compared with one another
        for found in files:
            for page in found.pages:
                number += 1
                self.pages += 1
                self.reading_seconds += page.seconds
                kept += self._keep(file, f"{submission}/{number}", number, page)
        before = time.thread_time()
        for printed in kept:
            prints.compare(printed)
        self.matching_seconds += time.thread_time() - before

    def _keep(self, file: StoredFile, name: str, number: int, found: PageReading) -> list[PagePrint]:
        page = Page.objects.create(
            file=file, number=number, width=1, height=1, picture=b"", thumbnail=b"", blank=found.blank
        )
        self._names[page.pk] = name
        before = time.thread_time()
        prints.keep(page, found)
        self.matching_seconds += time.thread_time() - before
        return list(PagePrint.objects.filter(page=page).select_related("page").defer("imprint", "words"))

    def links(self) -> list[tuple[str, str, str, str]]:
        """All pairs that follow: what is the same as the same is the same."""
        self.compared = prints.judged()
        own = dict(PagePrint.objects.values_list("page_id", "own"))
        matches = list(PageMatch.objects.all())
        groups = _Groups(own)
        for match in matches:
            if match.verdict == Verdict.SAME:
                groups.join(match.later_id, match.earlier_id)
        apart = {
            groups.of(match.later_id)
            for match in matches
            if match.verdict == Verdict.CORRECTED and groups.of(match.later_id) == groups.of(match.earlier_id)
        }
        found: dict[tuple[int, int], tuple[float, str]] = {}
        for first, members in groups.all().items():
            for pair in itertools.combinations(sorted(members), 2):
                found[pair] = (1.0, "review" if first in apart else "dup")
        differ = {
            frozenset((groups.of(match.later_id), groups.of(match.earlier_id)))
            for match in matches
            if match.verdict == Verdict.CORRECTED
        }
        for match in matches:
            between = frozenset((groups.of(match.later_id), groups.of(match.earlier_id)))
            if match.verdict == Verdict.MAYBE and between not in differ:
                sides = (groups.members(match.later_id), groups.members(match.earlier_id))
                for a, b in itertools.product(*sides):
                    if a != b:
                        found.setdefault((min(a, b), max(a, b)), (match.score, "review"))
        return self._told(found, own)

    def _told(
        self, found: dict[tuple[int, int], tuple[float, str]], own: dict[int, bool]
    ) -> list[tuple[str, str, str, str]]:
        """Without pairs of one submission, and without backs of letters whose fronts differ."""
        telling = set()
        for (a, b), (_, decision) in found.items():
            if decision == "dup" and (own[a] or own[b]):
                telling.add((self._submission(a), self._submission(b)))
        links = []
        for (a, b), (score, decision) in sorted(found.items()):
            both = (self._submission(a), self._submission(b))
            if both[0] == both[1] or not (own[a] or own[b] or both in telling):
                continue
            links.append((self._names[a], self._names[b], f"{score:.4f}", decision))
        return links

    def _submission(self, page: int) -> str:
        return self._names[page].rpartition("/")[0]


class _Groups:
    """Pages that are the same, as sets that grow together."""

    def __init__(self, pages: dict[int, bool]) -> None:
        self._first = {page: page for page in pages}

    def of(self, page: int) -> int:
        while self._first[page] != page:
            page = self._first[page]
        return page

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self._first[second] = first

    def all(self) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for page in self._first:
            groups[self.of(page)].append(page)
        return groups

    def members(self, page: int) -> list[int]:
        return self.all()[self.of(page)]


@contextmanager
def _own_database() -> Iterator[None]:
    connection.settings_dict["TEST"]["NAME"] = f"bench_documents_{os.getpid()}"
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
