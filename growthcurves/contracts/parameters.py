"""What a parameter is, and where a part of the model is asked: at occasions."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

Array = np.ndarray
INFINITY = float("inf")


class Parameter(NamedTuple):
    """A natural parameter of a part of the model.

    Attributes
    ----------
    name : str
        As tables print it: "sd:slope", "cor:intercept,slope", "ar1".
    unit : str
        Whose it is: "person", "residual".
    kind : str
        "sd", "correlation", or a word of the part's own.
    low, high : float
        The ends of its range.
    """

    name: str
    unit: str
    kind: str
    low: float = -INFINITY
    high: float = INFINITY

    @property
    def scale(self) -> str:
        """The scale on which its range has no ends: log, atanh, logit or identity."""
        ends = (self.low, self.high)
        return {(0.0, INFINITY): "log", (-1.0, 1.0): "atanh", (0.0, 1.0): "logit"}.get(ends, "identity")

    def end_near(self, value: float, unit: float = 1.0) -> float | None:
        """The end of its range that a value has come to; None where it lies inside.

        A range without an upper end is measured in its `unit`: a quarter of it is near zero, a thousand of it far.

        Examples
        --------
        >>> Parameter("car1", "residual", "correlation", 0.0, 1.0).end_near(4e-23)
        0.0
        >>> Parameter("range", "residual", "range", 0.0).end_near(0.02, unit=2.0)
        0.0
        """
        near = 0.05 if self.high < INFINITY else 0.25 * unit
        if value - self.low < near:
            return self.low
        above = value > 1000.0 * unit if self.high == INFINITY else self.high - value < near
        return self.high if above else None


class Occasions(NamedTuple):
    """The occasions of some rows, for parts that depend on them.

    Attributes
    ----------
    time : (n,) array
    wave : (n,) array of int, optional
        Positions of planned occasions; -1 for a row at none of them.
    group : (n,) array of int, optional
        Groups of persons that have parameters of their own.
    value : (n,) array, optional
        What a variance depends on besides: places of levels, or numbers.
    """

    time: Array
    wave: Array | None = None
    group: Array | None = None
    value: Array | None = None

    def take(self, rows: Array) -> Occasions:
        """Those of some rows; with rows (N, n) those of N persons side by side."""
        time, *others = self
        return Occasions(time[rows], *(None if one is None else one[rows] for one in others))


class Residual(Protocol):
    """A residual covariance structure with values of its parameters.

    As an option of a model it stands with the values that a search starts from, and scale one. R_i is the scale times
    what the *working* coordinates say, which are free of bounds.

    Attributes
    ----------
    name : str
        A short name, for tables and files.
    words : str
        The residual's line in the level equations.
    """

    name: str
    words: str

    def parameters(self) -> tuple[Parameter, ...]:
        """The natural parameters; the first is the residual SD where there is one for all occasions."""
        ...

    def values(self) -> tuple[float, ...]:
        """Their values, in the same order."""
        ...

    @property
    def scale(self) -> Any:
        """What multiplies the structure: the variance of a residual."""
        ...

    @property
    def working(self) -> Array:
        """The other parameters without bounds, (k,)."""
        ...

    def moved(self, scale: Any, working: Array) -> Residual:
        """The same structure with other values."""
        ...

    def matrix(self, rows: Occasions, columns: Occasions | None = None) -> Array:
        """Covariance of the residuals of one person's occasions; with `columns` those of two sets of occasions."""
        ...

    def variance(self, at: Occasions | None = None) -> Any:
        """Variances at occasions; the mean one without."""
        ...
