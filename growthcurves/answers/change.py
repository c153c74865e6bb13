"""Change: how fast, how much persons differ in it, and what explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.later import Later

if TYPE_CHECKING:
    from growthcurves.results.change.report import ChangeReport
    from growthcurves.results.compare.ratio import LikelihoodRatio
    from growthcurves.results.variation.icc import Icc
    from growthcurves.results.variation.marginal_covariance import MarginalCovariance
    from growthcurves.results.variation.r2 import R2

change_report = Later("growthcurves.results.change.report")
variance = Later("growthcurves.results.compare.variance")
reliability = Later("growthcurves.results.persons.reliability")
icc = Later("growthcurves.results.variation.icc")
marginals = Later("growthcurves.results.variation.marginal_covariance")
r2 = Later("growthcurves.results.variation.r2")


class ChangeAnswers(FittedModel):
    """How fast persons change, how much they differ, and what explains it."""

    def change(
        self,
        by: str | list[str] | None = None,
        threshold: float = 0.0,
        between: tuple[float, float] | None = None,
        at: Any = None,
        level: float = 0.95,
        method: Any = None,
        ddf: Any = None,
    ) -> ChangeReport:
        """How fast persons change, how much they differ in it, and what explains it.

        Parameters
        ----------
        by : str or list of str, optional
            Columns of persons: one block per group.
        threshold : float
            Rate above which persons are counted.
        between : (float, float), optional
            Interval of the average rate, by default from the first to the last time; for a straight line the rate
            is the same everywhere.
        at : sequence of float, optional
            Times of the ICC, of the correlation of rate and status and, for a curved shape, of the rate itself.
        level : float
            Confidence level.
        method : str or method, optional
            Intervals of what depends on variances: "wald", "profile", "bootstrap", or a value with options. By default
            SDs and correlations have profile intervals, as in the summary, all else Wald's. Named in
            ``table.attrs["intervals"]``.
        ddf : str or method
            Degrees of freedom of mean rates and differences, whose intervals are Student's t.

        Returns
        -------
        ChangeReport
            ``.sentences()``, ``.table`` in units of the outcome per unit of time, ``.value("mean rate")``, its text.

        Raises
        ------
        NotEstimableError
            For a model without time or without a rate of change, and for groups whose rates the model does not let
            differ.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> report = fit.change()
        >>> round(report.value("mean rate"), 2), round(report.value("SD of rates"), 2)
        (10.47, 5.92)
        """
        return change_report.change(self, by, threshold, between, at, level, method, ddf)

    def rates(
        self,
        by: str | list[str] | None = None,
        threshold: float = 0.0,
        between: tuple[float, float] | None = None,
        at: Any = None,
        level: float = 0.95,
        method: Any = None,
        ddf: Any = None,
    ) -> ChangeReport:
        """The rates of change: another name of `change`, with the same options.

        Parameters
        ----------
        by, threshold, between, at, level, method, ddf
            As in `change`.

        Returns
        -------
        ChangeReport

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> str(fit.rates()) == str(fit.change())
        True
        """
        return self.change(by, threshold, between, at, level, method, ddf)

    def icc(
        self, at: Any = None, level: float = 0.95, scale: str | None = None, unit: str | None = None
    ) -> Icc:
        """Share of the variance that lies between persons, at each time: z'Gz / (z'Gz + residual variance).

        The row z has the values of the random effects at that time. Where the shape has person-level knots, z'Gz is its
        mean over persons.

        With units above persons it is the correlation of two outcomes that have a unit in common: of two occasions of a
        person, the variance of all levels as a share of the total (residuals included); of two persons of a school at
        one time, that of schools and the units above them (Raudenbush and Bryk 2002, chapter 8; Snijders and Bosker
        2012, section 4.9). Where units cross persons it is the share of the units of each kind alone.

        Parameters
        ----------
        at : float or sequence of float, optional
            Times; by default the waves where persons share at most twelve times, else the quartiles of time.
        level : float
            Confidence level.
        scale : {None, "latent", "response"}
            Of a family. "latent", the default, is the scale of the linear predictor, with the variance of the link's
            distribution as the residual's (pi^2 / 3 of a logit), or with a log link ln(1 + Var(y) / mean^2) at the
            population's mean (Nakagawa, Johnson and Schielzeth 2017). "response" is the share of the variance of
            outcomes of one trial, given predictors at their mean: Var(E(y | u)) over that and E(Var(y | u)). Both are
            told at the mean exposure where counts have one, as counts over longer times tell persons better apart.
        unit : str, optional
            What two outcomes have in common, by its column: ``"school"``, or the id. By default all in turn.

        Returns
        -------
        Icc
            ``.table``: time, icc (0 to 1), std_error, conf_low, conf_high, label; with units above persons first unit.

        Raises
        ------
        ModelError
            For a level that is none, or a unit that the model does not have.
        NotEstimableError
            For a model without random effects, or with random covariates (the variance then depends on them).

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.icc(at=[0, 9]).table["icc"].round(2).tolist()
        [0.48, 0.85]
        """
        return icc.icc(self, at, level, scale, unit)

    def marginal_covariance(self, at: Any = None, by: Any = None) -> MarginalCovariance:
        """Covariance and correlation of a person's outcomes at several times.

        V = Z G Z' + R (Laird and Ware 1982, equation 2.2). It is what the data determine: also where they cannot tell G
        and R apart, as with one random effect per occasion. G is that of persons and of all units that they lie in; of
        units that cross persons two occasions have none in common, and their effects are in the variances alone.

        Parameters
        ----------
        at : float or list of float, optional
            Times; by default the waves, or the quartiles of time. Of a model without time whose residuals count planned
            occasions it is these, as the column of the visits has them.
        by : str or list of str, optional
            Columns on which the random part depends, such as sex in ``(0 + sex | id)``, or the residual, such as arm in
            ``residual=gc.AR1(by="arm")``.

        Returns
        -------
        MarginalCovariance
            ``.covariance()`` and ``.correlation()``, tables of times by times, in the unit of the outcome squared;
            ``.table``, a row per pair.

        Raises
        ------
        NotEstimableError
            For outcomes without a residual, and at times that a design cannot answer that does not tell G and R apart.
        ModelError
            When the covariance depends on a column that is not given with by=, or not on one that is.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.marginal_covariance(at=[0, 9]).correlation().round(3).loc[0, 9]
        np.float64(0.3)
        """
        return marginals.marginal_covariance(self, at, by)

    def r2(self) -> R2:
        """Explained variance by the definitions in use, each under its author's name.

        - **marginal, conditional** (Nakagawa and Schielzeth 2013; Johnson 2014 for random slopes): variance of the
          fixed part, and of fixed and random part, over total variance; the random part's is the mean over rows of z' G
          z.
        - **pseudo** (Singer and Willett 2003, section 4.4; Raudenbush and Bryk 2002): proportional drop of a variance
          component, for the residual from the unconditional means model to the unconditional growth model (by time) and
          on to this model (by predictors), for random effects from the unconditional growth model; it can be negative.
          The squared correlation of outcome and fixed part is theirs too.
        - **level 1, level 2** (Snijders and Bosker 2012, section 7.1): proportional drop of the variance of an outcome
          and of a person's mean outcome, from models with random intercepts only, as the authors advise.
        - **total, within, between** (Rights and Sterba 2019): the outcome variance that the model implies, split into
          what fixed effects explain within (f1) and between persons (f2), what random slopes (v) and random intercepts
          at the mean time (m) add, and the residual. Predictors and time are split into persons' means and deviations
          from them.

        With units above persons, G is that of all levels: marginal and conditional count every level, pseudo drops are
        of each level's variances from unconditional models with the same levels, and level 1 and 2 have the random
        intercepts of all levels in the error. The decomposition of Rights and Sterba is of two levels and left out.

        Of a family there are marginal and conditional alone, on the latent scale (Nakagawa, Johnson and Schielzeth
        2017), with the residual variance of `icc`, at the mean over rows of the outcome that is expected.

        Returns
        -------
        R2
            ``.table``, a row per definition; ``.value("marginal")``.

        Raises
        ------
        NotEstimableError
            When variances between persons and of the residual cannot be told apart.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> found = fit.r2()
        >>> round(found.value("marginal"), 3), round(found.value("conditional"), 3)
        (0.279, 0.799)
        """
        return r2.r2(self)

    def test_variance(
        self, *names: str, method: str = "auto", n: int | None = None, rng: Any = None
    ) -> LikelihoodRatio:
        """Likelihood ratio test that these random effects do not vary between persons, with their covariances.

        A variance cannot be below zero, so the p-value is that of the mixture of chi-squares that the situation has
        (Self and Liang 1987; Stram and Lee 1994), with the naive one beside it; docs/compare.md says which.

        Parameters
        ----------
        *names : str
            Random effects that are taken out: ``"slope"``.
        method : {"auto", "exact", "bootstrap"}
            The large-sample distribution, the exact one of one uncorrelated variance, or a parametric bootstrap, as in
            `gc.compare`.
        n : int, optional
            Draws where the distribution is simulated.
        rng : int, Generator or None
            Where these come from; with None a seed is drawn and printed.

        Returns
        -------
        LikelihoodRatio
            ``.table``: statistic, distribution, p_value, p_naive.

        Raises
        ------
        ModelError
            For an unknown random effect, or none; a method that does not apply.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.test_variance("slope").table[["statistic", "distribution"]].round(2)
           statistic                          distribution
        0      42.84  half chi-square 1, half chi-square 2
        """
        return variance.test_variance(self, names, method, n, rng)

    def reliability(self) -> pd.DataFrame:
        """How reliably each random effect tells persons apart: mean of tau / (tau + v_i) over persons (HLM).

        tau is the variance between persons, v_i the sampling variance of person i's own least squares estimate from the
        columns of the random effects alone (Raudenbush and Bryk 2002, equation 3.58), over the persons whose occasions
        determine all of them. That of the intercept is at the origin of time.

        With units above persons tau is the variance between persons of one unit, and a row more for each random effect
        of units says how reliably it tells these apart: tau is then their variance, v_j the sampling variance of a
        unit's own estimate by generalised least squares, in which persons of the unit count as their number, occasions
        and variance within it make them (Raudenbush and Bryk 2002, chapter 8). Where units cross persons,
        a person's own line mixes them with the person, and there is none.

        Returns
        -------
        DataFrame
            One row per random effect: effect, reliability, persons, label; with units above persons also unit, and
            units, over how many the mean is. NaN where variances are not identified, residuals are not independent, or
            nobody has an own estimate.

        Raises
        ------
        NotAvailableError
            For a fit that was saved without its persons.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.reliability()[["effect", "reliability", "persons"]].round(3)
              effect  reliability  persons
        0  intercept        0.730       18
        1      slope        0.815       18
        """
        return reliability.reliabilities(self)
