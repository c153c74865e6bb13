"""Visits on the axis of time: ticks where they are, and under them how many persons were seen, by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.grid import Grid, grid_of
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataError, NotEstimableError
from growthcurves.numerics.times import time_texts
from growthcurves.plots.labels import text_points, thinned
from growthcurves.plots.room import room_of
from growthcurves.plots.style import font_size, muted, plain, plain_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthcurves.data.panel import Panel
    from growthcurves.plots.people import Groups


_NOBODY = pd.DataFrame({"group": [], "time": [], "persons": []})
#: After a number that is the same at all visits.
AT_EACH = "at each"


class Numbers(NamedTuple):
    """A row of numbers under the axis.

    Attributes
    ----------
    mark : str
        What stands before them: "n", or the dot of a group.
    colour : str
        Colour of the mark.
    counts : sequence of int
        One number per visit.
    """

    mark: str
    colour: str
    counts: Sequence[int]


def numbers_of(panel: Panel, groups: Groups, asked: bool | None) -> tuple[pd.DataFrame, bool]:
    """The numbers under the axis: columns group, time, persons; and whether they are of visits.

    Of a panel with visits they are the persons with an outcome at each (`seen_at_visits`); over time without visits the
    persons who are still followed (`still_followed`).

    Raises
    ------
    NotEstimableError, DataError
        When numbers are asked for, there are no visits, and nothing passes over which persons could be followed.
    """
    if isinstance(panel, SavedPanel):
        return _counted_at_visits(panel, groups), True
    over_time = vocabulary(panel).over_time
    seen = seen_at_visits(panel, groups, asked and not over_time)
    if len(seen) or asked is False or not over_time:
        return seen, True
    return still_followed(panel, groups), False


def _counted_at_visits(panel: SavedPanel, groups: Groups) -> pd.DataFrame:
    """Persons with an outcome at each visit, of a panel without rows, as far as they were counted."""
    found = panel.at_waves(groups.by)
    return _NOBODY if found is None else _by_group(groups, *found)


def seen_at_visits(panel: Panel, groups: Groups, asked: bool | None) -> pd.DataFrame:
    """Persons with an outcome at each visit, by group: columns group, time (mean of the visit), persons.

    Visits are the waves of the panel, else the times that persons have in common. Without either there are no rows,
    unless the numbers were asked for.

    Raises
    ------
    NotEstimableError, DataError
        When numbers are asked for and there are no visits: says why.
    """
    grid = _visits(panel, asked)
    if grid is None:
        return _NOBODY
    codes = panel.persons.codes
    pairs = pd.DataFrame({"group": groups.codes[codes], "visit": grid.codes, "person": codes}).drop_duplicates()
    pairs = pairs[(pairs["group"] >= 0) & (pairs["visit"] >= 0)]
    counts = np.zeros((len(groups.labels), grid.count), dtype=int)
    np.add.at(counts, (pairs["group"], pairs["visit"]), 1)
    return _by_group(groups, grid.means(panel.times), counts)


def still_followed(panel: Panel, groups: Groups) -> pd.DataFrame:
    """Persons who are still followed at round times: seen then or before, and then or later; by group, as above."""
    codes, times = panel.persons.codes, panel.times
    first, last = np.full(panel.persons.count, np.inf), np.full(panel.persons.count, -np.inf)
    np.minimum.at(first, codes, times)
    np.maximum.at(last, codes, times)
    at = round_times(float(first.min()), float(last.max()))
    there = (first[:, None] <= at) & (at <= last[:, None])
    counts = np.array([there[groups.codes == code].sum(axis=0) for code in range(len(groups.labels))], dtype=int)
    return _by_group(groups, at, counts)


def round_times(low: float, high: float) -> np.ndarray:
    """At most six times from `low` to `high`, each a multiple of 1, 2, 2.5 or 5 and a power of ten.

    Examples
    --------
    >>> round_times(0.0, 3.6).tolist(), round_times(21.0, 64.0).tolist()
    ([0.0, 1.0, 2.0, 3.0], [30.0, 40.0, 50.0, 60.0])
    """
    least = max(high - low, 1e-300) / 5
    power = 10.0 ** np.floor(np.log10(least))
    step = next(power * size for size in (1.0, 2.0, 2.5, 5.0, 10.0) if power * size >= least * (1 - 1e-9))
    return step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) + 0.0


def _by_group(groups: Groups, times: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    """Counts of shape (groups, times) as a table."""
    labels = np.repeat(np.array(groups.labels, dtype=object), len(times))
    return pd.DataFrame({"group": labels, "time": np.tile(times, len(groups.labels)), "persons": counts.ravel()})


def visit_times(panel: Panel) -> np.ndarray:
    """Mean times of the visits, ascending; none where there are no visits."""
    if isinstance(panel, SavedPanel):
        found = panel.at_waves(None)
        return np.zeros(0) if found is None else np.unique(found[0])
    grid = None if panel.time is None else _visits(panel, False)
    return np.zeros(0) if grid is None else np.unique(grid.means(panel.times))


def visits_of(panel: Panel) -> Grid | None:
    """The visits of a panel: its waves, else the times that persons have in common; None where it has none."""
    return None if panel.time is None else _visits(panel, False)


def tick_visits(ax: Axes, times: np.ndarray, most: int = 5, room: float | None = None) -> None:
    """Ticks at the visits, as many as fit in so many points; without visits at most so many anywhere."""
    if len(times):
        numbers_under(ax, times, tick_labels(times), [], room)
    else:
        ax.locator_params(axis="x", nbins=most)


def _visits(panel: Panel, asked: bool | None) -> Grid | None:
    try:
        return grid_of(panel)
    except (NotEstimableError, DataError):
        if asked:
            raise
        return None


def numbers_under(
    ax: Axes, times: np.ndarray, labels: Sequence[str], rows: Sequence[Numbers], room: float | None = None
) -> None:
    """Ticks at the visits, as many as fit, and under each the numbers of every row, once where all of a row are one.

    Parameters
    ----------
    ax : Axes
    times : (v,) array
        Where the visits are, ascending.
    labels : sequence of str
        What their ticks say.
    rows : sequence of Numbers
        None for ticks alone.
    room : float, optional
        Points from the first to the last visit; by default what the labels at the sides leave.
    """
    texts = [_shown(row.counts) for row in rows]
    widest = [max(column, key=len) for column in zip(labels, *texts, strict=True)]
    ticks = thinned(widest, times, room_of(ax) if room is None else room)
    ax.set_xticks(times[ticks], [plain_text(labels[tick]) for tick in ticks])
    look: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": font_size(-1.0)}
    before = max((text_points(row[ticks[0]], font_size(-1.0)) for row in texts), default=0.0) / 2 + 7
    for place, (row, numbers) in enumerate(zip(rows, texts, strict=True)):
        down = -(font_size(4.0) + row_points() * (place + 0.85))
        look |= {"xycoords": ("data", "axes fraction"), "annotation_clip": False}
        for tick in [place for place in ticks if numbers[place]]:
            ax.annotate(numbers[tick], (times[tick], 0), xytext=(0, down), ha="center", color=muted(), **look)
        if _constant(row.counts):
            ax.annotate(AT_EACH, (times[0], 0), xytext=(before - 4, down), ha="left", color=muted(), **look)
        plain(ax.annotate(row.mark, (times[0], 0), xytext=(-before, down), ha="right", color=row.colour, **look))
    ax.xaxis.labelpad = 4 + row_points() * len(rows)


def _constant(counts: Sequence[int]) -> bool:
    """Whether the same persons' number would stand under every visit."""
    return len(counts) > 2 and len(set(counts)) == 1


def _shown(counts: Sequence[int]) -> list[str]:
    """The number of each visit; of a constant row the first."""
    if _constant(counts):
        return [f"{counts[0]:,}", *[""] * (len(counts) - 1)]
    return [f"{count:,}" for count in counts]


def row_points() -> float:
    """Height of a row of numbers, in points."""
    return 1.3 * font_size()


def tick_labels(times: np.ndarray) -> list[str]:
    """What ticks at these times say."""
    return time_texts(times)
