"""Reliability of the growth rate of a planned study: var(slope) / (var(slope) + sampling variance of an own slope)."""

from __future__ import annotations

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.numerics.arrays import Array
from growthcurves.planning.design import Design


def slope_reliability(design: Design) -> float:
    """Mean over arms of the reliability of own slopes over whole schedules (Willett 1989); NaN of equal rates."""
    names = design.recipe.random.names
    found = [
        (design.study.arms[arm] * one.share, _of_schedule(design, arm, np.array(one.times)))
        for arm, schedules in design.study.times.items()
        for one in schedules
    ]
    if not any(name.split(":")[0] == "slope" for name in names):
        return float("nan")
    return float(sum(share * value for share, value in found))


def _of_schedule(design: Design, arm: object, times: Array) -> float:
    """Of one schedule of an arm; own slopes by least squares."""
    variance = _slope_variance(design, arm)
    if len(times) < 2 or not variance > 0 or design.residual is None:
        return float("nan")
    R = _residual(design, arm, times)
    centred = times - times.mean()
    weights = centred / (centred @ centred)
    return variance / (variance + float(weights @ R @ weights))


def _slope_variance(design: Design, arm: object) -> float:
    level, names = design.levels[0], design.recipe.random.names
    for place, a in enumerate(level.places):
        parameter, _, group = names[a].partition(":")
        if parameter == "slope" and group in ("", f"{design.study.arm}[{arm}]"):
            return float(level.G[place, place])
    return 0.0


def _residual(design: Design, arm: object, times: Array) -> Array:
    """Covariance of the residuals of these visits in an arm."""
    panel, kinds = design.persons.panel, design.persons.kinds
    own = next(
        k for k, kind in enumerate(kinds) if kind.arm == arm and len(kind.times) and set(kind.times) <= set(times)
    )
    first = int(panel.persons.first_rows[own])
    one = design.occasions.take(np.full(len(times), first))
    return design.residual.matrix(Occasions(times, None, one.group, one.value))
