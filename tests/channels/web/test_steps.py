"""Answering: one step a page, nothing typed is lost, whatever button is pressed."""

import uuid

import pytest
from django.test import Client

from casework import guessing
from casework.codes import grouped, new_number
from channels.models import Draft
from channels.web import adapter
from tests.channels.web.walking import AMIRA, ANSWERS, at, begin, form_key, receipt_of, text

pytestmark = pytest.mark.django_db


def test_start_offers_services_papers_formless_and_code(client: Client) -> None:
    page = text(client.get("/antrag/"))
    for address in ("neu/HA/", "neu/WBA/", "neu/VAEM/", "sofort/", "unterlagen/", "weiter/"):
        assert f'href="/antrag/{address}"' in page
    assert "neu/PAPERS" not in page


def test_unknown_service_is_not_found(client: Client) -> None:
    assert client.get("/antrag/neu/NIX/").status_code == 404


def test_beginning_twice_from_one_page_is_one_draft(client: Client) -> None:
    key = form_key(client, "/antrag/neu/VAEM/")
    first, second = (client.post("/antrag/neu/VAEM/", {"key": key}) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Draft.objects.count() == 1


def test_next_step_keeps_the_answers(client: Client) -> None:
    draft = begin(client)
    answer = client.post(at(draft, "schritt/person/"), AMIRA)
    draft.refresh_from_db()
    assert draft.answers == ANSWERS
    assert answer["Location"] == at(draft, "schritt/change/")


def test_a_missing_answer_is_said_at_its_field_and_in_the_summary_and_the_rest_stays(client: Client) -> None:
    draft = begin(client)
    page = text(client.post(at(draft, "schritt/person/"), {**AMIRA, "family_name": ""}))
    assert "<title>Fehler: Zu Ihnen" in page
    assert page.count("Geben Sie an: Nachname") == 2
    assert 'value="Amira"' in page
    draft.refresh_from_db()
    assert draft.answers["given_name"] == "Amira"


def test_an_impossible_date_stays_as_typed_and_the_earlier_one_is_kept(client: Client) -> None:
    draft = begin(client)
    client.post(at(draft, "schritt/person/"), AMIRA)
    typed = {**AMIRA, "birth_date_day": "31", "birth_date_month": "2"}
    for button in ({}, {"skip": "1"}, {"later": "1"}, {"back": "1"}):
        answer = client.post(at(draft, "schritt/person/"), {**typed, **button})
        assert answer.status_code == 200
        assert 'value="31"' in text(answer)
    draft.refresh_from_db()
    assert draft.answers["birth_date"] == "1991-07-03"


@pytest.mark.parametrize(
    ("button", "to"), [("skip", "schritt/change/"), ("later", "gespeichert/"), ("back", None)]
)
def test_leaving_a_step_keeps_what_was_typed_though_something_is_missing(
    client: Client, button: str, to: str | None
) -> None:
    draft = begin(client)
    answer = client.post(at(draft, "schritt/person/"), {"given_name": "Amira", button: "1"})
    assert answer["Location"] == (at(draft, to) if to else "/antrag/")
    draft.refresh_from_db()
    assert draft.answers == {"given_name": "Amira"}


def test_steps_that_do_not_follow_from_the_answers_are_skipped(client: Client) -> None:
    draft = begin(client)
    client.post(at(draft, "schritt/person/"), AMIRA)
    answer = client.post(
        at(draft, "schritt/change/"),
        {
            "change": ["account"],
            "change_from_day": "1",
            "change_from_month": "12",
            "change_from_year": "2026",
        },
    )
    assert answer["Location"] == at(draft, "schritt/account/")
    assert client.get(at(draft, "schritt/job/"))["Location"] == at(draft, "schritt/account/")


def test_changing_an_earlier_answer_keeps_the_later_ones_and_returns_to_the_check_page(
    client: Client,
) -> None:
    draft = begin(client)
    Draft.objects.filter(pk=draft.pk).update(
        answers={**ANSWERS, "change": ["account"], "iban": "DE89370400440532013000"}
    )
    answer = client.post(
        at(draft, "schritt/change/?pruefen"),
        {"change": ["rent"], "change_from_day": "1", "change_from_month": "12", "change_from_year": "2026"},
    )
    assert answer["Location"] == at(draft, "pruefen/")
    draft.refresh_from_db()
    assert draft.answers["iban"] == "DE89370400440532013000"
    assert "IBAN" not in text(client.get(at(draft, "pruefen/")))


# --- repeated steps

LINA = {
    "given_name": "Lina",
    "family_name": "Haddad",
    "birth_date_day": "1",
    "birth_date_month": "5",
    "birth_date_year": "2018",
    "relation": "child_under_15",
}


@pytest.fixture
def household(client: Client) -> Draft:
    draft = begin(client, "HA")
    Draft.objects.filter(pk=draft.pk).update(answers={**ANSWERS, "lives_with_others": True})
    return draft


def names(draft: Draft) -> list[str]:
    draft.refresh_from_db()
    return [one["given_name"] for one in draft.answers.get("members", [])]


def test_an_empty_list_opens_the_first_entry(client: Client, household: Draft) -> None:
    answer = client.get(at(household, "schritt/members/"))
    assert answer["Location"] == at(household, "schritt/members/neu/")


def test_entries_are_added_changed_and_removed(client: Client, household: Draft) -> None:
    new = at(household, "schritt/members/neu/")
    client.post(new, LINA)
    client.post(new, {**LINA, "given_name": "Sami"})
    client.post(at(household, "schritt/members/1/"), {**LINA, "given_name": "Lena"})
    assert names(household) == ["Lena", "Sami"]
    page = client.get(at(household, "schritt/members/"))
    marks = [entry["mark"] for entry in page.context["entries"]]
    for _ in range(2):  # a double click removes one person, not two
        client.post(at(household, "schritt/members/"), {"remove": marks[0]})
    assert names(household) == ["Sami"]


def test_adding_the_same_person_twice_is_a_double_click(client: Client, household: Draft) -> None:
    for _ in range(2):
        client.post(at(household, "schritt/members/neu/"), LINA)
    assert names(household) == ["Lina"]


def test_an_entry_that_is_not_there_leads_to_the_list(client: Client, household: Draft) -> None:
    assert client.get(at(household, "schritt/members/7/"))["Location"] == at(household, "schritt/members/")


def test_an_empty_list_can_be_left_for_later(client: Client, household: Draft) -> None:
    answer = client.post(at(household, "schritt/members/neu/"), {"skip": "1"})
    assert answer["Location"] == at(household, "schritt/housing/")
    assert names(household) == []


# --- whose draft it is


def test_a_draft_of_somebody_else_looks_like_one_that_does_not_exist(client: Client) -> None:
    draft = begin(client)
    stranger = Client()
    begin(stranger)
    pages = ["", "schritt/person/", "unterlagen/", "unterlagen/payslip/", "pruefen/", "gespeichert/"]
    for page in pages:
        answers = [stranger.get(at(draft, page)), stranger.get(f"/antrag/{uuid.uuid4()}/{page}")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert "Mit Ihrem Code machen Sie dort weiter" in text(answers[0])
    assert stranger.post(at(draft, "pruefen/")).status_code == 404


def test_what_was_typed_when_the_session_had_ended_is_shown_again(client: Client) -> None:
    draft = begin(client)
    answer = Client().post(at(draft, "schritt/details/"), {"message": "Meine Tochter ist <b>ausgezogen</b>."})
    assert answer.status_code == 404
    assert "Meine Tochter ist &lt;b&gt;ausgezogen&lt;/b&gt;." in text(answer)


def test_a_code_opens_the_draft_where_it_stopped(client: Client) -> None:
    draft = begin(client)
    client.post(at(draft, "schritt/person/"), AMIRA)
    assert grouped(draft.code) in text(client.get(at(draft, "gespeichert/")))
    other = Client()
    answer = other.post("/antrag/weiter/", {"code": grouped(draft.code).lower()})
    assert answer["Location"] == at(draft)
    assert other.get(at(draft))["Location"] == at(draft, "schritt/change/")


def test_the_code_of_a_sent_draft_leads_to_its_receipt(client: Client) -> None:
    draft = begin(client)
    ack = adapter.submit(draft)
    other = Client()
    other.post("/antrag/weiter/", {"code": draft.code})
    for page in ("", "schritt/person/", "unterlagen/", "pruefen/"):
        assert receipt_of(other.get(at(draft, page))).number == ack.number


def test_a_mistyped_code_is_told_from_an_unknown_one_and_costs_no_try(client: Client) -> None:
    code = new_number()
    wrong = ("0" if code[0] != "0" else "1") + code[1:]
    for _ in range(guessing.FREE_TRIES + 1):
        assert "Prüfen Sie den Code" in text(client.post("/antrag/weiter/", {"code": wrong}))
    assert "kennen wir nicht" in text(client.post("/antrag/weiter/", {"code": code}))


def test_unknown_codes_lead_to_a_pause(client: Client) -> None:
    code = new_number()
    for _ in range(guessing.FREE_TRIES):
        client.post("/antrag/weiter/", {"code": code})
    assert "Bitte warten Sie eine Minute" in text(client.post("/antrag/weiter/", {"code": code}))


def test_what_is_typed_is_saved_when_a_field_is_left_and_what_cannot_be_read_keeps_the_answer_before(
    client: Client,
) -> None:
    draft = begin(client)
    step = at(draft, "schritt/person/")
    answer = client.post(step, {"given_name": "Amira", "birth_date_day": "3", "save": "1"})
    assert answer.status_code == 204
    draft.refresh_from_db()
    assert draft.answers == {"given_name": "Amira"}
    client.post(step, {**AMIRA, "save": "1"})
    client.post(step, {**AMIRA, "birth_date_day": "45", "save": "1"})
    draft.refresh_from_db()
    assert draft.answers["birth_date"] == "1991-07-03"
    assert "Amira" in text(client.get(step))
