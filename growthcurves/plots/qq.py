"""Normal quantile plots of residuals and of random effects, with a band that holds all points at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.persons_asked import positions_of
from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.averages import plotting_positions
from growthcurves.numerics.distributions import beta_quantiles, normal_quantiles
from growthcurves.numerics.order_statistics import drawn_ranks, local_bounds, local_level
from growthcurves.numerics.seeds import seed_of
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.labels import key_of_figure
from growthcurves.plots.residual_points import WORDS
from growthcurves.plots.style import colour_of, faint, ink, label_axes, title_panel
from growthcurves.results.persons.residuals import (
    RANDOM,
    kind_asked,
    kinds_of,
    residual_table,
    standardized_effects,
    why_no_residuals,
)
from growthcurves.results.tables.answer import checked_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL_INCHES = 1.9
#: Kinds of residuals that have a known distribution, or nearly.
_OF_VARIANCE_ONE = ("cholesky", "normalized", "quantile")
_COLUMNS = ["panel", "id", "rank", "expected", "value", "low", "high"]


@dataclass(frozen=True)
class Qq(Panels):
    """Residuals and random effects against the quantiles of a standard normal, with a simultaneous band.

    Residuals are Cholesky residuals: y - X b of a person times the inverse Cholesky factor of the covariance of
    outcomes, independent and standard normal where the model holds (Houseman, Ryan and Coull, 2004, JASA 99). Random
    effects are empirical Bayes estimates over their own SD, sqrt(G - Var(u | y)). The band holds all points at once
    with this probability and gives each of them the same chance of leaving it, as the tail-sensitive bands of
    Aldor-Noiman et al. (2013, The American Statistician 67) do; it is computed exactly, for parameters that are known
    (estimated ones make it a little wide). Of more than 400 values the 100 at each end and 200 between are drawn,
    and the band is that of the points drawn. With a sampling design values count by the weights of their rows or
    persons, so that what is found is the population's, and there is no band: it is of values drawn alike.

    Parameters
    ----------
    kind : {None, "cholesky", "normalized", "quantile"}
        Kind of residuals, as `residuals` has them. Normalized ones are not independent, so that the band is a guide.
        Of outcomes that are not normal they are quantile residuals, independent and standard normal where the model
        holds; estimates of persons' random effects are then far from normal in any case, and are not drawn.
    level : float
        Probability that the band holds all points of a panel.
    rng : int, Generator or None
        Of quantile residuals, whose seed the title prints.
    """

    kind: str | None = None
    level: float = 0.95
    rng: Any = 1

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """As many panels in a row as fit."""
        count = len(scene.texts["panels"])
        return width, 0.5 + 2.4 * -(-count // _columns(count, width))

    def why_not(self, fit: Any) -> str | None:
        """Outcomes must have a residual, and its variance must be identified."""
        checked_level(self.level)
        kind = kind_asked(fit, self.kind, independent=True)
        known = [one for one in kinds_of(fit) if one in _OF_VARIANCE_ONE]
        if not among(kind, known):
            raise ModelError(unknown("kind of residuals whose distribution is known", kind, known))
        return why_no_residuals(fit, kind)

    def scene(self, fit: Any) -> Scene:
        """One row per point: columns panel, id, rank, expected (median of the order statistic), value, low, high."""
        kind, seed = kind_asked(fit, self.kind, independent=True), seed_of(self.rng)
        samples = {WORDS[kind] + "s" + (f", seed {seed}" if kind in RANDOM else ""): residual_table(fit, kind, seed)}
        if fit.family is None:
            effects = standardized_effects(fit).groupby("effect", sort=False)
            samples |= {f"random effect, {name}": rows for name, rows in effects}
        samples = {name: rows.rename(columns={"residual": "value"}) for name, rows in samples.items()}
        parts = [self._points(fit, rows).assign(panel=name) for name, rows in samples.items()]
        texts = {"panels": list(samples), "level": f"{100 * self.level:g} %", "weighted": fit.weighing is not None}
        return Scene(pd.concat(parts, ignore_index=True)[_COLUMNS], texts)

    def _points(self, fit: Any, rows: pd.DataFrame) -> pd.DataFrame:
        if fit.weighing is None:
            return _points(rows, self.level)
        if "effect" in rows:
            return _weighted_points(rows, fit.person_shares[positions_of(fit.panel, rows["id"])])
        return _weighted_points(rows, fit.row_weights)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure."""
        frame, texts = scene
        panels = texts["panels"]
        columns = _columns(len(panels), float(fig.bbox.width / fig.dpi))
        axes = fig.subplots(-(-len(panels) // columns), columns, squeeze=False).flat
        for place, ax in enumerate(axes):
            if place >= len(panels):
                ax.set_visible(False)
                continue
            _draw_points(ax, frame[frame["panel"] == panels[place]])
            label_axes(ax, "expected, standard normal", "" if place % columns else "found")
            title_panel(ax, panels[place])
        key_of_figure(fig, _key(texts, bool(_outside(frame).any())))
        return fig


def _points(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    """The values that are drawn with what is expected of them: columns id, rank, expected, value, low, high."""
    count = len(rows)
    ranks = drawn_ranks(count)
    ordered = rows.sort_values("value", kind="stable").iloc[ranks - 1]
    low, high = local_bounds(ranks, count, local_level(tuple(ranks.tolist()), count, level))
    expected = normal_quantiles(beta_quantiles(0.5, ranks, count + 1 - ranks))
    found = {"id": ordered["id"], "rank": ranks, "expected": expected, "value": ordered["value"]}
    return pd.DataFrame(found | {"low": normal_quantiles(low), "high": normal_quantiles(high)})


def _weighted_points(rows: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """The same where values count by weights: expected is the quantile of the middle of what each stands for."""
    order = np.argsort(rows["value"].to_numpy(float), kind="stable")
    ranks = drawn_ranks(len(rows))
    expected = normal_quantiles(plotting_positions(weights[order]))[ranks - 1]
    ordered = rows.iloc[order[ranks - 1]]
    found = {"id": ordered["id"], "rank": ranks, "expected": expected, "value": ordered["value"]}
    return pd.DataFrame(found | {"low": np.nan, "high": np.nan})


def _columns(panels: int, width: float) -> int:
    most = max(1, int(width / _PANEL_INCHES))
    return -(-panels // -(-panels // most))


def _outside(rows: pd.DataFrame) -> pd.Series:
    return (rows["value"] < rows["low"]) | (rows["value"] > rows["high"])


def _draw_points(ax: Axes, rows: pd.DataFrame) -> None:
    outside = _outside(rows)
    ax.fill_between(rows["expected"], rows["low"], rows["high"], color=colour_of(0), alpha=0.18, linewidth=0)
    ends = rows["expected"].iloc[[0, -1]]
    ax.plot(ends, ends, color=faint(), linewidth=0.9)
    for where, colour in ((~outside, ink()), (outside, colour_of(1))):
        ax.plot(rows["expected"][where], rows["value"][where], ".", color=colour, markersize=3.5, markeredgewidth=0)
    ax.locator_params(nbins=5)


def _key(texts: dict[str, Any], outside: bool) -> list[Any]:
    from matplotlib.lines import Line2D

    left = Line2D([], [], linestyle="", marker=".", color=colour_of(1), label="outside the band")
    found = "found, weighted" if texts["weighted"] else "found"
    return [
        Line2D([], [], linestyle="", marker=".", color=ink(), label=found),
        *([left] if outside else []),
        *([] if texts["weighted"] else [_band_handle(texts["level"])]),
    ]


def _band_handle(level: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(color=colour_of(0), alpha=0.18, linewidth=0, label=f"{level} band for all points at once")
