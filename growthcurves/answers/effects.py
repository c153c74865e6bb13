"""Effects: tests, contrasts, means and rates by groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.later import Later

if TYPE_CHECKING:
    from growthcurves.results.effects.dropout_sensitivity import DropoutSensitivity
    from growthcurves.results.effects.fixed_tests import Contrast, FixedTest
    from growthcurves.results.effects.joint_tests import JointTests
    from growthcurves.results.effects.means import Marginal

sensitivity = Later("growthcurves.results.effects.dropout_sensitivity")
fixed_tests = Later("growthcurves.results.effects.fixed_tests")
joint_tests = Later("growthcurves.results.effects.joint_tests")
marginal = Later("growthcurves.results.effects.marginal_coefficients")
means = Later("growthcurves.results.effects.means")
slopes = Later("growthcurves.results.effects.slopes")


class EffectAnswers(FittedModel):
    """What the fixed effects say: tests, contrasts, means, rates of change."""

    def marginal_coefficients(self, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
        """Coefficients of the population average, comparable with those of GEE, beside those of a person.

        Random effects are integrated out of the mean of every row, and the link of that mean is set against the fixed
        effects by least squares (Hedeker, du Toit, Demirtas and Gibbons 2018). Standard errors are by the delta method
        from the joint covariance of fixed effects and variances.

        Parameters
        ----------
        level : float
            Confidence level.
        exponentiate : bool
            Odds ratios or rate ratios of the population average.

        Returns
        -------
        DataFrame
            Tidy, with the column ``conditional``, what `fixed_effects` says of one and the same person; of ordered
            categories with the thresholds.

        Raises
        ------
        ModelError
            For normal outcomes, whose coefficients are both.
        NotAvailableError
            For a fit that was saved without its rows.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("trial")
        >>> data["well"] = data["depression"] < 25
        >>> fit = gc.fit("well ~ week * arm + (1 | patient)", data, time="week", family="binomial")
        >>> fit.marginal_coefficients()[["term", "estimate", "conditional"]].round(2)
                          term  estimate  conditional
        0            intercept     -1.67        -3.68
        1  intercept:arm[drug]      0.06         0.11
        2                slope      0.11         0.25
        3      slope:arm[drug]      0.06         0.13
        """
        return marginal.marginal_coefficients(self, level, exponentiate)

    def test(self, hypotheses: Any, ddf: Any = None, level: float = 0.95) -> FixedTest:
        """Test hypotheses about fixed effects.

        Parameters
        ----------
        hypotheses : str, list of str, dict or matrix
            In term names, such as ``"slope:arm[drug] = 0"`` or ``"slope:arm[drug] - 2*slope:age = 0.5"``; several
            separated by commas or in a list; without ``=`` a side is tested against zero. The formula's own wording is
            understood too (``week:arm[T.drug]``), and names with spaces stand in backticks. A dict of term to weight is
            one combination; a matrix has a row per hypothesis and a column per fixed effect.
        ddf : str or method
            Degrees of freedom, as in `fixed_effects`.
        level : float
            Level of the intervals.

        Returns
        -------
        FixedTest
            t for one hypothesis, F for several (Fai and Cornelius 1996, for Satterthwaite's degrees of freedom).

        Raises
        ------
        ModelError
            For an unknown term, with the nearest; a text that cannot be read; hypotheses that contradict each other.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> print(fit.test("slope = 10"))
        Test of slope = 10
          t(17.00) = 0.3023, p = .766 (Satterthwaite, observed information)
          estimate 10.47 (SE 1.546), 7.206 to 13.73
        >>> fit.test("intercept = 250, slope = 10").df_num
        2
        """
        return fixed_tests.test(self, hypotheses, ddf, level)

    def joint_tests(self, type: int = 3, ddf: Any = None) -> JointTests:
        """F test of every effect.

        Type 3 tests an effect's contrasts of cell means that are averaged with equal weight over the other factors
        (SAS's meaning); type 2 an effect adjusted for all effects that do not contain it, averaged as the data fall. An
        effect on the intercept is one at the origin of time, and an effect that interacts with a covariate is one where
        that covariate is zero. F of both is the same under any coding of factors and any reference level;
        Satterthwaite's denominators of several rows are those of levels against the reference level, as lmerTest's.

        Parameters
        ----------
        type : {3, 2}
            By cell means with equal weights, or by effects that do not contain the one tested.
        ddf : str or method
            Degrees of freedom, as in `fixed_effects`.

        Returns
        -------
        JointTests
            ``.table`` has a row per effect: term, statistic (F), df_num, df_den, p_value.

        Raises
        ------
        ModelError
            For another type: sequential tests (type 1) need an order of terms, which a growth model does not have.
        NotEstimableError
            For a model with no effect but the intercept.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> print(fit.joint_tests().table[["term", "df_num", "statistic"]].round(2))
            term  df_num  statistic
        0  slope       1      45.85
        """
        return joint_tests.joint_tests(self, type, ddf)

    def contrast(self, weights: Any, of: Any = None, ddf: Any = None, level: float = 0.95) -> Contrast:
        """Estimates of linear combinations of fixed effects, or of means or slopes.

        Parameters
        ----------
        weights : dict, matrix, str or list of str
            A dict of term to weight; a dict of name to such dicts, for several; a matrix with a row per combination;
            or text in term names.
        of : answer of `means` or `slopes`, optional
            Combine its estimates, called as in its column term; by default the fixed effects are combined.
        ddf : str or method
            Degrees of freedom, as in `fixed_effects`.
        level : float
            Confidence level.

        Returns
        -------
        Contrast
            ``.table`` is tidy, a row per combination.

        Raises
        ------
        ModelError
            For an unknown term, with the nearest.
        NotEstimableError
            When a mean that the combination uses is not estimable.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.contrast({"at day 9": {"intercept": 1, "slope": 9}}).table[["term", "estimate"]].round(1)
               term  estimate
        0  at day 9     345.6
        """
        return fixed_tests.contrast(self, weights, of, ddf, level)

    def means(
        self,
        at: Any = None,
        by: Any = None,
        differences: str | None = None,
        adjust: str = "none",
        ddf: Any = None,
        level: float = 0.95,
        average: str = "persons",
        weights: str = "equal",
        scale: str | None = None,
        people: str = "average",
        category: Any = None,
    ) -> Marginal:
        """Estimated means of the outcome at times, by groups.

        Averages have equal weight over the levels of factors, those that a formula makes as C(age > 44) among them;
        covariates stand at their mean over persons, time-varying ones at their mean over rows (least-squares means of
        SAS; Searle, Speed and Milliken 1980). What is made of a covariate is computed at that mean.

        Parameters
        ----------
        at : float or list of float, optional
            Times; the waves, or the quartiles of time where there are many times.
        by : str, list of str or dict, optional
            Predictors whose levels are told apart. A dict says which values: ``{"age": [40, 60]}``.
        differences : {"pairwise", "reference"}, optional
            Between the groups at each time, later minus earlier level, all pairs or against the first (the reference
            level); between the times where there is no `by`.
        adjust : {"none", "holm", "bonferroni", "tukey", "dunnett", "scheffe"}
            For the differences at one time (without `by`, between all times).
        ddf : str or method
            Degrees of freedom, as in `fixed_effects`.
        level : float
            Confidence level.
        average : {"persons", "rows"}
            Over what covariates have their mean and levels are counted: each person once, or each row, as emmeans and
            SAS.
        weights : {"equal", "proportional", "counterfactual"}
            How the levels of factors outside `by` count: all the same; each combination as often as it occurs; or
            "counterfactual", in which everybody keeps all predictors as observed but for `by` (Robins 1986).
        scale : {None, "response", "link"}
            Of an outcome that is computed, as in ``log(bdi) ~ ...``: "response" carries estimates and intervals back to
            the scale of its column, as emmeans does with type="response", with standard errors by the delta method;
            these are medians (of a log geometric means). None and "link" are the scale of the model. A formula's offset
            is part of the means on both.
            Of a family "response" is the mean outcome (a probability, an expected count), with intervals that keep its
            range; differences are then those of mean outcomes, with the ratio of the two beside them. On the link scale
            differences have their exponential beside them where it has a meaning (odds ratio, rate ratio).
        people : {"average", "typical"}
            On the response scale of a family: the mean over the population, averaged over persons' random effects and
            over cells on that scale (marginal standardisation, with ``weights="counterfactual"``), its standard error
            by the joint covariance of all parameters; or that of the typical person, whose random effects are zero (the
            mean of linear predictors carried back, as emmeans does). For normal outcomes they are the same.
        category : str, optional
            Of ordered categories the one whose probability is asked for, on the response scale; without it "response"
            is the expected place of the category, from 0.

        Returns
        -------
        Marginal
            ``.table`` is tidy, in the unit of the outcome; ``.differences`` too, where they are asked for.

        Raises
        ------
        ModelError
            For an unknown predictor, level or adjustment, or one that does not belong to the differences.
        NotAvailableError
            On the response scale for differences, which have no one value there, and for an outcome of several columns.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.means(at=[0, 9]).table[["term", "estimate", "df"]].round(1)
            term  estimate    df
        0  day 0     251.4  17.0
        1  day 9     345.6  17.0
        """
        return means.means(self, at, by, differences, adjust, ddf, level, average, weights, scale, people, category)

    def slopes(
        self,
        by: Any = None,
        between: tuple[float, float] | None = None,
        at: Any = None,
        differences: str | None = None,
        adjust: str = "none",
        ddf: Any = None,
        level: float = 0.95,
        average: str = "persons",
        weights: str = "equal",
        scale: str | None = None,
        people: str = "average",
    ) -> Marginal:
        """Estimated rates of change, by groups.

        The average rate over an interval is the change of the mean divided by the time it takes; the rate at a point is
        the derivative of the mean curve. For a straight line they are the same everywhere. Averages are those of
        `means`.

        Parameters
        ----------
        by : str, list of str or dict, optional
            Predictors whose levels are told apart.
        between : (float, float), optional
            The interval of the average rate; the first to the last time by default.
        at : float or list of float, optional
            Times of the instantaneous rate, in the place of `between`.
        differences : {"pairwise", "reference"}, optional
            Between the groups, later minus earlier level; between times where there is no `by`.
        adjust : {"none", "holm", "bonferroni", "tukey", "dunnett", "scheffe"}
            For the differences, as in `means`.
        ddf : str or method
            Degrees of freedom, as in `fixed_effects`.
        level : float
            Confidence level.
        average : {"persons", "rows"}
            Over what covariates have their mean, as in `means`.
        weights : {"equal", "proportional", "counterfactual"}
            How the levels of factors outside `by` count, as in `means`.
        scale : {None, "link", "response"}
            Of a family: how fast the linear predictor changes (log odds, by default), with its exponential beside it,
            the odds or rate ratio per unit of time; or how fast the mean outcome does (a probability, a count).
        people : {"average", "typical"}
            On the response scale whose mean outcome, as in `means`.

        Returns
        -------
        Marginal
            ``.table`` is tidy, in units of the outcome per unit of time; ``.differences`` too, where asked for.

        Raises
        ------
        NotEstimableError
            For a model without time.
        ModelError
            For between= together with at=, times that are none, and as `means`.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.slopes().table[["term", "estimate", "std_error"]].round(2)
                 term  estimate  std_error
        0  day 0 to 9     10.47       1.55
        """
        return slopes.slopes(self, by, between, at, differences, adjust, ddf, level, average, weights, scale, people)

    def dropout_sensitivity(
        self,
        by: str | list[str] | None = None,
        arms: Any = None,
        of: str = "slope",
        deltas: Any = None,
        between: tuple[float, float] | None = None,
        at: float | None = None,
        level: float = 0.95,
        ddf: Any = None,
    ) -> DropoutSensitivity:
        """What an estimate becomes if persons change otherwise after they drop out, and where the answer tips.

        A pattern mixture (Little 1993; National Research Council 2010; Carpenter and Kenward 2013): at the waves that
        were due after a person's last visit the expected outcome is that of the likelihood, given all that was seen of
        the person, and delta * (t - last visit) more. The estimate over all persons, seen and unseen, moves by a fixed
        amount for each delta, in closed form, with the standard error of multiple imputation without its noise. Delta
        is no estimate: the data say nothing of it. The tipping point is the delta at which the answer changes; whether
        it can be believed is for who knows the field.

        Parameters
        ----------
        by : str or list of str, optional
            Columns of groups: each against the first. Without it the average over all persons.
        arms : str or list, optional
            The groups of `by` in which dropouts change otherwise; by default all.
        of : {"slope", "mean"}
            The average rate of change, or the mean at a time.
        deltas : float or list of float, optional
            In units of the outcome per unit of time; by default nine about zero, which reach the tipping point unless
            that is beyond all sense (ten standard deviations of the outcome over the study).
        between : (float, float), optional
            Interval of the rate; by default the whole period.
        at : float, optional
            Time of the mean; by default the last.
        level : float
            Confidence level; the answer tips at p = 1 - level.
        ddf : str or method
            Degrees of freedom, as in `slopes`.

        Returns
        -------
        DropoutSensitivity
            ``.table``, ``.tipping``, ``.plot()``, ``.sentences()``.

        Raises
        ------
        NotEstimableError
            When the panel has no waves, nobody dropped out, a covariate is not known at visits that were not made, or
            the variances are not identified.
        NotAvailableError
            For outcomes that are not normal, and with units above persons.

        References
        ----------
        Little (1993), Journal of the American Statistical Association 88, 125-134. National Research Council (2010),
        The Prevention and Treatment of Missing Data in Clinical Trials, chapter 5. Carpenter and Kenward (2013),
        Multiple Imputation and its Application, chapter 10.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> fit = gc.fit("depression ~ week * arm + (week | patient)", panel)
        >>> found = fit.dropout_sensitivity(by="arm", arms="drug", deltas=[0, 1])
        >>> found.table[["delta", "estimate", "std_error", "p_value"]].round(3)
           delta  estimate  std_error  p_value
        0    0.0    -0.274      0.034    0.000
        1    1.0    -0.132      0.038    0.001
        """
        return sensitivity.dropout_sensitivity(self, by, arms, of, deltas, between, at, level, ddf)
