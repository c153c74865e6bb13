"""What does not vary between persons where a covariance matrix is singular, and what that means."""

from __future__ import annotations

import numpy as np

from growthcurves.data.time_words import TimeWords

#: Parts of a combination below this are nothing to rounding.
ROUNDING = 1e-6


def combination(a: np.ndarray, names: tuple[str, ...]) -> str:
    """A combination of random effects as a sum, the first of two with the factor 1; nothing to rounding is left out.

    Examples
    --------
    >>> combination(np.array([0.6, -0.8]), ("intercept", "slope")), combination(np.array([0.0, 1.0]), ("a", "b"))
    ('intercept - 1.333 * slope', 'b')
    """
    there = _there(a, names)
    scale = there[0][0] if len(there) == 2 else 1.0
    words = ""
    for value, name in ((value / scale, name) for value, name in there):
        size = "" if abs(abs(value) - 1) < 1e-9 else f"{abs(value):.4g} * "
        sign = (" - " if words else "-") if value < 0 else (" + " if words else "")
        words += f"{sign}{size}{name}"
    return words


def _there(a: np.ndarray, names: tuple[str, ...]) -> list[tuple[float, str]]:
    """Values that are more than rounding, with their names."""
    return [(float(value), name) for value, name in zip(a, names, strict=True) if abs(value) >= ROUNDING]


def told(
    a: np.ndarray,
    names: tuple[str, ...],
    outcome: str,
    when: TimeWords | None,
    origin: float,
    observed: tuple[float, float] = (-np.inf, np.inf),
    whom: str = "all",
) -> str:
    """The same with what it means: one effect is estimated as the same for all, of two the correlation as 1 or -1.

    That is where the estimate lies, at the end of its range; how far the data settle it is in its interval.

    Parameters
    ----------
    a : (q,) array
        The combination.
    names : tuple of str
        Of the random effects.
    outcome : str
    when : TimeWords or None
        How times are told, where the intercept and the slope are those of a straight line; else None.
    origin : float
        Where the intercept of that line is read.
    observed : (float, float)
        The range of the observed times: of a time outside nothing is said.
    whom : str
        For whom it is the same: "all", "all schools".

    Examples
    --------
    >>> told(np.array([1.0, -2.0]), ("intercept", "slope"), "bdi", TimeWords("week"), 0.0)
    'intercept - 2 * slope: the correlation of the two is estimated as exactly 1, the end of its range; on that \
estimate bdi is the same for all at week -2'
    """
    text, there = combination(a, names), _there(a, names)
    if len(there) == 1:
        return text
    if len(there) > 2:
        return f"{text}: given the others, each of these {len(there)} is estimated as the same for {whom}"
    (first, one), (second, other) = there
    alike = 1 if first * second < 0 else -1
    text += f": the correlation of the two is estimated as exactly {alike}, the end of its range"
    if when is None or (one, other) != ("intercept", "slope"):
        return text
    time = origin + second / first
    inside = observed[0] <= time <= observed[1]
    return f"{text}; on that estimate {outcome} is the same for {whom} {when.at(time)}" if inside else text
