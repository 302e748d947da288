"""The smallest catalogue that is well, for tests that break one thing in it or change one answer."""

from pathlib import Path

import pytest

from casework.catalogue import Catalogue, CatalogueError, load

REASON = """  - key: any
    label: {de: "Grund", en: "Reason"}
    words: {de: "Das ist so.", en: "It is so."}
    what_to_do: {de: "Rufen Sie an.", en: "Call us."}
"""
FILES = {
    "words.yaml": """"yes": {de: "Ja", en: "Yes"}
"no": {de: "Nein", en: "No"}
not_given: {de: "nicht angegeben", en: "not given"}
months:
"""
    + "".join(f"  - {{de: Monat {number}, en: Month {number}}}\n" for number in range(1, 13)),
    "benefit.yaml": """names:
  - valid_from: 2023-01-01
    valid_until: 2026-06-30
    name: {de: "Bürgergeld", en: "Citizen's Benefit"}
  - valid_from: 2026-07-01
    name: {de: "Grundsicherungsgeld", en: "Basic Income Support"}
""",
    "documents.yaml": """kinds:
  - key: lease
    valid_from: 2026-01-01
    name: {de: "Mietvertrag", en: "Lease"}
    description: {de: "Der Vertrag", en: "The contract"}
    example: {de: "Vertrag vom Mai", en: "Contract of May"}
    photo_hint: {de: "Alle Seiten", en: "All pages"}
  - key: payslip
    valid_from: 2026-01-01
    can_be_shown: true
    name: {de: "Lohnabrechnung", en: "Payslip"}
    description: {de: "Vom Arbeitgeber", en: "From the employer"}
    example: {de: "Abrechnung vom Mai", en: "Payslip of May"}
    photo_hint: {de: "Alle Seiten", en: "All pages"}
""",
    "reasons.yaml": "".join(f"{part}:\n{REASON}" for part in ("reject", "request", "problems", "unclear")),
    "questions.yaml": """questions:
  - key: given_name
    type: text
    label: {de: "Vorname", en: "First name"}
    help: {de: "Wie im Ausweis", en: "As in your card"}
    why: {de: "Zum Zuordnen", en: "To match"}
    example: {all: "Amira"}
""",
    "office.yaml": """name: {de: "Jobcenter", en: "Jobcenter"}
street: "Allee 1"
postcode: "01234"
city: "Musterstadt"
phone: "0800"
opening_hours: {de: "Montag", en: "Monday"}
letterbox: {de: "Am Eingang", en: "At the entrance"}
talk_to_us: {de: "Rufen Sie an", en: "Call us"}
if_missing: {de: "Sonst lehnen wir ab", en: "Else we refuse"}
due_days: 14
what_next:
  HA: {de: "Wir prüfen", en: "We check"}
waiting_days:
  HA: 15
""",
    "services/ha-1.yaml": """key: HA
version: 1
valid_from: 2026-07-01
position: 1
name: {de: "Antrag auf {benefit}", en: "Application for {benefit}"}
summary: {de: "Kurz", en: "Short"}
intro: {de: "Einleitung", en: "Introduction"}
minutes: 5
opens_case: true
joins: [HA]
channels: {web: offered, post: silent, desk: recommended}
steps:
  - key: person
    title: {de: "Person", en: "Person"}
    questions:
      - use: given_name
      - key: home
        type: choice
        label: {de: "Wie wohnen Sie?", en: "How do you live?"}
        help: {de: "Hilfe", en: "Help"}
        why: {de: "Grund", en: "Reason"}
        options:
          - {key: rent, label: {de: "Miete", en: "Rent"}}
          - {key: own, label: {de: "Eigentum", en: "Own"}}
  - key: rent
    title: {de: "Miete", en: "Rent"}
    when: {home: [rent]}
    questions:
      - key: amount
        type: money
        label: {de: "Höhe", en: "Amount"}
        help: {de: "Hilfe", en: "Help"}
        why: {de: "Grund", en: "Reason"}
        example: {de: "480,50", en: "480.50"}
papers:
  - kind: lease
    when: {home: [rent]}
    why: {de: "Sie mieten", en: "You rent"}
""",
}


def write(folder: Path, **changes: tuple[str, str]) -> Path:
    """Write the catalogue; ``services_ha_1=(old, new)`` replaces one text that must be there once."""
    for name, text in FILES.items():
        old, new = changes.pop(name.removesuffix(".yaml").replace("/", "_").replace("-", "_"), ("", ""))
        if old:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            text = text.replace(old, new)  # noqa: PLW2901
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert not changes, f"no such file: {changes}"
    return folder


def small(folder: Path, **changes: tuple[str, str]) -> Catalogue:
    return load(write(folder, **changes))


def mistakes(folder: Path) -> list[str]:
    """What load says about this folder; nothing is a failure of the test."""
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return list(caught.value.mistakes)
