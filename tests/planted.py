"""Growth of a right model, and faults planted in it: what tests and simulations of the checks look at."""

from __future__ import annotations

import numpy as np
import pandas as pd

WAVES = 6
TIMES = np.arange(WAVES) * 1.0
#: Slope reliability .6, residual SD one.
SD_SLOPE = float(np.sqrt(1.5 / ((TIMES - TIMES.mean()) ** 2).sum()))
SITES = 20

#: The formula of the right model.
RIGHT = "y ~ t * arm + t * severity + (t | id)"


class Truth:
    """Growth and residuals of a right model, for a fault to change.

    Two arms, a level-2 predictor (`severity`), a covariate that varies over time (`stress`) and 20 sites, of which the
    last two do nothing.
    """

    def __init__(self, seed: int | list[int], persons: int = 200) -> None:
        self.rng = rng = np.random.default_rng(seed)
        self.persons = persons
        self.intercept, self.slope = rng.standard_normal(persons), SD_SLOPE * rng.standard_normal(persons)
        self.residual = rng.standard_normal((persons, WAVES))
        self.arm, self.severity = np.arange(persons) % 2, rng.standard_normal(persons)
        self.site = np.arange(persons) % SITES
        self.stress = rng.standard_normal((persons, WAVES)) + rng.standard_normal((persons, 1))
        self.times = np.tile(TIMES, (persons, 1))
        self.bend = np.zeros((persons, WAVES))  # what the outcome has beside straight lines

    def irregular(self) -> None:
        """Times of persons' own, and first times that differ by up to four waves."""
        jitter = self.rng.uniform(-0.4, 0.4, self.times.shape)
        self.times = self.times + jitter + self.rng.uniform(0.0, 4.0, (self.persons, 1))

    @property
    def expected(self) -> np.ndarray:
        """The mean of each row, given predictors."""
        rate = 0.3 + 0.1 * self.arm[:, None]
        return 10.0 + rate * self.times + 0.3 * self.severity[:, None] + self.bend

    @property
    def outcome(self) -> np.ndarray:
        return self.expected + self.intercept[:, None] + self.slope[:, None] * self.times + self.residual

    def seen(self) -> np.ndarray:
        """Who is still there, (persons, waves): a person leaves with odds that double with an SD of the last outcome.

        By dropout at random: it depends on what was seen.
        """
        away = (self.outcome - self.expected)[:, :-1]
        leaves = self.rng.random(away.shape) < 1.0 / (1.0 + np.exp(2.2) * 2.0 ** -(away / away.std(axis=0)))
        return np.column_stack([np.ones(self.persons, bool), ~np.logical_or.accumulate(leaves, axis=1)])

    def table(self) -> pd.DataFrame:
        """All rows, one after the other."""
        persons = {"id": range(self.persons), "arm": np.where(self.arm == 1, "b", "a"), "severity": self.severity}
        persons["site"] = [f"s{site}" for site in self.site]
        rows = pd.DataFrame(persons).loc[np.repeat(np.arange(self.persons), WAVES)].reset_index(drop=True)
        return rows.assign(t=self.times.ravel(), y=self.outcome.ravel(), stress=self.stress.ravel())


# ---------------------------------------------------- faults


def skewed(truth: Truth) -> None:
    """Slopes of a chi-square distribution with two degrees of freedom."""
    truth.slope = SD_SLOPE * (truth.rng.chisquare(2, truth.persons) - 2) / 2


def doubling(truth: Truth) -> None:
    """The residual SD doubles over the study."""
    truth.residual *= 2 ** (TIMES / TIMES.max())


def autocorrelated(truth: Truth, rho: float = 0.4) -> None:
    """Residuals by AR(1)."""
    for k in range(1, WAVES):
        truth.residual[:, k] = rho * truth.residual[:, k - 1] + np.sqrt(1 - rho**2) * truth.residual[:, k]


def bent(truth: Truth) -> None:
    """A quadratic mean, half a residual SD off a line at mid-study."""
    truth.bend = truth.bend + 0.5 * (1 - ((TIMES - 2.5) / 2.5) ** 2)


def run_off(truth: Truth) -> None:
    """One person's last two occasions run off by 8 residual SDs."""
    truth.residual[7, -2:] += 8.0


def bent_predictor(truth: Truth) -> None:
    """Slopes have a quadratic effect of severity, .3 of their SD."""
    truth.slope = truth.slope + 0.3 * SD_SLOPE * truth.severity**2


def one_arm(truth: Truth) -> None:
    """The variance of slopes is four times larger in arm b."""
    truth.slope = np.where(truth.arm == 1, 2.0 * truth.slope, truth.slope)


def heavy(truth: Truth) -> None:
    """Residuals of a t distribution with three degrees of freedom."""
    truth.residual = truth.rng.standard_t(3, (truth.persons, WAVES)) / np.sqrt(3.0)


def sites(truth: Truth, share: float = 0.2) -> None:
    """A share of the slopes' variance lies between sites."""
    common = truth.rng.standard_normal(SITES)[truth.site]
    truth.slope = np.sqrt(1 - share) * truth.slope + np.sqrt(share) * SD_SLOPE * common


def mixed(truth: Truth) -> None:
    """Stress has another effect between persons than within them."""
    truth.bend = truth.bend + 0.1 * truth.stress + 0.8 * truth.stress.mean(axis=1, keepdims=True)


def fan(truth: Truth) -> None:
    """Residuals are larger in persons who change faster."""
    truth.residual *= np.exp(1.2 * truth.slope / SD_SLOPE / 2)[:, None]


def pulled(truth: Truth) -> None:
    """One person is far from all others, and not where it should lie."""
    truth.severity[7] = 8.0
    truth.slope[7] -= 6 * SD_SLOPE
