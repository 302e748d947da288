"""What a helper may do: one table from scope to acts. Nothing else decides. No Django.

Whatever the scope, a helper never sees the case code, the claimant's receipts or the papers themselves,
never invites others, and never changes what the office knows of the claimant.
"""

from enum import StrEnum


class Scope(StrEnum):
    """How much of a case somebody may see and do; the claimant herself everything."""

    SEND = "send"  # sends papers; sees only what she sent herself
    STATUS = "status"  # sees what arrived, what is missing, what happens next; sends nothing
    EVERYTHING = "everything"  # both


class Act(StrEnum):
    SEND = "send"
    SEE = "see"


ALLOWED: dict[Scope, frozenset[Act]] = {
    Scope.SEND: frozenset({Act.SEND}),
    Scope.STATUS: frozenset({Act.SEE}),
    Scope.EVERYTHING: frozenset({Act.SEND, Act.SEE}),
}


def may(scope: str, act: Act) -> bool:
    """Errors: ValueError for a scope that does not exist."""
    return act in ALLOWED[Scope(scope)]
