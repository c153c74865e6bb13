"""The variance of the outcome that a model implies, in parts: fixed and random, within and between persons."""

from __future__ import annotations

from dataclasses import dataclass

from growthcurves.fitted import FittedModel
from growthcurves.results.variation.within_persons import latent_of_rows

#: A proportional drop below this is rounding of the two optima; so is a variance below its square, as a share of all.
ROUNDING = 1e-9


@dataclass(frozen=True)
class VarianceParts:
    """Parts of the variance over the rows (with n - 1, as Nakagawa's and Rights and Sterba's programs).

    A row's x and z are split into the person's mean and the deviation from it.

    Attributes
    ----------
    fixed_within, fixed_between : float
        Variance of x' beta within and between persons (f1 and f2 of Rights and Sterba 2019).
    slopes_within, slopes_between : float
        tr(G S) with the covariance matrix S of z within persons (v), and of persons' means of z, which is zero where
        persons share their mean times.
    intercepts : float
        m' G m with the mean m of z (m).
    residual : float
    random : float
        Mean over rows of z' G z (Johnson 2014, eq. 10).
    """

    fixed_within: float
    fixed_between: float
    slopes_within: float
    slopes_between: float
    intercepts: float
    residual: float
    random: float

    @property
    def fixed(self) -> float:
        return self.fixed_within + self.fixed_between

    @property
    def total(self) -> float:
        """As Nakagawa and Johnson."""
        return self.fixed + self.random + self.residual

    @property
    def split(self) -> float:
        """The sum of all parts, as Rights and Sterba."""
        return self.within + self.between

    @property
    def within(self) -> float:
        return self.fixed_within + self.slopes_within + self.residual

    @property
    def between(self) -> float:
        return self.fixed_between + self.slopes_between + self.intercepts


def variance_parts(fit: FittedModel) -> VarianceParts:
    """The parts, from persons' cross-products."""
    n, point = fit.sums.totals.rows, fit.point
    spread = fit.sums.spread()
    inside, outside = fit.sums.fixed_squares(fit.estimates.beta)
    G, mean = point.total(), float(point.between(spread.mean))
    within, between = (float((G * part).sum()) for part in (spread.within, spread.between))
    residual = fit.residual_variance if fit.family is None else latent_of_rows(fit)
    parts = [*(part / (n - 1) for part in (inside, outside, within, between)), mean, residual]
    rounding = ROUNDING**2 * sum(parts)  # variances are squares
    f1, f2, v, v2, m, residual = (part if part > rounding else 0.0 for part in parts)
    return VarianceParts(f1, f2, v, v2, m, residual, (within + between) / n + mean)


def squared_correlation(fit: FittedModel) -> float:
    """Squared correlation of the outcome with X beta, about the means, from the sums; NaN where X beta is constant."""
    return fit.sums.squared_correlation(fit.estimates.standard_beta)


def drop(before: float, after: float) -> float:
    """The drop as a share of what was there before; what is nothing but rounding is zero, NaN where nothing was."""
    if not before > 0:
        return float("nan")
    share = (before - after) / before
    return share if abs(share) > ROUNDING else 0.0
