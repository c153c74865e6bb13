"""Persons: their own growth parameters, predictions, simulated outcomes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.later import Later

people = Later("growthcurves.results.persons.people")
predict = Later("growthcurves.results.persons.predict")
own_residuals = Later("growthcurves.results.persons.residuals")
unit_answers = Later("growthcurves.results.persons.units")
left_out = Later("growthcurves.results.persons.influence")
simulated = Later("growthcurves.results.persons.simulate")


class PersonAnswers(FittedModel):
    """What a fit says of single persons, seen and new."""

    @property
    def random_effects(self) -> pd.DataFrame:
        """Deviations from the person's expected growth parameters (empirical Bayes), a row per person.

        With units above persons they are the person's own, from what is expected of a person of the unit; those of
        units are in `units()`, and the growth parameters of `people()` hold both.

        Index id, a column per random effect, in units of the outcome (slopes: per unit of time); NaN where the model is
        not identified. They are posterior means; of a family those of the linear predictor, by quadrature (not the
        modes that glmer prints), and `people()` has their standard errors.
        """
        return people.random_effects(self)

    def people(self) -> pd.DataFrame:
        """One row per person: own OLS line, empirical Bayes estimates, shrinkage.

        Returns
        -------
        DataFrame
            Index id; n (occasions), and for each growth parameter ols_, eb_ and eb_..._se: estimate and standard
            error of prediction of the person's own parameter pi_i = A_i gamma + u_i, gamma being estimated. For
            the rate of change: shrinkage, var(slope) / (var(slope) + sampling variance of the own OLS slope), and
            p_positive, the probability of a positive rate given the data (normal). Where the shape has no growth
            parameter "slope" (pieces, splines, occasions) these two are for the average rate from the first to the
            last time, which stands in ols_rate, eb_rate and eb_rate_se.

        Raises
        ------
        NotAvailableError
            For a fit that was saved without its persons.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.people().loc[308, ["eb_slope", "eb_slope_se"]].round(3).to_dict()
        {'eb_slope': 19.666, 'eb_slope_se': 2.336}
        """
        return people.people(self)

    def units(self, unit: str | None = None, level: float = 0.95, rng: Any = 1) -> pd.DataFrame:
        """One row per unit above persons: growth of its average person, own effects, ranks.

        Parameters
        ----------
        unit : str, optional
            Column of the units, a level of the model; may be left out where there is one.
        level : float
            Probability that the interval of a rank holds it.
        rng : int, Generator or None
            Where the draws come from that ranks are taken of.

        Returns
        -------
        DataFrame
            Index the units' labels; the units above that they lie in; persons and rows. For each growth parameter eb_
            and eb_..._se: that of the unit's average person, at the mean of its persons' predictors, with the effects
            of the unit and of those above it, and its standard error of prediction. For each random effect of the
            level effect_ and effect_..._se, the unit's own deviation from what is expected of it (empirical Bayes),
            and rank_, rank_..._low, rank_..._high: its expected rank, 1 the highest, and the ranks between which it
            lies with this probability, from 4,000 draws of fixed and random effects given the outcomes, variances
            taken as known (Goldstein and Spiegelhalter 1996). NaN where variances are not identified, ranks too where
            effects are estimated as equal. Crossed units have counts and effects alone.

        Raises
        ------
        ModelError
            For a column whose units are no level of the model.
        NotAvailableError
            For a fit that was saved without its persons.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.load_dataset("trial")
        >>> trial["site"] = trial["patient"].str[1:].astype(int) % 20  # which the file does not have
        >>> fit = gc.fit("depression ~ week * arm + (1 | site/patient)", trial, time="week")
        >>> fit.units("site")[["persons", "rows"]].head(2).to_dict("list")
        {'persons': [30, 30], 'rows': [161, 164]}
        """
        return unit_answers.units(self, unit, level, rng)

    def influence(self, unit: str | None = None) -> pd.DataFrame:
        """What changes without each person, or without each site or school: the model fitted again in turn.

        Parameters
        ----------
        unit : str, optional
            Column of units above persons that are left out with all their persons; by default each person is.

        Returns
        -------
        DataFrame
            Index id or the units' labels; rows (and persons) left out; cook, Cook's distance of the fixed effects,
            (b - b_i)' cov(b)^-1 (b - b_i) / p; covratio, det cov(b_i) / det cov(b), below 1 where the fixed effects are
            better known without (Belsley, Kuh and Welsch 1980; for mixed models Demidenko and Stukel 2005);
            change_<term>, the estimate without minus the estimate with, for fixed effects, SDs and correlations, in
            their units; singular and converged of the fit without. NaN where those left determine it no more.

        Raises
        ------
        ModelError
            For a column whose units are no level of the model.
        NotEstimableError
            For a model that is not identified.
        NotAvailableError
            For crossed units, or a fit that was saved without its persons.

        Notes
        -----
        These are exact fits by the method of this one, variances too, not one step from the estimates with all.
        Cook's distance is that of SAS PROC MIXED; lme4's is smaller by (n - p) / n, n the units.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.influence()[["cook", "change_slope"]].nlargest(2, "cook").round(3).to_dict("index")
        {309: {'cook': 0.149, 'change_slope': 0.483}, 335: {'cook': 0.129, 'change_slope': 0.785}}
        """
        return left_out.influence(self, unit)

    def influence_of_occasions(self, people: Any = None, most: int = 10) -> pd.DataFrame:
        """What changes without each single occasion of some persons: the model fitted again in turn.

        Parameters
        ----------
        people : id or list of ids, optional
            Whose occasions are left out; by default those of the persons with the greatest Cook's distance, for which
            each person is left out first, as `influence` does.
        most : int
            How many persons these are.

        Returns
        -------
        DataFrame
            Index id and time (without time the label of the row), a person's occasions in their order, persons in that
            of their influence, or as asked for; the columns of `influence`. What a formula has computed over rows or
            persons, as means of a person, stays as it was.

        Raises
        ------
        ModelError
            For a number of persons that is none, and for people= that names nobody.
        DataError
            For a person whom the fit does not have.
        NotEstimableError
            For a model that is not identified.
        NotAvailableError
            For crossed units where no persons are named, or a fit that was saved without its rows.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> without = fit.influence_of_occasions(["308", "332"])
        >>> without["change_sd:residual"].nsmallest(2).round(2).to_dict()
        {(332, 6.0): -2.81, (332, 9.0): -1.93}
        """
        return left_out.influence_of_occasions(self, people, most)

    @property
    def fittedvalues(self) -> pd.Series:
        """The persons' own curves (empirical Bayes) at the rows used, with the offset; NaN where not identified.

        Of a family the person's mean outcome, of one trial, averaged over what the person's random effects may be.
        """
        return predict.fitted_values(self)

    @property
    def resid(self) -> pd.Series:
        """Outcome minus fitted value; of several trials the share of successes less its probability."""
        return predict.residuals(self)

    def residuals(self, kind: str | None = None, rng: Any = None) -> pd.DataFrame:
        """Residuals of every row used, on the scale on which their distribution is known.

        Parameters
        ----------
        kind : str, optional
            Of normal outcomes: "conditional" (about the person's own curve), "marginal" (about the population's mean),
            "normalized" (conditional ones over the Cholesky factor of the residual covariance; the default) or
            "cholesky" (marginal ones over that of the covariance of outcomes: independent and standard normal).
            Of a family: "quantile" (the default), randomised quantile residuals (Dunn and Smyth, 1996): each outcome's
            place in the distribution that is foretold from the person's outcomes before it, integrated over the random
            effects, as a normal quantile; independent and standard normal where the model holds. "pearson" and
            "deviance" are about persons' own curves at the modes of their random effects, as in lme4 and glmmTMB;
            what is expected of them is not known for few-valued outcomes, so that they are no test of the model.
        rng : int, Generator or None
            Where the random part of quantile residuals comes from: an outcome of few values has many quantiles, of
            which one is drawn. With None a seed is drawn; it is in ``attrs["seed"]``.

        Returns
        -------
        DataFrame
            Index of the rows used; columns id, time, fitted (what the residual is about) and residual.

        Raises
        ------
        ModelError
            For an unknown kind.
        NotEstimableError
            Where it depends on variances that the design cannot tell apart.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("trial")
        >>> data["well"] = data["depression"] < 25
        >>> fit = gc.fit("well ~ week * arm + (1 | patient)", data, time="week", family="binomial")
        >>> found = fit.residuals(rng=1)["residual"]
        >>> print(f"{found.std():.2f}")
        1.01
        """
        return own_residuals.residuals(self, kind, rng)

    def predict(
        self,
        newdata: Any = None,
        people: str = "known",
        seen: Any = None,
        interval: str | None = None,
        level: float = 0.95,
        scale: str | None = None,
        category: Any = None,
    ) -> pd.Series | pd.DataFrame:
        """Predicted outcomes, index of the data, missing in, missing out; missing too where the data determine none.

        Parameters
        ----------
        newdata : DataFrame, optional
            Long data with the model's columns; the rows used by default.
        people : {"known", "average", "typical", "new"}
            "average": the population's mean, X beta for normal outcomes. "typical": the person whose random effects are
            zero; the same for normal outcomes. "known": the person's own curve, X beta plus empirical Bayes, and at
            occasions that were not seen what correlated residuals of seen ones say of the residual there; NaN for
            persons that the model has not seen, unless the unit above is known in which such a person lies: then the
            curve has the empirical Bayes effects of that unit and those above it, and intervals have the variance
            between persons of one unit. "new": a person drawn from G, with units above of a new unit of each level; or
            with `seen` that person given these outcomes. On the response scale of a family, "average" is averaged over
            all persons, and known and new persons over what their random effects may be given what was seen of them (by
            quadrature): these are means of probabilities, not the probability at a mean of log odds.
        seen : DataFrame, optional
            Outcomes of new persons (id, time, outcome and the model's predictors), matched to `newdata` by id; the
            model is not fitted again. A person without rows in it is one drawn from G. With units above persons, what
            the fit knows of a unit that these rows name is known of a person who is not in the fit; what is seen of
            others in that unit is not.
        interval : {None, "confidence", "prediction"}
            "confidence" is for the curve that was asked for (average: the mean curve; known: the person's;
            new: that of a person drawn at random); "prediction" for a new observation. Intervals of a family are made
            on the link scale and carried back, so that they keep the range of the outcome; those of new counts and
            amounts are quantiles of their distribution over persons, at the estimates, of persons of whom nothing was
            seen; yes or no and categories have none.
        level : float
            Confidence level of the interval.
        scale : {None, "response", "link"}
            "response" is the outcome's own, "link" that of the linear predictor; the same for normal outcomes. For an
            outcome that is computed, as in ``log(bdi) ~ ...``, "link" is its own scale and "response" that of its
            column: what is predicted and the ends of its interval are carried back, which makes of a mean the median
            (of a log the geometric mean), not the mean. None is the scale that was fitted: "link" there, "response" for
            families. A formula's offset is part of the prediction on every scale, as in lme4; the exposure is that of
            each row, 1 where `newdata` has no such column; trials make no difference, as a probability is of one. On
            the link scale "average" is the mean of persons' linear predictors, which is the typical person's, and not
            the link of the population's mean (see `marginal_coefficients`); of ordered categories no threshold is
            taken off, so that only differences mean something.
        category : str, optional
            Of ordered categories the one whose probability is predicted; without it the expected place, from 0.

        Returns
        -------
        Series, or DataFrame with columns estimate, std_error, conf_low, conf_high

        Raises
        ------
        ColumnError, DataError
            For rows without a column that the model needs, or with a value that it cannot read.
        ModelError
            For an unknown kind of persons, interval or scale, or `seen` where it does not belong.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("sleepstudy")
        >>> fit = gc.fit("reaction ~ day + (day | subject)", data[data["subject"] != 308])
        >>> later = data[(data["subject"] == 308) & (data["day"] == 9)]
        >>> first_days = data[(data["subject"] == 308) & (data["day"] < 5)]
        >>> fit.predict(later, people="new", seen=first_days).round(0).tolist()
        [401.0]
        """
        return predict.predict(self, newdata, people, seen, interval, level, scale, category)

    def simulate(self, n: int = 1, rng: Any = None) -> pd.DataFrame:
        """Outcomes drawn from the fitted model: new persons and new residuals at the design of the rows that were used.

        Parameters
        ----------
        n : int
            Simulated data sets.
        rng : int, Generator or None
            With None a seed is drawn; it is in ``attrs["seed"]``.

        Returns
        -------
        DataFrame
            Columns sim_1, ..., sim_n, the index that of the rows used.

        Raises
        ------
        ModelError
            When n is not a whole number above 0.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.simulate(2, rng=1).shape
        (180, 2)
        """
        return simulated.simulate(self, n, rng)
