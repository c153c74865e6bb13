"""What a likelihood is to the search, to profiles and to estimates: a value with derivatives at a local point.

`frame` says in which standard coordinates; a capability that a likelihood lacks is answered by `why_not`, or a plain
loop serves in its place.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

Array = np.ndarray


class Frame(Protocol):
    """Standard coordinates: what local points and the data's own units have to do with each other.

    Attributes
    ----------
    p, q : int
        Fixed effects and random effects.
    rows, persons : int
    reml : bool
    partition : tuple of tuples
        Blocks of random effects within which G is unstructured.
    scale : float
        Outcome units of one standard unit.
    offset : (p,) array
        Fixed effects at the standard origin, in standard coordinates and outcome units.
    back_x, back_z : arrays
        Original columns = standard columns @ back.
    """

    @property
    def p(self) -> int: ...

    @property
    def q(self) -> int: ...

    @property
    def rows(self) -> int: ...

    @property
    def persons(self) -> int: ...

    @property
    def reml(self) -> bool: ...

    @property
    def partition(self) -> tuple[tuple[int, ...], ...]: ...

    @property
    def scale(self) -> float: ...

    @property
    def offset(self) -> Array: ...

    @property
    def back_x(self) -> Array: ...

    @property
    def back_z(self) -> Array: ...

    def beta(self, standard: Array) -> Array: ...

    def original_x(self) -> Array: ...

    def original_z(self) -> Array: ...


class Evaluated(Protocol):
    """-2 log likelihood at a local point, with derivatives in its coordinates: gradient (size,), Hessian."""

    @property
    def point(self) -> Any: ...

    @property
    def deviance(self) -> float: ...

    @property
    def gradient(self) -> Array: ...

    @property
    def hessian(self) -> Array: ...


class Likelihood(Protocol):
    """-2 log likelihood as a function of all parameters, nothing profiled out."""

    @property
    def frame(self) -> Frame: ...

    def at(self, point: Any, best_beta: bool) -> Evaluated | None:
        """Evaluate at a point, or at the same variances with the best beta; None where it is not finite."""
        ...
