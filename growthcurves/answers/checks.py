"""Checks: whether the assumptions of a fit hold, and what to do where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from growthcurves.fitted import FittedModel
from growthcurves.later import Later

if TYPE_CHECKING:
    from growthcurves.checks import Check, FitChecks

checks = Later("growthcurves.checks")


class CheckAnswers(FittedModel):
    """Whether the assumptions of a fit hold."""

    def check(
        self, prespecified: bool = False, also: Sequence[Check] = (), n: int | None = None, rng: Any = 1
    ) -> FitChecks:
        """The assumptions at every level, looked at in words and numbers, with a verdict each.

        What a right model would give is found by simulation of the fitted model, largest values and many looks
        included: where the model is right, any finding at all is called a problem in at most 10 of 100 analyses.

        Parameters
        ----------
        prespecified : bool
            Whether the model was chosen before the data were seen, as in a trial's protocol: what there is to try is
            then called sensitivity analyses.
        also : sequence of Check, optional
            Checks of your own, beside those of the package (docs/extending/check.md).
        n : int, optional
            Replicates of the fitted model, 199 at least; by default 499, of more than 60,000 rows 199.
        rng : int, Generator or None
            Where they come from.

        Returns
        -------
        FitChecks
            ``.table``: level, check, verdict ("fine", "look", "problem"; "note" for what is no finding), looked_at,
            value, low and high (the middle 95 % of what the fitted model gives), p_value, text, meaning, advice (calls
            that can be pasted). ``.problems``, ``.summary``, ``.plot()``; str() is a page of text.

        Raises
        ------
        NotEstimableError
            For a model whose variances are not identified.
        NotAvailableError
            For a fit that was saved without its rows.
        ModelError
            When n is less than 199, and for checks of your own that are none.

        Notes
        -----
        Residuals, empirical Bayes estimates and scores of what the model lacks are those at the estimates, with fixed
        effects taken off data and replicates alike and the variances taken off by regression on their scores
        (docs/checks.md). Outcomes that are not normal are looked at by quantile residuals.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("depression ~ week * arm + (week | patient)", gc.load_dataset("trial"), time="week")
        >>> found = fit.check(n=199)
        >>> len(found.problems), "autocorrelation" in found.details
        (0, True)
        >>> fit.refit(random=("intercept",)).check(n=199).table.set_index("check").loc["omitted_slope", "verdict"]
        'problem'
        """
        answer: FitChecks = checks.check(self, prespecified, also, n, rng)
        return answer
