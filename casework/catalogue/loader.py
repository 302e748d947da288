"""Reads a folder of YAML into a Catalogue, or says file, line and rule of everything that is wrong.

``{benefit}`` in a service is filled in here with the name the benefit has on the day the version becomes
valid; a version may therefore not outlive a name (a new name is a new version of the form as well).
"""

import difflib
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from casework.catalogue import rules
from casework.catalogue.languages import Translations, read_languages, with_languages
from casework.catalogue.models import (
    BenefitName,
    Catalogue,
    DocumentKind,
    Entry,
    Office,
    Question,
    Reasons,
    Service,
    Words,
)
from casework.catalogue.source import CatalogueError, Source, Trail, read
from casework.catalogue.text import Text

__all__ = ["CatalogueError", "load"]

PLACEHOLDER = "{benefit}"
MAX_MISTAKES = 50


class _Questions(Entry):
    """questions.yaml: asked in more than one service, written once."""

    questions: tuple[Question, ...]


class _Documents(Entry):
    kinds: tuple[DocumentKind, ...]


class _Benefit(Entry):
    names: tuple[BenefitName, ...]


Model = TypeVar("Model", bound=BaseModel)


def load(folder: Path) -> Catalogue:
    """The catalogue in this folder. Raises CatalogueError with every mistake found."""
    mistakes: list[str] = []
    translations = _collect(mistakes, lambda: read_languages(folder)) or {}

    def attempt(name: str, model: type[Model]) -> tuple[Source, Model] | None:
        return _collect(mistakes, lambda: _read_as(folder, name, model, translations))

    words = attempt("words.yaml", Words)
    benefit = attempt("benefit.yaml", _Benefit)
    documents = attempt("documents.yaml", _Documents)
    reasons = attempt("reasons.yaml", Reasons)
    shared = attempt("questions.yaml", _Questions)
    office = attempt("office.yaml", Office)
    if benefit:
        mistakes += rules.benefit_names(benefit[0], benefit[1].names)
    if documents:
        mistakes += rules.unique(documents[0], "kinds", documents[1].kinds)
    if shared:
        mistakes += rules.unique(shared[0], "questions", shared[1].questions)
    if reasons:
        for part in ("reject", "request", "problems", "unclear"):
            mistakes += rules.unique(reasons[0], part, getattr(reasons[1], part))

    services: list[tuple[Source, Service]] = []
    if words and benefit and shared:
        for path in sorted((folder / "services").glob("*.yaml")):
            name = f"services/{path.name}"
            source = _collect(mistakes, lambda: with_languages(read(folder / name, name), translations))  # noqa: B023
            if source is None:
                continue
            of = partial(_service, source, words[1], benefit[1], shared[0])
            if found := _collect(mistakes, of):
                services.append(found)
        if not services and not mistakes:
            mistakes.append("services/: there is no service")
    if documents:
        kinds = {kind.key for kind in documents[1].kinds}
        for source, service in services:
            mistakes += rules.service(source, service, kinds)
    if not mistakes:
        mistakes += rules.versions(services)
        mistakes += rules.other_services(services)
        if office:
            mistakes += rules.office(*office, {service.key for _, service in services})
    if mistakes or not (words and benefit and documents and reasons and office):
        raise CatalogueError(mistakes[:MAX_MISTAKES])
    return Catalogue(
        office=office[1],
        benefit=benefit[1].names,
        document_kinds=documents[1].kinds,
        reasons=reasons[1],
        all_services=tuple(service for _, service in services),
        words=words[1],
    )


Result = TypeVar("Result")


def _collect(mistakes: list[str], make: Callable[[], Result]) -> Result | None:
    try:
        return make()
    except CatalogueError as error:
        mistakes += error.mistakes
        return None


def _read_as(folder: Path, name: str, model: type[Model], translations: Translations) -> tuple[Source, Model]:
    source = with_languages(read(folder / name, name), translations)
    return source, _validated(source, model, source.data)


def _service(source: Source, words: Words, benefit: _Benefit, shared: Source) -> tuple[Source, Service]:
    if "words" in source.data:
        raise CatalogueError([source.mistake(("words",), "'words' is not known")])
    data = _with_shared_questions(source, shared)
    names = _names_during(source, benefit, data)
    if names:
        data = _filled(data, names[0].name, None)
    return source, _validated(source, Service, {**data, "words": words})


def _with_shared_questions(source: Source, shared: Source) -> dict[str, Any]:
    """``- use: given_name`` becomes the shared question; further keys beside ``use`` replace its own."""
    bank = {question["key"]: question for question in shared.data["questions"]}
    mistakes: list[str] = []
    steps = []
    for at, step in enumerate(_list(source.data.get("steps"))):
        questions = []
        for index, question in enumerate(_list(step.get("questions")) if isinstance(step, dict) else []):
            if isinstance(question, dict) and "use" in question:
                if question["use"] not in bank:
                    message = f"there is no shared question '{question['use']}'"
                    mistakes.append(source.mistake(("steps", at, "questions", index, "use"), message))
                    continue
                own = {key: value for key, value in question.items() if key != "use"}
                questions.append({**bank[question["use"]], **own})
            else:
                questions.append(question)
        steps.append({**step, "questions": questions} if isinstance(step, dict) else step)
    if mistakes:
        raise CatalogueError(mistakes)
    return {**source.data, "steps": steps}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _names_during(source: Source, benefit: _Benefit, data: dict[str, Any]) -> list[BenefitName]:
    """Names of the benefit while the service is valid; more than one is a mistake if the service says it."""
    start, end = data.get("valid_from"), data.get("valid_until") or date.max
    if not isinstance(start, date) or not isinstance(end, date) or end < start:
        return list(benefit.names[-1:])  # the shape check says what is wrong with the dates
    names = [name for name in benefit.names if name.valid_from <= end and (name.valid_until or end) >= start]
    if PLACEHOLDER in str(data) and (not names or len(names) > 1):
        message = "the benefit changes its name while this version is valid: end it and write a new version"
        if not names:
            message = "the benefit has no name yet when this version becomes valid"
        raise CatalogueError([source.mistake(("valid_from",), message)])
    return names


def _filled(data: Any, name: Text, language: str | None) -> Any:
    if isinstance(data, dict):
        return {key: _filled(value, name, key) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(value, name, language) for value in data]
    if isinstance(data, str) and language:
        return data.replace(PLACEHOLDER, name.get(language))
    return data


def _validated(source: Source, model: type[Model], data: Any) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise CatalogueError([_mistake(source, model, problem) for problem in error.errors()]) from error


def _mistake(source: Source, model: type[BaseModel], problem: Any) -> str:
    trail: Trail = problem["loc"]
    message = problem["msg"]
    if problem["type"] == "missing":
        message = f"'{trail[-1]}' is missing"
    elif problem["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(trail[-1]), _field_names(model), n=1)
        message = f"'{trail[-1]}' is not known" + (f", is '{close[0]}' meant?" if close else "")
    elif trail and isinstance(trail[-1], str) and f"'{trail[-1]}'" not in message:
        message = f"'{trail[-1]}': {message}"
    return source.mistake(trail, message)


def _field_names(model: type[BaseModel]) -> list[str]:
    """Every key that can stand somewhere in such a file, for the hint at a typing error."""
    names: list[str] = []
    for part in (
        model,
        *Entry.__subclasses__(),
        *(sub for one in Entry.__subclasses__() for sub in one.__subclasses__()),
    ):
        names += [field.alias or name for name, field in part.model_fields.items()]
    return names
