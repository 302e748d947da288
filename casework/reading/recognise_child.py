"""Page by page: codes, which way up, blank or not, text, kind, fields, fingerprint. Runs only in the child.

The order is that of the cost: what is cheap decides whether the expensive is needed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from casework.reading import (
    barcodes,
    fieldfinder,
    frames,
    kinds,
    language,
    letters,
    ocr,
    orientation,
    secondlook,
)
from casework.reading.child import Document, problem_of
from casework.reading.fingerprint import fingerprint
from casework.reading.imprint import DPI as IMPRINT_DPI
from casework.reading.imprint import imprint
from casework.reading.ocr import CLEAR, PHOTO_CLEAR, Engine, Said
from casework.reading.pictures import turned_clockwise
from casework.reading.raster import CODE_DPI, FINE_DPI, Grey, coarser
from casework.reading.recognised import Code, Lines, PageReading, Place, Unread, Word, turned_place
from casework.reading.result import Problem

_WAY_IS_CLEAR = 40.0  # some ten clear words: no other direction gives that
_LEAST_WEIGHT = 8.0  # of Said.weight: below, nothing was read that anybody could use


class Recogniser:
    """Holds the engine, and what the page before taught: stacks are put in one way round."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._engine = Engine(order["tessdata"], order["languages"])
        # For names and numbers; not installed everywhere.
        self._letters = Engine(order["letters"], letters.NAME, layout=ocr.LINE) if order["letters"] else None
        kinds.rules()  # read now: behind the walls our own folder is closed
        self._last_turn = 0

    def read(self, opener: Any, source: BinaryIO, order: dict[str, Any]) -> Iterator[bytes]:
        """Messages for the parent: the number of pages, then one for each page asked for, in order."""
        try:
            document: Document = opener.open_document(source, order)
        except Exception as error:
            yield frames.pack("problem", problem=problem_of(error)) + frames.pack("end")
            return
        yield frames.pack("count", count=document.page_count)
        numbers = order["numbers"]
        if numbers is None:
            numbers = range(1, min(document.page_count, order["pages"]) + 1)
        wanted = [number for number in numbers if 1 <= number <= document.page_count]
        for number in wanted[: order["slice_pages"]]:
            yield self._page(document, number)
            if time.process_time() > order["cpu_seconds"] / 2:
                break  # a fresh child goes on, so that many honest pages never look like a bomb
        yield frames.pack("end")

    def _page(self, document: Document, number: int) -> bytes:
        started, engine_before = time.process_time(), self._engine_seconds()
        blobs: tuple[bytes, ...] = ()
        sizes: dict[str, Any] = {}
        try:
            # Decoded once, with the pixels the imprint needs; recognising takes fewer.
            fine = document.grey(number, IMPRINT_DPI * 1.1)
            page = self.recognise(document, number, fine)
            if not page.blank and (printed := imprint(turned_clockwise(fine.image, page.turned), fine.dpi)):
                blobs = (printed,)
                sizes["imprint"] = True
            if page.turned:
                upright, _ = document.draw(number, page.turned)
                blobs += (upright.picture, upright.thumbnail)
                sizes |= {"width": upright.width, "height": upright.height}
        except Exception as error:
            timeout = problem_of(error) is Problem.TIMEOUT
            page = PageReading(number, problem=Unread.TIMEOUT if timeout else Unread.DAMAGED)
            blobs, sizes = (), {}
        page = replace(
            page,
            seconds=round(time.process_time() - started, 4),
            ocr_seconds=round(self._engine_seconds() - engine_before, 4),
        )
        said = json.dumps(page.as_dict()).encode()
        return frames.pack("recognised", said, *blobs, number=number, **sizes)

    def recognise(self, document: Document, number: int, fine: Grey) -> PageReading:
        """All that can be known of one page; without the times it took."""
        grey = coarser(fine)
        codes = _codes(document, number, grey)
        ink = orientation.ink_of(grey.image)
        layer = document.text_layer(number)
        if layer is not None:
            lines, turned = layer
            return _told(
                number, turned, 0.0, _turned_lines(lines, turned), codes, np.rot90(ink, -turned // 90)
            )
        if not codes and not grey.cut_off and orientation.is_blank(grey.image, ink):
            return PageReading(number, blank=True)
        look = self._text(document, number, grey, ink)
        page = _told(
            number, look.turned, look.skew, look.said.lines, codes, np.rot90(ink, -look.turned // 90)
        )
        return replace(page, problem=Unread.TIMEOUT if look.said.timed_out and not look.said.lines else None)

    def _text(self, document: Document, number: int, grey: Grey, ink: orientation.Ink) -> _Look:
        look = self._read(grey, ink, self._first_guess(ink))
        if look.said.confidence < CLEAR or look.said.weight < _LEAST_WEIGHT:
            right = self._engine.which_way_up(grey.image, grey.dpi, ink)
            # Of a photo most ink may be the table it lies on: then the whole page has to tell.
            told = grey.certain and look.said.weight >= _LEAST_WEIGHT
            for turned in (right,) if told else (right, 0, 90, 270, 180):
                if turned != look.turned and look.said.weight < _WAY_IS_CLEAR:
                    other = self._read(grey, ink, turned)
                    look = other if other.said.weight > look.said.weight else look
        if look.said.confidence < (CLEAR if grey.certain else PHOTO_CLEAR):
            look = self._second_try(document, number, look)
        if look.said.weight < _LEAST_WEIGHT:
            return replace(look, turned=0)  # nothing was read, so nothing is known about the direction either
        self._last_turn = look.turned
        return self._right_to_the_letter(look)

    def _first_guess(self, ink: orientation.Ink) -> int:
        sideways = orientation.lies_on_its_side(ink)
        if sideways:
            return self._last_turn if self._last_turn in (90, 270) else 90
        return self._last_turn if self._last_turn in (0, 180) else 0

    def _read(self, grey: Grey, ink: orientation.Ink, turned: int) -> _Look:
        skew = orientation.tilt(np.rot90(ink, -turned // 90))
        image = orientation.straightened(turned_clockwise(grey.image, turned), skew)
        return _Look(self._engine.read(image, grey.dpi), image, grey.dpi, turned, skew)

    def _second_try(self, document: Document, number: int, look: _Look) -> _Look:
        """Finer and with its contrast raised; taken only if more was read, more surely."""
        grey = document.grey(number, FINE_DPI)
        image = orientation.straightened(turned_clockwise(grey.image, look.turned), look.skew)
        image = ocr.treated(image)
        said = self._engine.read(image, grey.dpi)
        if said.weight <= 1.02 * look.said.weight:
            return look
        return replace(look, said=said, image=image, dpi=grey.dpi)

    def _right_to_the_letter(self, look: _Look) -> _Look:
        """Names and numbers looked at once more, by the network that knows every Latin letter."""
        engine = self._letters
        if engine is None:
            return look

        def words_at(place: Place) -> tuple[Word, ...]:
            return engine.read_part(look.image, look.dpi, place)

        lines = secondlook.again(look.said.lines, words_at)
        return replace(look, said=replace(look.said, lines=lines))

    def _engine_seconds(self) -> float:
        return self._engine.seconds + (self._letters.seconds if self._letters else 0.0)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was read, and the upright, straightened picture it was read from."""

    said: Said
    image: Image.Image
    dpi: float
    turned: int
    skew: float


def _codes(document: Document, number: int, grey: Grey) -> list[Code]:
    codes, unread = barcodes.codes_on(grey.image)
    if unread and not codes:
        # Seen, but torn or too fine: once more there, with every pixel there is.
        codes = barcodes.codes_at(unread, document.grey(number, CODE_DPI).image)
    return codes


def _told(
    number: int, turned: int, skew: float, lines: Lines, codes: list[Code], ink: orientation.Ink
) -> PageReading:
    """Put together what follows from the lines."""
    said = Said(lines)
    text = said.text
    kind, sure = kinds.kind_of(text)
    return PageReading(
        number,
        turned=turned,
        skew=skew,
        text=text,
        language=language.language_of(text),
        words=said.words,
        codes=tuple(replace(code, place=turned_place(code.place, turned)) for code in codes),
        kind=kind,
        kind_confidence=sure,
        fields=fieldfinder.fields_in(lines),
        fingerprint=fingerprint(ink),
    )


def _turned_lines(lines: Lines, turned: int) -> Lines:
    def word(one: Word) -> Word:
        place = turned_place(one.place, turned)
        return replace(one, x=place.x, y=place.y, w=place.w, h=place.h)

    return tuple(tuple(word(one) for one in line) for line in lines) if turned else lines
