"""The answer of a simulation: power with its Monte Carlo error, type I error, coverage, bias, and failures of fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.numerics.distributions import wilson
from growthcurves.output.numbers import fixed_text, percent_text
from growthcurves.output.words import capital
from growthcurves.planning.answer import Plan
from growthcurves.planning.protocol import analysis, assumptions
from growthcurves.planning.simulation.replicated import Replicated
from growthcurves.planning.words import listed, persons_words, probability, test_words, when_words
from growthcurves.results.tables.answer import text_table
from growthcurves.results.tables.printing import number
from growthcurves.version import VERSION

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
    method : Simulation
    how : str
        By which degrees of freedom or distribution the test was made.
    """

    replicated: Replicated | None = None
    parameters: Any = None
    closed: float | None = None
    seed: int = 0
    how: str = ""
    drawn: str = ""
    method: Any = None

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
        >>> plan.sentence()[:65]
        'We plan 60 persons (control 30, treated 30), who are seen 3 times'
        """
        made = f"Computed with growthcurves {VERSION}."
        return " ".join([self._planned(), analysis(self), assumptions(self), self._how(), self._failures(), made])

    def _planned(self) -> str:
        seen = when_words(self.study, self.time_unit)
        who, power = persons_words(self), self.found_share
        return f"We plan {who}, who are {seen}. This gives a power of {power} to find {self._tested()}."

    @property
    def by_formula(self) -> Plan | None:
        """The answer by the formula; None where the study has none."""
        return None if self.closed is None else self.asked.plan(self.persons)

    def what(self) -> str:
        """What is to be found, in words.

        Returns
        -------
        str

        Examples
        --------
        >>> import growthcurves as gc
        >>> plan = gc.power(gc.Study(persons=60, times=[0, 1, 2]), 0.6, sd_intercept=1, sd_slope=0.5, sd_residual=1)
        >>> plan.what()[:40]
        'an effect of 0.6 per unit of time in the'
        """
        if len(self.question.L):
            return super().what()
        return f"{number(self.sizes[0])} of {self.question.words}"

    def found_rows(self) -> list[tuple[str, str]]:
        """What simulated studies found, in words, for tables of two columns.

        Returns
        -------
        list of tuple of str

        Examples
        --------
        >>> import growthcurves as gc
        >>> plan = gc.power(gc.Study(persons=60, times=[0, 1, 2]), 0.6, sd_intercept=1, sd_slope=0.5, sd_residual=1)
        >>> plan.found_rows()[-1][0]
        'power'
        """
        rows = [
            ("power", str(self.found_share)),
            ("found without the effect", str(self.type_one)),
            ("SD of the estimates", listed(number(error) for error in self.found.errors)),
            ("degrees of freedom (median)", "normal" if np.isinf(self.df) else fixed_text(self.df, 1)),
            ("singular fits", str(self.singular)),
            ("fits that did not converge", str(self.not_converged)),
            ("simulated studies", f"{self.studies:,} (seed {self.seed})"),
        ]
        if not len(self.question.L):
            del rows[3]
        return rows if self.closed is None else [*rows, ("power by the formula", probability(self.closed))]

    def _sentences(self) -> list[str]:
        return [self._result(), self._seen(), self._assumptions(), self._how(), self._failures()]

    def _result(self) -> str:
        return f"{capital(persons_words(self))} give a power of {self.found_share} to find {self._tested()}."

    def _tested(self) -> str:
        """What is to be found, and by which test."""
        if len(self.question.L):
            return f"{self.what()}, by {test_words(self)}"
        level = percent_text(self.test.alpha, 1).removesuffix(".0")
        return f"{self.what()}, by a likelihood ratio test at the {level} % level"

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
