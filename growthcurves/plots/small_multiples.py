"""Small multiples: one panel per person with the observed points, the own curve and the empirical Bayes curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.persons_asked import positions_of
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError
from growthcurves.plots.estimates import empirical_bayes, straight_name, why_no_persons
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.labels import key_of_figure
from growthcurves.plots.outcome_limits import limit_axis, limits_of
from growthcurves.plots.people import asks_for_ids, groups_of, observed_lines, sample_persons
from growthcurves.plots.style import colour_of, font_size, ink, plain, shortened, view, with_unit, wrapped
from growthcurves.plots.trajectories import own_curves
from growthcurves.plots.visits import tick_visits, visit_times
from growthcurves.results.persons.outcome_curves import observed_of_one
from growthcurves.results.persons.trajectories import curve_times
from growthcurves.results.questions.rates import average_rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 60
_PANEL_INCHES = 1.08


@dataclass(frozen=True)
class People(Panels):
    """Persons one by one: observed points, own least-squares line, and empirical Bayes line.

    The own line (the curve of the model's growth shape, fitted to that person alone) is drawn over the person's own
    occasions; the empirical Bayes line over the whole period.

    Parameters
    ----------
    people : int or list of ids
        How many persons, chosen at random and drawn in the order of their rates of change; or who, in that order.
    rng : int, Generator or None
        Who is drawn; the same number draws the same persons. None draws a seed, which the key prints.
    limits : (float, float), optional
        Lowest and highest value that the outcome can have: no axis goes beyond; a side that is None is open.
    """

    people: Any = 12
    rng: Any = 1
    limits: Any = None

    def why_not(self, fit: Any) -> str | None:
        """There must be random effects that the data can tell."""
        return why_no_persons(fit)

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """As high as its rows of panels need."""
        count = len(scene.texts["persons"])
        columns = columns_for(count, width)
        return width, 0.95 + 1.15 * -(-count // columns)

    def scene(self, fit: Any) -> Scene:
        """One table: columns part ("observed", "ols", "eb"), id, time, value."""
        chosen, note = self._chosen(fit)
        groups = groups_of(fit.panel, None)
        observed = observed_lines(fit.panel, groups, chosen, None if fit.family is None else observed_of_one(fit))
        own = least_squares_curves(fit, chosen) if fit.family is None else observed.iloc[:0]
        parts = [
            observed.assign(part="observed"),
            own.assign(part="ols"),
            own_curves(fit, groups, chosen, curve_times(fit)).assign(part="eb"),
        ]
        frame = pd.concat([part for part in parts if len(part)], ignore_index=True)[["part", "id", "time", "value"]]
        texts = {
            "x": fit.when.axis,
            "y": _of_what(fit),
            "own": fit.family is None,
            "persons": [fit.panel.persons.labels[position] for position in chosen],
            "note": note,
            "curves": straight_name(fit)[:-1],
            "limits": limits_of(self.limits, fit.panel),
            "visits": visit_times(fit.panel),
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure."""
        frame, texts = scene
        persons = texts["persons"]
        width = float(fig.bbox.width / fig.dpi)
        columns = columns_for(len(persons), width)
        rows = -(-len(persons) // columns)
        axes = fig.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for place, ax in enumerate(axes.flat):
            if place >= len(persons):
                ax.set_visible(False)
                axes.flat[place - columns].tick_params(labelbottom=True)
                continue
            _draw_person(ax, frame[frame["id"] == persons[place]])
            title = shortened(show_id(persons[place]), 0.8 * width / columns)
            plain(ax.set_title(title, fontsize=font_size(-0.5), pad=2.5, loc="left"))
        _limits(axes.flat[0], frame)
        tick_visits(axes.flat[0], texts["visits"], most=3, room=72 * 0.75 * width / columns)
        limit_axis(axes.flat[0], texts["limits"])
        height = float(fig.bbox.height / fig.dpi)
        plain(fig.supxlabel(wrapped(texts["x"], 0.8 * width), fontsize=font_size()))
        plain(fig.supylabel(wrapped(texts["y"], 0.7 * height), fontsize=font_size(), multialignment="center"))
        key_of_figure(fig, _key(texts))
        return fig

    def _chosen(self, fit: Any) -> tuple[np.ndarray, str]:
        """Positions of the persons who are drawn, and who they are in words."""
        if asks_for_ids(self.people):
            chosen, note = positions_of(fit.panel, self.people), ""
        else:
            sample = sample_persons(groups_of(fit.panel, None), self.people, self.rng)
            chosen, note = sample.persons, sample.note
            chosen = chosen[np.argsort(empirical_bayes(fit, average_rate(fit))[chosen], kind="stable")]
        if not 1 <= len(chosen) <= MOST_PANELS:
            many = f"a figure holds 1 to {MOST_PANELS} {fit.vocabulary.who.several}"
            raise ModelError(f"people= asks for {len(chosen)} panels; {many}.")
        return chosen, note


def _of_what(fit: Any) -> str:
    if fit.family is None:
        return with_unit(fit.model.outcome, fit.panel.outcome_unit)
    return f"{fit.family.scale_words.response} of {fit.model.outcome}"


def columns_for(count: int, width: float) -> int:
    """Columns of panels that fit into this many inches, with rows as full as possible.

    Examples
    --------
    >>> columns_for(12, 6.0), columns_for(12, 3.3), columns_for(2, 6.0)
    (4, 3, 2)
    """
    most = max(1, int(width / _PANEL_INCHES))
    rows = -(-count // most)
    return -(-count // rows)


def least_squares_curves(fit: Any, persons: np.ndarray) -> pd.DataFrame:
    """Own least-squares curves over persons' own occasions, where these determine one: columns id, time, value."""
    estimates = fit.own_growth.estimates
    times, codes = fit.times, fit.panel.persons.codes
    parts = []
    for person in persons:
        if np.isnan(estimates[:, person]).any():
            continue
        seen = times[codes == person]
        grid = curve_times(fit)
        grid = np.unique(np.concatenate([seen, grid[(grid > seen.min()) & (grid < seen.max())]]))
        values = np.repeat(fit.kinds.values[fit.kinds.codes[[person]]], len(grid), axis=0)
        curve = fit.recipe.shape.basis(grid, values) @ estimates[:, person]
        parts.append(pd.DataFrame({"id": fit.panel.persons.labels[person], "time": grid, "value": curve}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["id", "time", "value"])


def _draw_person(ax: Axes, part: pd.DataFrame) -> None:
    looks: dict[str, dict[str, Any]] = {
        "eb": {"linestyle": "-", "color": colour_of(0), "linewidth": 1.8},
        "ols": {"linestyle": (0, (3, 2)), "color": colour_of(1), "linewidth": 1.3},
        "observed": {"linestyle": "", "marker": "o", "markersize": 2.6, "color": ink(), "markeredgewidth": 0},
    }
    for kind, look in looks.items():
        rows = part[part["part"] == kind]
        ax.plot(rows["time"], rows["value"], **look)


def _limits(ax: Axes, frame: pd.DataFrame) -> None:
    """Common limits, few ticks, and own curves that run far off cut at the edge."""
    from matplotlib.ticker import MaxNLocator

    own = frame["part"] == "ols"
    ax.set_ylim(*view(frame.loc[own, "value"].to_numpy(float), frame.loc[~own, "value"].to_numpy(float)))
    ax.margins(x=0.06)
    ax.yaxis.set_major_locator(MaxNLocator(4))


def _key(texts: dict[str, Any]) -> list[Any]:
    from matplotlib.lines import Line2D

    curve, note = texts["curves"], texts["note"]
    who = f" ({note})" if note else ""
    return [
        Line2D([], [], linestyle="", marker="o", markersize=2.6, color=ink(), label=f"observed{who}"),
        *([Line2D([], [], color=colour_of(1), linestyle=(0, (3, 2)), linewidth=1.3, label=f"own least-squares {curve}")]
          if texts["own"] else []),
        Line2D([], [], color=colour_of(0), linewidth=1.8, label="empirical Bayes"),
    ]
