"""Ask clamd about a file (INSTREAM). Subject: a file.

Open for arrival, careful for viewing: a file is stored and receipted whatever this says, and staff see
pictures we rendered. Without a scanner a file stays marked "not yet checked".
"""

import socket
import struct

from django.conf import settings
from django.db import transaction

from casework import events, filestore, unreadable
from casework.envelope import SYSTEM
from casework.models import StoredFile

TIMEOUT_SECONDS = 60


def run(subject: str) -> None:
    if not settings.CLAMD_ADDRESS:
        return
    file = StoredFile.objects.filter(pk=subject, virus="unchecked").first()
    if file is None:
        return
    found = _infected(file)
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().filter(pk=subject, virus="unchecked").first()
        if file is None:
            return
        file.virus = "found" if found else "clean"
        file.save(update_fields=["virus"])
        if found:
            events.record(events.VirusFound(), SYSTEM, file=file)
            unreadable.note_file(file)


def _infected(file: StoredFile) -> bool:
    """Errors: OSError if clamd does not answer, RuntimeError if it answers with an error."""
    host, _, port = settings.CLAMD_ADDRESS.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall(b"zINSTREAM\0")
        for chunk in filestore.read(file):
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := connection.recv(4096)):
            answer += more
    text = answer.rstrip(b"\0").decode(errors="replace")
    if text.endswith("OK"):
        return False
    if text.endswith("FOUND"):
        return True
    raise RuntimeError(f"clamd: {text}")
