"""Photos and scanned images by Pillow; HEIC by pillow-heif where it is installed. Runs only in the child."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, BinaryIO, TypeVar

# Imported now, since behind the walls no module can be: WebP is what we write, and the TIFF plugin reads the
# EXIF data of every format.
from PIL import (  # noqa: F401
    ExifTags,
    Image,
    ImageColor,
    ImageFile,
    ImagePalette,
    TiffImagePlugin,
    WebPImagePlugin,
)

from casework.reading.child import UnreadableError
from casework.reading.pictures import Pictures, encode, picture_scale, plain, shrink, turned_clockwise
from casework.reading.raster import FINE_DPI, Grey, at_dpi, guessed_dpi, inches, jpeg_part
from casework.reading.result import Problem

T = TypeVar("T")

# Only these decoders, each for its own type. EPS would start Ghostscript; odd ones took 830 MiB in trials.
_FORMATS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/tiff": ("TIFF",),
    "image/webp": ("WEBP",),
    "image/gif": ("GIF",),
    "image/bmp": ("BMP",),
    "image/avif": ("AVIF",),
    "image/heic": ("HEIF",),
}
MEDIA_TYPES = frozenset(_FORMATS)

_PLUGINS = {
    "JPEG": "JpegImagePlugin",
    "MPO": "MpoImagePlugin",
    "PNG": "PngImagePlugin",
    "TIFF": "TiffImagePlugin",
    "WEBP": "WebPImagePlugin",
    "GIF": "GifImagePlugin",
    "BMP": "BmpImagePlugin",
    "AVIF": "AvifImagePlugin",
}

_ORIENTATION = 0x0112  # EXIF tag: how the camera was held
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "LA": 4}


def prepare(media_type: str) -> bool:
    """Import the decoder of this type; False if its library is not installed."""
    if media_type == "image/heic":
        try:
            import pillow_heif
        except ImportError:
            return False
        pillow_heif.register_heif_opener(thumbnails=False)
        pillow_heif.options.DECODE_THREADS = 1
        return True
    for name in _FORMATS[media_type]:
        module = importlib.import_module(f"PIL.{_PLUGINS[name]}")
        if name == "AVIF":
            vars(module)["DEFAULT_MAX_THREADS"] = 1
    return True


class ImageFileDocument:
    """An image; only TIFF has pages. Of animations and bursts the first picture is shown."""

    def __init__(self, source: BinaryIO, formats: tuple[str, ...], *, decoded_bytes: int) -> None:
        self._source = source
        self._formats = formats
        self._decoded_bytes = decoded_bytes
        self._decoded = False
        self._image = self._open()
        self.page_count = _count_pages(self._image) if formats == ("TIFF",) else 1

    def draw(self, number: int, turned: int = 0) -> tuple[Pictures, bool]:
        """Pictures of one page, as far as its data go."""
        (small, cut_off) = self._with_what_there_is(lambda: self._shrunk(number))
        return encode(turned_clockwise(small, turned)), cut_off

    def grey(self, number: int, dpi: float) -> Grey:
        """One page in grey at about this resolution, for recognising."""
        found, cut_off = self._with_what_there_is(lambda: self._grey(number, dpi))
        return replace(found, cut_off=cut_off)

    def text_layer(self, number: int) -> None:
        """Images bring no text."""

    def _with_what_there_is(self, act: Callable[[], T]) -> tuple[T, bool]:
        try:
            return act(), False
        except (MemoryError, UnreadableError):
            raise
        except Exception:
            # Unreadable at some place: once more, with what there is. Pillow fills up with grey or black.
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            try:
                self._image = self._open()
                return act(), True
            finally:
                ImageFile.LOAD_TRUNCATED_IMAGES = False
                self._image = self._open()

    def _open(self) -> Image.Image:
        self._decoded = False
        self._source.seek(0)
        try:
            return Image.open(self._source, formats=self._formats)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise UnreadableError(Problem.TOO_LARGE) from error

    def _shrunk(self, number: int) -> Image.Image:
        image = self._turn_to(number)
        # JPEG can be decoded at a half or a quarter: quicker, and photos of 200 megapixels fit.
        image.draft(None, _at_least(image.size))
        return _held_upright(image, shrink(self._loaded(image)))

    def _grey(self, number: int, dpi: float) -> Grey:
        image = self._turn_to(number)
        full = image.width
        across, down = _own_dpi(image)
        known = inches(image.width / across, image.height / down) if across and down else False
        if not known:
            across = down = guessed_dpi(*image.size)
            dpi = max(dpi, FINE_DPI)
        image.draft("L", jpeg_part(image.size, across, dpi))
        grey = plain(self._loaded(image)).convert("L")
        part = grey.width / full
        if abs(across - down) > 0.05 * max(across, down):  # a fax: twice as fine across as down
            grey = grey.resize((grey.width, round(grey.height * across / down)), Image.Resampling.BICUBIC)
        found = at_dpi(grey, across * part, dpi, certain=known)
        return Grey(_held_upright(image, found.image), found.dpi, found.certain)

    def _turn_to(self, number: int) -> Image.Image:
        if self.page_count > 1:
            self._image.seek(number - 1)
        elif self._decoded:
            self._image = self._open()  # at another size perhaps
        self._decoded = True
        return self._image

    def _loaded(self, image: Image.Image) -> Image.Image:
        if image.width * image.height * _BYTES_A_PIXEL.get(image.mode, 4) > self._decoded_bytes:
            raise UnreadableError(Problem.TOO_LARGE)
        image.load()
        return image


def open_document(source: BinaryIO, order: dict[str, Any]) -> ImageFileDocument:
    """Open an image. Raises UnreadableError, or what Pillow raises."""
    Image.MAX_IMAGE_PIXELS = order["pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    formats = _FORMATS[order["media_type"]]
    return ImageFileDocument(source, formats, decoded_bytes=order["decoded_bytes"])


def _count_pages(image: Image.Image) -> int:
    """Pages of a TIFF; if the chain of pages is broken somewhere, the pages up to there."""
    count = 1
    try:
        while True:
            image.seek(count)
            count += 1
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return count + 1  # the page is there; drawing it will say why not
    except Exception:  # EOFError at the end; anything else where the directory of a page is damaged
        return count
    finally:
        image.seek(0)


def _at_least(size: tuple[int, int]) -> tuple[int, int]:
    """A size not below the picture's, in the proportions of `size`."""
    scale = min(1.0, picture_scale(*size))
    return round(size[0] * scale), round(size[1] * scale)


def _held_upright(image: Image.Image, pixels: Image.Image) -> Image.Image:
    """`pixels` turned as the camera says it was held when `image` was taken."""
    turn = _UPRIGHT.get(_orientation(image))
    return pixels.transpose(turn) if turn is not None else pixels


def _own_dpi(image: Image.Image) -> tuple[float, float]:
    """Resolution the file names, across and down; 0, 0 if none, or one written without knowing."""
    try:
        across, down = (float(value) for value in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0, 0
    sane = 75 < across <= 1300 and 75 < down <= 1300 and across not in (96, 72)
    return (across, down) if sane else (0, 0)


def _orientation(image: Image.Image) -> int:
    # After loading: the decoders of TIFF and HEIC turn the image themselves and drop the tag.
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # damaged EXIF data must not cost the picture
        return 1
    return value if isinstance(value, int) else 1
