"""Shrinkage: from each person's own least-squares line to the empirical Bayes estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.plots.estimates import start_and_rate, straight_name, why_no_own, why_no_persons
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.people import groups_of, sample_persons
from growthcurves.plots.style import colour_of, ink, label_axes, muted, view

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Shrinkage(Drawn):
    """Status and rate of persons: an arrow from their own least squares to their empirical Bayes estimate.

    A person's own line takes all of its occasions at their word; empirical Bayes moves it towards what is expected
    of such a person, the more the less the occasions tell. For a curved shape the rate is the average over an
    interval.

    Parameters
    ----------
    at : float, optional
        Time at which status is read: by default the origin of the model where it lies among the observed times,
        else the first of them.
    between : (float, float), optional
        Interval of the average rate of a curved shape, by default from the first to the last time.
    people : int or None
        How many persons are drawn, chosen at random; None for all.
    rng : int, Generator or None
        Who is drawn; None draws a seed, which the key prints.
    """

    at: float | None = None
    between: tuple[float, float] | None = None
    people: int | None = 60
    rng: Any = 1

    def why_not(self, fit: Any) -> str | None:
        """There must be random effects that the data can tell, and persons with an own line."""
        reason = why_no_persons(fit) or why_no_own(fit)
        if reason is None and np.isnan(fit.own_growth.estimates).any(axis=0).all():
            return "Nobody has occasions enough for a line of one's own, so there is no shrinkage to draw."
        return reason

    def scene(self, fit: Any) -> Scene:
        """One row per person who is drawn: columns id, own_start, own_rate, eb_start, eb_rate."""
        frame, labels = start_and_rate(fit, self.at, self.between)
        mean = np.average(frame[["eb_start", "eb_rate"]], axis=0, weights=fit.person_shares).tolist()
        able = frame[["own_start", "own_rate"]].notna().all(axis=1).to_numpy()
        groups = groups_of(fit.panel, None)
        groups.codes[~able] = -1
        sample = sample_persons(groups, self.people, self.rng)
        frame = frame.iloc[sample.persons].reset_index(drop=True)
        texts = {**labels, "note": sample.note, "mean": mean, "own": f"own least-squares {straight_name(fit)}"}
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        own, eb = (frame[[f"{kind}_start", f"{kind}_rate"]].to_numpy(float) for kind in ("own", "eb"))
        limits = [view(own[:, axis], np.append(eb[:, axis], texts["mean"][axis])) for axis in (0, 1)]
        ax.set_xlim(*limits[0])
        ax.set_ylim(*limits[1])
        ax.quiver(
            *own.T,
            *(eb - own).T,
            angles="xy",
            scale_units="xy",
            scale=1,
            color=muted(),
            alpha=0.75,
            units="inches",
            width=0.012,
            headwidth=5,
            headlength=6,
            headaxislength=5.5,
            minlength=0,
            zorder=2,
        )
        dot: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 3.6}
        ax.plot(*own.T, markerfacecolor="none", markeredgecolor=muted(), markeredgewidth=0.8, zorder=3, **dot)
        ax.plot(*eb.T, color=colour_of(0), markeredgewidth=0, zorder=4, **dot)
        ax.plot(*texts["mean"], "+", color=ink(), markersize=11, markeredgewidth=1.6, zorder=5)
        label_axes(ax, texts["x"], texts["y"])
        low, high = np.array(limits).T
        key_above(ax, _key(texts, int(((own < low) | (own > high)).any(axis=1).sum())))
        return ax


def _key(texts: dict[str, Any], beyond: int) -> list[Any]:
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 3.6}
    left_out = f", {beyond:,} outside" if beyond else ""
    own = f"{texts['own']} ({texts['note']}{left_out})"
    return [
        Line2D([], [], **look, markerfacecolor="none", markeredgecolor=muted(), label=own),
        Line2D([], [], **look, color=colour_of(0), label="empirical Bayes"),
        Line2D([], [], linestyle="", marker="+", markersize=8, color=ink(), markeredgewidth=1.6, label="mean"),
    ]
