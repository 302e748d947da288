"""Papers that look alike and are not the same, as five kinds of machines give them:

    python -m tests.bench.twins DIR [--seed 1] [--kinds lease,note]

Writes files/, submissions.csv and truth_pages.csv for `manage.py bench_documents --truth`. Of each kind of paper
there are the paper itself and its twins: next month's, one with one digit corrected, that of a relative, that
for another account. Same seed and same versions of WeasyPrint, pypdfium2 and Pillow: the same pages.
"""

# ruff: noqa: E501  the texts of papers are long lines
from __future__ import annotations

import argparse
import csv
import hashlib
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont

DPI = 300
A4 = (2480, 3508)


@dataclass(frozen=True)
class Facts:
    """What differs between twins."""

    name: str = "Amira Haddad"
    born: str = "03.07.1991"
    month: str = "Oktober 2026"
    day: str = "28.10.2026"
    amount: str = "1.338,16"
    second: str = "486,30"
    iban: str = "DE89 3704 0044 0532 0130 00"
    number: str = "4711-80365"
    ticked: int = 1


BASE = Facts()
TWINS: dict[str, Facts] = {
    "base": BASE,
    "next": replace(BASE, month="November 2026", day="27.11.2026", amount="1.338,61", second="486,80"),
    "corr": replace(BASE, amount="1.338,18"),
    "corr2": replace(BASE, second="436,30"),
    "other": replace(BASE, name="Samira Haddad", born="08.07.1991"),
    "account": replace(BASE, iban="DE89 3704 0044 0532 0180 00"),
    "number": replace(BASE, number="4711-80385"),
    "ticked": replace(BASE, ticked=2),
}

_STYLE = {
    "payslip": "body { font: 9pt 'Liberation Sans' } td { border-bottom: .3pt solid #888 }",
    "bank": "body { font: 8.5pt 'Liberation Mono' }",
    "lease": "body { font: 10.5pt 'Liberation Serif' } p { text-align: justify }",
    "heating": "body { font: 8pt 'DejaVu Sans Condensed' } td, th { border: .5pt solid black }",
    "insurance": "body { font: 11pt Carlito; color: #123 } h2 { color: #066; font-weight: normal }",
    "study": "body { font: 12pt 'DejaVu Serif'; text-align: center } h2 { letter-spacing: 3pt }",
    "notice": "body { font: 10pt 'Liberation Sans' } td { border-top: .3pt solid black }",
    "rent": "body { font: italic 11pt 'Liberation Serif' }",
    "medical": "body { font: 10pt 'Liberation Sans Narrow' } td { border: 1pt solid #c33; height: 9mm }",
    "form": "body { font: 9pt 'DejaVu Sans' } td { border: .5pt solid black; padding: 2mm } i { border: 1pt solid;"
    " display: inline-block; width: 3.4mm; height: 3.4mm; text-align: center; font: 8pt/3.4mm 'DejaVu Sans' }",
    "note": "",
}
KINDS = tuple(_STYLE)
_BACKS = {"bank", "payslip", "insurance"}
"""Kinds with the same conditions on the back of every letter."""

_RENDERS = ("pdf", "scan300", "scan200", "fax", "photo", "photo_low", "stamped")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.twins", description="Template twins.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    chosen = parser.parse_args()
    make(chosen.folder, chosen.seed, chosen.kinds.split(","))


def make(folder: Path, seed: int = 1, kinds: list[str] | None = None) -> Path:
    """Write the set into the folder: the paper itself by four ways, each twin by two."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    rows, truth = [], []
    arriving = []
    for kind in kinds or list(KINDS):
        for variant, facts in TWINS.items():
            if variant == "ticked" and kind not in ("form", "medical"):
                continue
            pages = _printed(kind, facts)
            ways = chance.sample(_RENDERS, 4 if variant == "base" else 2)
            arriving += [(kind, variant, pages, render) for render in ways]
    chance.shuffle(arriving)
    for at, (kind, variant, pages, render) in enumerate(arriving, start=1):
        submission = f"T{at:04}"
        name = _write(folder / "files", submission, pages, render, random.Random(f"{seed}{submission}"))
        rows.append((submission, render, name, len(pages.images)))
        for number, content in enumerate(pages.contents, start=1):
            known = hashlib.sha256(f"{kind}{content}".encode()).hexdigest()[:16]
            what = "content" if number == 1 else "boilerplate"
            truth.append(
                (
                    f"{submission}/{number}",
                    known,
                    what,
                    f"{kind}-{variant}",
                    number,
                    kind,
                    variant,
                    kind,
                    render,
                )
            )
    _table(folder / "submissions.csv", "submission_id,channel,files,pages", rows)
    head = "page_id,content_id,page_class,doc_id,doc_page,family,variant,type,render"
    _table(folder / "truth_pages.csv", head, truth)
    return folder


def _table(path: Path, head: str, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(head.split(","))
        writer.writerows(rows)


# --- what is printed


@dataclass(frozen=True)
class Pages:
    images: list[Image.Image]
    contents: list[str]
    """What tells pages apart; equal texts are equal pages."""
    pdf: bytes | None


def _printed(kind: str, facts: Facts) -> Pages:
    if kind == "note":
        return Pages([_by_hand(facts)], [_content(kind, facts)], None)
    from weasyprint import HTML

    body = _BODIES[kind](facts)
    contents = [_content(kind, facts)]
    if kind in _BACKS:
        body += f"<div style='page-break-before: always; font-size: 80%'>{_conditions(kind)}</div>"
        contents.append("conditions")
    style = f"@page {{ size: A4; margin: 20mm }} table {{ border-collapse: collapse; width: 100% }} {_STYLE[kind]}"
    pdf = HTML(string=f"<html lang=de><style>{style}</style>{body}").write_pdf()
    printed = pypdfium2.PdfDocument(pdf)
    images = [page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L") for page in printed]
    return Pages(images, contents, pdf)


def _content(kind: str, facts: Facts) -> str:
    """The words of a page. Kinds without a place for a fact do not differ by it."""
    return _words_by_hand(facts) if kind == "note" else _BODIES[kind](facts)


def _conditions(kind: str) -> str:
    sentences = (
        "Es gelten die allgemeinen Bedingungen in der bei Abschluss des Vertrags gültigen Fassung.",
        "Einwendungen sind spätestens sechs Wochen nach Zugang schriftlich zu erheben.",
        "Ihre Daten verarbeiten wir nur, soweit dies für die Erfüllung des Vertrags erforderlich ist.",
        "Auskunft, Berichtigung und Löschung können Sie jederzeit verlangen.",
        "Gerichtsstand ist, soweit zulässig, der Sitz des Unternehmens.",
    )
    return f"<h2>Hinweise ({kind})</h2>" + "".join(f"<p>{n}. {sentences[n % 5]}" for n in range(1, 28))


def _rows(*pairs: tuple[str, str]) -> str:
    return "<table>" + "".join(f"<tr><td>{a}<td style='text-align: right'>{b}" for a, b in pairs) + "</table>"


def _payslip(f: Facts) -> str:
    return (
        f"<p>Bäckerei Sommer GmbH<br>Lindenstraße 14<br>04177 Musterstadt<h2>Entgeltabrechnung {f.month}</h2>"
        f"<p>{f.name}, geboren am {f.born}<br>Personalnummer {f.number}, Steuerklasse I, Eintritt 01.02.2024"
        + _rows(
            ("Bruttolohn", "1.850,37"),
            ("Lohnsteuer", "120,94"),
            ("Krankenversicherung", "151,70"),
            ("Rentenversicherung", "172,06"),
            ("Arbeitslosenversicherung", "24,05"),
            ("Pflegeversicherung", "42,51"),
            ("Sachbezug", f.second),
            ("Netto", f.amount),
        )
        + f"<p>Überweisung auf {f.iban} am {f.day}<p>Maschinell erstellt, gilt ohne Unterschrift."
    )


def _bank(f: Facts) -> str:
    lines = [
        ("02.10. Lastschrift Stadtwerke Musterstadt Abschlag", "-74,00"),
        ("05.10. Kartenzahlung Markt am Ring 0731", "-23,87"),
        ("09.10. Gutschrift Bäckerei Sommer GmbH Lohn", f.amount),
        ("12.10. Dauerauftrag Wohnbau Süd Miete Lindenstraße 3", "-" + f.second),
        ("16.10. Kartenzahlung Drogerie Weber 8812", "-11,45"),
        ("21.10. Lastschrift Mobilfunk 1704418", "-14,99"),
    ]
    return (
        f"<h2>Kontoauszug {f.month}</h2><p>{f.name}<br>IBAN {f.iban}<br>Auszug {f.number} vom {f.day}"
        + _rows(
            *lines, *((f"{n:02}.10. Kartenzahlung Kiosk {n * 17}", f"-{n},{n:02}") for n in range(22, 30))
        )
        + "<p>Neuer Kontostand am Monatsende: siehe naechster Auszug. Bitte Rueckseite beachten."
    )


def _lease(f: Facts) -> str:
    return (
        f"<h2>Mietvertrag über Wohnraum</h2><p>Zwischen der Wohnbau Süd GmbH, Am Mühlgraben 7, 04177 Musterstadt,"
        f" als Vermieterin und {f.name}, geboren am {f.born}, wird folgender Vertrag {f.number} geschlossen."
        f"<p><b>§ 1 Mietsache.</b> Vermietet wird die Wohnung im zweiten Obergeschoss links, bestehend aus zwei"
        f" Zimmern, Küche, Bad und Keller, zur Größe von 58,40 Quadratmetern."
        f"<p><b>§ 2 Beginn.</b> Das Mietverhältnis beginnt am {f.day} und läuft auf unbestimmte Zeit."
        f"<p><b>§ 3 Miete.</b> Die Grundmiete beträgt monatlich {f.second} Euro, die Vorauszahlung für Heizung und"
        f" Warmwasser 92,00 Euro. Die Kaution beträgt {f.amount} Euro. Die Miete ist bis zum dritten Werktag auf"
        f" das Konto {f.iban} zu zahlen."
        + "".join(
            f"<p><b>§ {n} Weiteres.</b> Schäden sind unverzüglich anzuzeigen. Schönheitsreparaturen trägt die"
            f" Vermieterin. Die Hausordnung ist Bestandteil des Vertrags; Änderungen bedürfen der Textform."
            for n in range(4, 12)
        )
    )


def _heating(f: Facts) -> str:
    rows = [
        ("Brennstoff", "8.412,55", "1.204,0", "6,9871"),
        ("Betriebsstrom", "311,80", "1.204,0", "0,2590"),
        ("Wartung", "402,22", "1.204,0", "0,3341"),
        ("Verbrauch 70 %", f.second, "58,4", "5,1132"),
        ("Grundkosten 30 %", "201,14", "58,4", "3,4442"),
        ("Nachzahlung", f.amount, "", ""),
    ]
    table = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
    return (
        f"<h2>Heizkostenabrechnung</h2><p>Liegenschaft {f.number}, Nutzer {f.name}<br>Abrechnung vom {f.day},"
        f" Zeitraum 01.01.2025 bis 31.12.2025<table><tr><th>Kosten<th>Betrag<th>Einheiten<th>je Einheit{table}</table>"
        + "".join(
            f"<p>Gerät {4400 + 7 * n}: alt {n * 31}, neu {n * 31 + 118}, Verbrauch 118" for n in range(1, 9)
        )
        + f"<p>Bitte überweisen Sie auf {f.iban}."
    )


def _insurance(f: Facts) -> str:
    return (
        f"<p style='text-align: right'>{f.day}<h2>Ihre Mitgliedschaft</h2><p>Guten Tag {f.name},"
        f"<p>Ihre Versichertennummer ist {f.number}, Ihr Geburtsdatum {f.born}. Wir bestätigen Ihnen, dass Sie seit"
        f" dem 01.02.2024 bei uns versichert sind. Ihr Beitrag für {f.month} beträgt {f.second} Euro aus Einnahmen"
        f" von {f.amount} Euro.<p>Diese Bescheinigung dient zur Vorlage bei Behörden. Änderungen teilen Sie uns"
        " bitte mit. Wir sind gern für Sie da, persönlich in jeder Geschäftsstelle und am Telefon.<p>Ihre Kasse"
    )


def _study(f: Facts) -> str:
    return (
        f"<p>HOCHSCHULE MUSTERSTADT<h2>Bescheinigung</h2><p>Hiermit wird bescheinigt, dass<p><b>{f.name}</b>"
        f"<p>geboren am {f.born}<p>Matrikelnummer {f.number}<p>im Wintersemester 2026/2027 als ordentliche"
        f" Studierende eingeschrieben ist.<p>Musterstadt, {f.day}<p>Gebühr {f.second} Euro bezahlt"
        "<p>Der Präsident<p>Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig."
    )


def _notice(f: Facts) -> str:
    return (
        f"<p>Landkreis Muster, Wohngeldstelle<br>Aktenzeichen {f.number}<br>{f.day}<h2>Bescheid</h2>"
        f"<p>Sehr geehrte Frau {f.name},<p>auf Ihren Antrag bewilligen wir Ihnen Leistungen ab {f.month}."
        + _rows(
            ("Regelbedarf", "563,00"),
            ("Mehrbedarf", "38,28"),
            ("Unterkunft und Heizung", f.second),
            ("anzurechnendes Einkommen", "-212,44"),
            ("Zahlbetrag", f.amount),
        )
        + f"<p>Wir überweisen auf Ihr Konto {f.iban}.<p><b>Rechtsbehelfsbelehrung</b><p>Gegen diesen Bescheid kann"
        " innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden. Der Widerspruch ist schriftlich, in"
        " elektronischer Form oder zur Niederschrift einzulegen."
    )


def _rent(f: Facts) -> str:
    return (
        f"<p>Hausverwaltung Krämer, Postfach 1180<p style='text-align: right'>Musterstadt, den {f.day}"
        f"<p>Vertrag {f.number}<h3>Anpassung Ihrer Miete</h3><p>Liebe Frau {f.name},<p>die Grundmiete Ihrer Wohnung"
        f" beträgt ab {f.month} {f.second} Euro. Mit allen Vorauszahlungen sind es im Vierteljahr {f.amount} Euro."
        f" Bitte ändern Sie Ihren Dauerauftrag; unser Konto bleibt {f.iban}. Für Fragen sind wir dienstags von"
        " neun bis zwölf Uhr zu sprechen.<p>Mit freundlichen Grüßen"
    )


def _medical(f: Facts) -> str:
    boxes = "".join(
        f"<td>{'X' if f.ticked == n else ''} {text}" for n, text in enumerate(("Erst", "Folge", "Unfall"), 1)
    )
    return (
        f"<h3>Arbeitsunfähigkeitsbescheinigung</h3><table><tr><td>{f.name}<td>geb. {f.born}<td>{f.number}"
        f"<tr>{boxes}<tr><td>arbeitsunfähig seit<td>{f.day}<td>IK 104940005"
        "<tr><td>voraussichtlich bis<td>30.11.2026<td>BSNR 271111100</table>"
        "<p>Der angegebenen Krankenkasse wird unverzüglich eine Bescheinigung mit Angaben zur Diagnose übersandt."
        "<p>Ausfertigung zur Vorlage beim Arbeitgeber oder bei der Agentur für Arbeit."
    )


def _form(f: Facts) -> str:
    boxes = "".join(
        f"<p><i>{'✕' if f.ticked == n else ' '}</i> {text}"
        for n, text in enumerate(("allein stehend", "verheiratet", "getrennt lebend", "verwitwet"), 1)
    )
    return (
        f"<h2>Anlage zum Antrag</h2><table><tr><td>Name<td>{f.name}<tr><td>Geburtsdatum<td>{f.born}"
        f"<tr><td>Kundennummer<td>{f.number}<tr><td>IBAN<td>{f.iban}<tr><td>Einkommen im Monat<td>{f.amount}"
        f"<tr><td>Miete<td>{f.second}<tr><td>Datum<td>{f.day}</table><p>Familienstand{boxes}"
        + "".join(f"<p>{n}. Haben sich die Verhältnisse geändert, kreuzen Sie bitte an." for n in range(1, 9))
    )


_BODIES: dict[str, Callable[[Facts], str]] = {
    "payslip": _payslip,
    "bank": _bank,
    "lease": _lease,
    "heating": _heating,
    "insurance": _insurance,
    "study": _study,
    "notice": _notice,
    "rent": _rent,
    "medical": _medical,
    "form": _form,
}


def _words_by_hand(f: Facts) -> str:
    return (
        f"{f.name}\ngeb. {f.born}\n\nGuten Tag,\nim {f.month} habe ich {f.amount} Euro\nverdient. Die Miete ist"
        f" {f.second} Euro.\nBitte zahlen Sie auf mein Konto\n{f.iban}.\nMeine Nummer: {f.number}\n\n{f.day}"
    )


def _by_hand(facts: Facts) -> Image.Image:
    """Slanted letters, none quite like the other, on lines that rise. Every paper is written anew."""
    text = _words_by_hand(facts)
    chance = random.Random(text)
    page = Image.new("L", A4, 255)
    for row, line in enumerate(text.split("\n")):
        x, y = 260.0, 320.0 + 190 * row
        for sign in line:
            font = ImageFont.truetype("LiberationSerif-Italic.ttf", chance.randint(84, 94))
            letter = Image.new("L", (150, 170), 0)
            ImageDraw.Draw(letter).text((30, 20), sign, fill=255, font=font)
            letter = letter.rotate(chance.uniform(-7, 7), resample=Image.Resampling.BICUBIC)
            page.paste(30, (int(x), int(y + chance.uniform(-5, 5) - x / 60)), letter)
            x += font.getlength(sign) + chance.uniform(-1, 4)
    return page


# --- how it comes in


def _write(folder: Path, submission: str, pages: Pages, render: str, chance: random.Random) -> str:
    if render == "pdf" and pages.pdf is not None:
        (folder / f"{submission}.pdf").write_bytes(pages.pdf)
        return f"{submission}.pdf"
    seen = [_seen(image, render, chance) for image in pages.images]
    if render.startswith("photo"):
        names = [f"{submission}_{n}.jpg" for n in range(1, len(seen) + 1)]
        for name, (image, _) in zip(names, seen, strict=True):
            image.save(folder / name, quality=80 if render == "photo" else 45)
        return ";".join(names)
    target = io.BytesIO()
    first, *others = [image for image, _ in seen]
    quality = {} if first.mode == "1" else {"quality": 75}
    first.save(target, "PDF", save_all=True, append_images=others, resolution=seen[0][1], **quality)
    (folder / f"{submission}.pdf").write_bytes(target.getvalue())
    return f"{submission}.pdf"


def _seen(image: Image.Image, render: str, chance: random.Random) -> tuple[Image.Image, float]:
    """The page as the machine gives it, and its dots per inch."""
    if render == "pdf":
        return image, DPI
    if render == "fax":
        return _faxed(image, chance), 204
    if render.startswith("photo"):
        return _photographed(image, chance, low=render == "photo_low"), DPI
    if render == "stamped":
        image = _stamped(image, chance)
    dpi = 200 if render == "scan200" else 300
    page = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 1.2)))
    page = page.rotate(chance.uniform(-1.5, 1.5), resample=Image.Resampling.BICUBIC, fillcolor=255)
    page = page.resize((page.width * dpi // DPI, page.height * dpi // DPI), Image.Resampling.BILINEAR)
    return _grain(page, chance, 5.0, 25, 238), dpi


def _grain(page: Image.Image, chance: random.Random, much: float, black: int, white: int) -> Image.Image:
    noise = np.random.default_rng(chance.getrandbits(32)).normal(0, much, (page.height, page.width))
    values = black + np.asarray(page, np.float64) * (white - black) / 255 + noise
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _faxed(image: Image.Image, chance: random.Random) -> Image.Image:
    page = image.filter(ImageFilter.GaussianBlur(1.0))
    page = page.rotate(chance.uniform(-0.8, 0.8), resample=Image.Resampling.BICUBIC, fillcolor=255)
    page = _grain(page.resize((1728, 2444), Image.Resampling.BILINEAR), chance, 14.0, 0, 255)
    fax = page.point(lambda value: 255 if value > 150 else 0)
    font = ImageFont.truetype("DejaVuSansMono.ttf", 22)
    ImageDraw.Draw(fax).text((60, 6), f"{chance.randint(1, 28):02}/11/26 09:14  FAX 0341 5550  S. 1", 0, font)
    rows = np.array(fax)
    for at in (chance.randrange(200, rows.shape[0] - 200) for _ in range(3)):
        rows[at] = rows[at - 1]  # a line lost on the way repeats the one before
    return Image.fromarray(rows).convert("1")


def _photographed(image: Image.Image, chance: random.Random, *, low: bool) -> Image.Image:
    width, height = (1300, 1800) if low else (2300, 3150)
    inset = [chance.uniform(0.02, 0.07) for _ in range(8)]
    corners = [
        (inset[0] * width, inset[1] * height),
        ((1 - inset[2]) * width, inset[3] * height),
        ((1 - inset[4]) * width, (1 - inset[5]) * height),
        (inset[6] * width, (1 - inset[7]) * height),
    ]
    turned = [(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)]
    system, wanted = [], []
    for (x, y), (u, v) in zip(corners, turned, strict=True):
        system += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    way = tuple(np.linalg.solve(np.array(system), np.array(wanted)))
    soft = image.filter(ImageFilter.GaussianBlur(1.6 if low else 0.8))
    page = soft.transform(
        (width, height), Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC, fillcolor=70
    )
    light = (
        np.linspace(chance.uniform(0.7, 0.85), 1.0, width)[None, :]
        * np.linspace(1.0, chance.uniform(0.75, 0.95), height)[:, None]
    )
    values = (30 + np.asarray(page, np.float64) * 200 / 255) * light
    blurred = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(0.9 if low else 0.7)
    )
    return _grain(blurred, chance, 6.0 if low else 4.0, 0, 255).convert("RGB")


def _stamped(image: Image.Image, chance: random.Random) -> Image.Image:
    """A stamp of the post room in white space and a stroke of a pen."""
    page = image.copy()
    pen, font = ImageDraw.Draw(page), ImageFont.truetype("LiberationSans-Bold.ttf", 54)
    x, y = chance.randint(1300, 1700), chance.randint(2900, 3200)
    pen.rectangle((x, y, x + 620, y + 200), outline=60, width=6)
    pen.text((x + 40, y + 20), "Jobcenter\nEINGEGANGEN", fill=60, font=font)
    pen.line((chance.randint(100, 160), 700, chance.randint(100, 160), 1100), fill=40, width=7)
    return page


if __name__ == "__main__":
    main()
