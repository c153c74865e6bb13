"""What outcome families of the package have in common: no own parameters, their words, outcomes that they refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np

from growthcurves.contracts.family import Answers, Array, OwnSlopes, Slopes, Tails
from growthcurves.contracts.parameters import INFINITY, Parameter
from growthcurves.errors import ModelError, brief
from growthcurves.model.families.links import LINKS, Link, ScaleWords

#: Working dispersions beyond these are no dispersion, or none that a number holds.
_LEAST, _MOST = 1e-100, 1e100
#: Means of which whole numbers can still be drawn.
_LARGEST_COUNT = 1e18


class Checked(NamedTuple):
    """Outcomes that a family can have.

    Attributes
    ----------
    answers : Answers
        As floats.
    family : Family
        The family with what it takes from the outcomes as part of its value, as the categories of ordered ones.
    categories : tuple or None
        What the outcomes can be, where they were no numbers of the family's own; those without rows, which the family
        leaves out, too.
    told : tuple of str
        What a reader should know: which category is 1, which ones have no rows.
    """

    answers: Answers
    family: Any
    categories: tuple[Any, ...] | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutcomeFamily:
    """A family of outcomes; see `contracts.family.Family`. Arrays broadcast by numpy's rules everywhere.

    Attributes
    ----------
    name, words : str
    canonical : bool
    latent_variance : float or None
        The variance around the linear predictor of an underlying continuous outcome; None where there is none.
    effect : str or None
        What exp(coefficient) is: "odds ratio", "rate ratio".
    scale_words : ScaleWords
        What the linear predictor and the mean are called.
    takes_trials : bool
        Whether outcomes may be successes of several trials.
    takes_exposure : bool
        Whether outcomes are counted over an exposure.
    single : bool
        Whether one outcome says nothing of its spread beside its mean.
    constant_in_x : bool
        Whether the linear predictor has a constant of its own; not where thresholds take its place.
    continuous : bool
        Whether outcomes have a density, and no probabilities.
    """

    name: ClassVar[str] = ""
    takes_trials: ClassVar[bool] = False
    takes_exposure: ClassVar[bool] = False
    single: ClassVar[bool] = False
    constant_in_x: ClassVar[bool] = True
    continuous: ClassVar[bool] = False

    @property
    def canonical(self) -> bool:
        return False

    @property
    def words(self) -> str:
        raise NotImplementedError

    @property
    def latent_variance(self) -> float | None:
        return None

    @property
    def effect(self) -> str | None:
        return None

    @property
    def scale_words(self) -> ScaleWords:
        return ScaleWords("linear predictor", "mean")

    # ------------------------------------------------ own parameters: none

    def parameters(self) -> tuple[Parameter, ...]:
        return ()

    def values(self) -> tuple[float, ...]:
        return ()

    @property
    def working(self) -> Array:
        return np.zeros(0)

    def moved(self, working: Array) -> Any:
        return self

    def own(self, answers: Answers, eta: Array) -> OwnSlopes:
        """Derivatives in the own parameters; arrays with k = 0 where there are none."""
        shape = np.broadcast_shapes(np.shape(answers.value), np.shape(eta))
        none = np.zeros((0, *shape))
        return OwnSlopes(none, none, none, np.zeros((0, 0, *shape)))

    def own_score(self, answers: Answers, eta: Array) -> Array:
        """The first of them alone, d l / d psi (k, ...)."""
        return self.own(answers, eta).value

    # ------------------------------------------------ the log density

    def density(self, answers: Answers, eta: Array) -> Array:
        """The log density but for `constant`."""
        raise NotImplementedError

    def score(self, answers: Answers, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        raise NotImplementedError

    def slopes(self, answers: Answers, eta: Array) -> Slopes:
        """The same and three derivatives in eta."""
        raise NotImplementedError

    def best(self, answers: Answers) -> Array:
        """The largest log density of each outcome over all linear predictors, without `constant`."""
        raise NotImplementedError

    def tails(self, answers: Answers, eta: Array) -> Tails:
        """The probabilities of less than the outcome, of the same and of more, at a linear predictor."""
        raise NotImplementedError

    # ------------------------------------------------ means

    def mean(self, eta: Array) -> Array:
        """The mean outcome at a linear predictor."""
        raise NotImplementedError

    def mean_slope(self, eta: Array) -> Array:
        """The derivative of `mean`."""
        raise NotImplementedError

    def predictor(self, mean: Array) -> Array:
        """The linear predictor at a mean: the link function."""
        raise NotImplementedError

    def outcome_variance(self, eta: Array) -> Array:
        """The variance of one outcome (of one trial) at a linear predictor."""
        raise NotImplementedError

    def marginal(self, eta: Any, variance: Any) -> Any:
        """The mean outcome over persons whose linear predictors are normal; floats, or arrays that broadcast."""
        raise NotImplementedError


@dataclass(frozen=True)
class OfProbability(OutcomeFamily):
    """Families whose linear predictor is made a probability by a link."""

    link: str = "logit"

    @property
    def _link(self) -> Link:
        return LINKS[self.link]

    @property
    def latent_variance(self) -> float:
        """pi^2 / 3, 1 or pi^2 / 6: the variance of the link's distribution."""
        return self._link.latent_variance

    @property
    def effect(self) -> str | None:
        return self._link.effect


@dataclass(frozen=True)
class LogLink(OutcomeFamily):
    """Families whose linear predictor is the logarithm of the mean."""

    def mean(self, eta: Array) -> Array:
        """The mean outcome at a linear predictor."""
        with np.errstate(over="ignore"):
            return np.exp(eta)

    def mean_slope(self, eta: Array) -> Array:
        """The derivative of `mean`."""
        return self.mean(eta)

    def predictor(self, mean: Array) -> Array:
        """The linear predictor at a mean: its logarithm."""
        return np.log(mean)

    def best(self, answers: Answers) -> Array:
        """The log density at a mean that is the outcome; of none it is 1."""
        y = np.asarray(answers.value, dtype=float)
        some = y > 0
        known = answers._replace(value=np.where(some, y, 1.0))
        return np.where(some, self.density(known, np.log(known.value)), 0.0)

    def marginal(self, eta: Any, variance: Any) -> Any:
        """exp(eta + variance / 2); floats, or arrays that broadcast."""
        found = self.mean(np.asarray(eta, dtype=float) + 0.5 * np.asarray(variance, dtype=float))
        return float(found) if np.ndim(found) == 0 else found


def dispersion() -> Parameter:
    """The one own parameter of a family with a dispersion."""
    return Parameter("dispersion", "family", "dispersion", 0.0, INFINITY)


@dataclass(frozen=True)
class Dispersed(LogLink):
    """Families with a dispersion, whose working coordinate is its logarithm."""

    def __post_init__(self) -> None:
        value = getattr(self, "dispersion", None)
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0.0 <= value < INFINITY:
            raise ModelError(f"dispersion= of family={self.name!r} is a number from 0 up, not {brief(value)}.")

    def parameters(self) -> tuple[Parameter, ...]:
        return (dispersion(),)

    def values(self) -> tuple[float, ...]:
        return (self._dispersion,)

    @property
    def working(self) -> Array:
        return np.array([self._log_dispersion])

    def moved(self, working: Array) -> Any:
        value: dict[str, Any] = {"dispersion": float(np.exp(np.clip(working[0], np.log(_LEAST), np.log(_MOST))))}
        return replace(self, **value)

    @property
    def _dispersion(self) -> float:
        """Its value; one where none has been given."""
        value = getattr(self, "dispersion", None)
        return 1.0 if value is None else float(value)

    @property
    def _log_dispersion(self) -> float:
        return float(np.log(np.clip(self._dispersion, _LEAST, _MOST)))


def for_draws(mean: Array) -> Array:
    """Means of counts, as large as the generator takes them."""
    return np.minimum(mean, _LARGEST_COUNT)


def own_of_one(value: Array, first: Array, second: Array, curved: Array) -> OwnSlopes:
    """Derivatives in a single own parameter, all in one shape."""
    shape = np.broadcast_shapes(*(np.shape(part) for part in (value, first, second, curved)))
    one, two, three, four = (np.broadcast_to(part, shape) for part in (value, first, second, curved))
    return OwnSlopes(one[None], two[None], three[None], four[None, None])
