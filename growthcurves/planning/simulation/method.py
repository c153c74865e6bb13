"""Simulation as a method of planning: a value with options."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import MOST_DRAWS, flag, whole_number
from growthcurves.planning.simulation.distributions import distribution
from growthcurves.results.tables.answer import checked_level

#: Studies that are simulated, unless another number is asked for.
STUDIES = 1000


@dataclass(frozen=True)
class Simulation:
    """Studies drawn from what is assumed and fitted by the planned analysis.

    Parameters
    ----------
    n : int
        Studies.
    rng : int, Generator or None
        With None a seed is drawn, and printed.
    effects, residuals : str or callable
        The distribution of random effects and of residuals: "normal"; "t5", Student's with 5 degrees of freedom;
        "skewed", exponential; "uniform"; "two-groups", a mixture of two normal ones (Verbeke and Lesaffre 1996). All
        have mean 0 and the variances that are assumed. A function of a Generator and a shape gives other standardised
        numbers. Random effects are a root of their covariance matrix times such numbers, so that the first of them has
        the distribution itself.
    level : float
        Of the intervals whose coverage is counted.
    pilot : bool
        Whether every study is drawn from variances of its own, drawn from the pilot's sampling distribution, where the
        variances are those of a pilot (`fit`); else all from its estimates.

    Raises
    ------
    ModelError
        For an unknown distribution, or n that is no whole number above 1.

    Examples
    --------
    >>> import growthcurves as gc
    >>> study = gc.Study(persons=60, times=[0, 1, 2, 3, 4], dropout=0.2)
    >>> plan = gc.power(study, effect=0.6, sd_intercept=2, sd_slope=1, correlation=0.2, sd_residual=1.5,
    ...                 method=gc.Simulation(n=400, rng=1, residuals="t5"))
    >>> 0.4 < plan.power < 0.6
    True
    """

    n: int = STUDIES
    rng: Any = None
    effects: Any = "normal"
    residuals: Any = "normal"
    level: float = 0.95
    pilot: bool = True

    def __post_init__(self) -> None:
        whole_number(self.n, "n= is a number of simulated studies", 2, MOST_DRAWS)
        distribution(self.effects, "effects")
        distribution(self.residuals, "residuals")
        checked_level(self.level)
        flag(self.pilot, "pilot")

    def __repr__(self) -> str:
        given = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        said = (f"{name}={getattr(value, '__name__', repr(value))}" for name, value in given.items())
        return f"Simulation({', '.join(said)})"

    @property
    def normal(self) -> bool:
        """Whether random effects and residuals are normal."""
        return _is_normal(self.effects) and _is_normal(self.residuals)


def _is_normal(value: Any) -> bool:
    return isinstance(value, str) and value == "normal"


def simulation_of(method: Any, n: Any, rng: Any) -> Simulation | None:
    """The simulation that method=, n= and rng= ask for; None where they ask for a formula.

    Raises
    ------
    ModelError
        For n= or rng= beside a value that carries its own.
    """
    if isinstance(method, Simulation):
        if n is not None or rng is not None:
            raise ModelError("n= and rng= are said by gc.Simulation(...) itself: leave them out beside it.")
        return method
    if isinstance(method, str) and method == "simulation":
        return Simulation(STUDIES if n is None else n, rng)
    return None


def refuse_simulation(method: Any) -> None:
    """Refuse to search by simulation.

    Raises
    ------
    ModelError
    """
    if isinstance(method, Simulation) or (isinstance(method, str) and method == "simulation"):
        raise ModelError(
            "Curves and sizes are found by formula: take method='t' here, and gc.power(..., method='simulation') of "
            "what it finds."
        )
