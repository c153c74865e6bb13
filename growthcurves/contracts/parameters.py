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


class Occasions(NamedTuple):
    """The occasions of some rows, for parts that depend on them.

    Attributes
    ----------
    time : (n,) array
    wave : (n,) array of int, optional
        Positions of planned occasions.
    """

    time: Array
    wave: Array | None = None


class Residual(Protocol):
    """A residual covariance with given parameters.

    `parameters` says what there is; `working` are free coordinates of them, apart from the scale; `moved` takes
    others; `matrix` is the covariance of two sets of one person's occasions; `variance` its diagonal at occasions
    (None: wherever it is the same). A structure of correlations alone has scale 1.
    """

    name: str

    def parameters(self) -> tuple[Parameter, ...]: ...

    def values(self) -> tuple[float, ...]: ...

    @property
    def scale(self) -> Any: ...

    @property
    def working(self) -> Array: ...

    def moved(self, scale: Any, working: Array) -> Residual: ...

    def matrix(self, rows: Occasions, columns: Occasions | None = None) -> Array: ...

    def variance(self, at: Occasions | None = None) -> Any: ...
