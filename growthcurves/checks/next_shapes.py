"""How near the next shapes come to the data, beside the one that was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from growthcurves.checks.check import SHAPE, Fact, Said
from growthcurves.checks.look import Look
from growthcurves.checks.mean_shape import MeanShape
from growthcurves.errors import GrowthCurvesError
from growthcurves.model.shapes import LogTime, Polynomial
from growthcurves.results.tables.printing import number

#: A shape whose AIC is less by this is nearer to the data.
NEARER = 2.0


class NextShapes(Fact):
    """AIC by maximum likelihood of the next shapes, with the same predictors and random effects."""

    name, level = "next_shapes", SHAPE

    def said(self, look: Look) -> Said | None:
        fit: Any = look.fit
        if not look.normal or MeanShape().why_not(look) is not None or not hasattr(fit, "refit"):
            return None
        found = {name: (call, fitted.aic) for name, call, fitted in _fitted(fit)}
        if not found:
            return None
        own = (fit if fit.method == "ml" else fit.refit("ml")).aic
        told = [f"{name} {_apart(aic - own)}" for name, (_, aic) in found.items()]
        best = min(found, key=lambda name: found[name][1])
        drop = own - found[best][1]
        meaning = f"The {best} is nearer to the data than the shape that was chosen." if drop > NEARER else ""
        ml = "fit" if fit.method == "ml" else 'fit.refit("ml")'
        advice = (f"gc.compare({ml}, {found[best][0]})",) if meaning else ()
        return Said("the next shapes", f"AIC by ML beside the fitted shape: {', '.join(told)}.", meaning, advice, drop)


def _fitted(fit: Any) -> Iterator[tuple[str, str, Any]]:
    """The next shapes that can be fitted: name, the call, and the fit."""
    shape = fit.model.growth_shape
    if not isinstance(shape, Polynomial) or not 1 <= shape.degree <= 2:
        return
    wider = "quadratic" if shape.degree == 1 else "cubic"
    candidates: list[tuple[str, str, Any]] = [(f"{wider} shape", f'fit.refit("ml", shape="{wider}")', wider)]
    if shape.degree == 1:
        candidates.append(("logarithm of time", 'fit.refit("ml", shape=gc.LogTime())', LogTime()))
    for name, call, other in candidates:
        try:
            yield name, call, fit.refit("ml", shape=other)
        except GrowthCurvesError:
            continue


def _apart(difference: float) -> str:
    return f"{number(abs(difference), 3)} {'more' if difference > 0 else 'less'}"
