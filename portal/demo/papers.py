"""Invented papers for the demo, as people send them: a PDF, a photo of a sheet, a scanned stack."""

import io
import random
from collections.abc import Sequence

import pypdfium2
from django.template.loader import render_to_string
from PIL import Image, ImageFilter

from casework.receipts import only_data

FOOT = "Erfundenes Papier für die Vorführung von Angekommen."

# title, sender, lines
SHEETS: dict[str, tuple[str, str, Sequence[tuple[str, str]]]] = {
    "payslip": (
        "Lohnabrechnung Oktober 2026",
        "Bäckerei Morgenrot GmbH · Kornweg 3 · 12345 Musterstadt",
        [
            ("Bruttolohn", "812,40 €"),
            ("Lohnsteuer", "0,00 €"),
            ("Sozialversicherung", "164,10 €"),
            ("Auszahlung", "648,30 €"),
        ],
    ),
    "bank_statement": (
        "Kontoauszug Nr. 10/2026",
        "Sparbank Musterstadt · Marktplatz 1 · 12345 Musterstadt",
        [
            ("01.10. Anfangsstand", "143,20 €"),
            ("02.10. Miete", "-520,00 €"),
            ("28.10. Lohn", "648,30 €"),
            ("31.10. Endstand", "271,50 €"),
        ],
    ),
    "lease": (
        "Mietvertrag",
        "Wohnbau Musterstadt eG · Bauhof 8 · 12345 Musterstadt",
        [
            ("Wohnung", "Lindenweg 4, 2. Stock links"),
            ("Größe", "52 m²"),
            ("Grundmiete", "410,00 €"),
            ("Nebenkosten", "110,00 €"),
        ],
    ),
    "identity_card": (
        "Ausweis (Muster)",
        "Bundesrepublik Musterland",
        [("Name", "HADDAD"), ("Vorname", "AMIRA"), ("Geburtstag", "03.07.1991"), ("Nummer", "L01X00T47")],
    ),
    "heating_bill": (
        "Heizkostenabrechnung 2025",
        "Stadtwerke Musterstadt · Werkstraße 20 · 12345 Musterstadt",
        [
            ("Verbrauch", "4.120 kWh"),
            ("Kosten", "587,60 €"),
            ("Abschläge", "600,00 €"),
            ("Guthaben", "12,40 €"),
        ],
    ),
    "letter": (
        "Mitteilung",
        "Absender unleserlich",
        [("Betreff", "Unterlagen"), ("Anlage", "1 Blatt")],
    ),
}


def pdf(kind: str, to: Sequence[str] = ("Amira Haddad", "Lindenweg 4", "12345 Musterstadt")) -> bytes:
    """One sheet as it comes out of an office program."""
    from weasyprint import HTML

    title, sender, lines = SHEETS[kind]
    context = {"title": title, "sender": sender, "to": to, "lines": lines, "foot": FOOT}
    html = render_to_string("demo/paper.html", context)
    data: bytes = HTML(string=html, url_fetcher=only_data()).write_pdf()
    return data


def _scanned(kind: str, dpi: int, seed: int) -> Image.Image:
    """The sheet as a scanner sees it: grey, a little turned."""
    document = pypdfium2.PdfDocument(pdf(kind))
    picture = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    turn = random.Random(seed).uniform(-0.8, 0.8)  # noqa: S311  only how crooked it lies
    return picture.rotate(turn, fillcolor=250, resample=Image.Resampling.BICUBIC)


def photo(kind: str, *, blurred: bool = False) -> bytes:
    """The sheet on a table, by phone; blurred: too blurred to read."""
    sheet = _scanned(kind, 110, seed=len(kind)).convert("RGB")
    table = Image.new("RGB", (sheet.width + 160, sheet.height + 200), (121, 98, 77))
    table.paste(sheet, (80, 100))
    table = table.rotate(2.5, fillcolor=(121, 98, 77), resample=Image.Resampling.BICUBIC)
    if blurred:
        table = table.filter(ImageFilter.GaussianBlur(7))
    target = io.BytesIO()
    table.save(target, "JPEG", quality=82)
    return target.getvalue()


def stack(kinds: Sequence[str]) -> bytes:
    """A batch as it comes from the mailroom's scanner; "" is a blank page."""
    pages = [
        _scanned(kind, 150, seed=n) if kind else Image.new("L", (1240, 1754), 252)
        for n, kind in enumerate(kinds)
    ]
    target = io.BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return target.getvalue()
