"""The same application on more than one channel: answers that differ, side by side, and what was chosen.

One case, several submissions; none is changed. What holds is chosen by a caseworker, and the choice is an
event (`answer_chosen`, taken back by `answer_choice_undone`), read from the log: there is no second truth.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from casework import events, queries
from casework.catalogue import Question, Service, Step, catalogue
from casework.catalogue.flow import is_answered, readable, relevant_answers
from casework.envelope import Actor, Channel
from casework.matching.applications import (
    Choice,
    Differing,
    Standing,
    comparable,
    comparable_entries,
    differing,
    mark,
)
from casework.models import Case, Event, Page, Submission, User
from casework.workflow import IllegalTransition

SURE = 0.9  # of a field read from a scanned form; less is not set against what somebody said
_KINDS = (events.AnswerChosen.kind, events.AnswerChoiceUndone.kind)
# Fields that reading finds on a page and that mean the same as the question of that name. Only numbers: whose
# a date or an amount on a form is, the page does not say for sure.
_READ = ("customer_number", "household_number", "pension_number", "iban")


@dataclass(frozen=True)
class Said:
    """A submission as a source of answers; `read`: keys of answers that the machine read from a scan."""

    submission: Submission
    service: Service
    answers: Mapping[str, Any]
    read: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Source:
    submission: Submission
    read: bool
    newer: bool  # arrived after the choice


@dataclass(frozen=True)
class Answer:
    """One of the different answers to a question, as people read it."""

    words: tuple[str, ...]  # several lines for a repeated step
    sources: tuple[Source, ...]
    holds: bool

    @property
    def submission(self) -> Submission:
        """Who chooses this answer chooses what this submission says."""
        return self.sources[-1].submission


@dataclass(frozen=True)
class Row:
    """A question whose answers differ."""

    key: str
    label: str
    answers: tuple[Answer, ...]
    standing: Standing
    mark: str
    chosen_at: datetime | None
    chosen_by: User | None

    @property
    def open(self) -> bool:
        return self.standing != Standing.DECIDED


@dataclass(frozen=True)
class Comparison:
    """`applications`: how many submissions of the case are this application."""

    applications: int
    rows: tuple[Row, ...]

    @property
    def undecided(self) -> int:
        return sum(row.open for row in self.rows)


def compare(case: Case, submissions: Sequence[Submission], language: str) -> Comparison:
    """`submissions`: all of the case, in order of arrival, as from queries.with_documents."""
    said = _all_said(case, submissions)
    if len(said) < 2:
        return Comparison(len(said), ())
    choices, rows = _choices(case), {}
    found = differing(_given(said), choices)
    if found:
        rows = Event.objects.in_bulk([choices[one.key].event for one in found if one.key in choices])
    users = User.objects.in_bulk([row.actor_user for row in rows.values() if row.actor_user])
    return Comparison(len(said), tuple(_row(one, said, choices, rows, users, language) for one in found))


@transaction.atomic
def choose(case: Case, key: str, chosen: Submission, seen: str, actor: Actor) -> None:
    """This answer holds. Errors: IllegalTransition if the page (`seen`: its mark) is out of date."""
    found, _ = _still(case, key, seen)
    if not any(chosen.pk in group for group in found.answers):
        raise IllegalTransition(key, events.AnswerChosen.kind)
    if found.standing == Standing.DECIDED and chosen.pk in found.answers[found.holds or 0]:
        return  # pressed twice
    among = tuple(sorted(pk for group in found.answers for pk in group))
    events.record(events.AnswerChosen(key, among), actor, case=case, submission=chosen)


@transaction.atomic
def take_back(case: Case, key: str, seen: str, actor: Actor) -> None:
    """The choice holds no longer. Errors: IllegalTransition if there is none, or the page is out of date."""
    found, choices = _still(case, key, seen)
    if found.standing == Standing.OPEN:
        raise IllegalTransition(key, events.AnswerChoiceUndone.kind)
    chosen = Submission.objects.get(pk=choices[key].submission)
    events.record(events.AnswerChoiceUndone(key), actor, case=case, submission=chosen)


def _still(case: Case, key: str, seen: str) -> tuple[Differing, dict[str, Choice]]:
    Case.objects.select_for_update().get(pk=case.pk)  # two who choose at once choose one after the other
    submissions = queries.with_documents(case.submissions.all()).order_by("received_at", "pk")
    choices = _choices(case)
    found = {one.key: one for one in differing(_given(_all_said(case, list(submissions))), choices)}
    if key not in found or mark(found[key], choices.get(key)) != seen:
        raise IllegalTransition(key, "seen")
    return found[key], choices


# --- what was said


def _all_said(case: Case, submissions: Sequence[Submission]) -> list[Said]:
    said = [one for submission in submissions if (one := _said(case, submission)) is not None]
    return [one for one in said if one.answers]


def _said(case: Case, submission: Submission) -> Said | None:
    """The answers of a submission to the application of the case; None if it is no application for it."""
    service = catalogue().service(submission.service, version=submission.service_version)
    answers: dict[str, Any] = {}
    if service.case_service == case.service:
        answers = relevant_answers(service, submission.answers)
        if submission.channel == Channel.POST:  # what the mailroom typed from the letter
            answers = {**_typed(service, submission), **answers}
    else:
        service = catalogue().service(case.service, version=case.service_version)
    read = {key: value for key, value in _read(service, submission).items() if key not in answers}
    if not answers and not read:
        return None
    return Said(submission, service, {**answers, **read}, frozenset(read))


def _typed(service: Service, submission: Submission) -> dict[str, Any]:
    given = submission.sender
    return {key: given[key] for key in _questions(service) if is_answered(given.get(key))}


def _read(service: Service, submission: Submission) -> dict[str, str]:
    """Numbers read from the pages of the form itself, if there is one of the kind and it was read surely."""
    forms = _forms_of(service)
    spans = [
        (part.file_id, part.first_page or 1, part.last_page or math.inf)
        for document in submission.documents.all()
        if document.kind in forms
        for part in document.parts.all()
    ]
    if not spans:
        return {}
    asked = _questions(service)
    found: dict[str, set[str]] = {}
    pages = Page.objects.filter(file__in=[file for file, _, _ in spans])
    for file, number, fields in pages.values_list("file", "number", "fields"):
        if not any(file == at and first <= number <= last for at, first, last in spans):
            continue
        for field in fields:
            name = field.get("name")
            if name in _READ and name in asked and field.get("confidence", 0) >= SURE:
                found.setdefault(name, set()).add(str(field.get("value")))
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _forms_of(service: Service) -> set[str]:
    """The kinds of paper that are the official form of this service."""
    return {kind.key for kind in catalogue().document_kinds if kind.form_code == service.case_service}


def _questions(service: Service) -> dict[str, Question]:
    return {
        question.key: question for step in service.steps if not step.repeat for question in step.questions
    }


def _repeated(service: Service) -> dict[str, Step]:
    return {step.key: step for step in service.steps if step.repeat}


def _given(said: Sequence[Said]) -> dict[str, dict[int, Hashable]]:
    given: dict[str, dict[int, Hashable]] = {}
    for one in said:
        questions, steps = _questions(one.service), _repeated(one.service)
        for key, value in one.answers.items():
            if key in questions:
                given.setdefault(key, {})[one.submission.pk] = comparable(questions[key].type, value)
            elif key in steps:
                kinds = {question.key: question.type for question in steps[key].questions}
                given.setdefault(key, {})[one.submission.pk] = comparable_entries(kinds, value)
    return given


def _choices(case: Case) -> dict[str, Choice]:
    """The last choice for each question; none if it was taken back."""
    choices: dict[str, Choice] = {}
    for row in Event.objects.filter(case=case.pk, kind__in=_KINDS).order_by("id"):
        if row.kind == events.AnswerChosen.kind and row.submission is not None:
            choice = Choice(row.pk, row.submission, frozenset(row.data["among"]))
            choices[row.data["question"]] = choice
        else:
            choices.pop(row.data["question"], None)
    return choices


# --- as people read it


def _row(
    found: Differing,
    said: Sequence[Said],
    choices: Mapping[str, Choice],
    rows: Mapping[int, Event],
    users: Mapping[int, User],
    language: str,
) -> Row:
    by_pk = {one.submission.pk: one for one in said}
    choice = choices.get(found.key)
    event = rows.get(choice.event) if choice and found.standing != Standing.OPEN else None
    answers = tuple(
        Answer(
            _words(by_pk[group[-1]], found.key, language),
            tuple(
                Source(by_pk[pk].submission, found.key in by_pk[pk].read, pk in found.newer) for pk in group
            ),
            holds=found.holds == place,
        )
        for place, group in enumerate(found.answers)
    )
    return Row(
        found.key,
        label(by_pk[found.answers[-1][-1]].service, found.key, language),
        answers,
        found.standing,
        mark(found, choice),
        event.at if event else None,
        users.get(event.actor_user) if event and event.actor_user else None,
    )


def label(service: Service, key: str, language: str) -> str:
    """What is asked, in words; the key itself if this version of the service does not ask it."""
    questions, steps = _questions(service), _repeated(service)
    if key in questions:
        return questions[key].label.get(language)
    return steps[key].title.get(language) if key in steps else key


def _words(said: Said, key: str, language: str) -> tuple[str, ...]:
    value, questions = said.answers[key], _questions(said.service)
    if key in questions:
        return (readable(said.service, questions[key], value, language),)
    step = _repeated(said.service)[key]
    return tuple(
        ", ".join(
            readable(said.service, question, entry[question.key], language)
            for question in step.questions
            if is_answered(entry.get(question.key))
        )
        for entry in value
    )
