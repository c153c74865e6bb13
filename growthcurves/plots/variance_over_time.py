"""SD, correlation and ICC over time: what the model implies, and what the data show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import PERSON
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.bounds import finite_number
from growthcurves.plots.estimates import not_identified
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.labels import key_of_figure
from growthcurves.plots.panel import time_ranges
from growthcurves.plots.style import colour_of, ink, label_axes, muted, title_panel, with_unit
from growthcurves.plots.visits import tick_visits, visit_times
from growthcurves.results.persons.trajectories import curve_times
from growthcurves.results.questions.levels import is_crossed, two_of, units_above
from growthcurves.results.questions.random_effects import require_growth_random
from growthcurves.results.questions.rates import require_shape
from growthcurves.results.tables.answer import checked_level
from growthcurves.results.tables.units import level_heading, unit_called
from growthcurves.results.variation.spread import ObservedSpread, implied_spread, observed_spread, spread_by_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthcurves.results.variation.spread import ObservedSpread

_GRID = 31
_MOST_KNOWN = 30  # observed times at which the spread is drawn where others are not known
_LOWEST = {"sd": 0.0, "correlation": -1.0, "icc": -0.2}
_BROKEN: Any = {"linestyle": (0, (5, 1.6)), "linewidth": 1.4}
_SIDE_BY_SIDE = 5.0  # inches from which the panels stand side by side


@dataclass(frozen=True)
class VarianceOverTime(Panels):
    """SD, correlation and ICC of the outcome over time: implied by the model (lines), and observed (dots).

    All are about the mean curve, given the predictors. The correlation is that with the outcome at the reference time;
    at that time the line shows the correlation of two measurements: the ICC where residuals are independent, one where
    a residual structure gives an occasion one residual. Dots are taken at each wave where the panel has a wave column,
    at each time where at most 30 occur, and within ten ranges of time elsewhere; occasions with fewer than five persons
    have none. The observed ICC is one minus the variance about persons' own least-squares curves over the variance at
    the occasion; it may be negative, and a triangle stands for one that lies below the picture. With units above
    persons there is a broken line for the SD that each level adds, and beside the ICC, the correlation of two occasions
    of a person, that of two persons of each unit. Who drops out may make dots stray from the lines. Without random
    effects, and where the data do not tell them from the residual, there is no ICC, and in the second case the lines
    join the observed times.

    Parameters
    ----------
    reference : float, optional
        The time with which outcomes are correlated (the occasion nearest to it); by default the first occasion.
    level : float
        Level of the bands.
    """

    reference: float | None = None
    level: float = 0.95

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """A row of panels, or three rows where it is narrow."""
        return width, 2.7 if width >= _SIDE_BY_SIDE else 5.0

    def why_not(self, fit: Any) -> str | None:
        """There must be a time, and a variance that depends on nothing else."""
        checked_level(self.level)
        if fit.family is not None:
            return "Outcomes of this family have no residuals, and so no spread apart from their mean."
        if fit.panel.time is None:
            return "The model has no time, and so no spread over time: plot.correlation() is by occasions apart."
        try:
            require_shape(fit)
            if fit.random_names:
                require_growth_random(fit)
        except NotEstimableError as error:
            return str(error)
        if not fit.identified and len(_times_of(fit)) > _MOST_KNOWN:
            return not_identified(fit)
        return None

    def scene(self, fit: Any) -> Scene:
        """One table: columns quantity ("sd", "sd between", "correlation", "icc"), unit ("person" or that above), part
        ("implied", "observed"), time, value, low, high, persons (behind each observed value).
        """
        reference = None if self.reference is None else finite_number(self.reference, "reference= is a time")
        observed = _spread(fit, reference) if fit.panel.has_rows else _without_rows(fit, reference)
        reference = _curve_time(fit, observed.reference)
        implied = [
            [name, unit, float(time), found.estimate, found.conf_low, found.conf_high]
            for time in _times(fit)
            for name, unit, found in _implied(fit, float(time), reference, self.level)
        ]
        columns = ["quantity", "unit", "time", "value", "low", "high"]
        lines = pd.DataFrame(implied, columns=columns).assign(part="implied")
        frame = pd.concat([lines, _observed(observed, set(lines["quantity"]))], ignore_index=True)
        texts = {
            "who": fit.vocabulary.who.several,
            "x": fit.when.axis,
            "sd": with_unit(f"SD of {fit.model.outcome}", fit.panel.outcome_unit),
            "correlation": f"correlation with that {fit.when.at(observed.reference)}",
            "icc": "ICC",
            "level": f"{100 * self.level:g} %",
            "visits": visit_times(fit.panel),
            "levels": _levels(fit),
        }
        if not fit.panel.has_rows:
            texts["lacking"] = ("observed spread over time beside what the model implies",)
        return Scene(frame, texts)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure: panels side by side, or one above the other where it is narrow."""
        frame, texts = scene
        wide = float(fig.bbox.width / fig.dpi) >= _SIDE_BY_SIDE
        shown = [name for name in ("sd", "correlation", "icc") if (frame["quantity"] == name).any()]
        axes = fig.subplots(*((1, len(shown)) if wide else (len(shown), 1)), sharex=True)
        for ax, name in zip(axes, shown, strict=True):
            _draw_quantity(ax, frame, name)
            tick_visits(ax, texts["visits"])
            label_axes(ax, texts["x"] if wide or ax is axes[-1] else "", "")
            title_panel(ax, texts[name])
        key_of_figure(fig, _key(scene))
        return fig


def _spread(fit: Any, reference: float | None) -> ObservedSpread:
    """What the rows show, with correlations with the occasion next to the reference, by default the first."""
    occasions = occasions_of(fit.panel, fit.panel.times)
    counts = fit.row_weights
    times = np.bincount(occasions, counts * fit.panel.times) / np.bincount(occasions, counts)
    place = 0 if reference is None else int(np.argmin(np.abs(times - reference)))
    return observed_spread(fit, occasions, place)


def _without_rows(fit: Any, reference: float | None) -> ObservedSpread:
    """Nothing observed; correlations are with the observed time next to the reference, by default the first."""
    waves, none = np.array(fit.time_facts.waves), np.zeros(0)
    place = 0 if reference is None else int(np.argmin(np.abs(waves - reference)))
    return ObservedSpread(none, none, none, none, none, float(waves[place]))


def occasions_of(panel: Any, times: np.ndarray) -> np.ndarray:
    """Occasion of each row in the order of time: waves where there are any, else times or ranges of time."""
    codes, _ = pd.factorize(panel.column(panel.wave) if panel.wave is not None else time_ranges(times))
    order = np.argsort(np.bincount(codes, weights=times) / np.bincount(codes), kind="stable")
    return np.argsort(order)[codes]


def _times(fit: Any) -> np.ndarray:
    """Times at which the spread is drawn: a grid, or where curve and residuals are known."""
    only = _only_at(fit)
    if not fit.identified:
        return _times_of(fit)
    return curve_times(fit, _GRID) if only is None else np.array(only)


def _times_of(fit: Any) -> np.ndarray:
    """The different times, as far as they are known without rows."""
    return np.unique(fit.panel.times) if fit.panel.has_rows else np.array(fit.time_facts.waves)


def _only_at(fit: Any) -> tuple[float, ...] | None:
    """Times at which curve and residuals are known, where these are not all."""
    residuals = getattr(fit.point.residual, "only_at", None)
    return fit.recipe.shape.only_at if residuals is None else residuals


def _implied(fit: Any, time: float, reference: float, level: float) -> list[tuple[str, str, Any]]:
    """What the model implies at a time: quantity, unit and estimate."""
    found = [(name, PERSON, one) for name, one in implied_spread(fit, time, reference, level).items()]
    if not units_above(fit) or not fit.identified:
        return found
    return [one for one in found if one[0] != "sd between"] + spread_by_level(fit, time, level)


def _levels(fit: Any) -> dict[str, tuple[str, str]]:
    """By unit, where there are some above persons: between whom differences are, and which two are correlated."""
    above = units_above(fit)
    units = (PERSON, *above) if above else ()
    two = {unit: unit_called(fit, unit).several if is_crossed(fit) else two_of(fit, unit) for unit in units}
    return {unit: (level_heading(fit, unit), f"ICC of {two[unit]}") for unit in units}


def _curve_time(fit: Any, time: float) -> float:
    """The time itself, or the nearest at which curve and residuals are known."""
    only = _only_at(fit) if fit.identified else tuple(_times_of(fit))
    return time if only is None else min(only, key=lambda known: abs(known - time))


def _observed(spread: ObservedSpread, wanted: set[str]) -> pd.DataFrame:
    base = pd.DataFrame({"part": "observed", "unit": PERSON, "time": spread.times, "persons": spread.persons})
    values = {"sd": spread.sd, "correlation": spread.correlation, "icc": spread.icc}
    return pd.concat([base.assign(quantity=name, value=value) for name, value in values.items() if name in wanted])


def _draw_quantity(ax: Axes, frame: pd.DataFrame, name: str) -> None:
    every = frame[frame["quantity"] == name]
    above = [unit for unit in every["unit"].unique() if unit != PERSON]
    for place, unit in enumerate(above, start=1):
        _line(ax, every[every["unit"] == unit], colour_of(place))
    rows = every[every["unit"] == PERSON]
    implied, observed = rows[rows["part"] == "implied"], rows[rows["part"] == "observed"].dropna(subset=["value"])
    _line(ax, implied, colour_of(0))
    lowest = _LOWEST[name]
    below = observed["value"] < lowest
    look: Any = {"linestyle": "", "color": ink(), "markeredgewidth": 0, "zorder": 4}
    ax.plot(observed["time"][~below], observed["value"][~below], marker="o", markersize=3.4, **look)
    ax.plot(observed["time"][below], np.full(int(below.sum()), lowest), marker="v", markersize=5, **look)
    if name == "sd":
        for place, (_, between) in enumerate(frame[frame["quantity"] == "sd between"].groupby("unit", sort=False)):
            ax.plot(between["time"], between["value"], color=_of_level(place), zorder=2, **_BROKEN)
    _limits(ax, name, min(every["value"].min(), every["low"].min()))


def _line(ax: Axes, implied: pd.DataFrame, colour: Any) -> None:
    """What the model implies over time, with its band."""
    band = implied.dropna(subset=["low", "high"])
    ax.fill_between(band["time"], band["low"], band["high"], color=colour, alpha=0.2, linewidth=0)
    ax.plot(implied["time"], implied["value"], color=colour, linewidth=1.8, zorder=3)


def _of_level(place: int) -> Any:
    """The colour of the differences between persons, and of those between the units of each level above."""
    return colour_of(place) if place else muted()


def _limits(ax: Axes, name: str, low: float) -> None:
    """SD from zero on; correlation and ICC from zero to one, and below zero where they go there."""
    if name == "sd":
        ax.set_ylim(bottom=0)
    else:
        ax.set_ylim(max(min(0.0, low), _LOWEST[name]) - 0.04 * (low < 0), 1.02)
    ax.margins(x=0.04)


def _key(scene: Scene) -> list[Any]:
    """Of what there is in the picture."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    frame, texts = scene
    key: list[Any] = [Line2D([], [], color=colour_of(0), linewidth=1.8, label="implied by the model")]
    if (frame["low"] < frame["high"]).any():
        key.append(Patch(color=colour_of(0), alpha=0.2, linewidth=0, label=f"{texts['level']} interval"))
    for place, (_, correlated) in enumerate(list(texts["levels"].values())[1:], start=1):
        key.append(Line2D([], [], color=colour_of(place), linewidth=1.8, label=correlated))
    for place, unit in enumerate(frame.loc[frame["quantity"] == "sd between", "unit"].unique()):
        between = texts["levels"][unit][0] if texts["levels"] else f"between {texts['who']}"
        key.append(Line2D([], [], color=_of_level(place), label=f"SD {between}", **_BROKEN))
    if frame.loc[frame["part"] == "observed", "value"].notna().any():
        key.append(Line2D([], [], linestyle="", marker="o", markersize=3.4, color=ink(), label="observed"))
    return key
