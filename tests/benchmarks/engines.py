"""What each engine does in a benchmark: one function for each engine and kind of work.

A *kind* is `formula` (data frame and formula to fitted object), `pass` (arrays to fitted object: the pass
over the rows and the optimisation, no formula) or `optimise` (only what comes after the pass). Engines are
imported inside these functions, so that a process loads only the one it measures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Model:
    """The same model in the two ways in which engines are told about it."""

    fixed: str
    random: str
    id: str

    @property
    def lme4(self) -> str:
        return f"{self.fixed} + ({self.random} | {self.id})"


GROWTH = Model("y ~ time * group + age", "time", "id")
SLEEPSTUDY = Model("reaction ~ day", "day", "subject")


@dataclass(frozen=True)
class Action:
    """One thing to be timed.

    Attributes
    ----------
    state : object
        What is made once, outside the clock.
    run : callable
        From the state to the fitted object: what the clock measures.
    deviance : callable
        From the fitted object to -2 log REML.
    renew : callable
        From the state to a new one before every repeat, outside the clock.
    """

    state: Any
    run: Callable[[Any], Any]
    deviance: Callable[[Any], float]
    renew: Callable[[Any], Any] = lambda state: state


def minus_two_llf(fitted: Any) -> float:
    """-2 log likelihood of the results that carry statsmodels' name for it."""
    return -2.0 * float(fitted.llf)


# ---------------------------------------------------------------- growthcurves


def ours_formula(frame: pd.DataFrame, model: Model) -> Action:
    """`growthcurves.fit` from a formula."""
    import growthcurves as gc

    return Action(frame, lambda data: gc.fit(model.lme4, data), minus_two_llf)


def _ours_columns(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    return {name: frame[name].to_numpy() for name in ("id", "time", "group", "age", "y")}


def _ours_moments(columns: dict[str, np.ndarray]) -> Any:
    """The pass over sorted rows, for the growth model of the benchmarks."""
    from growthcurves.engine.sums.design import Terms
    from growthcurves.engine.sums.moments import PersonMoments

    ids = columns["id"]
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    weights = [columns["group"][starts].astype(float), columns["age"][starts]]
    terms = Terms(x=((0, 0), (1, 0), (0, 1), (1, 1), (0, 2)), z=(0, 1), blocks=((0, 1),))
    persons = PersonMoments.of_rows(terms, [columns["time"]], columns["y"], weights, starts.size, starts)
    return persons.moments()


def _ours_solve(moments: Any) -> Any:
    from growthcurves.engine.solution import solve
    from growthcurves.engine.sums.coordinates import coordinates

    return solve(moments, coordinates(moments), True)


def ours_pass_and_optimise(frame: pd.DataFrame, model: Model) -> Action:
    """The engine alone, from the arrays of a sorted data frame to a certified solution."""

    def run(columns: dict[str, np.ndarray]) -> Any:
        return _ours_solve(_ours_moments(columns))

    return Action(_ours_columns(frame), run, lambda fit: fit.deviance)


def ours_optimise(frame: pd.DataFrame, model: Model) -> Action:
    """What comes after the pass; every repeat has a copy of the moments, so that nothing is remembered."""
    moments = _ours_moments(_ours_columns(frame))
    return Action(moments, _ours_solve, lambda fit: fit.deviance, replace)


# ---------------------------------------------------------------- peers


def mixedlm_rs_formula(frame: pd.DataFrame, model: Model) -> Action:
    """mixedlm-rs from a formula."""
    import mixedlm_rs

    def run(data: pd.DataFrame) -> Any:
        built = mixedlm_rs.mixedlm(model.fixed, data, groups=model.id, re_formula=f"~{model.random}")
        return built.fit(reml=True)

    return Action(frame, run, minus_two_llf)


def _design_arrays(frame: pd.DataFrame) -> tuple[np.ndarray, ...]:
    time, group, age = (frame[name].to_numpy(float) for name in ("time", "group", "age"))
    ones = np.ones_like(time)
    X = np.column_stack([ones, time, group, time * group, age])
    return frame["y"].to_numpy(), X, frame["id"].to_numpy(), np.column_stack([ones, time])


def mixedlm_rs_pass(frame: pd.DataFrame, model: Model) -> Action:
    """mixedlm-rs from finished X and Z: its class made from arrays, and `.fit()`."""
    import mixedlm_rs

    def run(arrays: tuple[np.ndarray, ...]) -> Any:
        y, X, groups, Z = arrays
        return mixedlm_rs.MixedLM(y, X, groups, exog_re=Z).fit(reml=True)

    return Action(_design_arrays(frame), run, minus_two_llf)


def mixedlm_rs_fit_only(frame: pd.DataFrame, model: Model) -> Action:
    """mixedlm-rs' `.fit()` alone (its pass is inside), of a model that has been made from arrays."""
    import mixedlm_rs

    y, X, groups, Z = _design_arrays(frame)

    def renew(state: Any) -> Any:
        return mixedlm_rs.MixedLM(y, X, groups, exog_re=Z)

    return Action(None, lambda built: built.fit(reml=True), minus_two_llf, renew)


def glmm_formula(frame: pd.DataFrame, model: Model) -> Action:
    """glmm (Rust) from a formula, as it comes: its fit holds Satterthwaite degrees of freedom and the modes."""
    import glmm

    return Action(frame, lambda data: glmm.fit(data, model.lme4), lambda fit: -2.0 * float(fit.loglik))


def lme_python_formula(frame: pd.DataFrame, model: Model) -> Action:
    """lme-python from a formula; the polars frame that it prefers is made outside the clock."""
    import lme_python
    import polars as pl

    def run(data: Any) -> Any:
        return lme_python.lmer(model.lme4, data=data, reml=True)

    return Action(pl.from_pandas(frame), run, lambda fit: fit.reml_criterion)


def mixedlm_formula(frame: pd.DataFrame, model: Model) -> Action:
    """mixedlm from a formula."""
    import mixedlm

    def run(data: pd.DataFrame) -> Any:
        return mixedlm.lmer(model.lme4, data)

    return Action(frame, run, lambda fit: float(mixedlm.REMLcrit(fit)))


def statsmodels_formula(frame: pd.DataFrame, model: Model) -> Action:
    """statsmodels MixedLM from a formula."""
    import statsmodels.formula.api as smf

    def run(data: pd.DataFrame) -> Any:
        built = smf.mixedlm(model.fixed, data, groups=model.id, re_formula=f"~{model.random}")
        return built.fit(reml=True)

    return Action(frame, run, minus_two_llf)


ACTIONS: dict[tuple[str, str], Callable[[pd.DataFrame, Model], Action]] = {
    ("growthcurves", "formula"): ours_formula,
    ("growthcurves", "pass"): ours_pass_and_optimise,
    ("growthcurves", "optimise"): ours_optimise,
    ("mixedlm-rs", "formula"): mixedlm_rs_formula,
    ("mixedlm-rs", "pass"): mixedlm_rs_pass,
    ("mixedlm-rs", "fit only"): mixedlm_rs_fit_only,
    ("glmm", "formula"): glmm_formula,
    ("lme-python", "formula"): lme_python_formula,
    ("mixedlm", "formula"): mixedlm_formula,
    ("statsmodels", "formula"): statsmodels_formula,
}
