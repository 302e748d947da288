"""A double-sided stack from a feeder that scans one side: two passes become one order of pages.

Both files stay as they came; the batch's own file is the two interleaved (docs/decisions/0007).
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from casework import filestore
from casework.models import Batch, BatchPass, StoredFile
from casework.reading.handwork import HandworkFailed, merge, page_count
from casework.reading.splitting import interleave

__all__ = ["HandworkFailed", "Interleaved", "interleaved", "note"]


@dataclass(frozen=True)
class Interleaved:
    """One PDF of both passes, and how many pages each had."""

    pdf: bytes
    fronts: int
    backs: int


def interleaved(fronts: StoredFile, backs: StoredFile, *, backs_reversed: bool) -> Interleaved:
    """Every page of both, fronts and backs in turn. Errors: HandworkFailed (no PDF, damaged, protected)."""
    with tempfile.TemporaryDirectory(prefix="passes-") as folder:
        paths = [Path(folder) / "fronts", Path(folder) / "backs"]
        for file, path in zip((fronts, backs), paths, strict=True):
            filestore.write_to(file, path)
        with paths[0].open("rb") as first, paths[1].open("rb") as second:
            counts = page_count(first), page_count(second)
            order = interleave(*counts, backs_reversed=backs_reversed)
            return Interleaved(merge(first, second, order), *counts)


@transaction.atomic
def note(batch: Batch, fronts: StoredFile, backs: StoredFile) -> None:
    """Which two files the batch was made of; they are kept as long as it is."""
    BatchPass.objects.create(batch=batch, file=fronts, side="fronts")
    BatchPass.objects.create(batch=batch, file=backs, side="backs")
