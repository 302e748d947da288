"""A step of the catalogue as a form: each type of question, conditions, entries, drafts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone, translation

from casework.catalogue import DEFAULT_FOLDER, Question, Service, Step, load
from casework.catalogue.flow import (
    missing_answers,
    needed_papers,
    relevant_answers,
    summary,
    visible_steps,
)
from channels.forms import StepForm, answers_from_form, form_class, may_add_entry, without_entry

CATALOGUE = load(DEFAULT_FOLDER)
HA = CATALOGUE.service("HA", version=1)
PERSON = "given_name=Amira&family_name=Haddad&birth_date_day=3&birth_date_month=7&birth_date_year=1991"
LINA = {
    "given_name": "Lina",
    "family_name": "Haddad",
    "birth_date": "2020-03-01",
    "relation": "child_under_15",
}


def sent(query: str, step: Step, answers: dict[str, Any] | None = None, **options: Any) -> StepForm:
    return form_class(step, answers, **options)(QueryDict(query))


def one(kind: str, **more: Any) -> Step:
    """A step with one question of this type, called q."""
    text = {"de": "Frage", "en": "Question"}
    example = None if kind in ("yes_no", "choice", "choices") else {"de": "Beispiel", "en": "Example"}
    question = Question.model_validate(
        {"key": "q", "type": kind, "label": text, "help": text, "why": text, "example": example, **more}
    )
    return Step.model_validate({"key": "step", "title": text, "questions": (question,)})


OPTIONS = {
    "options": [
        {"key": "a", "label": {"de": "Eins", "en": "One"}},
        {"key": "b", "label": {"de": "Zwei", "en": "Two"}},
    ]
}
NOTHING = {
    "options": [*OPTIONS["options"], {"key": "c", "exclusive": True, "label": {"de": "Nichts", "en": "None"}}]
}

# each type: what is typed, what is kept


@pytest.mark.parametrize(
    ("kind", "more", "query", "answer"),
    [
        ("text", {}, "q=+Amira+", "Amira"),
        ("text", {}, "q=Am%00ira", "Amira"),
        ("long_text", {}, "q=eins%0D%0Azwei", "eins\nzwei"),
        ("date", {}, "q_day=3&q_month=Juli&q_year=1991", "1991-07-03"),
        ("date", {}, "q_day=3.7.1991&q_month=&q_year=", "1991-07-03"),
        ("date", {}, "q_day=3.7.1991", "1991-07-03"),
        ("yes_no", {}, "q=yes", True),
        ("yes_no", {}, "q=no", False),
        ("choice", OPTIONS, "q=b", "b"),
        ("choices", OPTIONS, "q=a&q=b", ["a", "b"]),
        ("choices", NOTHING, "q=c", ["c"]),
        ("number", {}, "q=+2", 2),
        ("number", {"minimum": 0}, "q=0", 0),
        ("money", {}, "q=1.234,56+€", "1234.56"),
        ("email", {}, "q=+amira@example.org", "amira@example.org"),
        ("phone", {}, "q=%2B49++151+/+234567-89", "+49 151 / 234567-89"),
        ("postcode", {}, "q=D-12+345", "12345"),
        ("customer_number", {}, "q=123+a+456+789", "123A456789"),
        ("household_number", {}, "q=12345BG0001234", "12345//0001234"),
        ("iban", {}, "q=de89370400440532013000", "DE89370400440532013000"),
        ("pension_number", {}, "q=15+070649+c+103", "15070649C103"),
    ],
)
def test_form_keeps_answer_ready_for_json(kind: str, more: dict[str, Any], query: str, answer: Any) -> None:
    form = sent(query, one(kind, **more))

    assert form.is_valid(), form.errors
    assert form.cleaned_answers() == {"q": answer}
    assert json.loads(json.dumps(form.cleaned_answers())) == {"q": answer}


@pytest.mark.parametrize(
    ("kind", "more", "query", "message"),
    [
        ("text", {}, "q=", "Geben Sie an: Frage"),
        ("text", {}, "q=++", "Geben Sie an: Frage"),
        ("text", {}, "", "Geben Sie an: Frage"),
        (
            "text",
            {"max_length": 3},
            "q=Amira",
            "Kürzen Sie den Text: Es passen höchstens 3 Zeichen, jetzt sind es 5.",
        ),
        ("date", {}, "", "Geben Sie an: Frage"),
        ("date", {}, "q_day=&q_month=&q_year=", "Geben Sie an: Frage"),
        ("date", {}, "q_day=3&q_month=&q_year=", "Geben Sie auch noch an: Monat, Jahr."),
        (
            "date",
            {},
            "q_day=3&q_month=7&q_year=91",
            "Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1991.",
        ),
        ("date", {}, "q_day=31.02.1991", "Prüfen Sie Tag und Monat. Diesen Tag gibt es nicht."),
        ("date", {}, "q_day=40&q_month=7&q_year=1991", "Geben Sie den Tag als Zahl von 1 bis 31 ein."),
        (
            "date",
            {},
            "q_day=3&q_month=14&q_year=1991",
            "Geben Sie den Monat als Zahl von 1 bis 12 oder als Wort ein, zum Beispiel 7 oder Juli.",
        ),
        ("date", {}, "q_day=3&q_month=7&q_year=1191", "Prüfen Sie das Jahr."),
        (
            "date",
            {"date_rule": "birth"},
            "q_day=1.1.1850",
            "Prüfen Sie das Jahr. Das Geburtsdatum liegt mehr als 120 Jahre zurück.",
        ),
        ("yes_no", {}, "", "Wählen Sie aus: Frage"),
        ("yes_no", {}, "q=maybe", "Wählen Sie eine der Antworten aus."),
        ("choice", OPTIONS, "q=x", "Wählen Sie eine der Antworten aus."),
        ("choices", OPTIONS, "", "Wählen Sie aus: Frage"),
        ("choices", OPTIONS, "q=a&q=x", "Wählen Sie eine der Antworten aus."),
        ("choices", NOTHING, "q=a&q=c", "Wählen Sie „Nichts“ nur allein aus, oder nur die anderen."),
        ("number", {}, "q=zwei", "Geben Sie eine ganze Zahl ein, zum Beispiel 2."),
        ("number", {}, "q=-1", "Geben Sie eine ganze Zahl ein, zum Beispiel 2."),
        ("number", {"minimum": 1}, "q=0", "Geben Sie eine Zahl ein, die nicht kleiner ist als 1."),
        ("number", {"maximum": 9}, "q=10", "Geben Sie eine Zahl ein, die nicht größer ist als 9."),
        ("money", {}, "q=viel", "Geben Sie einen Betrag in Euro ein, zum Beispiel 480,50."),
        ("money", {}, "q=-5", "Geben Sie den Betrag ohne Minus ein, zum Beispiel 480,50."),
        ("email", {}, "q=amira", "Geben Sie eine ganze E-Mail-Adresse ein, zum Beispiel amira@example.org."),
        ("phone", {}, "q=12", "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 0151 23456789."),
        ("phone", {}, "q=keins", "Geben Sie eine Telefonnummer mit Vorwahl ein, zum Beispiel 0151 23456789."),
        ("postcode", {}, "q=1234", "Geben Sie fünf Ziffern ein, zum Beispiel 12345."),
        (
            "customer_number",
            {},
            "q=123",
            "Geben Sie drei Ziffern, einen Buchstaben und sechs Ziffern ein, zum Beispiel 123A456789.",
        ),
        (
            "household_number",
            {},
            "q=123",
            "Geben Sie die Nummer so ein, wie sie auf dem Bescheid steht, zum Beispiel 12345//0001234.",
        ),
        ("iban", {}, "q=DE89", "Geben Sie die ganze IBAN ein, zum Beispiel DE89 3704 0044 0532 0130 00."),
        (
            "iban",
            {},
            "q=DE8937040044053201300",
            "Eine deutsche IBAN hat 22 Zeichen. Vergleichen Sie sie mit Ihrer Bankkarte.",
        ),
        (
            "iban",
            {},
            "q=DE89370400440532013001",
            "Vergleichen Sie die IBAN mit Ihrer Bankkarte. Ein Zeichen fehlt oder ist anders.",
        ),
        (
            "pension_number",
            {},
            "q=15070649C104",
            "Vergleichen Sie die Nummer mit Ihrem Ausweis. Ein Zeichen ist anders.",
        ),
    ],
)
def test_form_says_what_to_do(kind: str, more: dict[str, Any], query: str, message: str) -> None:
    form = sent(query, one(kind, **more))

    assert not form.is_valid()
    assert form.errors == {"q": [message]}


def test_birth_date_today_is_one_tomorrow_is_not() -> None:
    today = timezone.localdate()
    step = one("date", date_rule="birth")

    assert sent(f"q_day={today.isoformat()}", step).is_valid()
    assert sent(f"q_day={(today + timedelta(days=1)).isoformat()}", step).errors == {
        "q": ["Prüfen Sie das Jahr. Das Geburtsdatum liegt in der Zukunft."]
    }


def test_birth_date_120_years_ago_is_one_121_are_not() -> None:
    today = timezone.localdate()
    step = one("date", date_rule="birth")

    assert sent(f"q_day=1&q_month=1&q_year={today.year - 120}", step).is_valid()
    assert not sent(f"q_day=1&q_month=1&q_year={today.year - 121}", step).is_valid()


def test_past_date_must_not_lie_in_the_future() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)

    assert sent(f"q_day={tomorrow.isoformat()}", one("date", date_rule="past")).errors == {
        "q": ["Prüfen Sie das Datum. Der Tag liegt in der Zukunft."]
    }


@pytest.mark.parametrize("kind", ["text", "long_text", "date", "yes_no", "number", "money", "email", "iban"])
def test_optional_question_may_stay_empty(kind: str) -> None:
    form = sent("q=&q_day=", one(kind, required=False))

    assert form.is_valid(), form.errors
    assert form.cleaned_answers() == {}


def test_optional_choice_can_be_taken_back() -> None:
    form = form_class(one("yes_no", required=False), {"q": True})()

    assert [str(label) for _, label in form.fields["q"].choices] == ["Ja", "Nein", "Keine Angabe"]  # type: ignore[attr-defined]


def test_required_choice_offers_no_way_around() -> None:
    form = form_class(one("yes_no"))()

    assert [str(label) for _, label in form.fields["q"].choices] == ["Ja", "Nein"]  # type: ignore[attr-defined]


# what is shown


def test_form_speaks_the_active_language() -> None:
    with translation.override("en"):
        form = form_class(HA.step("person"))()

    assert form.fields["given_name"].label == "First name"


def test_fields_carry_help_reason_and_example() -> None:
    field: Any = form_class(HA.step("person"))()["given_name"].field

    assert (field.help_text, field.why, field.example) == (
        "So, wie er in Ihrem Ausweis steht. Wenn Sie mehrere Vornamen haben, schreiben Sie alle.",
        "Damit wir Ihre Unterlagen Ihnen zuordnen.",
        "Amira",
    )


def test_form_has_no_required_attribute() -> None:
    assert "required" not in str(form_class(HA.step("person"))())


def test_long_text_is_never_cut_off_by_the_browser() -> None:
    assert "maxlength" not in str(form_class(HA.step("contact"))())


@pytest.mark.parametrize(
    ("step", "name", "attributes"),
    [
        ("person", "given_name", {"autocomplete": "given-name"}),
        ("address", "postcode", {"autocomplete": "postal-code", "inputmode": "numeric"}),
        (
            "numbers",
            "customer_number",
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
        ),
        ("contact", "email", {"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}),
    ],
)
def test_inputs_help_keyboard_and_autofill(step: str, name: str, attributes: dict[str, str]) -> None:
    assert form_class(HA.step(step))().fields[name].widget.attrs == attributes


def test_phone_and_email_bring_their_keyboard() -> None:
    fields = form_class(HA.step("contact"))().fields

    assert (fields["phone"].widget.input_type, fields["email"].widget.input_type) == ("tel", "email")


def test_birth_date_is_three_inputs_with_autofill() -> None:
    html = str(form_class(HA.step("person"))())

    for part in ("day", "month", "year"):
        assert f'name="birth_date_{part}"' in html
        assert f'autocomplete="bday-{part}"' in html
    assert html.count("inputmode") == 3


def test_other_dates_have_no_autofill() -> None:
    assert "bday" not in str(form_class(HA.step("employment"), {"work": ["job_ended"]})())


def test_draft_is_shown_as_it_would_be_typed() -> None:
    answers = {"q": "1234.50"}

    assert form_class(one("money"), answers)().initial == {"q": "1.234,50"}
    assert form_class(one("iban"), {"q": "DE89370400440532013000"})().initial == {
        "q": "DE89 3704 0044 0532 0130 00"
    }
    assert form_class(one("yes_no"), {"q": False})().initial == {"q": "no"}
    assert 'value="1991"' in str(form_class(one("date"), {"q": "1991-07-03"})())
    assert "checked" in str(form_class(one("choices", **OPTIONS), {"q": ["b"]})())


def test_stored_date_that_cannot_be_read_is_shown_empty() -> None:
    assert "value=" not in str(form_class(one("date"), {"q": "irgendwann"})())


def test_what_was_typed_stays_when_it_cannot_be_read() -> None:
    html = str(
        sent("given_name=&birth_date_day=31&birth_date_month=Feb&birth_date_year=91", HA.step("person"))
    )

    for typed in ("31", "Feb", "91"):
        assert f'value="{typed}"' in html


@pytest.mark.parametrize("kind", ["text", "date", "money", "iban", "number", "choices"])
def test_draft_survives_being_shown_and_sent_again(kind: str) -> None:
    answers = {
        "text": "Amira",
        "date": "1991-07-03",
        "money": "1234.50",
        "iban": "DE89370400440532013000",
        "number": 2,
        "choices": ["a", "b"],
    }
    step = one(kind, **(OPTIONS if kind == "choices" else {}))
    shown = form_class(step, {"q": answers[kind]})()
    query = QueryDict(mutable=True)
    for number, part in enumerate(("day", "month", "year")):
        if kind == "date":
            query[f"q_{part}"] = shown.fields["q"].widget.decompress(shown.initial["q"])[number]
    if kind != "date":
        value = shown.initial["q"]
        query.setlist("q", value if isinstance(value, list) else [str(value)])

    form = form_class(step)(query)
    assert form.is_valid()
    assert form.cleaned_answers() == {"q": answers[kind]}


# conditions


def test_question_that_follows_an_earlier_step_is_left_out() -> None:
    assert list(form_class(HA.step("employment"), {"work": ["employed"]})().fields) == ["employer", "pay_day"]
    assert list(form_class(HA.step("employment"), {"work": ["job_ended"]})().fields) == [
        "employer",
        "pay_day",
        "last_day",
    ]


MEMBER = "given_name=Lina&family_name=Haddad&birth_date_day=1.3.2020&relation="


def test_question_of_the_same_step_is_required_once_it_is_asked() -> None:
    form = sent(MEMBER + "partner", HA.step("members"))

    assert form.errors == {"member_income": ["Wählen Sie aus: Arbeitet diese Person?"]}


def test_question_of_the_same_step_is_not_required_while_it_is_not_asked() -> None:
    form = sent(MEMBER + "child_under_15", HA.step("members"))

    assert form.is_valid(), form.errors
    assert form.cleaned_answers() == LINA


def test_question_of_the_same_step_is_never_called_optional() -> None:
    form = sent(MEMBER + "child_under_15", HA.step("members"))
    form.is_valid()

    assert form.fields["member_income"].required


def test_answer_nobody_asks_for_is_left_out_even_if_wrong() -> None:
    form = sent(MEMBER + "child_under_15&member_income=maybe", HA.step("members"))

    assert form.is_valid(), form.errors
    assert form.cleaned_answers() == LINA


# drafts and entries


def test_answers_from_form_put_the_step_in_place() -> None:
    before = {"given_name": "Amir", "birth_name": "Mansour", "city": "Musterstadt"}
    form = sent(PERSON, HA.step("person"), before)

    assert answers_from_form(form, before) == {
        "given_name": "Amira",
        "family_name": "Haddad",
        "birth_date": "1991-07-03",
        "city": "Musterstadt",
    }
    assert before["given_name"] == "Amir"


def test_answers_from_form_with_errors_keep_what_could_be_read() -> None:
    form = sent("given_name=Amira&birth_date_day=31.2.1991", HA.step("person"))

    assert not form.is_valid()
    assert answers_from_form(form, {}) == {"given_name": "Amira"}


def test_answers_to_hidden_questions_wait_for_the_way_back() -> None:
    answers = {"work": ["job_ended"], "employer": "Sommer", "pay_day": "unsure", "last_day": "2026-10-31"}
    changed = {**answers, "work": ["employed"]}
    form = sent("employer=Sommer&pay_day=unsure", HA.step("employment"), changed)

    assert answers_from_form(form, changed)["last_day"] == "2026-10-31"
    assert "last_day" not in relevant_answers(HA, answers_from_form(form, changed))


def test_form_that_was_not_sent_has_no_answers() -> None:
    with pytest.raises(ValueError, match="an empty form has no answers"):
        form_class(HA.step("person"), {"given_name": "Amira"})().cleaned_answers()


def test_entry_is_added() -> None:
    form = sent(MEMBER + "child_under_15", HA.step("members"), {"members": [LINA]})

    assert answers_from_form(form, {"members": [LINA]}) == {"members": [LINA, LINA]}


def test_entry_is_replaced() -> None:
    answers = {"given_name": "Amira", "members": [LINA, {**LINA, "given_name": "Yusuf"}]}
    form = sent(MEMBER.replace("Lina", "Youssef") + "child_under_15", HA.step("members"), answers, entry=1)

    assert answers_from_form(form, answers) == {
        "given_name": "Amira",
        "members": [LINA, {**LINA, "given_name": "Youssef"}],
    }


def test_new_entry_is_empty_although_the_claimant_has_the_same_questions() -> None:
    answers = {"given_name": "Amira", "members": [LINA]}

    assert form_class(HA.step("members"), answers)().initial == {}
    assert form_class(HA.step("members"), answers, entry=0)().initial["given_name"] == "Lina"


def test_entry_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(IndexError):
        form_class(HA.step("members"), {"members": [LINA]}, entry=1)


def test_entry_is_taken_out() -> None:
    assert without_entry(HA.step("members"), {"members": [LINA], "city": "X"}, 0) == {
        "members": [],
        "city": "X",
    }


def test_entries_have_a_limit() -> None:
    step = HA.step("members")

    assert may_add_entry(step, {})
    assert may_add_entry(step, {"members": [LINA] * 11})
    assert not may_add_entry(step, {"members": [LINA] * 12})
    assert not may_add_entry(HA.step("person"), {})


def test_desk_may_leave_anything_open_but_wrong_stays_wrong() -> None:
    form = sent("given_name=Amira&birth_date_day=31.2.1991", HA.step("person"), everything_optional=True)

    assert form.errors == {"birth_date": ["Prüfen Sie Tag und Monat. Diesen Tag gibt es nicht."]}


def test_every_step_of_every_service_is_a_form_that_renders() -> None:
    for service in CATALOGUE.services():
        for step in visible_steps(service, {}):
            form = form_class(step)()
            assert str(form).count("<label") >= len(form.fields)
            assert not form_class(step)(QueryDict("")).errors.keys() - {
                q.key for q in step.questions if q.required
            }


TYPED = {
    "text": "Sommer",
    "long_text": "eins\r\nzwei",
    "yes_no": "yes",
    "number": "2",
    "money": "480,50",
    "email": "amira@example.org",
    "phone": "0151 23456789",
    "postcode": "12345",
    "customer_number": "123A456789",
    "household_number": "12345//0001234",
    "iban": "DE89 3704 0044 0532 0130 00",
    "pension_number": "15 070649 C 103",
}


def filled_in(form: StepForm, option: int) -> QueryDict:
    """Every question answered; of the options the first, the second … (the last, if there are fewer)."""
    query = QueryDict(mutable=True)
    for question in form.step.questions:
        if question.type == "date":
            query[f"{question.key}_day"] = "3.7.1991"
        elif question.options:
            query[question.key] = question.options[min(option, len(question.options) - 1)].key
        else:
            query[question.key] = TYPED[question.type]
    return query


@pytest.mark.parametrize("option", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("service", CATALOGUE.services(), ids=lambda service: service.key)
def test_every_service_can_be_filled_in_step_by_step(service: Service, option: int) -> None:
    answers: dict[str, Any] = {}
    done: list[str] = []
    while steps := [step for step in visible_steps(service, answers) if step.key not in done]:
        step = steps[0]
        form = form_class(step, answers)(filled_in(form_class(step, answers)(), option))
        assert form.is_valid(), (step.key, form.errors)
        answers = answers_from_form(form, answers)
        done.append(step.key)

    assert missing_answers(service, answers) == ()
    assert relevant_answers(service, answers) == json.loads(json.dumps(answers))
    said = [row.answer for section in summary(service, answers, "de") for row in section.rows]
    assert said.count("nicht angegeben") == 0
    for paper in needed_papers(service, answers):
        assert CATALOGUE.document_kind(paper.kind)
