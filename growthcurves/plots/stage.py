"""Where trajectories are drawn: groups together or in panels, with visits, numbers seen, names and the key around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.data.time_words import time_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.plots.facets import MOST_TOGETHER, Grid, grid_of_panels, pad_labels, panels_inside, title_panels
from growthcurves.plots.figure import Scene
from growthcurves.plots.labels import End, fit_at_ends, key_above, name_ends, name_inside, text_points
from growthcurves.plots.layers import draw_marked
from growthcurves.plots.outcome_limits import limit_axis, limits_of
from growthcurves.plots.people import Groups
from growthcurves.plots.style import colour_of, faint, font_size, ink, label_axes, muted, with_unit
from growthcurves.plots.visits import Numbers, numbers_of, numbers_under, tick_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_VISITS_OF_A_LINE = 6
_MOST_OCCASIONS = 12  # of a person at times of one's own; with more, lines between them only tangle


class Around(NamedTuple):
    """What stands around trajectories: persons seen at each visit as rows of the table, and texts."""

    seen: pd.DataFrame
    texts: dict[str, Any]


def around_trajectories(panel: Panel, groups: Groups, numbers: bool | None, limits: Any) -> Around:
    """Labels, groups, the scale's limits, and persons seen at visits or still followed: part, group, time, persons.

    Raises
    ------
    NotEstimableError, DataError
        When numbers are asked for of a panel that has neither visits nor time.
    ModelError
        For limits that are none or that observed values leave.
    """
    counted, of_visits = numbers_of(panel, groups, numbers)
    seen = counted.assign(part="seen")
    texts = {
        "x": time_words(panel).axis,
        "y": with_unit(panel.outcome, panel.outcome_unit),
        "groups": list(groups.labels),
        "who": groups.who.several,
        "occasions": vocabulary(panel).said("occasions"),
        "limits": limits_of(limits, panel),
        "numbers": numbers is not False and len(seen) > 0,
        "followed": not of_visits,
        "dots": (len(seen) == 0 or not of_visits) and float(panel.persons.sizes.mean()) > _MOST_OCCASIONS,
    }
    return Around(seen, texts)


def end_of(group: str, mean: pd.DataFrame, colour: str) -> End:
    """The end of a group's mean, where it is named."""
    last = mean.iloc[-1]
    return End(group, float(last["time"]), float(last["value"]), colour)


def gap_of(scene: Scene) -> float:
    """Points between panels: the largest number under their axes reaches half of its width over the edge."""
    if not scene.texts["numbers"]:
        return 14.0
    most = scene.table.loc[scene.table["part"] == "seen", "persons"].max()
    return 12.0 + text_points(f"{most:,.0f}", font_size(-1.0))


@dataclass(frozen=True)
class Stage:
    """The axes of a scene of trajectories.

    Attributes
    ----------
    ax : Axes
        What the figure was given.
    panels : list of Axes
        Where each group is drawn: `ax` itself, or panels inside it.
    grid : Grid or None
        How panels stand; None where groups are drawn together.
    scene : Scene
    """

    ax: Axes
    panels: list[Axes]
    grid: Grid | None
    scene: Scene

    @classmethod
    def of(cls, ax: Axes, scene: Scene) -> Stage:
        """Axes for the groups of a scene."""
        count = len(scene.texts["groups"])
        grid = grid_of_panels(ax, count, gap_of(scene), scene.texts["numbers"])
        return cls(ax, [ax] * count if grid is None else panels_inside(ax, count, grid), grid, scene)

    @property
    def together(self) -> bool:
        """Whether all groups are drawn on the same axes."""
        return self.grid is None

    @property
    def alone(self) -> bool:
        """Whether there are no groups to tell apart."""
        return len(self.panels) == 1

    def groups(self) -> Iterator[tuple[int, str, Axes, pd.DataFrame]]:
        """Position, name, axes and rows of every group."""
        frame, texts = self.scene
        for place, group in enumerate(texts["groups"]):
            yield place, group, self.panels[place], frame if self.alone else frame[frame["group"] == group]

    def look(self, place: int) -> tuple[str, str]:
        """Colours of a group: of its persons, and of its mean."""
        if self.scene.texts["colours"]:
            return muted(), ink()
        return muted() if self.alone else colour_of(place), colour_of(place)

    @property
    def crowded(self) -> bool:
        """Whether several groups are drawn on the same axes because there is no room for panels."""
        return self.together and len(self.panels) > MOST_TOGETHER

    def persons(self, rows: pd.DataFrame) -> int:
        """How many lines are drawn on the axes where these rows of a group are: persons, each of many visits more than
        once, and of several groups on the same axes twice.
        """
        shown = self.scene.table if self.together else rows
        visits = int((shown["part"] == "observed").sum())
        return max(int(shown["id"].nunique()), visits // _VISITS_OF_A_LINE) * (4 if self.crowded else 1)

    def finish(self, ends: list[End], key: Callable[[list[str]], list[Any]]) -> Axes:
        """Names, ticks, numbers and the key; `key` makes its handles, those of groups that have no name elsewhere too.

        Parameters
        ----------
        ends : list of End
            Where the mean of each group ends.
        key : callable
            From the groups that the key is to name to its handles.
        """
        texts = self.scene.texts
        for panel in {id(panel): panel for panel in [self.ax, *self.panels]}.values():
            panel.margins(x=0.02)
        limit_axis(self.ax, texts["limits"])
        if self.grid is None:
            self._finish_together(ends, key)
        else:
            self._finish_panels(self.grid)
            key_above(self.ax, [*key([]), *self._followed()])
        return self.ax

    def _finish_together(self, ends: list[End], key: Callable[[list[str]], list[Any]]) -> None:
        """Names at the ends of lines, numbers under the axis, and the key with the groups that are named nowhere."""
        frame, texts = self.scene
        groups = texts["groups"]
        marked = draw_marked(self.ax, frame[frame["part"] == "highlighted"], texts["chosen"])
        label_axes(self.ax, texts["x"], texts["y"])
        named = not self.alone and fit_at_ends([*groups, *(end.label for end in marked)])
        names = name_ends(self.ax, [*(ends if named else []), *marked])
        mark = "n" if self.alone else "●"
        colours = [muted() if self.alone else self.look(place)[1] for place in range(len(groups))]
        rows = [Numbers(mark, colour, self._seen(group)) for colour, group in zip(colours, groups, strict=True)]
        self._visits(self.ax, rows)
        key_above(self.ax, [*key([] if named or self.alone else groups), *self._followed()], names)

    def _followed(self) -> list[Any]:
        """What numbers are that are not of visits, for the key."""
        from matplotlib.lines import Line2D

        if not self.scene.texts["followed"]:
            return []
        return [Line2D([], [], linestyle="", marker="$n$", markersize=5, color=muted(), label="still followed")]

    def _finish_panels(self, grid: Grid) -> None:
        """Every panel with its name, its own persons and numbers, and the means of the other groups."""
        frame, texts = self.scene
        groups = texts["groups"]
        means = frame[frame["part"] == "mean"]
        for place, group, panel, rows in self.groups():
            for _, other in means[means["group"] != group].groupby("group"):
                panel.plot(other["time"], other["value"], color=faint(), linewidth=0.9, zorder=1.8)
            name_inside(panel, draw_marked(panel, rows[rows["part"] == "highlighted"]))
            mark = "" if place % grid.columns else "n"
            self._visits(panel, [Numbers(mark, muted(), self._seen(group))], grid.width)
        title_panels(self.panels, groups, [self.look(place)[1] for place in range(len(groups))], grid.width)
        label_axes(self.ax, texts["x"], texts["y"])
        pad_labels(self.ax, self.panels, int(texts["numbers"]))

    def _seen(self, group: str) -> list[int]:
        """Persons of a group at each visit; visits whose mean times are one in doubles are one."""
        seen = self.scene.table[self.scene.table["part"] == "seen"]
        counts = seen[seen["group"] == group].groupby("time")["persons"].sum()
        return counts.reindex(np.sort(seen["time"].unique()), fill_value=0).astype(int).tolist()

    def _visits(self, ax: Axes, rows: list[Numbers], room: float | None = None) -> None:
        """Ticks at the visits where there are any, and the numbers under them where these are shown."""
        frame, texts = self.scene
        times = np.sort(frame.loc[frame["part"] == "seen", "time"].unique())
        if len(times):
            numbers_under(ax, times, tick_labels(times), rows if texts["numbers"] else [], room)
