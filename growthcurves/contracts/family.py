"""What an outcome family says of a linear predictor: the log density for the engine, means for answers.

Arrays broadcast. An outcome is an `Answers`: what was observed, and of how many trials. Own parameters (a dispersion,
thresholds) stand in the family with *working* coordinates free of bounds, psi, as in a residual structure.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from growthcurves.contracts.parameters import Parameter

Array = np.ndarray


class Answers(NamedTuple):
    """Outcomes as a family takes them.

    Attributes
    ----------
    value : array
        0 or 1, a count, an amount; of ordered categories the place, 0, 1, ...
    trials : array, optional
        Of how many trials `value` are successes; one each where not given.
    """

    value: Array
    trials: Array | None = None

    def at(self, places: Any) -> Answers:
        """Those of some places along the last axis."""
        return Answers(self.value[..., places], None if self.trials is None else self.trials[..., places])


class Slopes(NamedTuple):
    """The log density at a linear predictor, without what depends on neither it nor psi, and its derivatives in it."""

    value: Array
    first: Array
    second: Array
    third: Array


class Tails(NamedTuple):
    """Where an outcome lies in its distribution: the probabilities of less, of the same, and of more."""

    below: Array
    same: Array
    above: Array


class OwnSlopes(NamedTuple):
    """Derivatives of the log density in the working coordinates psi, of which there are k.

    Attributes
    ----------
    value : (k, ...) array
        d l / d psi.
    first, second : (k, ...) arrays
        d / d psi of the first and of the second derivative in the linear predictor.
    curved : (k, k, ...) array
        d^2 l / d psi d psi'.
    """

    value: Array
    first: Array
    second: Array
    curved: Array


class Family(Protocol):
    """A family of outcomes that are not normal, with values of its own parameters.

    Attributes
    ----------
    name : str
        A short name: "binomial".
    words : str
        The left side of the level-1 equation, with ``{outcome}`` in it: "logit P({outcome} = 1)".
    canonical : bool
        Whether the log density is y eta - b(eta) + c(y) without own parameters, so that sums of y and of products with
        y say all that outcomes say.
    single : bool
        Whether one outcome says nothing of its spread beside its mean: yes or no, ordered categories.
    constant_in_x : bool
        Whether the linear predictor has a constant of its own; not where thresholds take its place.
    takes_trials, takes_exposure : bool
        Whether outcomes may be successes of several trials, or counted over an exposure.
    """

    name: str
    words: str
    canonical: bool
    single: bool
    constant_in_x: bool
    takes_trials: bool
    takes_exposure: bool

    def parameters(self) -> tuple[Parameter, ...]:
        """The own natural parameters; none of yes or no."""
        ...

    def values(self) -> tuple[float, ...]:
        """Their values, in the same order."""
        ...

    @property
    def working(self) -> Array:
        """Own parameters without bounds, psi (k,)."""
        ...

    def moved(self, working: Array) -> Family:
        """The same family with other values."""
        ...

    def started(self, answers: Answers) -> tuple[Family, float]:
        """Values to begin a search from, and a linear predictor for all, from the outcomes of all rows."""
        ...

    def density(self, answers: Answers, eta: Array) -> Array:
        """The log density but for `constant`."""
        ...

    def score(self, answers: Answers, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        ...

    def slopes(self, answers: Answers, eta: Array) -> Slopes:
        """The same with three derivatives in eta."""
        ...

    def own(self, answers: Answers, eta: Array) -> OwnSlopes:
        """Derivatives in the own parameters; arrays with k = 0 where there are none."""
        ...

    def own_score(self, answers: Answers, eta: Array) -> Array:
        """The first of them alone, d l / d psi (k, ...)."""
        ...

    def constant(self, answers: Answers) -> Array:
        """The part of the log density that depends on neither eta nor psi."""
        ...

    def mean(self, eta: Array) -> Array:
        """The mean outcome at a linear predictor, increasing in it; of one trial."""
        ...

    def marginal(self, eta: float, variance: float) -> float:
        """The mean outcome over persons whose linear predictors are normal with this mean and variance."""
        ...

    def tails(self, answers: Answers, eta: Array) -> Tails:
        """The probabilities of less than the outcome, of the same and of more, at a linear predictor."""
        ...

    def best(self, answers: Answers) -> Array:
        """The largest log density of each outcome over all linear predictors, without `constant`."""
        ...

    def drawn(self, eta: Array, trials: Array | None, rng: np.random.Generator) -> Array:
        """Outcomes at linear predictors."""
        ...
