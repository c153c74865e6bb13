"""Rates of change of persons: what the model says they are, their EB estimates, and their own OLS lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.numerics.bounds import finite_number
from growthcurves.numerics.distributions import normal_density
from growthcurves.plots.estimates import empirical_bayes, own, rate_label, straight_name, why_no_persons
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.layers import group_handles
from growthcurves.plots.people import groups_of
from growthcurves.plots.style import colour_of, ink, label_axes, line_of, muted, outside, short, view
from growthcurves.results.questions.rates import EVERYBODY, Rate, average_rate
from growthcurves.results.variation.settled import settled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GRID = 201
#: What is said of the model's curve under the picture.
_IMPLIED = "The curve is what the model implies."
_UNSETTLED = "No curve of the model is drawn where the SD of rates is not known well enough."
_MOST_BARS = 2  # groups whose bars do not hide each other


@dataclass(frozen=True)
class Slopes(Drawn):
    """How persons' rates of change are distributed, with no change (or another threshold) marked.

    The curve is what the model implies (the mixture over the persons' predictors); there is none where the SD of rates
    is not known well enough. Bars are the empirical
    Bayes rates, which lie closer together than the rates themselves; the outline is each person's own
    least-squares line, which lies further apart. For a curved shape the rate is the average over an interval.

    Parameters
    ----------
    threshold : float
        The rate that is marked.
    between : (float, float), optional
        Interval of the average rate of a curved shape, by default from the first to the last time.
    by : str, optional
        Column that divides the persons into groups: a curve for each, and bars where there are at most two.
    """

    threshold: float = 0.0
    between: tuple[float, float] | None = None
    by: str | None = None

    def why_not(self, fit: Any) -> str | None:
        """There must be a rate that varies between persons and whose spread the data can tell."""
        finite_number(self.threshold, "threshold= is a rate")
        reason = why_no_persons(fit)
        if reason is not None:
            return reason
        rate = average_rate(fit, self.between)
        if not rate.varies:
            return str(fit.vocabulary.said("The rate of change does not vary between persons in this model."))
        if rate.sd() <= 0:
            return str(fit.vocabulary.said("The estimated spread of the rate of change between persons is zero."))
        return None

    def scene(self, fit: Any) -> Scene:
        """One table: columns part ("model", "eb", "ols"), group, id, rate, density (of the model's curve), weight (what
        each person counts).
        """
        rate = average_rate(fit, self.between)
        persons = np.asarray(fit.panel.persons.labels, dtype=object)
        eb, ols = empirical_bayes(fit, rate), own(fit, rate)
        there = ~np.isnan(ols)
        groups = groups_of(fit.panel, self.by)
        names = np.array([*groups.labels, None], dtype=object)[groups.codes]
        expected, sds = implied_rates(fit, rate)
        counts = fit.person_shares * len(persons)
        curves: list[pd.DataFrame] = []
        for code, label in enumerate(groups.labels):
            own_group = groups.codes == code
            if not settled(rate.among(np.flatnonzero(own_group))).enough:
                continue
            curve = implied_density(expected[own_group], sds[own_group], eb[own_group], counts[own_group])
            curves.append(curve.assign(part="model", group=label))
        frame = pd.concat(
            [
                *curves,
                pd.DataFrame({"part": "eb", "group": names, "id": persons, "rate": eb, "weight": counts}),
                pd.DataFrame(
                    {"part": "ols", "group": names[there], "id": persons[there], "rate": ols[there],
                     "weight": counts[there]}
                ),  # fmt: skip
            ],
            ignore_index=True,
        )
        frame = frame.reindex(columns=["part", "group", "id", "rate", "density", "weight"])
        texts = {
            "groups": list(groups.labels),
            "x": rate_label(fit, self.between),
            "y": f"density of {groups.who.several}",
            "threshold": float(self.threshold),
            "mark": _mark(fit, float(self.threshold)),
            "own": f"own least-squares {straight_name(fit)}",
            "curve": bool(curves),
            "implied": fit.vocabulary.said(_IMPLIED if len(curves) == len(groups.labels) else _UNSETTLED),
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        threshold = texts["threshold"]
        model = frame[frame["part"] == "model"]
        eb, ols = (frame.loc[frame["part"] == part, "rate"].to_numpy(float) for part in ("eb", "ols"))
        low, high = view(ols, np.concatenate([eb, model["rate"], [threshold]]))
        bins = bin_edges(np.append(np.clip(ols, low, high), eb), eb, threshold).tolist()
        _draw_groups(ax, frame, texts["groups"], bins)
        if len(ols):
            counts = frame.loc[frame["part"] == "ols", "weight"].to_numpy(float)
            _bars(ax, ols, bins, counts, histtype="step", color=muted(), linewidth=0.9, zorder=2)
        ax.set_xlim(low, high)
        ax.set_ylim(bottom=0)
        ax.margins(y=0.12)
        ax.autoscale(axis="y")
        mark_threshold(ax, threshold, texts["mark"])
        ax.set_yticks([])
        ax.spines[["left", "top", "right"]].set_visible(False)
        label_axes(ax, texts["x"], "")
        key_above(ax, _key(texts, len(ols), outside(ols, low, high)))
        return ax


def implied_rates(fit: Any, rate: Rate) -> tuple[np.ndarray, np.ndarray]:
    """Expected rate of every person, and the SD about it, each (N,)."""
    expected = rate.expected(EVERYBODY)
    return expected, np.sqrt(rate.variances(fit.point))[fit.kinds.codes]


def implied_density(
    expected: np.ndarray, sds: np.ndarray | float, rates: np.ndarray, counts: np.ndarray | None = None
) -> pd.DataFrame:
    """Density of the mixture of normals about the persons' expected rates, who count alike or so often each: columns
    rate, density.

    It reaches over `rates` and three SD beyond the expected ones.
    """
    sds = np.broadcast_to(np.asarray(sds, dtype=float), expected.shape)
    low = min(rates.min(), (expected - 3 * sds).min())
    high = max(rates.max(), (expected + 3 * sds).max())
    if len(np.unique(expected)) > _GRID:  # a fine histogram of the expected rates is the same mixture to the eye
        step = np.ptp(expected) / _GRID
        expected = expected.min() + step * (np.floor((expected - expected.min()) / step) + 0.5)
    (means, spreads), codes = np.unique(np.stack([expected, sds]), axis=1, return_inverse=True)
    counts = np.bincount(codes.reshape(-1), weights=counts)
    grid = np.linspace(low, high, _GRID)
    density = normal_density(grid[:, None], means, spreads) @ (counts / counts.sum())
    return pd.DataFrame({"rate": grid, "density": density})


def bin_edges(rates: np.ndarray, eb: np.ndarray, threshold: float = 0.0) -> np.ndarray:
    """Equal bins over all rates, the threshold on an edge where it lies among them.

    Their width suits the empirical Bayes rates, which lie closest together: 2 IQR / n^(1/3) (Freedman and Diaconis,
    1981, Zeitschrift fuer Wahrscheinlichkeitstheorie 57), but 6 to 40 bins over these and at most 120 over all.
    """
    quarter, most = np.quantile(eb, [0.25, 0.75])
    wanted = 2 * (most - quarter) / np.cbrt(len(eb))
    width = np.clip(wanted, np.ptp(eb) / 40, np.ptp(eb) / 6)
    width = max(float(width), float(np.ptp(rates)) / 120, float(np.finfo(float).tiny))
    low, high = np.floor((rates.min() - threshold) / width), np.ceil((rates.max() - threshold) / width)
    return threshold + width * np.arange(low, high + 1)


def _draw_groups(ax: Axes, frame: pd.DataFrame, groups: list[str], bins: list[float]) -> None:
    """Bars of empirical Bayes rates and the model's curve, of each group; with many groups bars of all persons."""
    eb, curves = frame[frame["part"] == "eb"], frame[frame["part"] == "model"]
    if len(groups) > _MOST_BARS:
        rates, counts = eb[["rate", "weight"]].to_numpy(float).T
        _bars(ax, rates, bins, counts, histtype="stepfilled", color=muted(), alpha=0.22, zorder=1)
    for place, group in enumerate(groups):
        own_bars, counts = eb.loc[eb["group"] == group, ["rate", "weight"]].to_numpy(float).T
        if len(groups) <= _MOST_BARS and len(own_bars):
            alpha = 0.28 if len(groups) == 1 else 0.2
            _bars(ax, own_bars, bins, counts, histtype="stepfilled", color=colour_of(place), alpha=alpha, zorder=1)
        curve, style = curves[curves["group"] == group], line_of(place)
        look: Any = {"linestyle": style}
        ax.plot(curve["rate"], curve["density"], color=colour_of(place), linewidth=2.0, zorder=3, **look)


def _bars(ax: Axes, rates: np.ndarray, bins: list[float], counts: np.ndarray, **look: Any) -> None:
    """A histogram as a density over all rates, also those beyond its edges; `counts` is how often each counts."""
    ax.hist(rates, bins=bins, weights=counts / (counts.sum() * (bins[1] - bins[0])), **look)


def _mark(fit: Any, threshold: float) -> str:
    """What the threshold means."""
    if threshold:
        return f"threshold {short(threshold)}"
    return "no change" if fit.vocabulary.over_time else "slope 0"


def mark_threshold(ax: Axes, threshold: float, words: str) -> None:
    """A line at the threshold that says what it means, on the side where there is room."""
    ax.axvline(threshold, color=ink(), linewidth=0.8, linestyle=(0, (4, 2)), zorder=2.5)
    low, high = ax.get_xlim()
    left = threshold > (low + high) / 2
    ax.annotate(
        words,
        (threshold, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-3 if left else 3, -2),
        textcoords="offset points",
        va="top",
        ha="right" if left else "left",
        color=muted(),
        fontsize="small",
    )


def _key(texts: dict[str, Any], count: int, beyond: int) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    groups = texts["groups"]
    colour = colour_of(0) if len(groups) == 1 else muted()
    key: list[Any] = [
        *(group_handles(groups) if len(groups) > 1 else []),
        *([Line2D([], [], color=colour, linewidth=2, label="implied by the model")] if texts["curve"] else []),
        Patch(color=colour, alpha=0.28, linewidth=0, label="empirical Bayes"),
    ]
    if count:
        left_out = f" ({beyond:,} outside)" if beyond else ""
        key.append(Line2D([], [], color=muted(), linewidth=0.9, label=texts["own"] + left_out))
    return key
