"""The fit with heavy tails beside the normal one: does a finding rest on persons far from all others?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.data.markup import Block
from growthcurves.data.source import show_id
from growthcurves.engine.estimates import HeavyEstimates, OwnParameter
from growthcurves.errors import ModelError, NotAvailableError, recorded
from growthcurves.estimate.run import by_likelihood, rows_of
from growthcurves.fitted import Certificate, FittedModel
from growthcurves.model.covariance import residual_of
from growthcurves.numerics.bounds import finite_number, shown_value
from growthcurves.numerics.distributions import chi_square_tail, normal_quantile, two_sided
from growthcurves.output.styles import p_equals
from growthcurves.output.words import capital
from growthcurves.results.intervals.delta import Estimate, delta
from growthcurves.results.intervals.quantity import every_parameter
from growthcurves.results.persons.people import person_index
from growthcurves.results.persons.units import level_of
from growthcurves.results.tables.about import said, units_counted
from growthcurves.results.tables.answer import TIDY, Answer, checked_level, text_table
from growthcurves.results.tables.labels import component_label, term_labels
from growthcurves.results.tables.names import component_text
from growthcurves.results.tables.printing import number, p_text, rows_text
from growthcurves.results.tables.units import unit_called

NAN = float("nan")
NONE = Estimate(NAN, NAN, NAN, NAN)
#: The fewest degrees of freedom that may be given, and the lightest weights that are named.
FEWEST_DF, NAMED = 0.1, 5
#: A weight below this share of what it is with normal tails is light.
LIGHT = 0.7


@dataclass(frozen=True, eq=False, repr=False)
class HeavyTails(Answer):
    """Estimates with heavy tails beside those of normal outcomes, both by ML.

    Attributes
    ----------
    table : DataFrame
        Tidy, fixed effects then SDs and correlations; of SDs `scale` and scale_std_error are those of the scale matrix;
        normal and normal_std_error the estimates of normal outcomes, difference the one less the other in standard
        errors of the latter.
    weights : Series
        (df + n) / (df + d) of each person, or unit of the highest level, by id: 1 with normal tails.
    df : float
        Degrees of freedom of the multivariate t; infinite where outcomes are normal.
    df_interval : tuple of float
        Its profile likelihood interval; NaN where it was given.
    log_likelihood, normal_log_likelihood : float
    statistic, p_value : float
        Likelihood ratio against normal outcomes, by the even mixture of chi-squares with 0 and 1 degrees of freedom;
        NaN where df was given.
    certificate : Certificate
        What is certain of the fit with heavy tails.
    level : float
        Of the intervals.
    given : bool
        Whether df was given.
    sample : str
        Of whom it is.
    whose : str
        Who share a scale each: "persons", "schools, each with all its pupils".
    outcome : str
    """

    weights: pd.Series
    df: float
    df_interval: tuple[float, float]
    log_likelihood: float
    normal_log_likelihood: float
    statistic: float
    p_value: float
    certificate: Certificate
    level: float
    given: bool
    sample: str
    whose: str
    outcome: str

    #: The method of estimation, whatever that of the fit is.
    method = "ml"

    @property
    def converged(self) -> bool:
        """Whether the optimum is certified."""
        return self.certificate.converged

    def __str__(self) -> str:
        title, *facts = self._facts
        table = rows_text(self._shown, one_unit=False)
        return "\n".join([title, *(f"  {line}" for line in facts), table, *self._notes])

    @property
    def _facts(self) -> tuple[str, ...]:
        """A title, how heavy tails are, how much better they fit, who weighs least."""
        percent = f"{100 * self.level:g} %"
        told = f"df = {_df_text(self.df)}"
        low, high = (_df_text(end) for end in self.df_interval)
        told += ", as given" if self.given else f" ({percent} profile interval {low} to {high})"
        against = f"Log likelihood {self.log_likelihood:.2f}, with normal tails {self.normal_log_likelihood:.2f}"
        if not self.given:
            against += f": LR = {number(self.statistic)}, {p_equals(p_text(self.p_value))}"
        title = f"{capital(self.outcome)} with heavy tails (multivariate t) beside normal tails, both fitted by ML"
        return (title, self.sample, f"{told}: {self._tails}", against, *self._lightest, f"Fit: {self.certificate}")

    @property
    def _tails(self) -> str:
        """What the degrees of freedom mean."""
        if not np.isfinite(self.df):
            return "tails are no heavier than normal ones, and estimates are those of normal outcomes"
        if self.df <= 2.0:
            return "tails so heavy that variances are infinite, and SDs with them"
        return f"a scale of its own for each of the {self.whose}"

    @property
    def _lightest(self) -> tuple[str, ...]:
        """Whom the fit listens to least."""
        if not np.isfinite(self.df):
            return ()
        lightest = self.weights.nsmallest(NAMED)
        lightest = lightest[lightest < LIGHT]
        if lightest.empty:
            return (f"No weight is below {LIGHT} (1 with normal tails)",)
        named = ", ".join(f"{show_id(who)} {weight:.2f}" for who, weight in lightest.items())
        return (f"Lightest weights (1 with normal tails): {named}",)

    @property
    def _shown(self) -> pd.DataFrame:
        names = ["term", "estimate", "std_error", "conf_low", "conf_high", "scale", "normal"]
        return self.table[names].assign(**{"in SEs": [_signed(value) for value in self.table["difference"]]})

    @property
    def _notes(self) -> tuple[str, ...]:
        of_sds = "SDs are those of outcomes, the root of df / (df - 2) times scale, which is that of the scale matrix."
        last = "In SEs: the difference from the estimate with normal tails, in standard errors of that."
        return ((of_sds,) if np.isfinite(self.df) else ()) + (last,)

    def _blocks(self) -> tuple[Block, ...]:
        shown = self.table.drop(columns=["df", "label", "scale_std_error"])
        return (*self._facts, text_table(shown), *self._notes)

    def to_dict(self) -> dict[str, Any]:
        names = ("df", "df_interval", "log_likelihood", "normal_log_likelihood", "statistic", "p_value")
        return {
            **super().to_dict(),
            **{name: getattr(self, name) for name in names},
            "weights": {show_id(who): float(weight) for who, weight in self.weights.items()},
            "certificate": str(self.certificate),
            "method": self.method,
        }


def _df_text(df: float) -> str:
    return number(df) if np.isfinite(df) else "infinite" if df == df else "unknown"


def _signed(value: float) -> str:
    """A difference with its sign, but for none."""
    return "-" if value != value else f"{value:+.2f}" if abs(value) >= 0.005 else "0.00"


def heavy_tailed(fit: FittedModel, df: float | None = None, level: float = 0.95) -> HeavyTails:
    """The same model with multivariate t outcomes of each person; see `GrowthFit.heavy_tailed`."""
    level, df = checked_level(level), None if df is None else _as_df(df)
    _refuse(fit)
    with recorded():
        normal = by_likelihood(fit)
    found = HeavyEstimates.like(normal.estimates, rows_of(fit.bound), residual_of(fit.bound.model.residual), df)
    ends, ratio = (NAN, NAN), NAN
    if df is None:
        low, high = found.df_ends(normal_quantile(0.5 + level / 2.0) ** 2)
        ends, ratio = (low.value, high.value), found.ratio
    whose, index = _weighed(fit)
    return HeavyTails(
        table=said(_table(fit, normal, found, level), fit, level),
        weights=pd.Series(found.weights, index=index, name="weight"),
        df=found.df,
        df_interval=ends,
        log_likelihood=-(found.deviance + fit.jacobian) / 2.0,
        normal_log_likelihood=-(normal.estimates.deviance + fit.jacobian) / 2.0,
        statistic=ratio,
        p_value=_mixed_tail(ratio),
        certificate=_seen_as(fit, found).certificate,
        level=level,
        given=df is not None,
        sample=f"{units_counted(fit)}, {fit.sums.rows:,} rows",
        whose=whose,
        outcome=str(fit.model.outcome),
    )


def _as_df(df: Any) -> float:
    if isinstance(df, bool) or not finite_number(df, "df= is a number of degrees of freedom, such as 4") >= FEWEST_DF:
        raise ModelError(f"df= is a number of degrees of freedom, {FEWEST_DF} or more, not {shown_value(df)}.")
    return float(df)


def _refuse(fit: FittedModel) -> None:
    if fit.family is not None:
        raise NotAvailableError(
            f"heavy_tailed() is of normal outcomes: those of family={fit.model.family.name!r} have tails of their own; "
            "robust() gives errors that do not rest on the model."
        )
    if fit.bound.crossed:
        raise NotAvailableError(
            "Crossed units tie all rows together, so that heavy tails could make nobody light alone: leave "
            "out units that cross others."
        )


def _weighed(fit: FittedModel) -> tuple[str, pd.Index]:
    """Who share a scale each, in words, and who they are."""
    if not fit.model.above:
        return fit.vocabulary.who.several, person_index(fit)
    level = level_of(fit, list(fit.model.above)[-1])
    words = unit_called(fit, level.unit)
    return f"{words.several}, with all its {fit.vocabulary.who.several}", pd.Index(level.told, name=level.unit)


def _mixed_tail(ratio: float) -> float:
    """Half of a chi-square with no degree of freedom and half of one with one: normal tails are the end of a range."""
    if ratio != ratio:
        return NAN
    return 0.5 * chi_square_tail(ratio, 1) if ratio > 0.0 else 1.0


def _seen_as(fit: FittedModel, estimates: Any) -> FittedModel:
    """The fit with other estimates of the same rows."""
    return replace(fit, estimates=estimates, method="ml")


class Row(NamedTuple):
    """A parameter with heavy tails, of the scale matrix, and with normal tails."""

    term: str
    here: Estimate
    df: float
    scale: Estimate
    before: Estimate
    label: str

    def cells(self) -> list[Any]:
        """The cells of the table but for test."""
        here, before = self.here, self.before
        apart = (here.estimate - before.estimate) / before.std_error if before.std_error > 0.0 else NAN
        return [self.term, *here[:2], self.df, NAN, NAN, *here[2:], *self.scale[:2], *before[:2], apart, self.label]


def _table(fit: FittedModel, normal: FittedModel, found: HeavyEstimates, level: float) -> pd.DataFrame:
    """Fixed effects with z tests, then SDs and correlations."""
    rows = [row.cells() for row in (*_fixed(fit, normal, found, level), *_varying(fit, normal, found, level))]
    columns = [*TIDY, "scale", "scale_std_error", "normal", "normal_std_error", "difference", "label"]
    table = pd.DataFrame(rows, columns=columns)
    z = (table["estimate"] / table["std_error"]).where(table["df"].notna())
    return table.assign(statistic=z, p_value=two_sided(z.to_numpy(), table["df"].to_numpy()))


def _fixed(fit: FittedModel, normal: FittedModel, found: HeavyEstimates, level: float) -> Iterator[Row]:
    half = normal_quantile(0.5 + level / 2.0)
    both = []
    for one in (found, normal.estimates):
        errors = np.sqrt(np.diag(one.cov_beta))
        ends = zip(one.beta, errors, one.beta - half * errors, one.beta + half * errors, strict=True)
        both.append([Estimate(*map(float, numbers)) for numbers in ends])
    for name, here, before, label in zip(fit.terms, *both, term_labels(fit), strict=True):
        yield Row(name, here, float("inf"), NONE, before, label)


def _varying(fit: FittedModel, normal: FittedModel, found: HeavyEstimates, level: float) -> Iterator[Row]:
    """SDs are those of outcomes, beside those of the scale matrix, whose correlations are the same."""
    of_outcomes, of_scale = _seen_as(fit, found.of_variances), _seen_as(fit, found)
    kinds = [parameter.kind for parameter in fit.estimates.point.residual.parameters()]
    for one in every_parameter(fit):
        finding, own = Finding(one.kind, NAN, one.unit, of=one.of), one.quantity
        sd = kinds[own.place] == "sd" if isinstance(own, OwnParameter) else one.kind is Kind.SD
        scale, before = delta(of_scale, own, level), delta(normal, own, level)
        here = delta(of_outcomes, own, level) if sd else scale
        term, label = component_text(finding), component_label(fit, finding)
        yield Row(term, here, NAN, scale if sd else NONE, before, label)
