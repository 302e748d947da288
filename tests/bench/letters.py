"""A few scanned letters with their exact text, for those who have no folder of their own."""

import io
import json
import random
from pathlib import Path
from typing import Any

_PEOPLE = (
    ("Amira", "Haddad", "12345//0001234", "123A456789", "DE89 3704 0044 0532 0130 00"),
    ("Jürgen", "Großmann", "54321//0004321", "987B654321", "DE02 1203 0000 0000 2020 51"),
    ("Käthe", "Süß-Föhr", "30712//7982532", "116G707514", "DE02 5001 0517 0137 0750 30"),
    ("Björn", "Müller", "71990//0483199", "775D307819", "DE02 3002 0900 0106 5310 65"),
)
_LINES = (
    "Hiermit teile ich Ihnen mit, dass sich meine Miete zum 01.{m}.2026 geändert hat.",
    "Die monatliche Grundmiete beträgt {a},{b} Euro, die Vorauszahlung für Heizkosten {c},{b} Euro.",
    "Die angeforderten Unterlagen füge ich in Kopie bei; die Originale können Sie jederzeit einsehen.",
    "Bitte überweisen Sie die Leistungen künftig auf das unten angegebene Konto.",
    "Ein Umzug ist nach Auskunft des Vermieters frühestens zum 15.{m}.2026 möglich.",
    "Für Rückfragen erreichen Sie mich werktags ab 16 Uhr. Ich bitte um eine kurze Bestätigung.",
)


def make(folder: Path, pages: int = 12) -> Path:
    """Write letters as scanned PDFs of one page and truth.json into the folder."""
    import pypdfium2
    from weasyprint import HTML

    documents: list[dict[str, Any]] = []
    for at in range(pages):
        chance = random.Random(at)
        given, family, household, customer, iban = _PEOPLE[at % len(_PEOPLE)]
        lines = [
            line.format(
                m=f"{chance.randint(1, 12):02}",
                a=chance.randint(200, 900),
                b=f"{chance.randint(0, 99):02}",
                c=chance.randint(40, 180),
            )
            for line in (*_LINES, *chance.sample(_LINES, 4))
        ]
        text = "".join(f"<p>{line}</p>" for line in lines)
        page = HTML(
            string="<html lang=de><style>@page { size: A4; margin: 22mm }"
            "body { font: 11pt 'DejaVu Sans' }</style>"
            f"<p>{given} {family}<br>Lindenstraße {at + 3}<br>04177 Musterstadt"
            "<p>Jobcenter Musterkreis<br>Ringstraße 7<br>04177 Musterstadt<h2>Änderung der Miete</h2>"
            f"<p>Nummer der Bedarfsgemeinschaft: {household}<br>Kundennummer: {customer}{text}"
            f"<p>IBAN {iban}<p>Mit freundlichen Grüßen<p>{given} {family}"
        ).write_pdf()
        printed = pypdfium2.PdfDocument(page)[0]
        name = f"letter-{at:02}.pdf"
        (folder / name).write_bytes(_scanned(printed.render(scale=300 / 72, grayscale=True).to_pil(), chance))
        documents.append(
            {
                "file": name,
                "person": {"first": given, "last": family, "bg": household, "kunde": customer, "iban": iban},
                "pages": [{"n": 1, "text": printed.get_textpage().get_text_range()}],
            }
        )
    stacks = [_stack(folder, documents, kind, codes) for kind, codes in _SHEETS.items()]
    truth = {"documents": documents, "batch": stacks}
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return folder


_SHEETS = {
    "Code128": ("PATCHT", "PATCHT", "ASN00101"),
    "QRCode": ("TRENNBLATT", "ANGK1:A7K29QXM3TFB", "JC1:POST:2026-11-21:0003:5feceb66ffc86f38"),
}


def _stack(
    folder: Path, documents: list[dict[str, Any]], kind: str, codes: tuple[str, ...]
) -> dict[str, Any]:
    """Some of the letters as one scan, with a sheet before each; it tells which code is on which page."""
    import numpy as np
    import pikepdf
    import zxingcpp
    from PIL import Image

    layout: list[dict[str, Any]] = []
    path = folder / f"stack-{kind}.pdf"
    with pikepdf.Pdf.new() as whole:
        for at, code in enumerate(codes):
            made = zxingcpp.create_barcode(code, getattr(zxingcpp.BarcodeFormat, kind)).to_image(scale=8)
            picture = Image.fromarray(np.array(made)).convert("L")
            if kind == "Code128":
                picture = picture.resize((picture.width, picture.width // 4), Image.Resampling.NEAREST)
            sheet = Image.new("L", (2480, 3508), 255)
            sheet.paste(picture, (400, 900))
            letter = documents[at % len(documents)]
            for content in (_scanned(sheet, random.Random(at)), (folder / letter["file"]).read_bytes()):
                with pikepdf.open(io.BytesIO(content)) as source:
                    whole.pages.append(source.pages[0])
            layout += [
                {"page": 2 * at + 1, "separator": code},
                {"page": 2 * at + 2, "doc": letter["file"], "doc_page": 1},
            ]
        whole.save(path)
    return {"file": path.name, "layout": layout}


def _scanned(image: object, chance: random.Random) -> bytes:
    """Tilted a little, soft, grey and noisy, as scanners give them."""
    import numpy as np
    from PIL import Image, ImageFilter

    assert isinstance(image, Image.Image)
    page = image.convert("L").filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 0.9)))
    page = page.rotate(chance.uniform(-1.2, 1.2), resample=Image.Resampling.BICUBIC, fillcolor=255)
    grain = np.random.default_rng(chance.getrandbits(32)).normal(0, 5, (page.height, page.width))
    values = 35 + np.asarray(page, dtype=np.float64) * (240 - 35) / 255 + grain
    target = io.BytesIO()
    Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).save(target, "PDF", resolution=300, quality=78)
    return target.getvalue()
