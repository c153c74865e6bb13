"""The mixed model for repeated measures of a trial, as statistical analysis plans ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from growthcurves.data.frame import as_frame
from growthcurves.data.panel import Panel
from growthcurves.results.ddf import KenwardRoger, known_ddf
from growthcurves.trials.attempts import structures_of
from growthcurves.trials.design import Roles, design_of
from growthcurves.trials.tables import Wanted
from growthcurves.trials.trial import Trial


def mmrm(
    data: Any,
    outcome: str,
    visit: str,
    id: Any,
    arm: str,
    reference: Any = None,
    baseline: Any = None,
    covariates: Any = None,
    response: str = "value",
    residual: Any = "un",
    fallback: Sequence[Any] | None = None,
    ddf: Any = "kenward-roger",
    fallback_ddf: Any = None,
    visits: Sequence[Any] | None = None,
    weights: str = "equal",
    average: str = "rows",
    alternative: str = "two-sided",
    adjust: str = "none",
    level: float = 0.95,
    where: str | None = None,
) -> Trial:
    """Analyse a trial by a mixed model for repeated measures (MMRM).

    Visits are levels of a factor, each with a mean and an effect of the arm (and of the baseline) of its own; residuals
    of a person correlate over visits; there are no random effects (Mallinckrodt et al. 2008). Fitted by REML.

    Parameters
    ----------
    data : DataFrame or Panel
        Long: a row per person and visit.
    outcome, visit : str
    id, arm : str or list of str
        Columns. Visits are numbers, texts with a number in them ("Week 4") or categories in their order.
    reference : level of `arm`
        The arm that others are compared with; it must be said.
    baseline : column or visit, optional
        A column with one number per person, or the visit whose outcome it is: a covariate with an effect by visit. The
        baseline visit itself is then no outcome, its rows are left out and counted. For "clda" the visit (by default
        the one called baseline, else that numbered 0, else the first), which stays an outcome. Earlier visits are left
        out and counted too.
    covariates : str or list of str, optional
        A formula such as ``"sex + site"``: one effect at all visits; ``"age * visit"`` with an effect by visit.
    response : {"value", "change", "clda"}
        The outcome; its change from the baseline; or the outcome with the baseline as one of the visits, at which the
        arms have one mean (constrained longitudinal data analysis; Liang and Zeger 2000).
    residual : str or structure
        Covariance of the visits; see docs/residuals.md.
    fallback : list, optional
        Structures to take, in this order, when a fit has not converged or its information is not positive definite; by
        default those of "un", "toeph", "arh1", "csh" that are simpler than `residual`; ``[]`` for none. All that were
        tried are told.
    ddf : str or method
        "kenward-roger" is that of SAS and mmrm here, by observed information; "robust", or `gc.Robust(kind)`, for
        sandwich errors.
    fallback_ddf : str or method, optional
        In the place of `ddf` where a structure of `fallback` is taken, which may be too simple: "robust", whose errors
        hold whatever the covariance of the visits is.
    visits : list, optional
        The visits to model, in their order; rows of others are left out and counted.
    weights : {"equal", "proportional", "counterfactual"}
        How levels of covariates count in means.
    average : {"rows", "persons"}
        Over what covariates have their mean; rows are what SAS and emmeans take.
    alternative : {"two-sided", "greater", "less"}
        Of the tests and intervals of differences.
    adjust : {"none", "holm", "bonferroni", "dunnett", ...}
        Of the differences at one visit, where there are several arms.
    level : float
    where : str, optional
        The rows to use, as a condition; see `Panel`.

    Returns
    -------
    Trial
        ``.means``, ``.differences``, ``.tests``, ``.attempts``, ``.fit``.

    Raises
    ------
    ColumnError, DataError, ModelError
        For columns and values that cannot be what they are said to be, an unknown arm or visit.
    NotEstimableError
        When no covariance structure holds.

    Examples
    --------
    >>> import growthcurves as gc
    >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
    ...                 reference="placebo", baseline=0)
    >>> trial.differences[["visit", "estimate", "std_error", "df", "n"]].tail(2).round(2)
       visit  estimate  std_error      df    n
    3   12.0     -3.41       0.45  488.51  249
    4   16.0     -4.49       0.54  475.26  243
    """
    structures = structures_of(residual, fallback)
    later = None if fallback_ddf is None else _method(fallback_ddf)
    wanted = Wanted(_method(ddf), level, weights, average, alternative, adjust, later)
    frame = as_frame(data.data if isinstance(data, Panel) else data)
    roles = Roles(outcome, visit, id, arm, reference, baseline, covariates, response, visits, where)
    if isinstance(data, Panel) and data.outcome == outcome:
        roles = replace(roles, outcome_unit=data.outcome_unit, limits=data.limits)
    design = design_of(frame, roles)
    return Trial.of(frame, design, wanted, structures)


def _method(ddf: Any) -> Any:
    """A method of degrees of freedom; Kenward-Roger's as SAS and mmrm have it."""
    return KenwardRoger(information="observed") if isinstance(ddf, str) and ddf == "kenward-roger" else known_ddf(ddf)
