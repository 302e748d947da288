"""How well and how fast people are recognised, on files of invented people.

manage.py bench_persons --population population.csv --incoming incoming.csv --out links.csv --truth truth.csv

Loads the register, takes the incoming records in their order and judges each with the code of the product,
in a database of its own that is dropped at the end. Who is not linked waits like a submission in the tray: a
later record may be found to be the same sender. Writes record_id,target,score,decision: decision is link or
review (several rows a record, the likeliest first), target a person_id or an earlier record_id; no row: new.
Given the truth (record_id, entity_id, in_register, case_number, kinds) it prints how right that is and
what other limits would link, too.
"""

import csv
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from casework import likeness, likeness_index, numbers
from casework.clock import database_now
from casework.envelope import Channel, Role
from casework.matching.details import Details
from casework.matching.outcome import Outcome
from casework.matching.rightness import Best, curve, score
from casework.models import Person, Submission


class Command(BaseCommand):
    help = "Judge incoming records against a register; prints throughput and latency."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--population", type=Path, required=True, metavar="CSV")
        parser.add_argument("--incoming", type=Path, required=True, metavar="CSV")
        parser.add_argument("--out", type=Path, required=True, metavar="CSV")
        parser.add_argument("--truth", type=Path, metavar="CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        with own_database():
            started = time.perf_counter()
            names = load_register(options["population"])
            loaded = time.perf_counter()
            self.stdout.write(f"register: {len(names)} people written in {loaded - started:.1f} s")
            likeness_index.build(everything=True)
            indexed = time.perf_counter()
            self.stdout.write(f"index: built in {indexed - loaded:.1f} s")
            run = Run(names)
            written = run.judge_all(_rows(options["incoming"]), options["out"])
            took = time.perf_counter() - indexed
        self.stdout.write(
            f"{len(run.seconds)} records in {took:.1f} s, {len(run.seconds) / max(took, 1e-9):.0f} a second;"
            f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        self.stdout.write(f"lookup: {_percentiles(run.seconds)}")
        counted = ", ".join(f"{outcome}: {run.outcomes[outcome]}" for outcome in Outcome)
        self.stdout.write(f"{counted}; {written} rows in {options['out']}")
        if options["truth"]:
            cases = {row["person_id"]: row["case_number"] for row in _rows(options["population"])}
            found = score(_rows(options["truth"]), _rows(options["out"]), cases)
            self.stdout.write("\n  ".join([found.summary(), *found.details()]))
            limits = likeness.thresholds()
            others = curve(_rows(options["truth"]), run.best, cases, now=(limits.stranger, limits.relative))
            self.stdout.write("\n".join(others))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as rows:
        yield from csv.DictReader(rows)


@contextmanager
def own_database() -> Iterator[None]:
    """An empty database on the same server for the block, whatever happens in it."""
    usual, own = connection.settings_dict["NAME"], f"bench_persons_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{own}"')
    connection.close()
    connection.settings_dict["NAME"] = own
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{own}" WITH (FORCE)')


# --- the register


def load_register(path: Path) -> list[str]:
    """Write everybody through COPY; gives the person_id of the file for the rows 1, 2, 3 …"""
    blank = {field.attname: getattr(Person(), field.attname) for field in Person._meta.concrete_fields}
    names: list[str] = []
    households: dict[str, int] = {}
    taken: set[str] = set()
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(f"COPY casework_person ({', '.join(blank)}) FROM STDIN") as copy:
            for pk, row in enumerate(_rows(path), start=1):
                details = details_of_row(row)
                number = details.customer_number if details.customer_number not in taken else ""
                taken.add(number)
                household = _household(details.household_number)
                names.append(row["person_id"])
                given = {
                    **vars(details),
                    "id": pk,
                    "public_id": uuid.uuid4(),
                    "birth_date": _day(row["birth_date"]),
                    "customer_number": number or None,
                    "household_id": households.setdefault(household, len(households) + 1)
                    if household
                    else None,
                    "created_at": "2026-01-01T00:00:00Z",
                }
                copy.write_row([given.get(name, usual) for name, usual in blank.items()])
        with cursor.copy("COPY casework_household (id, number) FROM STDIN") as copy:
            for household, pk in households.items():
                copy.write_row((pk, household))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE casework_person")
    return names


def _household(number: str) -> str:
    try:
        return numbers.household_number(number)
    except numbers.NumberError:
        return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def details_of_row(row: dict[str, str]) -> Details:
    return Details(
        given_name=row["first_name"],
        family_name=row["last_name"],
        birth_name=row.get("birth_name", ""),
        birth_date=row["birth_date"],
        street=f"{row['street']} {row['house_number']}".strip(),
        postcode=row["zip"],
        city=row["city"],
        phone=row["phone"],
        email=row["email"],
        iban=row["iban"],
        customer_number=row["customer_number"],
        household_number=row["case_number"],
    )


# --- incoming


class Run:
    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.earlier: dict[int, str] = {}  # entry -> record_id
        self.seconds: list[float] = []
        self.outcomes: Counter[Outcome] = Counter()
        self.best: list[Best] = []

    def judge_all(self, rows: Iterable[dict[str, str]], out: Path) -> int:
        written = 0
        with out.open("w", newline="", encoding="utf-8") as target:
            links = csv.writer(target)
            links.writerow(("record_id", "target", "score", "decision"))
            for row in rows:
                for name, score, decision in self.judge(row):
                    links.writerow((row["record_id"], name, f"{score:.2f}", decision))
                    written += 1
        return written

    def judge(self, row: dict[str, str]) -> list[tuple[str, float, str]]:
        details = details_of_row(row)
        started = time.perf_counter()
        found = likeness.find(details)
        self.seconds.append(time.perf_counter() - started)
        self.outcomes[found.outcome] += 1
        if found.candidates:
            best = found.candidates[0]
            self.best.append(
                Best(
                    row["record_id"],
                    self._name(best),
                    best.compared.bits,
                    best.compared.own,
                    found.unclear,
                )
            )
        if found.outcome == Outcome.LINK:
            return [(self._name(best), best.compared.bits, "link")]
        self._wait(row["record_id"], details, found)
        return [(self._name(one), one.compared.bits, "review") for one in found.candidates]

    def _name(self, one: likeness.Alike) -> str:
        return self.names[one.person - 1] if one.person is not None else self.earlier[one.entry]

    def _wait(self, record: str, details: Details, found: likeness.Found) -> None:
        """Like a submission in the tray: with its sender as given, and whom it was found to be like."""
        entry = likeness.index_waiting(submission_of(details), may_be=[one.entry for one in found.candidates])
        self.earlier[entry.pk] = record


def submission_of(details: Details) -> Submission:
    """As it lies in the tray, as far as recognising looks at it."""
    sender = asdict(details)
    answers = {"iban": sender.pop("iban")}
    now = database_now()
    return Submission.objects.create(
        key=uuid.uuid4(),
        channel=Channel.WEB,
        service="PAPERS",
        service_version=1,
        sender=sender,
        answers=answers,
        actor_role=Role.CLAIMANT,
        received_at=now,
        recorded_at=now,
    )


def _percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    if not ordered:
        return "nothing came in"
    shown = ((name, ordered[min(len(ordered) - 1, int(len(ordered) * part))]) for name, part in _SHOWN)
    return ", ".join(f"{name} {value * 1000:.1f} ms" for name, value in shown)


_SHOWN = (("p50", 0.50), ("p95", 0.95), ("p99", 0.99))
