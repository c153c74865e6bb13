"""Rates of change of persons: what the model says they are, their EB estimates, and their own OLS lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from growthcurves.errors import ModelError
from growthcurves.plots.estimates import empirical_bayes, own, rate_label, straight_name, why_no_persons
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.style import INK, MUTED, colour_of, label_axes, outside, short, view
from growthcurves.results.questions.rates import Rate, average_rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GRID = 201


@dataclass(frozen=True)
class Slopes(Drawn):
    """How persons' rates of change are distributed, with no change (or another threshold) marked.

    The curve is what the model implies (the mixture over the persons' predictors); bars are the empirical
    Bayes rates, which lie closer together than the rates themselves; the outline is each person's own
    least-squares line, which lies further apart. For a curved shape the rate is the average over an interval.

    Parameters
    ----------
    threshold : float
        The rate that is marked.
    between : (float, float), optional
        Interval of the average rate of a curved shape, by default from the first to the last time.
    """

    threshold: float = 0.0
    between: tuple[float, float] | None = None

    def why_not(self, fit: Any) -> str | None:
        """There must be a rate that varies between persons and whose spread the data can tell."""
        if not np.isfinite(self.threshold):
            raise ModelError(f"threshold= is a rate as a finite number, not {self.threshold!r}.")
        reason = why_no_persons(fit)
        if reason is not None:
            return reason
        rate = average_rate(fit, self.between)
        if not rate.varies:
            return "The rate of change does not vary between persons in this model."
        if rate.sd() <= 0:
            return "The estimated spread of the rate of change between persons is zero."
        return None

    def scene(self, fit: Any) -> Scene:
        """One table: columns part ("model", "eb", "ols"), id, rate, density (of the model's curve)."""
        rate = average_rate(fit, self.between)
        persons = np.asarray(fit.panel.persons.labels, dtype=object)
        eb, ols = empirical_bayes(fit, rate), own(fit, rate)
        there = ~np.isnan(ols)
        expected, sds = implied_rates(fit, rate)
        frame = pd.concat(
            [
                implied_density(expected, sds, eb).assign(part="model"),
                pd.DataFrame({"part": "eb", "id": persons, "rate": eb}),
                pd.DataFrame({"part": "ols", "id": persons[there], "rate": ols[there]}),
            ],
            ignore_index=True,
        )
        frame = frame.reindex(columns=["part", "id", "rate", "density"])
        texts = {
            "x": rate_label(fit, self.between),
            "y": "density of persons",
            "threshold": float(self.threshold),
            "own": f"own least-squares {straight_name(fit)}",
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        threshold = texts["threshold"]
        model = frame[frame["part"] == "model"]
        eb, ols = (frame.loc[frame["part"] == part, "rate"].to_numpy(float) for part in ("eb", "ols"))
        low, high = view(ols, np.concatenate([eb, model["rate"], [threshold]]))
        bins = bin_edges(np.append(np.clip(ols, low, high), eb), len(eb), threshold).tolist()
        _bars(ax, eb, bins, histtype="stepfilled", color=colour_of(0), alpha=0.28, zorder=1)
        if len(ols):
            _bars(ax, ols, bins, histtype="step", color=MUTED, linewidth=0.9, zorder=2)
        ax.plot(model["rate"], model["density"], color=colour_of(0), linewidth=2.0, zorder=3)
        ax.set_xlim(low, high)
        ax.set_ylim(bottom=0)
        ax.margins(y=0.12)
        ax.autoscale(axis="y")
        mark_threshold(ax, threshold)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        label_axes(ax, texts["x"], "")
        key_above(ax, _key(texts["own"], len(ols), outside(ols, low, high)))
        return ax


def implied_rates(fit: Any, rate: Rate) -> tuple[np.ndarray, np.ndarray]:
    """Expected rate of every person, and the SD about it, each (N,)."""
    expected = rate.expected(np.arange(fit.panel.persons.count))
    return expected, np.sqrt(rate.variances(fit.point))[fit.kinds.codes]


def implied_density(expected: np.ndarray, sds: np.ndarray | float, rates: np.ndarray) -> pd.DataFrame:
    """Density of the mixture of normals about the persons' expected rates: columns rate, density.

    It reaches over `rates` and three SD beyond the expected ones.
    """
    sds = np.broadcast_to(np.asarray(sds, dtype=float), expected.shape)
    low = min(rates.min(), (expected - 3 * sds).min())
    high = max(rates.max(), (expected + 3 * sds).max())
    if len(np.unique(expected)) > _GRID:  # a fine histogram of the expected rates is the same mixture to the eye
        step = np.ptp(expected) / _GRID
        expected = expected.min() + step * (np.floor((expected - expected.min()) / step) + 0.5)
    (means, spreads), counts = np.unique(np.stack([expected, sds]), axis=1, return_counts=True)
    grid = np.linspace(low, high, _GRID)
    density = norm.pdf(grid[:, None], means, spreads) @ (counts / counts.sum())
    return pd.DataFrame({"rate": grid, "density": density})


def bin_edges(rates: np.ndarray, persons: int, threshold: float = 0.0) -> np.ndarray:
    """About 2 n^(1/3) equal bins over the rates (Rice's rule), the threshold on an edge where it lies among them."""
    width = max(np.ptp(rates) / np.clip(2 * np.cbrt(persons), 5, 40), np.finfo(float).tiny)
    low, high = np.floor((rates.min() - threshold) / width), np.ceil((rates.max() - threshold) / width)
    return threshold + width * np.arange(low, high + 1)


def _bars(ax: Axes, rates: np.ndarray, bins: list[float], **look: Any) -> None:
    """A histogram as a density over all rates, also those beyond its edges."""
    weights = np.full(len(rates), 1 / (len(rates) * (bins[1] - bins[0])))
    ax.hist(rates, bins=bins, weights=weights, **look)


def mark_threshold(ax: Axes, threshold: float) -> None:
    """A line at the threshold that says what it means, on the side where there is room."""
    ax.axvline(threshold, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2.5)
    low, high = ax.get_xlim()
    left = threshold > (low + high) / 2
    ax.annotate(
        "no change" if threshold == 0 else f"threshold {short(threshold)}",
        (threshold, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-3 if left else 3, -2),
        textcoords="offset points",
        va="top",
        ha="right" if left else "left",
        color=MUTED,
        fontsize="small",
    )


def _key(own_lines: str, count: int, beyond: int) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    key: list[Any] = [
        Line2D([], [], color=colour_of(0), linewidth=2, label="implied by the model"),
        Patch(color=colour_of(0), alpha=0.28, linewidth=0, label="empirical Bayes"),
    ]
    if count:
        left_out = f" ({beyond:,} outside)" if beyond else ""
        key.append(Line2D([], [], color=MUTED, linewidth=0.9, label=own_lines + left_out))
    return key
