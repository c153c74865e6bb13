"""The answer of a simulation: power with its Monte Carlo error, type I error, coverage, bias, and failures of fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.numerics.distributions import wilson
from growthcurves.output.numbers import percent_text
from growthcurves.output.words import capital
from growthcurves.planning.answer import Plan
from growthcurves.planning.simulation.replicated import Replicated
from growthcurves.planning.words import effect_words, persons_words, probability, test_words
from growthcurves.results.tables.answer import text_table
from growthcurves.results.tables.printing import number

_NORMAL = ("normal", "normal")


@dataclass(frozen=True)
class Share:
    """A share of simulated studies, with its Monte Carlo error and Wilson's 95 % interval (Wilson 1927).

    Attributes
    ----------
    share, error, low, high : float
    studies : int
    """

    share: float
    error: float
    low: float
    high: float
    studies: int

    @classmethod
    def of(cls, found: np.ndarray) -> Share:
        """Of studies in which something was found."""
        n = len(found)
        share = float(np.mean(found)) if n else float("nan")
        error = float(np.sqrt(share * (1.0 - share) / n)) if n else float("nan")
        return cls(share, error, *wilson(share, n), n)

    def __str__(self) -> str:
        return f"{probability(self.share)} (95 % interval {probability(self.low)} to {probability(self.high)})"


@dataclass(frozen=True, eq=False, repr=False)
class Simulated(Plan):
    """A planned study whose power was simulated: a `Plan` whose `power` is the share of studies that found the effect.

    Attributes
    ----------
    table : DataFrame
        One row for each difference, as of a `Plan`, and mc_error, power_low, power_high, type_one, type_one_low,
        type_one_high, studies.
    parameters : DataFrame
        One row for each fixed effect and variance parameter: truth, mean, bias, bias_error, std_dev (of the estimates),
        std_error (root mean square), coverage, coverage_error, and the share of studies with an interval.
    replicated : Replicated
        Every study.
    closed : float or None
        The power by formula, where there is one.
    seed : int
    how : str
        By which degrees of freedom or distribution the test was made.
    """

    replicated: Replicated | None = None
    parameters: Any = None
    closed: float | None = None
    seed: int = 0
    how: str = ""
    drawn: str = ""

    # ------------------------------------------------ numbers

    @property
    def studies(self) -> int:
        """How many studies were simulated."""
        return len(self._record.p_values)

    @property
    def _record(self) -> Replicated:
        assert self.replicated is not None
        return self.replicated

    @property
    def found_share(self) -> Share:
        """The share of studies that found the effect."""
        return Share.of(self._record.p_values < self.test.alpha)

    @property
    def type_one(self) -> Share:
        """The share of studies that found it where there is none."""
        return Share.of(self._record.null < self.test.alpha)

    @property
    def mc_error(self) -> float:
        """The Monte Carlo error of the power."""
        return self.found_share.error

    @property
    def singular(self) -> Share:
        """The share of studies with a singular fit: some variance or combination is estimated as zero."""
        return Share.of(self._record.singular[self._record.converged])

    @property
    def not_converged(self) -> Share:
        """The share of studies without a fit that converged."""
        return Share.of(~self._record.converged)

    # ------------------------------------------------ words

    def sentence(self) -> str:
        """The paragraph for the methods section of a protocol: what was simulated, and what was found.

        Returns
        -------
        str
            With the number of studies and the seed.

        Examples
        --------
        >>> import growthcurves as gc
        >>> study = gc.Study(persons=60, times=[0, 1, 2])
        >>> plan = gc.power(study, effect=0.6, sd_intercept=1, sd_slope=0.5, sd_residual=1, method="simulation", n=50,
        ...                 rng=1)
        >>> plan.sentence()[:56]
        '60 persons (control 30, treated 30) give a power of .78 '
        """
        return " ".join(self._sentences())

    def _sentences(self) -> list[str]:
        return [self._result(), self._seen(), self._assumptions(), self._how(), self._failures()]

    def _result(self) -> str:
        who, what = capital(persons_words(self)), f"by {test_words(self)}"
        if not len(self.question.L):
            what = f"{number(self.sizes[0])} of {self.question.words}, by a likelihood ratio test"
            level = percent_text(self.test.alpha, 1).removesuffix(".0")
            return f"{who} give a power of {self.found_share} to find {what} at the {level} % level."
        return f"{who} give a power of {self.found_share} to find an effect of {effect_words(self)}, {what}."

    def _how(self) -> str:
        closed = "" if self.closed is None else f" The formula gives {probability(self.closed)}."
        drawn = f" {self.drawn}" if self.drawn else ""
        return (
            f"Simulated: {self.studies:,} studies, seed {self.seed}, fitted by {self._by} maximum likelihood; "
            f"{self.how}.{drawn} Without the effect {self.type_one} of them find one.{closed}"
        )

    @property
    def _by(self) -> str:
        return "full" if self.design.model.family is not None else "restricted"

    def _failures(self) -> str:
        zero, lost = self.singular.share, self.not_converged.share
        said = f"{percent_text(zero, 1)} % of the fits are singular"
        return f"{said}; {percent_text(lost, 1)} % did not converge, which count as not found."

    def _blocks(self) -> tuple[Block, ...]:
        title = f"Power {probability(self.power)}"
        return (title, *self._sentences(), text_table(self.table), text_table(self.parameters))

    def to_dict(self) -> dict[str, Any]:
        found = super().to_dict()
        found |= {"parameters": self.parameters.to_dict(orient="records"), "seed": self.seed, "closed": self.closed}
        shares = {"found": self.found_share, "type_one": self.type_one, "singular": self.singular}
        return found | {name: vars(share) for name, share in shares.items()}


def with_shares(table: pd.DataFrame, found: Share, null: Share) -> pd.DataFrame:
    """A plan's table with what simulation adds."""
    return table.assign(
        mc_error=found.error, power_low=found.low, power_high=found.high,
        type_one=null.share, type_one_low=null.low, type_one_high=null.high, studies=found.studies,
    )  # fmt: skip
