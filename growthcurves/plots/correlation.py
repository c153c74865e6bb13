"""The correlogram: how residuals about the mean correlate by their distance in time, implied and observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.style import colour_of, hairline, ink, label_axes, muted
from growthcurves.plots.visits import Numbers, numbers_under, tick_labels
from growthcurves.results.variation.pairs import MOST_PERSONS, Pairs, pairs_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Correlation(Drawn):
    """Correlation of a person's outcomes by how far apart in time they are: implied by the model, and observed.

    All is about the mean curve. A dot is the mean product of two residuals over the SDs that the model implies for
    them, the line the mean correlation that it implies for the same pairs, and the numbers under the axis say how many
    pairs these are. Where there are more than 24 different distances they stand in ranges of as many pairs. Where the
    line misses the dots, the random effects and the residual structure together miss how outcomes go together.
    """

    def why_not(self, fit: Any) -> str | None:
        """Some person must have two occasions, and outcomes residuals."""
        return why_no_pairs(fit)

    def scene(self, fit: Any) -> Scene:
        """One table: columns part ("implied", "observed"), lag, value, pairs."""
        pairs = pairs_of(fit)
        found = pairs.by_lag(np.sqrt(pairs.variance))
        parts = [
            found[["lag", "pairs"]].assign(part=part, value=found[column])
            for part, column in (("implied", "correlation implied"), ("observed", "correlation"))
        ]
        frame = pd.concat(parts, ignore_index=True)[["part", "lag", "value", "pairs"]]
        return Scene(frame, {"x": lag_label(fit), "y": f"correlation of {fit.model.outcome}", "of": whose(fit, pairs)})

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        implied, observed = (frame[frame["part"] == part] for part in ("implied", "observed"))
        ax.axhline(0.0, color=hairline(), linewidth=0.8, zorder=1)
        ax.plot(implied["lag"], implied["value"], color=colour_of(0), linewidth=1.8, zorder=3)
        ax.plot(observed["lag"], observed["value"], "o", color=ink(), markersize=4, markeredgewidth=0, zorder=4)
        ax.set_ylim(min(-0.05, 1.1 * frame["value"].min()), max(1.05, 1.04 * frame["value"].max()))
        ax.set_xlim(left=0.0)
        ax.margins(x=0.04)
        label_axes(ax, texts["x"], texts["y"])
        pairs_under(ax, observed)
        key_above(ax, _key(texts["of"]))
        return ax


def why_no_pairs(fit: Any) -> str | None:
    """Why nothing can be drawn of pairs of occasions; None where it can."""
    if fit.family is not None:
        return "Outcomes of this family have no residuals whose correlation could be drawn."
    if int(fit.panel.persons.sizes.max()) < 2:
        return fit.vocabulary.said(
            "Every person has one occasion only, so that no two residuals of one person could correlate."
        )
    if fit.panel.time is None and fit.panel.wave is None:
        return "The model has neither a time nor planned occasions, so that nothing says how far apart two rows are."
    return None


def lag_label(fit: Any) -> str:
    """What the axis of distances is called."""
    if fit.panel.time is None:
        return "occasions apart"
    return f"distance in {fit.panel.time_unit}" if fit.panel.time_unit else f"difference in {fit.model.time}"


def whose(fit: Any, pairs: Pairs) -> str:
    """Whose pairs these are, where they are not everybody's."""
    count = fit.panel.persons.count
    return "" if count <= MOST_PERSONS else f" ({pairs.persons:,} of {count:,} {fit.vocabulary.who.several})"


def pairs_under(ax: Axes, observed: pd.DataFrame) -> None:
    """Ticks at the distances, and under them how many pairs each dot stands for."""
    lags = observed["lag"].to_numpy(float)
    numbers_under(ax, lags, tick_labels(lags), [Numbers("n", muted(), observed["pairs"].tolist())])


def _key(of: str) -> list[Any]:
    from matplotlib.lines import Line2D

    dot: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4, "color": ink()}
    return [
        Line2D([], [], color=colour_of(0), linewidth=1.8, label="implied by the model"),
        Line2D([], [], **dot, label=f"observed{of}; n pairs"),
    ]
