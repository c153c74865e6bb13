"""Checks of a fit, one after the other, on the data and on replicates of the fitted model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.checks.answer import COLUMNS, FitChecks
from growthcurves.checks.calls import texts
from growthcurves.checks.check import LEVELS, Check, Fact, Measure, Measured, Said, Verdict, compared
from growthcurves.checks.look import Look
from growthcurves.errors import GrowthCurvesWarning, ModelError, NotEstimableError, filtered, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import shown_value, whole_number
from growthcurves.numerics.seeds import seed_of

#: Replicates of the fitted model, unless another number is asked for, and of tables of many rows.
REPLICATES, FEWER, MANY_ROWS = 499, 199, 60_000
#: The chance that any finding of a right model is called a problem, at most.
ANY_PROBLEM = 0.10
#: The chance that one finding of a right model is to be looked at.
LOOK_AT = 0.05
#: Of a check whose statistics the estimated variances determine.
NOTHING_LEFT = "The fitted variances leave nothing of it to be seen."


def check(
    fit: FittedModel, checks: Sequence[Check], facts: Sequence[Fact], prespecified: bool, n: int | None, rng: Any
) -> FitChecks:
    """The findings of some checks; see `GrowthFit.check`."""
    _refuse(fit)
    n = (FEWER if len(fit.panel) > MANY_ROWS else REPLICATES) if n is None else n
    whole_number(n, "n= is a number of replicates of the fitted model", 199, 100_000)
    look = Look(fit, seed_of(rng))
    said = fit.vocabulary.said
    skipped = {one.name: said(reason) for one in checks if (reason := _why_not(one, look)) is not None}
    asked = [one for one in checks if one.name not in skipped]
    found = measured(look, {one.name: one.measure(look) for one in asked}, n)
    limit = ANY_PROBLEM / max(len(found), 1)
    skipped |= {one.name: NOTHING_LEFT for one in asked if one.name not in found}
    with filtered("ignore", GrowthCurvesWarning):  # what is to be known of fits beside this one is not of this one
        told = {one.name: one.said(look, found[one.name]) for one in asked if one.name in found}
        notes = [(one, one.said(look)) for one in facts]
    p = {name: measured.p_value for name, measured in found.items()}
    rows = [
        _row(one, told[one.name], p[one.name], _verdict(p[one.name], limit, told[one.name]))
        for one in asked
        if one.name in told
    ]
    rows += [_row(one, said, said.p_value, _of_fact(said.p_value)) for one, said in notes if said is not None]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table = table.sort_values("level", key=lambda levels: levels.map(LEVELS.index), kind="stable", ignore_index=True)
    draw = (f"{n:,} replicates for checks", look.seed)
    if draw not in fit.made.draws:
        fit.made.draws.append(draw)
    return FitChecks(table, fit, look, found, told, skipped, prespecified, n, limit)


#: Why a fit has no checks where its variances are not known.
NOT_KNOWN = (
    "The design cannot tell the variances of this model apart, so that what a right model would give is not known: "
    "fit a model whose certificate says identified."
)

#: Why a weighted fit has none.
NOT_WEIGHTED = (
    "A check sets what it looks at beside data sets drawn from the model, which know nothing of how persons were "
    "sampled, so that with design= a finding may be of the sample alone: check the same model without design=, and "
    "look at plot.residuals() and plot.qq(), which are weighted."
)


def with_own(checks: Sequence[Check], own: Any) -> tuple[Check, ...]:
    """The checks of the package and a user's own.

    Raises
    ------
    ModelError
        For what is no check, has another's name, or is of no level.
    """
    wanted = "also= takes a list of checks of your own, values of a class of growthcurves.extend.Check"
    if not isinstance(own, (list, tuple)) or not all(isinstance(one, Check) for one in own):
        raise ModelError(f"{wanted}, not {shown_value(own)}.")
    names = [one.name for one in checks]
    for one in own:
        name, level = getattr(one, "name", None), getattr(one, "level", None)
        if not isinstance(name, str) or name in names:
            raise ModelError(f"A check needs a name= that no other has, not {name!r}.")
        if level not in LEVELS:
            raise ModelError(unknown("level of checks", level, LEVELS))
        names.append(name)
    return (*checks, *own)


def _refuse(fit: FittedModel) -> None:
    if fit.weighing is not None:
        raise NotEstimableError(NOT_WEIGHTED)
    if not fit.identified:
        raise NotEstimableError(NOT_KNOWN)


def _why_not(one: Check, look: Look) -> str | None:
    if not look.normal and not one.of_families:
        return "It is for normal outcomes: persons' own estimates from others are far from normal in any case."
    return one.why_not(look)


def measured(look: Look, measures: dict[str, Measure], n: int) -> dict[str, Measured]:
    """What is found by each measure; those of which the fitted variances leave nothing are not there."""
    data, scores = _statistics(look.data, measures)
    parts = [_statistics(sample, measures) for sample in look.replicates(n)]
    for name, measure in measures.items():
        if data[name].shape != (len(measure.labels), 1):
            raise ModelError(f"{name!r} gives {len(data[name])} statistics for {len(measure.labels)} labels.")
    drawn = {name: np.concatenate([part[name] for part, _ in parts], axis=1) for name in measures}
    both = scores, np.concatenate([part for _, part in parts], axis=1)
    found = {name: compared(measure, data[name], drawn[name], both) for name, measure in measures.items()}
    return {name: one for name, one in found.items() if one is not None}


def _statistics(sample: Any, measures: dict[str, Measure]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    return {name: measure.of(sample) for name, measure in measures.items()}, sample.scores()


def _verdict(p: float, limit: float, said: Said) -> Verdict:
    if said.small or p > LOOK_AT:
        return Verdict.FINE
    return Verdict.PROBLEM if p <= limit else Verdict.LOOK


def _of_fact(p: float) -> Verdict:
    return Verdict.NOTE if p != p else Verdict.LOOK if p <= LOOK_AT else Verdict.FINE


def _row(one: Check | Fact, said: Said, p: float, verdict: Verdict) -> dict[str, Any]:
    matters = verdict is not Verdict.FINE
    small = " It is there, and too small to matter." if said.small and p <= LOOK_AT else ""
    return {
        "level": one.level, "check": one.name, "verdict": verdict.value, "looked_at": said.looked_at,
        "value": said.value, "low": said.low, "high": said.high, "p_value": p, "text": said.text + small,
        "meaning": said.meaning if matters else "", "advice": texts(said.advice) if matters else (),
    }  # fmt: skip
