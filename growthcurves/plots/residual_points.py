"""Residuals against what is fitted and against time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.numerics.seeds import seed_of
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.labels import key_of_figure
from growthcurves.plots.layers import person_alpha
from growthcurves.plots.panel import time_ranges
from growthcurves.plots.style import colour_of, faint, ink, label_axes, muted, with_unit
from growthcurves.plots.visits import tick_visits, visit_times
from growthcurves.results.persons.residuals import (
    ABOUT_THE_MEAN,
    RANDOM,
    kind_asked,
    residual_table,
    why_no_residuals,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE_BY_SIDE = 5.0  # inches from which the panels stand side by side
WORDS = {
    "conditional": "conditional residual",
    "marginal": "marginal residual",
    "normalized": "normalized residual",
    "cholesky": "Cholesky residual",
    "pearson": "Pearson residual",
    "deviance": "deviance residual",
    "quantile": "quantile residual",
}


@dataclass(frozen=True)
class Residuals(Panels):
    """Residuals against the fitted values and against time, with their mean along both.

    Where the mean leaves zero the curve of the model is not that of the data; where the points fan out, the residual
    variance is not the same everywhere. The mean is taken at each value where at most 30 occur, and within ten ranges
    that hold equally many rows elsewhere. Along persons' own curves none is drawn: conditional residuals rise with
    these in every model that holds, because empirical Bayes draws curves towards the mean.

    Parameters
    ----------
    kind : {None, "normalized", "conditional", "marginal", "cholesky", "quantile", "pearson", "deviance"}
        "conditional" are about persons' own curves, "marginal" about the population's mean, in units of the outcome;
        "normalized" (the default) are conditional ones times the inverse Cholesky factor of the residual covariance,
        "cholesky" marginal ones times that of the covariance of outcomes (Houseman, Ryan and Coull, 2004). Of outcomes
        that are not normal "quantile" (the default), foretold from the person's outcomes before and standard normal
        where the model holds, or "pearson" and "deviance", about persons' own curves: see `GrowthFit.residuals`.
    rng : int, Generator or None
        Of quantile residuals, whose seed the key prints.
    """

    kind: str | None = None
    rng: Any = 1

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """A row of panels, or one above the other where it is narrow."""
        return width, 2.9 if width >= _SIDE_BY_SIDE else 4.6

    def why_not(self, fit: Any) -> str | None:
        """Outcomes must have a residual, and its variance must be identified."""
        return why_no_residuals(fit, kind_asked(fit, self.kind))

    def scene(self, fit: Any) -> Scene:
        """One table: columns part ("row", "mean by time", "mean by fitted"), id, time, fitted, residual."""
        kind, seed = kind_asked(fit, self.kind), seed_of(self.rng)
        rows = residual_table(fit, kind, seed)
        along = ["fitted"] if fit.panel.time is None else ["fitted", "time"]
        drawn = [name for name in along if kind in ABOUT_THE_MEAN or name == "time"]
        means = [_means(rows, fit.row_weights, name).assign(part=f"mean by {name}") for name in drawn]
        frame = pd.concat([rows.assign(part="row"), *means], ignore_index=True)
        unit = fit.panel.outcome_unit
        texts = {
            "along": along,
            "fitted": with_unit(_fitted(fit, kind), unit),
            "time": None if fit.panel.time is None else fit.when.axis,
            "visits": visit_times(fit.panel),
            "y": with_unit(WORDS[kind], unit) if kind in ("conditional", "marginal") else WORDS[kind],
            "note": f"{len(rows):,} rows" + (f", seed {seed}" if kind in RANDOM else ""),
        }
        return Scene(frame[["part", "id", "time", "fitted", "residual"]], texts)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure."""
        frame, texts = scene
        along = texts["along"]
        wide = float(fig.bbox.width / fig.dpi) >= _SIDE_BY_SIDE
        axes = fig.subplots(*((1, len(along)) if wide else (len(along), 1)), sharey=True, squeeze=False).flat
        for place, (ax, name) in enumerate(zip(axes, along, strict=True)):
            _draw_along(ax, frame, name)
            tick_visits(ax, texts["visits"] if name == "time" else [], most=6)
            label_axes(ax, texts[name], texts["y"] if place == 0 or not wide else "")
        key_of_figure(fig, _key(texts))
        return fig


def _fitted(fit: Any, kind: str) -> str:
    """What residuals are about, on an axis."""
    if fit.family is not None:
        mean, outcome = fit.family.scale_words.response, fit.model.outcome
        foretold = fit.vocabulary.said("from the person's outcomes before")
        return f"{mean} of {outcome}, {foretold if kind in ABOUT_THE_MEAN else 'own curve'}"
    return f"{fit.model.outcome}, {'population mean' if kind in ABOUT_THE_MEAN else 'own curve'}"


def _means(rows: pd.DataFrame, weights: np.ndarray, name: str) -> pd.DataFrame:
    """Mean residual at values of a column, or within ranges of it: columns of that name, and residual."""
    cells = time_ranges(rows[name].to_numpy(float))
    sums = rows[[name, "residual"]].mul(weights, axis=0).assign(weight=weights).groupby(cells).sum()
    return sums.div(sums.pop("weight"), axis=0).reset_index(drop=True)


def _draw_along(ax: Axes, frame: pd.DataFrame, name: str) -> None:
    rows, mean = frame[frame["part"] == "row"], frame[frame["part"] == f"mean by {name}"]
    alpha = float(np.clip(3 * person_alpha(len(rows)), 0.08, 0.8))
    dots = ax.plot(rows[name], rows["residual"], ".", color=muted(), markersize=3.5, alpha=alpha, markeredgewidth=0)
    dots[0].set_rasterized(len(rows) > 2000)
    ax.axhline(0.0, color=faint(), linewidth=0.8, zorder=1)
    ax.plot(mean[name], mean["residual"], "o-", color=colour_of(0), markersize=3.0, linewidth=1.6, zorder=3)


def _key(texts: dict[str, Any]) -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="", marker=".", color=ink(), alpha=0.6, label=texts["note"]),
        Line2D([], [], marker="o", markersize=3.0, linewidth=1.6, color=colour_of(0), label="mean"),
    ]
