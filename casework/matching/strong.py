"""Whose is it, by strong keys alone? Pure judgements with a reason code; no Django.

A false join is worse than a miss: a number only counts if nothing else given contradicts it, and whatever
is unclear goes on to likeness (casework.matching.persons) and then to a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.envelope import Sender
from casework.matching.names import Likeness, fold, likeness, words


@dataclass(frozen=True)
class Known:
    """What the office knows of a person, as far as it is compared."""

    person: int
    given_name: str
    family_name: str
    birth_name: str
    birth_date: date | None


@dataclass(frozen=True)
class Judgement:
    """Either one person, or a new one, or unclear; `reason` is a code of the catalogue."""

    reason: str
    person: int | None = None
    new: bool = False


def agrees(sender: Sender, known: Known) -> bool:
    """Whether what was given fits the holder of a number: birth date, or family name if none was given."""
    if sender.birth_date and known.birth_date:
        return sender.birth_date == known.birth_date and not _another_given_name(sender, known)
    names = {fold(known.family_name), fold(known.birth_name)} - {""}
    return bool(sender.family_name) and fold(sender.family_name) in names


def _another_given_name(sender: Sender, known: Known) -> bool:
    """A twin with her sister's number. Names in the wrong fields are no contradiction."""
    given, other = words(f"{sender.given_name} {sender.family_name}"), words(known.given_name)
    if not sender.given_name or not other:
        return False
    return all(likeness(one, two) == Likeness.OTHER for one in given for two in other)


def judge_person(
    sender: Sender,
    *,
    customer: Known | None,
    household: Sequence[Known],
    namesakes: Sequence[Known],
    may_be_new: bool,
) -> Judgement:
    """`customer` holds the customer number given, `household` those of the household number given,
    `namesakes` have the same folded name and birth date. `may_be_new`: the service opens cases.
    """
    if customer is not None:
        if agrees(sender, customer):
            return Judgement("customer_number", person=customer.person)
        return Judgement("customer_number_contradicts")
    if household:
        members = [known for known in household if agrees(sender, known)]
        if len(members) > 1:  # twins, or a family name only: the given name must decide
            given = fold(sender.given_name)
            members = [known for known in members if given and fold(known.given_name) == given]
        # A family name alone fits a whole household: birth date or given name must fit too.
        if len(members) == 1 and (
            sender.birth_date
            or (sender.given_name and fold(members[0].given_name) == fold(sender.given_name))
        ):
            return Judgement("household_number", person=members[0].person)
        return Judgement("household_unclear")
    if namesakes:
        return Judgement("same_name_and_birth_date")
    if may_be_new and sender.name and sender.birth_date:
        return Judgement("new_person", new=True)
    if sender.customer_number or sender.household_number:
        return Judgement("number_unknown")
    return Judgement("no_number")


@dataclass(frozen=True)
class OpenCase:
    case: int
    service: str


@dataclass(frozen=True)
class CaseJudgement:
    reason: str
    case: int | None = None
    new: bool = False


def judge_case(
    service: str, joins: Sequence[str], open_cases: Sequence[OpenCase], *, opens: bool, reason: str
) -> CaseJudgement:
    """The open case of that person for this service; one it may join; a new one; or unclear."""
    own = [c for c in open_cases if c.service == service]
    fitting = own or [c for c in open_cases if c.service in joins]
    if len(fitting) == 1:
        return CaseJudgement(reason, case=fitting[0].case)
    if fitting:
        return CaseJudgement("several_cases")
    if opens:
        return CaseJudgement(reason, new=True)
    return CaseJudgement("no_open_case")
