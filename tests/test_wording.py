"""One word for one thing, in every language; nothing of the source language left in a translation."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from casework import actions
from casework.catalogue import catalogue
from casework.envelope import Actor, Channel, Helper, Role
from tests import cast
from tests.channels.web.walking import AMIRA, at, begin

ROOT = Path(__file__).parent.parent
TRANSLATED = ["en"]

# What we call something else (the word we say stands behind it), or what must not stay in a text.
BANNED = {
    "Quittung": "Beleg",
    "Fall-Nummer": "Fall-Code",
    "Haushalts-Nummer": "Nummer der Bedarfsgemeinschaft",
    "Kunden-Nummer": "Kundennummer",
    "Status-Seite": "Stand Ihrer Unterlagen",
    "Fall-Bearbeitung": "Sachbearbeitung",
    "gescannt": "eingelesen",
    "lorem": "a real text",
}
# Compounds with a hyphen are a sign of Leichte Sprache; these are ours, or right in any German.
HYPHENS = {"Eingangs-Nummer", "Fall-Code", "Spam-Ordner", "Online-Banking"}
# Words that stand in nearly every German sentence and in no English one.
GERMAN = re.compile(
    r"\b(und|oder|nicht|noch|Sie|Ihr|Ihre|Ihren|Ihrem|wird|wir|der|das|ist|mit|für|von|bei|ein|eine|auf|zum)\b"
)


def of_the_pages(language: str) -> list[tuple[str, str]]:
    """The texts of a language file, as (German, translation); every plural form is a text of its own."""
    file = (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    pairs = []
    for block in file.split("\n\n")[1:]:  # the first is the file's head
        lines = re.findall(r'^(msg\w+(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\n?)+)', block, re.M)
        entry = {key: "".join(ast.literal_eval(part) for part in text.splitlines()) for key, text in lines}
        pairs.append((entry["msgid"], entry.get("msgstr", entry.get("msgstr[0]", ""))))
        pairs += [
            (entry["msgid_plural"], text) for key, text in entry.items() if re.match(r"msgstr\[[1-9]", key)
        ]
    return pairs


def spoken(data: Any, language: str) -> Iterator[str]:
    """Every text in one language out of a catalogue file."""
    if isinstance(data, dict):
        if language in data and isinstance(data[language], str):
            yield data[language]
        else:
            for value in data.values():
                yield from spoken(value, language)
    elif isinstance(data, list):
        for value in data:
            yield from spoken(value, language)


def of_the_catalogue(language: str) -> list[str]:
    files = sorted((ROOT / "casework/catalogue/data").rglob("*.yaml"))
    return [text for file in files for text in spoken(yaml.safe_load(file.read_text("utf-8")), language)]


def german() -> list[str]:
    return [text for text, _ in of_the_pages(TRANSLATED[0])] + of_the_catalogue("de")


def translations(language: str) -> list[str]:
    return [text for _, text in of_the_pages(language)] + of_the_catalogue(language)


@pytest.mark.parametrize("word", sorted(BANNED))
def test_no_text_uses_a_word_we_say_otherwise(word: str) -> None:
    assert [text for text in german() if word.lower() in text.lower()] == [], f"say {BANNED[word]}"


def test_hyphens_stand_only_in_our_names_and_where_german_wants_them() -> None:
    compound = re.compile(r"(?<![-\w])[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)+")
    found = {word for text in german() for word in compound.findall(text)}
    assert found <= HYPHENS


@pytest.mark.parametrize("language", ["de", *TRANSLATED])
def test_nobody_is_shouted_at(language: str) -> None:
    texts = german() if language == "de" else translations(language)
    assert len(texts) > 1000
    assert [text for text in texts if "!" in text] == []


def test_quotation_marks_are_those_of_the_language() -> None:
    assert [text for text in german() if '"' in text or text.count("„") != text.count("“")] == []
    assert [text for text in translations("en") if '"' in text or "„" in text] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_language_is_complete(language: str) -> None:
    """Nothing untranslated, guessed, or left from a page that is gone."""
    command = [sys.executable, str(ROOT / "bin/check-translations"), language]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_texts_are_marked_under_names_that_are_collected() -> None:
    """Under any other name xgettext passes a text by, and it stays German in every language."""
    renamed = re.compile(r"\b\w*gettext\w* as (?!_\b)\w+")
    files = [file for part in ("casework", "channels", "portal") for file in (ROOT / part).rglob("*.py")]
    assert [str(file) for file in files if renamed.search(file.read_text("utf-8"))] == []


def test_english_says_one_word_for_one_thing() -> None:
    pairs = of_the_pages("en")
    for source, word in (
        ("Eingangs-Nummer", "receipt number"),
        ("Fall-Code", "case code"),
        ("Geburtsdatum", "date of birth"),
        ("Kundennummer", "customer number"),
        ("Arbeitstag", "working day"),
    ):
        told = [english for german, english in pairs if source in german]
        assert told
        assert [english for english in told if word not in english.lower()] == []


def test_no_english_text_keeps_german_words() -> None:
    assert [text for text in translations("en") if GERMAN.search(text)] == []


def heard(html: str) -> str:
    """What people see or hear of a page: its text and the attributes that are read out or shown."""
    html = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.S)
    read = re.findall(r'\b(?:alt|title|aria-label|data-busy|data-sending|data-failed)="([^"]*)"', html)
    return " ".join([*read, re.sub(r"<[^>]+>", " ", html)])


def english(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == status
    html = answer.content.decode()
    assert '<html lang="en"' in html
    beside = r'<(section|details|p)\b[^>]*\blang="de"[^>]*>.*?</\1>'  # the German, marked as such
    return heard(re.sub(beside, " ", html, flags=re.S))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/hilfe/",
        "/datenschutz/",
        "/barrierefreiheit/",
        "/status/",
        "/antrag/",
        "/antrag/neu/HA/",
        "/antrag/neu/WBA/",
        "/antrag/neu/VAEM/",
        "/antrag/sofort/",
        "/antrag/unterlagen/",
        "/antrag/weiter/",
        "/konto/login/",
    ],
)
def test_a_page_in_english_keeps_no_german_words(client: Client, address: str) -> None:
    assert GERMAN.findall(english(client, address)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("service", ["HA", "WBA", "VAEM"])
def test_the_steps_in_english_keep_no_german_words(client: Client, service: str) -> None:
    draft = begin(client, service)
    pages = [f"schritt/{step.key}/" for step in catalogue().service(service).steps if not step.when]
    pages += ["unterlagen/", "unterlagen/payslip/", "pruefen/", "gespeichert/"]
    for page in pages:
        # A repeated step sends the first time straight to its first entry.
        answer = client.get(at(draft, page), headers={"accept-language": "en"}, follow=True)
        assert answer.status_code == 200, page
        assert GERMAN.findall(heard(answer.content.decode())) == [], page


@pytest.mark.django_db
def test_errors_in_english_keep_no_german_words_and_come_first_in_the_title(client: Client) -> None:
    draft = begin(client)
    wrong = {**AMIRA, "family_name": "", "birth_date_day": "31", "birth_date_month": "2"}
    for address, typed in (
        (at(draft, "schritt/person/"), wrong),
        (at(draft, "unterlagen/payslip/"), {}),
        ("/status/", {"number": ""}),
        ("/antrag/weiter/", {"code": "A7K2"}),
        ("/antrag/unterlagen/", {"number": "A7K2-9QXM-3TFA"}),
    ):
        html = client.post(address, typed, headers={"accept-language": "en"}).content.decode()
        assert re.search(r"<title>Error: \S", html), address
        assert GERMAN.findall(heard(html)) == [], address


@pytest.mark.django_db
@pytest.mark.parametrize("channel", list(Channel))
def test_receipt_and_status_in_english_keep_no_german_words(client: Client, channel: Channel) -> None:
    ack = cast.receive(
        cast.paper("payslip", name="payslip.jpg"),
        cast.paper("lease", name="lease.jpg"),
        channel=channel,
        helper=Helper("Samir", "brother"),
    )
    case, deniz = cast.case_of(ack), Actor(Role.CASEWORKER, cast.deniz().pk)
    letter = cast.receive(channel=Channel.POST, service="PAPERS", sheets=2, number=case.code)
    stray = cast.receive(channel=Channel.POST, service="PAPERS", sender=cast.amira(given_name="Jonas"))
    payslip, lease = cast.submission(ack).documents.order_by("pk")
    actions.assign(case, cast.deniz(), deniz)
    for document in (payslip, lease):
        actions.open_document(document, deniz)
    actions.reject(payslip, "unreadable", date(2026, 12, 24), deniz)
    actions.accept(lease, deniz)
    actions.undo_decision(lease, deniz)
    actions.correct_kind(lease, "rent_increase", deniz)
    for arrived in (ack, letter, stray):
        pages = ("/beleg/{}/", "/beleg/{}/druck/a4/", "/beleg/{}/druck/80mm/", "/s/{}")
        for page in (page.format(arrived.secret) for page in pages):
            assert GERMAN.findall(english(client, page)) == [], page
    assert "Samir (brother)" in english(client, f"/beleg/{ack.secret}/")
