"""The text of papers: found by who may see the paper, and shown beside its picture."""

import unicodedata
from typing import Literal

import pytest
from django.test import Client

from casework import people, queries
from casework.lookup import find_people
from casework.models import Case, Document, Page, Part
from tests import cast

TEXT = "Die monatliche Grundmiete beträgt 512,30 Euro.\nLindenstraße 5"


@pytest.fixture
def page(payslip: Document) -> Page:
    """The first page of Amira's payslip, recognised."""
    part = Part.objects.filter(document=payslip).select_related("file").get()
    found, _ = Page.objects.update_or_create(
        file=part.file,
        number=1,
        defaults={
            "width": 10,
            "height": 10,
            "picture": b"",
            "thumbnail": b"",
            "text": TEXT,
            "language": "de",
        },
    )
    part.file.page_count = 1
    part.file.save(update_fields=["page_count"])
    return found


def test_search_finds_the_page_by_another_form_of_its_words(page: Page, deniz: Client) -> None:
    shown = deniz.get("/faelle/suche/?q=Grundmieten").content.decode()
    assert "Eine Seite gefunden" in shown
    assert "#seite-1" in shown
    assert "512,30" in shown


def test_search_shows_nothing_of_another_team(page: Page, emil: Client) -> None:
    assert "Nichts gefunden" in emil.get("/faelle/suche/?q=Grundmiete").content.decode()
    assert not queries.search_pages(cast.emil(), "Grundmiete").exists()
    assert queries.search_pages(cast.deniz(), "Grundmiete").get().pk == page.pk


def test_search_finds_no_page_in_which_a_virus_was_found(page: Page) -> None:
    page.file.virus = "found"
    page.file.save(update_fields=["virus"])
    assert not queries.search_pages(cast.deniz(), "Grundmiete").exists()


def test_search_of_a_stack_finds_the_paper_its_page_belongs_to(page: Page, payslip: Document) -> None:
    Page.objects.create(
        file=page.file, number=4, width=1, height=1, picture=b"", thumbnail=b"", text="Nebenkosten"
    )
    Part.objects.filter(document=payslip).update(first_page=3, last_page=4)
    found = queries.search_pages(cast.deniz(), "Nebenkosten").get()
    assert (found.document_id, found.sheet) == (payslip.pk, 2)  # type: ignore[attr-defined]
    assert not queries.search_pages(cast.deniz(), "Grundmiete").exists()  # page 1 is nobody's any more


@pytest.mark.parametrize("typed", ["", "   ", '"', "-", "a & | ! b:*", "\x00", "x" * 500])
def test_search_takes_whatever_is_typed(typed: str, case: Case, deniz: Client) -> None:
    assert deniz.get("/faelle/suche/", {"q": typed}).status_code == 200


def test_document_page_shows_the_text_of_each_page(page: Page, payslip: Document, deniz: Client) -> None:
    shown = deniz.get(f"/faelle/dokument/{payslip.public_id}/").content.decode()
    assert "Text der Seite" in shown
    assert "Grundmiete beträgt 512,30 Euro" in shown


@pytest.mark.parametrize("written", ["Nguyen", "Nguyễn"])
def test_name_with_foreign_letters_is_found_however_it_was_read(page: Page, written: str) -> None:
    Page.objects.filter(pk=page.pk).update(text=f"Herr Thế {written}, Größe der Wohnung")
    assert queries.search_pages(cast.deniz(), "Nguyễn Größe").get().pk == page.pk


@pytest.mark.parametrize(
    "name", ["O'Neill", "N’Diaye", "Al-Ali", "Çelik", "Nguyễn", "Łukaszewicz", "Şahin", "Öztürk"]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_person_is_found_by_a_name_of_any_language(
    case: Case, name: str, form: Literal["NFC", "NFD"]
) -> None:
    case.person.family_name = name
    case.person.name_key = people.name_key(case.person.given_name, name)
    case.person.save()
    typed = unicodedata.normalize(form, name)
    assert find_people(cast.deniz(), typed) == [case.person]
