"""Residual structures as a picture: SD over time, correlation and semivariogram by distance, implied and observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.plots.correlation import lag_label, pairs_under, whose, why_no_pairs
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.labels import key_of_figure
from growthcurves.plots.style import colour_of, hairline, ink, label_axes, line_of, title_panel, with_unit
from growthcurves.plots.variance_over_time import occasions_of
from growthcurves.plots.visits import tick_visits, visit_times
from growthcurves.results.variation.pairs import Pairs, pairs_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE_BY_SIDE = 5.0  # inches from which the panels stand side by side
_QUANTITIES = ("sd", "correlation", "semivariance")


@dataclass(frozen=True)
class ResidualStructures(Panels):
    """SD by occasion, correlation and semivariogram by distance in time: lines by structure, and dots of the data.

    All is about the mean curve; lines hold the random effects too. The dots are about the mean of the fit with the
    least AIC, and their residuals are divided by the observed SD of their occasion. The semivariogram is half the mean
    squared difference of two residuals of one person: what it rises from at short distances is measurement error.
    """

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """A row of panels, or three rows where it is narrow."""
        return width, 3.2 if width >= _SIDE_BY_SIDE else 6.0

    def why_not(self, comparison: Any) -> str | None:
        """Some structure must have been fitted."""
        if not comparison.fits:
            return "None of the residual structures could be fitted, so there is nothing to draw."
        return why_no_pairs(next(iter(comparison.fits.values())))

    def scene(self, comparison: Any) -> Scene:
        """One table: columns quantity ("sd", "correlation", "semivariance"), structure ("" for what is observed), at
        (time or distance), value, pairs (persons, for an SD).
        """
        fits = comparison.fits
        table = comparison.table.set_index("structure")
        best = table.loc[list(fits), "aic"].astype(float).idxmin()
        observed = pairs_of(fits[best])
        occasions = _Occasions.of(fits[best], observed)
        parts = [_observed(observed, occasions)]
        parts += [_implied(name, pairs_of(fit), occasions) for name, fit in fits.items()]
        first = fits[best]
        texts = {
            "structures": list(fits),
            "time": first.when.axis if first.model.time else "occasion",
            "lag": lag_label(first),
            "visits": visit_times(first.panel),
            "sd": with_unit(f"SD of {first.model.outcome}", first.panel.outcome_unit),
            "correlation": "correlation",
            "semivariance": "semivariogram",
            "of": f"observed{whose(first, observed)}, about the mean of {best}",
        }
        return Scene(pd.concat(parts, ignore_index=True), texts)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure: panels side by side, or one above the other where it is narrow."""
        frame, texts = scene
        wide = float(fig.bbox.width / fig.dpi) >= _SIDE_BY_SIDE
        axes = fig.subplots(*((1, 3) if wide else (3, 1)))
        for ax, name in zip(axes, _QUANTITIES, strict=True):
            _panel(ax, frame[frame["quantity"] == name], texts["structures"])
            tick_visits(ax, texts["visits"] if name == "sd" else [])
            label_axes(ax, texts["time" if name == "sd" else "lag"], "")
            title_panel(ax, texts[name])
        dots = frame[(frame["quantity"] == "correlation") & (frame["structure"] == "")]
        pairs_under(axes[1], dots.rename(columns={"at": "lag"}))
        key_of_figure(fig, _key(texts))
        return fig


@dataclass(frozen=True, eq=False)
class _Occasions:
    """Occasion of each row of pairs, and their times, numbers of rows and observed SDs; what each row counts, and all
    rows of an occasion."""

    codes: np.ndarray
    times: np.ndarray
    rows: np.ndarray
    sds: np.ndarray
    weights: np.ndarray
    sums: np.ndarray

    @classmethod
    def of(cls, fit: Any, pairs: Pairs) -> _Occasions:
        _, codes = np.unique(occasions_of(fit.panel, pairs.times)[pairs.place], return_inverse=True)
        rows, sums = np.bincount(codes), np.bincount(codes, weights=pairs.weights)
        times = np.bincount(codes, weights=pairs.weights * pairs.times[pairs.place]) / sums
        means = np.bincount(codes, weights=pairs.weights * pairs.residual) / sums
        squares = np.bincount(codes, weights=pairs.weights * (pairs.residual - means[codes]) ** 2) / sums
        sds = np.sqrt(squares * rows / np.maximum(rows - 1, 1))
        return cls(codes, times, rows, sds, pairs.weights, sums)

    def mean(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.codes, weights=self.weights * values) / self.sums


def _observed(pairs: Pairs, occasions: _Occasions) -> pd.DataFrame:
    sds = np.where(occasions.sds > 0, occasions.sds, np.nan)[occasions.codes]
    by_lag = pairs.by_lag(sds)
    spread = pd.DataFrame({"at": occasions.times, "value": occasions.sds, "pairs": occasions.rows})
    return _long("", spread, by_lag, "")


def _implied(name: str, pairs: Pairs, occasions: _Occasions) -> pd.DataFrame:
    sds = np.sqrt(occasions.mean(pairs.variance))
    spread = pd.DataFrame({"at": occasions.times, "value": sds, "pairs": occasions.rows})
    return _long(name, spread, pairs.by_lag(np.sqrt(pairs.variance)), " implied")


def _long(structure: str, spread: pd.DataFrame, by_lag: pd.DataFrame, part: str) -> pd.DataFrame:
    parts = [spread.assign(quantity="sd")]
    parts += [
        by_lag[["pairs"]].assign(at=by_lag["lag"], value=by_lag[name + part], quantity=name)
        for name in ("correlation", "semivariance")
    ]
    columns = ["quantity", "structure", "at", "value", "pairs"]
    return pd.concat(parts, ignore_index=True).assign(structure=structure)[columns]


def _panel(ax: Axes, frame: pd.DataFrame, structures: list[str]) -> None:
    for place, name in enumerate(structures):
        rows = frame[frame["structure"] == name]
        ax.plot(rows["at"], rows["value"], color=colour_of(place), linestyle=line_of(place), linewidth=1.5, zorder=3)
    dots = frame[frame["structure"] == ""]
    ax.plot(dots["at"], dots["value"], "o", color=ink(), markersize=3.4, markeredgewidth=0, zorder=4)
    low, high = float(frame["value"].min()), float(frame["value"].max())
    ax.set_ylim(min(0.0, 1.1 * low), 1.08 * high)
    ax.axhline(0.0, color=hairline(), linewidth=0.8, zorder=1)
    ax.margins(x=0.06)


def _key(texts: dict[str, Any]) -> list[Any]:
    from matplotlib.lines import Line2D

    lines: list[Any] = [
        Line2D([], [], color=colour_of(place), linestyle=line_of(place), linewidth=1.5, label=name)  # type: ignore
        for place, name in enumerate(texts["structures"])
    ]
    return [*lines, Line2D([], [], linestyle="", marker="o", markersize=3.4, color=ink(), label=texts["of"])]
