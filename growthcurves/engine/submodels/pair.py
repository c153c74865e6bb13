"""Two nested models of the same rows, and what is known of the distribution of their likelihood ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from growthcurves.engine.batch.fits import Fits
from growthcurves.engine.submodels.boundary import free_parameters, new_directions
from growthcurves.errors import ModelError
from growthcurves.numerics.arrays import Array

#: Of a deviance: so much of it may be rounding, as sums of rows in another order or in batches differ by.
ROUNDING = 1e-14


class Drawing(NamedTuple):
    """Replicates that can be drawn and fitted, some at a time.

    Attributes
    ----------
    numbers : int
        Numbers that a replicate holds.
    persons : int
        How many there are of those that leave out persons in turn.
    fits : callable
        From first and last (in order, without gaps) to the fits of these replicates.
    """

    numbers: int
    persons: int
    fits: Callable[[int, int], Fits]


class OneVariance(NamedTuple):
    """The exact distribution of the ratio for one variance, as draws.

    Attributes
    ----------
    ratios : (n,) array
    alone : bool
        Whether it is the only variance between persons; if not the distribution is approximate.
    """

    ratios: Array
    alone: bool


@dataclass(frozen=True, eq=False)
class Pair:
    """A smaller and a larger model.

    Attributes
    ----------
    small, large : Estimates
    into_z : (q, q small) array
        Standard random effects' columns of the smaller model = those of the larger @ into_z.
    sampled : object or None
        What draws from the distribution; None where the likelihood cannot.
    """

    small: Any
    large: Any
    into_z: Array
    sampled: Any = None

    @cached_property
    def ratio(self) -> float:
        """Difference of -2 log (restricted) likelihood; zero where rounding could be all of it."""
        small, large = self.small.comparable, self.large.comparable
        return small - large if small - large > ROUNDING * max(abs(small), 1.0) else 0.0

    @property
    def fixed(self) -> int:
        """Fixed effects that the larger model has more."""
        return self.large.frame.p - self.small.frame.p

    @property
    def random(self) -> int:
        """Variances and covariances of random effects that the larger model has more."""
        return free_parameters(self.large.frame.partition) - free_parameters(self.small.frame.partition)

    @property
    def free(self) -> int:
        """All parameters that the larger model has more."""
        return self.fixed + self.large.free - self.small.free

    @cached_property
    def boundaries(self) -> int:
        """Directions in which only the larger model has variance, and dispersions that only it has."""
        dispersions = _dispersions(self.large) - _dispersions(self.small)
        if not self.random:
            return dispersions
        return dispersions + sum(N.shape[1] for N in new_directions(self.large.frame.partition, self.into_z))

    def mixed(self) -> Any:
        """What draws from the distribution of the ratio.

        Raises
        ------
        ModelError
            Where the likelihood of these models cannot.
        """
        if self.sampled is None:
            raise ModelError(self.large.why_not("mixtures"))
        return self.sampled


def _dispersions(estimates: Any) -> int:
    """Own parameters of the family whose zero is the end of their range."""
    family = estimates.point.family
    return 0 if family is None else sum(one.kind == "dispersion" for one in family.parameters())
