"""What is asked, what is missing, which papers are needed: every condition of the flow."""

from datetime import date
from typing import Any

import pytest

from casework.catalogue import DEFAULT_FOLDER, Service, load
from casework.catalogue.flow import (
    matches,
    missing_answers,
    needed_papers,
    person_name,
    readable,
    relevant_answers,
    summary,
    visible_questions,
    visible_steps,
)
from casework.catalogue.models import Question
from casework.catalogue.text import Text

CATALOGUE = load(DEFAULT_FOLDER)
HA = CATALOGUE.service("HA", version=1)
VAEM = CATALOGUE.service("VAEM", version=1)

AMIRA: dict[str, Any] = {
    "given_name": "Amira",
    "family_name": "Haddad",
    "birth_date": "1991-07-03",
    "nationality": "german",
    "street": "Lindenstraße 5",
    "postcode": "12345",
    "city": "Musterstadt",
    "lives_with_others": False,
    "housing_kind": "free",
    "work": ["nothing"],
    "other_income": ["nothing"],
    "accounts": 1,
    "assets": ["nothing"],
    "health_insurance": "none",
    "contact_wish": "letter",
}
LINA = {
    "given_name": "Lina",
    "family_name": "Haddad",
    "birth_date": "2020-03-01",
    "relation": "child_under_15",
}
YUSUF = {
    "given_name": "Yusuf",
    "family_name": "Haddad",
    "birth_date": "2009-03-01",
    "relation": "child_15_24",
}


def steps(service: Service, answers: dict[str, Any]) -> list[str]:
    return [step.key for step in visible_steps(service, answers)]


def kinds(answers: dict[str, Any], *, required: bool | None = None) -> set[str]:
    papers = needed_papers(HA, answers)
    return {paper.kind for paper in papers if required is None or paper.required is required}


# conditions


@pytest.mark.parametrize(
    ("when", "answers", "expected"),
    [
        ((), {}, True),
        ((("home", ("rent",)),), {"home": "rent"}, True),
        ((("home", ("rent",)),), {"home": "own"}, False),
        ((("home", ("rent",)),), {}, False),
        ((("home", ("rent", "own")),), {"home": "own"}, True),
        ((("work", ("a",)),), {"work": ["b", "a"]}, True),
        ((("work", ("a",)),), {"work": ["b"]}, False),
        ((("work", ("a",)),), {"work": []}, False),
        ((("yes", (True,)),), {"yes": True}, True),
        ((("yes", (True,)),), {"yes": False}, False),
        ((("yes", (False,)),), {"yes": False}, True),
        ((("yes", (False,)),), {}, False),
        ((("yes", (True,)),), {"yes": 1}, False),
        ((("yes", (True,)), ("home", ("rent",))), {"yes": True, "home": "rent"}, True),
        ((("yes", (True,)), ("home", ("rent",))), {"yes": True, "home": "own"}, False),
    ],
)
def test_matches_wants_every_condition(when: Any, answers: dict[str, Any], expected: bool) -> None:
    assert matches(when, answers) is expected


def test_visible_steps_without_answers_leave_out_what_follows_from_answers() -> None:
    assert steps(HA, {}) == [
        "person",
        "numbers",
        "nationality",
        "address",
        "household",
        "housing",
        "work",
        "assets",
        "health",
        "payment",
        "contact",
    ]


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ({"lives_with_others": True}, "members"),
        ({"housing_kind": "rent"}, "rent"),
        ({"work": ["employed"]}, "employment"),
        ({"work": ["studying", "job_ended"]}, "employment"),
        ({"health_insurance": "family"}, "health_name"),
    ],
)
def test_visible_steps_follow_answer(answer: dict[str, Any], step: str) -> None:
    assert set(steps(HA, {**AMIRA, **answer})) - set(steps(HA, AMIRA)) == {step}


def test_visible_questions_follow_earlier_step() -> None:
    step = HA.step("employment")

    assert [q.key for q in visible_questions(step, {"work": ["employed"]})] == ["employer", "pay_day"]
    assert [q.key for q in visible_questions(step, {"work": ["job_ended"]})] == [
        "employer",
        "pay_day",
        "last_day",
    ]


def test_visible_questions_follow_same_entry() -> None:
    step = HA.step("members")

    assert "member_income" not in [q.key for q in visible_questions(step, LINA)]
    assert "member_income" in [q.key for q in visible_questions(step, YUSUF)]


def test_relevant_answers_leave_out_what_is_no_longer_asked() -> None:
    answers = {**AMIRA, "members": [LINA], "rent": "480.00", "unknown": "x", "pregnant": None, "message": ""}

    assert relevant_answers(HA, answers) == AMIRA


def test_relevant_answers_keep_no_and_zero() -> None:
    answers = {**AMIRA, "accounts": 0, "pregnant": False}

    assert relevant_answers(HA, answers) == answers


def test_relevant_answers_of_an_entry_leave_out_what_is_not_asked_of_it() -> None:
    answers = {**AMIRA, "lives_with_others": True, "members": [{**LINA, "member_income": True}]}

    assert relevant_answers(HA, answers)["members"] == [LINA]


def test_answer_to_hidden_step_opens_no_other_step() -> None:
    answers = {**AMIRA, "housing_kind": "own", "heating": "supplier", "rent_changed": True}

    assert "rent_increase" not in kinds(answers)


# what is missing


def test_missing_answers_none_when_all_is_said() -> None:
    assert missing_answers(HA, AMIRA) == ()


def test_missing_answers_name_step_and_question() -> None:
    answers = {**AMIRA, "housing_kind": "rent", "city": ""}

    assert [(gap.step.key, gap.question and gap.question.key) for gap in missing_answers(HA, answers)] == [
        ("address", "city"),
        ("rent", "rent"),
        ("rent", "heating"),
        ("rent", "rent_changed"),
    ]


def test_missing_answers_want_an_entry_in_a_repeated_step() -> None:
    gaps = missing_answers(HA, {**AMIRA, "lives_with_others": True})

    assert [(gap.step.key, gap.question, gap.entry) for gap in gaps] == [("members", None, None)]


def test_missing_answers_name_the_entry() -> None:
    gaps = missing_answers(HA, {**AMIRA, "lives_with_others": True, "members": [LINA, YUSUF]})

    assert [(gap.question and gap.question.key, gap.entry) for gap in gaps] == [("member_income", 1)]


# the checklist, in several lives


ALWAYS = {"identity_card", "bank_statement"}


@pytest.mark.parametrize(
    ("life", "papers"),
    [
        ({}, set()),
        ({"nationality": "other"}, {"residence_title"}),
        ({"nationality": "eu"}, set()),
        ({"health_insurance": "statutory"}, {"health_insurance"}),
        ({"pregnant": True}, {"maternity_pass"}),
        ({"housing_kind": "own"}, {"heating_bill"}),
        ({"housing_kind": "none"}, set()),
        ({"housing_kind": "rent", "heating": "landlord", "rent_changed": False}, {"lease"}),
        (
            {"housing_kind": "rent", "heating": "supplier", "rent_changed": True},
            {"lease", "heating_bill", "rent_increase"},
        ),
        ({"work": ["employed"]}, {"payslip", "employer_statement"}),
        ({"work": ["job_ended"]}, {"payslip", "termination"}),
        ({"work": ["self_employed", "studying"]}, {"self_employed_books"}),
        ({"other_income": ["child_benefit", "maintenance"]}, {"benefit_notice", "maintenance"}),
        ({"assets": ["savings"]}, {"asset_proof"}),
        ({"lives_with_others": True, "members": [LINA]}, {"birth_certificate"}),
        (
            {"lives_with_others": True, "members": [{**YUSUF, "member_income": True}]},
            {"birth_certificate", "payslip"},
        ),
        ({"lives_with_others": True, "members": [{**LINA, "relation": "flatmate"}]}, set()),
        ({"lives_with_others": False, "members": [LINA]}, set()),
    ],
)
def test_needed_papers_follow_from_life(life: dict[str, Any], papers: set[str]) -> None:
    assert kinds({**AMIRA, **life}, required=True) == ALWAYS | papers


def test_needed_papers_without_answers_are_what_everybody_needs() -> None:
    assert kinds({}, required=True) == ALWAYS


def test_needed_papers_optional_ones_are_marked() -> None:
    assert kinds({**AMIRA, "assets": ["car"]}, required=False) == {
        "registration",
        "pension_number",
        "car_papers",
    }


def test_needed_paper_from_someone_else_says_so_and_has_its_own_days() -> None:
    paper = next(
        p for p in needed_papers(HA, {**AMIRA, "work": ["employed"]}) if p.kind == "employer_statement"
    )

    assert (paper.comes_from, paper.due_days) == ("someone_else", 28)


def test_needed_papers_name_each_kind_once_and_whom_it_concerns() -> None:
    answers = {
        **AMIRA,
        "work": ["employed"],
        "lives_with_others": True,
        "members": [LINA, {**YUSUF, "member_income": True}],
    }
    papers = needed_papers(HA, answers)
    by_kind = {paper.kind: paper for paper in papers}

    assert len(by_kind) == len(papers)
    assert by_kind["birth_certificate"].people == ("Lina Haddad", "Yusuf Haddad")
    assert by_kind["payslip"].people == ("Yusuf Haddad",)
    assert by_kind["payslip"].why.get("de").startswith("Sie arbeiten")


def test_needed_papers_of_a_change_follow_the_change() -> None:
    papers = needed_papers(VAEM, {"change": ["move", "job_end"]})

    assert [(paper.kind, paper.required) for paper in papers] == [
        ("termination", True),
        ("payslip", False),
        ("lease", True),
        ("registration", False),
    ]


# words for people


def test_summary_reads_like_the_form() -> None:
    sections = summary(HA, {**AMIRA, "iban": "DE89370400440532013000"}, "de")

    assert [section.title for section in sections][:3] == ["Zu Ihnen", "Ihre Nummern", "Staatsangehörigkeit"]
    assert sections[0].rows == [
        ("Vorname", "Amira", "person"),
        ("Nachname", "Haddad", "person"),
        ("Früherer Nachname", "nicht angegeben", "person"),
        ("Geburtsdatum", "3. Juli 1991", "person"),
    ]
    assert ("IBAN", "DE89 3704 0044 0532 0130 00", "payment") in [row for s in sections for row in s.rows]


def test_summary_speaks_the_language_asked_for() -> None:
    sections = summary(HA, AMIRA, "en")

    assert sections[0].rows[3] == ("Date of birth", "3 July 1991", "person")
    assert ("Does anyone live with you?", "No", "household") in [row for s in sections for row in s.rows]


def test_summary_has_a_section_for_each_entry() -> None:
    nameless = {"relation": "flatmate"}
    answers = {**AMIRA, "lives_with_others": True, "members": [LINA, nameless]}
    titles = [section.title for section in summary(HA, answers, "de") if section.rows[0].step == "members"]

    assert titles == ["Wer wohnt mit Ihnen?: Lina Haddad", "Wer wohnt mit Ihnen?: 2"]


def test_summary_says_only_what_is_asked() -> None:
    rows = [row for section in summary(HA, {**AMIRA, "rent": "480.00"}, "de") for row in section.rows]

    assert [row for row in rows if row.step == "rent"] == []


@pytest.mark.parametrize(
    ("kind", "value", "german", "english"),
    [
        ("money", "1234.50", "1.234,50 €", "€1,234.50"),
        ("money", "0.05", "0,05 €", "€0.05"),
        ("money", "rund 500", "rund 500", "rund 500"),
        ("date", "2026-03-01", "1. März 2026", "1 March 2026"),
        ("date", "irgendwann", "irgendwann", "irgendwann"),
        ("number", 0, "0", "0"),
        ("yes_no", True, "Ja", "Yes"),
        ("yes_no", False, "Nein", "No"),
        ("text", "", "nicht angegeben", "not given"),
        ("text", None, "nicht angegeben", "not given"),
    ],
)
def test_readable_answer(kind: Any, value: Any, german: str, english: str) -> None:
    text = Text.model_validate({"all": "x"})
    question = Question(key="q", type=kind, label=text, help=text, why=text, example=text)

    assert readable(HA, question, value, "de") == german
    assert readable(HA, question, value, "en") == english


def test_readable_choices_say_their_labels_and_never_lose_an_unknown_one() -> None:
    question = HA.step("assets").questions[1]

    assert readable(HA, question, ["car", "boat"], "de") == "Auto oder Motorrad, boat"


def test_person_name_takes_what_is_there() -> None:
    assert [person_name(LINA), person_name({"family_name": "Haddad"}), person_name({})] == [
        "Lina Haddad",
        "Haddad",
        "",
    ]


@pytest.mark.parametrize("service", CATALOGUE.services(date(2026, 11, 21)), ids=lambda service: service.key)
def test_flow_survives_answers_of_wrong_shape(service: Service) -> None:
    """Stored answers may come from an older version: nothing may break on them."""
    answers = {q.key: "?" for step in service.steps for q in step.questions}

    assert visible_steps(service, answers)
    assert summary(service, answers, "de")
    missing_answers(service, answers)
    needed_papers(service, answers)
