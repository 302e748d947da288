from __future__ import annotations

import pytest

from casework.reading.fieldfinder import fields_in
from casework.reading.recognised import Word


def found(*lines: str) -> set[tuple[str, str]]:
    rows = tuple(
        tuple(Word(text, at / 50, row / 50, 0.02, 0.01, 0.95) for at, text in enumerate(line.split()))
        for row, line in enumerate(lines)
    )
    return {(field.name, field.value) for field in fields_in(rows)}


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("IBAN: DE89 3704 0044 0532 0130 00", "iban", "DE89370400440532013000"),
        ("Konto DE89370400440532013000 bei der Bank", "iban", "DE89370400440532013000"),
        ("IBAN DE89 37O4 0044 0532 0130 00", "iban", "DE89370400440532013000"),
        ("BG-Nr. 12345BG0001234", "household_number", "12345//0001234"),
        ("BG 12345//0001234", "household_number", "12345//0001234"),
        ("Kd.-Nr. 123A456789", "customer_number", "123A456789"),
        ("Kundennummer: 123A45678O", "customer_number", "123A456780"),
        ("SV-Nummer 15 070649 C 103", "pension_number", "15070649C103"),
        ("geb. am 3.7.1991", "birth_date", "1991-07-03"),
        ("Geburtsdatum 03.07.91", "birth_date", "1991-07-03"),
        ("vom 1. Oktober 2026", "date", "2026-10-01"),
        ("Summe 1.234,56 €", "amount", "1234.56"),
        ("Abbuchung -17,30 EUR", "amount", "-17.30"),
        ("01.06. 02.06. REWE SAGT DANKE 17,62 S", "amount", "-17.62"),
        ("02.06. 02.06. KINDERGELD 26,25 H", "amount", "26.25"),
        ("Lohnsteuer 120,00-", "amount", "-120.00"),
        ("Januar 120,00 - Februar", "amount", "120.00"),
        ("Summe 311.63 Euro", "amount", "311.63"),
        ("am 01.06.25.", "date", "2025-06-01"),
        ("Abrechnung für Oktober 2026", "month", "2026-10"),
        ("Zeitraum 09/2026", "month", "2026-09"),
        ("Name, Vorname Haddad, Amira", "name", "Amira Haddad"),
        ("Kontoinhaber Amira Haddad", "name", "Amira Haddad"),
        ("Herrn Dr. Jürgen von der Heide", "name", "Jürgen von der Heide"),
        ("Sehr geehrte Frau Süß-Föhr,", "family_name", "Süß-Föhr"),
        ("Vorname: Zoë", "given_name", "Zoë"),
    ],
)
def test_fact_is_found_in_its_normal_form(line: str, name: str, value: str) -> None:
    assert (name, value) in found(line)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("IBAN DE88 3704 0044 0532 0130 00", "iban"),  # wrong check digits
        ("Nummer 15 070649 C 104", "pension_number"),  # wrong check digit
        ("am 31.02.2026", "date"),
        ("01.06. 02.06. REWE SAGT DANKE", "date"),
        ("um 12.30 Uhr", "amount"),
        ("Wohnfläche 50,25 m²", "amount"),
        ("Kontoinhaber Hausverwaltung Großmann GmbH", "name"),
        ("Sehr geehrte Damen und Herren", "family_name"),
    ],
)
def test_what_only_looks_like_a_fact_is_none(line: str, name: str) -> None:
    assert name not in {found_name for found_name, _ in found(line)}


def test_name_stands_over_street_and_town_and_under_the_greeting() -> None:
    above = found("Käthe Großmann", "Lindenstraße 5", "04177 Musterstadt")
    below = found("Mit freundlichen Grüßen", "Käthe Großmann")
    assert ("name", "Käthe Großmann") in above & below


def test_office_over_street_and_town_is_no_person() -> None:
    assert found("Jobcenter Musterkreis", "Leistungsabteilung", "Ringstraße 7", "04177 Musterstadt") == set()


def test_name_stands_over_an_address_in_one_line() -> None:
    assert ("name", "Khaled Vogt") in found("Khaled Vogt", "Goethestraße 139, 90402 Nürnberg")


def test_scribble_between_greeting_and_name_is_no_name() -> None:
    names = {
        value for name, value in found("Mit freundlichen Grüßen", "Jr V", "Dörte Özdemir") if name == "name"
    }
    assert names == {"Dörte Özdemir"}
