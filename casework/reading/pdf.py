"""PDF by pypdfium2; what it cannot open is repaired by pikepdf, in a second child. Runs only in the child."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium_c

# Imported now, when files can still be opened.
from PIL import Image, JpegImagePlugin, WebPImagePlugin  # noqa: F401

from casework.reading.child import UnreadableError
from casework.reading.limits import PICTURE_DPI
from casework.reading.pictures import Pictures, encode, picture_scale, turned_clockwise
from casework.reading.raster import Grey, at_dpi, guessed_dpi, inches, jpeg_part
from casework.reading.recognised import Lines
from casework.reading.result import Problem
from casework.reading.textlayer import text_layer

_END_BYTES = 64 * 1024  # some programs write much behind the end
_MOST_PIXELS = 16_000_000
_INVISIBLE = 3  # text render mode of what OCR programs lay over a scan
_PASSWORD_ERRORS = {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}


class PdfFile:
    """An opened PDF. Filled-in form fields are drawn; turned pages come out upright (/Rotate)."""

    def __init__(self, document: pypdfium2.PdfDocument, *, cut_off: bool) -> None:
        self._document = document
        self._cut_off = cut_off
        self.page_count = len(document)
        if self.page_count:
            document.init_forms()

    @property
    def draws_itself(self) -> bool:
        """Whether what people see is not on the pages (dynamic XFA): they are blank, or say so."""
        return bool(self._document.get_formtype() == pdfium_c.FORMTYPE_XFA_FULL)

    def draw(self, number: int, turned: int = 0) -> tuple[Pictures, bool]:
        """Pictures of one page, and whether the end of the file is missing (then pages may be, too)."""
        page = self._document[number - 1]
        try:
            width, height = _size(page)
            scale = min(picture_scale(width, height), PICTURE_DPI / 72)
            image = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True).to_pil()
        finally:
            page.close()
        if image.mode != "RGB":
            image = image.convert("RGB")
        return encode(turned_clockwise(image, turned)), self._cut_off

    def grey(self, number: int, dpi: float) -> Grey:
        """One page in grey at about this resolution, for recognising."""
        page = self._document[number - 1]
        try:
            width, height = (side / 72 for side in _size(page))
            known = inches(width, height)
            scan = _scan(page)
            if scan is not None:
                own = scan.width / width if known else guessed_dpi(*scan.size)
                part = jpeg_part(scan.size, own, dpi)
                full = scan.width
                scan.draft("L", part)
                image = scan.convert("L")  # decodes; a half or quarter costs a third of the whole
                found = at_dpi(image, own * image.width / full, dpi, certain=known)
                return replace(found, cut_off=self._cut_off)
            scale = dpi / 72 if known else dpi / guessed_dpi(round(width * 72), round(height * 72))
            scale = min(scale, math.sqrt(_MOST_PIXELS / (width * height * 72 * 72)))
            rendered = page.render(scale=scale, grayscale=True, may_draw_forms=True).to_pil().convert("L")
            return Grey(rendered, rendered.width / width if known else dpi, known, self._cut_off)
        finally:
            page.close()

    def text_layer(self, number: int) -> tuple[Lines, int] | None:
        """Lines of words the file brings along, see `textlayer`; None where the page must be looked at."""
        page = self._document[number - 1]
        try:
            return text_layer(page)
        finally:
            page.close()


def _size(page: pypdfium2.PdfPage) -> tuple[float, float]:
    """Width and height in points of 1/72 inch, after rotation."""
    width, height = page.get_size()
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise UnreadableError(Problem.DAMAGED)
    return width, height


def _scan(page: pypdfium2.PdfPage) -> Image.Image | None:
    """The JPEG a scanner put on the page, not yet decoded; None unless it is all there is, and upright.

    Drawing such a page decodes every pixel of it first; the decoder itself can give a smaller picture.
    """
    if page.get_rotation():
        return None
    found = None
    for one in page.get_objects(max_depth=2):
        if one.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            if pdfium_c.FPDFTextObj_GetTextRenderMode(one.raw) != _INVISIBLE:
                return None
        elif one.type != pdfium_c.FPDF_PAGEOBJ_IMAGE or found is not None:
            return None
        else:
            found = one
    if found is None or found.container is not None or pdfium_c.FPDFPage_GetAnnotCount(page.raw) > 0:
        return None
    a, b, c, d, *_ = found.get_matrix().get()
    left, bottom, right, top = found.get_bounds()
    page_left, page_bottom, page_right, page_top = page.get_bbox()
    slack = 0.02 * max(page_right - page_left, page_top - page_bottom)
    covers = (
        abs(left - page_left) < slack
        and abs(right - page_right) < slack
        and abs(bottom - page_bottom) < slack
        and abs(top - page_top) < slack
    )
    if not covers or a <= 0 or d <= 0 or abs(b) > 1e-3 or abs(c) > 1e-3:
        return None
    if found.get_filters() != ["DCTDecode"]:
        return None
    try:
        image = Image.open(io.BytesIO(found.get_data(decode_simple=False)), formats=("JPEG",))
    except OSError:
        return None
    return image if image.mode in ("L", "RGB") else None


def prepare(order: dict[str, Any]) -> None:
    """Import what this order needs, while files can still be opened."""
    Image.preinit()
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
    if opened.draws_itself or _says_it_draws_itself(source):
        raise UnreadableError(Problem.DYNAMIC_FORM)
    return opened


def _says_it_draws_itself(source: BinaryIO) -> bool:
    """The same for forms whose program was taken out: the catalogue's entry still stands in the file."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    ends = source.read(_END_BYTES)
    source.seek(max(0, size - _END_BYTES))
    return re.search(rb"/NeedsRendering\s+true", ends + source.read()) is not None


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
