"""Rates of change of persons: what the model says they are, their EB estimates, and their own OLS lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from growthcurves.data.units import singular
from growthcurves.plots.layers import key_above
from growthcurves.plots.style import INK, MUTED, colour_of, label_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GRID = 201


@dataclass(frozen=True)
class Slopes:
    """How persons' rates of change are distributed, with no change marked.

    The curve is what the model implies (the mixture over the persons' predictors); bars are the empirical
    Bayes rates, which lie closer together than the rates themselves; the outline is each person's own
    least-squares line, which lies further apart.

    Parameters
    ----------
    parameter : str
        The growth parameter.
    """

    parameter: str = "slope"

    def why_not(self, fit: Any) -> str | None:
        """There must be a rate that varies between persons and whose spread the data can tell."""
        if self.parameter not in fit.model.random.names:
            return f"{self.parameter!r} does not vary between persons in this model."
        if not np.isfinite(self._sd(fit)):
            return f"The data cannot tell how much {self.parameter!r} differs between persons."
        if self._sd(fit) <= 0:
            return f"The estimated spread of {self.parameter!r} between persons is zero."
        return None

    def data(self, fit: Any) -> pd.DataFrame:
        """One table: columns part ("model", "eb", "ols"), id, rate, density (of the model's curve)."""
        people = fit.people()
        eb, ols = people[f"eb_{self.parameter}"], people[f"ols_{self.parameter}"].dropna()
        expected = (eb - fit.random_effects[self.parameter]).to_numpy(float)
        model = implied_density(expected, self._sd(fit), np.concatenate([eb, ols]))
        frame = pd.concat(
            [
                model.assign(part="model"),
                pd.DataFrame({"part": "eb", "id": eb.index, "rate": eb.to_numpy(float)}),
                pd.DataFrame({"part": "ols", "id": ols.index, "rate": ols.to_numpy(float)}),
            ],
            ignore_index=True,
        )
        frame = frame.reindex(columns=["part", "id", "rate", "density"])
        frame.attrs = {"x": rate_label(fit.panel), "y": "density of persons"}
        return frame

    def draw(self, frame: pd.DataFrame, ax: Axes) -> Axes:
        """Draw the table."""
        parts = dict(list(frame.groupby("part")))
        rates = frame.loc[frame["part"] != "model", "rate"]
        bins = bin_edges(rates.to_numpy(), parts["eb"]["rate"].size).tolist()
        eb, ols, model = parts["eb"]["rate"], parts.get("ols", frame.iloc[:0])["rate"], parts["model"]
        ax.hist(eb, bins=bins, density=True, color=colour_of(0), alpha=0.28, rwidth=0.96, zorder=1)
        if len(ols):
            ax.hist(ols, bins=bins, density=True, histtype="step", color=MUTED, linewidth=0.9, zorder=2)
        ax.plot(model["rate"], model["density"], color=colour_of(0), linewidth=2.0, zorder=3)
        mark_zero(ax)
        ax.set_ylim(bottom=0)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        label_axes(ax, frame.attrs["x"], "")
        key_above(ax, _key(bool(len(ols))))
        return ax

    def _sd(self, fit: Any) -> float:
        components = fit.variance_components().set_index("term")
        return float(components.loc[f"sd:{self.parameter}", "estimate"])


def implied_density(expected: np.ndarray, sd: float, rates: np.ndarray) -> pd.DataFrame:
    """Density of the mixture of normals about the persons' expected rates: columns rate, density."""
    means, counts = np.unique(expected, return_counts=True)
    if len(means) > _GRID:  # a fine histogram of the expected rates is the same mixture to the eye
        counts, edges = np.histogram(expected, bins=_GRID)
        means = (edges[1:] + edges[:-1]) / 2
    low = min(rates.min(), means.min() - 3 * sd)
    high = max(rates.max(), means.max() + 3 * sd)
    grid = np.linspace(low, high, _GRID)
    density = norm.pdf(grid[:, None], means, sd) @ (counts / counts.sum())
    return pd.DataFrame({"rate": grid, "density": density})


def bin_edges(rates: np.ndarray, persons: int) -> np.ndarray:
    """About 2 n^(1/3) equal bins with zero on an edge (Rice's rule)."""
    low, high = min(rates.min(), 0.0), max(rates.max(), 0.0)
    width = max(np.ptp(rates) / np.clip(2 * np.cbrt(persons), 5, 40), np.finfo(float).tiny)
    return width * np.arange(np.floor(low / width), np.ceil(high / width) + 1)


def rate_label(panel: Any) -> str:
    """What a rate is called on an axis, with its unit: "change in reaction per day (ms)"."""
    per = singular(panel.time_unit or str(panel.time))
    unit = f" ({panel.outcome_unit})" if panel.outcome_unit else ""
    return f"change in {panel.outcome} per {per}{unit}"


def mark_zero(ax: Axes) -> None:
    """A line at zero that says what it means."""
    ax.axvline(0, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2.5)
    ax.annotate(
        "no change",
        (0, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, -2),
        textcoords="offset points",
        va="top",
        color=MUTED,
        fontsize="small",
    )


def _key(own_lines: bool) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    key: list[Any] = [
        Line2D([], [], color=colour_of(0), linewidth=2, label="implied by the model"),
        Patch(color=colour_of(0), alpha=0.28, linewidth=0, label="empirical Bayes"),
    ]
    if own_lines:
        key.append(Line2D([], [], color=MUTED, linewidth=0.9, label="own least-squares lines"))
    return key
