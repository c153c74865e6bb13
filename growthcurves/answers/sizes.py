"""Sizes: how large an effect is, in standard deviations, against a margin, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growthcurves.fitted import FittedModel
from growthcurves.later import Later

if TYPE_CHECKING:
    from growthcurves.results.effects.margins import MarginTest
    from growthcurves.results.variation.design_effect import DesignEffects
    from growthcurves.results.variation.effect_sizes import EffectSizes

margins = Later("growthcurves.results.effects.margins")
sentences = Later("growthcurves.results.effects.sentence")
design_effect = Later("growthcurves.results.variation.design_effect")
effect_sizes = Later("growthcurves.results.variation.effect_sizes")


class SizeAnswers(FittedModel):
    """How large an effect is, and whether it is large enough to matter."""

    def effect_sizes(
        self, effect: Any = None, by: Any = None, between: tuple[float, float] | None = None, level: float = 0.95
    ) -> EffectSizes:
        """Differences in the rate of change in standard deviations, each named by what it divides by.

        - **SD of rates**: the difference in the (average) rate over the SD of persons' rates given their predictors
          (Raudenbush and Liu 2001). It depends on the unit of neither outcome nor time.
        - **SD at the first occasion, observed**, and **SD at the start and at the end, model**: the difference that has
          built up by the end of the period, rate times duration, over an SD of the outcome (Feingold 2009). Observed:
          over persons, pooled within the groups that the factors of `by` make; values of a covariate, ``{"age": [30,
          50]}``, make no groups: then it is over all persons. Model: the square root of z'Gz plus the residual
          variance.

        Intervals are by the delta method, the uncertainty of SDs in the model included; the observed SD is taken as
        known.

        Parameters
        ----------
        effect : str or dict, optional
            For a straight line: a combination of effects on the slope, ``"slope:arm[drug]"``.
        by : str, list of str or dict, optional
            In its place, groups that are compared with the first (reference) one; any shape.
        between : (float, float), optional
            The period; the first to the last time by default.
        level : float
            Confidence level.

        Returns
        -------
        EffectSizes
            ``.table`` is tidy, a row per SD that it divides by (divided_by, divisor).

        Raises
        ------
        ModelError
            For both or neither of effect= and by=, an effect that is no difference in slopes.
        NotEstimableError
            Where variances are withheld, or persons' variances depend on covariates.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"))
        >>> found = fit.effect_sizes("slope:sex[Female]").table.set_index("divided_by")
        >>> found["estimate"].round(2).to_list(), found.index[0]
        ([-1.69, -0.75, -0.82, -0.76], 'SD of rates')
        """
        return effect_sizes.effect_sizes(self, effect, by, between, level)

    def design_effect(self) -> DesignEffects:
        """What units above persons cost in precision, and what ignoring them would have said.

        Persons of one school are alike, so that n of them tell less about a mean than n persons of n schools: the
        variance of a mean at one time is 1 + (n - 1) ICC times as large (Kish 1965, section 5.4), with the mean number
        n of persons in a unit and the correlation of two of them at the mean time. Where the rows of a unit are persons
        at no time, n counts rows, and the units with the fewest have a design effect too. Units that cross persons have
        none: whom they hold changes.

        That is of a mean. What a level does to each fixed effect is said by the standard error of a model without the
        level, fitted to the same rows: it is too small by the ratio for what differs between units, and may be too
        large for what differs within them (Moerbeek 2004).

        Returns
        -------
        DesignEffects
            ``.table``: unit, units, size, icc, design_effect, label. ``.errors``: unit, term, std_error, without,
            ratio, label.

        Raises
        ------
        NotEstimableError
            For a model without units above persons, with the columns that say in which the persons are.
        NotAvailableError
            For a fit that was saved without its rows.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.load_dataset("trial")
        >>> clinic = trial["patient"].str[-1].astype(int)
        >>> data = trial.assign(clinic=clinic, depression=trial["depression"] + clinic / 2)
        >>> answer = gc.fit("depression ~ week * arm + (week | patient) + (1 | clinic)", data).design_effect()
        >>> answer.table[["unit", "units", "size", "design_effect"]].round(2)
             unit  units  size  design_effect
        0  clinic     10  60.0           3.52
        """
        return design_effect.design_effects(self)

    def equivalence(
        self,
        effect: Any,
        margin: float | tuple[float, float],
        alpha: float = 0.05,
        of: Any = None,
        ddf: Any = None,
    ) -> MarginTest:
        """Whether an effect is too small to matter, by two one-sided tests (Schuirmann 1987).

        Each margin is tested one-sided at `alpha`; p is the larger of both. Equivalence is shown exactly when the
        interval of level 1 - 2 alpha lies within the margins. That it is not shown does not mean that the effect
        matters.

        Parameters
        ----------
        effect : str, dict or matrix
            One combination, as in `contrast`: ``"slope:arm[drug]"``.
        margin : float or (float, float)
            The largest effect that does not matter, in both directions, or a lower and an upper margin.
        alpha : float
            Level of each of the two tests.
        of : answer of `means` or `slopes`, optional
            Combine its estimates in the place of fixed effects.
        ddf : str or method
            Degrees of freedom, as in `fixed_effects`.

        Returns
        -------
        MarginTest
            ``.shown``, ``.table``, and its text.

        Raises
        ------
        ModelError
            For margins that are none, several combinations, an unknown term.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"))
        >>> print(fit.equivalence("slope:sex[Female]", margin=0.6))
        slope:sex[Female] lies between -0.6000 and 0.6000: p = .019, 90 % interval -0.5350 to -0.07468.
        Degrees of freedom: Satterthwaite, observed information.
        """
        return margins.equivalence(self, effect, margin, alpha, of, ddf)

    def noninferiority(
        self,
        effect: Any,
        margin: float,
        better: str = "higher",
        alpha: float = 0.025,
        of: Any = None,
        ddf: Any = None,
    ) -> MarginTest:
        """Whether an effect is not worse than a margin, by a one-sided test.

        With ``better="higher"`` the effect is tested against -margin from above, with "lower" against +margin from
        below; non-inferiority is shown exactly when the one-sided confidence bound does not reach the margin.

        Parameters
        ----------
        effect : str, dict or matrix
            One combination, as in `contrast`.
        margin : float
            How much worse still counts as not inferior; positive. Zero tests superiority.
        better : {"higher", "lower"}
            Which direction of the effect is good.
        alpha : float
            One-sided; .025 as in confirmatory trials (ICH E9).
        of : answer of `means` or `slopes`, optional
            Combine its estimates in the place of fixed effects.
        ddf : str or method
            Degrees of freedom, as in `fixed_effects`.

        Returns
        -------
        MarginTest
            ``.shown``, ``.table``, and its text.

        Raises
        ------
        ModelError
            For a negative margin, several combinations, an unknown term or direction.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"))
        >>> fit.noninferiority("slope:sex[Female]", margin=0.6).shown
        True
        """
        return margins.noninferiority(self, effect, margin, better, alpha, of, ddf)

    def sentence(self, term: str, ddf: Any = None, level: float = 0.95) -> str:
        """A fixed effect as a sentence for a paper (American Psychological Association 2020, sections 6.36 to 6.45).

        Parameters
        ----------
        term : str
            A fixed effect, ``"slope:arm[drug]"`` or in the words of the formula, ``"week:arm"``, or a sum of them.
        ddf : str or method
            Degrees of freedom.
        level : float
            Confidence level.

        Returns
        -------
        str
            What it is in words, b, SE, confidence interval, t with its degrees of freedom, and p.

        Raises
        ------
        ModelError
            For an unknown term, or several at once.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("orthodont")
        >>> fit = gc.fit("distance ~ age * sex + (age | subject)", data, reference={"sex": "Female"})
        >>> print(fit.sentence("slope:sex[Male]"))
        Rate of change: sex Male against Female, b = 0.305, SE = 0.135, 95% CI [0.027, 0.582], t(25) = 2.26, p = .033.
        """
        return sentences.sentence(self, term, ddf, level)
