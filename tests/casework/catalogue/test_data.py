"""The catalogue that is shipped: what other rooms of the house rely on."""

import ast
from datetime import date
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils import translation

from casework.catalogue import DEFAULT_FOLDER, Text, catalogue, load
from casework.matching import strong
from casework.reading.result import Problem
from tests.casework.catalogue.small import write

CATALOGUE = load(DEFAULT_FOLDER)
TODAY = date(2026, 11, 21)


def test_services_stand_in_order_of_the_start_page() -> None:
    assert [service.key for service in CATALOGUE.services(TODAY)] == [
        "FORMLESS",
        "HA",
        "WBA",
        "VAEM",
        "PAPERS",
    ]


def test_formless_application_opens_a_case_of_the_first_application() -> None:
    formless = CATALOGUE.service("FORMLESS", on=TODAY)

    assert (formless.opens_case, formless.case_service) == (True, "HA")


def test_formless_application_asks_only_for_name_and_birth_date() -> None:
    (step,) = CATALOGUE.service("FORMLESS", on=TODAY).steps

    assert [q.key for q in step.questions if q.required] == ["given_name", "family_name", "birth_date"]


def test_papers_open_no_case_and_join_any() -> None:
    papers = CATALOGUE.service("PAPERS", on=TODAY)

    assert (papers.opens_case, papers.joins) == (False, ("HA", "WBA", "VAEM"))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 6, 30), "Bürgergeld"),
        (date(2026, 7, 1), "Grundsicherungsgeld"),
        (TODAY, "Grundsicherungsgeld"),
    ],
)
def test_benefit_has_its_name_of_the_day(day: date, name: str) -> None:
    assert CATALOGUE.benefit_name(day).get("de") == name


def test_service_names_the_benefit() -> None:
    assert CATALOGUE.service("HA", on=TODAY).name.get("de") == "Antrag auf Grundsicherungsgeld"


def test_every_problem_of_reading_has_words() -> None:
    assert {problem.value for problem in Problem} <= {reason.key for reason in CATALOGUE.problems}


def test_every_unclear_reason_of_matching_has_words() -> None:
    tree = ast.parse(Path(strong.__file__).read_text(encoding="utf-8"))
    codes = {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "").endswith("Judgement")
        and not call.keywords  # neither a person nor a case found, nor a new one
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }

    assert codes
    assert codes | {"separated"} <= {reason.key for reason in CATALOGUE.unclear_reasons}


def test_shown_kinds_hold_the_identity_card() -> None:
    assert "identity_card" in [kind.key for kind in CATALOGUE.shown_kinds]


def test_kinds_of_the_day_hold_all_kinds() -> None:
    assert len(CATALOGUE.kinds(TODAY)) == len(CATALOGUE.document_kinds)
    assert CATALOGUE.kinds(date(2020, 1, 1)) == []


@pytest.mark.parametrize(
    ("language", "word"), [("de", "Lohnabrechnung"), ("en", "Payslip"), ("fr", "Lohnabrechnung")]
)
def test_text_speaks_the_active_language_else_german(language: str, word: str) -> None:
    with translation.override(language):
        assert (
            Template("{{ kind.name }}").render(Context({"kind": CATALOGUE.document_kind("payslip")})) == word
        )


def test_text_without_active_language_is_german() -> None:
    with translation.override(None):
        assert str(CATALOGUE.document_kind("payslip").name) == "Lohnabrechnung"


def test_text_of_a_region_speaks_its_main_language() -> None:
    assert CATALOGUE.document_kind("payslip").name.get("en-gb") == "Payslip"


def test_text_is_escaped_in_templates() -> None:
    text = Text.model_validate({"de": "<b>", "en": "<i>"})

    assert Template("{{ text }}").render(Context({"text": text})) == "&lt;b&gt;"


def test_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()


def test_catalogue_of_another_office_is_named_in_the_settings(tmp_path: Path) -> None:
    catalogue.cache_clear()
    try:
        with override_settings(CATALOGUE_DIR=str(write(tmp_path))):
            assert str(catalogue().office.name) == "Jobcenter"
    finally:
        catalogue.cache_clear()


def test_no_text_raises_its_voice_or_blames() -> None:
    """Plain words, no exclamation marks; "leider", "falsch" and "ungültig" put the fault on somebody."""
    found = [
        (path.name, line)
        for path in DEFAULT_FOLDER.rglob("*.yaml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "!" in line or any(word in line.lower() for word in ("leider", "ungültig", "invalid"))
    ]

    assert found == []
