"""Sheets of paper as a scanner gives them, drawn with a font every installation has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

DPI = 150
A4 = (1240, 1754)

LETTER = (
    "Amira Haddad",
    "Lindenstraße 5",
    "04177 Musterstadt",
    "",
    "Jobcenter Musterkreis",
    "Ringstraße 7",
    "04177 Musterstadt",
    "",
    "Musterstadt, den 12.11.2026",
    "Nummer der Bedarfsgemeinschaft: 12345//0001234",
    "Kundennummer: 123A456789",
    "",
    "Sehr geehrte Damen und Herren,",
    "hiermit teile ich Ihnen mit, dass sich meine Miete geändert hat.",
    "Die monatliche Grundmiete beträgt jetzt 1.234,56 Euro.",
    "Bitte überweisen Sie künftig auf das Konto",
    "IBAN DE89 3704 0044 0532 0130 00.",
    "Meine Rentenversicherungsnummer ist 15 070649 C 103.",
    "Mein Sohn, geboren am 03.07.2015, wohnt seit Oktober 2026 bei mir.",
    "",
    "Mit freundlichen Grüßen",
    "Amira Haddad",
)
PAYSLIP = (
    "Bäckerei Sommer GmbH",
    "Entgeltabrechnung Oktober 2026",
    "",
    "Herr Bernd Beispiel, Personalnummer 4711",
    "Steuerklasse 1     Lohnart",
    "Bruttolohn   1.850,00",
    "Lohnsteuer   120,00",
    "Auszahlungsbetrag   1.398,50 Euro",
)


def sheet(
    lines: Sequence[str] = (), *, size: tuple[int, int] = A4, points: int = 22, noise: float = 3
) -> Image.Image:
    """A page with lines of text, at 150 dpi, on scanned paper."""
    page = Image.new("L", size, 244)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype("DejaVuSans.ttf", points)
    for at, line in enumerate(lines):
        pen.text((size[0] // 10, size[0] // 10 + at * round(points * 1.7)), line, fill=30, font=font)
    return grainy(page, noise)


def grainy(page: Image.Image, noise: float = 3) -> Image.Image:
    values = np.asarray(page, dtype=np.float32)
    grain = np.random.default_rng(7).normal(0, noise, values.shape)
    return Image.fromarray(np.clip(values + grain, 0, 255).astype(np.uint8))


def with_code(page: Image.Image, content: str, kind: str, at: tuple[int, int] = (300, 500)) -> Image.Image:
    """The page with a QR code of ours, or a Code 128."""
    page = page.copy()
    if kind == "qr":
        page.paste(qr(content), at)
    else:
        made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Code128).to_image(scale=4)
        bars = Image.fromarray(np.array(made)).convert("L")
        page.paste(bars.resize((640, 160), Image.Resampling.NEAREST), at)
    return page


def qr(content: str, side: int = 300) -> Image.Image:
    code = segno.make(content, error="m", micro=False)
    modules = np.array([[0 if dark else 255 for dark in row] for row in code.matrix], dtype=np.uint8)
    framed = np.pad(modules, 4, constant_values=255)
    return Image.fromarray(framed).resize((side, side), Image.Resampling.NEAREST)


def saved(pages: Sequence[Image.Image], path: Path, *, dpi: int = DPI) -> Path:
    """Pages as a scanner's PDF: one JPEG each."""
    pages[0].save(path, "PDF", save_all=True, append_images=list(pages[1:]), resolution=dpi, quality=85)
    return path
