"""How often people disagreed with the machine about persons and papers, by reason.

manage.py matching_report                     since ever
manage.py matching_report --since 2026-11-01  of judgements from that day on

Four tables: persons and papers, each linked by the machine or asked about. "against" is how often people
undid a link (took the submission out again, or said it is not the same paper) or denied what was asked;
"agreed" is the share of the answers that said the same as the machine. Of a letter with several people
proposed each counts, so asking about persons can never reach 100 %. What to do with it:
docs/operations.md.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.judging import Tally, tally
from casework.matching.outcome import Outcome, Subject

BERLIN = ZoneInfo("Europe/Berlin")
HEADS = {
    (Subject.PERSON, Outcome.LINK): "Persons, linked by the machine",
    (Subject.PERSON, Outcome.ASK): "Persons, asked about",
    (Subject.PAPER, Outcome.LINK): "Papers, said to be the same or known by the machine",
    (Subject.PAPER, Outcome.ASK): "Papers, asked about",
}


class Command(BaseCommand):
    help = (
        "How often links of the machine were undone and questions confirmed, by reason: persons and papers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", default="", metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            since = date.fromisoformat(options["since"]) if options["since"] else date(2000, 1, 1)
        except ValueError:
            raise CommandError("--since wants a day as 2026-11-01") from None
        found = tally(datetime(since.year, since.month, since.day, tzinfo=BERLIN))
        for (subject, outcome), head in HEADS.items():
            rows = [one for one in found if (one.subject, one.outcome) == (subject, outcome)]
            self.stdout.write(f"\n{head}")
            if not rows:
                self.stdout.write("  none yet")
                continue
            self.stdout.write(
                f"{'reason':32} {'judged':>8} {'answered':>8} {'same':>8} {'against':>8} {'agreed':>8}"
            )
            for one in sorted(rows, key=lambda one: (one.reason != "", -one.judged, one.reason)):
                self.stdout.write(_line(one))


def _line(one: Tally) -> str:
    agreed = f"{100 * one.same / one.answered:.1f} %" if one.answered else "-"
    name = one.reason or "(all)"
    return f"{name:32} {one.judged:>8} {one.answered:>8} {one.same:>8} {one.against:>8} {agreed:>8}"
