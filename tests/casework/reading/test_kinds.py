from __future__ import annotations

import pytest

from casework.catalogue import catalogue
from casework.reading.kinds import kind_of, rules
from casework.reading.language import language_of
from tests.casework.reading.sheets import LETTER, PAYSLIP


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("\n".join(PAYSLIP), "payslip"),
        (
            "Kontoauszug 10/2026\nKontoinhaber Amira Haddad\nBuchungstag Umsatz\nNeuer Kontostand 12,00",
            "bank_statement",
        ),
        ("Mietvertrag\nzwischen Vermieter und Mieter\nKaution 900 Euro, Schönheitsreparaturen", "lease"),
        ("Mieterhöhung gemäß § 558 BGB\nIhre bisherige Miete", "rent_increase"),
        ("Stadtwerke Musterstadt\nJahresabrechnung Erdgas\nVerbrauch 12.000 kWh Abschlag", "heating_bill"),
        ("Betriebskostenabrechnung 2025\nGrundsteuer Müllabfuhr Hausmeister", "operating_costs"),
        ("AOK Musterland\nMitgliedsbescheinigung\nVersichertennummer A123", "health_insurance"),
        ("Realschule Musterstadt\nSchulbescheinigung\nSchuljahr 2026/27", "school_certificate"),
        ("Standesamt Musterstadt\nGeburtsurkunde", "birth_certificate"),
        ("Hauptantrag\nAntrag auf Bürgergeld\nHA.04.2026", "form_ha"),
        ("Antrag\nSeite 3 von 4\nWBA.07.2026", "form_wba"),
        ("Veränderungsmitteilung\nVÄM.01.2026", "form_vaem"),
        ("Anlage KDU\nAnlage zur Feststellung der angemessenen Kosten der Unterkunft", "form_kdu"),
        ("Anlage EK\nEK.04.2026", "form_ek"),
        ("Anlage VM\nVermögen", "form_vm"),
        ("\n".join(LETTER), "letter"),
        ("12 34 56", ""),
        ("", ""),
    ],
)
def test_kind_follows_from_the_words(text: str, kind: str) -> None:
    found, sure = kind_of(text)
    assert found == kind
    assert (sure > 0.4) is bool(kind)


def test_letter_that_mentions_a_form_is_a_letter() -> None:
    letter = "\n".join((*LETTER[:13], "mein Vermögen steht in der Anlage VM vom 01.02.2026.", *LETTER[14:]))
    assert kind_of(letter)[0] == "letter"


def test_every_kind_of_the_rules_is_in_the_catalogue() -> None:
    known = {kind.key for kind in catalogue().document_kinds}
    assert rules().keys <= known


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hiermit teile ich Ihnen mit, dass sich die Miete geändert hat und nicht mehr gilt", "de"),
        ("I am writing to you because the rent of my flat has changed and this is not right", "en"),
        ("Я пишу вам, тому що оренда моєї квартири змінилася", "uk"),
        ("12,50 13,40", ""),
    ],
)
def test_language_follows_from_the_small_words(text: str, language: str) -> None:
    assert language_of(text) == language
