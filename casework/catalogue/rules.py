"""What hangs together in a catalogue: references, order, versions. Each rule gives lines of mistakes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from casework.catalogue.models import CHOICE_TYPES, BenefitName, Office, Question, Service, When
from casework.catalogue.source import Source, Trail

# Keys that mean the same person or place in every service: matching and the receipt rely on them.
IDENTITY = {
    "given_name": "text",
    "family_name": "text",
    "birth_name": "text",
    "birth_date": "date",
    "customer_number": "customer_number",
    "household_number": "household_number",
    "street": "text",
    "postcode": "postcode",
    "city": "text",
    "email": "email",
    "phone": "phone",
}


def unique(source: Source, part: str, entries: Sequence[Any]) -> list[str]:
    """No key twice in one list."""
    return [
        source.mistake((part, index, "key"), "this key stands here twice")
        for index in _repeated([entry.key for entry in entries])
    ]


def benefit_names(source: Source, names: tuple[BenefitName, ...]) -> list[str]:
    """The names follow each other day by day, the last one until further notice."""
    mistakes = []
    for index, (one, following) in enumerate(pairwise(names)):
        if one.valid_until is None or following.valid_from != one.valid_until + timedelta(days=1):
            message = "must become valid on the day after the name before it ends"
            mistakes.append(source.mistake(("names", index + 1, "valid_from"), message))
    if not names or names[-1].valid_until is not None:
        mistakes.append(source.mistake(("names",), "the last name must have no 'valid_until'"))
    return mistakes


def service(source: Source, service: Service, kinds: set[str]) -> list[str]:
    """Keys, conditions and papers of one version of a service."""
    return [source.mistake(trail, message) for trail, message in _service(service, kinds)]


def _service(service: Service, kinds: set[str]) -> Iterator[tuple[Trail, str]]:
    for index in _repeated([step.key for step in service.steps]):
        yield ("steps", index, "key"), "this step stands here twice"
    earlier: dict[str, Question] = {}
    inside: dict[str, Question] = {}  # "members.relation": what papers may ask of a repeated step
    for at, step in enumerate(service.steps):
        trail: Trail = ("steps", at)
        yield from _condition((*trail, "when"), step.when, earlier)
        known = dict(earlier)
        own: dict[str, Question] = {}
        for number, question in enumerate(step.questions):
            here: Trail = (*trail, "questions", number)
            yield from _question(here, question, own, {} if step.repeat else earlier)
            yield from _condition((*here, "when"), question.when, known)
            own[question.key] = known[question.key] = question
        if step.repeat:
            inside |= {f"{step.key}.{key}": question for key, question in own.items()}
        else:
            earlier |= own
    for at, step in enumerate(service.steps):
        if step.repeat and step.key in earlier:
            yield ("steps", at, "key"), f"'{step.key}' is also a question: their answers would mix"
    for at, paper in enumerate(service.papers):
        if paper.kind not in kinds:
            yield ("papers", at, "kind"), f"there is no document kind '{paper.kind}'"
        yield from _condition(("papers", at, "when"), paper.when, earlier | inside)


def _question(
    trail: Trail, question: Question, own: dict[str, Question], earlier: dict[str, Question]
) -> Iterator[tuple[Trail, str]]:
    if question.key in own or question.key in earlier:
        yield (*trail, "key"), "this question stands here twice"
    expected = IDENTITY.get(question.key)
    if expected and question.type != expected:
        yield (*trail, "type"), f"'{question.key}' is of type '{expected}' in every service"
    if question.key == "birth_date" and question.date_rule != "birth":
        yield trail, "'birth_date' needs 'date_rule: birth'"
    for index in _repeated([option.key for option in question.options]):
        yield (*trail, "options", index, "key"), "this option stands here twice"


def _condition(trail: Trail, when: When, known: dict[str, Question]) -> Iterator[tuple[Trail, str]]:
    for key, wanted in when:
        question = known.get(key)
        if question is None:
            yield (*trail, key), f"'when' asks '{key}', which is not a question before it"
        elif question.type == "yes_no":
            if not all(isinstance(value, bool) for value in wanted):
                yield (*trail, key), f"'{key}' is answered with true or false"
        elif question.type in CHOICE_TYPES:
            options = [option.key for option in question.options]
            for value in wanted:
                if value not in options:
                    yield (*trail, key), f"'{key}' has no option '{value}'"
        else:
            yield (*trail, key), f"'when' can only ask yes_no, choice and choices, '{key}' is {question.type}"


def versions(services: list[tuple[Source, Service]]) -> list[str]:
    """Of one service at most one version a day, and every version number once."""
    mistakes = []
    for index, (source, service) in enumerate(services):
        for other_source, other in services[:index]:
            if other.key != service.key:
                continue
            if other.version == service.version:
                message = f"version {service.version} of {service.key} stands in {other_source.name}, too"
                mistakes.append(source.mistake(("version",), message))
            elif service.overlaps(other):
                message = f"overlaps with version {other.version} of {service.key} in {other_source.name}"
                mistakes.append(source.mistake(("valid_from",), message))
    return mistakes


def other_services(services: list[tuple[Source, Service]]) -> list[str]:
    """Services that are joined or opened must exist and open cases of their own."""
    own_case = {service.key for _, service in services if service.opens_case and not service.opens_case_of}
    mistakes = []
    for source, service in services:
        for index, key in enumerate(service.joins):
            if key not in own_case:
                mistakes.append(source.mistake(("joins", index), f"'{key}' is no service with cases"))
        if service.opens_case_of and service.opens_case_of not in own_case:
            message = f"'{service.opens_case_of}' is no service with cases"
            mistakes.append(source.mistake(("opens_case_of",), message))
        if service.opens_case_of and not service.opens_case:
            mistakes.append(source.mistake(("opens_case_of",), "needs 'opens_case: true'"))
    return mistakes


def office(source: Source, office: Office, services: set[str]) -> list[str]:
    """What happens next and how long it takes is said for every service, and for no other."""
    mistakes = []
    for part, said in (("what_next", office.what_next), ("waiting_days", office.waiting_days)):
        for key in sorted(services - set(said)):
            mistakes.append(source.mistake((part,), f"'{part}' for {key} is missing"))
        for key in sorted(set(said) - services):
            mistakes.append(source.mistake((part, key), f"there is no service {key}"))
    return mistakes


def _repeated(keys: list[str]) -> list[int]:
    """Places of all keys that stood before."""
    counts: Counter[str] = Counter()
    places = []
    for index, key in enumerate(keys):
        if counts[key]:
            places.append(index)
        counts[key] += 1
    return places
