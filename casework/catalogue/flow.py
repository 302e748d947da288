"""From a service and answers: what is asked, what is missing, which papers are needed, what was said.

Pure: no Django, no database, no clock. Answers are JSON: ``{question: str | bool | int | [str]}``; a repeated
step keeps a list of such mappings under its own key. Types: yes_no bool; choices list of option keys; date
"YYYY-MM-DD"; money "1234.56" (euros); number int; everything else str. No answer: key absent, None, "" or [].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from casework.catalogue.models import PaperRule, Question, Service, Step, When
from casework.catalogue.text import Text

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class NeededPaper:
    """A paper this person has to bring. ``people``: whom it concerns, if it follows from a repeated step."""

    kind: str
    why: Text
    required: bool
    comes_from: str
    due_days: int | None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A required question without an answer; ``entry`` counts from 0 in a repeated step.

    ``question`` is None if a repeated step has no entry at all.
    """

    step: Step
    question: Question | None
    entry: int | None = None


class SummaryRow(NamedTuple):
    label: str
    answer: str
    step: str


class SummarySection(NamedTuple):
    title: str
    rows: list[SummaryRow]


def is_answered(value: Any) -> bool:
    """``False`` and 0 are answers."""
    return value is not None and value != "" and value != []


def matches(when: When, answers: Answers) -> bool:
    """Whether every condition holds: the answer is, or (choices) contains, one of the wanted values."""
    return all(_holds(answers.get(key), wanted) for key, wanted in when)


def _holds(answer: Any, wanted: tuple[bool | str, ...]) -> bool:
    if isinstance(answer, list):
        return any(value in wanted for value in answer)
    # True == 1 in Python: an answer only counts if it is of the same type.
    return any(type(answer) is type(value) and answer == value for value in wanted)


def visible_steps(service: Service, answers: Answers) -> tuple[Step, ...]:
    """The steps to go through with these answers, in order.

    Answers to questions that are no longer asked do not count: whoever goes back and says "I live alone"
    is not asked about the flat mates named before.
    """
    return tuple(step for step, _ in _walk(service, answers))


def visible_questions(step: Step, answers: Answers) -> tuple[Question, ...]:
    """The questions of this step to ask; for a repeated step give the entry merged over the other answers."""
    known = dict(answers)
    asked = []
    for question in step.questions:
        if matches(question.when, known):
            asked.append(question)
        else:
            known.pop(question.key, None)
    return tuple(asked)


def relevant_answers(service: Service, answers: Answers) -> dict[str, Any]:
    """Only the answers to questions that are asked: what is sent and kept."""
    known: dict[str, Any] = {}
    for _, found in _walk(service, answers):
        known = found
    return known


def _walk(service: Service, answers: Answers) -> list[tuple[Step, dict[str, Any]]]:
    """Every visible step with all relevant answers up to and including it."""
    known: dict[str, Any] = {}
    steps = []
    for step in service.steps:
        if not matches(step.when, known):
            continue
        if step.repeat:
            entries = [_asked(step, known, entry) for entry in answers.get(step.key) or []]
            if entries:
                known = {**known, step.key: entries}
        else:
            known = {**known, **_asked(step, known, answers)}
        steps.append((step, known))
    return steps


def _asked(step: Step, known: Answers, given: Answers) -> dict[str, Any]:
    asked = visible_questions(step, _scope(step, known, given))
    return {question.key: given[question.key] for question in asked if is_answered(given.get(question.key))}


def _scope(step: Step, known: Answers, given: Answers) -> dict[str, Any]:
    """What conditions inside the step may look at: earlier answers, hidden by those given in the step."""
    return {**known, **{question.key: given.get(question.key) for question in step.questions}}


def missing_answers(service: Service, answers: Answers) -> tuple[Missing, ...]:
    """Required questions that are asked and have no answer, in order."""
    missing: list[Missing] = []
    for step, known in _walk(service, answers):
        if not step.repeat:
            missing += [Missing(step, question) for question in _unanswered(step, known, known)]
        elif not known.get(step.key):
            missing.append(Missing(step, None))
        else:
            for number, entry in enumerate(known[step.key]):
                missing += [Missing(step, question, number) for question in _unanswered(step, known, entry)]
    return tuple(missing)


def _unanswered(step: Step, known: Answers, given: Answers) -> list[Question]:
    return [
        question
        for question in visible_questions(step, _scope(step, known, given))
        if question.required and question.key not in given
    ]


def needed_papers(service: Service, answers: Answers) -> tuple[NeededPaper, ...]:
    """The checklist that follows from the answers, each kind once, in the order of the rules.

    If several rules ask for one kind, the reason of the first is given, it is required if any rule says so,
    the earliest date counts, and the people add up.
    """
    known = relevant_answers(service, answers)
    papers: dict[str, NeededPaper] = {}
    for rule in service.papers:
        people = _people(rule, known)
        if people is None:
            continue
        before = papers.get(rule.kind)
        if before is None:
            papers[rule.kind] = NeededPaper(
                rule.kind, rule.why, rule.required, rule.comes_from, rule.due_days, people
            )
            continue
        days = [days for days in (before.due_days, rule.due_days) if days is not None]
        papers[rule.kind] = NeededPaper(
            rule.kind,
            before.why,
            before.required or rule.required,
            before.comes_from,
            min(days) if days else None,
            before.people + tuple(name for name in people if name not in before.people),
        )
    return tuple(papers.values())


def _people(rule: PaperRule, known: Answers) -> tuple[str, ...] | None:
    """None: the rule does not match. Else the names of the entries of the repeated step that match it."""
    plain = tuple((key, wanted) for key, wanted in rule.when if "." not in key)
    if not matches(plain, known):
        return None
    inside: dict[str, list[tuple[str, tuple[bool | str, ...]]]] = {}
    for key, wanted in rule.when:
        if "." in key:
            step, question = key.split(".")
            inside.setdefault(step, []).append((question, wanted))
    names: list[str] = []
    for step, conditions in inside.items():
        found = [entry for entry in known.get(step) or [] if matches(tuple(conditions), entry)]
        if not found:
            return None
        names += [person_name(entry) for entry in found if person_name(entry)]
    return tuple(names)


def person_name(answers: Answers) -> str:
    """Given and family name as one, as far as they are there."""
    return " ".join(str(answers[key]) for key in ("given_name", "family_name") if answers.get(key))


def summary(service: Service, answers: Answers, language: str) -> list[SummarySection]:
    """Questions and answers as people read them, for the check page and the printed receipt.

    One section per step, or per entry of a repeated step; rows hold the step's key for the way back.
    """
    sections = []
    for step, known in _walk(service, answers):
        title = step.title.get(language)
        if not step.repeat:
            sections.append(SummarySection(title, _rows(service, step, known, known, language)))
            continue
        for number, entry in enumerate(known.get(step.key) or [], start=1):
            heading = f"{title}: {person_name(entry) or number}"
            sections.append(SummarySection(heading, _rows(service, step, known, entry, language)))
    return sections


def _rows(service: Service, step: Step, known: Answers, given: Answers, language: str) -> list[SummaryRow]:
    return [
        SummaryRow(
            question.label.get(language),
            readable(service, question, given.get(question.key), language),
            step.key,
        )
        for question in visible_questions(step, _scope(step, known, given))
    ]


def readable(service: Service, question: Question, value: Any, language: str) -> str:
    """One answer as people read it. A value that does not fit its type is shown as it is, never lost."""
    words = service.words
    if not is_answered(value):
        return words.not_given.get(language)
    if question.type == "yes_no" and isinstance(value, bool):
        return (words.yes if value else words.no).get(language)
    if question.type in ("choice", "choices"):
        labels = {option.key: option.label.get(language) for option in question.options}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(one, str(one)) for one in chosen)
    if question.type == "date":
        return _readable_date(service, str(value), language)
    if question.type == "money":
        return _readable_money(str(value), language)
    if question.type == "iban":
        return " ".join(str(value)[start : start + 4] for start in range(0, len(str(value)), 4))
    return str(value)


def _readable_date(service: Service, value: str, language: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    month = service.words.months[day.month - 1].get(language)
    return f"{day.day}. {month} {day.year}" if language.startswith("de") else f"{day.day} {month} {day.year}"


def _readable_money(value: str, language: str) -> str:
    euros, _, cents = value.partition(".")
    if not euros.lstrip("-").isdecimal():
        return value
    grouped = f"{int(euros):,}"
    cents = f"{cents:0<2}"
    if language.startswith("en"):
        return f"€{grouped}.{cents}"
    return f"{grouped.replace(',', '.')},{cents} €"
