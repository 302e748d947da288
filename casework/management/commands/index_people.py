"""Build what people are found by: the keys of everybody who has none, and how common names and days are.

manage.py index_people          what is missing, and the counts, as the worker does once a day; everything
                                after an update that changes the keys (minutes for a million people)
manage.py index_people --all    everything anew in any case
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from casework import likeness_index


class Command(BaseCommand):
    help = "Build the keys people are found by and count how common names and birth dates are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="build every key anew")

    def handle(self, *args: Any, **options: Any) -> None:
        built = likeness_index.build(everything=options["all"])
        self.stdout.write(
            f"{built.people} people counted, {built.indexed} indexed, "
            f"{built.waiting} waiting submissions indexed, {built.common} keys are too common to search by"
        )
