"""What a judgement of likeness can say, and what people answer; persons and papers share the words. Pure.

The law of matching: a false join is worse than a miss. The machine links by itself only what is certain; what
is likely goes to a person with the evidence; every join can be undone.
"""

from enum import StrEnum


class Subject(StrEnum):
    PERSON = "person"
    PAPER = "paper"


class Outcome(StrEnum):
    LINK = "link"  # certain: the machine does it by itself
    ASK = "ask"  # likely: a person is asked, with the evidence
    NEW = "new"  # nothing known is like it


class Answer(StrEnum):
    """What a person said to a judgement, or to what followed from it."""

    SAME = "same"
    NOT_SAME = "not_same"
    SEPARATED = "separated"  # undid what the machine, or somebody, had joined
    UNDONE = "undone"  # took an answer of her own back
