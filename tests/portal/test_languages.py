"""What claimants read in their language, and the German beside it."""

import io
import re
from datetime import date

import pypdfium2 as pdfium
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from casework import actions
from casework.catalogue import DEFAULT_FOLDER
from casework.catalogue.languages import untranslated
from casework.envelope import Actor, Role
from casework.receipts import pdf
from tests import cast
from tests.channels.web.walking import at, begin

OTHERS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def text_of(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(io.BytesIO(data))]


def test_every_text_of_the_catalogue_is_there_in_every_language() -> None:
    assert {language: texts for language, texts in untranslated(DEFAULT_FOLDER).items() if texts} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "uk", "en"])
def test_a_receipt_is_in_the_persons_language_with_the_german_beside(client: Client, language: str) -> None:
    ack = cast.receive(cast.paper("payslip"), language=language)
    pages = text_of(pdf(cast.submission(ack)))
    german = next(page for page in pages if "Derselbe Beleg auf Deutsch" in page)
    assert "Was angekommen ist" not in pages[0]
    assert "Was angekommen ist" in german
    html = client.get(
        reverse("my:receipt", args=[ack.secret]), headers={"accept-language": language}
    ).content.decode()
    beside = re.search(r'<details[^>]*lang="de" dir="ltr">(.*?)</details>', html, re.S)
    assert beside
    assert "Was angekommen ist" in beside[1]
    assert "Lohnabrechnung" in beside[1]


@pytest.mark.django_db
def test_a_german_receipt_is_there_once(client: Client) -> None:
    ack = cast.receive(cast.paper("payslip"))
    html = client.get(reverse("my:receipt", args=[ack.secret])).content.decode()
    assert html.count("Was angekommen ist") == 1
    assert "".join(text_of(pdf(cast.submission(ack)))).count("Was angekommen ist") == 1


@pytest.mark.django_db
def test_an_arabic_receipt_has_letters_for_every_sign() -> None:
    """Arabic is shaped by the font: no empty boxes, and Arabic letters come back out of the PDF."""
    text = "".join(text_of(pdf(cast.submission(cast.receive(cast.paper(), language="ar")))))
    assert len(re.findall(r"[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]", text)) > 100
    assert "\ufffd" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_the_language_is_changed_on_the_same_step_and_kept(client: Client, language: str) -> None:
    draft = begin(client)
    here = at(draft, "schritt/person/")
    answer = client.post(reverse("set_language"), {"language": language, "next": here})
    assert (answer.status_code, answer["Location"]) == (302, here)
    html = client.get(here).content.decode()
    assert f'<html lang="{language}"' in html
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html


@pytest.mark.django_db
def test_words_about_rights_stand_in_german_too(client: Client) -> None:
    ack = cast.receive(cast.paper("payslip"))

    case, deniz = cast.case_of(ack), Actor(Role.CASEWORKER, cast.deniz().pk)
    actions.assign(case, cast.deniz(), deniz)
    (payslip,) = cast.submission(ack).documents.all()
    actions.open_document(payslip, deniz)

    actions.reject(payslip, "unreadable", date(2026, 12, 24), deniz)
    html = client.get(
        reverse("my:status", args=[ack.secret]), headers={"accept-language": "ar"}
    ).content.decode()
    german = re.search(r'<p class="muted small" lang="de" dir="ltr">(.*?)</p>', html, re.S)
    assert german
    assert "(§\N{NO-BREAK SPACE}66 SGB\N{NO-BREAK SPACE}I)" in german[1]
