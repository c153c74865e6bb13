"""Numbers that users give: whole, finite and no larger than what can be computed."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from growthcurves.errors import ModelError, brief

#: Draws, replicates or data sets that one question may ask for.
MOST_DRAWS = 1_000_000
#: Numbers that a table of draws may hold (four gigabytes).
MOST_NUMBERS = 500_000_000
#: Pieces of a shape: more growth parameters than any growth curve has.
MOST_PIECES = 50
#: Times at which one question may be asked.
MOST_TIMES = 10_000


def whole_number(value: Any, what: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`.

    Raises
    ------
    ModelError
        For anything else; `what` begins the sentence.

    Examples
    --------
    >>> whole_number(0, "n= is a number of draws", 1, MOST_DRAWS)
    Traceback (most recent call last):
    growthcurves.errors.ModelError: n= is a number of draws, a whole number above 0 (at most 1,000,000), not 0.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= int(value) <= high:
        raise ModelError(f"{what}, a whole number above {low - 1} (at most {high:,}), not {shown_value(value)}.")
    return int(value)


def finite_number(value: Any, what: str) -> float:
    """A number that double precision holds.

    Raises
    ------
    ModelError
        For anything else; `what` begins the sentence.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not abs(float_or_infinite(value)) <= 1e300:
        raise ModelError(f"{what}, a finite number, not {shown_value(value)}.")
    return float(value)


def several(values: Any) -> list[Any]:
    """What may be one value or a list of them, as a list.

    Examples
    --------
    >>> several("age"), several([4, 8]), several(4)
    (['age'], [4, 8], [4])
    """
    one = isinstance(values, (str, bytes)) or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0
    return [values] if one else list(values)


def flag(value: Any, option: str) -> bool:
    """True or False, also numpy's.

    Raises
    ------
    ModelError
        For anything else.
    """
    import numpy as np

    if not isinstance(value, (bool, np.bool_)):
        raise ModelError(f"{option}= is True or False, not {shown_value(value)}.")
    return bool(value)


def few(values: Iterable[Any], what: str, most: int = MOST_TIMES) -> tuple[Any, ...]:
    """The values of a list that is not too long, of which no more than that are looked at.

    Raises
    ------
    ModelError
    """
    taken: list[Any] = []
    for value in values:
        if len(taken) == most:
            raise ModelError(f"{what}, at most {most:,} of them.")
        taken.append(value)
    return tuple(taken)


def few_times(at: Any) -> Any:
    """Times that are asked about, not too many of them; what has no length passes through."""
    return few(at, "at= are times") if isinstance(at, (range, list, tuple)) else at


def float_or_infinite(value: Any) -> float:
    """A number as a float; infinity where it is larger than any."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def shown_value(value: Any) -> str:
    """A value as a sentence shows it: short, however large it is."""
    if isinstance(value, Integral) and not isinstance(value, bool) and abs(int(value)) >= 10**15:
        return "a number of that size"
    if isinstance(value, str):
        return brief(value)
    return brief(_listed(value) if isinstance(value, (list, tuple, dict)) else value)[1:-1]


def _listed(value: Any) -> str:
    """A list, or a dict with what its names stand for, in one line."""
    kind, items = ("dict", list(value.items())) if isinstance(value, dict) else ("list", list(value))
    parts = [f"{_inside(one[0])}: {_inside(one[1])}" if kind == "dict" else _inside(one) for one in items[:3]]
    return f"a {kind} ({', '.join(parts)}{', ...' if len(items) > 3 else ''})" if items else f"an empty {kind}"


def _inside(value: Any) -> str:
    return brief(value)[1:-1] if isinstance(value, (list, tuple, dict)) else shown_value(value)
