"""Scanners of the network that the clerk starts from the portal: eSCL, or whatever SANE knows.

Only scanners named in the setting SCANNERS: `name=http://…/eSCL` or `name=sane:<device>`.
"""

import hashlib
import subprocess
import tempfile
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from casework import locks
from casework.envelope import Actor
from casework.models import Batch
from channels.models import InletNote
from channels.post.inlets import escl
from channels.post.inlets.escl import ScannerError
from channels.post.inlets.joining import join
from channels.post.inlets.taking import Thing, take

SANE_SECONDS = 1800
SANE_FEEDERS = ("Automatic Document Feeder", "ADF", "ADF Front")
SANE_DUPLEX = ("ADF Duplex", "Duplex", "ADF Duplex(Both Sides)")
SANE_EMPTY = 7  # SANE_STATUS_NO_DOCS: the feeder is empty, the usual end of a stack


@dataclass(frozen=True)
class Scanner:
    """`device` is an address (eSCL) or what follows `sane:`."""

    name: str
    kind: str  # escl or sane
    device: str


def scanners() -> list[Scanner]:
    """Those of the settings, in their order. No other is ever talked to."""
    found = []
    for name, address in settings.SCANNERS.items():
        sane = address.startswith("sane:")
        found.append(Scanner(name, "sane" if sane else "escl", address.removeprefix("sane:")))
    return found


def scan(
    name: str, arrived_on: date, sheets: int | None, actor: Actor, *, duplex: bool, job: uuid.UUID
) -> list[Batch]:
    """Scan what lies in the scanner of this name; the batch it becomes. The same `job` again scans nothing.

    Of files that cannot be joined each makes a batch. Errors: ScannerError.
    """
    chosen = next((one for one in scanners() if one.name == name), None)
    if chosen is None:
        raise ScannerError("refused", "not among the scanners of this office")
    with locks.held(f"inlet:scanner:{name}"), tempfile.TemporaryDirectory(prefix="scan-") as folder:
        done = InletNote.objects.filter(key=_thing(name, job, 1).key).select_related("batch").first()
        if done is not None and done.batch is not None:  # a double click, or a page loaded again
            return [done.batch]
        into = Path(folder)
        parts = _escl(chosen, into, duplex) if chosen.kind == "escl" else _sane(chosen, into, duplex)
        files = parts
        if len(parts) > 1 and join(parts, into / "whole.pdf"):
            files = [into / "whole.pdf"]
        batches = []
        with ExitStack() as opened:
            for number, path in enumerate(files, start=1):
                handle = opened.enter_context(path.open("rb"))
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
                thing = _thing(name, job, number)
                counted = sheets if len(files) == 1 else None
                batches.append(take(thing, handle, digest, arrived_on, actor=actor, sheets=counted).batch)
        return batches


def _thing(name: str, job: uuid.UUID, number: int) -> Thing:
    return Thing("scanner", f"{job}:{number}", f"{name}.pdf", name)


def _escl(scanner: Scanner, into: Path, duplex: bool) -> list[Path]:
    able = escl.capabilities(scanner.device)
    parts = []
    sent = escl.scan(scanner.device, able, duplex=duplex, limit=settings.MAX_BATCH_BYTES)
    for number, content in enumerate(sent, start=1):
        part = into / f"{number:05}.pdf"
        part.write_bytes(content)
        parts.append(part)
    return parts


def _sane(scanner: Scanner, into: Path, duplex: bool) -> list[Path]:
    """By the program scanimage (Debian: sane-utils); a file for each page."""
    sources = _sane_sources(scanner)
    feeder = next((one for one in (SANE_DUPLEX if duplex else SANE_FEEDERS) if one in sources), "")
    if duplex and not feeder:
        raise ScannerError("no_duplex")
    command = ["scanimage", "--device-name", scanner.device, "--format=pdf", "--resolution=300"]
    if feeder:
        command += [f"--source={feeder}", f"--batch={into}/%05d.pdf"]
    else:
        command += [f"--batch={into}/%05d.pdf", "--batch-count=1"]
    done = _run(command, SANE_SECONDS)
    parts = sorted(path for path in into.glob("*.pdf") if path.stat().st_size)
    if not parts:
        raise ScannerError(
            "empty" if done.returncode in (0, SANE_EMPTY) else "unreachable", done.stderr[-500:]
        )
    if done.returncode not in (0, SANE_EMPTY):  # a jam: what came is only a part of the stack
        raise ScannerError("refused", done.stderr[-500:])
    if sum(path.stat().st_size for path in parts) > settings.MAX_BATCH_BYTES:
        raise ScannerError("too_large")
    return parts


def _sane_sources(scanner: Scanner) -> list[str]:
    """Where the scanner can take paper from, in SANE's words."""
    done = _run(["scanimage", "--device-name", scanner.device, "--all-options"], 60)
    if done.returncode:
        raise ScannerError("unreachable", done.stderr[-500:])
    for line in done.stdout.splitlines():
        words = line.strip()
        if words.startswith("--source "):
            return words.removeprefix("--source ").partition(" [")[0].split("|")
    return []


def _run(command: list[str], seconds: float) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False
        )
    except FileNotFoundError:
        raise ScannerError("unreachable", "scanimage is not installed (Debian: sane-utils)") from None
    except subprocess.TimeoutExpired:
        raise ScannerError("unreachable", "no end in time") from None
