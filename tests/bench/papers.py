"""How long finding a page among all takes, and how few are compared: make bench-papers ARGS="--pages 1000000"

Made-up pages: each has as many keys as a payslip: words common to all of a template; names and dates
that some 150 pages have, however many there are; what twelve pages of a person have; numbers of its own;
every tenth came before. What is asked is what each new page asks. Comparing with the candidates does not
depend on the number of pages (`bench_documents`).
"""

import argparse
import os
import random
import statistics
import time

from tests.bench import ground

TEMPLATES = 400
COMMON, NAMES, PERSON, OWN = (
    16,
    8,
    5,
    14,
)  # keys of a page: words of its form, names, of the person, of its own
SHARED = 150  # pages that have a name
PAGES_A_PERSON = 12
ASKED = 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-papers", description="Candidates among many pages.")
    parser.add_argument("--pages", type=int, default=10_000, help="pages there are (10000)")
    chosen = parser.parse_args()
    with ground.database():
        ground.prepare()
        fill(chosen.pages)
        tell(chosen.pages, ask(chosen.pages))


def fill(pages: int) -> None:
    """By SQL: a million pages would take an hour through the models."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """
            INSERT INTO casework_storedfile (id, name, size, sha256, created_at, media_type, page_count,
                problem, cut_off, virus)
            SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, '', 0, '', now(), '', 1, '',
                false, 'clean' FROM generate_series(1, %s) n
            """,
            [pages],
        )
        cursor.execute(
            """
            INSERT INTO casework_page (id, file_id, number, width, height, empty, picture, thumbnail, turned,
                blank, language, kind, kind_confidence, text, words, codes, fields)
            SELECT n, ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 1, 1, 1, false, '', '', 0,
                false, '', '', 0, '', '[]', '[]', '[]' FROM generate_series(1, %s) n
            """,
            [pages],
        )
        cursor.execute(
            """
            INSERT INTO casework_pageprint (page_id, imprint, words, skew, turned, typed, own, sureness)
            SELECT n, '', '[]', 0, 0, false, true, 1 FROM generate_series(1, %s) n
            """,
            [pages],
        )
        cursor.execute(
            """
            INSERT INTO casework_pagekey (print_id, key)
            SELECT n, key FROM (SELECT n, CASE WHEN n %% 10 = 0 AND n > 10 THEN n - 7 ELSE n END AS content
                FROM generate_series(1, %(pages)s) n) page,
            LATERAL (
                SELECT -(content %% %(templates)s) * 100 - k AS key FROM generate_series(1, %(common)s) k
                UNION ALL SELECT -1000000000000 * k - content::bigint * (2 * k + 1) %% %(different)s
                    FROM generate_series(1, %(names)s) k
                UNION ALL SELECT -10000000000000 * k - content::bigint / %(each)s
                    FROM generate_series(1, %(person)s) k
                UNION ALL SELECT content::bigint * 1000 + k FROM generate_series(1, %(own)s) k
            ) keys
            """,
            {
                "pages": pages,
                "templates": TEMPLATES,
                "common": COMMON,
                "names": NAMES,
                "person": PERSON,
                "each": PAGES_A_PERSON,
                "different": pages // SHARED,
                "own": OWN,
            },
        )
        cursor.execute(
            "INSERT INTO casework_keycount (key, pages) "
            "SELECT key, count(*) FROM casework_pagekey GROUP BY key"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE) casework_pagekey, casework_keycount, casework_page")


def ask(pages: int) -> tuple[list[float], list[int], int]:
    """Seconds and number of candidates for pages at random; how many of the repeated were found first."""
    from casework import prints
    from casework.models import PagePrint

    chance = random.Random(1)
    seconds, counts, found = [], [], 0
    for _ in range(ASKED):
        page = chance.randrange(2, pages // 10) * 10
        printed = PagePrint.objects.select_related("page").get(pk=page)
        before = time.perf_counter()
        candidates = list(prints.candidates(printed))
        seconds.append(time.perf_counter() - before)
        counts.append(len(candidates))
        found += candidates[:1] == [page - 7]
    return seconds, counts, found


def tell(pages: int, asked: tuple[list[float], list[int], int]) -> None:
    seconds, counts, found = asked
    ordered = sorted(seconds)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{pages} pages: median {statistics.median(ordered) * 1000:.1f} ms,"
        f" p95 {ordered[int(0.95 * len(ordered))] * 1000:.1f} ms;"
        f" candidates {statistics.mean(counts):.1f} a page, at most {max(counts)};"
        f" the right page first {found} of {len(seconds)};"
        f" {os.cpu_count()} cores, load {load}\n{sizes()}"
    )


def sizes() -> str:
    """Space of the keys, in megabytes."""
    from django.db import connection

    wanted = {
        "keys": "pg_table_size('casework_pagekey')",
        "their indexes": "pg_indexes_size('casework_pagekey')",
    }
    wanted["counts"] = "pg_total_relation_size('casework_keycount')"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(wanted.values()))
        return ", ".join(
            f"{name} {size / 1e6:.0f} MB" for name, size in zip(wanted, cursor.fetchone(), strict=True)
        )


if __name__ == "__main__":
    main()
