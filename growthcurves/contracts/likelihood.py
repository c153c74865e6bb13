"""What a likelihood is to the search, to profiles and to estimates: a value with derivatives at a local point.

`frame` says in which standard coordinates. Estimates of a likelihood that is evaluated row by row ask for more, which
`RowLikelihood` lists.
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
    rows, persons : int or float
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
    def rows(self) -> float: ...

    @property
    def persons(self) -> float: ...

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

    @property
    def deviance_shift(self) -> float:
        """What the deviance in these coordinates lacks to be the one of the original coding."""
        ...


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


class RowLikelihood(Likelihood, Protocol):
    """What general estimates are made of.

    Of normal outcomes it also has either all that follows from its V_i at a local point (`fixed_covariance`, `slopes`,
    `state` and `drawn`; see `engine.general.marginal.OneByOne`) or `persons(local)`, from which that is made one by
    one; of others `state(local)`.

    It is made from the rows, their sums, whether by REML, and the residual structure.
    """

    def natural(self, local: Any) -> Any:
        """A local point in the units of the data."""
        ...

    def starts(self) -> list[Any]:
        """Where searches begin."""
        ...

    def identified(self) -> bool:
        """Whether the data can tell its variance parameters apart."""
        ...

    def by_ml(self) -> RowLikelihood:
        """The same by full maximum likelihood."""
        ...

    def refitted(self, sums: Any) -> RowLikelihood:
        """The same rows with other columns."""
        ...

    def values(self) -> dict[str, Any]:
        """What is saved of it beside the rows."""
        ...
