"""Words that several checks have in common."""

from __future__ import annotations

from growthcurves.checks.check import Measured
from growthcurves.results.tables.printing import number


def given_right(found: Measured, digits: int = 3) -> str:
    """What the fitted model gives of the number: "a right model: -0.1 to 0.2"."""
    low, high = found.expected
    return f"a right model: {number(low, digits)} to {number(high, digits)}"


def shown(found: Measured, digits: int = 3) -> str:
    """The number with what the fitted model gives."""
    return f"{number(found.value, digits)} ({given_right(found, digits)})"
