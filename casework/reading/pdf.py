"""PDF by pypdfium2; what it cannot open is repaired by pikepdf, in a second child. Runs only in the child."""

from __future__ import annotations

import io
import math
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium_c
from PIL import WebPImagePlugin  # noqa: F401  imported now, when files can still be opened

from casework.reading.child import UnreadableError
from casework.reading.limits import PICTURE_DPI
from casework.reading.pictures import Pictures, encode, picture_scale
from casework.reading.result import Problem

_END_BYTES = 64 * 1024  # some programs write much behind the end
_PASSWORD_ERRORS = {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}


class PdfFile:
    """An opened PDF. Filled-in form fields are drawn; turned pages come out upright (/Rotate)."""

    def __init__(self, document: pypdfium2.PdfDocument, *, cut_off: bool) -> None:
        self._document = document
        self._cut_off = cut_off
        self.page_count = len(document)
        if self.page_count:
            document.init_forms()

    def draw(self, number: int) -> tuple[Pictures, bool]:
        """Pictures of one page, and whether the end of the file is missing (then pages may be, too)."""
        page = self._document[number - 1]
        try:
            width, height = page.get_size()  # in points of 1/72 inch, after rotation
            if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
                raise UnreadableError(Problem.DAMAGED)
            scale = min(picture_scale(width, height), PICTURE_DPI / 72)
            image = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True).to_pil()
        finally:
            page.close()
        if image.mode != "RGB":
            image = image.convert("RGB")
        return encode(image), self._cut_off


def prepare(order: dict[str, Any]) -> None:
    """Import what this order needs, while files can still be opened."""
    if order["repair"]:
        import pikepdf  # noqa: F401  as long to load as all the rest, and rarely needed


def open_document(source: BinaryIO, order: dict[str, Any]) -> PdfFile:
    """Open a PDF. Raises UnreadableError, or what the parsers raise."""
    cut_off = order["repair"] or _end_is_missing(source)
    source.seek(0)
    try:
        if order["repair"]:
            source = _repaired(source)
        opened = PdfFile(pypdfium2.PdfDocument(source), cut_off=cut_off)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in _PASSWORD_ERRORS:
            raise UnreadableError(Problem.ENCRYPTED) from error
        raise
    if not opened.page_count:
        raise UnreadableError(Problem.DAMAGED)
    return opened


def _end_is_missing(source: BinaryIO) -> bool:
    # Every PDF ends with the place of its table of contents. Without it PDFium silently takes what there is.
    source.seek(0, io.SEEK_END)
    source.seek(max(0, source.tell() - _END_BYTES))
    return b"startxref" not in source.read()


def _repaired(source: BinaryIO) -> BinaryIO:
    import pikepdf

    try:
        with pikepdf.open(source) as broken:
            whole = io.BytesIO()
            broken.save(whole)
    except pikepdf.PasswordError as error:
        raise UnreadableError(Problem.ENCRYPTED) from error
    whole.seek(0)
    return whole
