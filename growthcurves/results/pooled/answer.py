"""gc.pool(): fits of imputed data sets or plausible values as one answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, brief
from growthcurves.fitted import FittedModel
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects import fixed_tests
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.effects.fixed_tests import FixedTest
from growthcurves.results.effects.means import Marginal, means
from growthcurves.results.effects.slopes import slopes
from growthcurves.results.pooled.alike import require_alike
from growthcurves.results.pooled.components import components_and_notes, variance_components
from growthcurves.results.pooled.estimates import MISSING, RULES, PooledEstimates, pooled_table
from growthcurves.results.pooled.together import together
from growthcurves.results.tables.about import said, sample
from growthcurves.results.tables.answer import TIDY, Answer, checked_level, text_table, without_labels
from growthcurves.results.tables.printing import rows_text


@dataclass(frozen=True, eq=False, repr=False)
class Pooled(Answer):
    """Fits of imputed data sets or of plausible values as one; see `pool`.

    Attributes
    ----------
    table : DataFrame
        The fixed effects, tidy, with riv (relative increase in variance by what is missing) and fmi (fraction of
        missing information).
    fits : tuple of fit
    ddf : Any
        The degrees of freedom of complete data that were asked for.
    level : float
    notes : tuple of str
        What is special of single fits.
    """

    fits: tuple[FittedModel, ...] = field(repr=False)
    ddf: Any = field(repr=False)
    level: float
    notes: tuple[str, ...] = ()

    def fixed_effects(self, ddf: Any = None, level: float | None = None) -> pd.DataFrame:
        """The fixed effects, pooled: `.table` by other degrees of freedom or at another level.

        Parameters
        ----------
        ddf : str or method, optional
            Degrees of freedom of complete data, as in `GrowthFit.fixed_effects`; by default those of `pool`.
        level : float, optional
            Confidence level; by default that of `pool`.

        Returns
        -------
        DataFrame
            Tidy, with riv and fmi.

        Raises
        ------
        ModelError
            For an unknown method, or a level that is none.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("sleepstudy")
        >>> fits = [gc.fit("reaction ~ day + (day | subject)", data.assign(reaction=data.reaction + k)) for k in (0, 5)]
        >>> gc.pool(fits).fixed_effects(ddf="residual")[["term", "estimate", "df", "riv"]].round(2)
                term  estimate      df  riv
        0  intercept    253.91   11.07  0.4
        1      slope     10.47  176.03  0.0
        """
        chosen, level = self._ddf(ddf), self._level(level)
        tables = [fixed_effects(fit, chosen, level) for fit in self.fits]
        table = said(pooled_table(tables, level), self.fits[0], level)
        table.attrs["ddf"] = RULES.format(ddf_of(chosen, self.fits[0]).label)
        return table

    def variance_components(self, level: float | None = None) -> pd.DataFrame:
        """SDs, correlations and parameters of residuals, pooled.

        SDs and correlations are those of the mean covariance matrix, as R's mitml and HLM print them; what else there
        is (such as ``ar1``) is a mean on the scale of its Wald interval. Intervals are on the log and atanh scales,
        with t quantiles; a component that lies at the boundary in one of the fits has none.

        Parameters
        ----------
        level : float, optional
            Confidence level; by default that of `pool`.

        Returns
        -------
        DataFrame
            As `GrowthFit.variance_components`, with riv and fmi.

        Raises
        ------
        ModelError
            For a level that is none.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("sleepstudy")
        >>> fits = [gc.fit("reaction ~ day + (day | subject)", data.assign(reaction=data.reaction * k)) for k in (1, 2)]
        >>> gc.pool(fits).variance_components()[["term", "estimate"]].round(2)
                          term  estimate
        0         sd:intercept     39.12
        1             sd:slope      9.36
        2  cor:intercept,slope      0.07
        3          sd:residual     40.46
        """
        return variance_components(self.fits, self._level(level))

    def means(
        self,
        at: Any = None,
        by: Any = None,
        differences: str | None = None,
        average: str = "persons",
        weights: str = "equal",
        ddf: Any = None,
        level: float | None = None,
    ) -> PooledEstimates:
        """Estimated means at times, by groups, with their differences, pooled; of a family on the scale of its link.

        Parameters
        ----------
        at, by, differences, average, weights : optional
            As in `GrowthFit.means`.
        ddf : str or method, optional
            As in `fixed_effects`.
        level : float, optional
            Confidence level; by default that of `pool`.

        Returns
        -------
        PooledEstimates

        Raises
        ------
        ModelError
            As `GrowthFit.means`.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("sleepstudy")
        >>> fits = [gc.fit("reaction ~ day + (day | subject)", data.assign(reaction=data.reaction + k)) for k in (0, 5)]
        >>> gc.pool(fits).means(at=[0, 9]).table[["day", "estimate"]].round(1)
           day  estimate
        0  0.0     253.9
        1  9.0     348.1
        """
        how = {"at": at, "by": by, "differences": differences, "average": average, "weights": weights}
        return self._marginal(means, how, ddf, level)

    def slopes(
        self,
        by: Any = None,
        between: tuple[float, float] | None = None,
        at: Any = None,
        differences: str | None = None,
        average: str = "persons",
        weights: str = "equal",
        ddf: Any = None,
        level: float | None = None,
    ) -> PooledEstimates:
        """Estimated rates of change, by groups, with their differences, pooled; of a family on the scale of its link.

        Parameters
        ----------
        by, between, at, differences, average, weights : optional
            As in `GrowthFit.slopes`.
        ddf : str or method, optional
            As in `fixed_effects`.
        level : float, optional
            Confidence level; by default that of `pool`.

        Returns
        -------
        PooledEstimates

        Raises
        ------
        ModelError
            As `GrowthFit.slopes`.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("orthodont")
        >>> fits = [gc.fit("distance ~ age * sex + (age | subject)", data.assign(distance=data.distance * k))
        ...         for k in (1, 1.1)]
        >>> gc.pool(fits).slopes(by="sex", differences="pairwise").table[["term", "estimate"]].round(3)
                                           term  estimate
        0                sex[Male], age 8 to 14     0.824
        1              sex[Female], age 8 to 14     0.504
        2  sex[Female] - sex[Male], age 8 to 14    -0.320
        """
        how = {"by": by, "between": between, "at": at, "differences": differences, "average": average}
        return self._marginal(slopes, {**how, "weights": weights}, ddf, level)

    def contrast(self, weights: Any, of: Any = None, ddf: Any = None, level: float | None = None) -> PooledEstimates:
        """Linear combinations of fixed effects, or of pooled means or slopes, pooled.

        Parameters
        ----------
        weights : str, dict, list or array
            As in `GrowthFit.contrast`.
        of : PooledEstimates, optional
            Means or slopes of this answer, whose estimates the weights are of.
        ddf : str or method, optional
            As in `fixed_effects`.
        level : float, optional
            Confidence level; by default that of `pool`.

        Returns
        -------
        PooledEstimates

        Raises
        ------
        ModelError
            As `GrowthFit.contrast`.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("sleepstudy")
        >>> fits = [gc.fit("reaction ~ day + (day | subject)", data.assign(reaction=data.reaction + k)) for k in (0, 5)]
        >>> gc.pool(fits).contrast("intercept + 9 * slope").table["estimate"].round(2).tolist()
        [348.11]
        """
        if of is not None and not (
            isinstance(of, PooledEstimates) and all(isinstance(a, Marginal) for a in of.answers)
        ):
            raise ModelError(f"of= is an answer of means() or slopes() of the pooled fits, not {brief(of)}.")
        how = {"weights": weights, "ddf": self._ddf(ddf), "level": self._level(level)}
        each = [None] * len(self.fits) if of is None else of.answers
        answers = [fixed_tests.contrast(fit, of=one, **how) for fit, one in zip(self.fits, each, strict=True)]
        return self._estimates(answers, "Linear combinations", "", ddf, level)

    def test(self, hypotheses: Any, ddf: Any = None, level: float | None = None) -> FixedTest:
        """Test hypotheses about fixed effects on all fits together.

        One is tested by t with the degrees of freedom of Barnard and Rubin (1999). Several are tested by the F of Li,
        Raghunathan and Rubin (1991), called D1 in R's mice and mitml, which takes what is missing to increase all
        their variances alike; its denominator is Reiter's (2007) where complete data had finitely many degrees of
        freedom, which are the mean over the fits of those of their F tests.

        Parameters
        ----------
        hypotheses : str, list of str, dict or matrix
            As in `GrowthFit.test`.
        ddf : str or method, optional
            Degrees of freedom of complete data, as in `fixed_effects`.
        level : float, optional
            Level of the intervals; by default that of `pool`.

        Returns
        -------
        FixedTest
            ``.statistic``, ``.df_num``, ``.df``, ``.p_value``, and ``.table`` with riv and fmi.

        Raises
        ------
        ModelError
            As `GrowthFit.test`.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("sleepstudy")
        >>> fits = [gc.fit("reaction ~ day + (day | subject)", data.assign(reaction=data.reaction * (1 + k / 50)))
        ...         for k in range(5)]
        >>> found = gc.pool(fits).test("intercept = 250, slope = 10", ddf="residual")
        >>> print(found)
        Test of intercept = 250; slope = 10
          F(2, 15.40) = 0.8776, p = .436 (Li, Raghunathan and Rubin 1991, complete data by residual)
        """
        return together(self.fits, hypotheses, self._ddf(ddf), self._level(level))

    def _marginal(self, question: Callable[..., Any], how: dict[str, Any], ddf: Any, level: float | None) -> Any:
        asked = how | {"ddf": self._ddf(ddf), "level": self._level(level)}
        answers = [question(fit, **asked) for fit in self.fits]
        return self._estimates(answers, answers[0].title, answers[0].note, ddf, level)

    def _estimates(self, answers: list[Any], title: str, note: str, ddf: Any, level: float | None) -> PooledEstimates:
        table = pooled_table([answer.table for answer in answers], self._level(level))
        how = RULES.format(ddf_of(self._ddf(ddf), self.fits[0]).label)
        return PooledEstimates(said(table, self.fits[0], self._level(level)), title, note, how, tuple(answers))

    def _ddf(self, ddf: Any) -> Any:
        return self.ddf if ddf is None else ddf

    def _level(self, level: float | None) -> float:
        return self.level if level is None else checked_level(level)

    def _title(self) -> str:
        outcomes = dict.fromkeys(str(fit.model.outcome) for fit in self.fits)
        return f"Growth model of {', '.join(outcomes)}, {len(self.fits)} fits pooled"

    def _said(self) -> list[str]:
        ddf = RULES.format(ddf_of(self.ddf, self.fits[0]).label)
        meaning = "riv: relative increase in variance by what is missing; fmi: fraction of missing information."
        return [f"{ddf}.", meaning, *self.notes]

    def __str__(self) -> str:
        parts, special = components_and_notes(self.fits, self.level)
        shown = without_labels(parts)[["term", "estimate", "std_error", "conf_low", "conf_high", *MISSING]]
        fixed = rows_text(self.table[[*TIDY, *MISSING]], one_unit=False)
        notes = [f"{name}: {note}." for name, note in special.items()]
        random = ["", "Variance components", rows_text(shown, one_unit=False), *notes] if len(parts) else []
        lines = [self._title(), sample(self.fits[0]), "", "Fixed effects", fixed, *random, "", *self._said()]
        return "\n".join(lines)

    def _blocks(self) -> tuple[Block, ...]:
        parts = self.variance_components().drop(columns=["df", "statistic", "p_value", "unit"])
        random: list[Block] = ["Variance components", text_table(parts)] if len(parts) else []
        return (self._title(), sample(self.fits[0]), text_table(self.table), *random, *self._said())

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        return [("Fixed effects", self.table), ("Variance components", self.variance_components())]

    def to_dict(self) -> dict[str, Any]:
        return {
            **super().to_dict(),
            "title": self._title(),
            "fits": len(self.fits),
            "ddf": RULES.format(ddf_of(self.ddf, self.fits[0]).label),
            "variance_components": self.variance_components().to_dict(orient="records"),
            "notes": list(self.notes),
        }


def pool(fits: Sequence[FittedModel], ddf: Any = None, level: float = 0.95) -> Pooled:
    """Fits of imputed data sets, or of plausible values, as one answer by Rubin's rules.

    Each data set is fitted by itself with the same model; nothing is imputed here. Estimates are means, their variance
    is the mean variance within data sets plus (1 + 1/m) times the variance between them (Rubin 1987), and degrees of
    freedom are those of Barnard and Rubin (1999), with each estimate's own degrees of freedom as those of complete
    data (their mean over the fits). Outcomes may be called differently, as plausible values are.

    Parameters
    ----------
    fits : sequence of GrowthFit
        Two or more, one of each data set.
    ddf : str or method, optional
        Degrees of freedom of complete data, as in `GrowthFit.fixed_effects`.
    level : float
        Confidence level.

    Returns
    -------
    Pooled
        ``.table`` has the fixed effects; ``.variance_components()``, ``.means()``, ``.slopes()``, ``.contrast()``.

    Raises
    ------
    ModelError
        For one fit only, one fit twice, fits of different models or codings, or of other persons or occasions, with
        what differs and in which.

    Examples
    --------
    >>> import growthcurves as gc, numpy as np
    >>> data, rng = gc.load_dataset("sleepstudy"), np.random.default_rng(1)
    >>> drawn = [data.assign(reaction=data.reaction.where(data.day != 5, rng.normal(300, 30, 180))) for _ in range(5)]
    >>> found = gc.pool([gc.fit("reaction ~ day + (day | subject)", one) for one in drawn])
    >>> found.table[["term", "estimate", "std_error", "df", "fmi"]].round(2)
            term  estimate  std_error     df   fmi
    0  intercept    250.61       6.47  15.18  0.12
    1      slope     10.40       1.49  15.28  0.11
    """
    ready = _checked(fits)
    level = checked_level(level)
    require_alike(ready)
    notes = [f"Fit {k}: {fit.certificate}" for k, fit in enumerate(ready, 1) if not fit.certificate.converged]
    empty = pd.DataFrame(columns=[*TIDY, *MISSING])
    asked = Pooled(empty, ready, ddf, level, tuple(notes))
    table = asked.fixed_effects()
    if not table["riv"].gt(0).any():
        notes.append("All fits say the same: nothing that the model uses was imputed.")
    return Pooled(table, ready, ddf, level, tuple(notes))


def _checked(fits: Any) -> tuple[FittedModel, ...]:
    if isinstance(fits, FittedModel) or not isinstance(fits, (list, tuple)):
        raise ModelError("pool() takes a list of fits, one of each imputed data set: gc.pool([fit1, fit2, ...]).")
    for fit in fits:
        if not isinstance(fit, FittedModel):
            raise ModelError(f"pool() takes fits, not {brief(fit)}: fit each imputed data set with gc.fit first.")
    if len(fits) < 2:
        raise ModelError(f"pool() needs at least two fits, one of each imputed data set; {len(fits)} was given.")
    for place, fit in enumerate(fits):
        if any(fit is other for other in fits[:place]):
            raise ModelError(f"pool() takes each data set once: fit {place + 1} was given before.")
    return tuple(fits)
