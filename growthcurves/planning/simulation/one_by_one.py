"""Simulated studies that are fitted one after the other: residual structures, units above persons, families."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.data.panel import Panel
from growthcurves.engine.build import Sums
from growthcurves.errors import GrowthCurvesError, NotEstimableError
from growthcurves.estimate.run import estimate, rows_of
from growthcurves.fitted import FittedModel
from growthcurves.model.outcome_family import family_outcome
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distributions import chi_square_tail
from growthcurves.planning.simulation.cohort import Cohort
from growthcurves.planning.simulation.progress import batches
from growthcurves.planning.simulation.replicated import Replicated, p_of_f, p_of_t
from growthcurves.planning.simulation.setting import Setting
from growthcurves.planning.simulation.truths import Truths, value_of
from growthcurves.results.ddf.satterthwaite import fai_cornelius, information_of, satterthwaite_df
from growthcurves.results.intervals.delta import delta
from growthcurves.results.intervals.replicates import parameters

#: Studies that are tried before the planned analysis is given up.
TRIED = 20


@dataclass(frozen=True, eq=False)
class OneByOne:
    """Any planned analysis.

    Attributes
    ----------
    setting : Setting
    truths : Truths
    seed : int
    """

    setting: Setting
    truths: Truths
    seed: int

    @cached_property
    def cohort(self) -> Cohort:
        """The persons, whose covariates are those that are expected."""
        return Cohort(self.setting)

    def run(self) -> Replicated:
        """All studies."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = Replicated.joined([self._study(place, True) for place, _ in batches(self.setting.method.n, 1)])
            if self.setting.smaller is not None:
                place = found.names.index(self.setting.question.names[0])
                return replace(found, null=self._without.p_values(), tested=found.estimates[:, [place]])
            if self.setting.design.model.family is not None:
                return replace(found, null=self.p_values(effect=False))
        return found

    def p_values(self, effect: bool = True) -> Array:
        """Those of all studies, with the effect or without it."""
        return np.array([self._study(place, effect).p_values[0] for place, _ in batches(self.setting.method.n, 1)])

    @property
    def _without(self) -> OneByOne:
        """The same where the smaller model of a test of a variance is true."""
        null = self.setting.without()
        return OneByOne(null, self.truths.without(null), self.seed)

    # ------------------------------------------------ drawing

    def _outcomes(self, place: int, effect: bool) -> tuple[Array, Array]:
        """Outcomes of a study, and the rows that were seen; without its effect the same random numbers."""
        setting = self._setting(place)
        beta = setting.beta() if effect else setting.beta(np.zeros(len(setting.sizes)))
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(place,)))
        outcome, seen = self.cohort.drawn(rng, beta, setting)
        return outcome, np.flatnonzero(seen)

    def _setting(self, place: int) -> Setting:
        return self.truths.settings[0 if self.truths.one else place]

    # ------------------------------------------------ fitting

    @cached_property
    def base(self) -> FittedModel:
        """A fit from which the others begin.

        Raises
        ------
        NotEstimableError
            Where no study has one.
        """
        said = ""
        for place in range(TRIED):
            outcome, seen = self._outcomes(place, True)
            try:
                found = estimate(self.setting.design.assumed.model, self._panel(outcome, seen), None, FittedModel)
            except GrowthCurvesError as error:
                said = str(error)
                continue
            if found.estimates.verdict.converged and tuple(found.terms) == tuple(self.setting.design.terms):
                return found
        raise NotEstimableError(f"The planned analysis fits none of {TRIED} simulated studies", said or "plan more")

    def _panel(self, outcome: Array, seen: Array) -> Panel:
        model = self.setting.design.assumed.model
        frame = self.cohort.frame.assign(**{str(model.outcome): outcome}).iloc[seen]
        return Panel(frame, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave)

    @cached_property
    def _rows(self) -> Any:
        """All rows as the likelihood of the base takes them."""
        base, outcome = self.base, self._outcomes(0, True)[0]
        panel = self._panel(outcome, np.arange(len(outcome)))
        bound = base.recipe.replayed(panel)
        return rows_of(bound, None if base.family is None else family_outcome(base.model, panel))

    def _fit(self, outcome: Array, seen: Array) -> Any:
        rows = replace(self._rows, outcome=outcome).take(seen)
        base = self.base.estimates
        if hasattr(base, "likelihood"):
            return base.again(rows)  # type: ignore[attr-defined]
        return base.again(Sums.of_rows(rows).people)  # type: ignore[attr-defined]

    # ------------------------------------------------ what was found

    @cached_property
    def _parameters(self) -> list[Any]:
        return parameters(self.base)

    def _study(self, place: int, effect: bool) -> Replicated:
        estimates = self._fit(*self._outcomes(place, effect))
        return self._record(place, estimates)

    def _record(self, place: int, estimates: Any) -> Replicated:
        setting, p = self._setting(place), len(self.setting.design.terms)
        names = [name for name, _ in self._parameters]
        truth = np.concatenate([setting.beta(), [value_of(setting.design, name) for name in names[p:]]])
        if estimates is None:
            return _nothing(tuple(names), truth, len(setting.question.L))
        fit = replace(self.base, estimates=estimates)
        level, L = setting.method.level, setting.question.L
        df, cov = self._df(fit, np.concatenate([np.eye(p), L])), self._covariance(fit)
        errors = np.sqrt(np.maximum(np.diag(cov), 0.0))
        half = _quantile(df[:p], level) * errors
        told = [delta(fit, quantity, level) for _, quantity in self._parameters[p:]]
        beta = np.asarray(estimates.beta)
        p_values = self._p(fit, beta, cov, df[p:], L @ setting.beta())
        return Replicated(
            tuple(names),
            truth[None],
            np.concatenate([beta, [one.estimate for one in told]])[None],
            np.concatenate([errors, [one.std_error for one in told]])[None],
            np.concatenate([beta - half, [one.conf_low for one in told]])[None],
            np.concatenate([beta + half, [one.conf_high for one in told]])[None],
            (L @ beta)[None],
            np.array([float(df[p:].min(initial=np.inf))]),
            *p_values,
            np.array([bool(estimates.verdict.singular)]),
            np.array([bool(estimates.verdict.converged)]),
        )

    @staticmethod
    def _ratio(fit: FittedModel, kept: Sequence[int]) -> Array:
        """The p-value of the likelihood ratio against the model with only some random effects (Stram and Lee 1994)."""
        pair = fit.estimates.without_random(list(kept))
        if not pair.small.verdict.converged:
            return np.full(1, np.nan)
        tails = [chi_square_tail(pair.ratio, df) for df in (pair.free - 1, pair.free)]
        return np.array([0.5 * sum(tails)])

    def _df(self, fit: FittedModel, L: Array) -> Array:
        fixed = self.setting.between
        if fixed is not None:
            return np.full(len(L), fixed)
        information = "expected" if self.setting.adjusted else "observed"
        return satterthwaite_df(fit.estimates.cov_beta, information_of(fit, information), L)

    def _covariance(self, fit: FittedModel) -> Array:
        """Of the fixed effects, adjusted where that is asked for and known."""
        adjusted = self.setting.adjusted and information_of(fit, "expected") is not None
        return fit.estimates.adjusted_covariance("expected", True) if adjusted else np.asarray(fit.estimates.cov_beta)

    def _p(self, fit: FittedModel, beta: Array, cov: Array, df: Array, truth: Array) -> tuple[Array, Array]:
        """p-values as it is, and about the true effect."""
        L, test, none = self.setting.question.L, self.setting.test, np.full(1, np.nan)
        if not fit.estimates.verdict.converged:
            return none, none
        if self.setting.smaller is not None:
            return self._ratio(fit, self.setting.smaller.kept), none
        V, out = L @ cov @ L.T, []
        turned = np.linalg.eigh(V)[1].T @ L
        several = np.array([fai_cornelius(self._df(fit, turned))]) if len(L) > 1 else df
        for shift in (0.0, truth):
            at = L @ beta - shift
            if len(L) == 1:
                side = float(np.sign(self.setting.sizes[0]) or 1.0)
                out.append(p_of_t(at / np.sqrt(np.diag(V)), df, test, side))
            else:
                out.append(p_of_f(np.array([at @ np.linalg.solve(V, at)]) / len(L), len(L), several))
        return out[0], out[1]


def _quantile(df: Array, level: float) -> Array:
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.where(np.isfinite(df), df, 1e12), 0.5 + level / 2.0))


def _nothing(names: Sequence[str], truth: Array, rows: int) -> Replicated:
    """A study that had no estimates."""
    none = np.full((1, len(names)), np.nan)
    p, no = np.full(1, np.nan), np.zeros(1, dtype=bool)
    return Replicated(tuple(names), truth[None], none, none, none, none, np.full((1, rows), np.nan), p, p, p, no, no)
