"""One application that arrived more than once: where its answers differ, and which of them holds. Pure.

Nothing is merged: a caseworker chooses, the choice names a submission, and each keeps what it said.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256
from typing import Any

from casework.matching.names import fold


class Standing(StrEnum):
    """Where a question stands whose answers differ."""

    OPEN = "open"  # nobody has chosen yet, or what was chosen is in another case now
    DECIDED = "decided"
    AGAIN = "again"  # decided, but something that differs arrived afterwards


@dataclass(frozen=True)
class Choice:
    """What a caseworker chose last: the answer of `submission`; `seen` were there when she chose."""

    event: int
    submission: int
    seen: frozenset[int]


@dataclass(frozen=True)
class Differing:
    """A question (or repeated step) and its different answers: who gave each, in order of arrival."""

    key: str
    answers: tuple[tuple[int, ...], ...]
    standing: Standing
    holds: int | None = None  # place in `answers`
    newer: frozenset[int] = frozenset()  # arrived after the choice and say something else


def differing(
    given: Mapping[str, Mapping[int, Hashable]], choices: Mapping[str, Choice]
) -> tuple[Differing, ...]:
    """`given`: by question the comparable answers by submission, in order of arrival; no answer, no entry."""
    found = []
    for key, answers in given.items():
        groups: dict[Hashable, list[int]] = {}
        for submission, answer in answers.items():
            groups.setdefault(answer, []).append(submission)
        if len(groups) < 2:
            continue
        in_order = tuple(tuple(group) for group in groups.values())
        choice = choices.get(key)
        if choice is None or choice.submission not in answers:
            found.append(Differing(key, in_order, Standing.OPEN))
            continue
        chosen = answers[choice.submission]
        newer = frozenset(
            submission
            for submission, answer in answers.items()
            if submission not in choice.seen and answer != chosen
        )
        standing = Standing.AGAIN if newer else Standing.DECIDED
        found.append(Differing(key, in_order, standing, list(groups).index(chosen), newer))
    return tuple(found)


def mark(differs: Differing, choice: Choice | None) -> str:
    """What a page showed of a question, in short: another mark, and the page is out of date."""
    text = f"{differs.key} {differs.answers} {choice.event if choice else 0}"
    return sha256(text.encode()).hexdigest()[:16]


# --- answers in comparable form


def comparable(kind: str, value: Any) -> Hashable:
    """Equal for answers that say the same, whatever spaces, case and separators. `kind`: type of question."""
    return _COMPARED.get(kind, _text)(value)


def comparable_entries(kinds: Mapping[str, str], entries: Sequence[Mapping[str, Any]]) -> Hashable:
    """The people of a repeated step, in whatever order they were named; `kinds`: question -> its type."""
    return frozenset(
        frozenset(
            (key, comparable(kind, entry[key]))
            for key, kind in kinds.items()
            if entry.get(key) not in (None, "", [])
        )
        for entry in entries
    )


def _text(value: Any) -> str:
    return fold(str(value)).replace("strasse", "str")


def _amount(value: Any) -> Hashable:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def _chosen(value: Any) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset((str(value),))


def _number(value: Any) -> str:
    return "".join(char for char in str(value).upper() if char.isalnum())


def _phone(value: Any) -> str:
    digits = "".join(char for char in str(value) if char.isdecimal())
    if str(value).strip().startswith("+") or digits.startswith("00"):
        digits = "0" + digits.removeprefix("00").removeprefix("49").removeprefix("0")
    return digits


_COMPARED: dict[str, Callable[[Any], Hashable]] = {
    "yes_no": bool,
    "choice": str,
    "choices": _chosen,
    "date": str,
    "money": _amount,
    "number": _amount,
    "email": lambda value: str(value).strip().casefold(),
    "phone": _phone,
    "customer_number": _number,
    "household_number": _number,
    "iban": _number,
    "pension_number": _number,
}
