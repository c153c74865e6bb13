"""What was observed of outcomes that are not normal, as dots at the visits, and the words of their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.plots.people import Groups
from growthcurves.plots.visits import visits_of
from growthcurves.results.persons.outcome_curves import seen_means

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The part of a table of trajectories that holds what was observed at visits.
SEEN = "observed means"


def observed_means(fit: Any, groups: Groups) -> pd.DataFrame:
    """Observed shares or means of each group at each visit: columns part, group, time, value; none without visits."""
    grid = visits_of(fit.panel)
    if grid is None:
        return pd.DataFrame()
    found = seen_means(fit, groups.codes[fit.panel.persons.codes], np.asarray(grid.codes))
    times, labels = grid.means(fit.panel.times), np.array(groups.labels, dtype=object)
    group, visit = found["group"].to_numpy(int), found["visit"].to_numpy(int)
    return pd.DataFrame({"part": SEEN, "group": labels[group], "time": times[visit], "value": found["value"]})


def words_of_means(fit: Any) -> dict[str, str]:
    """What the curves of a figure are called, and its axis where that is not the outcome's column."""
    family = fit.family
    if family is None:
        return {"mean": "mean"}
    said = fit.vocabulary.said
    outcome, what = fit.model.outcome, family.scale_words.response
    of_one = f"{what} of {outcome}" if fit.model.exposure is None else f"{outcome} per unit of {fit.model.exposure}"
    share = what == "probability"
    return {
        "mean": said("population average"),
        "typical": said("typical person"),
        "observed": "observed share" if share else "observed mean",
        "y": of_one,
    }


def draw_seen(ax: Axes, seen: pd.DataFrame, colour: str) -> None:
    """The dots."""
    ax.plot(seen["time"], seen["value"], "o", color=colour, markersize=3.6, markeredgecolor=_edge(), zorder=5)


def seen_handle(colour: str, label: str) -> Any:
    """The dots in the key."""
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, linestyle="", marker="o", markersize=3.6, label=label)


def _edge() -> str:
    """A thin rim, so that a dot on its own curve is seen."""
    import matplotlib as mpl

    return str(mpl.rcParams["axes.facecolor"])
