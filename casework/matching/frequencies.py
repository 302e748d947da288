"""How common names and birth dates are in a register. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Frequencies:
    """How common names and birth dates are in a register of so many people."""

    people: int
    given: Mapping[str, int] = field(default_factory=dict)
    family: Mapping[str, int] = field(default_factory=dict)
    births: Mapping[str, int] = field(default_factory=dict)

    def of_birth(self, born: str) -> float:
        """A day that nobody in the register has yet counts as an ordinary one."""
        return max(share(self.births.get(born, 0), self.people), 1 / 30_000)


def share(count: float, people: int) -> float:
    """Smoothed, so that in a small or new register nothing looks rarer than it is known to be."""
    return (count + 1) / (people + 2_000)
