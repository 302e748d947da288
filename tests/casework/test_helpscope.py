"""Scope by scope: what a helper may do."""

import pytest

from casework.helpscope import ALLOWED, Act, Scope, may


@pytest.mark.parametrize(
    ("scope", "act", "allowed"),
    [
        ("send", Act.SEND, True),
        ("send", Act.SEE, False),
        ("status", Act.SEND, False),
        ("status", Act.SEE, True),
        ("everything", Act.SEND, True),
        ("everything", Act.SEE, True),
    ],
)
def test_a_scope_allows_what_its_name_says_and_nothing_else(scope: str, act: Act, allowed: bool) -> None:
    assert may(scope, act) is allowed


def test_every_scope_stands_in_the_table() -> None:
    assert set(ALLOWED) == set(Scope)


def test_a_scope_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="all"):
        may("all", Act.SEE)
