"""Are two pages the same paper? Drawn pages, printed once and seen twice."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from casework.matching.glyphs import labels
from casework.matching.pages import Reason, Verdict, judge
from casework.matching.pieces import Piece
from casework.matching.sheets import Printed, Sheet, sheet
from casework.reading.imprint import imprint, opened

ROWS = [
    ("Bäckerei Sommer GmbH, Lindenstraße 14, 04177 Musterstadt", ""),
    ("Entgeltabrechnung Oktober 2026", ""),
    ("Amira Haddad, geboren am 03.07.1991, Personalnummer 47118", ""),
    ("Bruttolohn", "1.850,37"),
    ("Lohnsteuer", "120,94"),
    ("Krankenversicherung", "151,70"),
    ("Rentenversicherung", "172,06"),
    ("Arbeitslosenversicherung", "24,05"),
    ("Pflegeversicherung", "42,51"),
    ("Gesetzliches Netto", "1.339,11"),
    ("Überweisung auf DE89 3704 0044 0532 0130 00", "1.339,11"),
    ("Diese Abrechnung wurde maschinell erstellt und gilt ohne Unterschrift.", ""),
]
SIZE = (1654, 2339)
FONT = 30


def printed(rows: list[tuple[str, str]] = ROWS) -> tuple[Image.Image, list[list[object]]]:
    """A page at 200 dpi and its words, as the text layer of a file tells them."""
    page = Image.new("L", SIZE, 255)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype("DejaVuSans.ttf", FONT)
    words: list[list[object]] = []
    for at, row in enumerate(rows):
        for column, text in ((150, row[0]), (1150, row[1])):
            x, y = float(column), 200 + at * 62
            for word in text.split():
                pen.text((x, y), word, fill=10, font=font)
                left, top, right, bottom = pen.textbbox((x, y), word, font=font)
                box = left / SIZE[0], top / SIZE[1], (right - left) / SIZE[0], (bottom - top) / SIZE[1]
                words.append([word, *box, 1.0])
                x = right + 12
    return page, words


def original(rows: list[tuple[str, str]] = ROWS) -> Sheet:
    page, words = printed(rows)
    return sheet(imprint(page, 200), words, typed=True)


def scanned(
    rows: list[tuple[str, str]] = ROWS, *, more: object = None, angle: float = 0.0, blur: float = 1.2
) -> Sheet:
    """The same paper from a scanner: turned a little, softer, grainy; words read with some doubt."""
    page, words = printed(rows)
    if callable(more):
        more(page)
    turned = page.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(blur)), np.float32)
    grain = np.random.default_rng(3).normal(0, 5, soft.shape)
    image = Image.fromarray(np.clip(soft * 0.9 + 10 + grain, 0, 255).astype(np.uint8))
    read = [[*word[:5], 0.9] for word in words]
    # What is read stands in the straightened page; `skew` says by how much that was turned.
    return sheet(imprint(image, 200), read, skew=-angle)


def changed(at: int, old: str, new: str) -> list[tuple[str, str]]:
    rows = list(ROWS)
    rows[at] = (rows[at][0].replace(old, new), rows[at][1].replace(old, new))
    assert rows != ROWS
    return rows


def test_imprint_gives_back_white_paper_and_dark_ink() -> None:
    page = Image.new("L", (400, 600), 180)  # grey paper
    ImageDraw.Draw(page).rectangle((100, 100, 200, 110), fill=20)
    grey = opened(imprint(page, 200))
    assert grey.shape == (600, 400)
    assert (int(grey[300, 300]), int(grey[105, 150]) < 60) == (255, True)


@pytest.mark.parametrize("data", [b"", b"\x01\x00\x01\x00nonsense", b"\xff\xff\xff\xff", b"\x01\x90\x02\x58"])
def test_imprint_that_is_none_raises(data: bytes) -> None:
    with pytest.raises(ValueError, match="imprint"):
        opened(data)


@pytest.mark.parametrize("angle", [0.0, 0.8, -1.4])
def test_scan_of_the_printed_page_is_the_same(angle: float) -> None:
    said = judge(original(), scanned(angle=angle))
    assert said.verdict is Verdict.SAME, said
    assert said.reasons[0] is Reason.PRINT_AGREES
    assert said.agreeing > 200


def test_order_of_the_pages_does_not_matter_for_the_verdict() -> None:
    one, other = original(), scanned()
    assert judge(one, other).verdict is judge(other, one).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("at", "old", "new"),
    [
        (3, "1.850,37", "1.850,87"),
        (5, "151,70", "151,76"),
        (9, "1.339,11", "1.389,11"),
        (2, "03.07.1991", "03.07.1997"),
        (10, "0532", "0582"),
    ],
)
def test_one_changed_digit_is_never_the_same(at: int, old: str, new: str) -> None:
    for other in (original(changed(at, old, new)), scanned(changed(at, old, new))):
        said = judge(original(), other)
        assert said.verdict in (Verdict.CORRECTED, Verdict.MAYBE), said
        assert said.differing
        x, y, w, h = said.differing[0][0]
        assert y - 0.01 < (200 + at * 62 + FONT / 2) / SIZE[1] < y + h + 0.01  # the place is shown
        assert 0 <= x <= x + w <= 1


def test_other_persons_page_on_the_same_form_is_not_the_same() -> None:
    said = judge(original(), scanned(changed(2, "Amira Haddad", "Samir Haddid")))
    assert said.verdict in (Verdict.CORRECTED, Verdict.OTHER, Verdict.MAYBE)


def test_added_line_of_print_is_not_the_same() -> None:
    rows = [*ROWS, ("Nachzahlung für September", "214,80")]
    assert judge(original(), original(rows)).verdict is Verdict.MAYBE
    assert Reason.PRINTED_MORE in judge(scanned(), original(rows)).reasons


def test_stroke_hole_and_stamp_are_no_difference_but_are_named() -> None:
    def marks(page: Image.Image) -> None:
        pen = ImageDraw.Draw(page)
        pen.ellipse((60, 700, 100, 740), fill=40)
        pen.line((300, 1300, 700, 1320, 900, 1290), fill=60, width=5)
        pen.rectangle((900, 1500, 1400, 1700), outline=90, width=6)

    said = judge(original(), scanned(more=marks))
    assert said.verdict is Verdict.SAME
    assert Reason.MARKS_ADDED in said.reasons
    assert said.added[0] == ()
    assert len(said.added[1]) >= 3


def test_ticked_box_is_a_difference_though_strokes_are_none() -> None:
    def box(page: Image.Image) -> None:
        ImageDraw.Draw(page).rectangle((150, 1120, 182, 1152), outline=10, width=3)

    def ticked(page: Image.Image) -> None:
        box(page)
        pen = ImageDraw.Draw(page)
        pen.line((148, 1118, 186, 1156), fill=10, width=4)
        pen.line((148, 1156, 186, 1118), fill=10, width=4)

    assert judge(scanned(more=box), scanned(more=box, angle=0.5)).verdict is Verdict.SAME
    for one, other in ((box, ticked), (ticked, box)):
        said = judge(scanned(more=one), scanned(more=other, angle=0.5))
        assert said.verdict is not Verdict.SAME
        assert said.differing


def test_nothing_in_common_is_another_paper() -> None:
    letter = [(line, "") for line in ("Sehr geehrte Damen und Herren,", "ich ziehe um.", "Viele Grüße")]
    assert judge(original(), original(letter)).verdict is Verdict.OTHER


def test_few_words_alike_are_too_little_to_be_sure() -> None:
    few = [("Seite zwei von zwei Seiten des Schreibens", "")]
    assert judge(original(few), original(few)).verdict is not Verdict.SAME


def test_square_metres_are_no_number() -> None:
    assert not Printed("m².", 0, 0, 30, 20, 1.0).is_number
    assert Printed("58,40", 0, 0, 30, 20, 1.0).is_number


def test_digits_are_named_although_a_full_stop_hangs_on_one() -> None:
    word = Printed("24.0", 30, 10, 60, 20, 1.0)
    two, four, stop, zero = (Piece(left, 0, left + 10, 18, 90, word=0) for left in (0, 12, 24, 36))
    stop.top, stop.left, stop.right = 15, 25, 28
    assert labels([two, four, stop, zero], [word]) == ({0: "2", 1: "4", 3: "0"}, {0, 1, 2, 3})
    # Good enough to say that they are right, not that they are wrong.
    assert labels([two, four, zero], [word]) == ({0: "2", 1: "4", 2: "0"}, set())
    assert labels([two, four], [word]) == ({}, set())
