"""Each rule of the loader, with the file and line it names."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from casework.catalogue import UnknownEntry, load
from tests.casework.catalogue.small import FILES, mistakes, small, write

HA = "services/ha-1.yaml"

RULES = {
    # shapes
    "text_language_missing": (
        {"services_ha_1": ('{de: "Höhe", en: "Amount"}', '{de: "Höhe"}')},
        f"{HA}:31: question 'amount': 'label': 'en' text is missing",
    ),
    "text_empty": (
        {"services_ha_1": ('de: "Höhe"', 'de: ""')},
        f"{HA}:31: question 'amount': 'label': 'de' text is missing",
    ),
    "text_language_unknown": (
        {"services_ha_1": ('de: "Höhe"', 'fr: "x", de: "Höhe"')},
        f"{HA}:31: question 'amount': 'label': language 'fr' is not known",
    ),
    "text_without_languages": (
        {"services_ha_1": ('{de: "Höhe", en: "Amount"}', '"Höhe"')},
        f"{HA}:31: question 'amount': 'label': a text is needed: {{de: …, en: …}}",
    ),
    "text_not_words": (
        {"services_ha_1": ('en: "Amount"', "en: 12")},
        f"{HA}:31: question 'amount': 'label': 'en' must be words",
    ),
    "placeholder_unknown": (
        {"services_ha_1": ('"Kurz"', '"{name}"')},
        f"{HA}:6: 'summary': placeholder '{{name}}' is not known here ('{{benefit}}' belongs to services)",
    ),
    "placeholder_outside_services": (
        {"documents": ('"Der Vertrag"', '"Für {benefit}"')},
        "documents.yaml:5: document kind 'lease': 'description': placeholder '{benefit}' is not known here "
        "('{benefit}' belongs to services)",
    ),
    "key_missing": (
        {"services_ha_1": ('        why: {de: "Grund", en: "Reason"}\n        example:', "        example:")},
        f"{HA}:29: question 'amount': 'why' is missing",
    ),
    "key_unknown": (
        {"services_ha_1": ("        type: money", "        requird: false\n        type: money")},
        f"{HA}:30: question 'amount': 'requird' is not known, is 'required' meant?",
    ),
    "key_twice_in_one_place": (
        {"services_ha_1": ("        type: money", "        type: money\n        type: text")},
        f"{HA}:31: 'type' stands here twice",
    ),
    "type_unknown": (
        {"services_ha_1": ("type: money", "type: cash")},
        f"{HA}:30: question 'amount': 'type': Input should be 'text', 'long_text', 'date', 'yes_no', "
        "'choice', 'choices', "
        "'number', 'money', 'email', 'phone', 'postcode', 'customer_number', 'household_number', "
        "'iban' or 'pension_number'",
    ),
    "key_with_capital": (
        {"services_ha_1": ("key: amount", "key: Amount")},
        f"{HA}:29: question 'Amount': 'key': String should match pattern '^[a-z][a-z0-9_]*$'",
    ),
    "words_in_service": (
        {"services_ha_1": ("minutes: 5", "minutes: 5\nwords: x")},
        f"{HA}:9: 'words' is not known",
    ),
    "validity_reversed": (
        {"services_ha_1": ("valid_from: 2026-07-01", "valid_from: 2026-07-02\nvalid_until: 2026-07-01")},
        f"{HA}:1: 'valid_until' lies before 'valid_from'",
    ),
    "channel_offer_unknown": (
        {"services_ha_1": ("post: silent", "post: maybe")},
        f"{HA}:11: 'post': Input should be 'offered', 'recommended' or 'silent'",
    ),
    "postcode_without_quotes": (
        {"office": ('"01234"', "01234")},
        "office.yaml:3: 'postcode': Input should be a valid string",
    ),
    "months_incomplete": (
        {"words": ("  - {de: Monat 5, en: Month 5}\n", "")},
        "words.yaml:4: 'months': Tuple should have at least 12 items after validation, not 11",
    ),
    # types of questions
    "options_missing": (
        {"services_ha_1": ("type: money", "type: choices")},
        f"{HA}:29: question 'amount': 'options' are missing: at least two",
    ),
    "options_without_choice": (
        {"services_ha_1": ("type: choice\n", "type: text\n")},
        f"{HA}:17: question 'home': only choice and choices have 'options'",
    ),
    "example_missing": (
        {"services_ha_1": ('        example: {de: "480,50", en: "480.50"}\n', "")},
        f"{HA}:29: question 'amount': 'example' is missing",
    ),
    "exclusive_without_choices": (
        {"services_ha_1": ("{key: rent,", "{key: rent, exclusive: true,")},
        f"{HA}:17: question 'home': only an option of choices can be 'exclusive'",
    ),
    "date_rule_without_date": (
        {"services_ha_1": ("type: money", "type: money\n        date_rule: past")},
        f"{HA}:29: question 'amount': only a date has a 'date_rule'",
    ),
    "limits_without_number": (
        {"services_ha_1": ("type: money", "type: money\n        minimum: 0")},
        f"{HA}:29: question 'amount': only a number has 'minimum' and 'maximum'",
    ),
    # what hangs together
    "kind_unknown": (
        {"services_ha_1": ("kind: lease", "kind: leese")},
        f"{HA}:36: paper 'leese': there is no document kind 'leese'",
    ),
    "shared_question_unknown": (
        {"services_ha_1": ("use: given_name", "use: first_name")},
        f"{HA}:16: question 'first_name': there is no shared question 'first_name'",
    ),
    "when_question_unknown": (
        {"services_ha_1": ("when: {home: [rent]}\n    questions", "when: {house: [rent]}\n    questions")},
        f"{HA}:27: step 'rent': 'when' asks 'house', which is not a question before it",
    ),
    "when_question_later": (
        {
            "services_ha_1": (
                "        type: choice\n",
                "        when: {later: [true]}\n        type: choice\n",
            )
        },
        f"{HA}:18: question 'home': 'when' asks 'later', which is not a question before it",
    ),
    "when_option_unknown": (
        {"services_ha_1": ("when: {home: [rent]}\n    why", "when: {home: [flat]}\n    why")},
        f"{HA}:37: paper 'lease': 'home' has no option 'flat'",
    ),
    "when_asks_text": (
        {"services_ha_1": ("when: {home: [rent]}\n    why", "when: {given_name: [x]}\n    why")},
        f"{HA}:37: paper 'lease': 'when' can only ask yes_no, choice and choices, 'given_name' is text",
    ),
    "when_not_a_list": (
        {"services_ha_1": ("when: {home: [rent]}\n    why", "when: {home: rent}\n    why")},
        f"{HA}:37: paper 'lease': 'when' is written {{question: [value, …]}}",
    ),
    "question_twice": (
        {"services_ha_1": ("key: amount", "key: home")},
        f"{HA}:29: question 'home': this question stands here twice",
    ),
    "step_twice": (
        {"services_ha_1": ("  - key: rent\n    title", "  - key: person\n    title")},
        f"{HA}:25: step 'person': this step stands here twice",
    ),
    "option_twice": (
        {"services_ha_1": ("{key: own,", "{key: rent,")},
        f"{HA}:24: option 'rent': this option stands here twice",
    ),
    "kind_twice": (
        {"documents": ("key: payslip", "key: lease")},
        "documents.yaml:8: document kind 'lease': this key stands here twice",
    ),
    "identity_of_other_type": (
        {"services_ha_1": ("key: amount", "key: postcode")},
        f"{HA}:30: question 'postcode': 'postcode' is of type 'postcode' in every service",
    ),
    "birth_date_without_rule": (
        {"services_ha_1": ("key: amount\n        type: money", "key: birth_date\n        type: date")},
        f"{HA}:29: question 'birth_date': 'birth_date' needs 'date_rule: birth'",
    ),
    "step_named_like_question": (
        {"services_ha_1": ("  - key: rent\n    title", "  - key: home\n    repeat: 3\n    title")},
        f"{HA}:25: step 'home': 'home' is also a question: their answers would mix",
    ),
    "joined_service_unknown": (
        {"services_ha_1": ("joins: [HA]", "joins: [HA, XX]")},
        f"{HA}:10: 'XX' is no service with cases",
    ),
    "opened_service_unknown": (
        {"services_ha_1": ("joins: [HA]", "opens_case_of: XX")},
        f"{HA}:10: 'XX' is no service with cases",
    ),
    "what_next_missing": (
        {"office": ('  HA: {de: "Wir prüfen", en: "We check"}', "  {}")},
        "office.yaml:11: 'what_next' for HA is missing",
    ),
    "waiting_days_of_unknown_service": (
        {"office": ("  HA: 15", "  HA: 15\n  XX: 3")},
        "office.yaml:15: there is no service XX",
    ),
    "benefit_gap": (
        {"benefit": ("valid_from: 2026-07-01", "valid_from: 2026-07-02")},
        "benefit.yaml:5: must become valid on the day after the name before it ends",
    ),
    "benefit_ends": (
        {"benefit": ("valid_from: 2026-07-01", "valid_from: 2026-07-01\n    valid_until: 2027-01-01")},
        "benefit.yaml:1: the last name must have no 'valid_until'",
    ),
    "benefit_renamed_during_version": (
        {"services_ha_1": ("valid_from: 2026-07-01", "valid_from: 2026-06-30")},
        f"{HA}:3: the benefit changes its name while this version is valid: end it and write a new version",
    ),
    "benefit_without_name_yet": (
        {
            "services_ha_1": (
                "valid_from: 2026-07-01",
                "valid_from: 2020-01-01\nvalid_until: 2020-02-01",
            )
        },
        f"{HA}:3: the benefit has no name yet when this version becomes valid",
    ),
    # YAML
    "not_yaml": (
        {"services_ha_1": ("minutes: 5", "minutes: [5")},
        f"{HA}:9: not YAML (expected ',' or ']', but got ':')",
    ),
    "no_mapping": (
        {"questions": (FILES["questions.yaml"], "- given_name\n")},
        "questions.yaml:1: the file must hold keys and values",
    ),
    "date_that_does_not_exist": (
        {"benefit": ("valid_until: 2026-06-30", "valid_until: 2026-06-31")},
        "benefit.yaml:1: a value cannot be read (day is out of range for month)",
    ),
}


@pytest.mark.parametrize(("changes", "mistake"), RULES.values(), ids=RULES.keys())
def test_loader_names_file_line_and_rule(
    tmp_path: Path, changes: dict[str, tuple[str, str]], mistake: str
) -> None:
    assert mistake in mistakes(write(tmp_path, **changes))


def test_small_catalogue_is_well(tmp_path: Path) -> None:
    assert [service.key for service in small(tmp_path).services(date(2026, 11, 21))] == ["HA"]


def test_loader_names_every_mistake_at_once(tmp_path: Path) -> None:
    write(tmp_path, services_ha_1=("minutes: 5", "minutes: 0"), office=("due_days: 14", "due_days: 0"))

    assert mistakes(tmp_path) == [
        "office.yaml:10: 'due_days': Input should be greater than 0",
        "services/ha-1.yaml:8: 'minutes': Input should be greater than 0",
    ]


def test_loader_names_missing_file(tmp_path: Path) -> None:
    (write(tmp_path) / "office.yaml").unlink()

    assert [line.split(" (")[0] for line in mistakes(tmp_path)] == ["office.yaml:1: cannot be read"]


def test_loader_names_file_with_wrong_encoding(tmp_path: Path) -> None:
    (write(tmp_path) / "office.yaml").write_bytes("name: Bürgeramt".encode("latin-1"))

    assert [line.split(" (")[0] for line in mistakes(tmp_path)] == ["office.yaml:1: cannot be read"]


def test_loader_names_file_with_control_characters(tmp_path: Path) -> None:
    (write(tmp_path) / "office.yaml").write_bytes(b"name: \x00")

    assert mistakes(tmp_path) == ["office.yaml:1: not YAML (special characters are not allowed)"]


def test_loader_wants_a_service(tmp_path: Path) -> None:
    (write(tmp_path) / "services/ha-1.yaml").unlink()

    assert "services/: there is no service" in mistakes(tmp_path)


def second_version(folder: Path, *changes: tuple[str, str]) -> None:
    text = FILES[HA]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "services/ha-2.yaml").write_text(text, encoding="utf-8")


def test_versions_must_not_overlap(tmp_path: Path) -> None:
    second_version(write(tmp_path), ("version: 1", "version: 2"), ("2026-07-01", "2027-01-01"))

    assert mistakes(tmp_path) == ["services/ha-2.yaml:3: overlaps with version 1 of HA in services/ha-1.yaml"]


def test_version_number_must_be_new(tmp_path: Path) -> None:
    second_version(write(tmp_path))

    assert mistakes(tmp_path) == ["services/ha-2.yaml:2: version 1 of HA stands in services/ha-1.yaml, too"]


def test_running_case_keeps_its_version(tmp_path: Path) -> None:
    until = ("valid_from: 2026-07-01", "valid_from: 2026-07-01\nvalid_until: 2026-12-31")
    folder = write(tmp_path, services_ha_1=until)
    second_version(
        folder, ("version: 1", "version: 2"), ("2026-07-01", "2027-01-01"), ("minutes: 5", "minutes: 9")
    )
    found = load(folder)

    assert [service.version for service in found.services(date(2026, 12, 31))] == [1]
    assert [service.version for service in found.services(date(2027, 1, 1))] == [2]
    assert found.service("HA", on=date(2027, 1, 1)).minutes == 9
    assert found.service("HA", version=1, on=date(2027, 1, 1)).minutes == 5


def test_service_says_name_of_benefit_at_its_time(tmp_path: Path) -> None:
    early = ("valid_from: 2026-07-01", "valid_from: 2026-01-01\nvalid_until: 2026-06-30")
    folder = write(tmp_path, services_ha_1=early)
    second_version(folder, ("version: 1", "version: 2"))
    found = load(folder)

    assert found.service("HA", version=1).name.get("de") == "Antrag auf Bürgergeld"
    assert found.service("HA", version=2).name.get("en") == "Application for Basic Income Support"


def test_shared_question_takes_what_stands_beside_use(tmp_path: Path) -> None:
    found = small(tmp_path, services_ha_1=("- use: given_name", "- use: given_name\n        required: false"))
    question = found.service("HA", version=1).step("person").questions[0]

    assert (question.key, question.required, question.label.get("en")) == ("given_name", False, "First name")


def test_unknown_entries_say_what_is_unknown(tmp_path: Path) -> None:
    found = small(tmp_path)

    for ask, message in (
        (lambda: found.service("XX"), "the catalogue has no service 'XX'"),
        (lambda: found.service("HA", version=9), "the catalogue has no service 'HA, version 9'"),
        (lambda: found.service("HA", on=date(2026, 6, 30)), "the catalogue has no service 'HA'"),
        (lambda: found.document_kind("xx"), "the catalogue has no document kind 'xx'"),
        (lambda: found.reject_reason("xx"), "the catalogue has no reject reason 'xx'"),
        (
            lambda: found.benefit_name(date(1999, 1, 1)),
            "the catalogue has no name of the benefit for '1999-01-01'",
        ),
    ):
        with pytest.raises(UnknownEntry) as caught:
            ask()
        assert caught.value.args == (message,)


def test_command_names_mistakes(tmp_path: Path) -> None:
    write(tmp_path, office=("due_days: 14", "due_days: 0"))

    with pytest.raises(CommandError, match=r"office\.yaml:10: 'due_days'"):
        call_command("check_catalogue", tmp_path)


def test_command_says_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_catalogue", write(tmp_path))

    assert capsys.readouterr().out == f"{tmp_path}: 1 versions of services, 2 kinds of paper, all well\n"
