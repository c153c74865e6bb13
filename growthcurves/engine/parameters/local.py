"""All parameters in local coordinates: beta, a chart of the cone of D, the logarithm of the scale, and others.

Relative covariances D times the scale sigma^2 are covariances of standard random effects. Outcomes without a residual
have no scale to estimate; residual structures have further coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from growthcurves.engine.parameters.face import Face
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Local:
    """Parameters in standard coordinates: beta (p,), D = F F' on a chart of the cone, log sigma^2, others.

    The chart rotates every block to the eigenvectors of D, largest first, and moves the lower triangle of the
    factor there: it covers every positive semidefinite matrix near D, singular ones included, and at a zero
    eigenvalue its second derivatives are those along the missing directions.

    Attributes
    ----------
    beta : (p,) array
    face : Face
    theta : (m,) array
    log_scale : float
    others : (k,) array
        Working coordinates of the residual structure; none for independent residuals.
    scaled : bool
        Whether the scale is a parameter; if not it is one.
    """

    beta: Array
    face: Face
    theta: Array
    log_scale: float
    others: Array = field(default_factory=lambda: np.zeros(0))
    scaled: bool = True

    @classmethod
    def of_factor(cls, beta: Array, F: Array, log_scale: float, partition: tuple[tuple[int, ...], ...]) -> Local:
        """The point with D = F F', (q, q)."""
        rotation, roots, free = np.zeros_like(F), np.zeros(len(F)), []
        for block in partition:
            U, values, _ = np.linalg.svd(F[list(block)])
            rotation[np.ix_(block, block)] = U
            roots[list(block)] = values[: len(block)]
            free += [(block[i], block[j]) for j in range(len(block)) for i in range(j, len(block))]
        theta = np.array([roots[i] if i == j else 0.0 for i, j in free])
        return cls(beta, Face(rotation, tuple(free)), theta, log_scale)

    @cached_property
    def F(self) -> Array:
        """Factor of D, (q, q)."""
        return self.face.factor(self.theta)

    @cached_property
    def D(self) -> Array:
        return self.F @ self.F.T

    @cached_property
    def sigma2(self) -> float:
        return float(np.exp(min(self.log_scale, 700.0)))

    @property
    def size(self) -> int:
        """Local coordinates: beta, the chart's, log sigma^2 where it is one, others."""
        return len(self.beta) + self.face.size + self.scaled + len(self.others)

    @property
    def chart(self) -> slice:
        """Where the coordinates of the chart lie."""
        return slice(len(self.beta), len(self.beta) + self.face.size)

    @property
    def scale_place(self) -> slice:
        """Where log sigma^2 lies; empty where it is no parameter."""
        first = len(self.beta) + self.face.size
        return slice(first, first + self.scaled)

    def moved(self, step: Array) -> Local:
        """The point at a step (size,) in the local coordinates, on the same chart."""
        p, last = len(self.beta), self.scale_place.stop
        scale = self.log_scale + float(step[self.scale_place].sum())
        return replace(
            self,
            beta=self.beta + step[:p],
            theta=self.theta + step[self.chart],
            log_scale=scale,
            others=self.others + step[last:],
        )

    def recharted(self, partition: tuple[tuple[int, ...], ...]) -> Local:
        """The same parameters on the chart that belongs to them."""
        new = Local.of_factor(self.beta, self.F, self.log_scale, partition)
        return replace(new, others=self.others, scaled=self.scaled)
