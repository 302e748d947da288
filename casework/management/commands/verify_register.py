"""Check the register of arrivals and the closed days of the postbook: links, hashes, signatures."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework import closing, register
from casework.models import PostbookDay, RegisterEntry


class Command(BaseCommand):
    help = "Check every entry of the register (sequence, chain, hash, signature) and every closed day."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = [f"entry {fault.seq}: {fault.what}" for fault in register.verify()]
        faults += [f"day {fault.day}, sheet {fault.sheet}: {fault.what}" for fault in closing.verify()]
        for line in faults:
            self.stderr.write(line)
        if faults:
            raise CommandError(f"the register is damaged: {len(faults)} faults")
        self.stdout.write(f"register in order: {RegisterEntry.objects.count()} entries")
        self.stdout.write(f"postbook in order: {PostbookDay.objects.count()} closed sheets")
