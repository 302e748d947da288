"""Check the register of arrivals: every link, hash and signature."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework import register
from casework.models import RegisterEntry


class Command(BaseCommand):
    help = "Check every entry of the register of arrivals: sequence, chain, hash, signature."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(register.verify())
        for fault in faults:
            self.stderr.write(f"entry {fault.seq}: {fault.what}")
        if faults:
            raise CommandError(f"the register is damaged: {len(faults)} faults")
        self.stdout.write(f"register in order: {RegisterEntry.objects.count()} entries")
