"""Estimates: fixed effects, variance components, and how good they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.later import Later
from growthcurves.numerics.seeds import DRAWS

if TYPE_CHECKING:
    from growthcurves.results.compare.counting import CriteriaTable
    from growthcurves.results.compare.heavy_tails import HeavyTails
    from growthcurves.results.effects.robust import RobustEffects
    from growthcurves.results.intervals.bootstrap import Replicates
    from growthcurves.results.summary import Summary

counting = Later("growthcurves.results.compare.counting")
criteria = Later("growthcurves.results.compare.criteria")
heavy_tails = Later("growthcurves.results.compare.heavy_tails")
coefficients = Later("growthcurves.results.effects.coefficients")
robust = Later("growthcurves.results.effects.robust")
bootstrap = Later("growthcurves.results.intervals.bootstrap")
wald = Later("growthcurves.results.intervals.wald")
summary = Later("growthcurves.results.summary")
variances = Later("growthcurves.results.variation.variances")


class EstimateAnswers(FittedModel):
    """What was estimated, with standard errors and intervals."""

    @property
    def params(self) -> pd.Series:
        """Fixed effects."""
        return pd.Series(self.estimates.beta, index=self.terms, name="estimate")

    @property
    def converged(self) -> bool:
        """Whether the optimum is certified; see `certificate`."""
        return self.certificate.converged

    @property
    def bse(self) -> pd.Series:
        """Standard errors of the fixed effects."""
        return pd.Series(np.sqrt(np.diag(self.estimates.cov_beta)), index=self.terms, name="std_error")

    @property
    def tvalues(self) -> pd.Series:
        """Fixed effects divided by their standard errors."""
        return (self.params / self.bse).rename("statistic")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values with Satterthwaite degrees of freedom."""
        return self.fixed_effects().set_index("term")["p_value"]

    def cov_params(self) -> pd.DataFrame:
        """Covariance matrix of the fixed effects, in the order of `params`.

        Returns
        -------
        DataFrame
            Index and columns are the terms; its diagonal is `bse` squared.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.cov_params().round(2).loc["slope"].to_dict()
        {'intercept': -1.45, 'slope': 2.39}
        """
        return pd.DataFrame(self.estimates.cov_beta, index=self.terms, columns=self.terms)

    @property
    def llf(self) -> float:
        """Log (restricted) likelihood; of log-normal outcomes that of the amounts."""
        return -self.deviance / 2.0

    @property
    def deviance(self) -> float:
        """-2 log (restricted) likelihood."""
        return self.estimates.deviance + self.jacobian

    @property
    def nobs(self) -> int:
        """Rows used."""
        return self.sums.rows if self.weighing is None else self.panel.persons.rows

    @property
    def aic(self) -> float:
        """deviance + 2 k, with k all fixed effects, variances and covariances, and the residual variance."""
        return criteria.criteria(self).aic

    @property
    def bic(self) -> float:
        """deviance + k log(n), with n the rows used (as lme4)."""
        return criteria.criteria(self).bic

    @property
    def aicc(self) -> float:
        """AIC + 2 k (k + 1) / (n - k - 1), with n the rows used (Hurvich and Tsai 1989); NaN where n <= k + 1."""
        return criteria.criteria(self).aicc

    @property
    def bic_persons(self) -> float:
        """deviance + k log(N), with all k parameters and N the persons."""
        return criteria.criteria(self).bic_persons

    def criteria(self) -> CriteriaTable:
        """AIC, AICc and BIC as lme4, nlme and SAS count, in one table.

        AIC = d + 2 k, AICc = d + 2 k n / (n - k - 1), BIC = d + k log(n), with the deviance d = -2 log (restricted)
        likelihood (Akaike 1973; Hurvich and Tsai 1989; Schwarz 1978). Programs differ in k and n:

        - **lme4** (`logLik` and `nobs` of its help): k all parameters, n the rows, by REML as by ML.
        - **nlme** (Pinheiro and Bates 2000, section 2.4.1): n by REML is the rows less the fixed effects.
        - **SAS** PROC MIXED (SAS/STAT User's Guide, "The MIXED Procedure", information criteria): k by REML is the
          number of covariance parameters that are not on their boundary, by ML with the fixed effects; n of AICC is the
          rows, by REML less the fixed effects, and k + 2 at least; n of BIC is the number of persons.

        The two R packages print no AICc; theirs is by their own n. Criteria by REML compare only fits of the same fixed
        effects.

        Returns
        -------
        CriteriaTable
            ``.table`` has a row per program: parameters, n, criteria.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.criteria().table[["program", "parameters", "n_bic", "aic", "bic"]].round(2)
          program  parameters  n_bic      aic      bic
        0    lme4           6    180  1755.63  1774.79
        1    nlme           6    178  1755.63  1774.72
        2     SAS           4     18  1751.63  1755.19
        """
        return counting.criteria_table(self)

    @property
    def cov_re(self) -> pd.DataFrame:
        """G: covariance matrix of the growth parameters between persons; NaN where not identified."""
        return pd.DataFrame(self.G, index=self.random_names, columns=self.random_names)

    @property
    def scale(self) -> float:
        """Residual variance; NaN where not identified."""
        return self.residual_variance

    def summary(self, ddf: Any = None, level: float = 0.95, intervals: Any = "profile") -> Summary:
        """Equations, counts, fixed effects, variance components, reliability, fit indices, certificate.

        What ``print(fit)`` shows, by other methods or at another level.

        Parameters
        ----------
        ddf : str or method
            Degrees of freedom of the fixed effects, as in `fixed_effects`.
        level : float
            Confidence level of all intervals.
        intervals : str or method
            Intervals of the variance components, as in `variance_components`.

        Returns
        -------
        Summary
            Its text, ``_repr_html_()`` for notebooks, ``.table``: the fixed effects.

        Raises
        ------
        ModelError
            For an unknown method, or a level that is none.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> print(str(fit.summary(ddf="kenward-roger", level=0.9)).splitlines()[0])
        Growth model of reaction, fitted by REML
        """
        return summary.summary(self, ddf, level, bootstrap.asked(self, intervals))

    def equations(self) -> str:
        """The model's level equations with its own terms.

        Returns
        -------
        str
            Level 1 within, level 2 between persons, and how residuals and random effects are distributed.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> print(fit.equations())
        Level 1   reaction = intercept_i + slope_i * day + e
        Level 2   intercept_i = intercept + u_intercept
                  slope_i = slope + u_slope
                  e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured
        """
        return summary.level_equations(self)

    def fixed_effects(self, ddf: Any = None, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
        """Fixed effects with standard errors, degrees of freedom, t, p and intervals.

        Parameters
        ----------
        ddf : str or method
            Degrees of freedom, by name or as a value with options: "satterthwaite" (default of normal outcomes),
            "kenward-roger", "between-within", "containment", "residual", "normal" (z tests, the default of families);
            `gc.Robust` for errors that do not rest on the model.
        level : float
            Confidence level.
        exponentiate : bool
            e to the power of coefficients and of the ends of their intervals, for outcomes that are not normal: odds
            ratios of a logit link, rate ratios of counts, as the label says. Statistic and p stay those of the
            coefficient.

        Returns
        -------
        DataFrame
            Tidy, with a last column ``label``, the term in words; the method's name is in ``attrs["ddf"]``, and why it
            has no answer, if so, in ``attrs["why_not"]``; the time at which the intercept is read in
            ``attrs["origin"]``, where there is one.

        Raises
        ------
        ModelError
            For an unknown method, or one that does not apply to the fit.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.fixed_effects()[["term", "estimate", "df"]].round(2)
                term  estimate    df
        0  intercept    251.41  17.0
        1      slope     10.47  17.0
        """
        return coefficients.fixed_effects(self, ddf, level, exponentiate)

    def robust(self, kind: str | None = None, level: float = 0.95) -> RobustEffects:
        """Fixed effects with robust standard errors by person, beside the model-based ones, as HLM prints both.

        Where the two disagree, the model's covariances within persons (random effects, residuals) deserve a look.

        Parameters
        ----------
        kind : {"CR2", "CR1", "CR0"}, optional
            By default CR2 of normal outcomes; CR1 of others, with z tests, where few persons deserve CR2.
            Corrected for few persons by leverage with Satterthwaite's degrees of freedom (Bell and McCaffrey 2002;
            Pustejovsky and Tipton 2018), by a factor, or not at all; see `gc.Robust`.
        level : float
            Confidence level.

        Returns
        -------
        RobustEffects
            ``.table`` is tidy, with the column model_std_error.

        Raises
        ------
        ModelError
            For an unknown kind.
        NotEstimableError
            For CR2 where the likelihood of a person is curved as no share of all is (docs/engine.md, 8.8).

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (1 | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.robust().table[["term", "std_error", "model_std_error"]].round(2)
                term  std_error  model_std_error
        0  intercept       6.82             9.75
        1        day       1.55             0.80
        """
        return robust.robust(self, kind, level)

    def heavy_tailed(self, df: float | None = None, level: float = 0.95) -> HeavyTails:
        """The same model with heavy tails: do estimates rest on persons far from all others?

        Outcomes of a person are multivariate t: random effects and residuals share a scale of the person's own
        (Pinheiro, Liu and Wu 2001), so that persons far from what is expected of them weigh less. Fitted by ML, and set
        beside the fit of normal outcomes by ML, whatever the method of this one. It protects against persons who are
        far from others, not against single wild occasions: one such makes all rows of its person light
        (docs/heavy-tails.md).

        Parameters
        ----------
        df : float, optional
            Degrees of freedom, 0.1 or more; estimated by default.
        level : float
            Confidence level.

        Returns
        -------
        HeavyTails
            ``.table`` is tidy, with columns normal, normal_std_error and difference, in standard errors; of SDs, which
            are those of outcomes, scale is that of the scale matrix. ``.df`` with its profile interval, ``.weights`` by
            id, ``.statistic`` and ``.p_value`` of the likelihood ratio against normal tails, ``.certificate``. With
            units above persons the scale is that of the highest units, each with all its persons.

        Raises
        ------
        ModelError
            For df below 0.1, or a level that is none.
        NotAvailableError
            For outcomes of a family, crossed units, or a fit that was saved without its rows.
        NotEstimableError
            Where the likelihood has no maximum, and with a likelihood of your own.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"))
        >>> found = fit.heavy_tailed()
        >>> round(found.df, 2), found.weights.nsmallest(2).round(2).to_dict()
        (5.04, {'M09': 0.17, 'M13': 0.23})
        """
        return heavy_tails.heavy_tailed(self, df, level)

    def conf_int(
        self, method: Any = "wald", level: float = 0.95, n: int = DRAWS, rng: Any = None, ddf: Any = None
    ) -> pd.DataFrame:
        """Intervals of fixed effects and variance components, index by term.

        With the Wald method fixed effects have Student's t, with Satterthwaite's degrees of freedom unless
        `Wald(ddf=...)` says others. The profile of a REML fit is that of the restricted likelihood for variance
        components, and that of the full likelihood for fixed effects, which the restricted one does not compare.
        ``attrs["intervals"]`` says which.

        Parameters
        ----------
        method : str or method
            "wald" (default), "profile", "bootstrap", or a value with options.
        level : float
            Confidence level.
        n : int
            Replicates of ``method="bootstrap"``.
        rng : int, Generator or None
            Where these come from; with None a seed is drawn and printed.
        ddf : str or method, optional
            Degrees of freedom of ``method="wald"``, as in `fixed_effects`.

        Returns
        -------
        DataFrame
            Columns conf_low and conf_high; ``attrs["notes"]`` says by term what is special of an interval.

        Raises
        ------
        ModelError
            For an unknown method, or a level that is none.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> found = fit.conf_int(method="profile")
        >>> print(found.attrs["intervals"])
        profile likelihood intervals (REML; fixed effects ML)
        >>> found.loc["slope"].round(2).tolist(), found.loc["sd:slope"].round(2).tolist()
        ([7.36, 13.58], [3.93, 9.15])
        """
        return variances.conf_int(self, wald.with_ddf(bootstrap.asked(self, method, n, rng), ddf), level)

    def variance_components(
        self,
        method: Any = "profile",
        level: float = 0.95,
        n: int = DRAWS,
        rng: Any = None,
        scale: str = "sd",
        information: str | None = None,
    ) -> pd.DataFrame:
        """SDs and correlations between persons and the residual SD, with intervals.

        Where the model is not identified all values are withheld (NaN) and ``attrs["withheld"]`` says why.

        Parameters
        ----------
        method : str or method
            "profile" (default): profile likelihood, of the restricted likelihood for a REML fit. An interval may begin
            at exactly 0, and then that of a correlation is -1 to 1. "wald": on the log and atanh scales; the components
            of a covariance matrix on its boundary have none. "bootstrap". Or a value with options, or replicates that
            were drawn before.
        level : float
            Confidence level.
        n : int
            Replicates of ``method="bootstrap"``.
        rng : int, Generator or None
            Where these come from; with None a seed is drawn and printed.
        scale : {"sd", "variance"}
            "variance": rows ``var:intercept, ..., cov:intercept,slope, ..., var:residual``. The interval of a variance
            is that of the SD squared, Wald's of a covariance is symmetric.
        information : {"observed", "expected"}, optional
            What standard errors and Wald intervals are by: observed information, or expected (Fisher's), as HLM prints
            it.

        Returns
        -------
        DataFrame
            Tidy, rows ``sd:intercept, ..., cor:intercept,slope, ..., sd:residual``; the further columns variance and
            covariance hold the same on the variance scale, variance_std_error their standard error; unit says whose
            variation it is ("person", the column of units above persons, "residual"), label the term in words.
            ``attrs["intervals"]`` names the method, ``attrs["notes"]`` says by term what is special of an interval.

        Raises
        ------
        ModelError
            For an unknown method, or a level that is none.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.variance_components()[["term", "estimate", "conf_low", "conf_high"]].round(2)
                          term  estimate  conf_low  conf_high
        0         sd:intercept     24.74     15.03      39.52
        1             sd:slope      5.92      3.93       9.15
        2  cor:intercept,slope      0.07     -0.50       0.67
        3          sd:residual     25.59     22.90      28.86
        """
        return variances.variance_components(self, bootstrap.asked(self, method, n, rng), level, scale, information)

    def bootstrap(
        self, n: int = 1000, kind: str = "parametric", interval: str = "percentile", rng: Any = None
    ) -> Replicates:
        """Bootstrap replicates: the model fitted to `n` drawn data sets, and intervals of anything from them.

        Parameters
        ----------
        n : int
            Replicates.
        kind : {"parametric", "case"}
            Outcomes drawn from the fitted model, or persons drawn with replacement; see `gc.Bootstrap`.
        interval : {"percentile", "basic", "bca"}
            The kind of interval, as in `gc.Bootstrap`.
        rng : int, Generator or None
            With None a seed is drawn, and printed.

        Returns
        -------
        Replicates
            Can be given as `method` to `conf_int`, `variance_components` and `change`, so that it is drawn once.

        Raises
        ------
        ModelError
            For an unknown kind or interval.
        NotEstimableError
            When the fit has not converged.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.bootstrap(199, rng=1)
        >>> fit.conf_int(method=drawn).loc["slope"].round(0).tolist()
        [7.0, 14.0]
        """
        return bootstrap.bootstrap(self, bootstrap.Bootstrap(n, kind, interval, rng))
