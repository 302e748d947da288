"""Keeping pictures of pages. Of a big stack the first is drawn while the bytes are still being kept."""

import logging
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from casework.models import Page, StoredFile
from casework.reading.result import PagePicture, Reading
from casework.reading.run import USUAL, ReaderBrokenError, read

log = logging.getLogger(__name__)

# Whoever keeps the bytes waits at most so long for the picture.
_FIRST = replace(USUAL, pages=1, slice_pages=1, wall_seconds=5, wall_seconds_per_page=0, child_wall_seconds=5)


def keep_page(file: StoredFile, picture: PagePicture) -> bool:
    """Keep the picture of one page; False if it is there already."""
    _page, new = Page.objects.get_or_create(
        file=file,
        number=picture.number,
        defaults={
            "width": picture.width,
            "height": picture.height,
            "empty": picture.empty,
            "picture": picture.picture.read_bytes(),
            "thumbnail": picture.thumbnail.read_bytes(),
        },
    )
    return new


@contextmanager
def first_page_meanwhile(descriptor: int) -> Iterator[Callable[[StoredFile], None]]:
    """Draw the first page of an open file in a thread, so that whoever scans sees the stack soon.

    The function given keeps it as the page of the file that has these bytes. The worker draws every page
    anyhow, so whatever does not work here is left to it.
    """
    path = Path(f"/proc/self/fd/{descriptor}")  # whatever its name is by now
    with tempfile.TemporaryDirectory(prefix="first-page-") as folder, ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(read, path, Path(folder), limits=_FIRST)
        yield lambda file: _keep_first(drawing, file)


def _keep_first(drawing: Future[Reading], file: StoredFile) -> None:
    try:
        pages = drawing.result().pages
    except (OSError, ReaderBrokenError) as error:
        log.warning("the first page is left to the worker: %s", error)
        return
    for page in pages:
        keep_page(file, page)
